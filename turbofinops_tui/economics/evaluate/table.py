"""From a frame to the rows of a table: order, having, top, and rows made only when they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import repeat
from math import floor
from typing import Any, overload

import numpy as np

from turbofinops_tui.economics.books.rows import Amounts, Ints, total
from turbofinops_tui.economics.evaluate.axes import Mask
from turbofinops_tui.economics.evaluate.cubes import COST
from turbofinops_tui.economics.evaluate.frame import Frame
from turbofinops_tui.economics.measures import MONEY, RECURRING, Cell, value
from turbofinops_tui.economics.money import Money, Ratio, scale
from turbofinops_tui.economics.types import Having, Key, Row, Slice, Value
from turbofinops_tui.economics.usage import USAGE_MEASURES
from turbofinops_tui.economics.verdict import VERDICT_MEASURES

Sums = Mapping[str, Any]
BULK = 256
"""rows of a walk whose sums are read at once"""


def cell_of(
    sums: Sums,
    revenue: bool = True,
    cost: bool = True,
    customers: int = 0,
    lost: bool = False,
    judged: bool = False,
) -> Cell:
    """The cell of exact sums; a side that is not there is None, and so are margins that are not judged."""

    def of(name: str, there: bool) -> int | None:
        return sums.get(name, 0) if there else None

    amounts = [of("revenue", revenue), *(of(name, cost) for name in COST[:6])]
    best, worst = (of(name, judged) for name in ("margin_best", "margin_worst"))
    mrr, start, kept = (sums.get(name) for name in ("mrr", "nrr_start", "nrr_kept"))
    return Cell(
        *amounts, customers=customers, unconverted=lost, best=best, worst=worst,  # type: ignore[misc, arg-type]
        mrr=mrr, nrr_start=start, nrr_kept=kept,
        usage={name: sums[name] for name in USAGE_MEASURES if name in sums},
    )  # fmt: skip


class LazyRows(Sequence[Row]):
    """Rows in display order, made when looked at."""

    def __init__(self, slice_: Slice, frame: Frame, order: Ints, currency: str) -> None:
        self._slice = slice_
        self._frame = frame
        self._order = order
        self._currency = currency
        self._extra: dict[int, Row] = {}
        self._made: list[Row] | None = None

    def make(self) -> None:
        """Make every row now and keep it, so that who walks them later (an app's key loop) need not."""
        if self._made is None:
            self._made = list(self)

    def insert(self, row: Row) -> None:
        """Put a row that is in no column (``(others)``) at the end."""
        self._extra[len(self._order) + len(self._extra)] = row

    def __len__(self) -> int:
        return len(self._order) + len(self._extra)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        if self._made is not None:
            return self._made[place]
        if place in self._extra:
            return self._extra[place]
        position = int(self._order[place])
        return self._row(position, row_sums(self._frame, position))

    def __iter__(self) -> Iterator[Row]:
        return self._walk() if self._made is None else iter(self._made)

    def _walk(self) -> Iterator[Row]:
        size = len(self._order)
        for start in range(0, size, BULK):
            order = self._order[start : start + BULK]
            columns = {name: values[order].tolist() for name, values in self._frame.sums.items()}
            for place, position in enumerate(order.tolist()):
                sums = {name: values[place] for name, values in columns.items()}
                yield self._row(position, sums)
        yield from (self[index] for index in range(size, len(self)))

    def __eq__(self, other: object) -> bool:
        if self is other or (isinstance(other, LazyRows) and self._same_columns(other)):
            return True
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == two for one, two in zip(self, other, strict=True))

    def _same_columns(self, other: LazyRows) -> bool:
        """Whether both show the same columns in the same order: then no row need be made to know."""
        if self._extra or other._extra or self._currency != other._currency:
            return False
        if self._slice.measures != other._slice.measures or self._slice.by != other._slice.by:
            return False
        own, their = self._frame, other._frame
        if own is their:
            return np.array_equal(self._order, other._order)
        flags = [(own.counts, their.counts), (own.lost, their.lost), (own.judged, their.judged)]
        columns = [
            *zip(own.codes, their.codes, strict=False),
            *((own.sums[n], their.sums.get(n)) for n in own.sums),
        ]
        return (
            len(self._order) == len(other._order)
            and own.sums.keys() == their.sums.keys()
            and (own.has_revenue, own.has_cost) == (their.has_revenue, their.has_cost)
            and [axis.labels for axis in own.axes] == [axis.labels for axis in their.axes]
            and all((a is None) == (b is None) for a, b in flags)
            and all(
                np.array_equal(a[self._order], b[other._order])
                for a, b in (*columns, *flags)
                if a is not None and b is not None
            )
        )

    def amounts(self, measure: str) -> Iterator[tuple[Key, int | None]]:
        """(key, store units or None) of every row, of a measure of money: no row is made for it."""
        frame, order = self._frame, self._order
        units, missing = column(frame, measure)
        pairs = zip(frame.axes, frame.codes, strict=True)
        labels = [[axis.labels[code] for code in codes[order].tolist()] for axis, codes in pairs]
        keys = zip(*labels[: len(self._slice.by)], strict=True) if self._slice.by else repeat(())
        found = zip(units[order].tolist(), missing[order].tolist(), strict=True)
        yield from ((key, None if gone else amount) for key, (amount, gone) in zip(keys, found, strict=False))
        at = self._slice.measures.index(measure) if self._extra else 0
        for row in self._extra.values():
            value_ = row.values[at]
            yield row.key, value_.units if isinstance(value_, Money) else None

    __hash__ = None  # type: ignore[assignment]

    def _row(self, position: int, sums: Sums) -> Row:
        frame, slice_ = self._frame, self._slice
        currency = row_currency(frame, position, self._currency)
        values = row_values(slice_, frame, position, currency, sums)
        return Row(row_key(frame, position, len(slice_.by)), values, currency if self._native else "")

    @property
    def _native(self) -> bool:
        return self._currency == "native"


