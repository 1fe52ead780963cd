"""Stripe objects as received: which snapshot of an object is the newest, and whom it refers to.

A snapshot wins by (status rank, version, origin). Statuses that decide money only ever move forwards
(draft, open, uncollectible, paid or void; pending, succeeded, failed), so the rank comes first and a
late or stale delivery never takes a state back; inside one status the later version wins. The version
of an event is its ``created``; that of an object file is the time at which the file was written (never
before the newest time stamp inside it), so that the order of imports does not matter.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.errors import DataError

API_VERSION = "2026-10-28.endive"
RELEASE = API_VERSION.partition(".")[2]
"""Monthly versions of one release are compatible; another release may shape its objects otherwise."""

Json = dict[str, Any]

_STATUS_RANK = {
    "invoice": {"draft": 0, "open": 1, "uncollectible": 2, "paid": 3, "void": 3},
    "refund": {"pending": 0, "requires_action": 0, "succeeded": 1, "failed": 2, "canceled": 2},
    "charge": {"pending": 0, "succeeded": 1, "failed": 1},
    "invoice_payment": {"open": 0, "paid": 1, "canceled": 1},
    "credit_note": {"issued": 0, "void": 1},
}
_STAMPS = ("created", "updated", "canceled_at", "ended_at", "voided_at", "effective_at")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One delivered state of one object."""

    id: str
    object: str
    created: int
    rank: int
    version: int
    complete: bool
    """False when an embedded list is cut (``lines.has_more``)"""
    event: str
    """the event that brought it; empty for an object file"""
    refs: tuple[str, ...]
    """ids that it refers to, for deriving dependants again"""
    body: bytes
    """JSON as received, packed"""


def pack(text: str) -> bytes:
    """The stored form of received JSON: zlib at its fastest (bodies are small and many)."""
    return zlib.compress(text.encode(), 1)


def unpack(body: bytes) -> str:
    """Received JSON as it came."""
    return zlib.decompress(body).decode()


def reference(value: object) -> str:
    """The id of a field that is an id, an expanded object or null ('')."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return str(value.get("id") or "")
    return ""


def identify(obj: Json, what: str = "object") -> tuple[str, str]:
    """(id, object type); DataError when the value is not in Stripe's shape."""
    kind, ident = obj.get("object"), obj.get("id")
    if not isinstance(kind, str) or not kind:
        raise DataError(
            f"is not a Stripe {what} (no field 'object')", "use the API's own JSON", column="object"
        )
    if not isinstance(ident, str) or not ident or len(ident) > 255 or not _storable(ident):
        raise DataError(f"a {kind} without a usable id", "use the API's own JSON", column="id")
    if kind == "invoice" and ident.startswith(_PREVIEW_IDS):
        return f"preview:{subscription_of(obj) or reference(obj.get('customer'))}"[:255], PREVIEW
    return ident, kind


PREVIEW = "invoice_preview"
"""what an invoice preview is kept as: one per subscription, the newest replaces"""
_PREVIEW_IDS = "upcoming_in"


def subscription_of(obj: Json) -> str:
    """The subscription that an invoice (or its preview) bills, or ''."""
    parent = obj.get("parent")
    details = parent.get("subscription_details") if isinstance(parent, dict) else None
    return reference(details.get("subscription")) if isinstance(details, dict) else ""


def _storable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def rank(obj: Json, kind: str) -> int:
    """How far the object has moved along its life; later states have higher ranks."""
    status = _STATUS_RANK.get(kind, {}).get(str(obj.get("status")), 0)
    if kind == "charge":
        # automatic_async: the balance transaction comes later, in charge.updated
        return status * 4 + bool(obj.get("captured")) * 2 + bool(obj.get("balance_transaction"))
    if kind == "dispute":
        closed = obj.get("status") in ("won", "lost", "warning_closed", "prevented")
        return len(obj.get("balance_transactions") or ()) * 2 + closed
    return status


def is_complete(obj: Json, kind: str) -> bool:
    """False when the object's own lines are cut at ten."""
    lines = obj.get("lines") if kind in ("invoice", "credit_note") else None
    return not (isinstance(lines, dict) and lines.get("has_more"))


def newest_stamp(obj: Json) -> int:
    """The latest moment that the object itself names: a snapshot cannot be older.

    0 for a preview, which tells of times to come.
    """
    if str(obj.get("id")).startswith(_PREVIEW_IDS):
        return 0
    transitions = obj.get("status_transitions")
    values = [obj.get(name) for name in _STAMPS]
    if isinstance(transitions, dict):
        values += transitions.values()
    values += [txn.get("created") for txn in obj.get("balance_transactions") or () if isinstance(txn, dict)]
    return max((value for value in values if type(value) is int), default=0)


def references(obj: Json, kind: str) -> tuple[str, ...]:
    """Ids through which a change reaches the rows of other objects; '' entries are left out."""
    if kind == "invoice_payment":
        payment = obj.get("payment")
        paid = payment if isinstance(payment, dict) else {}
        found = [
            reference(obj.get("invoice")),
            *(reference(paid.get(k)) for k in ("payment_intent", "charge")),
        ]
    elif kind in ("refund", "dispute"):
        found = [reference(obj.get("charge")), reference(obj.get("payment_intent"))]
    elif kind == "charge":
        found = [reference(obj.get("payment_intent"))]
    elif kind == "balance_transaction":
        found = [reference(obj.get("source"))]
    elif kind == "credit_note":
        listed = [entry for entry in obj.get("refunds") or () if isinstance(entry, dict)]
        found = [reference(obj.get("invoice")), *(reference(entry.get("refund")) for entry in listed)]
    elif kind in ("invoice", PREVIEW):
        found = sorted({price for price in map(_line_price, _data(obj.get("lines"))) if price})
        found += [subscription_of(obj)] if kind == "invoice" else []
    else:
        found = []
    return tuple(dict.fromkeys(ident for ident in found if ident))


def _data(value: object) -> list[Json]:
    data = value.get("data") if isinstance(value, dict) else None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _line_price(line: Json) -> str:
    pricing = line.get("pricing")
    details = pricing.get("price_details") if isinstance(pricing, dict) else None
    return reference(details.get("price")) if isinstance(details, dict) else ""


def embedded(obj: Json, kind: str) -> Iterator[Json]:
    """Whole objects carried inside another one: each is a snapshot of its own."""
    if kind == "invoice":
        yield from _data(obj.get("payments"))
        for line in _data(obj.get("lines")):
            pricing = line.get("pricing")
            details = pricing.get("price_details") if isinstance(pricing, dict) else None
            yield from _expanded(details, "price")
            yield from _expanded(details, "product")
    elif kind == "subscription":
        for item in _data(obj.get("items")):
            yield from _expanded(item, "price")
    elif kind in ("charge", "refund"):
        yield from _expanded(obj, "balance_transaction")
        yield from _data(obj.get("refunds"))
    elif kind == "price":
        yield from _expanded(obj, "product")


def _expanded(holder: object, name: str) -> Iterator[Json]:
    value = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("object"), str):
        yield value
