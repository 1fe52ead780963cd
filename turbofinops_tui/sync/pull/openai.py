"""Cost and usage of an OpenAI organisation, by plain HTTP (facts: ai_datadog_otel.md 2.1).

The costs endpoint gives dollars per UTC day, project, key and line item; the usage endpoints give tokens. A
line item ``gpt-4o-2024-08-06, cached input`` says model and token class (the form is documented by examples
only: an unreadable one keeps its text as tag ``line_item`` and stands for no class). ``input_tokens`` holds
the cached and the written ones, so the uncached ones are what is left. Tokens go in as rows of cost 0 (see
``economics/token_units.py``): the quantity of a token line in the costs is not used, it would count twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.token_units import token_quantity, token_unit
from turbofinops_tui.errors import SourceError
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

URL = "https://api.openai.com"
COSTS = "/v1/organization/costs"
USAGE = "/v1/organization/usage/"
TOKEN_USAGE = ("completions", "embeddings")
"""usage reports that count tokens; the others' cost is in the bill, they have none to split by"""
PROJECTS = "/v1/organization/projects"
NAMES = "api.management.read"
SERVICE = "OpenAI API"
PERMISSION = "api.usage.read (an admin key)"
ADVICE = "make an admin key of the organisation (sk-admin-...) and store it again"
DAY = 86400
_BY_KEY = ("project_id", "line_item", "api_key_id")
_SIGNS = (
    ("cache write", "cache_write"), ("cache creation", "cache_write"), ("cached", "cache_read"),
    ("cache read", "cache_read"), ("input", "input"), ("output", "output"),
)  # fmt: skip
"""what a line item says of its token class; the first that it holds"""
_USAGE_BY = ("project_id", "api_key_id", "model", "batch", "service_tier")


