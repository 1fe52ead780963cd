"""The measure ``score`` of a table: what ``check`` stored for the whole and for cohorts (numbers.md 5).

A score belongs to a day and is never computed again: a row shows the last one of its time. Rows by anything
but cohort and time have none, and neither has a table under a filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Ratio
from turbofinops_tui.economics.periods import Days, resolve_period
from turbofinops_tui.economics.types import Key, Row, Table, Value
from turbofinops_tui.errors import UsageError
from turbofinops_tui.store.watch import Score, load_scores

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

TIMES = ("day", "week", "month")
FILTERED = "score is stored for the whole and for cohorts: there is none under a filter"


def with_scores(session: Session, table: Table) -> Table:
    """``table`` with its ``score`` cells; UsageError where rows should be ordered or kept by it."""
    asked = table.slice
    if any(item.name == "score" for item in asked.sort) or any(h.measure == "score" for h in asked.having):
        raise UsageError("rows are neither ordered nor kept by score", "it is stored, not computed")
    if "score" not in asked.measures:
        return table
    if asked.where or asked.currency == "native":
        return replace(table, warnings=(*table.warnings, FILTERED))
    scope = None if "cohort" in asked.by else ""
    days = table.days
    with session.own.read() as conn:  # ``day`` of a score follows the days that it judges
        scores = load_scores(conn, days.start + 1, days.end + 1, scope)
        whole = load_scores(conn, days.start + 1, days.end + 1, "")
    place = table.column("score")
    judged = set(asked.by) <= {"cohort", *TIMES}
    rows: Sequence[Row] = table.rows
    if judged:
        rows = [_put(row, place, _of_row(row, asked.by, days, scores)) for row in table.rows]
    totals = tuple(_put(row, place, _last(whole, "", days)) for row in table.totals)
    return replace(table, rows=rows, totals=totals)


def _of_row(row: Row, by: Sequence[str], days: Days, scores: Sequence[Score]) -> Value:
    """The last score of a row's cohort in its time; None without either."""
    if row.others:
        return None
    key: dict[str, str | None] = dict(zip(by, row.key, strict=True))
    span = _span(by, row.key, days)
    if "cohort" not in key:
        return _last(scores, "", span)
    return None if key["cohort"] is None else _last(scores, f"cohort:{key['cohort']}", span)


def _span(by: Sequence[str], key: Key, days: Days) -> Days:
    for name, text in zip(by, key, strict=True):
        if name in TIMES and text is not None:
            own = resolve_period(text, days.start)
            days = Days(max(days.start, own.start), min(days.end, own.end))
    return days


def _last(scores: Sequence[Score], scope: str, days: Days) -> Ratio | None:
    found = [s for s in scores if s.scope == scope and days.start < s.day <= days.end]
    return Ratio(found[-1].healthy, found[-1].revenue) if found else None


def _put(row: Row, place: int, value: Value) -> Row:
    return replace(row, values=(*row.values[:place], value, *row.values[place + 1 :]))
