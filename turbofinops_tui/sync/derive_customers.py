"""Customers from Stripe: reference, name, attributes, signup day, plan, and the identity ``stripe:cus_x``.

The reference is the metadata field that a connection names (default ``customer_ref``), else the Stripe
id. When metadata names it, the Stripe id becomes an identity of that customer with origin ``stripe``: a
person's own word about the same id stays above it. Plan is the product of the latest subscription line.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.store.customers import add_identity, find_customer, remove_identity, save_customer
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.sync.derive_component import DAY, Origin
from turbofinops_tui.sync.derive_inbox import mark
from turbofinops_tui.sync.read.stripe_objects import Json, unpack

CUSTOMER_MARK = "~customer:"
"""prefix of the marks of customers, whose ids may be of any form; sorts after every object's id"""
CHUNK = 200
_KEY = "source = ? AND account = ? AND livemode = ?"
_LATEST = (
    # the unary plus keeps SQLite on the index of identities, not on all rows of the source
    "SELECT identity, product FROM revenue_event WHERE +source = ? AND +account = ? AND +livemode = ?"
    " AND identity IN (SELECT value FROM json_each(?)) AND basis = 'recognised' AND kind = 'subscription'"
    " AND amount > 0 AND product <> ''"
    " ORDER BY occurred_at, period_start, period_end, amount, source_object, part"
)


@dataclass(frozen=True, slots=True)
class StripeCustomer:
    """What the books keep of one Stripe customer."""

    id: str
    reference: str
    """named by metadata, or empty"""
    name: str = ""
    signup_day: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def derive_customers(store: Store, origin: Origin, customer_key: str) -> int:
    """Create and refresh the customers that are marked; returns how many were looked at."""
    count = 0
    while True:
        with store.read() as conn:
            marks = _marks(conn, origin)
            if not marks:
                return count
            found = {ident: _read(conn, origin, ident, customer_key) for ident in sorted(marks)}
            plans = _plans(conn, origin, marks)
        with store.write("derive customers", durable=False) as txn:
            for ident, known in found.items():
                _save(txn, ident, known, plans.get(ident))
            txn.conn.executemany(
                f"DELETE FROM stripe_dirty WHERE {_KEY} AND id = ? AND mark = ?",  # noqa: S608 (constant)
                [(*_key(origin), CUSTOMER_MARK + ident, number) for ident, number in marks.items()],
            )
        count += len(marks)


def mark_customers(txn: WriteTxn, origin: Origin, idents: Iterable[str]) -> None:
    """Stripe customers that changed, or whose rows did, are to be refreshed."""
    mark(txn, origin, {CUSTOMER_MARK + ident for ident in idents})


def mark_customers_of_products(txn: WriteTxn, origin: Origin, products: list[str]) -> None:
    """A product's name changed: the customers on it are to be refreshed."""
    if not products:
        return
    rows = txn.conn.execute(
        f"SELECT DISTINCT identity FROM revenue_event WHERE {_KEY}"  # noqa: S608 (constant)
        " AND product IN (SELECT value FROM json_each(?)) AND identity LIKE 'stripe:%'",
        (*_key(origin), json.dumps(products)),
    ).fetchall()
    mark_customers(txn, origin, {row[0][len("stripe:") :] for row in rows})


def _key(origin: Origin) -> tuple[str, str, int]:
    return (origin.source, origin.account, int(origin.livemode))


def _marks(conn: sqlite3.Connection, origin: Origin) -> dict[str, int]:
    rows = conn.execute(
        f"SELECT id, mark FROM stripe_dirty WHERE {_KEY} AND id >= ? ORDER BY id LIMIT ?",  # noqa: S608 (constant)
        (*_key(origin), CUSTOMER_MARK, CHUNK),
    )
    return {ident[len(CUSTOMER_MARK) :]: number for ident, number in rows}