def row_key(frame: Frame, position: int, width: int) -> Key:
    """The labels of a row."""
    columns = zip(frame.axes[:width], frame.codes[:width], strict=True)
    return tuple(axis.labels[int(codes[position])] for axis, codes in columns)


def row_currency(frame: Frame, position: int, currency: str) -> str:
    """The currency of a row: its own when native, else the reporting one."""
    if currency != "native":
        return currency
    at = next(i for i, axis in enumerate(frame.axes) if axis.name == "currency")
    return str(frame.axes[at].labels[int(frame.codes[at][position])])


def row_sums(frame: Frame, position: int) -> Sums:
    """The exact sums of a row as Python numbers."""
    return {
        name: values[position] if name in USAGE_MEASURES else int(values[position])
        for name, values in frame.sums.items()
    }


def row_cell(frame: Frame, position: int, sums: Sums) -> Cell:
    """The cell of a row's sums."""
    counted = 0 if frame.counts is None else int(frame.counts[position])
    lost = frame.lost is not None and bool(frame.lost[position])
    known = frame.judged is not None and bool(frame.judged[position])
    return cell_of(sums, frame.has_revenue, frame.has_cost, counted, lost, known)


def row_values(
    slice_: Slice, frame: Frame, position: int, currency: str, sums: Sums | None = None
) -> tuple[Value, ...]:
    """The values of a row in the order of the slice's measures; ``sums`` when they are read already."""
    cell = row_cell(frame, position, row_sums(frame, position) if sums is None else sums)
    return tuple(value(measure, cell, currency) for measure in slice_.measures)


# --- order --------------------------------------------------------------------------------------


