"""Cost and usage of an Anthropic organisation, by plain HTTP (facts: ai_datadog_otel.md 2.2).

Amounts of the cost report are decimal texts in the smallest unit of their currency ("123.78912" is
1.2378912 USD). Token classes of the usage report are disjoint as they come. Tokens go in as rows of cost 0
(see ``economics/token_units.py``), in the units of the token lines of the cost. Priority Tier cost is in
neither report: when its tokens are seen, a note says so.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import EXPONENTS
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.token_units import token_quantity, token_unit
from turbofinops_tui.sync.http import ATTEMPTS, FEW
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.delivery_csv import CostRow
from turbofinops_tui.sync.pull.json_api import Json, JsonApi, Params, Place, Refused
from turbofinops_tui.sync.pull.monthly import AI, Month, MonthlySource, merged, setting
from turbofinops_tui.sync.pull.pages import Bucket, buckets
from turbofinops_tui.sync.runner import Denied, Probe, Secrets, Tick

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection

URL = "https://api.anthropic.com"
VERSION = "2023-06-01"
COST = "/v1/organizations/cost_report"
USAGE = "/v1/organizations/usage_report/messages"
ME = "/v1/organizations/me"
WORKSPACES = "/v1/organizations/workspaces"
SERVICE = "Claude API"
PERMISSION = "an Admin API key of the organisation"
ADVICE = "an admin of the organisation makes one (sk-ant-admin...) in the Console"
PRIORITY = "Priority Tier was used: its cost is in no report of Anthropic, import it by hand"
_COST_BY = ("workspace_id", "description")
_USAGE_BY = ("workspace_id", "model", "service_tier", "context_window")
_SEARCHES = "web searches"
_EXACT = Context(prec=450)


class Anthropic(MonthlySource):
    """One organisation."""

    def __init__(self, connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> None:
        super().__init__(connection, secrets, clock, stop)
        self._api: JsonApi | None = None
        self._known: tuple[str, dict[str, str]] | None = None

    def identity(self) -> str:
        """The organisation behind the key."""
        return organisation(self._connect())

    def test(self) -> Probe:
        """The organisation, then one day of each report."""
        found = self.secrets("api_key")
        api = self._connect(FEW)
        missing: list[str] = []
        notes: list[str] = []
        asked = (
            ("starting_at", f"{day_text(self.today - 1)}T00:00:00Z"),
            ("bucket_width", "1d"),
            ("limit", "1"),
        )
        for path, what in ((COST, "cost report"), (USAGE, "usage report: tokens per model and day")):
            try:
                api.get(path, asked)
            except Denied as error:
                missing.append(f"{error.permission}: {what}")
        account = organisation(api)
        if not account:
            notes.append("the organisation's id is not told to this key")
        return Probe(account, found.origin, found.secret.hint(), tuple(missing), tuple(notes))

    def month(self, month: int, start: int, end: int, tick: Tick) -> Month:
        """Costs, then tokens, of one month."""
        api = self._connect()
        notes: list[str] = []
        if self._known is None:
            self._known = organisation(api), workspace_names(api, notes)
        account, names = self._known
        found: list[CostRow] = []
        for bucket in self._read(api, COST, _COST_BY, start, end):
            found += cost_rows(bucket, account, names)
        tick("costs", len(found), 0)
        try:
            for bucket in self._read(api, USAGE, _USAGE_BY, start, end):
                found += usage_rows(bucket, account, names)
                if any(read.text(item.get("service_tier")).startswith("priority") for item in bucket.results):
                    notes.append(PRIORITY)
        except Denied as error:
            notes.append(f"no tokens: the key lacks {error.permission}")
        return Month(merged(found), notes)

    def _read(self, api: JsonApi, path: str, by: tuple[str, ...], start: int, end: int) -> Iterator[Bucket]:
        params: Params = [
            ("starting_at", f"{day_text(start)}T00:00:00Z"), ("ending_at", f"{day_text(end)}T00:00:00Z"),
            ("bucket_width", "1d"), ("limit", "31"), *(("group_by[]", name) for name in by),
        ]  # fmt: skip
        return buckets(api, path, params, start, end, bucket_day)

    def _connect(self, attempts: int = ATTEMPTS) -> JsonApi:
        if self._api is None or attempts != ATTEMPTS:
            key = self.secrets("api_key").secret.reveal()
            place = Place(
                "Anthropic", self.connection.name, setting(self.connection, "base_url", URL),
                {"x-api-key": key, "anthropic-version": VERSION}, PERMISSION, ADVICE,
            )  # fmt: skip
            self._api = JsonApi(place, self.stop, attempts=attempts)
        return self._api


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> Anthropic:
    """The source of one connection."""
    return Anthropic(connection, secrets, clock, stop)


def organisation(api: JsonApi) -> str:
    """Id of the organisation behind the key; empty when nothing tells (a header of any answer may)."""
    try:
        return read.text(api.get(ME).get("id"))
    except (Denied, Refused):
        return api.headers.get("anthropic-organization-id", "").strip()


def workspace_names(api: JsonApi, notes: list[str]) -> dict[str, str]:
    """Workspace id -> name; empty with a note when the key may not list them."""
    names: dict[str, str] = {}
    after = ""
    for _ in range(100):
        params = [("limit", "100"), ("include_archived", "true"), *([("after_id", after)] if after else [])]
        try:
            page = api.get(WORKSPACES, params)
        except (Denied, Refused):
            notes.append("workspace names are not told to this key: cost stays by workspace id")
            return {}
        data = read.rows(page.get("data"), f"Anthropic {WORKSPACES} data")
        names |= {read.text(item.get("id")): read.text(item.get("name")) for item in data}
        last = read.text(page.get("last_id"))
        if page.get("has_more") is not True or not last or last == after:
            return names
        after = last
    return names


def bucket_day(bucket: Json, where: str) -> int:
    """The UTC day that a bucket begins on."""
    return read.day(bucket.get("starting_at"), f"{where} starting_at")


def token_class(token_type: str) -> str:
    """The class of a ``token_type`` of the cost report; empty for what is not tokens of a class."""
    if token_type.startswith("cache_creation"):
        return "cache_write"
    known = {
        "uncached_input_tokens": "input",
        "cache_read_input_tokens": "cache_read",
        "output_tokens": "output",
    }
    return known.get(token_type, "")


def cost_rows(bucket: Bucket, organisation_id: str, names: dict[str, str]) -> Iterator[CostRow]:
    """One row per result of a bucket of costs."""
    for place, result in enumerate(bucket.results, 1):
        where = f"Anthropic {COST} {day_text(bucket.day)} result {place}"
        money = read.currency(result.get("currency"), f"{where} currency")
        value = read.amount(result.get("amount"), f"{where} amount").scaleb(-EXPONENTS[money], _EXACT)
        kind = read.text(result.get("cost_type"))
        found = token_class(read.text(result.get("token_type")))
        unit = token_unit(found) if found else _SEARCHES if kind == "web_search" else ""
        tags = _tags(result, names)
        if not read.text(result.get("model")) and not found:
            tags |= {"cost_type": kind, "description": read.text(result.get("description"))}
        yield CostRow(
            day=bucket.day,
            billed=value,
            effective=value,
            currency=money,
            service=SERVICE,
            provider="anthropic",
            account=read.text(result.get("workspace_id")),
            billing_account=organisation_id,
            category=AI,
            unit=unit,
            tags={key: text for key, text in tags.items() if text},
            model=read.text(result.get("model")),
        )


def usage_rows(bucket: Bucket, organisation_id: str, names: dict[str, str]) -> Iterator[CostRow]:
    """Tokens by class and web searches of a bucket, as rows of cost 0."""
    for place, result in enumerate(bucket.results, 1):
        where = f"Anthropic {USAGE} {day_text(bucket.day)} result {place}"
        counted: list[tuple[str, Decimal]] = [
            (token_unit(name), token_quantity(tokens)) for name, tokens in classes(result, where).items()
        ]
        tools = read.optional(result.get("server_tool_use"), f"{where} server_tool_use")
        counted.append(
            (_SEARCHES, Decimal(read.count(tools.get("web_search_requests"), f"{where} web_search_requests")))
        )
        for unit, quantity in counted:
            yield CostRow(
                day=bucket.day, billed=Decimal(0), effective=Decimal(0), currency="USD", service=SERVICE,
                provider="anthropic", account=read.text(result.get("workspace_id")),
                billing_account=organisation_id, category=AI, unit=unit, quantity=quantity,
                tags=_tags(result, names), model=read.text(result.get("model")),
            )  # fmt: skip


def classes(result: Json, where: str) -> dict[str, int]:
    """Disjoint token counts; here the parts come apart already."""
    creation = read.optional(result.get("cache_creation"), f"{where} cache_creation")
    return {
        "input": read.count(result.get("uncached_input_tokens"), f"{where} uncached_input_tokens"),
        "cache_read": read.count(result.get("cache_read_input_tokens"), f"{where} cache_read_input_tokens"),
        "cache_write": sum(
            read.count(value, f"{where} cache_creation.{key}") for key, value in creation.items()
        ),
        "output": read.count(result.get("output_tokens"), f"{where} output_tokens"),
    }


def _tags(result: Json, names: dict[str, str]) -> dict[str, str]:
    workspace = read.text(result.get("workspace_id"))
    tags = {
        "workspace": names.get(workspace, ""), "workspace_id": workspace,
        "service_tier": read.text(result.get("service_tier")),
        "context_window": read.text(result.get("context_window")),
    }  # fmt: skip
    return {key: text for key, text in tags.items() if text}