class OpenAi(MonthlySource):
    """One organisation."""

    def __init__(self, connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> None:
        super().__init__(connection, secrets, clock, stop)
        self._api: JsonApi | None = None
        self._names: dict[str, str] | None = None
        self._notes: list[str] = []

    def identity(self) -> str:
        """The organisation that OpenAI names with its answers."""
        api = self._connect()
        self._names = project_names(api, self._notes)
        return organisation(api)

    def test(self) -> Probe:
        """Costs, usage and project names; the organisation is told by a header of the answers."""
        found = self.secrets("api_key")
        api = self._connect(FEW)
        missing: list[str] = []
        notes: list[str] = []
        start = (self.today - 1) * DAY
        asked = (("start_time", str(start)), ("bucket_width", "1d"), ("limit", "1"))
        for path, what in ((COSTS, "costs"), (USAGE + "completions", "usage: tokens per model and day")):
            try:
                api.get(path, asked)
            except Denied as error:
                missing.append(f"{error.permission}: {what}")
        try:
            api.get(PROJECTS, (("limit", "1"),), NAMES)
        except Denied as error:
            missing.append(f"{error.permission}: names of projects (cost stays by project id without it)")
        except Refused:
            notes.append("no project is told: cost stays by project id")
        return Probe(organisation(api), found.origin, found.secret.hint(), tuple(missing), tuple(notes))

    def month(self, month: int, start: int, end: int, tick: Tick) -> Month:
        """Costs, then tokens, of one month."""
        api = self._connect()
        if self._names is None:
            self._names = project_names(api, self._notes)
        notes, names = list(self._notes), self._names
        rows = list(self._costs(api, start, end, notes))
        tick("costs", len(rows), 0)
        account = organisation(api)
        found = [row for bucket, by in rows for row in cost_rows(bucket, by, account, names)]
        for name in TOKEN_USAGE:
            try:
                for bucket in self._read(api, USAGE + name, _USAGE_BY, start, end):
                    found += usage_rows(bucket, account, names)
            except Denied as error:
                notes.append(f"no tokens of {name}: the key lacks {error.permission}")
        return Month(merged(found), notes)

    def _costs(
        self, api: JsonApi, start: int, end: int, notes: list[str]
    ) -> Iterator[tuple[Bucket, tuple[str, ...]]]:
        """Buckets of cost and what they are grouped by; without keys where these are refused together."""
        by: tuple[str, ...] = _BY_KEY
        try:
            found = list(self._read(api, COSTS, by, start, end))
        except Refused as error:
            if error.status != 400:
                raise
            by = _BY_KEY[:2]
            notes.append("cost by API key is not offered to this organisation: by project and line item")
            found = list(self._read(api, COSTS, by, start, end))
        return iter([(bucket, by) for bucket in found])

    def _read(self, api: JsonApi, path: str, by: tuple[str, ...], start: int, end: int) -> Iterator[Bucket]:
        params: Params = [
            ("start_time", str(start * DAY)), ("end_time", str(end * DAY)), ("bucket_width", "1d"),
            ("limit", "31"), *(("group_by[]", name) for name in by),
        ]  # fmt: skip
        return buckets(api, path, params, start, end, bucket_day)

    def _connect(self, attempts: int = ATTEMPTS) -> JsonApi:
        if self._api is None or attempts != ATTEMPTS:
            key = self.secrets("api_key").secret.reveal()
            url = setting(self.connection, "base_url", URL)
            place = Place(
                "OpenAI", self.connection.name, url, {"Authorization": f"Bearer {key}"}, PERMISSION, ADVICE
            )
            self._api = JsonApi(place, self.stop, attempts=attempts)
        return self._api


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> OpenAi:
    """The source of one connection."""
    return OpenAi(connection, secrets, clock, stop)


def organisation(api: JsonApi) -> str:
    """The organisation that the last answer was for; empty when it does not tell."""
    return api.headers.get("openai-organization", "").strip()


def project_names(api: JsonApi, notes: list[str]) -> dict[str, str]:
    """Project id -> name; empty with a note when the key may not list them."""
    names: dict[str, str] = {}
    after = ""
    for _ in range(100):
        params = [("limit", "100"), ("include_archived", "true"), *([("after", after)] if after else [])]
        try:
            page = api.get(PROJECTS, params, NAMES)
        except (Denied, Refused):
            notes.append("project names are not told to this key: cost stays by project id")
            return {}
        data = read.rows(page.get("data"), f"OpenAI {PROJECTS} data")
        names |= {read.text(item.get("id")): read.text(item.get("name")) for item in data}
        last = read.text(page.get("last_id")) or (read.text(data[-1].get("id")) if data else "")
        if page.get("has_more") is not True or not last or last == after:
            return names
        after = last
    return names


def bucket_day(bucket: Json, where: str) -> int:
    """The UTC day that a bucket begins on."""
    return read.count(bucket.get("start_time"), f"{where} start_time") // DAY


def line_item(text: str) -> tuple[str, str]:
    """``(model, token class)`` of a line item; empty where it names none.

    ``gpt-4o-2024-08-06, cached input`` -> (gpt-4o-2024-08-06, cache_read); what stands before ``|`` is the
    API that was used.
    """
    head, comma, tail = text.rpartition(",")
    words = " ".join(tail.casefold().replace("_", " ").split()) if comma else ""
    found = next((name for sign, name in _SIGNS if sign in words), "")
    return (head.rpartition("|")[2].strip(), found) if found else ("", "")


def cost_rows(
    bucket: Bucket, by: tuple[str, ...], organisation_id: str, names: dict[str, str]
) -> Iterator[CostRow]:
    """One row per result of a bucket of costs, in dollars as told."""
    for place, result in enumerate(bucket.results, 1):
        where = f"OpenAI {COSTS} {day_text(bucket.day)} result {place}"
        told = read.optional(result.get("amount"), f"{where} amount")
        value = read.amount(told.get("value"), f"{where} amount.value")
        item = read.text(result.get("line_item"))
        model, token_class = line_item(item)
        unit, quantity = (token_unit(token_class), None) if token_class else _quantity(result, where)
        tags = _tags(result, names)
        if item and not model:
            tags["line_item"] = item
        yield CostRow(
            day=bucket.day, billed=value, effective=value,
            currency=read.currency(told.get("currency"), f"{where} amount.currency"),
            service=SERVICE, provider="openai", account=read.text(result.get("project_id")),
            billing_account=organisation_id, category=AI, unit=unit, quantity=quantity,
            tags=tags, model=model,
            charge="Credit" if value < 0 and "credit" in item.casefold() else "Usage",
        )  # fmt: skip


def _quantity(result: Json, where: str) -> tuple[str, Decimal | None]:
    """Unit and quantity of a line that is not about tokens of a class."""
    unit = read.text(result.get("quantity_unit"))
    if result.get("quantity") is None or not unit:
        return "", None
    return unit, read.amount(result["quantity"], f"{where} quantity")


def _tags(result: Json, names: dict[str, str]) -> dict[str, str]:
    project = read.text(result.get("project_id"))
    tags = {
        "project": names.get(project, ""),
        "project_id": project,
        "api_key_id": read.text(result.get("api_key_id")),
    }
    return {key: value for key, value in tags.items() if value}


def usage_rows(bucket: Bucket, organisation_id: str, names: dict[str, str]) -> Iterator[CostRow]:
    """The tokens of a bucket by class, as rows of cost 0."""
    for place, result in enumerate(bucket.results, 1):
        where = f"OpenAI usage {day_text(bucket.day)} result {place}"
        for token_class, tokens in classes(result, where).items():
            yield CostRow(
                day=bucket.day,
                billed=Decimal(0),
                effective=Decimal(0),
                currency="USD",
                service=SERVICE,
                provider="openai",
                account=read.text(result.get("project_id")),
                billing_account=organisation_id,
                category=AI,
                unit=token_unit(token_class),
                quantity=token_quantity(tokens),
                tags=_tags(result, names),
                model=read.text(result.get("model")),
            )


def classes(result: Json, where: str) -> dict[str, int]:
    """Disjoint token counts; ``input_tokens`` includes what was read from and written to the cache."""
    whole = read.count(result.get("input_tokens"), f"{where} input_tokens")
    cached = read.count(result.get("input_cached_tokens"), f"{where} input_cached_tokens")
    written = read.count(result.get("input_cache_write_tokens"), f"{where} input_cache_write_tokens")
    if cached + written > whole:
        raise SourceError(
            f"{where}: {cached} cached and {written} written tokens exceed {whole} input tokens", read.HINT
        )
    output = read.count(result.get("output_tokens"), f"{where} output_tokens")
    return {
        "input": whole - cached - written, "cache_read": cached, "cache_write": written, "output": output,
    }  # fmt: skip
