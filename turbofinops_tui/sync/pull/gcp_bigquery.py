"""BigQuery over plain REST: tables, dry runs, queries with their pages.

Every query says how many bytes it may bill at most. Answers are texts: no number goes through a float.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.http import ATTEMPTS, Passing
from turbofinops_tui.sync.pull.cloud_http import Answer, Http
from turbofinops_tui.sync.pull.gcp_access import Access
from turbofinops_tui.sync.runner import Denied, check_stop

HOME = "https://bigquery.googleapis.com"
PAGE = 10_000
WAIT_MS = 10_000
MOST_WAITS = 360
"""a query may take an hour"""
_PERMISSION = re.compile(r"\b(bigquery\.[A-Za-z]+\.[A-Za-z]+)\b")
_PASSING = ("rateLimitExceeded", "backendError", "internalError", "jobRateLimitExceeded")
_ROLES = {
    "bigquery.jobs.create": "BigQuery Job User on the project",
    "bigquery.tables.get": "BigQuery Data Viewer on the dataset",
    "bigquery.tables.getData": "BigQuery Data Viewer on the dataset",
}
Row = list[str]


class BigQuery:
    """Queries that ``project`` pays for."""

    def __init__(
        self, access: Access, project: str, name: str, stop: threading.Event, attempts: int = ATTEMPTS
    ) -> None:
        self.project, self.name = project, name
        self._stop = stop
        self._home = f"{access.endpoint or HOME}/bigquery/v2/projects"
        self._http = Http("BigQuery", self._refused, stop, access.headers, attempts)

    def table(self, address: str) -> dict[str, Any]:
        """Schema, place, time of the last change. Denied without bigquery.tables.get."""
        return self._ask("GET", _path(address))

    def first_row(self, address: str) -> None:
        """Whether rows may be read. Denied without bigquery.tables.getData."""
        self._ask("GET", f"{_path(address)}/data", params={"maxResults": "1"})

    def dry_run(self, sql: str, params: Mapping[str, str], location: str) -> int:
        """Bytes that a query would bill. Denied without bigquery.jobs.create."""
        answer = self._query(sql, params, location, {"dryRun": True})
        return _whole(answer.get("totalBytesProcessed"))

    def rows(self, sql: str, params: Mapping[str, str], location: str, most: int) -> Iterator[Row]:
        """The rows of a query that bills at most ``most`` bytes; missing cells are empty texts."""
        more = {"maximumBytesBilled": str(most), "timeoutMs": WAIT_MS, "maxResults": PAGE}
        answer = self._query(sql, params, location, more)
        where = answer.get("jobReference") or {}
        answer = self._completed(answer, where)
        while True:
            for row in answer.get("rows") or ():
                yield ["" if cell.get("v") is None else str(cell["v"]) for cell in row["f"]]
            token = answer.get("pageToken")
            if not token:
                return
            answer = self._results(where, {"pageToken": str(token)})

    def _completed(self, answer: dict[str, Any], where: Mapping[str, Any]) -> dict[str, Any]:
        for _ in range(MOST_WAITS):
            if answer.get("jobComplete", True):
                return answer
            check_stop(self._stop)
            answer = self._results(where, {"timeoutMs": str(WAIT_MS)})
        raise SourceError("BigQuery did not finish a query within an hour", "run this again later")

    def _results(self, where: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
        params = {"maxResults": str(PAGE), **more}
        if where.get("location"):
            params["location"] = str(where["location"])
        return self._ask("GET", f"{self.project}/queries/{quote(str(where.get('jobId')))}", params=params)

    def _query(
        self, sql: str, params: Mapping[str, str], location: str, more: Mapping[str, Any]
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"query": sql, "useLegacySql": False, "useQueryCache": True, **more}
        if location:
            body["location"] = location
        if params:
            body |= {
                "parameterMode": "NAMED",
                "queryParameters": [_parameter(*item) for item in params.items()],
            }
        return self._ask("POST", f"{self.project}/queries", json=body)

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer: Answer = self._http.ask(method, f"{self._home}/{path}", **options)
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SourceError("BigQuery answered with something else", "check api_endpoint")
        return found

    def _refused(self, status: int, text: str, headers: Mapping[str, str]) -> Exception:
        message, reason = _said(text)
        if reason in _PASSING:
            return Passing(reason)
        if status == 401:
            return SourceError(
                f"Google refuses the credential of {self.name} (unknown, revoked or expired)",
                "sign in again, or give another key",
            )
        if found := _PERMISSION.search(message) if status == 403 else None:
            role = _ROLES.get(found[1], "a role that has it")
            return Denied(found[1], f"the credential of {self.name} lacks {found[1]}", f"give it {role}")
        if status == 404:
            return SourceError(f"BigQuery: {message}", "check project and table; is it in another region?")
        if reason == "bytesBilledLimitExceeded":
            return SourceError(
                "a query would read more than was shown", "run this again: it is measured anew"
            )
        if reason == "quotaExceeded":
            return SourceError(f"BigQuery: {message}", "wait until tomorrow, or raise the quota")
        return SourceError(f"BigQuery refuses the request: {message or status}", "check the settings")


def _path(address: str) -> str:
    project, dataset, table = address.rsplit(".", 2)
    return f"{quote(project)}/datasets/{quote(dataset)}/tables/{quote(table)}"


def _parameter(name: str, value: str) -> dict[str, Any]:
    kind = "DATE" if name in ("first", "last") else "STRING"
    return {"name": name, "parameterType": {"type": kind}, "parameterValue": {"value": value}}


def _said(text: str) -> tuple[str, str]:
    """(message, reason) of a refusal."""
    try:
        error = json.loads(text)["error"]
        reasons: Sequence[Mapping[str, Any]] = error.get("errors") or ({},)
        return str(error.get("message", ""))[:300], str(reasons[0].get("reason", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ""


def _whole(value: object) -> int:
    return int(str(value)) if str(value or "").isdigit() else 0
