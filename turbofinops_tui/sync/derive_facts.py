"""Stripe JSON -> the small checked values that revenue is derived from.

A field that is not what Stripe sends is a DataError that names it, so a bad file is refused at import
with its line.
"""

from __future__ import annotations

from typing import Any

from turbofinops_tui.economics.money import INT64_MAX, currency_code, minor_factor
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.derive_types import (
    Charge,
    CreditNote,
    Dispute,
    Fact,
    Invoice,
    Line,
    Metered,
    Movement,
    Payment,
    Preview,
    Price,
    Refund,
)
from turbofinops_tui.sync.read.stripe_objects import (
    PREVIEW,
    Json,
    identify,
    is_complete,
    reference,
    subscription_of,
)

DAY = 86400
_LAST_SECOND = 4133980800  # 2101-01-01: a later time stamp is a mistake


def _bad(name: str, value: object, want: str) -> DataError:
    return DataError(f"{str(value)[:40]!r} is not {want}", "use the API's own JSON", column=name)


def _int(obj: Json, name: str) -> int:
    value = obj.get(name)
    if type(value) is not int:
        if value is None:
            return 0
        raise _bad(name, value, "a whole number of minor units")
    return value


def _time(obj: Json, name: str) -> int:
    value = obj.get(name)
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value < _LAST_SECOND:
        raise _bad(name, value, "a time in epoch seconds")
    return value


def _needed(obj: Json, name: str) -> int:
    if obj.get(name) is None:
        raise _bad(name, None, "a whole number (it is missing)")
    return _int(obj, name)


def _list(obj: Json, name: str) -> list[Json]:
    value = obj.get(name)
    if isinstance(value, dict):
        value = value.get("data")
    if not value and (value is None or value == []):
        return []
    if not isinstance(value, list):
        raise _bad(name, value, "a list of objects")
    for item in value:
        if not isinstance(item, dict):
            raise _bad(name, item, "an object")
    return value


def _dict(obj: Json, name: str) -> Json:
    value = obj.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _bad(name, value, "an object")
    return value


def _currency(obj: Json) -> str:
    try:
        return currency_code(str(obj.get("currency") or ""))
    except DataError as error:
        raise DataError(error.message, error.hint, column="currency") from None


def _inclusive_tax(line: Json) -> int:
    taxes = _list(line, "taxes")
    return sum(_int(tax, "amount") for tax in taxes if tax.get("tax_behavior") == "inclusive")


def _applied_credit(line: Json) -> int:
    # entries of type discount repeat discount_amounts; only billing credits reduce further
    entries = _list(line, "pretax_credit_amounts")
    return sum(
        _int(entry, "amount") for entry in entries if entry.get("type") == "credit_balance_transaction"
    )


def _line(line: Json) -> Line:
    credit = _applied_credit(line)
    discounts = sum(_int(entry, "amount") for entry in _list(line, "discount_amounts"))
    period = _dict(line, "period")
    parent = _dict(line, "parent")
    kind = str(parent.get("type") or "")
    details = _dict(parent, kind) if kind else {}
    priced = _dict(_dict(line, "pricing"), "price_details")
    start, end = _time(period, "start") // DAY, _time(period, "end") // DAY
    return Line(
        id=str(line.get("id") or ""),
        net=_needed(line, "amount") - discounts - _inclusive_tax(line) - credit,
        start=start,
        end=max(start, end),
        parent=kind,
        subscription=reference(details.get("subscription")) or reference(line.get("subscription")),
        proration=details.get("proration") is True,
        price=reference(priced.get("price")),
        product=reference(priced.get("product")),
        credit_applied=credit != 0,
    )


def _shipping(obj: Json, day: int) -> list[Line]:
    """Shipping stands beside the lines; it is revenue of its own, on the day of finalisation."""
    cost = _dict(obj, "shipping_cost")
    net = _int(cost, "amount_subtotal")
    return [Line("shipping", net, day, day, "shipping", "", False, "", "", False)] if net else []


