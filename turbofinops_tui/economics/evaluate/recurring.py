"""MRR and NRR of the rows of a table: the lines that hold the last day of each row's time (numbers.md 2).

MRR is a level, not a sum over time: a row shows that of the last day of its month, week or range (today,
while it runs). NRR compares it with the day before its first day, over the customers who had some then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints
from turbofinops_tui.economics.evaluate.axes import TIME, Axis, Mask, time_text
from turbofinops_tui.economics.evaluate.bind import NOBODY
from turbofinops_tui.economics.evaluate.frame import Frame, names_of
from turbofinops_tui.economics.evaluate.plan import Piece
from turbofinops_tui.economics.evaluate.sales import Sales, customers_of
from turbofinops_tui.economics.fx import to_reporting
from turbofinops_tui.economics.measures import RECURRING
from turbofinops_tui.economics.mrr import Change, changes
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Condition, Slice

GROUPS = ("customer", "cohort", "plan", "currency", "product", "kind")
"""dimensions that a subscription line has; so do attributes of its customer"""
Levels = dict[str, Amounts]


@dataclass(frozen=True, slots=True)
class Lines:
    """Parallel columns of subscription lines: first day, day after the last, owner, units per month."""

    sales: Sales
    start: Ints
    end: Ints

    def at(self, day: int) -> Mask:
        """Which lines hold ``day``."""
        return (self.start <= day) & (day < self.end)

    def opening(self, start: int) -> int:
        """The day that a range from ``start`` opens with: the day before, or the first if none is older."""
        return start - 1 if bool((self.start < start).any()) else start


def with_recurring(
    slice_: Slice, parts: Sequence[Piece], frame: Frame, days: Days, currency: str, today: int
) -> Frame:
    """``frame`` with MRR and the two sides of NRR in its sums and totals, where a measure asks for them."""
    if not names_of(slice_).intersection(RECURRING):
        return frame
    lines = _lines(slice_, parts, currency)
    totals = {code: dict(sums) for code, sums in frame.totals.items()}
    for code, sums in totals.items():
        own = _of_currency(parts[0].engine.books, lines, code)
        levels = _levels(own, np.zeros(len(own.sales), dtype=np.int64), 1, days, today)
        sums.update({name: int(values[0]) for name, values in levels.items()})
    frame = replace(frame, totals=totals)
    groups = [axis for axis in frame.axes if axis.name not in TIME]
    if not all(axis.name in GROUPS or axis.name.startswith("attr:") for axis in groups):
        return frame
    return replace(frame, sums=frame.sums | _of_rows(frame, lines, days, today))


def mrr_changes(slice_: Slice, parts: Sequence[Piece], days: Days, currency: str) -> list[Change]:
    """Every movement of the customers that a slice asks for on its days, in store units of ``currency``."""
    if not parts:
        return []
    lines = _lines(slice_, parts, currency)
    refs = [customer.ref for customer in parts[0].engine.books.customers]
    columns = (
        lines.sales.customer.tolist(),
        lines.start.tolist(),
        lines.end.tolist(),
        lines.sales.amount.tolist(),
    )
    rows = zip(*columns, strict=True)
    named = [
        (None if owner == NOBODY else refs[owner], start, end, units) for owner, start, end, units in rows
    ]
    return changes(named, days.start, days.end)


def _lines(slice_: Slice, parts: Sequence[Piece], currency: str) -> Lines:
    """The lines that the slice's filters leave, in its currency; those without a rate are left out."""
    engine = parts[0].engine
    facts = engine.books.revenue
    rows = np.flatnonzero((facts.mrr != 0) & facts.is_basis("recognised"))
    units, kept = [], []
    for position in rows.tolist():
        row = facts.rows[position]
        rate = (1, 1) if currency == NATIVE else facts.rate(row, currency)
        if rate is not None:
            same = currency in (NATIVE, row.currency)
            units.append(row.mrr if same else to_reporting(row.mrr, row.currency, currency, *rate))
            kept.append(position)
    places = np.array(kept, dtype=np.int64)
    nothing = np.zeros(len(places), dtype=np.int64)
    owners = customers_of(facts, engine.binding)[places]
    sales = Sales(places, nothing, owners, nothing + NOBODY, np.array(units, dtype=np.int64))
    sales = engine.filtered(sales, [c for c in slice_.where if _is_group(c)])
    return Lines(sales, facts.start[sales.row], facts.end[sales.row])


