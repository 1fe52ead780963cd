"""Usage evidence in the books: the keys at once, the days of a month when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.periods import Days, month_of_day, month_start
from turbofinops_tui.economics.usage import COST_CLASSES, USAGE_MEASURES, EvidenceKey, EvidenceRow

_FIRST_COST = 2 + len(USAGE_MEASURES)
WIDTH = _FIRST_COST + len(COST_CLASSES)
MONTHS_KEPT = 40
"""months of daily rows that stay in memory"""


@dataclass(frozen=True, slots=True)
class UsageRows:
    """Parallel columns of daily rows: day, position of the key, measures [row, measure] and costs
    [row, class] before the count."""

    day: Ints
    key: Ints
    measures: Ints
    costs: Ints

    def __len__(self) -> int:
        return len(self.day)

    def take(self, chosen: npt.NDArray[Any]) -> UsageRows:
        """The rows of a mask or of positions."""
        return UsageRows(*(getattr(self, name)[chosen] for name in self.__slots__))

    @staticmethod
    def of(rows: Iterable[Sequence[int]]) -> UsageRows:
        """Rows of (day, key, measures..., costs...)."""
        table = np.array(list(rows), dtype=np.int64).reshape(-1, WIDTH)
        return UsageRows(table[:, 0], table[:, 1], table[:, 2:_FIRST_COST], table[:, _FIRST_COST:])

    @staticmethod
    def join(pieces: Sequence[UsageRows]) -> UsageRows:
        """All rows of several pieces."""
        if not pieces:
            return UsageRows.of(())
        return UsageRows(
            *(np.concatenate([getattr(piece, name) for piece in pieces]) for name in UsageRows.__slots__)
        )


class EvidenceSource(Protocol):
    """Where evidence comes from: a store's snapshot, or memory."""

    keys: Sequence[EvidenceKey]
    days: Days | None
    """from the first day to the day after the last; None without any"""

    def rows(self, start: int, end: int) -> UsageRows:
        """The rows of the days ``[start, end)``."""


class MemoryEvidence:
    """Evidence held in memory."""

    def __init__(self, rows: Iterable[EvidenceRow] = ()) -> None:
        listed = list(rows)
        self.keys: Sequence[EvidenceKey] = tuple(dict.fromkeys(row.key for row in listed))
        place = {key: number for number, key in enumerate(self.keys)}
        self._rows = UsageRows.of((row.day, place[row.key], *row.measures, *row.costs) for row in listed)
        days = [row.day for row in listed]
        self.days = Days(min(days), max(days) + 1) if days else None

    def rows(self, start: int, end: int) -> UsageRows:
        """The rows of the days ``[start, end)``."""
        chosen = (self._rows.day >= start) & (self._rows.day < end)
        return self._rows.take(chosen)


RETAINED = ("datadog",)
"""feeds that see only the spans that somebody's retention kept"""


def whole_first(keys: Sequence[EvidenceKey], rows: UsageRows) -> UsageRows:
    """The rows without those of a retained-only feed on a (service, day) that traces tell as well."""
    retained = np.array([key.feed in RETAINED for key in keys], dtype=bool)
    if not retained.any() or not len(rows):
        return rows
    number = {name: place for place, name in enumerate(sorted({key.service for key in keys}))}
    service = np.array([number[key.service] for key in keys], dtype=np.int64)
    traced = np.array([key.feed == "otlp" for key in keys], dtype=bool)
    place = rows.day * len(number) + service[rows.key]
    told = retained[rows.key] & np.isin(place, place[traced[rows.key]])
    return rows.take(~told)


class UsageFacts:
    """The evidence of some books; months are read once."""

    def __init__(self, source: EvidenceSource) -> None:
        self.source = source
        self.keys = source.keys
        self.days = source.days
        self._months: dict[int, UsageRows] = {}

    def __bool__(self) -> bool:
        return self.days is not None

    def month(self, month: int) -> UsageRows:
        """The rows of a month (months since year 0)."""
        if month not in self._months:
            while len(self._months) >= MONTHS_KEPT:
                self._months.pop(next(iter(self._months)))
            rows = self.source.rows(month_start(month), month_start(month + 1))
            self._months[month] = whole_first(self.keys, rows)
        return self._months[month]

    def retained(self, days: Days) -> tuple[list[str], int]:
        """(services, how many days) of ``days`` of which only retained spans are known."""
        own = np.array([key.feed in RETAINED for key in self.keys], dtype=bool)
        if not own.any():
            return [], 0
        rows = self.inside(days)
        rows = rows.take(own[rows.key])
        services = {self.keys[key].service for key in np.unique(rows.key).tolist()}
        return sorted(services), len(np.unique(rows.day))

    def inside(self, days: Days) -> UsageRows:
        """The rows of ``days``, month by month."""
        if self.days is None:
            return UsageRows.of(())
        start, end = max(days.start, self.days.start), min(days.end, self.days.end)
        if start >= end:
            return UsageRows.of(())
        pieces = [self.month(month) for month in range(month_of_day(start), month_of_day(end - 1) + 1)]
        rows = UsageRows.join(pieces)
        chosen = (rows.day >= start) & (rows.day < end)
        return rows.take(chosen)
