"""Datadog over its own package's transport: keys and address from its Configuration, answers as raw JSON.

The package's typed models turn money into floats and refuse values they do not know, and its retry ignores
``Retry-After``: only its transport is used, retries are those of ``sync.http``. Datadog tells with each
answer how many requests are left; at none the next one waits for the reset (at most a minute at a time).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.http import ATTEMPTS, LONGEST_WAIT
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.json_api import (
    MOST_PAGES,
    TIMEOUT,
    Answer,
    Json,
    JsonApi,
    Params,
    Place,
    Refused,
    Send,
    lost,
    quiet_for,
    received,
)
from turbofinops_tui.sync.runner import check_stop

if TYPE_CHECKING:
    from turbofinops_tui.store.connections import Connection

SITES = {
    "us1": "datadoghq.com", "us3": "us3.datadoghq.com", "us5": "us5.datadoghq.com", "eu": "datadoghq.eu",
    "eu1": "datadoghq.eu", "ap1": "ap1.datadoghq.com", "ap2": "ap2.datadoghq.com", "us1-fed": "ddog-gov.com",
}  # fmt: skip
PERMISSION = "usage_read and billing_read"
ADVICE = "check api_key, app_key and the setting site; the application key needs usage_read and billing_read"
NOT_PARENT = "non-parent org"
"""how Datadog says that keys are of a child organisation (recorded)"""


class NotParent(SourceError):
    """The keys are of a child organisation: a matter of configuration."""


class DatadogApi:
    """Requests to one Datadog organisation."""

    def __init__(
        self, connection: Connection, keys: tuple[str, str], stop: threading.Event, attempts: int = ATTEMPTS
    ) -> None:
        self.name = connection.name
        self._stop = stop
        place = Place("Datadog", connection.name, address(connection), {}, PERMISSION, ADVICE)
        self._api = JsonApi(place, stop, _sender(place.url, keys), attempts)
        self._asking = JsonApi(place, stop, _sender(place.url, keys, "POST"), attempts)

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._api.requests + self._asking.requests

    def get(self, path: str, params: Params = (), permission: str = "") -> Json:
        """One object; NotParent for keys of a child organisation."""
        check_stop(self._stop)
        try:
            answer = self._api.get(path, params, permission)
        except Refused as error:
            if NOT_PARENT in error.text:
                raise NotParent(
                    f"the keys of {self.name} are of a child organisation of Datadog, which has no cost",
                    "make both keys in the parent organisation and store them again",
                ) from None
            raise
        if self._api.headers.get("x-ratelimit-remaining", "").strip() == "0":
            self._stop.wait(min(quiet_for(self._api.headers) or 0.0, LONGEST_WAIT))
        return answer

    def post(self, path: str, body: Json, permission: str) -> Json:
        """The answer to a question that is an object itself."""
        check_stop(self._stop)
        answer = self._asking.get(path, [("body", json.dumps(body))], permission)
        if self._asking.headers.get("x-ratelimit-remaining", "").strip() == "0":
            self._stop.wait(min(quiet_for(self._asking.headers) or 0.0, LONGEST_WAIT))
        return answer

    def pages(self, path: str, params: Params, permission: str = "") -> list[Json]:
        """All pages of what goes on by ``next_record_id``, under ``meta`` (v2) or ``metadata`` (v1)."""
        found: list[Json] = []
        cursors: set[str] = set()
        cursor = ""
        while len(cursors) < MOST_PAGES:
            # an empty cursor must not be sent: Datadog takes the word null for one
            page = self.get(path, [*params, ("next_record_id", cursor)] if cursor else params, permission)
            found.append(page)
            meta = read.optional(page.get("meta", page.get("metadata")), f"Datadog {path} meta")
            paging = read.optional(meta.get("pagination"), f"Datadog {path} pagination")
            cursor = read.text(paging.get("next_record_id"))
            if not cursor or cursor == "null":
                return found
            if cursor in cursors:
                break
            cursors.add(cursor)
        raise read.bad(f"Datadog {path}", "gave the same page again")


def address(connection: Connection) -> str:
    """Where to ask: ``base_url``, else the API of the setting ``site`` (``datadoghq.eu``, or ``eu1``)."""
    if url := connection.settings.get("base_url"):
        return url
    site = connection.settings.get("site", "us1").casefold()
    site = SITES.get(site, site)
    if site not in SITES.values():
        raise SourceError(
            f"{connection.name} has the site {site!r}, which Datadog does not have",
            f"set one of {', '.join(sorted(set(SITES.values())))}",
        )
    return f"https://api.{site}"


def _sender(url: str, keys: tuple[str, str], method: str = "GET") -> Send:
    """Sends requests; those of ``POST`` carry their JSON text as the one parameter ``body``."""
    import urllib3
    from datadog_api_client import ApiClient, Configuration
    from datadog_api_client.exceptions import ApiException

    configuration: Any = Configuration(host=url)  # type: ignore[no-untyped-call]
    configuration.enable_retry = False
    client: Any = ApiClient(configuration)
    pool = client.rest_client.pool_manager
    pool.urlopen = partial(pool.urlopen, redirect=False)  # it would carry both keys to wherever it is sent
    signed = {"DD-API-KEY": keys[0], "DD-APPLICATION-KEY": keys[1], "Accept": "application/json"}

    def send(whole: str, params: Params, headers: Mapping[str, str]) -> Answer:
        try:
            asks = method == "POST"
            reply = client.rest_client.request(
                method,
                whole,
                [] if asks else list(params),
                {**headers, **signed, **({"Content-Type": "application/json"} if asks else {})},
                json.loads(dict(params)["body"]) if asks else None,
                preload_content=False,
                request_timeout=TIMEOUT,
            )
            return received(reply)
        except ApiException as error:
            told = {str(name).lower(): str(text) for name, text in dict(error.headers or {}).items()}
            if not error.status:
                raise lost(urllib3.exceptions.SSLError(str(error.reason))) from None
            return Answer(int(error.status), told, json.dumps(error.body).encode())
        except urllib3.exceptions.HTTPError as error:
            raise lost(error) from None

    return send