def column(frame: Frame, measure: str) -> tuple[Amounts, Mask]:
    """A measure of every row in a form that sorts, and where it has no meaning.

    Ratios are quotients in floating point: good for an order, never shown.
    """
    size = len(frame)
    nothing = np.zeros(size, dtype=bool)
    s = frame.sums
    no_revenue, no_cost = nothing | (not frame.has_revenue), nothing | (not frame.has_cost)
    cost = s["direct"] + s["shared"] + s["unattributed"]
    lost = no_revenue | no_cost | (nothing if frame.lost is None else frame.lost)
    if measure == "revenue":
        return s["revenue"], no_revenue
    if measure == "margin":
        return s["revenue"] - cost, lost
    if measure == "margin_pct":
        return _quotient(s["revenue"] - cost, s["revenue"], lost | (s["revenue"] <= 0).astype(bool))
    if measure == "coverage":
        return _quotient(s["direct"], cost, no_cost | (cost == 0).astype(bool))
    if measure == "ai_share":
        owned = s["direct"] + s["shared"]
        return _quotient(s["ai"], owned, no_cost | (owned == 0).astype(bool))
    if measure == "score":
        return nothing.astype(np.int64), ~nothing
    if measure == "customers":
        return (np.zeros(size, dtype=np.int64) if frame.counts is None else frame.counts), nothing
    if measure in USAGE_MEASURES:
        return s.get(measure, s["direct"]), np.full(size, measure not in s)
    if measure in RECURRING:
        return _recurring(frame, measure)
    if measure in VERDICT_MEASURES:
        return _verdicts(frame, measure)
    names = {"direct_cost": "direct", "shared_cost": "shared", "opex_cost": "opex", "ai_cost": "ai"}
    return (cost if measure == "cost" else s[names.get(measure, measure)]), no_cost


def _recurring(frame: Frame, measure: str) -> tuple[Amounts, Mask]:
    """MRR or NRR; without them (another dimension) every row lacks it."""
    nothing = np.zeros(len(frame), dtype=np.int64)
    mrr, start, kept = (frame.sums.get(name, nothing) for name in ("mrr", "nrr_start", "nrr_kept"))
    if measure == "mrr":
        return mrr, np.full(len(frame), "mrr" not in frame.sums)
    return _quotient(kept, start, (start == 0).astype(bool))


def _verdicts(frame: Frame, measure: str) -> tuple[Amounts, Mask]:
    """Best or worst margin, or the verdict as a number: those who lose anyway are the smallest."""
    missing = np.ones(len(frame), dtype=bool) if frame.judged is None else ~frame.judged
    nothing = np.zeros(len(frame), dtype=np.int64)
    best, worst = (frame.sums.get(name, nothing) for name in ("margin_best", "margin_worst"))
    if measure == "verdict":
        return (best >= 0).astype(np.int64) + (worst >= 0), missing
    return (best if measure == "margin_best" else worst), missing


def _quotient(part: Amounts, whole: Amounts, missing: Mask) -> tuple[Amounts, Mask]:
    safe = np.where(missing, 1, whole).astype(np.float64)
    return part.astype(np.float64) / safe, missing


def _rank(values: Amounts) -> Ints:
    ranks: Ints = np.unique(values, return_inverse=True)[1].astype(np.int64)
    return ranks


def ordered(slice_: Slice, frame: Frame, positions: Ints) -> Ints:
    """``positions`` in the order of the slice; ties, and slices without an order, go by key."""
    # lexsort sorts by its last key first
    keys: list[Ints] = [codes[positions] for codes in reversed(frame.codes)]
    for sort in reversed(slice_.sort):
        names = [axis.name for axis in frame.axes]
        if sort.name in names:
            codes = frame.codes[names.index(sort.name)][positions]
            keys.append(codes if sort.ascending else -codes)
            continue
        values, missing = column(frame, sort.name)
        ranks = _rank(values[positions])
        keys.append(ranks if sort.ascending else -ranks)
        keys.append(missing[positions].astype(np.int64))  # what has no value stands last either way
    return positions[np.lexsort(keys)] if keys else positions


def having(slice_: Slice, frame: Frame, currency: str) -> Ints:
    """Positions of the rows that pass every ``--having``."""
    kept: Ints = np.arange(len(frame), dtype=np.int64)
    for condition in slice_.having:
        fast = _passing(condition, frame, currency)
        if fast is not None:
            kept = kept[fast[kept]]
        else:
            found = [at for at in kept.tolist() if _passes(condition, frame, at, currency)]
            kept = np.array(found, dtype=np.int64)
    return kept


