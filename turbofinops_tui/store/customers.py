"""Customers and their identities: one row per internal reference (numbers.md 4, Identities).

References and identity values compare after NFC, trim and casefold. Every change
of what numbers depend on (reference, plan, signup, attributes) moves the digest
of scope ``customers``; names change no number and never reach the audit log.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.types import Customer, Identity
from turbofinops_tui.errors import ConflictError, NotFoundError, UsageError
from turbofinops_tui.store.digests import fact_hash
from turbofinops_tui.store.open import WriteTxn

SCOPE = "customers"
IDENTITY_KINDS = ("stripe", "trace", "meter")


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as stored, with what the list and ``customers show`` tell beside the numbers."""

    id: int
    customer: Customer
    origin: str
    """``import``, ``stripe``, ``rule`` or ``delivery:ID`` that first named it"""
    forgotten: bool
    created_at: str
    identities: tuple[Identity, ...]


def load_customers(conn: sqlite3.Connection) -> list[Customer]:
    """All customers by reference bytes; attributes are today's."""
    attributes: dict[int, dict[str, str]] = {}
    for number, key, value in conn.execute(
        "SELECT customer, key, value FROM customer_attribute ORDER BY customer, key"
    ):
        attributes.setdefault(number, {})[key] = value
    rows = conn.execute("SELECT id, ref, name, plan, signup_day, confirmed FROM customer")
    found = [
        Customer(row[1], row[2], row[3], row[4], bool(row[5]), attributes.get(row[0], {})) for row in rows
    ]
    return sorted(found, key=lambda customer: customer.ref.encode())


def load_records(conn: sqlite3.Connection) -> list[CustomerRecord]:
    """All customers with identities, origin and state."""
    identities: dict[int, list[Identity]] = {}
    query = (
        "SELECT i.customer, c.ref, i.kind, i.value, i.origin FROM customer_identity i"
        " JOIN customer c ON c.id = i.customer ORDER BY i.kind, i.value_key"
    )
    for number, ref, kind, value, origin in conn.execute(query):
        identities.setdefault(number, []).append(Identity(ref, kind, value, origin))
    plain = {customer.ref: customer for customer in load_customers(conn)}
    rows = conn.execute("SELECT id, ref, origin, forgotten, created_at FROM customer").fetchall()
    rows.sort(key=lambda row: row[1].encode())
    return [
        CustomerRecord(row[0], plain[row[1]], row[2], bool(row[3]), row[4], tuple(identities.get(row[0], ())))
        for row in rows
    ]


def load_identities(conn: sqlite3.Connection) -> list[Identity]:
    """All identities in (kind, folded value) order."""
    query = (
        "SELECT c.ref, i.kind, i.value, i.origin FROM customer_identity i"
        " JOIN customer c ON c.id = i.customer ORDER BY i.kind, i.value_key"
    )
    return [Identity(*row) for row in conn.execute(query)]


def find_customer(conn: sqlite3.Connection, text: str) -> str | None:
    """The reference that ``text`` names: a reference in any case, else any identity's value."""
    key = fold(text)
    row = conn.execute("SELECT ref FROM customer WHERE ref_key = ?", (key,)).fetchone()
    if row is None:
        row = conn.execute(
            "SELECT c.ref FROM customer_identity i JOIN customer c ON c.id = i.customer"
            " WHERE i.value_key = ? OR i.kind || ':' || i.value_key = ? ORDER BY i.kind LIMIT 1",
            (key, key),
        ).fetchone()
    return str(row[0]) if row else None


def require_customer(conn: sqlite3.Connection, text: str) -> str:
    """``find_customer``, or NotFoundError."""
    found = find_customer(conn, text)
    if found is None:
        raise NotFoundError(f"there is no customer {text!r}", "see `turbofinops customers list`")
    return found


def save_customer(
    txn: WriteTxn,
    ref: str,
    *,
    name: str | None = None,
    plan: str | None = None,
    signup_day: int | None = None,
    attributes: Mapping[str, str] | None = None,
    confirmed: bool = True,
    origin: str = "import",
) -> int:
    """Create or update the customer of ``ref``; what is None stays as it is. Returns the row id.

    Attributes are merged; an empty value removes one. A forgotten customer's name
    and attributes stay blank. A stored confirmation is never taken back.
    """
    clean = unicodedata.normalize("NFC", ref).strip()
    if not clean:
        raise UsageError("a customer reference is empty", "give each customer a reference")
    number = _row_id(txn, clean)
    if number is None:
        number = _insert(txn, clean, confirmed, origin)
        before = 0
    else:
        before = _fact(txn.conn, number)
    txn.conn.execute(
        "UPDATE customer SET plan = coalesce(?, plan), signup_day = coalesce(?, signup_day),"
        " name = CASE WHEN forgotten THEN '' ELSE coalesce(?, name) END, confirmed = max(confirmed, ?)"
        " WHERE id = ?",
        (plan, signup_day, name, int(confirmed), number),
    )
    _merge_attributes(txn, number, attributes or {})
    txn.add_facts(SCOPE, _fact(txn.conn, number) - before)
    return number


def register_unconfirmed(txn: WriteTxn, spellings: Iterable[str], origin: str) -> list[str]:
    """Make a customer for each spelling that names none yet; returns the new references.

    Of several spellings of one name the smallest by UTF-8 bytes is taken (numbers.md 4).
    """
    chosen: dict[str, str] = {}
    for text in spellings:
        clean = unicodedata.normalize("NFC", text).strip()
        key = fold(clean)
        if key and (key not in chosen or clean.encode() < chosen[key].encode()):
            chosen[key] = clean
    new = [ref for ref in sorted(chosen.values(), key=str.encode) if find_customer(txn.conn, ref) is None]
    for ref in new:
        number = _insert(txn, ref, False, origin)
        txn.add_facts(SCOPE, _fact(txn.conn, number))
        txn.audit("new customer", "customer", ref, None, {"confirmed": False, "origin": origin})
    return new