def _invoice(obj: Json) -> Invoice:
    moves = _dict(obj, "status_transitions")
    finalized = _time(moves, "finalized_at") or _time(obj, "effective_at") or _time(obj, "created")
    total = _needed(obj, "total")
    net = obj.get("total_excluding_tax")
    if net is None:
        net = total - sum(_int(tax, "amount") for tax in _list(obj, "total_taxes"))
    else:
        net = _int(obj, "total_excluding_tax")
    lines = [_line(line) for line in _list(obj, "lines")]
    return Invoice(
        id=str(obj["id"]),
        customer=reference(obj.get("customer")) or reference(obj.get("customer_account")),
        currency=_currency(obj),
        status=str(obj.get("status") or "draft"),
        total=total,
        net=net,
        amount_paid=_int(obj, "amount_paid"),
        amount_remaining=_int(obj, "amount_remaining"),
        finalized_at=finalized,
        paid_at=_time(moves, "paid_at"),
        voided_at=_time(moves, "voided_at"),
        uncollectible_at=_time(moves, "marked_uncollectible_at"),
        lines=tuple(lines + _shipping(obj, finalized // DAY)),
        complete=is_complete(obj, "invoice"),
    )


def _preview(obj: Json) -> Preview:
    ends = [_time(_dict(line, "period"), "end") for line in _list(obj, "lines")]
    return Preview(
        id=identify(obj)[0],
        subscription=subscription_of(obj),
        invoice=_invoice(obj),
        period_end=_time(obj, "period_end") or max(ends, default=0),
    )


def _payment(obj: Json) -> Payment:
    paid = _dict(obj, "payment")
    return Payment(
        id=str(obj["id"]),
        invoice=reference(obj.get("invoice")),
        intent=reference(paid.get("payment_intent")),
        charge=reference(paid.get("charge")),
        amount=_int(obj, "amount_paid"),
        status=str(obj.get("status") or ""),
        paid_at=_time(_dict(obj, "status_transitions"), "paid_at") or _time(obj, "created"),
    )


def _charge(obj: Json) -> Charge:
    captured = obj.get("amount_captured")
    return Charge(
        id=str(obj["id"]),
        intent=reference(obj.get("payment_intent")),
        customer=reference(obj.get("customer")),
        currency=_currency(obj),
        amount=_needed(obj, "amount") if captured is None else _int(obj, "amount_captured"),
        status=str(obj.get("status") or ""),
        created=_time(obj, "created"),
        transaction=reference(obj.get("balance_transaction")),
    )


def _refund(obj: Json) -> Refund:
    return Refund(
        id=str(obj["id"]),
        charge=reference(obj.get("charge")),
        intent=reference(obj.get("payment_intent")),
        currency=_currency(obj),
        amount=_needed(obj, "amount"),
        status=str(obj.get("status") or ""),
        created=_time(obj, "created"),
        transaction=reference(obj.get("balance_transaction")),
    )


def _movement(obj: Json) -> Movement:
    return Movement(
        id=str(obj.get("id") or ""),
        currency=_currency(obj),
        amount=_needed(obj, "amount"),
        fee=_int(obj, "fee"),
        created=_time(obj, "created"),
        category=str(obj.get("reporting_category") or obj.get("type") or ""),
        source=reference(obj.get("source")),
    )


def _dispute(obj: Json) -> Dispute:
    return Dispute(
        id=str(obj["id"]),
        charge=reference(obj.get("charge")),
        intent=reference(obj.get("payment_intent")),
        currency=_currency(obj),
        amount=_needed(obj, "amount"),
        movements=tuple(_movement(txn) for txn in _list(obj, "balance_transactions")),
    )


def _note_line(line: Json) -> tuple[str, str, int]:
    net = (
        _needed(line, "amount") - _int(line, "discount_amount") - _inclusive_tax(line) - _applied_credit(line)
    )
    return str(line.get("id") or ""), reference(line.get("invoice_line_item")), net


def _credit_note(obj: Json) -> CreditNote:
    listed = _list(obj, "refunds")
    amounts = [
        None if entry.get("amount_refunded") is None else _int(entry, "amount_refunded") for entry in listed
    ]
    shipping = _int(_dict(obj, "shipping_cost"), "amount_subtotal")
    lines = [_note_line(line) for line in _list(obj, "lines")]
    if shipping:
        lines.append(("shipping", "shipping", shipping))
    net = obj.get("total_excluding_tax")
    return CreditNote(
        id=str(obj["id"]),
        invoice=reference(obj.get("invoice")),
        currency=_currency(obj),
        status=str(obj.get("status") or ""),
        net=sum(line[2] for line in lines) if net is None else _int(obj, "total_excluding_tax"),
        pre_payment=_int(obj, "pre_payment_amount"),
        issued_at=_time(obj, "effective_at") or _time(obj, "created"),
        voided_at=_time(obj, "voided_at"),
        lines=tuple(lines),
        refunds=tuple((reference(e.get("refund")), a) for e, a in zip(listed, amounts, strict=True)),
        complete=is_complete(obj, "credit_note"),
    )


def _price(obj: Json) -> Price:
    recurring = _dict(obj, "recurring")
    return Price(
        id=str(obj["id"]),
        product=reference(obj.get("product")),
        recurring=bool(recurring),
        metered=recurring.get("usage_type") == "metered",
        interval=str(recurring.get("interval") or ""),
        count=_int(recurring, "interval_count") or 1,
    )


def _metered(obj: Json) -> Metered:
    """Running metered items; a trial bills no usage, so it expects none."""
    found = []
    for item in _list(obj, "items") if obj.get("status") in _RUNNING else ():
        price = item.get("price")
        price = price if isinstance(price, dict) else {}
        if _dict(price, "recurring").get("usage_type") != "metered":
            continue
        # since 2025-03-31 the period stands on each item
        of = item if item.get("current_period_end") is not None else obj
        start, end = (_time(of, f"current_period_{edge}") // DAY for edge in ("start", "end"))
        if start < end:
            found.append((reference(price), reference(price.get("product")), start, end))
    customer = reference(obj.get("customer")) or reference(obj.get("customer_account"))
    return Metered(str(obj["id"]), customer, tuple(found))


_RUNNING = ("active", "past_due", "unpaid")
_READERS: dict[str, Any] = {
    "invoice": _invoice,
    "invoice_payment": _payment,
    "charge": _charge,
    "refund": _refund,
    "balance_transaction": _movement,
    "dispute": _dispute,
    "credit_note": _credit_note,
    "price": _price,
    PREVIEW: _preview,
    "subscription": _metered,
}
MONEY_KINDS = tuple(_READERS)
"""object types that rows are derived from"""


def fact(obj: Json, kind: str, *, bounded: bool = True) -> Fact | None:
    """The checked values of ``obj``; None for a type that carries no revenue. DataError names the field.

    ``bounded=False`` for objects of the store, whose sizes were checked when they came.
    """
    reader = _READERS.get(kind)
    if reader is None:
        return None
    found: Fact = reader(obj)
    if bounded and not isinstance(found, Payment | Price | Metered):
        _bounded(found.invoice if isinstance(found, Preview) else found)
    return found


def _bounded(found: Invoice | Charge | Refund | Movement | Dispute | CreditNote) -> None:
    """Amounts must fit the store (about nine billion major units)."""
    most = INT64_MAX // minor_factor(found.currency)
    if isinstance(found, Invoice):
        amounts = {"total": found.total, "total_excluding_tax": found.net}
        amounts["lines"] = sum(abs(line.net) for line in found.lines)
    elif isinstance(found, CreditNote):
        amounts = {"lines": sum(abs(line[2]) for line in found.lines)}
    else:
        amounts = {"amount": found.amount}
    for name, amount in amounts.items():
        if abs(amount) > most:
            hint = "amounts are limited to about nine billion"
            raise DataError(f"{amount} {found.currency} is too large", hint, column=name)
