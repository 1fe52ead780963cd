"""The figures that ``check`` judges: every one asked of ``evaluate``, on windows of days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from turbofinops_tui.economics import watch
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Days, Range, day_text, month_start
from turbofinops_tui.economics.types import Condition, Slice, Table, Value
from turbofinops_tui.economics.watch import Figures, Period, SourceDays

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

NO_COHORT = "none"
FEES = "stripe"
"""provider of processing fees"""


@dataclass(slots=True)
class Week:
    """Figures of judged days: (by, key) -> figures and what they are made of."""

    days: Days
    figures: dict[tuple[str, str], Figures] = field(default_factory=dict)
    parts: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    cohort_of: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """customer -> why it is not judged"""
    estimated: dict[str, int] = field(default_factory=dict)
    """source with monthly dollars -> the month whose daily rate stands for it"""
    notes: list[watch.NotJudged] = field(default_factory=list)


def span(days: Days) -> Range:
    """Days as a range of a slice."""
    return Range(start=day_text(days.start), end=day_text(days.end))


def units(value: Value) -> int:
    """Store units of a money cell, 0 where it has no meaning."""
    return value.units if isinstance(value, Money) else 0


def exactly(dimension: str, value: str, negated: bool = False) -> Condition:
    """A filter that means one value, whatever signs it holds."""
    special = value.startswith("re:") or any(sign in value for sign in "*?|") or value != value.strip()
    return Condition(dimension, "re:" + re.escape(value) if special else value, negated)


class Watcher:
    """Asks a set of reports for the figures of windows; remembers which sources are monthly."""

    def __init__(self, reports: Reports) -> None:
        self.reports = reports
        self.today = reports.session.clock.today()
        books = reports.refresh()
        self.settings = books.settings
        self.currency = books.settings.currency
        periods = (Period(b.source, b.period, b.first_day, b.last_day, b.final_until) for b in books.batches)
        self.monthly = watch.monthly_sources(periods, self.today)

    def table(
        self, by: Sequence[str], measures: Sequence[str], days: Days, where: Sequence[Condition] = ()
    ) -> Table:
        """A table of those days."""
        return self.reports.table(Slice(tuple(by), tuple(measures), span(days), where=tuple(where)))

    # --- which days ---------------------------------------------------------------------------

    def sources(self) -> list[SourceDays]:
        """Cost of every source in the trailing days, and the first day that each is missing."""
        days = Days(self.today - watch.TRAILING, self.today)
        asked = Days(days.start, self.today + 1)
        table = self.table(("source", "provider"), ("cost",), days)
        missing = {s.source: s.start for s in self.table((), ("cost",), asked).states if s.state == "missing"}
        costs: dict[str, int] = {}
        fees: dict[str, bool] = {}
        for row in table.rows:
            source, provider = row.key
            if source is not None:
                costs[source] = costs.get(source, 0) + units(row.values[0])
                fees[source] = fees.get(source, True) and provider == FEES
        for source in self.monthly:
            costs[source] = sum(self._rate(source, (), watch.TRAILING)[0].values())
            missing.pop(source, None)
        return [
            SourceDays(source, cost, missing.get(source), fees.get(source, False))
            for source, cost in sorted(costs.items())
        ]

    def ended(self, known: Sequence[SourceDays]) -> list[watch.NotJudged]:
        """Sources with cost in the 28 days before the trailing ones and none since."""
        end = self.today - watch.TRAILING
        table = self.table(("source",), ("cost",), Days(end - watch.TRAILING, end))
        have = {source.name for source in known if source.cost}
        return [
            watch.NotJudged(source, f"no cost since before {day_text(end)}: ended, or no longer delivered")
            for (source,) in (row.key for row in table.rows)
            if source is not None and source not in have
        ]

    # --- figures ------------------------------------------------------------------------------

    def week(self, days: Days, by: Sequence[str]) -> Week:
        """The figures of a window for customers and cohorts, and for features when they are asked for."""
        found = Week(days)
        where = [exactly("source", source, True) for source in self.monthly]
        table = self.table(("cohort", "customer"), ("revenue", "cost", "margin"), days, where)
        for item in table.unbilled:
            found.left_out[item.customer] = "usage that is not billed yet"
        for row in table.rows:
            if row.key[1] is not None and row.values[2] is None:
                found.left_out.setdefault(row.key[1], "amounts without an exchange rate")
        for row in table.rows:
            cohort, customer = row.key
            if customer is not None:
                found.cohort_of[customer] = cohort or NO_COHORT
                self._add(found, customer, ("customer", "cohort"), units(row.values[0]), units(row.values[1]))
        if "feature" in by:
            features = self.table(("feature", "customer"), ("revenue", "cost"), days, where)
            for row in features.rows:
                if row.key[0] is not None and (row.key[1] or "") not in found.left_out:
                    place = ("feature", row.key[0])
                    more = Figures(units(row.values[0]), units(row.values[1]))
                    found.figures[place] = found.figures.get(place, Figures()).plus(more)
        self._add_rates(found, by)
        return found

    def _add(self, found: Week, customer: str, by: Sequence[str], revenue: int, cost: int) -> None:
        if customer in found.left_out:
            return
        for name in by:
            key = customer if name == "customer" else found.cohort_of.get(customer, NO_COHORT)
            place = (name, key)
            found.figures[place] = found.figures.get(place, Figures()).plus(Figures(revenue, cost))

    def _add_rates(self, found: Week, by: Sequence[str]) -> None:
        """Cost of sources with monthly dollars only, at the daily rate of their last final month."""
        for source in self.monthly:
            costs, month = self._rate(source, ("customer",), watch.WINDOW)
            if month is None:
                found.notes.append(watch.NotJudged(source, "monthly dollars only, and no month is final yet"))
                continue
            found.estimated[source] = month
            for (customer,), cost in costs.items():
                if customer is not None:
                    self._add(found, customer, ("customer", "cohort"), 0, cost)
            if "feature" in by:
                for (feature,), cost in self._rate(source, ("feature",), watch.WINDOW)[0].items():
                    if feature is not None:
                        place = ("feature", feature)
                        found.figures[place] = found.figures.get(place, Figures()).plus(Figures(0, cost))

    def _rate(
        self, source: str, by: tuple[str, ...], days: int
    ) -> tuple[dict[tuple[str | None, ...], int], int | None]:
        """Key -> what ``days`` days of a monthly source cost, and the month whose rate that is."""
        month = watch.last_final_month(self.monthly[source], self.today, self.settings.final_after_days)
        if month is None:
            return {}, None
        whole = Days(month_start(month), month_start(month + 1))
        table = self.table(by or ("source",), ("cost",), whole, [exactly("source", source)])
        return {row.key: watch.daily_share(units(row.values[0]), month, days) for row in table.rows}, month

    # --- what a margin is made of -------------------------------------------------------------

    def parts(self, week: Week, by: str, key: str) -> dict[str, int]:
        """What the margin of one key was made of: revenue, and the cost of each provider."""
        where = [exactly("source", source, True) for source in self.monthly]
        own = {"customer": "customer", "cohort": "cohort", "feature": "feature"}[by]
        table = self.table(("provider", "customer"), ("cost",), week.days, [*where, exactly(own, key)])
        figures = week.figures.get((by, key), Figures())
        found = {"revenue": figures.revenue}
        for row in table.rows:
            provider, customer = row.key
            if (customer is None and by != "feature") or customer in week.left_out:
                continue
            name = f"cost of {provider or 'unknown'}"
            found[name] = found.get(name, 0) - units(row.values[0])
        rest = figures.margin - sum(found.values())
        return found | ({"cost of monthly sources, estimated": rest} if rest else {})

    def paid_before(self) -> Mapping[str, int]:
        """Customer -> the first day with revenue."""
        from turbofinops_tui.economics.evaluate.births import first_paid_days

        return first_paid_days(self.reports.books(), self.reports.rules())

    def provisional(self, days: Days) -> bool:
        """Whether a day of a window may still be restated."""
        return any(state.state == "provisional" for state in self.table((), ("cost",), days).states)
