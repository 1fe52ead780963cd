"""A second period beside the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.evaluate.axes import TIME, time_text
from turbofinops_tui.economics.evaluate.frame import Frame, frame_of
from turbofinops_tui.economics.evaluate.plan import pieces
from turbofinops_tui.economics.evaluate.recurring import with_recurring
from turbofinops_tui.economics.evaluate.running import cumulated
from turbofinops_tui.economics.evaluate.table import cell_of, row_currency, row_key, row_values
from turbofinops_tui.economics.evaluate.unbilled import unbilled
from turbofinops_tui.economics.evaluate.verdict import judged
from turbofinops_tui.economics.measures import value
from turbofinops_tui.economics.periods import (
    Days,
    Range,
    day_text,
    month_of_day,
    month_start,
    resolve_period,
)
from turbofinops_tui.economics.types import Key, Row, Rules, Slice, Value


def previous_days(slice_: Slice, days: Days, today: int) -> Days:
    """The days that ``--compare`` names: the range before of equal length, or a period as written."""
    if slice_.compare != "previous":
        return resolve_period(slice_.compare, today)
    if days.whole_months():
        months = len(days.months())
        return Days(month_start(month_of_day(days.start) - months), days.start)
    return Days(days.start - len(days), days.start)


def compared(
    books: FactBooks, rules: Rules, slice_: Slice, days: Days, today: int, rows: Sequence[Row], frame: Frame
) -> tuple[Sequence[Row], Days, tuple[str, ...]]:
    """Rows with their values of the other period in ``previous``, that period, and what to say of it.

    Times align by their order in the period. Keys of the other period alone follow at the end, unless
    the rows are cut by ``--top`` or ``--having``.
    """
    other = previous_days(slice_, days, today)
    asked = replace(slice_, range=Range(start=day_text(other.start), end=day_text(other.end)), compare="")
    currency = slice_.currency or books.settings.currency
    parts = pieces(books, rules, asked, other)
    before = frame_of(asked, parts, currency == NATIVE) if parts else None
    if before is not None and slice_.cumulative:
        before = cumulated(asked, before)
    if before is not None:
        open_days = unbilled(parts, asked, other, today)
        before = judged(books, rules, asked, other, before, currency, open_days)
        before = with_recurring(asked, parts, before, other, currency, today)
    known = {} if before is None else _by_key(slice_, before, _aligned(slice_, other, days), currency)
    nothing = cell_of({}, frame.has_revenue, frame.has_cost)

    def zeros(code: str) -> tuple[Value, ...]:
        return tuple(value(measure, nothing, code or currency) for measure in slice_.measures)

    found: list[Row] = []
    for row in rows:
        values = known.pop((row.key, row.currency), ()) or zeros(row.currency)
        found.append(row if row.others else replace(row, previous=values))
    if slice_.top is None and not slice_.having:
        found += [Row(key, zeros(code), code, previous=values) for (key, code), values in known.items()]
    notes = [f"compared with {day_text(other.start)} to {day_text(other.end - 1)}"]
    if len(other) != len(days):
        notes.append(f"the periods have {len(days)} and {len(other)} days: compare per day")
    return found, other, tuple(notes)


def _by_key(
    slice_: Slice, frame: Frame, aligned: dict[tuple[str, str], str], currency: str
) -> dict[tuple[Key, str], tuple[Value, ...]]:
    """(key in the labels of the first period, native currency) -> values."""
    found: dict[tuple[Key, str], tuple[Value, ...]] = {}
    for position in range(len(frame)):
        code = row_currency(frame, position, currency)
        labels = zip(slice_.by, row_key(frame, position, len(slice_.by)), strict=True)
        key = tuple(None if text is None else aligned.get((name, text), text) for name, text in labels)
        found[key, code if currency == NATIVE else ""] = row_values(slice_, frame, position, code)
    return found


def _aligned(slice_: Slice, other: Days, days: Days) -> dict[tuple[str, str], str]:
    """(time dimension, label of the other period) -> the label at the same place in this one."""
    found: dict[tuple[str, str], str] = {}
    for name in slice_.by:
        if name in TIME:
            theirs = dict.fromkeys(time_text(name, day) for day in range(other.start, other.end))
            ours = dict.fromkeys(time_text(name, day) for day in range(days.start, days.end))
            found.update({(name, old): new for old, new in zip(theirs, ours, strict=False)})
    return found
