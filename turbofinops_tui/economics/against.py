"""Two answers to one question side by side: the cells that differ, and whether it is one question at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Days, Range, day_text
from turbofinops_tui.economics.types import BooksId, Key, Row, Slice, Table, Value

PARTS = ("facts", "rules", "settings")
_OPTIONS = (
    ("--by", "by"), ("--measure", "measures"), ("--basis", "revenue"), ("--cost", "cost"), ("--tax", "tax"),
    ("--credits", "credits"), ("--estimates", "estimates"), ("--where", "where"), ("--having", "having"),
    ("--top", "top"), ("--compare", "compare"), ("--cumulative", "cumulative"), ("--shared", "shared"),
    ("--view", "view"),
)  # fmt: skip
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Differing:
    """One cell whose text is not the same in both; None: it is not there, or has no meaning."""

    key: Key
    currency: str
    """of the row, with ``currency=native``"""
    measure: str
    was: str | None
    now: str | None
    what: str = "row"
    """``row``, ``others`` (what --top cut) or ``total``"""


def other_slice(first: Table, second: Table) -> str:
    """Why the two are not about the same question, in words; empty when they are. Order does not count."""
    named = [option for option, name in _OPTIONS if getattr(first.slice, name) != getattr(second.slice, name)]
    if named:
        return f"the slices differ in {', '.join(named)}"
    if first.days != second.days:
        return f"they are about {_span(first.days)} and {_span(second.days)}"
    if first.currency != second.currency:
        return f"they are in {first.currency} and {second.currency}"
    return ""


def same_question(table: Table) -> Slice:
    """The slice of a table with its range pinned to the days that it is about."""
    span = Range(start=day_text(table.days.start), end=day_text(table.days.end))
    return replace(table.slice, range=span)


def differing_parts(first: BooksId, second: BooksId) -> tuple[str, ...]:
    """Which parts of the books are not the same."""
    return tuple(part for part in PARTS if getattr(first, part) != getattr(second, part))


def differing_cells(before: Table, now: Table) -> list[Differing]:
    """Every cell that differs: rows in the order of ``now``, those of ``before`` alone, then totals."""
    found: list[Differing] = []
    old, new = _by_key(before), _by_key(now)
    for at in dict.fromkeys((*new, *old)):
        found += _cells(now.slice, at, old.get(at), new.get(at), "others" if at[2] else "row")
    old, new = ({(row.key, row.currency, False): row for row in table.totals} for table in (before, now))
    for at in dict.fromkeys((*new, *old)):
        found += _cells(now.slice, at, old.get(at), new.get(at), TOTAL)
    return found


_At = tuple[Key, str, bool]


def _by_key(table: Table) -> dict[_At, Row]:
    return {(() if row.others else row.key, row.currency, row.others): row for row in table.rows}


def _cells(slice_: Slice, at: _At, old: Row | None, new: Row | None, what: str) -> Iterator[Differing]:
    for position, measure in enumerate(slice_.measures):
        was = None if old is None else _text(old.values[position])
        is_ = None if new is None else _text(new.values[position])
        if was != is_:
            yield Differing(at[0], at[1], measure, was, is_, what)


def _text(value: Value) -> str | None:
    if isinstance(value, Money | Ratio):
        return value.text()
    return None if value is None else str(value)


def _span(days: Days) -> str:
    return f"{day_text(days.start)} to {day_text(days.end - 1)}"
