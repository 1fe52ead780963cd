"""A report as of a day or of earlier books: what we knew then, from the figures that each change left.

Those are kept per customer and month, as recognised revenue and effective cost; nothing else can be said of
a time when the facts were others, and this module says so rather than guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from turbofinops_tui.actions.knowledge import state_at
from turbofinops_tui.economics.measures import Cell as Sums
from turbofinops_tui.economics.measures import value
from turbofinops_tui.economics.periods import day_text, month_text, parse_day
from turbofinops_tui.economics.types import BooksId, Key, Row, Slice, Table
from turbofinops_tui.errors import NotFoundError, UsageError
from turbofinops_tui.store.books_seen import Seen, state_before, state_of_books
from turbofinops_tui.store.figures import Amounts, Cell, figures_until

if TYPE_CHECKING:
    import sqlite3

    from turbofinops_tui.actions.reports import Reports

BY = ("customer", "month")
MEASURES = ("revenue", "cost", "margin", "margin_pct")
_Pair = tuple[int, int]


def check_asked(asked: Slice) -> None:
    """UsageError for a slice that the kept figures cannot answer."""
    if not set(asked.by) <= set(BY) or not set(asked.measures) <= set(MEASURES):
        raise UsageError(
            "what was known then is kept per customer and month",
            f"use --by {','.join(BY)} and --measure {','.join(MEASURES)}",
        )
    if asked != Slice(by=asked.by, measures=asked.measures, range=asked.range):
        raise UsageError(
            "what was known then is kept as recognised revenue and effective cost of every customer",
            "use --as-of with --by, --measure and a period alone",
        )


def table_as_of(reports: Reports, when: str, asked: Slice) -> Table:
    """The answer to ``asked`` as it was at the end of a day, or under earlier books (their id).

    Raises UsageError for a slice that this cannot answer and NotFoundError for books this store never had.
    """
    check_asked(asked)
    session = reports.session
    days = asked.range.resolve(session.clock.today())
    if not days.whole_months():
        raise UsageError(
            "what was known then is kept by whole months", "give --period 2026-10 or A..B of months"
        )
    currency = reports.refresh().settings.currency
    with session.store.read() as conn:
        state = _state(conn, when)
        cells = figures_until(conn, currency, state.figure)
    sums: dict[Key, _Pair] = {}
    for (customer, month), amounts in cells.items():
        if month in days.months() and amounts != (0, 0):
            names = {"customer": customer, "month": month_text(month)}
            _add(sums, tuple(names[name] for name in asked.by), amounts)
    nobody = _whole({cell: a for cell, a in cells.items() if cell[0] is None}, days.months())
    none: Key = (None,) * len(asked.by)

    def row(key: Key, pair: _Pair) -> Row:
        held = Sums(revenue=pair[0], direct=pair[1])
        return Row(key, tuple(value(name, held, currency) for name in asked.measures))

    return Table(
        slice=asked, days=days, currency=currency,
        books=BooksId(state.facts, state.rules, state.settings, state.books), as_of=state.at,
        rows=[row(key, sums[key]) for key in sorted(sums, key=_order)], unattributed=(row(none, nobody),),
        totals=(row(none, _whole(cells, days.months())),),
        warnings=(f"as of {when}: what was known then, per customer and month",),
    )  # fmt: skip


def _state(conn: sqlite3.Connection, when: str) -> Seen:
    """The state at the end of a day, or the one with a books id."""
    try:
        day = parse_day(when)
    except UsageError:
        return state_at(conn, when)
    found = state_of_books(conn, when) or state_before(conn, f"{day_text(day + 1)}T")
    if found is None:
        raise NotFoundError(f"nothing was known at the end of {when}", "give a later day")
    return found


def _add(sums: dict[Key, _Pair], key: Key, amounts: Amounts) -> None:
    revenue, cost = sums.get(key, (0, 0))
    sums[key] = (revenue + (amounts[0] or 0), cost + (amounts[1] or 0))


def _whole(cells: Mapping[Cell, Amounts], months: range) -> _Pair:
    held = [amounts for (_, month), amounts in cells.items() if month in months]
    return sum(amounts[0] or 0 for amounts in held), sum(amounts[1] or 0 for amounts in held)


def _order(key: Key) -> tuple[tuple[bool, bytes], ...]:
    return tuple((name is None, (name or "").encode()) for name in key)
