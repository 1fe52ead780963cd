"""Clearing away rows that no longer count, in transactions too short to be felt."""

from __future__ import annotations

from turbofinops_tui.store import deliveries
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.pace import Pace

_TABLES = (("cost_daily", "day"), ("cost_monthly", "month"))


def collect_retired(store: Store) -> int:
    """Remove the rows of retired batches and everything of crashed staged deliveries.

    Totals of retired batches stay: they tell what a period was before it was
    restated. Returns how many batches were cleared. Cut off at any point, the
    next call finishes the work.
    """
    dead, retired = _what_is_left(store)
    for batch in retired:
        _delete_rows(store, batch)
    for delivery, batches in dead.items():
        for batch in batches:
            _delete_rows(store, batch)
        _delete_staged(store, delivery)
    return len(retired) + sum(map(len, dead.values()))


def _what_is_left(store: Store) -> tuple[dict[int, list[int]], list[int]]:
    """(delivery -> staged batches that no living process works on, retired batches that have rows)."""
    with store.read() as conn:
        dead: dict[int, list[int]] = {
            row[0]: [] for row in conn.execute("SELECT id FROM delivery WHERE state = 'staged'")
        }
        # A delivery read again has staged batches too, while it counts or after it was replaced.
        for delivery, batch in conn.execute("SELECT delivery, id FROM ingest_batch WHERE state = 'staged'"):
            dead.setdefault(delivery, []).append(batch)
        retired = [
            row[0]
            for row in conn.execute(
                "SELECT id FROM ingest_batch b WHERE state = 'retired'"
                " AND (EXISTS(SELECT 1 FROM cost_daily WHERE batch = b.id)"
                " OR EXISTS(SELECT 1 FROM cost_monthly WHERE batch = b.id))"
            )
        ]
        running = [delivery for delivery in dead if deliveries.is_running(store, delivery)]
    for delivery in running:
        del dead[delivery]
    return dead, retired


def _delete_rows(store: Store, batch: int) -> None:
    """Delete the rows of one batch in key order, chunk by chunk."""
    pace = Pace()
    for table, unit in _TABLES:
        keys = f"SELECT {unit}, dimension FROM {table} WHERE batch = ?"  # noqa: S608 (constants)
        edge = f"{keys} ORDER BY {unit}, dimension LIMIT 1 OFFSET ?"
        below = f"DELETE FROM {table} WHERE batch = ? AND ({unit}, dimension) < (?, ?)"  # noqa: S608 (constants)
        more = True
        while more:
            with store.write("collect rows", durable=False) as txn, pace.measured():
                last = txn.conn.execute(edge, (batch, pace.rows)).fetchone()
                if _counts(txn, batch):  # published between our look and this transaction
                    return
                if last is None:
                    txn.conn.execute(f"DELETE FROM {table} WHERE batch = ?", (batch,))  # noqa: S608 (constant)
                    more = False
                else:
                    txn.conn.execute(below, (batch, *last))


def _counts(txn: WriteTxn, batch: int) -> bool:
    row = txn.conn.execute("SELECT state FROM ingest_batch WHERE id = ?", (batch,)).fetchone()
    return row is not None and row[0] == "active"


def _delete_calls(store: Store, delivery: int) -> None:
    """Delete the calls of a delivery that never counted, chunk by chunk."""
    dead = "(SELECT 1 FROM delivery WHERE id = ?1 AND state = 'staged')"
    some = f"SELECT feed, key FROM usage_call WHERE delivery = ?1 AND EXISTS {dead} LIMIT ?2"  # noqa: S608
    pace = Pace()
    gone = 1
    while gone:
        with store.write("collect calls", durable=False) as txn, pace.measured():
            query = f"DELETE FROM usage_call WHERE (feed, key) IN ({some})"  # noqa: S608 (constants)
            gone = txn.conn.execute(query, (delivery, pace.rows)).rowcount


def _delete_staged(store: Store, delivery: int) -> None:
    """Forget the staged batches of a crashed run, and the delivery itself when it never counted."""
    _delete_calls(store, delivery)
    own = "(SELECT id FROM ingest_batch WHERE delivery = ? AND state = 'staged')"
    with store.write("remove crashed delivery") as txn:
        for table in ("batch_total", "left_out_tag"):
            txn.conn.execute(f"DELETE FROM {table} WHERE batch IN {own}", (delivery,))  # noqa: S608 (constants)
        txn.conn.execute("DELETE FROM ingest_batch WHERE delivery = ? AND state = 'staged'", (delivery,))
        dead = "(SELECT id FROM delivery WHERE id = ? AND state = 'staged')"
        txn.conn.execute(f"DELETE FROM trace_part WHERE delivery IN {dead}", (delivery,))  # noqa: S608 (constant)
        txn.conn.execute("DELETE FROM delivery WHERE id = ? AND state = 'staged'", (delivery,))
    deliveries.lock_path(store.path, delivery).unlink(missing_ok=True)
