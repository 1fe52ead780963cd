"""Deriving what the store itself holds twice: months from days, digests from facts."""

from __future__ import annotations

from turbofinops_tui.store import digests, rates
from turbofinops_tui.store.batches import cost_scope
from turbofinops_tui.store.cost_marks import mark_digests
from turbofinops_tui.store.customers import SCOPE, customers_digest
from turbofinops_tui.store.evidence import evidence_digests
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.revenue import revenue_digests, scope

MONTH_OF_DAY = (
    "CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) * 12"
    " + CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) - 1"
)
DAYS_BY_MONTH = (
    f"SELECT batch, {MONTH_OF_DAY} AS month, dimension, sum(effective), sum(billed), sum(quantity)"  # noqa: S608
    " FROM cost_daily WHERE batch = ?1 GROUP BY 1, 2, 3"
)
MONTHS = "SELECT batch, month, dimension, effective, billed, quantity FROM cost_monthly WHERE batch = ?1"


def rebuild_months(store: Store) -> int:
    """Derive ``cost_monthly`` from ``cost_daily`` again; returns how many batches were different.

    A batch is rewritten in one transaction, and only when it differs: reads never see half of it.
    """
    changed = 0
    with store.read() as conn:
        batches = [
            row[0] for row in conn.execute("SELECT id FROM ingest_batch WHERE state = 'active' ORDER BY id")
        ]
    for batch in batches:
        with store.read() as conn:
            if all(
                conn.execute(f"SELECT 1 FROM ({one} EXCEPT {other}) LIMIT 1", (batch,)).fetchone() is None  # noqa: S608
                for one, other in ((DAYS_BY_MONTH, MONTHS), (MONTHS, DAYS_BY_MONTH))
            ):
                continue
        with store.write("rebuild months") as txn:
            txn.conn.execute("DELETE FROM cost_monthly WHERE batch = ?", (batch,))
            txn.conn.execute(f"INSERT INTO cost_monthly {DAYS_BY_MONTH}", (batch,))
        changed += 1
    return changed


def rebuild_digests(store: Store) -> list[str]:
    """Count the digest of every scope again; returns those that were wrong."""
    with store.write("rebuild digests") as txn:
        wanted = {scope(source): value for source, value in revenue_digests(txn.conn).items()}
        wanted |= {SCOPE: customers_digest(txn.conn), rates.SCOPE: rates.rates_digest(txn.conn)}
        texts = {name: digests.digest_text(value % digests.MODULUS) for name, value in wanted.items()}
        active = txn.conn.execute(
            "SELECT source, export, period, digest FROM ingest_batch WHERE state = 'active'"
        )
        texts |= {cost_scope(*row[:3]): row[3] for row in active}
        texts |= evidence_digests(txn.conn) | mark_digests(txn.conn)
        stored = dict(txn.conn.execute("SELECT scope, digest FROM fact_digest"))
        wrong = sorted(name for name in {*texts, *stored} if texts.get(name, "") != stored.get(name, ""))
        for name in wrong:
            digests.write(txn.conn, name, texts.get(name, ""))
        if wrong:
            txn.audit("rebuild digests", "store", "fact_digest", None, {"scopes": wrong})
    return wrong