def _body(conn: sqlite3.Connection, origin: Origin, ident: str, kind: str) -> Json | None:
    row = conn.execute(
        f"SELECT body FROM stripe_object WHERE {_KEY} AND id = ? AND object = ?",  # noqa: S608 (constant)
        (*_key(origin), ident, kind),
    ).fetchone()
    found: Json | None = json.loads(unpack(row[0])) if row else None
    return found


def _read(conn: sqlite3.Connection, origin: Origin, ident: str, customer_key: str) -> StripeCustomer | None:
    obj = _body(conn, origin, ident, "customer")
    if obj is None:
        return None
    metadata = obj.get("metadata")
    attributes = {
        _text(key): _text(value)
        for key, value in (metadata.items() if isinstance(metadata, dict) else ())
        if isinstance(value, str) and value.strip()
    }
    reference = attributes.pop(customer_key, "").strip()
    created = obj.get("created")
    return StripeCustomer(
        ident,
        reference,
        _text(obj.get("name") or obj.get("description") or ""),
        created // DAY if type(created) is int and created > 0 else None,
        attributes,
    )


def _text(value: object) -> str:
    """Foreign text as SQLite can hold it: lone surrogates become the replacement character."""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def _plans(conn: sqlite3.Connection, origin: Origin, idents: Mapping[str, int]) -> dict[str, str]:
    wanted = json.dumps([f"stripe:{ident}" for ident in idents])
    latest = dict(conn.execute(_LATEST, (*_key(origin), wanted)))  # the last of each identity stays
    names: dict[str, str] = {}
    for product in set(latest.values()):
        obj = _body(conn, origin, product, "product")
        names[product] = _text((obj or {}).get("name") or product)
    return {identity[len("stripe:") :]: names[product] for identity, product in latest.items()}


def _save(txn: WriteTxn, ident: str, known: StripeCustomer | None, plan: str | None) -> None:
    if known is None:
        # Only the id is known: the customer waits, unconfirmed, unless somebody has named the id.
        if find_customer(txn.conn, ident) is None or (plan is not None and _own_row(txn, ident)):
            save_customer(txn, ident, plan=plan, confirmed=False, origin="stripe")
        return
    person = _named_by_person(txn, ident)
    reference = person or known.reference or ident
    given = _given(txn, reference)
    save_customer(
        txn,
        reference,
        name=None if "name" in given else known.name or None,
        plan=None if "plan" in given else plan,
        signup_day=None if "signup_day" in given else known.signup_day,
        attributes={key: text for key, text in known.attributes.items() if f"attr:{key}" not in given},
        origin="stripe",
    )
    if known.reference and person is None:
        add_identity(txn, reference, "stripe", ident, origin="stripe")
    elif not known.reference:
        _forget_identity(txn, ident)


def _given(txn: WriteTxn, reference: str) -> set[str]:
    """The fields of a customer that a person's file gave."""
    rows = txn.conn.execute(
        "SELECT g.field FROM customer_given g JOIN customer c ON c.id = g.customer WHERE c.ref_key = ?",
        (fold(reference),),
    )
    return {row[0] for row in rows}


def _own_row(txn: WriteTxn, ident: str) -> bool:
    row = txn.conn.execute("SELECT 1 FROM customer WHERE ref_key = ?", (fold(ident),)).fetchone()
    return row is not None


def _named_by_person(txn: WriteTxn, ident: str) -> str | None:
    """The customer that a person tied this Stripe id to."""
    row = txn.conn.execute(
        "SELECT c.ref FROM customer_identity i JOIN customer c ON c.id = i.customer"
        " WHERE i.kind = 'stripe' AND i.value_key = ? AND i.origin <> 'stripe'",
        (fold(ident),),
    ).fetchone()
    return str(row[0]) if row else None


def _forget_identity(txn: WriteTxn, ident: str) -> None:
    """Metadata no longer names a reference: what Stripe itself said before is taken back."""
    row = txn.conn.execute(
        "SELECT 1 FROM customer_identity WHERE kind = 'stripe' AND value_key = ? AND origin = 'stripe'",
        (fold(ident),),
    ).fetchone()
    if row is not None:
        remove_identity(txn, "stripe", ident)
