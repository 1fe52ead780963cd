"""Stripe objects with the fields of API version 2026-10-28.endive that a reader of invoices meets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turbofinops_tui.actions.demo.business import Company

Object = dict[str, Any]


def moment(day: int, seconds: int = 0) -> int:
    """Unix time of ``seconds`` into ``day``."""
    return day * 86400 + seconds


def stripe_id(company: Company) -> str:
    """The company's Stripe customer id."""
    return f"cus_demo_{company.number:04d}"


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice line; amounts in minor units, ``tax`` exclusive, service days ``[start, end)``."""

    price: str
    product: str
    text: str
    amount: int
    discount: int
    tax: int
    start: int
    end: int


def product(key: str, name: str, day: int) -> Object:
    """A product."""
    return {
        "id": key, "object": "product", "active": True, "created": moment(day), "default_price": None,
        "description": None, "livemode": True, "metadata": {}, "name": name, "type": "service",
        "updated": moment(day), "url": None,
    }  # fmt: skip


def price(key: str, item: str, cents: int, currency: str, interval: str, usage_type: str, day: int) -> Object:
    """A recurring price; a metered one costs a fraction of a cent per unit."""
    metered = usage_type == "metered"
    return {
        "id": key, "object": "price", "active": True, "billing_scheme": "per_unit", "created": moment(day),
        "currency": currency.lower(), "livemode": True, "lookup_key": None, "metadata": {}, "nickname": None,
        "product": item, "type": "recurring", "tax_behavior": "exclusive",
        "recurring": {
            "interval": interval, "interval_count": 1, "meter": "mtr_demo_tokens" if metered else None,
            "trial_period_days": None, "usage_type": usage_type,
        },
        "unit_amount": None if metered else cents,
        "unit_amount_decimal": f"0.{cents}" if metered else str(cents),
    }  # fmt: skip


def customer(company: Company) -> Object:
    """A customer that carries the internal reference in its metadata."""
    return {
        "id": stripe_id(company), "object": "customer", "balance": 0, "created": moment(company.signup),
        "currency": company.currency.lower(), "delinquent": False, "description": None, "discount": None,
        "email": f"billing@{company.ref}.example", "livemode": True,
        "metadata": {"customer_ref": company.ref}, "name": company.name, "tax_exempt": "none",
    }  # fmt: skip


def subscription(company: Company, price_id: str, today: int) -> Object:
    """The company's one subscription as it stands today."""
    ended = company.end is not None and company.end <= today
    status = "canceled" if ended else "trialing" if company.paid_from > today else "active"
    item = {
        "id": f"si_demo_{company.number:04d}", "object": "subscription_item", "metadata": {},
        "created": moment(company.signup), "price": {"id": price_id, "object": "price"}, "quantity": 1,
        "subscription": f"sub_demo_{company.number:04d}",
    }  # fmt: skip
    trial = bool(company.trial_days)
    return {
        "id": f"sub_demo_{company.number:04d}", "object": "subscription", "created": moment(company.signup),
        "currency": company.currency.lower(), "customer": stripe_id(company), "livemode": True,
        "metadata": {}, "billing_cycle_anchor": moment(company.paid_from),
        "start_date": moment(company.signup),
        "items": {"object": "list", "data": [item], "has_more": False, "total_count": 1},
        "status": status, "canceled_at": moment(company.end) if ended and company.end else None,
        "ended_at": moment(company.end) if ended and company.end else None,
        "trial_start": moment(company.signup) if trial else None,
        "trial_end": moment(company.paid_from) if trial else None,
    }  # fmt: skip


def _tax(line: Line) -> list[Object]:
    if not line.tax:
        return []
    return [
        {
            "amount": line.tax, "tax_behavior": "exclusive", "taxable_amount": line.amount - line.discount,
            "tax_rate_details": {"tax_rate": "txr_demo_vat"}, "taxability_reason": "standard_rated",
            "type": "tax_rate_details",
        }
    ]  # fmt: skip


def _line(number: int, place: int, company: Company, line: Line) -> Object:
    discounts = [{"amount": line.discount, "discount": f"di_demo_{company.number}"}] if line.discount else []
    return {
        "id": f"il_demo_{number}_{place}", "object": "line_item", "amount": line.amount,
        "currency": company.currency.lower(), "description": line.text, "discount_amounts": discounts,
        "invoice": f"in_demo_{number}", "livemode": True, "metadata": {}, "pretax_credit_amounts": [],
        "parent": {
            "type": "subscription_item_details", "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None, "proration": False, "proration_details": None,
                "subscription": f"sub_demo_{company.number:04d}",
                "subscription_item": f"si_demo_{company.number:04d}",
            },
        },
        "period": {"start": moment(line.start), "end": moment(line.end)},
        "pricing": {
            "price_details": {"price": line.price, "product": line.product}, "type": "price_details",
            "unit_amount_decimal": str(line.amount),
        },
        "quantity": 1, "subscription": f"sub_demo_{company.number:04d}", "subtotal": line.amount,
        "taxes": _tax(line),
    }  # fmt: skip


