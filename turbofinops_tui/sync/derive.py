"""Received Stripe objects -> revenue rows, by replacement (delete rows of object X, insert rows of X).

The same path for import, webhook, sync and rebuild. What is to be done stands in ``stripe_dirty``; each
round reads some marked ids with all that money ties to them, derives outside any transaction, and puts
the rows in place of the old ones in one short transaction that also takes the marks away. A round that
finds its marks changed meanwhile leaves that component to the next.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from turbofinops_tui.store.connections import load_connections
from turbofinops_tui.store.fees import rebuild_fees, replace_fees
from turbofinops_tui.store.findings import record_findings
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.pace import Pace
from turbofinops_tui.store.revenue import replace_many
from turbofinops_tui.sync.derive_charges import derive_component
from turbofinops_tui.sync.derive_component import Component, Origin
from turbofinops_tui.sync.derive_customers import CUSTOMER_MARK, derive_customers, mark_customers
from turbofinops_tui.sync.derive_facts import MONEY_KINDS
from turbofinops_tui.sync.derive_fees import Dimensions, intern_fees, write_fees
from turbofinops_tui.sync.derive_imported import derive_received
from turbofinops_tui.sync.derive_inbox import mark
from turbofinops_tui.sync.derive_invoices import LINES_FINDING, NOTE_FINDING
from turbofinops_tui.sync.derive_load import READ_FINDING, components, finding_keys, load_closure

SEEDS = 400
MARKS = 5000
CUSTOMER_KEY = "customer_ref"
"""metadata key of the customer reference, unless a connection says otherwise"""
_KEY = "source = ? AND account = ? AND livemode = ?"
CACHE = "PRAGMA cache_size=-32768"
"""objects are read in no order of their own: SQLite's 2 MB would be read again and again"""
Marks = dict[str, int]


@dataclass(slots=True)
class Derived:
    """What one run of deriving did."""

    components: int = 0
    rows: int = 0
    customers: int = 0
    changed: bool = False


