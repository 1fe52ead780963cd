"""Usage evidence for the books: keys and days of one snapshot at once, rows of a month when asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from turbofinops_tui.economics.books.evidence import UsageRows
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.usage import EvidenceKey
from turbofinops_tui.store.evidence import KEY, VALUES
from turbofinops_tui.store.open import Store


class StoreEvidence:
    """An ``EvidenceSource`` over a store."""

    def __init__(self, store: Store, conn: sqlite3.Connection) -> None:
        self._store = store
        rows = conn.execute(f"SELECT id, {KEY} FROM evidence_key ORDER BY id").fetchall()  # noqa: S608
        self._position = {row[0]: number for number, row in enumerate(rows)}
        self.keys: Sequence[EvidenceKey] = tuple(EvidenceKey(*row[1:]) for row in rows)
        first, last = conn.execute("SELECT min(day), max(day) FROM evidence_daily").fetchone()
        self.days = None if first is None else Days(first, last + 1)

    def rows(self, start: int, end: int) -> UsageRows:
        """The rows of the days ``[start, end)``, of keys that the snapshot had."""
        query = (
            f"SELECT day, key, {VALUES} FROM evidence_daily"  # noqa: S608 (constants)
            " WHERE day >= ? AND day < ? ORDER BY day, key"
        )
        with self._store.read() as conn:
            found = conn.execute(query, (start, end)).fetchall()
        known = self._position
        return UsageRows.of((row[0], known[row[1]], *row[2:]) for row in found if row[1] in known)