def _passing(condition: Having, frame: Frame, currency: str) -> Mask | None:
    """Which rows a condition on an amount of money lets through; None for one to be asked row by row."""
    measure, limit = condition.measure, condition.value
    if measure not in MONEY or currency == "native" or isinstance(limit, str):
        return None
    amounts, missing = column(frame, measure)
    units = Fraction(limit) * scale(currency)
    low, whole = floor(units), units.denominator == 1
    if not -(2**62) < low < 2**62:
        return None
    below = amounts < low if whole else amounts <= low
    equal = amounts == low if whole else np.zeros(len(frame), dtype=bool)
    passed = {
        "<": below, "<=": below | equal, ">": ~(below | equal), ">=": ~below, "=": equal, "!=": ~equal,
    }[condition.operator]  # fmt: skip
    kept: Mask = passed.astype(bool) & ~missing
    return kept


def _passes(condition: Having, frame: Frame, position: int, currency: str) -> bool:
    code = row_currency(frame, position, currency)
    cell = row_cell(frame, position, row_sums(frame, position))
    found = value(condition.measure, cell, code)
    if condition.measure in USAGE_MEASURES and found is not None:
        found = cell.usage[condition.measure]  # type: ignore[assignment]
    if found is None or isinstance(found, str) or isinstance(condition.value, str):
        return found is not None and (found == condition.value) == (condition.operator == "=")
    limit = Fraction(condition.value)
    if isinstance(found, Money):
        number = Fraction(found.units, scale(code))
    else:
        number = found.percent() if isinstance(found, Ratio) else Fraction(found)
    difference = number - limit
    return {
        "<": difference < 0, "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0,
        "=": difference == 0, "!=": difference != 0,
    }[condition.operator]  # fmt: skip


def rows_of(slice_: Slice, frame: Frame, currency: str) -> LazyRows:
    """The rows that a slice shows: filtered, ordered, and cut at ``--top`` with one row for the rest."""
    order = ordered(slice_, frame, having(slice_, frame, currency))
    if slice_.top is None:
        return LazyRows(slice_, frame, order, currency)
    null = np.zeros(len(frame), dtype=bool)
    for axis, codes in zip(frame.axes, frame.codes, strict=True):
        if axis.has_null:
            null |= codes == len(axis.labels) - 1
    rank = np.cumsum(~null[order])
    shown = null[order] | (rank <= slice_.top)
    rows = LazyRows(slice_, frame, order[shown], currency)
    for row in _others(slice_, frame, order[~shown], currency):
        rows.insert(row)
    return rows


def _by_currency(frame: Frame, rows: Ints, currency: str) -> list[tuple[str, Ints]]:
    if currency != "native":
        return [(currency, rows)] if len(rows) else []
    at = next(i for i, axis in enumerate(frame.axes) if axis.name == "currency")
    codes = frame.codes[at][rows]
    return [(str(frame.axes[at].labels[code]), rows[codes == code]) for code in np.unique(codes).tolist()]


def _others(slice_: Slice, frame: Frame, cut: Ints, currency: str) -> list[Row]:
    """One row for all that was cut; one per currency when native."""
    found = []
    for code, positions in _by_currency(frame, cut, currency):
        sums: dict[str, Any] = {
            name: sum(values[positions], Fraction(0)) if name in USAGE_MEASURES else total(values[positions])
            for name, values in frame.sums.items()
        }
        # a customer may be in several rows: the count of the rest is that of its rows
        counted = 0 if frame.counts is None else int(frame.counts[positions].sum())
        lost = frame.lost is not None and bool(frame.lost[positions].any())
        cell = cell_of(sums, frame.has_revenue, frame.has_cost, counted, lost)
        values = tuple(value(measure, cell, code) for measure in slice_.measures)
        key = (None,) * len(slice_.by)
        found.append(Row(key, values, code if currency == "native" else "", others=True))
    return found
