"""Revenue on spans: spread by day and converted, in closed form (numbers.md 1 and 2).

``recognition`` and ``fx`` define the arithmetic; this module does the same over columns. Rows in the
reporting currency never leave numpy. Rows of one invoice convert by one cumulative half-even in
(sequence, day) order; every other row-day converts on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books.revenue_columns import RevenueColumns, RevenueRows, columns_of
from turbofinops_tui.economics.books.rows import Amounts, Ints
from turbofinops_tui.economics.fx import ExactRate, cumulative_convert, times, to_reporting
from turbofinops_tui.economics.money import INT64_MAX, minor_factor
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.recognition import spread_units
from turbofinops_tui.economics.types import Basis, Rates, Revenue

Flags = npt.NDArray[Any]
NEVER = 10**6
"""a day after every other"""


@dataclass(frozen=True, slots=True)
class Entries:
    """Parallel columns: position of the revenue row, span, native units, units in the wanted currency."""

    row: Ints
    span: Ints
    native: Ints
    amount: Ints
    converted: Amounts
    """bool: False where there is no rate (``amount`` is 0 there)"""


class Interned:
    """Texts and their codes in order of first appearance."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self._codes: dict[str, int] = {}

    def copy(self) -> Interned:
        """The same texts with the same codes, to go on from."""
        other = Interned()
        other.labels, other._codes = list(self.labels), dict(self._codes)
        return other

    def code(self, text: str) -> int:
        """The code of ``text``, a new one when it was not met yet."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.labels)
            self.labels.append(text)
        return found


COLUMNS = ("identity", "kind", "product", "plan", "feature", "currency", "source", "basis")


class RevenueFacts:
    """All revenue rows as columns; ``codes`` index ``labels`` of the same name."""

    def __init__(self, columns: RevenueColumns, rates: Rates) -> None:
        self.rates = rates
        self.columns = columns
        self.rows: Sequence[Revenue] = RevenueRows(columns)
        """the rows as values, made when asked for"""
        self.codes = {name: columns.codes[name] for name in COLUMNS}
        self.labels = {name: columns.labels[name] for name in COLUMNS}
        self.start, end = columns.numbers["start"], columns.numbers["end"]
        self.end = end if bool((end >= self.start).all()) else np.maximum(end, self.start)
        self.units, self.mrr = columns.numbers["units"], columns.numbers["mrr"]
        self.estimated = columns.numbers["estimated"].astype(bool)
        factors = [minor_factor(code) for code in self.labels["currency"]]
        factor = np.array(factors, dtype=np.int64)[self.codes["currency"]] if len(columns) else self.units
        self.unit = np.where(self.units % np.maximum(factor, 1) == 0, factor, 1)
        """store units in the unit that a row is spread in: its minor unit, or 1 for a finer amount"""
        self._before: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self.columns)

    def is_basis(self, basis: Basis) -> Flags:
        """Which rows are of a basis."""
        wanted = np.array([label == basis for label in self.labels["basis"]] + [False], dtype=bool)
        found: Flags = wanted[self.codes["basis"]]
        return found

    def span_of_days(self) -> Days | None:
        """The days that any row touches, or None without rows."""
        if not len(self):
            return None
        return Days(int(self.start.min()), int(np.maximum(self.end, self.start + 1).max()))

    def native(self, spans: Sequence[Days]) -> tuple[Ints, Ints, Ints]:
        """(row, span, native units) of every row on every span that it touches."""
        starts = np.array([span.start for span in spans], dtype=np.int64)
        ends = np.array([span.end for span in spans], dtype=np.int64)
        last = np.maximum(self.end, self.start + 1)
        low = np.searchsorted(ends, self.start, side="right")
        high = np.searchsorted(starts, last, side="left")
        counts = np.maximum(high - low, 0)
        row: Ints = np.repeat(np.arange(len(self), dtype=np.int32), counts)
        offset = np.arange(len(row), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        span = np.repeat(low, counts) + offset
        amount = self.before(row, ends[span]) - self.before(row, starts[span])
        return row, span, amount

    def before(self, row: Ints, day: Ints) -> Ints:
        """What of each row falls on days before ``day`` (``recognition.before_day`` over columns)."""
        start, end, unit = self.start[row], self.end[row], self.unit[row]
        days = np.maximum(end - start, 1)
        size = np.abs(self.units[row]) // unit
        elapsed = np.clip(day - start, 0, days)
        largest = int(size.max(initial=0))
        if 2 * largest * int(days.max(initial=1)) + int(days.max(initial=1)) > INT64_MAX:
            return self._before_exactly(row, day)
        part = (2 * size * elapsed + days) // (2 * days) * unit
        part = np.where(elapsed >= days, size * unit, np.where(elapsed <= 0, 0, part))
        return np.where(self.units[row] < 0, -part, part)

    def first_positive(self, rows: Ints) -> Ints:
        """The first day on which each row alone books more than 0; NEVER for one that does not."""
        minor = self.units[rows] // self.unit[rows]
        start, end = self.start[rows].astype(np.int64), self.end[rows].astype(np.int64)
        # the smallest k with half_up(minor * k / days) >= 1, that is 2 * minor * k >= days
        steps = -((start - end) // (2 * np.clip(minor, 1, NEVER)))
        found: Ints = np.where(minor > 0, start - 1 + np.maximum(1, steps), NEVER)
        return found

    def _before_exactly(self, row: Ints, day: Ints) -> Ints:
        pairs = zip(row.tolist(), day.tolist(), strict=True)
        return np.array([self.part(index, None, until) for index, until in pairs], dtype=np.int64)

    def part(self, index: int, start: int | None, end: int) -> int:
        """Native units of one row in ``[start, end)``; from its beginning when ``start`` is None."""
        first, last = int(self.start[index]), int(self.columns.numbers["end"][index])
        factor = minor_factor(self.labels["currency"][self.codes["currency"][index]])
        return spread_units(
            int(self.units[index]), factor, first, last, first if start is None else start, end
        )

    # --- conversion ---------------------------------------------------------------------------

    def entries(self, spans: Sequence[Days], currency: str) -> Entries:
        """Every row on every span in ``currency`` (``native``: as it is)."""
        row, span, native = self.native(spans)
        amount, known = native.copy(), np.ones(len(row), dtype=bool)
        if currency != "native" and len(self):
            same = [code == currency for code in self.labels["currency"]]
            foreign = ~np.array(same, dtype=bool)[self.codes["currency"]][row]
            for position in np.flatnonzero(foreign).tolist():
                days = spans[int(span[position])]
                found = self.convert(int(row[position]), days, int(native[position]), currency)
                amount[position], known[position] = (0, False) if found is None else (found, True)
        return Entries(row, span, native, amount, known)

    def convert(self, index: int, days: Days, native: int, currency: str) -> int | None:
        """``native`` units of one row on ``days`` in ``currency``, or None without a rate."""
        row = self.rows[index]
        rate = self.rate(row, currency)
        if rate is None:
            return None
        if row.group:
            before = self.prefix(index) + self.part(index, None, days.start)
            return cumulative_convert(before, native, row.currency, currency, *rate)
        parts = self.day_parts(index, days)
        return sum(to_reporting(part, row.currency, currency, *rate) for part in parts)

    def day_parts(self, index: int, days: Days) -> list[int]:
        """Native units of one row on each of its days inside ``days``."""
        row = self.rows[index]
        start, end = max(days.start, row.start), min(days.end, max(row.end, row.start + 1))
        return [self.part(index, day, day + 1) for day in range(start, end)]

    def rate(self, row: Revenue, currency: str) -> ExactRate | None:
        """The exact rate of a row to ``currency``: its invoice's own, else the table rate of its day."""
        if row.currency == currency:
            return (1, 1)
        if row.rate is None:
            return self.rates.rate(row.currency, currency, row.rate_day)
        table = self.rates.rate(row.rate.currency, currency, row.rate.day)
        return None if table is None else times((row.rate.numerator, row.rate.denominator), table)

    def prefix(self, index: int) -> int:
        """Native units of the rows of the same group that come before this one."""
        if self._before is None:
            self._before = {}
            groups: dict[tuple[str, str, str], list[int]] = {}
            ends = self.columns.texts["group"].ends
            for position in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
                row = self.columns.row(position)
                groups.setdefault((row.source, row.basis, row.group), []).append(position)
            for members in groups.values():
                members.sort(key=self._turn)
                taken = 0
                for position in members:
                    self._before[position] = taken
                    taken += int(self.units[position])
        return self._before[index]

    def _turn(self, index: int) -> tuple[int, int, str]:
        numbers = self.columns.numbers
        object_id = self.columns.texts["object_id"][index]
        return int(numbers["sequence"][index]), int(numbers["start"][index]), object_id


def revenue_facts(rows: Iterable[Revenue] | RevenueColumns, rates: Rates) -> RevenueFacts:
    """Columns of ``rows`` in an order that does not depend on how they were delivered."""
    columns = rows if isinstance(rows, RevenueColumns) else columns_of(rows)
    return RevenueFacts(columns.ordered(), rates)
