"""What a connection itself brought, taken away with it; what files brought stays (trust.md 15)."""

from __future__ import annotations

from turbofinops_tui.store import digests
from turbofinops_tui.store.batches import cost_scope
from turbofinops_tui.store.evidence import evidence_scopes, replace_evidence
from turbofinops_tui.store.fees import replace_fees
from turbofinops_tui.store.findings import drop_findings
from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.store.revenue import replace_many

_OWN = "source = ? AND account = ? AND livemode = ? AND delivery IS NULL"


def remove_stripe_data(txn: WriteTxn, source: str, account: str, livemode: bool) -> dict[str, int]:
    """Delete the Stripe objects and events of one account that came through a connection, with their rows.

    Returns how many of each there were. An object that a file had brought before is gone too, the
    connection's state had taken its place: the files are to be read again afterwards.
    """
    key = (source, account, int(livemode))
    own = f"SELECT id FROM stripe_object WHERE {_OWN}"  # noqa: S608 (constant)
    ids = [row[0] for row in txn.conn.execute(own, key)]
    replace_many(txn, source, account, livemode, ids, [])
    replace_fees(txn, source, account, livemode, ids, [])
    for table in ("stripe_dirty", "stripe_reference"):
        txn.conn.execute(
            f"DELETE FROM {table} WHERE source = ? AND account = ? AND livemode = ? AND id IN ({own})",  # noqa: S608 (constants)
            (*key, *key),
        )
    objects = txn.conn.execute(f"DELETE FROM stripe_object WHERE {_OWN}", key).rowcount  # noqa: S608 (constant)
    events = txn.conn.execute(
        "DELETE FROM stripe_event WHERE account = ? AND livemode = ? AND delivery IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM stripe_object o WHERE o.account = stripe_event.account"
        " AND o.livemode = stripe_event.livemode AND o.id = stripe_event.object_id)",
        key[1:],
    ).rowcount
    txn.conn.execute(
        "DELETE FROM finding WHERE source = ? AND delivery IS NULL AND kind LIKE 'stripe%'"
        " AND state = 'open'",
        (source,),
    )
    return {"objects": objects, "events": events}


def remove_cost_data(txn: WriteTxn, connection: str, source: str) -> dict[str, int]:
    """Retire every cost delivery (and evidence) that a connection fetched; returns how many, and their rows.

    Files that were imported by hand under the same source stay; their rows are collected afterwards.
    """
    found = txn.conn.execute(
        "SELECT id, lines FROM delivery WHERE state = 'active' AND json_extract(options, '$.connection') = ?",
        (connection,),
    ).fetchall()
    for delivery, _ in found:
        for export, period in txn.conn.execute(
            "UPDATE ingest_batch SET state = 'retired' WHERE delivery = ? AND state = 'active'"
            " RETURNING export, period",
            (delivery,),
        ).fetchall():
            digests.write(txn.conn, cost_scope(source, export, period), "")
        txn.conn.execute("UPDATE delivery SET state = 'removed' WHERE id = ?", (delivery,))
        drop_findings(txn, delivery)
    for export, period in txn.conn.execute(
        "DELETE FROM cost_mark WHERE source = ? RETURNING export, period", (source,)
    ).fetchall():
        digests.write(txn.conn, f"days:{source}:{export}:{period}", "")
    told = [name for name in evidence_scopes(txn.conn) if name.startswith(f"datadog:{source}:")]
    for name in told:
        replace_evidence(txn, name, [], feed="datadog")
    counts = {"deliveries": len(found), "rows": sum(lines for _, lines in found)}
    return counts | ({"days of spans": len(told)} if told else {})
