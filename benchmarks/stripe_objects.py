"""Invoices in Stripe's full shape, made of nothing: monthly, two lines, one of them in ten metered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FIRST = 1_577_836_800
"""2020-01-01"""
SPAN = 5 * 365 * 86400
NULLS = (
    "account_tax_ids", "application", "automatically_finalizes_at", "custom_fields", "customer_account",
    "customer_address", "customer_phone", "customer_shipping", "default_payment_method", "default_source",
    "description", "due_date", "footer", "from_invoice", "hosted_invoice_url", "invoice_pdf",
    "last_finalization_error", "latest_revision", "next_payment_attempt", "on_behalf_of", "receipt_number",
    "rendering", "shipping_cost", "shipping_details", "statement_descriptor", "test_clock",
)  # fmt: skip
ZEROS = (
    "amount_overpaid", "amount_paid_off_stripe", "amount_remaining", "amount_shipping", "ending_balance",
    "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount", "starting_balance",
)  # fmt: skip
_FIXED: dict[str, Any] = {
    "object": "invoice", "account_country": "US", "account_name": "Acme", "attempt_count": 1,
    "attempted": True, "auto_advance": False, "billing_reason": "subscription_cycle",
    "collection_method": "charge_automatically",
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None,
                      "status": None},
    "currency": "usd", "customer_tax_exempt": "none", "customer_tax_ids": [], "default_tax_rates": [],
    "discounts": [], "issuer": {"type": "self"}, "livemode": True, "metadata": {}, "status": "paid",
    "payment_settings": {"default_mandate": None, "payment_method_options": None,
                         "payment_method_types": None},
    "total_discount_amounts": [], "total_pretax_credit_amounts": [],
    **dict.fromkeys(NULLS), **dict.fromkeys(ZEROS, 0),
}  # fmt: skip


def invoices(count: int) -> Iterator[dict[str, Any]]:
    """``count`` paid invoices over five years, denser towards the end."""
    for number in range(count):
        yield invoice(number, FIRST + int(SPAN * (number / count) ** 0.5))


def invoice(number: int, created: int) -> dict[str, Any]:
    """One invoice of the customer ``number`` modulo 5,000."""
    ident, customer = f"in_{number:024d}", f"cus_{number % 5000:014d}"
    lines = [line(ident, number, part, created) for part in (1, 2)]
    net = sum(item["amount"] for item in lines)
    tax = sum(item["taxes"][0]["amount"] for item in lines)
    details = {"metadata": {}, "subscription": f"sub_{number % 5000:024d}"}
    return _FIXED | {
        "id": ident, "created": created, "customer": customer, "customer_email": f"{customer}@example.com",
        "customer_name": f"Customer {number % 5000}", "effective_at": created + 60, "amount_due": net + tax,
        "amount_paid": net + tax, "number": f"ACME-{number:07d}", "period_end": created,
        "period_start": created - 2592000, "subtotal": net, "subtotal_excluding_tax": net, "total": net + tax,
        "total_excluding_tax": net, "webhooks_delivered_at": created,
        "lines": {"object": "list", "data": lines, "has_more": False, "total_count": 2,
                  "url": f"/v1/invoices/{ident}/lines"},
        "parent": {"type": "subscription_details", "quote_details": None, "subscription_details": details},
        "status_transitions": {"finalized_at": created + 60, "marked_uncollectible_at": None,
                               "paid_at": created + 90, "voided_at": None},
        "total_taxes": [taxed(net, tax)],
    }  # fmt: skip


def taxed(net: int, tax: int) -> dict[str, Any]:
    """A tax entry."""
    return {
        "amount": tax, "tax_behavior": "exclusive", "taxability_reason": "standard_rated",
        "taxable_amount": net, "type": "tax_rate_details",
        "tax_rate_details": {"tax_rate": "txr_000000000000000000000001"},
    }  # fmt: skip


def line(invoice_id: str, number: int, part: int, created: int) -> dict[str, Any]:
    """A line of a month."""
    amount = 2900 + number % 97 * 100 * part
    price = f"price_{number % 40:022d}{part:02d}"
    item = {
        "invoice_item": None, "proration": False, "proration_details": None,
        "subscription": f"sub_{number % 5000:024d}", "subscription_item": f"si_{number % 5000:014d}",
    }  # fmt: skip
    return {
        "id": f"il_{number:023d}{part}", "object": "line_item", "amount": amount, "currency": "usd",
        "description": "8 x scale", "discount_amounts": [], "discountable": True, "discounts": [],
        "invoice": invoice_id, "livemode": True, "metadata": {},
        "parent": {"type": "subscription_item_details", "invoice_item_details": None,
                   "subscription_item_details": item},
        "period": {"end": created + 2592000, "start": created}, "pretax_credit_amounts": [],
        "pricing": {"price_details": {"price": price, "product": "prod_00000000000001"},
                    "type": "price_details", "unit_amount_decimal": str(amount)},
        "quantity": 8, "quantity_decimal": "8", "subscription": item["subscription"], "subtotal": amount,
        "taxes": [taxed(amount, amount // 10)],
    }  # fmt: skip
