"""BigQuery and Cloud Billing by REST on this machine, as far as a billing export needs them.

The statements are run for real, on DuckDB, after the few words that differ are translated; so what the SQL
means is tested, not its text. Answers have the shapes of the REST reference: cells as texts, pages, jobs
that are not complete at once, refusals with their reasons.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import duckdb

TOKEN = "ya29.A-token-of-the-fake-that-is-long-enough"  # noqa: S105 (of the fake alone)
ACCOUNT = "0123AB-4567CD-89EF01"
PROJECT, DATASET, TABLE = "acme-billing", "billing", "gcp_billing_export_v1_0123AB_4567CD_89EF01"
_PAIRS = [{"name": "key", "type": "STRING"}, {"name": "value", "type": "STRING"}]


def _record(name: str, *fields: str, mode: str = "NULLABLE") -> dict[str, Any]:
    return {
        "name": name, "type": "RECORD", "mode": mode,
        "fields": [{"name": part, "type": "STRING", "mode": "NULLABLE"} for part in fields],
    }  # fmt: skip


def _field(name: str, kind: str = "STRING") -> dict[str, Any]:
    return {"name": name, "type": kind, "mode": "NULLABLE"}


STANDARD: list[dict[str, Any]] = [
    _field("billing_account_id"), _record("service", "id", "description"),
    _field("usage_start_time", "TIMESTAMP"),
    {"name": "project", "type": "RECORD", "mode": "NULLABLE", "fields": [
        _field("id"), {"name": "labels", "type": "RECORD", "mode": "REPEATED", "fields": _PAIRS}]},
    {"name": "labels", "type": "RECORD", "mode": "REPEATED", "fields": _PAIRS},
    _field("export_time", "TIMESTAMP"), _field("cost", "FLOAT"), _field("currency"),
    _record("usage", "amount_in_pricing_units", "pricing_unit"),
    {"name": "credits", "type": "RECORD", "mode": "REPEATED", "fields": [
        _field("name"), _field("amount", "FLOAT"), _field("type")]},
    _record("invoice", "month"), _field("cost_type"),
]  # fmt: skip
FOCUS: list[dict[str, Any]] = [
    _field("BilledCost", "NUMERIC"), _field("EffectiveCost", "NUMERIC"), _field("BillingCurrency"),
    _field("ChargeCategory"), _field("ChargePeriodStart", "TIMESTAMP"),
    _field("BillingPeriodStart", "TIMESTAMP"), _field("ServiceName"), _field("ServiceCategory"),
    _field("SubAccountId"), _field("BillingAccountId"),
    {"name": "Tags", "type": "RECORD", "mode": "REPEATED", "fields": _PAIRS},
]  # fmt: skip
_DUCK = {
    "standard": "billing_account_id VARCHAR, service STRUCT(id VARCHAR, description VARCHAR),"
    " usage_start_time TIMESTAMP, project STRUCT(id VARCHAR, labels STRUCT(key VARCHAR, value VARCHAR)[]),"
    " labels STRUCT(key VARCHAR, value VARCHAR)[], export_time TIMESTAMP, cost DOUBLE, currency VARCHAR,"
    " usage STRUCT(amount_in_pricing_units DOUBLE, pricing_unit VARCHAR),"
    " credits STRUCT(name VARCHAR, amount DOUBLE, type VARCHAR)[], invoice STRUCT(month VARCHAR),"
    " cost_type VARCHAR, _PARTITIONTIME TIMESTAMP",
    "focus": "BilledCost DECIMAL(38,9), EffectiveCost DECIMAL(38,9), BillingCurrency VARCHAR,"
    " ChargeCategory VARCHAR, ChargePeriodStart TIMESTAMP, BillingPeriodStart TIMESTAMP, ServiceName VARCHAR,"
    " ServiceCategory VARCHAR, SubAccountId VARCHAR, BillingAccountId VARCHAR,"
    " Tags STRUCT(key VARCHAR, value VARCHAR)[]",
}


@dataclass(slots=True)
class Refusal:
    """An answer of failure, as often as it says, to requests whose path or body holds ``where``."""

    where: str
    status: int
    reason: str
    message: str
    times: int = 1_000


@dataclass(slots=True)
class State:
    """What the fake holds and what it was asked."""

    schema: list[dict[str, Any]]
    modified: int = 1_760_000_000_000
    location: str = "EU"
    page: int = 3
    bytes: int = 5 << 30
    currency: str = "USD"
    refusals: list[Refusal] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    jobs: dict[str, list[list[str | None]]] = field(default_factory=dict)
    slow: bool = False
    """whether a query is not complete with its first answer"""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def queries(self) -> list[dict[str, Any]]:
        """The queries that were run, dry runs left out."""
        return [body for method, _, body in self.asked if method == "POST" and not body.get("dryRun")]


class BigQueryServer:
    """The fake on a port of its own; ``add`` puts rows in."""

    def __init__(self, kind: str = "standard", rows: list[dict[str, Any]] | None = None) -> None:
        self.kind = kind
        self.state = State(STANDARD if kind == "standard" else FOCUS)
        self.db = duckdb.connect()
        self.db.execute(f"CREATE TABLE export ({_DUCK[kind]})")
        self.add(rows or [])
        handler = type("Bound", (_Handler,), {"state": self.state, "run": self.run})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def add(self, rows: list[dict[str, Any]]) -> None:
        """More rows, as an export that goes on writes them."""
        for row in rows:
            marks = ", ".join("?" * len(row))
            sql = f"INSERT INTO export ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 (our own names)
            self.db.execute(sql, list(row.values()))
        self.state.modified += 1000

    def run(self, sql: str, params: dict[str, str]) -> list[list[str | None]]:
        """The answer of a statement of BigQuery's dialect."""
        with self.state.lock:
            rows = self.db.execute(
                translated(sql), {k: v for k, v in params.items() if f"@{k}" in sql}
            ).fetchall()
        return [[_cell(value) for value in row] for row in rows]

    def __enter__(self) -> BigQueryServer:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self.db.close()