def derive_dirty(
    store: Store, origin: Origin, *, customer_key: str = "", delivery: int | None = None
) -> Derived:
    """Derive everything that is marked in one account; safe beside other writers.

    Without ``customer_key`` the connection of the account says under which metadata key references stand.
    """
    done = Derived()
    pace = Pace()
    pace.rows = SEEDS
    known: Dimensions = {}
    while batch := _next_batch(store, origin):
        found, marks = batch
        intern_fees(store, origin, found, known)
        step = max(1, pace.rows // 8)
        for start in range(0, len(found), step):
            chunk = found[start : start + step]
            with pace.measured(), store.write("derive revenue", durable=False) as txn:
                txn.conn.execute(CACHE)
                _write(txn, origin, chunk, marks, known, delivery, done)
    done.customers = derive_customers(store, origin, customer_key or customer_key_of(store, origin))
    with store.write("derive revenue"):
        pass  # the durable end: its fsync covers the short transactions before it
    return done


def customer_key_of(store: Store, origin: Origin) -> str:
    """The metadata key of the customer reference, as the connection of that account sets it."""
    with store.read() as conn:
        connections = load_connections(conn, "stripe")
    for item in connections:
        if Origin(item.source, item.settings.get("account", ""), item.livemode) == origin:
            return item.settings.get("customer_key") or CUSTOMER_KEY
    return CUSTOMER_KEY


def derive_customers_again(store: Store, origin: Origin) -> None:
    """Every customer of one account anew: the key of their references has changed."""
    _, people, _ = _everything(store, origin)
    for start in range(0, len(people), MARKS):
        with store.write("derive customers", durable=False) as txn:
            mark_customers(txn, origin, people[start : start + MARKS])
    derive_dirty(store, origin)


def _next_batch(store: Store, origin: Origin) -> tuple[list[Component], Marks] | None:
    """Some marked ids with their components, derived; None when only customers are left."""
    key = (origin.source, origin.account, int(origin.livemode))
    with store.read() as conn:
        conn.execute(CACHE)
        seeds = dict(
            conn.execute(
                f"SELECT id, mark FROM stripe_dirty WHERE {_KEY} AND id < ? ORDER BY id LIMIT ?",  # noqa: S608 (constant)
                (*key, CUSTOMER_MARK, SEEDS),
            )
        )
        if not seeds:
            return None
        loaded = load_closure(conn, origin, seeds)
        found = components(conn, loaded)
        marks: Marks = dict(
            conn.execute(
                f"SELECT id, mark FROM stripe_dirty WHERE {_KEY} AND id IN (SELECT value FROM json_each(?))",  # noqa: S608 (constant)
                (*key, json.dumps(sorted(loaded.ids))),
            )
        )
    for component in found:
        derive_component(component)
        component.findings += [item for item in loaded.findings if item.key in component.ids]
    return found, marks


def _write(
    txn: WriteTxn,
    origin: Origin,
    found: Sequence[Component],
    marks: Marks,
    known: Dimensions,
    delivery: int | None,
    done: Derived,
) -> None:
    """Replace the rows of the components whose marks are still as they were read."""
    key = (origin.source, origin.account, int(origin.livemode))
    wanted = [ident for component in found for ident in component.ids if ident in marks]
    rows = txn.conn.execute(
        f"SELECT id, mark FROM stripe_dirty WHERE {_KEY} AND id IN (SELECT value FROM json_each(?))",  # noqa: S608 (constant)
        (*key, json.dumps(wanted)),
    )
    now = dict(rows.fetchall())
    ready = [c for c in found if all(now.get(ident) == marks[ident] for ident in c.ids if ident in marks)]
    derived = [row for component in ready for row in component.rows]
    objects = [ident for component in ready for ident in component.ids]
    changed = replace_many(txn, origin.source, origin.account, origin.livemode, objects, derived)
    changed |= write_fees(txn, origin, ready, objects, known)
    _write_findings(txn, origin, ready, delivery)
    txn.conn.executemany(
        f"DELETE FROM stripe_dirty WHERE {_KEY} AND id = ?",  # noqa: S608 (constant)
        [(*key, ident) for component in ready for ident in component.ids if ident in marks],
    )
    owners = {row.identity[len("stripe:") :] for row in derived if row.identity}
    owners |= {fee.customer for component in ready for fee in component.fees if fee.customer}
    mark_customers(txn, origin, owners)
    done.components += len(ready)
    done.rows += len(derived)
    done.changed = done.changed or changed


def _write_findings(txn: WriteTxn, origin: Origin, ready: Sequence[Component], delivery: int | None) -> None:
    """Findings of these components as they are now; those whose cause is gone are closed."""
    named = [ident for component in ready for ident in finding_keys(component)]
    named += [item.key for component in ready for item in component.findings]
    txn.conn.execute(
        "DELETE FROM finding WHERE source = ? AND kind IN (?, ?, ?) AND state = 'open'"
        " AND key IN (SELECT value FROM json_each(?))",
        (origin.source, LINES_FINDING, NOTE_FINDING, READ_FINDING, json.dumps(named)),
    )
    record_findings(txn, [item for component in ready for item in component.findings], delivery)


def origins(store: Store) -> list[Origin]:
    """Every account of which objects were received."""
    with store.read() as conn:
        rows = conn.execute(
            "SELECT DISTINCT source, account, livemode FROM stripe_object ORDER BY 1, 2, 3"
        ).fetchall()
    return [Origin(source, account, bool(livemode)) for source, account, livemode in rows]


def derive_all(store: Store) -> Derived:
    """Every revenue row again from what was received (rebuild): equal totals, equal digest.

    Rows of objects and imported rows that are no longer there go too.
    """
    derive_received(store)
    total = Derived()
    for origin in origins(store):
        money, people, orphans = _everything(store, origin)
        with store.write("rebuild revenue") as txn:
            key = (origin.source, origin.account, origin.livemode)
            total.changed |= replace_many(txn, *key, orphans, [])
            total.changed |= replace_fees(txn, *key, orphans, [])
        for start in range(0, len(money), MARKS):
            with store.write("rebuild revenue", durable=False) as txn:
                mark(txn, origin, money[start : start + MARKS])
        for start in range(0, len(people), MARKS):
            with store.write("rebuild revenue", durable=False) as txn:
                mark_customers(txn, origin, people[start : start + MARKS])
        done = derive_dirty(store, origin)
        total.components += done.components
        total.rows += done.rows
        total.customers += done.customers
        total.changed |= done.changed
    total.changed |= bool(rebuild_fees(store))
    return total


def _everything(store: Store, origin: Origin) -> tuple[list[str], list[str], list[str]]:
    """Ids of objects that carry money, of customers, and of rows whose object is gone."""
    key = (origin.source, origin.account, int(origin.livemode))
    of_kind = f"SELECT id FROM stripe_object WHERE {_KEY} AND object IN (SELECT value FROM json_each(?))"  # noqa: S608 (constant)
    gone = " UNION ".join(
        f"SELECT source_object FROM {table} r WHERE {_KEY} AND NOT EXISTS"  # noqa: S608 (constants)
        " (SELECT 1 FROM stripe_object o WHERE o.source = r.source AND o.account = r.account"
        " AND o.livemode = r.livemode AND o.id = r.source_object)"
        for table in ("revenue_event", "stripe_fee")
    )
    kinds = json.dumps([kind for kind in MONEY_KINDS if kind != "price"])
    with store.read() as conn:
        money = [row[0] for row in conn.execute(of_kind, (*key, kinds))]
        people = [row[0] for row in conn.execute(of_kind, (*key, '["customer"]'))]
        orphans = [row[0] for row in conn.execute(gone, key * 2)]
    return money, people, orphans
