"""Columns of stored cost and exact sums over them.

All money columns are int64 at store scale. A column whose absolute sum could pass int64 is turned into
Python integers (dtype object) before anything is added, so that no sum ever wraps (numbers.md 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Amounts = npt.NDArray[Any]
"""int64, or object holding Python ints where an int64 sum could wrap"""

_SAFE_SUM = float(2**61)
CLOSE = 16
"""numbers are close where they span no more than this many times their count"""


@dataclass(frozen=True, slots=True)
class Batch:
    """One valid (source, export, billing period); ``id`` is the store's."""

    id: int
    source: str
    export: str = "main"
    period: str = ""
    first_day: int | None = None
    last_day: int | None = None
    final_until: int | None = None
    """its source says that no day before this one is restated any more"""
    delivered_until: int | None = None
    """its source says that it delivered every day before this one"""


@dataclass(frozen=True, slots=True)
class CostRows:
    """Parallel int64 columns: positions of dimension and batch, a day, month or span, and amounts."""

    dimension: Ints
    batch: Ints
    when: Ints
    effective: Ints
    billed: Ints
    quantity: Ints

    def __len__(self) -> int:
        return len(self.dimension)

    def take(self, chosen: npt.NDArray[Any]) -> CostRows:
        """The rows of a mask or of positions; amounts held once stay so."""
        effective = self.effective[chosen]
        billed = effective if self.billed is self.effective else self.billed[chosen]
        dimension, batch, when = self.dimension[chosen], self.batch[chosen], self.when[chosen]
        return CostRows(dimension, batch, when, effective, billed, self.quantity[chosen])

    def by_dimension(self) -> CostRows:
        """The rows in order of their dimension, else as they stand."""
        if ascending(self.dimension):
            return self
        return self.take(np.argsort(self.dimension, kind="stable"))

    def at(self, when: Ints) -> CostRows:
        """The same rows on another axis."""
        return CostRows(self.dimension, self.batch, when, self.effective, self.billed, self.quantity)

    def amount(self, cost: str) -> Ints:
        """The column of a cost basis, ``effective`` or ``billed``, or ``quantity`` (1e-9 of its unit)."""
        if cost == "quantity":
            return self.quantity
        return self.effective if cost == "effective" else self.billed

    def compact(self) -> CostRows:
        """The same rows in less memory: positions and days in 32 bits, equal amounts held once."""
        places = (column.astype(np.int32, copy=False) for column in (self.dimension, self.batch, self.when))
        dimension, batch, when = (cast(Ints, column) for column in places)
        once = self.billed is self.effective or np.array_equal(self.effective, self.billed)
        billed = self.effective if once else self.billed
        return CostRows(dimension, batch, when, self.effective, billed, self.quantity)

    @staticmethod
    def of(rows: Iterable[Sequence[int]]) -> CostRows:
        """Rows of (dimension, batch, when, effective, billed, quantity)."""
        table = np.array(list(rows), dtype=np.int64).reshape(-1, 6)
        return CostRows(*(np.ascontiguousarray(table[:, column]) for column in range(6)))

    @staticmethod
    def join(pieces: Sequence[CostRows]) -> CostRows:
        """All rows of several pieces."""
        if len(pieces) == 1:
            return pieces[0]
        if not pieces:
            return CostRows.of(())
        names = ("dimension", "batch", "when", "effective", "quantity")
        once = all(piece.billed is piece.effective for piece in pieces)
        found = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in names}
        billed = found["effective"] if once else np.concatenate([piece.billed for piece in pieces])
        return CostRows(**found, billed=billed)


class CostSource(Protocol):
    """Where books get stored cost from; only valid batches. Positions, not store ids."""

    batches: Sequence[Batch]

    def monthly(self) -> CostRows:
        """Every (dimension, batch, month), ``when`` = month."""

    def daily(self, start: int, end: int, dimensions: Ints | None = None) -> CostRows:
        """Every (dimension, batch, day) of ``[start, end)``, all dimensions or the given ones."""


def rows_in(column: Ints, wanted: npt.NDArray[np.bool_]) -> Ints:
    """Rows of an ascending ``column`` of positions whose position is ``wanted``, ascending."""
    positions = np.flatnonzero(wanted)
    if 4 * len(positions) > len(wanted):
        return np.flatnonzero(wanted[column])
    positions = positions.astype(column.dtype)
    low = np.searchsorted(column, positions, side="left")
    counts = np.searchsorted(column, positions, side="right") - low
    before = np.cumsum(counts) - counts
    found: Ints = np.repeat(low - before, counts) + np.arange(int(counts.sum()), dtype=np.int64)
    return found


def ascending(column: Ints) -> bool:
    """Whether no number is smaller than the one before."""
    return bool((column[1:] >= column[:-1]).all())


def exact(values: Ints) -> Amounts:
    """``values`` in a form whose sums cannot wrap: int64 when provably safe, else Python integers."""
    if float(np.abs(values.astype(np.float64)).sum()) < _SAFE_SUM:
        return values
    return values.astype(object)


def total(values: Amounts) -> int:
    """The exact sum as a Python integer."""
    if values.dtype == object:
        return sum(values.tolist())
    return int(exact(values).sum()) if len(values) else 0


def distinct(keys: Ints) -> Ints:
    """Distinct keys, ascending: by a mark per number where they lie close, else sorted (``np.unique`` hashes,
    which takes several times as long on columns like these)."""
    if not len(keys):
        return keys
    low = int(keys.min())
    size = int(keys.max()) - low + 1
    if size <= CLOSE * len(keys):
        there = np.zeros(size, dtype=bool)
        there[keys - low] = True
        return np.flatnonzero(there) + low
    ordered = np.sort(keys)
    found: Ints = ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]
    return found


def sum_by(keys: Ints, values: Amounts) -> tuple[Ints, Amounts]:
    """Distinct keys, ascending, and the exact sum of ``values`` for each."""
    if not len(keys):
        return keys, values
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return ordered[starts], np.add.reduceat(values[order], starts)


def add_at(size: int, keys: Ints, values: Amounts) -> Amounts:
    """Exact sums of ``values`` on a dense axis of ``size``."""
    out = np.zeros(size, dtype=values.dtype)
    np.add.at(out, keys, values)
    return out