def translated(sql: str) -> str:
    """BigQuery's words in DuckDB's."""
    sql = re.sub(r"`[^`]+`", "export", sql)
    sql = re.sub(
        r"TO_JSON_STRING\(ARRAY\(SELECT AS STRUCT key, value FROM UNNEST\(([\w.]+)\) ORDER BY key, value\)\)",
        r"CAST(to_json(list_sort(\1)) AS VARCHAR)",
        sql,
    )
    sql = re.sub(r"FORMAT_DATE\('%F', DATE\((\w+)\)\)", r"strftime(CAST(\1 AS DATE), '%Y-%m-%d')", sql)
    sql = re.sub(r"FORMAT_DATE\('%Y%m', DATE\((\w+)\)\)", r"strftime(CAST(\1 AS DATE), '%Y%m')", sql)
    sql = re.sub(r"\bDATE\((\w+)\)", r"CAST(\1 AS DATE)", sql)
    sql = sql.replace("UNIX_MICROS", "epoch_us").replace("FLOAT64", "DOUBLE")
    sql = sql.replace("UNNEST(credits) AS credit", "UNNEST(credits) AS unnested(credit)")
    sql = sql.replace("BIGNUMERIC", "DECIMAL(38,18)")
    return re.sub(r"@(first|last)\b", r"CAST($\1 AS DATE)", sql).replace("@month", "$month")


def _cell(value: object) -> str | None:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return None if value is None else str(value)


