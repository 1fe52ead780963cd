"""Usage evidence in which the days of one feed are replaced: what another reading of its spans would give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from turbofinops_tui.economics.books.evidence import EvidenceSource, MemoryEvidence, UsageRows
from turbofinops_tui.economics.usage import EvidenceKey, EvidenceRow


class PatchedEvidence:
    """An ``EvidenceSource`` over another one, with other rows on some days of a feed."""

    def __init__(
        self, base: EvidenceSource, feed: str, days: Iterable[int], rows: Iterable[EvidenceRow]
    ) -> None:
        self._base = base
        self._own = MemoryEvidence(rows)
        self._days = np.array(sorted(days), dtype=np.int64)
        self.keys: Sequence[EvidenceKey] = tuple(dict.fromkeys((*base.keys, *self._own.keys)))
        place = {key: number for number, key in enumerate(self.keys)}
        self._places = np.array([place[key] for key in self._own.keys], dtype=np.int64)
        self._replaced = np.array([key.feed == feed for key in base.keys], dtype=bool)
        self.days = base.days

    def rows(self, start: int, end: int) -> UsageRows:
        """The rows of the days ``[start, end)``."""
        old, new = self._base.rows(start, end), self._own.rows(start, end)
        stays = ~(np.isin(old.day, self._days) & self._replaced[old.key])
        kept = UsageRows(*(getattr(old, name)[stays] for name in UsageRows.__slots__))
        return UsageRows.join([kept, replace(new, key=self._places[new.key])])
