"""Measures of usage evidence in the rows of a table: exact fractions per key (numbers.md 5, mixed slices)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from turbofinops_tui.economics.books.evidence import UsageRows
from turbofinops_tui.economics.books.rows import Amounts, Ints
from turbofinops_tui.economics.evaluate.axes import Axis, Mask, Space
from turbofinops_tui.economics.evaluate.engine import _allowed, conditions_by_dimension
from turbofinops_tui.economics.evaluate.usage import NOBODY, Used
from turbofinops_tui.economics.measures import usage_lacks
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.economics.usage import TIMES, USAGE_MEASURES

NANOSECONDS = 10**9
OF_NOBODY = " of nobody"
"""after the name of a measure: its sum over what has no customer"""


@dataclass(frozen=True)
class Measured:
    """The evidence of a question; ``inside`` marks the spans of ``space`` that it asks for."""

    slice: Slice
    space: Space
    inside: Mask
    used: Used

    @staticmethod
    def of(slice_: Slice, space: Space, inside: Mask) -> Measured:
        """The evidence of the spans inside."""
        usage, binding = space.binding.usage, space.binding
        held = [span for span, kept in zip(space.spans, inside.tolist(), strict=True) if kept]
        rows = space.books.facts.evidence.inside(Days(held[0].start, held[-1].end)) if held else None
        rows = UsageRows.of(()) if rows is None else rows
        starts = np.array([span.start for span in space.spans], dtype=np.int64)
        span = np.searchsorted(starts, rows.day, side="right") - 1
        pairs = zip(rows.key.tolist(), rows.day.tolist(), strict=True)
        names = [usage.feature(key, day) for key, day in pairs]
        feature = [binding.features.code(name) if name else NOBODY for name in names]
        used = Used(
            rows, span, usage.customer[rows.key] if len(rows) else span, np.array(feature, dtype=np.int64)
        )
        kept = inside[span] if len(rows) else np.zeros(0, dtype=bool)
        return Measured(slice_, space, inside, used.take(np.flatnonzero(kept)))

    def rows(
        self, asked: Sequence[str], axes: Sequence[Axis], time_code: Ints, time_size: int
    ) -> list[tuple[Ints, dict[str, Amounts]]]:
        """(keys, sums) of each measure that has all the dimensions of the slice."""
        found = []
        for measure in asked:
            if any(axis.usage is None or usage_lacks(measure, axis.name) for axis in axes):
                continue
            used = self._passing(measure)
            keys = np.zeros(len(used), dtype=np.int64)
            for axis in axes:
                if axis.usage is not None:
                    keys = keys * max(1, len(axis.labels)) + axis.usage(used)
            keys = keys * time_size + (time_code[used.span] if len(used) else keys)
            found.append(self._sums(measure, used, keys))
        return found

    def totals(self, asked: Sequence[str]) -> dict[str, Fraction]:
        """The whole of every measure, and of what has no customer."""
        found: dict[str, Fraction] = {}
        for measure in asked:
            used = self._passing(measure)
            _, sums = self._sums(measure, used, (used.customer == NOBODY).astype(np.int64), 2)
            named, nobody = sums[measure].tolist()
            found[measure], found[measure + OF_NOBODY] = named + nobody, nobody
        return found

    def _passing(self, measure: str) -> Used:
        """The rows that the filters on dimensions of the measure let through."""
        kept = np.ones(len(self.used), dtype=bool)
        for name, conditions in conditions_by_dimension(self.slice.where).items():
            axis = self.space.axis(name)
            if axis.usage is not None and not usage_lacks(measure, name) and len(self.used):
                kept &= _allowed(axis, conditions)[axis.usage(self.used)]
        return self.used.take(np.flatnonzero(kept))

    def _sums(self, measure: str, used: Used, keys: Ints, size: int = 0) -> tuple[Ints, dict[str, Amounts]]:
        """Exact sums by key (ascending; ``size``: all keys from 0), times in seconds."""
        unit = NANOSECONDS if measure in TIMES else 1
        amounts = used.rows.measures[:, USAGE_MEASURES.index(measure)]
        some = np.flatnonzero(amounts)
        found, place = np.unique(keys[some], return_inverse=True)
        if size:
            found, place = np.arange(size, dtype=np.int64), keys[some]
        by_denominator: dict[int, Amounts] = {}
        of_keys = self.space.binding.usage.keys
        counts = [(of_keys[key].numerator, of_keys[key].denominator) for key in used.rows.key[some].tolist()]
        for at, amount, (up, down) in zip(place.tolist(), amounts[some].tolist(), counts, strict=True):
            sums = by_denominator.setdefault(down, np.zeros(len(found), dtype=object))
            sums[at] += amount * up
        total: Amounts = np.array([Fraction(0)] * len(found), dtype=object)
        for down, sums in by_denominator.items():
            total += np.array([Fraction(value, down * unit) for value in sums.tolist()], dtype=object)
        return found, {measure: total}
