"""Undoing a delivery that is not cost: what it brought goes, its rows by replacement (trust.md 15)."""

from __future__ import annotations

import sqlite3

from turbofinops_tui.errors import ConflictError
from turbofinops_tui.store.deliveries import DERIVED_KIND, Delivery, load_deliveries, load_delivery
from turbofinops_tui.store.fees import replace_fees
from turbofinops_tui.store.findings import drop_findings
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.rates import remove_rates
from turbofinops_tui.store.revenue import replace_rows

STRIPE_KINDS = ("stripe-events", "stripe-objects")


def undo_delivery(store: Store, delivery: int) -> list[int]:
    """Take away what a revenue, Stripe or rates delivery brought; returns earlier deliveries to read again.

    What an earlier delivery had brought under the same ids was replaced by this one,
    so the earlier ones of its kind and source are to be read again, in order.
    ConflictError when it no longer counts, or for customers: nothing says what they were before.
    """
    with store.write("remove delivery") as txn:
        found = load_delivery(txn.conn, delivery)
        if found.state != "active":
            raise ConflictError(f"import {delivery} is {found.state}", "only an active import can be removed")
        if found.kind == DERIVED_KIND:
            raise ConflictError(
                f"import {delivery} is derived", "remove the Stripe import that it comes from"
            )
        if found.kind == "customers":
            raise ConflictError(
                f"import {delivery} brought customers, which other facts name since",
                "import the earlier file again, or `turbofinops forget` a customer",
            )
        counts = _take_away(txn, found)
        txn.conn.execute("UPDATE delivery SET state = 'removed' WHERE id = ?", (delivery,))
        drop_findings(txn, delivery)
        txn.audit("remove import", "delivery", str(delivery), counts, None)
        return _earlier(txn.conn, found)


def _take_away(txn: WriteTxn, found: Delivery) -> dict[str, object]:
    own = (found.id,)
    keys = txn.conn.execute(
        "SELECT source, account, livemode, source_object FROM revenue_event WHERE delivery = ?1"
        " UNION SELECT source, account, livemode, id FROM stripe_object WHERE delivery = ?1",
        own,
    ).fetchall()
    for source, account, livemode, source_object in keys:
        replace_rows(txn, source, account, bool(livemode), source_object, [])
        replace_fees(txn, source, account, bool(livemode), [source_object], [])
    counts: dict[str, object] = {"kind": found.kind, "objects": len(keys)}
    if rates := remove_rates(txn, found.id):
        counts["rates"] = rates
    tables = ["revenue_received"]
    if found.kind in STRIPE_KINDS:
        gone = "SELECT source, account, livemode, id FROM stripe_object WHERE delivery = ?"
        for table in ("stripe_dirty", "stripe_reference"):
            txn.conn.execute(
                f"DELETE FROM {table} WHERE (source, account, livemode, id) IN ({gone})",  # noqa: S608 (constants)
                own,
            )
        tables += ["stripe_event", "stripe_object"]
    for table in tables:
        removed = txn.conn.execute(f"DELETE FROM {table} WHERE delivery = ?", own).rowcount  # noqa: S608 (constants)
        if removed:
            counts[table] = removed
    return counts


def _earlier(conn: sqlite3.Connection, found: Delivery) -> list[int]:
    kinds = STRIPE_KINDS if found.kind in STRIPE_KINDS else (found.kind,)
    return [
        item.id
        for item in load_deliveries(conn)
        if item.kind in kinds
        and item.source == found.source
        and item.state == "active"
        and item.id != found.id
    ]