class _Handler(BaseHTTPRequestHandler):
    state: State
    run: Any
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        return

    def do_GET(self) -> None:
        self._serve("GET", {})

    def do_POST(self) -> None:
        self._serve("POST", json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0))))

    def _serve(self, method: str, body: dict[str, Any]) -> None:
        state, parts = self.state, urlsplit(self.path)
        path = unquote(parts.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        state.asked.append((method, path, body))
        if self.headers.get("Authorization") not in (None, f"Bearer {TOKEN}"):
            return self._send(401, _error(401, "authError", "Invalid Credentials"))
        for refusal in state.refusals:
            if refusal.times and (refusal.where in path or refusal.where in body.get("query", "")):
                refusal.times -= 1
                return self._send(refusal.status, _error(refusal.status, refusal.reason, refusal.message))
        return self._send(*self._answer(method, path, query, body))

    def _answer(
        self, method: str, path: str, query: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        state = self.state
        if path.startswith("/v1/billingAccounts/"):
            return self._billing(path)
        table = f"/bigquery/v2/projects/{PROJECT}/datasets/{DATASET}/tables/{TABLE}"
        if path == table:
            return 200, {
                "kind": "bigquery#table", "type": "TABLE", "schema": {"fields": state.schema},
                "location": state.location, "lastModifiedTime": str(state.modified),
            } | ({"timePartitioning": {"type": "DAY"}} if state.schema is STANDARD else {})  # fmt: skip
        if path == f"{table}/data":
            return 200, {"totalRows": "1", "rows": []}
        if path == f"/bigquery/v2/projects/{PROJECT}/queries" and method == "POST":
            return self._query(body)
        if path.startswith(f"/bigquery/v2/projects/{PROJECT}/queries/"):
            return self._page(path.rpartition("/")[2], query)
        return 404, _error(404, "notFound", f"Not found: {path.replace('/bigquery/v2/projects/', '')}")

    def _query(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        state = self.state
        if body.get("location") != state.location:
            return 404, _error(
                404, "notFound", f"Not found: Dataset was not found in location {body.get('location')}"
            )
        if body.get("dryRun"):
            return 200, {"totalBytesProcessed": str(state.bytes), "jobComplete": True}
        if int(body["maximumBytesBilled"]) < state.bytes:
            return 400, _error(400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed")
        params = {p["name"]: p["parameterValue"]["value"] for p in body.get("queryParameters", ())}
        job = f"job_{len(state.jobs)}"
        state.jobs[job] = self.run(body["query"], params)
        if state.slow:
            return 200, {"jobReference": self._job(job), "jobComplete": False}
        return self._page(job, {"location": state.location})

    def _job(self, job: str) -> dict[str, str]:
        return {"projectId": PROJECT, "jobId": job, "location": self.state.location}

    def _page(self, job: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        state = self.state
        if job not in state.jobs or query.get("location") != state.location:
            return 404, _error(404, "notFound", f"Not found: Job {PROJECT}:{job}")
        start = int(query.get("pageToken", "0"))
        rows = state.jobs[job][start : start + state.page]
        more = {"pageToken": str(start + state.page)} if start + state.page < len(state.jobs[job]) else {}
        cells = [{"f": [{"v": cell} for cell in row]} for row in rows]
        return 200, {
            "jobReference": self._job(job), "jobComplete": True, "totalRows": str(len(state.jobs[job])),
            **({"rows": cells} if cells else {}), **more,
        }  # fmt: skip

    def _billing(self, path: str) -> tuple[int, dict[str, Any]]:
        name = path.removeprefix("/v1/")
        if name == f"billingAccounts/{ACCOUNT}":
            return 200, {
                "name": name,
                "displayName": "Acme",
                "open": True,
                "currencyCode": self.state.currency,
            }
        if name == f"billingAccounts/{ACCOUNT}/projects":
            return 200, {
                "projectBillingInfo": [
                    {"name": f"projects/{p}/billingInfo", "projectId": p} for p in ("a", "b")
                ]
            }
        return 404, _error(404, "notFound", "Requested entity was not found.")

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _error(status: int, reason: str, message: str) -> dict[str, Any]:
    names = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 400: "INVALID_ARGUMENT"}
    return {
        "error": {
            "code": status, "message": message, "status": names.get(status, "UNAVAILABLE"),
            "errors": [{"message": message, "domain": "global", "reason": reason}],
        }
    }  # fmt: skip
