"""Spend of a LiteLLM proxy, by plain HTTP (facts: ai_datadog_otel.md 2.3): a gateway, priced, not billed.

The daily aggregates say what was spent; the spend logs say by whom (``end_user``). A dollar comes from one
of them: per UTC day the logged calls count with their customer, and what the aggregate has beyond them is
one row without a customer. A day without logs is taken from the aggregates by model. When the logs exceed
the aggregate (it is written later), the logs count and a note says so. One log row is one attempt;
the same ``request_id`` counts once.

``provider`` is the one that served the call (``custom_llm_provider``, else the model's prefix), so that a
bill of that provider for the same day can take the gateway's place. Prompt tokens include cached ones; a log
row tells these apart only in ``metadata.usage_object``. End users can name themselves in ``user``.
"""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.sync.http import ATTEMPTS, FEW
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.delivery_csv import CostRow
from turbofinops_tui.sync.pull.json_api import MOST_PAGES, Json, JsonApi, Place, Refused
from turbofinops_tui.sync.pull.litellm_rows import (
    Spent,
    aggregate_rows,
    cost_rows,
    is_summary,
    log_day,
    rest_row,
    spent_of_log,
    whole_of,
)
from turbofinops_tui.sync.pull.monthly import Month, MonthlySource, merged
from turbofinops_tui.sync.runner import Denied, Probe, Secrets, Tick, check_stop

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection

ACTIVITY = "/user/daily/activity"
LOGS = "/spend/logs"
PERMISSION = "the role proxy_admin_viewer (or the master key)"
ADVICE = "make a key of a proxy admin viewer and store it again"
PAGE = 1000


class LiteLlm(MonthlySource):
    """One proxy."""

    overlap = 7
    """days; a proxy writes its own figures and does not correct old ones"""

    def __init__(self, connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> None:
        super().__init__(connection, secrets, clock, stop)
        self._api: JsonApi | None = None

    def test(self) -> Probe:
        """Whether aggregates and logs may be read; a proxy has no account id."""
        found = self.secrets("api_key")
        api = self._connect(FEW)
        missing = []
        try:
            self._aggregates(api, self.today - 1, self.today + 1)
        except Denied as error:
            missing.append(f"{error.permission}: daily activity")
        try:
            self._logs(api, self.today)
        except Denied as error:
            missing.append(f"{error.permission}: spend logs, which name the end user")
        except Refused:
            pass  # told when it matters: a proxy may keep no logs
        return Probe("", found.origin, found.secret.hint(), tuple(missing))

    def month(self, month: int, start: int, end: int, tick: Tick) -> Month:
        """Aggregates of the month, then the logs of each of its days."""
        api = self._connect()
        notes: list[str] = []
        days = self._aggregates(api, start, end)
        rows: list[CostRow] = []
        logs = True
        for day in range(start, end):
            check_stop(self.stop)
            spent: list[Spent] = []
            if logs:
                try:
                    spent = self._logs(api, day)
                except (Denied, Refused) as error:
                    logs = False
                    notes.append(f"spend logs cannot be read, so no customer is named: {error.message}")
            rows += self._day(day, spent, days.get(day, []), notes)
            tick("days", day - start + 1, end - start)
        return Month(merged(rows), notes)

    def _day(self, day: int, spent: list[Spent], parts: list[Json], notes: list[str]) -> list[CostRow]:
        where = f"LiteLLM {ACTIVITY} {day_text(day)}"
        if not spent:
            return [row for part in parts for row in aggregate_rows(day, part, where)]
        rows = [row for item in spent for row in cost_rows(day, item)]
        if parts:
            whole = sum((whole_of(part, where) for part in parts), Decimal(0))
            left = whole - sum((item.spend for item in spent), Decimal(0))
            if left > 0:
                rows.append(rest_row(day, left))
            elif left < 0:
                notes.append(
                    f"{day_text(day)}: the spend logs exceed the daily activity by {decimal_text(-left)} USD"
                )
        return rows

    def _aggregates(self, api: JsonApi, start: int, end: int) -> dict[int, list[Json]]:
        """Day -> its parts: a page holds so many table rows, so a day may come in pieces that add up."""
        where = f"LiteLLM {ACTIVITY}"
        found: dict[int, list[Json]] = {}
        for page in range(1, MOST_PAGES):
            answer = api.get(ACTIVITY, [
                ("start_date", day_text(start)), ("end_date", day_text(end - 1)),
                ("page", str(page)), ("page_size", str(PAGE)),
            ])  # fmt: skip
            told = read.optional(answer.get("metadata"), f"{where} metadata")
            if read.count(told.get("page"), f"{where} page") not in (0, page):
                raise read.bad(where, f"gave another page than {page}")
            results = read.rows(answer.get("results"), f"{where} results")
            for item in results:
                day = read.day(item.get("date"), f"{where} date")
                if read.within(day, start, end, where):
                    found.setdefault(day, []).append(item)
            pages = read.count(told.get("total_pages"), f"{where} total_pages")
            if not results or not (told.get("has_more") is True or pages > page):
                return found
        raise read.bad(where, "its pages never end")

    def _logs(self, api: JsonApi, day: int) -> list[Spent]:
        """The logged calls of one UTC day; a summary in place of calls gives none."""
        calls: dict[str, Spent] = {}
        for page in range(1, MOST_PAGES):
            answer = api.value(LOGS, [
                ("start_date", day_text(day)), ("end_date", day_text(day + 1)), ("summarize", "false"),
                ("page", str(page)), ("page_size", "100"),
            ])  # fmt: skip
            data = answer.get("data") if isinstance(answer, dict) else answer
            listed = read.rows(data, f"LiteLLM {LOGS} {day_text(day)}")
            for place, row in enumerate(listed, 1):
                where = f"LiteLLM {LOGS} {day_text(day)} row {place}"
                if not is_summary(row) and log_day(row, where) == day:
                    ident = read.text(row.get("request_id")) or f"page {page} row {place}"
                    calls.setdefault(ident, spent_of_log(row, where))
            pages = read.count(answer.get("total_pages"), LOGS) if isinstance(answer, dict) else 1
            if pages <= page or not listed:
                return list(calls.values())
        raise read.bad(f"LiteLLM {LOGS}", "its pages never end")

    def _connect(self, attempts: int = ATTEMPTS) -> JsonApi:
        if self._api is None or attempts != ATTEMPTS:
            key = self.secrets("api_key").secret.reveal()
            url = self.connection.settings.get("base_url", "")
            if not url:
                raise read.bad(self.connection.name, "has no base_url: where the proxy listens")
            place = Place(
                "LiteLLM", self.connection.name, url, {"Authorization": f"Bearer {key}"}, PERMISSION, ADVICE
            )
            self._api = JsonApi(place, self.stop, attempts=attempts)
        return self._api


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> LiteLlm:
    """The source of one connection."""
    return LiteLlm(connection, secrets, clock, stop)
