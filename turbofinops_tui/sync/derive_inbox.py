"""Received Stripe events and objects into the store: the newest snapshot wins, changes are marked.

Runs inside the caller's short write transactions. Nothing is derived here: an object whose money may
have changed is marked in ``stripe_dirty``, in the same transaction, so that a run cut off anywhere is
finished by the next one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.derive_facts import MONEY_KINDS, fact
from turbofinops_tui.sync.derive_invoices import PRICE_FINDING
from turbofinops_tui.sync.derive_types import Price
from turbofinops_tui.sync.read.stripe_objects import Snapshot, unpack

WHOLE = "#whole"
"""suffix of the kept complete snapshot beside a newer one whose lines are cut"""
_MARKED = frozenset(MONEY_KINDS) - {"price"}
_UPSERT = (
    "INSERT OR REPLACE INTO stripe_object(source, account, livemode, id, object, created, version, rank,"
    " complete, event, delivery, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_OF_ACCOUNT = "source = ? AND account = ? AND livemode = ?"
_MARK = (
    "INSERT INTO stripe_dirty(source, account, livemode, id, mark) VALUES (?, ?, ?, ?, 1)"
    " ON CONFLICT DO UPDATE SET mark = mark + 1"
)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One received event; ``state`` is done, or incomplete when its object is not to be read from it."""

    id: str
    type: str
    created: int
    api_version: str
    object_id: str
    state: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Known:
    """The stored snapshot of an id, without its parsed body."""

    object: str
    created: int
    rank: int
    version: int
    event: str
    complete: bool
    body: bytes

    @property
    def order(self) -> tuple[int, int, bool, str]:
        return (self.rank, self.version, not self.event, self.event)


def put_events(txn: WriteTxn, origin: Origin, events: Iterable[EventRow], delivery: int | None) -> int:
    """Insert events that are new; returns how many were (the others are deliveries of the same event)."""
    before = txn.conn.total_changes
    txn.conn.executemany(
        "INSERT OR IGNORE INTO stripe_event(id, account, livemode, type, created, api_version, object_id,"
        " body, delivery, received_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                event.id, origin.account, int(origin.livemode), event.type, event.created, event.api_version,
                event.object_id, event.body, delivery, txn.now, event.state,
            )
            for event in events
        ],
    )  # fmt: skip
    return txn.conn.total_changes - before


@dataclass(slots=True)
class Put:
    """What one batch of snapshots changed, by what has to follow."""

    money: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    products: set[str] = field(default_factory=set)
    prices: dict[str, bytes | None] = field(default_factory=dict)
    """price id -> the body before, None when it is new"""

    def note(self, item: Snapshot, before: bytes | None) -> None:
        """Sort one changed object."""
        if item.object == "price":
            self.prices.setdefault(item.id, before)
        elif item.object == "customer":
            self.customers.add(item.id)
        elif item.object == "product":
            self.products.add(item.id)
        elif item.object in _MARKED:
            self.money.add(item.id)


def put_snapshots(txn: WriteTxn, origin: Origin, snapshots: Sequence[Snapshot], delivery: int | None) -> Put:
    """Keep what is newer than what is there, and mark the money that changed; returns what did.

    Customers and products are the caller's to mark (``derive_customers``).
    """
    key = (origin.source, origin.account, int(origin.livemode))
    put = Put()
    changed = _newest(_known(txn.conn, key, snapshots), snapshots, put)
    txn.conn.executemany(
        _UPSERT,
        [
            (
                *key, ident, row.object, row.created, row.version, row.rank, int(row.complete), row.event,
                delivery, row.body,
            )
            for ident, row in changed.items()
        ],
    )  # fmt: skip
    refs = {(target, item.id) for item in snapshots for target in item.refs}
    txn.conn.executemany(
        "INSERT OR IGNORE INTO stripe_reference(source, account, livemode, target, id)"
        " VALUES (?, ?, ?, ?, ?)",
        [(*key, target, ident) for target, ident in sorted(refs)],
    )
    put.money |= _users_of_prices(txn, key, put.prices, changed)
    put.money |= _previews_of(txn, key, snapshots, put.money)
    mark(txn, origin, put.money)
    return put


