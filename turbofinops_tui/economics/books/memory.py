"""Cost held in memory: the daily rows of a small business, for what-if books and for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from turbofinops_tui.economics.books.rows import Batch, CostRows, Ints, exact, sum_by
from turbofinops_tui.economics.periods import month_of_day


class MemoryCost:
    """A ``CostSource`` over daily rows (dimension, batch, day, effective, billed, quantity)."""

    def __init__(self, rows: Iterable[Sequence[int]], batches: Sequence[Batch]) -> None:
        self.batches: Sequence[Batch] = tuple(batches)
        self._rows = CostRows.of(rows)

    def monthly(self) -> CostRows:
        """The daily rows summed per calendar month."""
        rows = self._rows
        if not len(rows):
            return rows
        months = np.array([month_of_day(day) for day in rows.when.tolist()], dtype=np.int64)
        width = len(self.batches) or 1
        key = (rows.dimension * width + rows.batch) * 100_000 + months
        sums = [sum_by(key, exact(column)) for column in (rows.effective, rows.billed, rows.quantity)]
        rest, month = np.divmod(sums[0][0], 100_000)
        amounts = [part.astype(np.int64) for _, part in sums]
        return CostRows(rest // width, rest % width, month, *amounts)

    def daily(self, start: int, end: int, dimensions: Ints | None = None) -> CostRows:
        """The rows of ``[start, end)``, all dimensions or the given ones."""
        chosen = (self._rows.when >= start) & (self._rows.when < end)
        if dimensions is not None:
            chosen &= np.isin(self._rows.dimension, dimensions)
        return self._rows.take(chosen)
