"""What is listed at Stripe: paths, how far back, event types, and the permission that each list needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PAGE = 100
BEGINNING = 1262304000
"""2010-01-01, before Stripe: the start of what is always fetched whole"""
FAR = 4102444800
"""2100-01-01: the end of a range that is open"""


@dataclass(frozen=True, slots=True)
class Resource:
    """One list of the API."""

    name: str
    path: str
    label: str
    """the permission of a restricted key, as the dashboard calls it"""
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    whole: bool = False
    """fetched from the beginning whatever the asked start: other objects refer to old ones"""


RESOURCES: tuple[Resource, ...] = (
    Resource("invoices", "/v1/invoices", "Invoices"),
    Resource("invoice_payments", "/v1/invoice_payments", "Invoices (invoice payments)"),
    Resource("charges", "/v1/charges", "Charges and refunds"),
    Resource("balance_transactions", "/v1/balance_transactions", "Balance transaction sources"),
    Resource("refunds", "/v1/refunds", "Charges and refunds"),
    Resource("credit_notes", "/v1/credit_notes", "Credit notes"),
    Resource("disputes", "/v1/disputes", "Disputes"),
    Resource("customers", "/v1/customers", "Customers", whole=True),
    Resource("subscriptions", "/v1/subscriptions", "Subscriptions", {"status": "all"}, whole=True),
    Resource("products", "/v1/products", "Products", whole=True),
    # without ``active`` the API lists active prices alone
    Resource("prices", "/v1/prices", "Prices", {"active": "true"}, whole=True),
    Resource("inactive_prices", "/v1/prices", "Prices", {"active": "false"}, whole=True),
)

_MONEY_TYPES = (
    "invoice.finalized", "invoice.paid", "invoice.updated", "invoice.voided", "invoice.marked_uncollectible",
    "invoice.overpaid", "invoice_payment.paid", "charge.succeeded", "charge.updated", "charge.captured",
    "refund.created", "refund.updated", "refund.failed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated", "charge.dispute.closed", "credit_note.created", "credit_note.updated",
    "credit_note.voided",
)  # fmt: skip
_OTHER_TYPES = (
    "customer.created", "customer.updated", "customer.deleted", "customer.subscription.created",
    "customer.subscription.updated", "customer.subscription.deleted", "price.created", "price.updated",
    "product.created", "product.updated", "charge.dispute.created", "invoice.payment_succeeded",
    "charge.refunded",
)  # fmt: skip

EVENTS: tuple[Resource, ...] = tuple(
    Resource(name, "/v1/events", "Events", {"types": list(types)})
    for name, types in (("events_money", _MONEY_TYPES), ("events_other", _OTHER_TYPES))
)
"""the catch-up; a call takes at most 20 types"""

CATCH_UP: tuple[Resource, ...] = (*EVENTS, *(r for r in RESOURCES if r.name == "balance_transactions"))
"""balance transactions are in no event"""

BY_NAME: dict[str, Resource] = {item.name: item for item in (*RESOURCES, *EVENTS)}

PATHS: dict[str, str] = {
    "invoice": "/v1/invoices", "invoice_payment": "/v1/invoice_payments", "charge": "/v1/charges",
    "balance_transaction": "/v1/balance_transactions", "refund": "/v1/refunds", "dispute": "/v1/disputes",
    "credit_note": "/v1/credit_notes", "customer": "/v1/customers", "subscription": "/v1/subscriptions",
    "product": "/v1/products", "price": "/v1/prices",
}  # fmt: skip
"""object type -> where one of it is fetched by its id"""

EXPANDED: dict[str, list[str]] = {"charge": ["balance_transaction"], "refund": ["balance_transaction"]}
"""what a single object brings along: its movement may be older than the lists reach"""
