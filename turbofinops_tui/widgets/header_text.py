"""The words of the header strip: how complete the period is, on which basis, how old the data is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Days, day_text, month_of_day, month_text
from turbofinops_tui.economics.shown import percent_parts
from turbofinops_tui.economics.types import Row, SourceState, Table

if TYPE_CHECKING:
    from turbofinops_tui.actions.screens_data import Desk

Span = tuple[str, str]


def days_text(days: Days) -> str:
    """``2026-10``, ``2026-01 .. 2026-10``, or both days when the ends are within months."""
    if days.whole_months():
        first, last = month_of_day(days.start), month_of_day(days.end - 1)
        return month_text(first) if first == last else f"{month_text(first)} .. {month_text(last)}"
    last_day = day_text(days.end - 1)
    return day_text(days.start) if len(days) == 1 else f"{day_text(days.start)} .. {last_day}"


def completeness(table: Table, today: int) -> tuple[str, str]:
    """(``23 of 30 days, provisional``, role): the worst state of any source decides (numbers.md 3)."""
    days = table.days
    missing: set[int] = set()
    provisional = False
    for state in table.states:
        if state.state == "missing":
            missing.update(range(max(days.start, state.start), min(days.end, state.end)))
        else:
            provisional = provisional or _touches(state, days)
    missing.update(range(max(days.start, today), days.end))
    full = len(days) - len(missing)
    word = "missing" if full == 0 else "provisional" if missing or provisional else "final"
    role = "text" if word == "final" else "warn"
    return f"{full} of {len(days)} days, {word}", role


def _touches(state: SourceState, days: Days) -> bool:
    return state.start < days.end and state.end > days.start


def period(table: Table | None, desk: Desk, width: int) -> list[Span]:
    """Period, completeness, UTC, currency and basis; a draft's marker comes first."""
    if table is None:
        return [(f" {desk.period_text()}", "strong"), (" · reading the store", "muted")]
    text, role = completeness(table, desk.today) if desk.age_text else ("nothing delivered yet", "warn")
    shown = table.slice
    spans: list[Span] = [(f" {days_text(table.days)}", "strong"), (" · ", "rule"), (text, role)]
    if shown.view != "saved":
        spans = [(f" {shown.view.upper()} ", "tab"), *spans]
    basis = f"{shown.revenue} · {shown.cost}" if width >= 80 else f"{shown.revenue[:4]}/{shown.cost[:3]}"
    spans += [(" · ", "rule"), (f"UTC · {table.currency} · {basis}", "muted")]
    # in front, so that no width cuts it off
    return [(" ~ settling", "warn"), *spans] if desk.settling else spans


def filters_text(table: Table, where: str) -> str:
    """What narrows the slice (``where``: in its own words), and what is not counted as usual."""
    parts = [where] if where else []
    if table.slice.tax != "out":
        parts.append("tax in")
    if table.slice.credits != "in":
        parts.append("credits out")
    if table.slice.estimates != "in":
        parts.append("estimates out")
    if table.slice.shared is not None:
        parts.append(f"shared {table.slice.shared}")
    return " ".join(parts)


def age(desk: Desk) -> list[Span]:
    """How old the shown numbers are; marked while they come from the stored table."""
    if not desk.age_text:
        return []
    return [(desk.age_text, "warn" if desk.stored else "muted"), (" ", "")]


def total_units(table: Table, measure: str) -> int | None:
    """Store units of a money measure in the one total row; None when there is none or several."""
    if len(table.totals) != 1 or measure not in table.slice.measures:
        return None
    value = _value(table, table.totals[0], measure)
    return value.units if isinstance(value, Money) else None


def _value(table: Table, row: Row, measure: str) -> object:
    return row.values[table.column(measure)]


def coverage(table: Table | None, room: int) -> list[Span]:
    """``71 % direct, 22 % shared, 7 % unattributed``: three parts that add up to 100."""
    if table is None:
        return []
    cost, direct, shared = (total_units(table, name) for name in ("cost", "direct_cost", "shared_cost"))
    if cost is None or direct is None or shared is None or cost <= 0:
        return []
    parts = percent_parts([direct, shared, cost - direct - shared])
    if not any(parts):
        return []
    words = ("direct", "shared", "unattributed") if room >= 48 else ("dir", "sh", "un")
    spans: list[Span] = []
    for index, (part, word) in enumerate(zip(parts, words, strict=True)):
        role = "warn" if index == 2 and part >= 10 else "text"
        spans += [(f"{part} %", role), (f" {word}{'' if index == 2 else '  '}", "muted")]
    return [*spans, (" ", "")]
