"""Imported RevenueEvents: received rows -> revenue rows, by replacement; (source, id) is the key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from turbofinops_tui.store.customers import register_unconfirmed
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.revenue import RevenueRow, replace_many
from turbofinops_tui.sync.read.revenue import ReceivedRevenue, revenue_rows

CHUNK = 1000
STRIPE_IDENTITY = "stripe:"
_ORPHANS = (
    "SELECT DISTINCT r.source, r.source_object FROM revenue_event r WHERE NOT EXISTS"
    " (SELECT 1 FROM stripe_object o WHERE o.source = r.source)"
    " AND NOT EXISTS (SELECT 1 FROM revenue_received w WHERE w.source = r.source AND w.id = r.source_object)"
)


@dataclass(slots=True)
class Replaced:
    """What a chunk of received rows changed."""

    new: int = 0
    changed: int = 0
    customers: int = 0


def rows_of(source: str, rows: Sequence[ReceivedRevenue], delivery: int) -> list[RevenueRow]:
    """The revenue of received rows."""
    return [item for row in rows for item in revenue_rows(source, row.id, row.body, row.position, delivery)]


def put_received(
    txn: WriteTxn,
    source: str,
    rows: Sequence[ReceivedRevenue],
    derived: Sequence[RevenueRow],
    delivery: int,
) -> Replaced:
    """Keep rows as received and put their revenue in place; unknown customers are made, unconfirmed."""
    done = Replaced()
    wanted = json.dumps([row.id for row in rows])
    old = dict(
        txn.conn.execute(
            "SELECT id, body FROM revenue_received WHERE source = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            (source, wanted),
        ).fetchall()
    )
    done.new = sum(row.id not in old for row in rows)
    done.changed = sum(row.id in old and old[row.id] != row.body for row in rows)
    txn.conn.executemany(
        "INSERT OR REPLACE INTO revenue_received(source, id, body, position, delivery)"
        " VALUES (?, ?, ?, ?, ?)",
        [(source, row.id, row.body, row.position, delivery) for row in rows],
    )
    replace_many(txn, source, "", True, [row.id for row in rows], derived)
    names = {row.customer.removeprefix(STRIPE_IDENTITY) for row in rows}
    done.customers = len(register_unconfirmed(txn, names, f"delivery:{delivery}"))
    return done


def drop_received(txn: WriteTxn, source: str, ids: Sequence[str]) -> None:
    """Rows that are no longer part of their source go, with their revenue."""
    replace_many(txn, source, "", True, ids, [])
    txn.conn.executemany(
        "DELETE FROM revenue_received WHERE source = ? AND id = ?", [(source, ident) for ident in ids]
    )


def derive_received(store: Store) -> int:
    """All imported revenue again from the rows received (rebuild); returns how many rows were read."""
    with store.read() as conn:
        received = conn.execute(
            "SELECT source, id, body, position, delivery FROM revenue_received ORDER BY source, id"
        ).fetchall()
        orphans = conn.execute(_ORPHANS).fetchall()
    for source in sorted({row[0] for row in orphans}):
        with store.write("rebuild revenue") as txn:
            replace_many(txn, source, "", True, [row[1] for row in orphans if row[0] == source], [])
    for source in sorted({row[0] for row in received}):
        mine = [row for row in received if row[0] == source]
        for start in range(0, len(mine), CHUNK):
            chunk = mine[start : start + CHUNK]
            rows = [item for row in chunk for item in revenue_rows(*row)]
            with store.write("rebuild revenue") as txn:
                replace_many(txn, source, "", True, [row[1] for row in chunk], rows)
    return len(received)
