"""What revenue needs of each Stripe object, as small values.

Amounts are integers in the minor unit of ``currency``; times are epoch seconds (0: never); days are
days since 1970-01-01, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice line: ``net`` is ex tax, after discounts and applied credits."""

    id: str
    net: int
    start: int
    end: int
    parent: str
    """subscription_item_details, invoice_item_details, shipping or empty"""
    subscription: str
    proration: bool
    price: str
    product: str
    credit_applied: bool


@dataclass(frozen=True, slots=True)
class Invoice:
    """A finalised or draft invoice with the lines that were delivered."""

    id: str
    customer: str
    currency: str
    status: str
    total: int
    net: int
    """total_excluding_tax"""
    amount_paid: int
    amount_remaining: int
    finalized_at: int
    paid_at: int
    voided_at: int
    uncollectible_at: int
    lines: tuple[Line, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Payment:
    """An InvoicePayment: the only tie between an invoice and a payment."""

    id: str
    invoice: str
    intent: str
    charge: str
    amount: int
    status: str
    paid_at: int


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge; ``amount`` is what was captured."""

    id: str
    intent: str
    customer: str
    currency: str
    amount: int
    status: str
    created: int
    transaction: str


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of a charge; only succeeded ones count."""

    id: str
    charge: str
    intent: str
    currency: str
    amount: int
    status: str
    created: int
    transaction: str


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction: ``amount`` and ``fee`` in the settlement currency."""

    id: str
    currency: str
    amount: int
    fee: int
    created: int
    category: str
    source: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute; each of its movements takes back or returns ``amount``."""

    id: str
    charge: str
    intent: str
    currency: str
    amount: int
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note: (line id, invoice line id or '', ex-tax amount) per line."""

    id: str
    invoice: str
    currency: str
    status: str
    net: int
    pre_payment: int
    issued_at: int
    voided_at: int
    lines: tuple[tuple[str, str, int], ...]
    refunds: tuple[tuple[str, int | None], ...]
    """refund id -> amount of it that belongs to this note (None: all)"""
    complete: bool


@dataclass(frozen=True, slots=True)
class Price:
    """How a price bills; decides usage, subscription or one_time."""

    id: str
    product: str
    recurring: bool
    metered: bool
    interval: str = ""
    """day, week, month or year"""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Preview:
    """What the next invoice of a subscription would be, as of the moment at which it was fetched."""

    id: str
    subscription: str
    invoice: Invoice
    period_end: int
    """when the invoice itself is due, epoch seconds"""
    fetched: int = 0
    replaced: bool = False
    """an invoice of the subscription came after it"""


@dataclass(frozen=True, slots=True)
class Metered:
    """A subscription's running periods of usage billed in arrears; empty when it has ended or is a trial."""

    id: str
    customer: str
    periods: tuple[tuple[str, str, int, int], ...]
    """(price, product, first day, end day) of each metered item"""


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee in minor units of the settlement currency, positive is cost; ``customer`` may be empty."""

    source_object: str
    id: str
    """its balance transaction"""
    customer: str
    currency: str
    minor: int
    day: int


Fact = Invoice | Payment | Charge | Refund | Movement | Dispute | CreditNote | Price | Preview | Metered
