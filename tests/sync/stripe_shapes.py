"""Stripe-shaped objects for tests (API 2026-10-28.endive), and what the books make of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import minor_factor
from turbofinops_tui.economics.periods import month_of_day, month_start, month_text
from turbofinops_tui.economics.recognition import spread_units
from turbofinops_tui.paths import resolve

Json = dict[str, Any]
VERSION = "2026-10-28.endive"
BASES = {"recognised": "accrual", "cash": "cash"}


def at(text: str) -> int:
    """Epoch seconds of ``2019-01-15`` or ``2019-01-15T10:00``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def session(path: Path, clock: Clock) -> Session:
    """A session on a fresh store under ``path``."""
    return open_session(resolve(root=str(path), environ={}), clock)


def write(path: Path, objects: Iterable[Mapping[str, Any]]) -> Path:
    """``objects`` as a JSON Lines file."""
    path.write_text("".join(json.dumps(item) + "\n" for item in objects), encoding="utf-8")
    return path


def event(ident: str, kind: str, obj: Json, created: int, **extra: Any) -> Json:
    """An event that carries ``obj``."""
    return {
        "id": ident, "object": "event", "type": kind, "created": created, "api_version": VERSION,
        "livemode": True, "data": {"object": obj},
    } | extra  # fmt: skip


def line(
    ident: str,
    amount: int,
    start: str,
    end: str,
    *,
    parent: str = "subscription_item_details",
    price: str = "price_m",
    taxes: tuple[tuple[int, str], ...] = (),
    discount: int = 0,
    credit: int = 0,
    subscription: str | None = "sub_1",
    proration: bool = False,
) -> Json:
    """An invoice line; ``taxes`` are (amount, behaviour)."""
    return {
        "id": ident, "object": "line_item", "amount": amount, "currency": "usd",
        "discount_amounts": [{"amount": discount, "discount": "di_1"}] if discount else [],
        "parent": {"type": parent, parent: {"subscription": subscription, "proration": proration}},
        "period": {"start": at(start), "end": at(end)},
        "pretax_credit_amounts": [{"amount": credit, "type": "credit_balance_transaction"}] if credit else [],
        "pricing": {"price_details": {"price": price, "product": "prod_1"}},
        "taxes": [{"amount": amount_, "tax_behavior": behaviour} for amount_, behaviour in taxes],
    }  # fmt: skip


def invoice(ident: str, lines: list[Json], finalized: str, *, status: str = "paid", **extra: Any) -> Json:
    """An invoice that adds up; ``extra`` overrides any field, ``moves`` the status transitions."""
    taxes = sum(t["amount"] for x in lines for t in x["taxes"])
    inclusive = sum(t["amount"] for x in lines for t in x["taxes"] if t["tax_behavior"] == "inclusive")
    less = sum(entry["amount"] for x in lines for entry in x["discount_amounts"] + x["pretax_credit_amounts"])
    net = sum(x["amount"] for x in lines) - less - inclusive
    paid = net + taxes if status == "paid" else 0
    moment = at(finalized)
    moves = {"finalized_at": moment, "paid_at": moment if status == "paid" else None} | extra.pop("moves", {})
    return {
        "id": ident, "object": "invoice", "customer": "cus_1", "currency": "usd", "created": moment,
        "status": status, "status_transitions": moves, "total": net + taxes, "total_excluding_tax": net,
        "amount_paid": paid, "amount_remaining": net + taxes - paid, "livemode": True,
        "lines": {"object": "list", "data": lines, "has_more": False},
    } | extra  # fmt: skip


def payment(ident: str, of: str, amount: int, when: str, intent: str = "", **extra: Any) -> Json:
    """A paid InvoicePayment through a payment intent."""
    return {
        "id": ident, "object": "invoice_payment", "invoice": of, "amount_paid": amount, "status": "paid",
        "currency": "usd", "created": at(when), "livemode": True,
        "payment": {"type": "payment_intent", "payment_intent": intent or f"pi_{ident}"},
        "status_transitions": {"paid_at": at(when)},
    } | extra  # fmt: skip


def charge(ident: str, amount: int, when: str, intent: str = "", **extra: Any) -> Json:
    """A succeeded charge."""
    return {
        "id": ident, "object": "charge", "amount": amount, "amount_captured": amount, "captured": True,
        "currency": "usd", "customer": "cus_1", "created": at(when), "status": "succeeded", "livemode": True,
        "payment_intent": intent or None, "balance_transaction": None,
    } | extra  # fmt: skip