def parse_identity(text: str) -> tuple[str, str]:
    """(kind, value) of ``stripe:ID``, ``trace:V``, ``meter:V`` or ``tag:KEY=VALUE``; UsageError otherwise."""
    kind, colon, value = text.partition(":")
    kind = kind.strip().casefold()
    if kind == "tag":
        key, equals, value = value.partition("=")
        kind = f"tag:{fold(key)}"
        if not equals or not fold(key):
            raise UsageError(f"{text!r} is not an identity", "write tag:KEY=VALUE")
    elif not colon or kind not in IDENTITY_KINDS:
        raise UsageError(
            f"{text!r} is not an identity", "write stripe:ID, trace:VALUE, meter:VALUE or tag:KEY=VALUE"
        )
    if not value.strip():
        raise UsageError(
            f"{text!r} has no value", "write stripe:ID, trace:VALUE, meter:VALUE or tag:KEY=VALUE"
        )
    return kind, value.strip()


def add_identity(txn: WriteTxn, customer: str, kind: str, value: str, origin: str = "rule") -> bool:
    """Say that ``kind:value`` is ``customer``; True when that is new.

    ConflictError, naming both, when it belongs to another customer already; what a
    source tells (origin other than ``rule``) never overrides a person's word, and
    follows the source when the source itself told it before.
    """
    number = _required_id(txn, customer)
    ref = str(txn.conn.execute("SELECT ref FROM customer WHERE id = ?", (number,)).fetchone()[0])
    old = txn.conn.execute(
        "SELECT i.customer, c.ref, i.origin FROM customer_identity i JOIN customer c ON c.id = i.customer"
        " WHERE i.kind = ? AND i.value_key = ?",
        (kind, fold(value)),
    ).fetchone()
    if old is not None and old[0] == number:
        return False
    if old is not None:
        if origin == "rule":
            raise ConflictError(
                f"identity {kind}:{value} belongs to customer {old[1]!r}, not to {ref!r}",
                "remove it there first",
            )
        if old[2] == "rule":
            return False
    txn.conn.execute(
        "INSERT INTO customer_identity(kind, value_key, value, customer, origin) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT(kind, value_key) DO UPDATE SET customer = excluded.customer, origin = excluded.origin",
        (kind, fold(value), value, number, origin),
    )
    before = {"customer": old[1], "origin": old[2]} if old else None
    txn.audit("add identity", "identity", f"{kind}:{value}", before, {"customer": ref, "origin": origin})
    return True


def remove_identity(txn: WriteTxn, kind: str, value: str) -> str:
    """Take an identity away; returns the reference it belonged to. NotFoundError when there is none."""
    row = txn.conn.execute(
        "DELETE FROM customer_identity WHERE kind = ? AND value_key = ?"
        " RETURNING (SELECT ref FROM customer WHERE id = customer), origin",
        (kind, fold(value)),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"there is no identity {kind}:{value}", "see `turbofinops identities list`")
    txn.audit("remove identity", "identity", f"{kind}:{value}", {"customer": row[0], "origin": row[1]}, None)
    return str(row[0])


def customers_digest(conn: sqlite3.Connection) -> int:
    """The digest of scope ``customers`` counted anew from the rows (check, rebuild)."""
    return sum(_fact(conn, row[0]) for row in conn.execute("SELECT id FROM customer").fetchall())


def _insert(txn: WriteTxn, ref: str, confirmed: bool, origin: str) -> int:
    cursor = txn.conn.execute(
        "INSERT INTO customer(ref, ref_key, confirmed, origin, created_at) VALUES (?, ?, ?, ?, ?)",
        (ref, fold(ref), int(confirmed), origin, txn.now),
    )
    return int(cursor.lastrowid or 0)


def _row_id(txn: WriteTxn, ref: str) -> int | None:
    row = txn.conn.execute("SELECT id FROM customer WHERE ref_key = ?", (fold(ref),)).fetchone()
    return int(row[0]) if row else None


def _required_id(txn: WriteTxn, ref: str) -> int:
    number = _row_id(txn, ref)
    if number is None:
        raise NotFoundError(f"there is no customer {ref!r}", "see `turbofinops customers list`")
    return number


def _merge_attributes(txn: WriteTxn, number: int, attributes: Mapping[str, str]) -> None:
    forgotten = txn.conn.execute("SELECT forgotten FROM customer WHERE id = ?", (number,)).fetchone()[0]
    for key, value in attributes.items():
        if value and not forgotten:
            txn.conn.execute(
                "INSERT INTO customer_attribute(customer, key, value) VALUES (?, ?, ?)"
                " ON CONFLICT(customer, key) DO UPDATE SET value = excluded.value",
                (number, key, value),
            )
        else:
            txn.conn.execute("DELETE FROM customer_attribute WHERE customer = ? AND key = ?", (number, key))


def _fact(conn: sqlite3.Connection, number: int) -> int:
    """The hash of what numbers depend on: reference, plan, signup day, attributes."""
    row = conn.execute("SELECT ref, plan, signup_day FROM customer WHERE id = ?", (number,)).fetchone()
    pairs = conn.execute(
        "SELECT key, value FROM customer_attribute WHERE customer = ? ORDER BY key", (number,)
    ).fetchall()
    return fact_hash([*row, [list(pair) for pair in pairs]])
