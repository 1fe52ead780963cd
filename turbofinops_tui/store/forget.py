"""Blanking the personal data of one customer; amounts and ids stay (trust.md 15).

The row loses name and attributes and never gets them again; received Stripe
bodies that name the customer lose the fields that describe a person.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.store.customers import require_customer, save_customer
from turbofinops_tui.store.open import Store

PERSONAL = frozenset(
    [
        "name",
        "email",
        "phone",
        "address",
        "shipping",
        "description",
        "individual_name",
        "business_name",
        "tax_ids",
        "customer_name",
        "customer_email",
        "customer_phone",
        "customer_address",
        "customer_shipping",
        "customer_tax_ids",
        "customer_details",
        "billing_details",
        "receipt_email",
        "receipt_url",
        "hosted_invoice_url",
        "invoice_pdf",
        "payment_method_details",
        "owner",
        "individual",
    ]
)
"""fields of a person's own objects; products, prices and invoice lines keep theirs"""
_THINGS = frozenset(["line_item", "product", "price", "plan", "coupon", "tax_rate", "invoiceitem"])
_BODIES = (("stripe_object", "source, account, livemode, id"), ("stripe_event", "id"))
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was blanked: the reference, and how many received bodies."""

    ref: str
    bodies: int


def forget_customer(store: Store, text: str) -> Forgotten:
    """Blank the personal data of the customer that ``text`` names; NotFoundError when nobody is.

    Repeating it finishes what a crash cut off.
    """
    with store.write("forget customer") as txn:
        ref = require_customer(txn.conn, text)
        names = _names(txn.conn, ref)
        keys = [
            row[0]
            for row in txn.conn.execute(
                "SELECT a.key FROM customer_attribute a JOIN customer c ON c.id = a.customer WHERE c.ref = ?",
                (ref,),
            )
        ]
        save_customer(txn, ref, name="", attributes=dict.fromkeys(keys, ""), confirmed=False)
        txn.conn.execute("UPDATE customer SET forgotten = 1, name = '' WHERE ref = ?", (ref,))
        txn.audit("forget customer", "customer", ref, None, {"forgotten": True})
    bodies = sum(_blank_bodies(store, table, key, names, ref) for table, key in _BODIES)
    store.compact()  # blanked bytes would live on in free pages and in the WAL
    return Forgotten(ref, bodies)


def blanked(value: Any, ref: str, inside: bool = True) -> Any:
    """``value`` (parsed JSON) without personal fields; metadata keeps only what equals the reference."""
    if isinstance(value, list):
        return [blanked(item, ref, inside) for item in value]
    if not isinstance(value, dict):
        return value
    # In an event's ``data`` the key holds the object itself, not the name of its kind.
    person = inside and str(value.get("object")) not in _THINGS
    found: dict[str, Any] = {}
    for key, item in value.items():
        if key == "metadata" and isinstance(item, dict):
            found[key] = {name: text for name, text in item.items() if fold(str(text)) == fold(ref)}
        elif person and key in PERSONAL:
            found[key] = None
        else:
            found[key] = blanked(item, ref, person)
    return found


def _names(conn: sqlite3.Connection, ref: str) -> list[str]:
    """The Stripe ids of a customer: bodies that hold one of them are about it."""
    rows = conn.execute(
        "SELECT i.value FROM customer_identity i JOIN customer c ON c.id = i.customer"
        " WHERE c.ref = ? AND i.kind = 'stripe'",
        (ref,),
    )
    return [row[0] for row in rows] + ([ref] if ref.startswith("cus_") else [])


def _blank_bodies(store: Store, table: str, key: str, names: Collection[str], ref: str) -> int:
    """Blank the bodies of one table that name the customer, a few per transaction."""
    found: list[tuple[object, ...]] = []
    marks = [json.dumps(name).encode() for name in names]
    with store.read() as conn:
        for *values, body in conn.execute(f"SELECT {key}, body FROM {table}"):  # noqa: S608 (constants)
            text = zlib.decompress(body)
            if not any(mark in text for mark in marks):
                continue
            clean = json.dumps(blanked(json.loads(text), ref), ensure_ascii=False, separators=(",", ":"))
            packed = zlib.compress(clean.encode(), 1)
            if packed != body:
                found.append((packed, *values, body))
    where = " AND ".join(f"{column} = ?" for column in key.split(", "))
    for start in range(0, len(found), _CHUNK):
        with store.write("blank received bodies") as txn:
            # A body that changed meanwhile is newer than what was read: the next run sees it.
            txn.conn.executemany(
                f"UPDATE {table} SET body = ? WHERE {where} AND body = ?",  # noqa: S608 (constants)
                found[start : start + _CHUNK],
            )
    return len(found)