def refund(ident: str, of: str, amount: int, when: str, status: str = "succeeded", **extra: Any) -> Json:
    """A refund of a charge."""
    return {
        "id": ident, "object": "refund", "charge": of, "payment_intent": None, "amount": amount,
        "currency": "usd", "created": at(when), "status": status, "balance_transaction": None,
    } | extra  # fmt: skip


def movement(ident: str, amount: int, when: str, source: str, currency: str = "usd", fee: int = 0) -> Json:
    """A balance transaction."""
    return {
        "id": ident, "object": "balance_transaction", "amount": amount, "currency": currency, "fee": fee,
        "created": at(when), "source": source, "reporting_category": "charge", "type": "charge",
    }  # fmt: skip


def dispute(ident: str, of: str, amount: int, movements: list[Json], status: str = "lost") -> Json:
    """A dispute with its balance transactions."""
    return {
        "id": ident, "object": "dispute", "charge": of, "payment_intent": None, "amount": amount,
        "currency": "usd", "created": movements[0]["created"] if movements else 0, "status": status,
        "balance_transactions": movements, "livemode": True,
    }  # fmt: skip


def note(ident: str, of: str, lines: list[tuple[str, int]], when: str, **extra: Any) -> Json:
    """An issued credit note; ``lines`` are (invoice line, amount)."""
    rows: list[Json] = [
        {"id": f"cnli_{ident}_{target}", "amount": amount, "discount_amount": 0, "taxes": [],
         "invoice_line_item": target or None,
         "type": "invoice_line_item" if target else "custom_line_item"}
        for target, amount in lines
    ]  # fmt: skip
    return {
        "id": ident, "object": "credit_note", "invoice": of, "currency": "usd", "status": "issued",
        "created": at(when), "effective_at": at(when), "livemode": True, "refunds": [],
        "total_excluding_tax": sum(amount for _, amount in lines),
        "lines": {"object": "list", "data": rows, "has_more": False},
    } | extra  # fmt: skip


def price(ident: str, *, recurring: bool = True, metered: bool = False) -> Json:
    """A price."""
    usage = {"interval": "month", "usage_type": "metered" if metered else "licensed"}
    return {
        "id": ident, "object": "price", "created": at("2018-01-01"), "livemode": True, "product": "prod_1",
        "recurring": usage if recurring else None,
    }  # fmt: skip


Cells = dict[tuple[str, str], int]
"""(month, kind) -> minor units"""


def cells(of: Session, basis: str = "recognised", identity: str = "") -> Cells:
    """What the stored rows book per month and kind, in minor units; zeros are left out."""
    found: Cells = defaultdict(int)
    with of.store.read() as conn:
        rows = conn.execute(
            "SELECT kind, currency, amount, period_start, period_end FROM revenue_event"
            " WHERE basis = ? AND (? = '' OR identity = ?)",
            (basis, identity, identity),
        ).fetchall()
    for kind, currency, units, start, end in rows:
        factor = minor_factor(currency)
        for month in range(month_of_day(start), month_of_day(max(start, end - 1)) + 1):
            part = spread_units(units, factor, start, end, month_start(month), month_start(month + 1))
            found[month_text(month), kind] += part // factor
    return {key: value for key, value in found.items() if value}


def by_month(of: Session, basis: str = "recognised") -> dict[str, int]:
    """Like ``cells``, over all kinds."""
    found: dict[str, int] = defaultdict(int)
    for (month, _), value in cells(of, basis).items():
        found[month] += value
    return {month: value for month, value in sorted(found.items()) if value}


def facts(of: Session) -> list[tuple[Any, ...]]:
    """Every revenue row without where it came from (row id, event, position, delivery)."""
    with of.store.read() as conn:
        rows = conn.execute("SELECT * FROM revenue_event").fetchall()
    return sorted((*row[1:-4], row[-1]) for row in rows)


def digest(of: Session, scope: str = "revenue:stripe") -> str:
    """The stored digest of a scope."""
    with of.store.read() as conn:
        row = conn.execute("SELECT digest FROM fact_digest WHERE scope = ?", (scope,)).fetchone()
    return str(row[0]) if row else ""


def finding_kinds(of: Session) -> list[str]:
    """Kinds of the open findings."""
    with of.store.read() as conn:
        return [row[0] for row in conn.execute("SELECT kind FROM finding WHERE state = 'open' ORDER BY 1")]
