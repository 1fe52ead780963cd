"""Activity of an OpenRouter account, by plain HTTP (facts: ai_datadog_otel.md 2.3).

The list holds the last 30 completed UTC days only, and cost is replaced by month: a month that began before
that window is put together from the days in the window and the days of earlier runs, which are kept in its
cursor. ``usage`` is what OpenRouter charges, in USD. What a provider charges to one's own key
(``byok_usage_inference``) is that provider's bill, so it is told in a note and never counted. A row has one
amount for all token classes; its tokens go in as rows of cost 0 (``economics/token_units.py``), prompt
tokens as input since cached ones are not told apart; reasoning tokens are part of the completion.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.periods import day_text, month_days, month_text, parse_day
from turbofinops_tui.economics.token_units import token_quantity, token_unit
from turbofinops_tui.sync.http import ATTEMPTS, FEW
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.delivery_csv import CostRow
from turbofinops_tui.sync.pull.json_api import Json, JsonApi, Place, Refused
from turbofinops_tui.sync.pull.monthly import AI, Month, MonthlySource, merged, setting
from turbofinops_tui.sync.runner import Denied, Probe, Secrets, Tick

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection

URL = "https://openrouter.ai"
ACTIVITY = "/api/v1/activity"
KEY = "/api/v1/key"
WINDOW = 30
"""completed UTC days that the list holds"""
SERVICE = "OpenRouter"
PERMISSION = "a management (provisioning) key"
ADVICE = "make a management key in the settings of OpenRouter and store it again"
Kept = list[list[str | int]]
"""[model, upstream, usage, prompt tokens, completion tokens, requests] per row: what a day is made of"""


class OpenRouter(MonthlySource):
    """One account."""

    def __init__(self, connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> None:
        super().__init__(connection, secrets, clock, stop)
        self._api: JsonApi | None = None
        self._days: dict[int, Kept] | None = None
        self._byok = Decimal(0)

    def identity(self) -> str:
        """The user behind the key."""
        return account_of(self._connect())

    def test(self) -> Probe:
        """The account, as far as the key tells, and whether activity may be read."""
        found = self.secrets("api_key")
        api = self._connect(FEW)
        missing = []
        try:
            api.get(ACTIVITY)
        except Denied as error:
            missing.append(f"{error.permission}: activity")
        return Probe(account_of(api), found.origin, found.secret.hint(), tuple(missing))

    def month(self, month: int, start: int, end: int, tick: Tick) -> Month:
        """The month's days: those of the window as they are now, older ones as they were kept."""
        if self._days is None:
            self._days = self._window()
        kept = self.cursors.get(self.key(month), {}).get("days", {})
        first = self.today - WINDOW
        if start < first and self.full:
            note = f"{month_text(month)} can no longer be read whole: what was delivered stays"
            return Month([], [note], skip=True)
        days: dict[int, Kept] = {parse_day(day): rows for day, rows in kept.items() if parse_day(day) < first}
        days |= {day: rows for day, rows in self._days.items() if start <= day < end}
        tick("activity", len(days), 0)
        notes = (
            []
            if start >= first or kept
            else [f"OpenRouter tells {WINDOW} days: none before {day_text(first)}"]
        )
        if self._byok:
            notes.append(
                f"{decimal_text(self._byok)} USD were charged to own keys by providers: not counted here"
            )
        found = [row for day in sorted(days) for row in rows_of(day, days[day])]
        if not found and start + month_days(month) <= first:
            return Month([], skip=True)
        return Month(merged(found), notes, delivered_until=min(end, self.today), keep={"days": _stored(days)})

    def _window(self) -> dict[int, Kept]:
        api = self._connect()
        answer = api.get(ACTIVITY)
        days, self._byok = activity(answer, self.today)
        return days

    def _connect(self, attempts: int = ATTEMPTS) -> JsonApi:
        if self._api is None or attempts != ATTEMPTS:
            key = self.secrets("api_key").secret.reveal()
            url = setting(self.connection, "base_url", URL).removesuffix("/api/v1").removesuffix("/api")
            place = Place(
                "OpenRouter",
                self.connection.name,
                url,
                {"Authorization": f"Bearer {key}"},
                PERMISSION,
                ADVICE,
            )
            self._api = JsonApi(place, self.stop, attempts=attempts)
        return self._api


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> OpenRouter:
    """The source of one connection."""
    return OpenRouter(connection, secrets, clock, stop)


def account_of(api: JsonApi) -> str:
    """The user behind the key; empty when OpenRouter does not tell (never seen recorded)."""
    try:
        return read.text(read.optional(api.get(KEY).get("data"), KEY).get("creator_user_id"))
    except (Denied, Refused):
        return ""


def activity(answer: Json, today: int) -> tuple[dict[int, Kept], Decimal]:
    """(day -> its rows, what providers charged to own keys), of completed days alone."""
    days: dict[int, Kept] = {}
    byok = Decimal(0)
    for place, row in enumerate(read.rows(answer.get("data"), f"OpenRouter {ACTIVITY} data"), 1):
        where = f"OpenRouter {ACTIVITY} row {place}"
        day = read.day(row.get("date"), f"{where} date")
        if day >= today:
            continue
        usage = read.amount(row.get("usage"), f"{where} usage")
        own = row.get("byok_usage_inference")
        byok += read.amount(own, f"{where} byok_usage_inference") if own is not None else 0
        days.setdefault(day, []).append([
            read.text(row.get("model")) or read.text(row.get("model_permaslug")),
            read.text(row.get("provider_name")),
            decimal_text(usage),
            read.count(row.get("prompt_tokens"), f"{where} prompt_tokens"),
            read.count(row.get("completion_tokens"), f"{where} completion_tokens"),
            read.count(row.get("requests"), f"{where} requests"),
        ])  # fmt: skip
    for rows in days.values():
        rows.sort(key=str)
    return days, byok


def rows_of(day: int, kept: Kept) -> Iterator[CostRow]:
    """Cost and tokens of one day."""
    for model, upstream, usage, prompt, completion, _requests in kept:
        tags = {"upstream": str(upstream)} if upstream else {}
        amount = read.amount(usage, "usage")
        figures = [
            (amount, "", None),
            (Decimal(0), token_unit("input"), token_quantity(int(prompt))),
            (Decimal(0), token_unit("output"), token_quantity(int(completion))),
        ]
        for cost, unit, quantity in figures:
            yield CostRow(
                day=day, billed=cost, effective=cost, currency="USD", service=SERVICE, provider="openrouter",
                category=AI, unit=unit, quantity=quantity, tags=tags, model=str(model),
            )  # fmt: skip


def _stored(days: Mapping[int, Kept]) -> dict[str, Any]:
    return {day_text(day): rows for day, rows in sorted(days.items())}
