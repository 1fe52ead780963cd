"""Tag keys that the cardinality guard left out of deliveries that count."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOutKey:
    """One key of one source and export: the most values that a month had of it."""

    source: str
    export: str
    key: str
    values: int


def load_left_out(conn: sqlite3.Connection) -> list[LeftOutKey]:
    """Every key by source and export, those with the most values first."""
    rows = conn.execute(
        "SELECT d.source, d.export, t.key, max(t.distinct_values) AS most FROM left_out_tag t"
        " JOIN ingest_batch b ON b.id = t.batch AND b.state = 'active'"
        " JOIN delivery d ON d.id = b.delivery"
        " GROUP BY d.source, d.export, t.key ORDER BY most DESC, t.key"
    )
    return [LeftOutKey(*row) for row in rows]
