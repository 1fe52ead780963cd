"""One payment component: an invoice with all that pays it and takes it back, or a charge of its own.

Components are what rows are derived from: the InvoicePayments tie invoices to payment intents, charges
to intents, refunds and disputes to charges, credit notes to invoices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd

from turbofinops_tui.economics.money import exponent, minor_factor
from turbofinops_tui.economics.mrr import monthly_units
from turbofinops_tui.economics.recognition import share_by_net
from turbofinops_tui.store.findings import Finding
from turbofinops_tui.store.revenue import RevenueRow
from turbofinops_tui.sync.derive_types import (
    Charge,
    CreditNote,
    Dispute,
    Fact,
    Fee,
    Invoice,
    Metered,
    Movement,
    Payment,
    Preview,
    Price,
    Refund,
)

DAY = 86400
METERED = "metered"
"""basis of rows without money: days whose usage is running (or, estimated, known from a preview)"""

RateText = tuple[str, str, str, int]
"""(numerator, denominator, settlement currency, day of its table rate); texts empty without a settlement"""


@dataclass(frozen=True, slots=True)
class Origin:
    """What every row of one account carries."""

    source: str
    account: str
    livemode: bool


@dataclass(slots=True)
class Component:
    """The facts of one component, and what has been derived from them so far."""

    origin: Origin
    ids: set[str] = field(default_factory=set)
    """every object that belongs to it, with or without rows"""
    events: dict[str, str] = field(default_factory=dict)
    """object id -> the event that brought its snapshot"""
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    notes: list[CreditNote] = field(default_factory=list)
    movements: dict[str, Movement] = field(default_factory=dict)
    """by their own id and by the id of their source"""
    previews: list[Preview] = field(default_factory=list)
    metered: list[Metered] = field(default_factory=list)
    prices: dict[str, Price] = field(default_factory=dict)
    rows: list[RevenueRow] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, ident: str, fact: Fact, event: str) -> None:
        """Sort one fact in."""
        self.ids.add(ident)
        self.events[ident] = event
        if isinstance(fact, Invoice):
            self.invoices.append(fact)
        elif isinstance(fact, Payment):
            self.payments.append(fact)
        elif isinstance(fact, Charge):
            self.charges.append(fact)
        elif isinstance(fact, Refund):
            self.refunds.append(fact)
        elif isinstance(fact, Dispute):
            self.disputes.append(fact)
        elif isinstance(fact, CreditNote):
            self.notes.append(fact)
        elif isinstance(fact, Preview):
            self.previews.append(fact)
        elif isinstance(fact, Metered):
            self.metered.append(fact)
        elif isinstance(fact, Movement):
            self.movements[ident] = fact
            self.movements.setdefault(fact.source, fact)
        else:
            self.prices[ident] = fact

    def settle(self) -> None:
        """Bring every list into its canonical order, so that no order of arrival can be seen."""
        self.invoices.sort(key=lambda item: item.id)
        self.payments.sort(key=lambda item: (item.paid_at, item.id))
        self.charges.sort(key=lambda item: (item.created, item.id))
        self.refunds.sort(key=lambda item: (item.created, item.id))
        self.disputes.sort(key=lambda item: item.id)
        self.notes.sort(key=lambda item: (item.issued_at, item.id))

    def payments_of(self, charge: str, intent: str) -> list[Payment]:
        """The InvoicePayments that a charge, or a refund or dispute of it, belongs to."""
        if not intent:
            intent = next((item.intent for item in self.charges if item.id == charge), "")
        found = [
            item
            for item in self.payments
            if (intent and item.intent == intent) or (charge and item.charge == charge)
        ]
        return [item for item in found if item.status == "paid"] or found

    def gross_on(self, invoice: str, charge: str, intent: str, amount: int) -> int:
        """How much of ``amount`` of a charge falls on ``invoice``: all, or shared by what it paid of each."""
        payments = self.payments_of(charge, intent)
        mine = [item.invoice == invoice for item in payments]
        if all(mine):
            return amount if payments else 0
        paid = [item.amount for item in payments]
        shares = share_by_net(amount, paid, sum(paid))
        return sum(share for share, own in zip(shares, mine, strict=True) if own)

    def charge_of(self, payment: Payment) -> Charge | None:
        """The succeeded charge behind an InvoicePayment."""
        for charge in self.charges:
            if charge.status == "succeeded" and (
                charge.id == payment.charge or (charge.intent and charge.intent == payment.intent)
            ):
                return charge
        return None

    def movement(self, transaction: str, source: str) -> Movement | None:
        """A balance transaction by its id, or by the object that it moves money for."""
        return self.movements.get(transaction) or self.movements.get(source)

    def row(
        self,
        source_object: str,
        part: str,
        kind: str,
        basis: str,
        customer: str,
        currency: str,
        minor: int,
        days: tuple[int, int],
        at: int,
        rate: RateText,
        *,
        product: str = "",
        price: str = "",
        credit_applied: bool = False,
        group: str = "",
        sequence: int = 0,
        interval: tuple[str, int] | None = None,
        estimated: bool = False,
    ) -> None:
        """Add one row: ``minor`` units, ``days`` half-open, ``at`` in epoch seconds; 0 adds nothing.

        Of the basis ``metered`` it books no money: it says which days of usage are running or known.

        ``interval`` of a subscription line (unit, count) gives what it is worth per month.
        """
        if not minor and basis != METERED:
            return
        origin = self.origin
        owner = f"stripe:{customer}" if customer else ""
        where = (origin.source, origin.account, origin.livemode, source_object, part, kind, basis, owner)
        units = minor * minor_factor(currency)
        amount = (currency, units, *days, at // DAY, product, price)
        conversion = (group, sequence, *rate, self.events.get(source_object, ""))
        mrr = monthly_units(units, *days, *interval) if interval else 0
        self.rows.append(RevenueRow(*where, *amount, "", "", estimated, credit_applied, *conversion, mrr=mrr))


def settlement(pairs: list[tuple[Movement, int]], currency: str) -> RateText | None:
    """The exact rate of several payments: sum of settled / sum of charged amounts, both in major units.

    ``pairs`` are (balance transaction, amount in minor units of ``currency``) in order of time; the rate
    of the settlement currency is taken on the day of the last one. None without a usable one.
    """
    if not pairs:
        return None
    last = max((movement for movement, _ in pairs), key=lambda item: (item.created, item.id))
    same = [(abs(move.amount), abs(amount)) for move, amount in pairs if move.currency == last.currency]
    settled, charged = sum(pair[0] for pair in same), sum(pair[1] for pair in same)
    if not settled or not charged:
        return None
    numerator = settled * 10 ** exponent(currency)
    denominator = charged * 10 ** exponent(last.currency)
    common = gcd(numerator, denominator)
    return (str(numerator // common), str(denominator // common), last.currency, last.created // DAY)


def table_rate(at: int) -> RateText:
    """No settlement: the table rate of the day of ``at`` (epoch seconds)."""
    return ("", "", "", at // DAY)
