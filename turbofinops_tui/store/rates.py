"""Published FX rates as facts: one digest over all of them."""

from __future__ import annotations

import sqlite3

from turbofinops_tui.store.digests import fact_hash
from turbofinops_tui.store.open import WriteTxn

SCOPE = "rates"


def rates_digest(conn: sqlite3.Connection) -> int:
    """The digest of scope ``rates`` counted anew from the rows (check, rebuild)."""
    return sum(map(fact_hash, conn.execute("SELECT base, currency, day, rate FROM fx_rate")))


def remove_rates(txn: WriteTxn, delivery: int) -> int:
    """Remove the rates that a delivery brought; returns how many."""
    rows = txn.conn.execute(
        "DELETE FROM fx_rate WHERE delivery = ? RETURNING base, currency, day, rate", (delivery,)
    ).fetchall()
    txn.add_facts(SCOPE, -sum(map(fact_hash, rows)))
    return len(rows)