def _is_group(condition: Condition) -> bool:
    return condition.dimension in GROUPS or condition.dimension.startswith("attr:")


def _of_currency(books: FactBooks, lines: Lines, code: str | None) -> Lines:
    if code is None:
        return lines
    labels = books.revenue.labels["currency"]
    same = np.array([label == code for label in labels] + [False], dtype=bool)
    own = same[books.revenue.codes["currency"][lines.sales.row]]
    return Lines(lines.sales.take(own), lines.start[own], lines.end[own])


def _of_rows(frame: Frame, lines: Lines, days: Days, today: int) -> Levels:
    """The levels of every row of ``frame``."""
    size, key_of_row, key_of_line = (
        1,
        np.zeros(len(frame), dtype=np.int64),
        np.zeros(len(lines.sales), dtype=np.int64),
    )
    for axis, codes in zip(frame.axes, frame.codes, strict=True):
        if axis.name not in TIME and axis.revenue is not None:
            width = max(1, len(axis.labels))
            size *= width
            key_of_row = key_of_row * width + codes
            key_of_line = key_of_line * width + axis.revenue(lines.sales)
    used, key_of_row = np.unique(key_of_row, return_inverse=True)
    found: Levels = {name: np.zeros(len(frame), dtype=np.int64) for name in RECURRING_SUMS}
    for span, rows in _buckets(frame, days):
        place = np.searchsorted(used, key_of_line)
        known = place < len(used)
        known[known] = used[place[known]] == key_of_line[known]
        inside = Lines(lines.sales.take(known), lines.start[known], lines.end[known])
        levels = _levels(inside, place[known], len(used), span, today)
        for name, values in levels.items():
            found[name][rows] = values[key_of_row[rows]]
    return found


RECURRING_SUMS = ("mrr", "nrr_start", "nrr_kept")


def _buckets(frame: Frame, days: Days) -> list[tuple[Days, Ints]]:
    """The days of each distinct time of the rows, and the rows of that time."""
    times = [(axis, codes) for axis, codes in zip(frame.axes, frame.codes, strict=True) if axis.name in TIME]
    if not times:
        return [(days, np.arange(len(frame), dtype=np.int64))]
    stacked = np.stack([codes for _, codes in times])
    keys, inverse = np.unique(stacked, axis=1, return_inverse=True)
    named = _named_days([axis for axis, _ in times], days)
    found = []
    for position in range(keys.shape[1]):
        labels = tuple(
            axis.labels[int(code)] for (axis, _), code in zip(times, keys[:, position], strict=True)
        )
        found.append((named[labels], np.flatnonzero(inverse.reshape(-1) == position)))
    return found


def _named_days(axes: Sequence[Axis], days: Days) -> dict[tuple[str | None, ...], Days]:
    """The days of the range under every combination of time keys."""
    found: dict[tuple[str | None, ...], Days] = {}
    for day in range(days.start, days.end):
        labels = tuple(time_text(axis.name, day) for axis in axes)
        before = found.get(labels)
        found[labels] = Days(before.start if before else day, day + 1)
    return found


def _levels(lines: Lines, key: Ints, size: int, days: Days, today: int) -> Levels:
    """MRR at the end of ``days`` and both sides of NRR, per key."""
    last = today if days.start <= today < days.end else days.end - 1
    amounts = lines.sales.amount.astype(object)
    found: Levels = {name: np.zeros(size, dtype=object) for name in RECURRING_SUMS}
    at_end = lines.at(last)
    np.add.at(found["mrr"], key[at_end], amounts[at_end])
    width = int(lines.sales.customer.max(initial=0)) + 2
    pairs, place = np.unique(key * width + lines.sales.customer + 1, return_inverse=True)
    sides = []
    for held in (lines.at(lines.opening(days.start)), at_end):
        side = np.zeros(len(pairs), dtype=object)
        np.add.at(side, place[held], amounts[held])
        sides.append(side)
    chosen = (sides[0] > 0).astype(bool)
    for name, side in zip(RECURRING_SUMS[1:], sides, strict=True):
        np.add.at(found[name], pairs[chosen] // width, side[chosen])
    return found