def _newest(known: dict[str, _Known], snapshots: Sequence[Snapshot], put: Put) -> dict[str, _Known]:
    """The snapshots that win over what is known, by id; notes in ``put`` what they change."""
    changed: dict[str, _Known] = {}
    for item in snapshots:
        new = _Known(item.object, item.created, item.rank, item.version, item.event, item.complete, item.body)
        old = known.get(item.id)
        if old is not None and new.order < old.order:
            if new.complete and not old.complete and _keep_whole(known, changed, item.id, new):
                put.note(item, None)
            continue
        if old is not None and old.complete and not new.complete:
            _keep_whole(known, changed, item.id, old)
        if old is None or old.body != new.body or old.event != new.event:
            put.note(item, old.body if old else None)
        known[item.id] = changed[item.id] = new
    return changed


def mark(txn: WriteTxn, origin: Origin, ids: Iterable[str]) -> None:
    """Say that the rows of ``ids`` are to be derived again."""
    key = (origin.source, origin.account, int(origin.livemode))
    txn.conn.executemany(_MARK, [(*key, ident) for ident in sorted(ids)])


def _known(
    conn: sqlite3.Connection, key: tuple[str, str, int], snapshots: Sequence[Snapshot]
) -> dict[str, _Known]:
    ids = {item.id for item in snapshots}
    ids |= {item.id + WHOLE for item in snapshots if item.object in ("invoice", "credit_note")}
    rows = conn.execute(
        "SELECT id, object, created, rank, version, event, complete, body FROM stripe_object"  # noqa: S608 (constant)
        f" WHERE {_OF_ACCOUNT} AND id IN (SELECT value FROM json_each(?))",
        (*key, json.dumps(sorted(ids))),
    )
    return {row[0]: _Known(row[1], row[2], row[3], row[4], row[5], bool(row[6]), row[7]) for row in rows}


def _keep_whole(known: dict[str, _Known], changed: dict[str, _Known], ident: str, whole: _Known) -> bool:
    """Keep a complete snapshot beside the newer cut one; True when it is newer than the one kept."""
    name = ident + WHOLE
    old = known.get(name)
    if old is not None and whole.order <= old.order:
        return False
    kept = replace(whole, object=whole.object + WHOLE)
    known[name] = changed[name] = kept
    return True


def _previews_of(
    txn: WriteTxn, key: tuple[str, str, int], snapshots: Sequence[Snapshot], changed: set[str]
) -> set[str]:
    """Previews of the subscriptions whose invoices changed: one of them may have replaced it."""
    billed = {
        ref for item in snapshots if item.object == "invoice" and item.id in changed for ref in item.refs
    }
    wanted = json.dumps(sorted(f"preview:{ref}" for ref in billed))
    rows = txn.conn.execute(
        f"SELECT id FROM stripe_object WHERE {_OF_ACCOUNT} AND id IN (SELECT value FROM json_each(?))",  # noqa: S608 (constant)
        (*key, wanted),
    )
    return {row[0] for row in rows}


def _users_of_prices(
    txn: WriteTxn, key: tuple[str, str, int], prices: dict[str, bytes | None], changed: dict[str, _Known]
) -> set[str]:
    """Invoices that a new or otherwise billing price classifies anew."""
    found: set[str] = set()
    for ident, before in prices.items():
        if before is not None and _billing(before) == _billing(changed[ident].body):
            continue
        rows = txn.conn.execute(
            f"SELECT id FROM stripe_reference WHERE {_OF_ACCOUNT} AND target = ?",  # noqa: S608 (constant)
            (*key, ident),
        )
        found.update(row[0] for row in rows)
        txn.conn.execute(
            "DELETE FROM finding WHERE kind = ? AND source = ? AND key = ? AND state = 'open'",
            (PRICE_FINDING, key[0], ident),
        )
    return found


def _billing(body: bytes) -> tuple[bool, bool]:
    price = fact(json.loads(unpack(body)), "price")
    return (price.recurring, price.metered) if isinstance(price, Price) else (False, False)