def invoice(
    number: int, company: Company, lines: list[Line], at: int, paid_at: int | None, first: bool
) -> Object:
    """A finalised invoice, paid or still open."""
    subtotal = sum(line.amount for line in lines)
    discount = sum(line.discount for line in lines)
    tax = sum(line.tax for line in lines)
    total = subtotal - discount + tax
    status = "open" if paid_at is None else "paid"
    discounts = [{"amount": discount, "discount": f"di_demo_{company.number}"}] if discount else []
    return {
        "id": f"in_demo_{number}", "object": "invoice", "amount_due": total, "amount_overpaid": 0,
        "amount_paid": 0 if paid_at is None else total, "amount_paid_off_stripe": 0,
        "amount_remaining": total if paid_at is None else 0, "amount_shipping": 0,
        "billing_reason": "subscription_create" if first else "subscription_cycle",
        "collection_method": "send_invoice" if company.yearly else "charge_automatically",
        "created": at, "currency": company.currency.lower(), "customer": stripe_id(company),
        "customer_name": company.name, "discounts": [], "effective_at": at, "ending_balance": 0,
        "lines": {
            "object": "list", "has_more": False, "total_count": len(lines),
            "data": [_line(number, place, company, line) for place, line in enumerate(lines)],
            "url": f"/v1/invoices/in_demo_{number}/lines",
        },
        "livemode": True, "metadata": {}, "number": f"DEMO-{number:06d}",
        "parent": {
            "type": "subscription_details", "quote_details": None,
            "subscription_details": {"metadata": {}, "subscription": f"sub_demo_{company.number:04d}"},
        },
        "period_start": at, "period_end": at, "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0, "shipping_cost": None, "starting_balance": 0, "status": status,
        "status_transitions": {
            "finalized_at": at, "marked_uncollectible_at": None, "paid_at": paid_at, "voided_at": None,
        },
        "subtotal": subtotal, "subtotal_excluding_tax": subtotal, "total": total,
        "total_discount_amounts": discounts, "total_excluding_tax": subtotal - discount,
        "total_pretax_credit_amounts": [],
        "total_taxes": [entry for line in lines for entry in _tax(line)],
    }  # fmt: skip


def invoice_payment(number: int, company: Company, amount: int, at: int) -> Object:
    """The link between an invoice and its payment."""
    return {
        "id": f"inpay_demo_{number}", "object": "invoice_payment", "amount_paid": amount,
        "amount_requested": amount, "created": at, "currency": company.currency.lower(),
        "invoice": f"in_demo_{number}", "is_default": True, "livemode": True,
        "payment": {"payment_intent": f"pi_demo_{number}", "type": "payment_intent"}, "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": at},
    }  # fmt: skip


def charge(number: int, company: Company, amount: int, at: int, refunded: int) -> Object:
    """A succeeded charge of an invoice."""
    return {
        "id": f"ch_demo_{number}", "object": "charge", "amount": amount, "amount_captured": amount,
        "amount_refunded": refunded, "balance_transaction": f"txn_demo_{number}", "captured": True,
        "created": at, "currency": company.currency.lower(), "customer": stripe_id(company),
        "description": "Subscription update", "disputed": False, "livemode": True, "metadata": {},
        "paid": True, "payment_intent": f"pi_demo_{number}", "refunded": refunded == amount,
        "status": "succeeded",
    }  # fmt: skip


def refund(number: int, company: Company, amount: int, at: int) -> Object:
    """A succeeded refund of a part of a charge."""
    return {
        "id": f"re_demo_{number}", "object": "refund", "amount": amount,
        "balance_transaction": f"txn_demo_r{number}", "charge": f"ch_demo_{number}", "created": at,
        "currency": company.currency.lower(), "customer": stripe_id(company),
        "failure_balance_transaction": None, "metadata": {}, "payment_intent": f"pi_demo_{number}",
        "reason": "requested_by_customer", "status": "succeeded",
    }  # fmt: skip


def transaction(key: str, source: str, amount: int, at: int, kind: str, fee: int) -> Object:
    """A balance transaction in US cents."""
    details = [
        {
            "amount": fee, "application": None, "currency": "usd", "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]  # fmt: skip
    return {
        "id": key, "object": "balance_transaction", "amount": amount, "available_on": at + 172800,
        "balance_type": "payments", "created": at, "currency": "usd", "description": None,
        "exchange_rate": None, "fee": fee, "fee_details": details if fee else [], "net": amount - fee,
        "reporting_category": kind, "source": source, "status": "available", "type": kind,
    }  # fmt: skip
