"""Stored cost with rows of another kind after it: a scenario's, or what evidence alone tells."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.economics.books.memory import MemoryCost
from turbofinops_tui.economics.books.rows import Batch, CostRows, CostSource, Ints


class Layered:
    """A ``CostSource`` with the rows of another one after its own; dimensions from ``first`` on are added."""

    def __init__(self, base: CostSource, added: MemoryCost, first: int) -> None:
        self._base, self._added, self._first = base, added, first
        self.batches: Sequence[Batch] = (*base.batches, *added.batches[len(base.batches) :])

    def monthly(self) -> CostRows:
        """Every (dimension, batch, month) of both."""
        return CostRows.join([self._base.monthly(), self._added.monthly()])

    def daily(self, start: int, end: int, dimensions: Ints | None = None) -> CostRows:
        """Every (dimension, batch, day) of both."""
        held = None if dimensions is None else dimensions[dimensions < self._first]
        return CostRows.join([self._base.daily(start, end, held), self._added.daily(start, end, dimensions)])
