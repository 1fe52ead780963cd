"""``evaluate(books, rules, slice) -> Table``: the one place where an answer is put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.evaluate.bind import NOBODY
from turbofinops_tui.economics.evaluate.compare import compared
from turbofinops_tui.economics.evaluate.frame import Frame, frame_in_memory, wanted_sides
from turbofinops_tui.economics.evaluate.measured import OF_NOBODY
from turbofinops_tui.economics.evaluate.notes import warnings_of
from turbofinops_tui.economics.evaluate.plan import Piece, pieces
from turbofinops_tui.economics.evaluate.recurring import with_recurring
from turbofinops_tui.economics.evaluate.running import cumulated
from turbofinops_tui.economics.evaluate.states import states
from turbofinops_tui.economics.evaluate.table import cell_of, rows_of
from turbofinops_tui.economics.evaluate.unbilled import unbilled, unbilled_note
from turbofinops_tui.economics.evaluate.verdict import judged
from turbofinops_tui.economics.measures import check_names, value
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Books, BooksId, Row, Rules, Slice, Table, Unbilled, Unconverted
from turbofinops_tui.economics.usage import USAGE_MEASURES

NO_ID = BooksId("", "", "", "")


def evaluate(
    books: Books, rules: Rules, slice_: Slice, *, today: int, as_of: str, books_id: BooksId = NO_ID
) -> Table:
    """The answer to a slice: exact, every row and total from the same records.

    ``today`` resolves relative ranges and day states; ``as_of`` is the moment that the table carries.
    Raises UsageError for unknown names and empty ranges.
    """
    facts = cast(FactBooks, books)
    check_names(slice_.by, slice_.measures)
    check_names(tuple(dict.fromkeys(c.dimension for c in slice_.where)), ())
    days = slice_.range.resolve(today)
    currency = slice_.currency or facts.settings.currency
    parts = pieces(facts, rules, slice_, days)
    lost = _unconverted(slice_, parts)
    open_days = unbilled(parts, slice_, days, today)
    frame = _frame(facts, rules, slice_, days, parts, currency, today, open_days) if parts else None
    rows: Sequence[Row] = () if frame is None else rows_of(slice_, frame, currency)
    notes = warnings_of(slice_, parts, frame, lost, currency) + unbilled_note(open_days)
    other: Days | None = None
    if slice_.compare and frame is not None:
        rows, other, said = compared(facts, rules, slice_, days, today, rows, frame)
        notes += said
    return Table(
        slice=slice_,
        days=days,
        currency=currency,
        books=books_id,
        as_of=as_of,
        rows=rows,
        unattributed=_sum_rows(slice_, frame, currency, True),
        totals=_sum_rows(slice_, frame, currency, False),
        states=states(facts, days, today, slice_.where),
        unconverted=lost,
        warnings=notes,
        compared=other,
        unbilled=open_days,
    )


def _frame(
    facts: FactBooks,
    rules: Rules,
    slice_: Slice,
    days: Days,
    parts: Sequence[Piece],
    currency: str,
    today: int,
    open_days: Sequence[Unbilled],
) -> Frame:
    """The frame of a slice with everything that its measures ask for."""
    frame = frame_in_memory(facts, rules, slice_, days, parts, currency)
    if slice_.cumulative:
        frame = cumulated(slice_, frame)
    frame = judged(facts, rules, slice_, days, frame, currency, open_days)
    return with_recurring(slice_, parts, frame, days, currency, today)


def _sum_rows(slice_: Slice, frame: Frame | None, currency: str, nobody: bool) -> tuple[Row, ...]:
    """Totals, or the sum of what has no customer: one row per currency."""
    totals: dict[str | None, dict[str, Any]] = {None: {}} if frame is None else frame.totals
    if frame is None and currency == NATIVE:
        return ()
    found = []
    for code in sorted(totals, key=str):
        sums = totals[code]
        if nobody:
            names = {"revenue": "revenue_of_nobody", "ai": "ai_unattributed"}
            kept = ("revenue", "unattributed", "opex", "tax", "ai")
            own_usage = {m: sums[m + OF_NOBODY] for m in USAGE_MEASURES if m in sums}
            sums = {name: sums.get(names.get(name, name), 0) for name in kept} | own_usage
        counted = 0 if frame is None or nobody else frame.count_totals.get(code, 0)
        cell = cell_of(sums, customers=counted)
        own = code or currency
        values = tuple(value(measure, cell, own) for measure in slice_.measures)
        found.append(Row((None,) * len(slice_.by), values, own if currency == NATIVE else ""))
    return tuple(found)


Lost = dict[tuple[int, str, str, str | None, str], int]
"""(day, side, source, customer, currency) -> native units without a rate"""


def _unconverted(slice_: Slice, parts: Sequence[Piece]) -> tuple[Unconverted, ...]:
    """What of the slice has no rate, natively, summed per day, side, source and customer."""
    revenue, cost = wanted_sides(slice_)
    found: Lost = {}
    for part in parts:
        if revenue:
            _lost_revenue(part, slice_, found)
        if cost:
            _lost_cost(part, slice_, found)
    order = sorted(found, key=lambda key: (key[0], key[1], key[2], key[3] or "", key[4]))
    return tuple(
        Unconverted(Money(found[key], key[4]), key[3], cast(Any, key[1]), key[2], key[0]) for key in order
    )


def _lost_cost(part: Piece, slice_: Slice, found: Lost) -> None:
    engine = part.engine
    records, days = engine.lost_cost(slice_.where)
    for position in np.flatnonzero(part.inside[records.span]).tolist():
        dimension = engine.books.dimensions[int(records.dimension[position])]
        customer = int(records.customer[position])
        name = None if customer == NOBODY else engine.books.customers[customer].ref
        key = (int(days[position]), "cost", dimension.source, name, dimension.currency)
        found[key] = found.get(key, 0) + int(records.amount[position])


def _lost_revenue(part: Piece, slice_: Slice, found: Lost) -> None:
    engine = part.engine
    records = engine.lost_revenue(slice_.where)
    for position in np.flatnonzero(part.inside[records.span]).tolist():
        row = engine.books.revenue.rows[int(records.row[position])]
        customer = int(records.customer[position])
        span: Days = engine.books.spans[int(records.span[position])]
        name = None if customer == NOBODY else engine.books.customers[customer].ref
        key = (max(row.start, span.start), "revenue", row.source, name, row.currency)
        found[key] = found.get(key, 0) + int(records.amount[position])
