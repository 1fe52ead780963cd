"""Monthly recurring revenue, apart from recognised revenue: lines, movements, NRR (numbers.md 2).

A subscription line is worth ``net / months of its interval x days of a full interval / days of the line``
per month while its period lasts; the MRR of a day is the sum of the lines whose period holds it. Amounts
are integers at store scale, rounded half-even once per line, so that every sum is a sum of lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from turbofinops_tui.economics.money import Ratio, half_even
from turbofinops_tui.economics.periods import date_of, month_days, month_of_day, month_start

Movement = Literal["new", "expansion", "contraction", "churn", "reactivation"]
MOVEMENTS: tuple[Movement, ...] = ("new", "expansion", "contraction", "churn", "reactivation")
MONTHS = {"month": 1, "year": 12}
DAYS_OF_YEAR = 365
MrrLine = tuple[str | None, int, int, int]
"""(customer, first day, day after the last, units per month)"""


def months_later(day: int, months: int) -> int:
    """The same day of the month ``months`` later (or earlier), the last one where it has fewer days."""
    month = month_of_day(day) + months
    return month_start(month) + min(date_of(day).day, month_days(month)) - 1


def monthly_units(units: int, start: int, end: int, interval: str, count: int) -> int:
    """What a line of ``units`` over ``[start, end)`` is worth per month; 0 without a period.

    ``interval`` is day, week, month or year, ``count`` of them; without one the period itself is the
    interval: whole months where it is, else days of a 365-day year.
    """
    if end <= start or not units:
        return 0
    numerator, denominator = _per_month(start, end, interval, count)
    return half_even(Fraction(units * numerator, denominator))


@lru_cache(maxsize=4096)
def _per_month(start: int, end: int, interval: str, count: int) -> tuple[int, int]:
    """days of the full interval / (months of the interval x days of the line)."""
    days = end - start
    if interval in MONTHS:
        months = MONTHS[interval] * max(1, count)
        return _full(start, end, months), months * days
    months = month_of_day(end) - month_of_day(start)
    if not interval and months and _full(start, end, months) == days:
        return 1, months
    # in days and weeks the interval cancels out: full days / (full days x 12 / 365) / days of the line
    return DAYS_OF_YEAR, 12 * days


def _full(start: int, end: int, months: int) -> int:
    """Days of the full interval that ends with the line; anchors on the 29th to 31st are seen both ways."""
    if months_later(start, months) == end:
        return end - start
    return end - months_later(end, -months)


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a customer's MRR: ``units`` is signed, from the day ``day`` on."""

    day: int
    customer: str | None
    kind: Movement
    units: int


def mrr_on(lines: Iterable[MrrLine], day: int) -> dict[str | None, int]:
    """MRR per customer on ``day``; customers without any are left out."""
    found: dict[str | None, int] = defaultdict(int)
    for customer, start, end, units in lines:
        if start <= day < end:
            found[customer] += units
    return {customer: units for customer, units in found.items() if units}


def changes(lines: Iterable[MrrLine], start: int, end: int) -> list[Change]:
    """Every movement on the days ``[start, end)``, by day and customer.

    From nothing: ``new`` the first time, ``reactivation`` afterwards; to nothing: ``churn``. The MRR at
    the end is that of the day before ``start`` plus all movements.
    """
    steps: dict[str | None, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for customer, first, after, units in lines:
        steps[customer][first] += units
        steps[customer][after] -= units
    found = []
    for customer, days in steps.items():
        level, known = 0, False
        for day in sorted(days):
            before, level = level, level + days[day]
            if level != before and start <= day < end:
                found.append(Change(day, customer, _kind(before, level, known), level - before))
            known = known or level > 0
    return sorted(found, key=lambda change: (change.day, change.customer or "", change.customer is None))


def _kind(before: int, after: int, known: bool) -> Movement:
    if before <= 0 < after:
        return "reactivation" if known else "new"
    if after <= 0 < before:
        return "churn"
    return "expansion" if after > before else "contraction"


def movement_totals(found: Iterable[Change]) -> dict[Movement, int]:
    """Signed units per movement; every movement is there."""
    totals: dict[Movement, int] = dict.fromkeys(MOVEMENTS, 0)
    for change in found:
        totals[change.kind] += change.units
    return totals


def nrr(start: Mapping[str | None, int], end: Mapping[str | None, int]) -> Ratio | None:
    """Net revenue retention: the MRR at the end of those who had some at the start; None without any."""
    base = sum(units for units in start.values() if units > 0)
    kept = sum(end.get(customer, 0) for customer, units in start.items() if units > 0)
    return Ratio(kept, base) if base else None


def opening_day(lines: Iterable[MrrLine], start: int) -> int:
    """The day whose MRR a range from ``start`` opens with: the day before, or the first if none is older."""
    return start - 1 if any(first < start for _, first, _, units in lines if units) else start
