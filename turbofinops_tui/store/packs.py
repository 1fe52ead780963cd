"""Packs: monthly cost and revenue rows as columns, which books load instead of the rows.

Derived and checked (``db check``, ``db rebuild``): whatever changes a row takes its pack away in the same
transaction (triggers, models/pack_schema.py), and without a pack the rows are read. All numbers are
little-endian.
"""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections.abc import Callable, Iterable

from turbofinops_tui.models.pack_schema import REVENUE_SHIFT
from turbofinops_tui.store.open import Store, WriteTxn

MONTHS, REVENUE = "months", "revenue"
_ROWS = (
    "SELECT dimension, month, effective, billed, quantity FROM cost_monthly WHERE batch = ?"
    " ORDER BY dimension, month"
)
_TYPES = ("i", "i", "q", "q", "q")
"""32 bits of dimension and month, 64 of the amounts"""
_LACKING: dict[str, str] = {
    MONTHS: "SELECT id FROM ingest_batch b WHERE state = 'active'"
    " AND EXISTS(SELECT 1 FROM cost_monthly m WHERE m.batch = b.id)"
    " AND NOT EXISTS(SELECT 1 FROM packed WHERE part = 'months' AND number = b.id)",
    REVENUE: f"SELECT DISTINCT id >> {REVENUE_SHIFT} FROM revenue_event e"  # noqa: S608 (constants)
    f" WHERE NOT EXISTS(SELECT 1 FROM packed WHERE part = 'revenue' AND number = e.id >> {REVENUE_SHIFT})",
}
_EVERY: dict[str, str] = {
    MONTHS: "SELECT id FROM ingest_batch WHERE state = 'active' ORDER BY id",
    REVENUE: f"SELECT DISTINCT id >> {REVENUE_SHIFT} FROM revenue_event ORDER BY 1",  # noqa: S608 (constant)
}


def packed_months(conn: sqlite3.Connection, batch: int) -> bytes:
    """The monthly rows of a batch by dimension: their number (64 bits), then column after column."""
    rows = conn.execute(_ROWS, (batch,)).fetchall()
    columns = zip(*rows, strict=True) if rows else ((),) * len(_TYPES)
    parts = [array("q", [len(rows)]), *(array(kind, col) for kind, col in zip(_TYPES, columns, strict=True))]
    if sys.byteorder != "little":
        for part in parts:
            part.byteswap()
    return b"".join(part.tobytes() for part in parts)


def packed_revenue(conn: sqlite3.Connection, number: int) -> bytes:
    """The revenue rows of a stretch of ids as columns."""
    from turbofinops_tui.store.load_books import revenue_pack

    return revenue_pack(conn, number)


_MAKE: dict[str, Callable[[sqlite3.Connection, int], bytes]] = {
    MONTHS: packed_months,
    REVENUE: packed_revenue,
}


def pack_staged(store: Store, batch: int) -> None:
    """Pack a batch that no read sees yet: its rows are nobody else's, and read before the lock is taken."""
    with store.read() as conn:
        body = packed_months(conn, batch)
    with store.write("pack", durable=False) as txn:
        if txn.conn.execute("SELECT 1 FROM ingest_batch WHERE id = ?", (batch,)).fetchone():
            _keep(txn, MONTHS, batch, body)


def pack_missing(store: Store, *parts: str) -> int:
    """Make the packs that are missing, each in a short transaction; returns how many."""
    with store.read() as conn:
        wanted = [(part, *row) for part in parts or _MAKE for row in conn.execute(_LACKING[part])]
    for part, number in wanted:
        with store.write("pack", durable=False) as txn:
            _put(txn, part, number)
    return len(wanted)


def rebuild_packs(store: Store) -> int:
    """Make every pack again that is missing or is not that of its rows; returns how many."""
    with store.read() as conn:
        wrong = list(wrong_packs(conn))
        missing = [(part, *row) for part in _MAKE for row in conn.execute(_LACKING[part])]
    for part, number in wrong:
        with store.write("pack", durable=False) as txn:
            txn.conn.execute("DELETE FROM packed WHERE part = ? AND number = ?", (part, number))
    for part, number in {*wrong, *missing}:
        with store.write("pack", durable=False) as txn:
            _put(txn, part, number)
    return len({*wrong, *missing})


def wrong_packs(conn: sqlite3.Connection) -> Iterable[tuple[str, int]]:
    """(part, number) of the packs that differ from what their rows give."""
    for part, make in _MAKE.items():
        rows = {row[0] for row in conn.execute(_EVERY[part])}
        for (number,) in conn.execute(
            "SELECT number FROM packed WHERE part = ? ORDER BY number", (part,)
        ).fetchall():
            body = conn.execute(
                "SELECT body FROM packed WHERE part = ? AND number = ?", (part, number)
            ).fetchone()[0]
            if number in rows and body != make(conn, number):
                yield part, number


def _put(txn: WriteTxn, part: str, number: int) -> None:
    _keep(txn, part, number, _MAKE[part](txn.conn, number))


def _keep(txn: WriteTxn, part: str, number: int, body: bytes) -> None:
    txn.conn.execute(
        "INSERT INTO packed(part, number, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (part, number, body)
    )
