"""Invoice lines, payments and contra of one invoice as revenue rows (numbers.md 2).

Recognised: each line's net over its period; what takes it back, line by line, by contra. Cash: paid
invoice payments ex tax, shared over the lines; refunds and disputes on their day.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from turbofinops_tui.economics.money import exact_text, from_minor, half_up
from turbofinops_tui.economics.recognition import (
    contra,
    cumulative_shares,
    share_by_net,
    shared_payments,
)
from turbofinops_tui.store.findings import Finding
from turbofinops_tui.sync.derive_component import DAY, Component, RateText, settlement, table_rate
from turbofinops_tui.sync.derive_types import CreditNote, Invoice, Line, Movement

LINES_FINDING = "stripe_invoice_lines"
NOTE_FINDING = "stripe_credit_note_lines"
PRICE_FINDING = "stripe_unknown_price"
OBJECT_FINDING = "stripe_object"
FINALISED = ("open", "paid", "uncollectible", "void")


@dataclass(frozen=True, slots=True)
class Take:
    """One take-back (or its reversal) of an invoice: signed ex-tax shares per line, at one moment."""

    at: int
    object: str
    part: str
    kind: str
    shares: tuple[int, ...]


@dataclass(slots=True)
class Book:
    """An invoice that adds up, while its rows are written."""

    component: Component
    invoice: Invoice
    nets: list[int]
    rate: RateText
    takes: list[Take] = field(default_factory=list)

    @property
    def net(self) -> int:
        """total_excluding_tax; the lines add up to it."""
        return self.invoice.net


def derive_invoice(component: Component, invoice: Invoice) -> None:
    """Add all rows of ``invoice`` and of what pays or takes it back; or the finding that quarantines it."""
    if invoice.status in ("draft", "deleted"):
        return
    if invoice.status not in FINALISED:
        detail = f"its status {invoice.status[:40]!r} is not known: not counted"
        source = component.origin.source
        component.findings.append(Finding(OBJECT_FINDING, invoice.id, source, detail))
        return
    nets = [line.net for line in invoice.lines]
    if sum(nets) != invoice.net:
        component.findings.append(quarantine(component, invoice, sum(nets)))
        return
    book = Book(component, invoice, nets, _invoice_rate(component, invoice))
    _lines(book)
    _cash(book)
    _credit_notes(book)
    _refunds(book)
    _disputes(book)
    _write_off(book)
    _void(book)
    _contra_rows(book)


def line_kind(component: Component, line: Line) -> str:
    """usage, subscription or one_time (numbers.md 2, Kinds)."""
    price = component.prices.get(line.price)
    if price is not None and price.metered:
        return "usage"
    if line.parent == "subscription_item_details":
        return "subscription"
    # without the price, Stripe's own mark of a proration tells a recurring line from a set-up fee
    recurring = line.proration if price is None else price.recurring
    if line.parent == "invoice_item_details" and line.subscription and recurring:
        return "subscription"
    return "one_time"


def quarantine(component: Component, invoice: Invoice, found: int) -> Finding:
    """The finding of an invoice whose lines add up to ``found`` minor units, not to its total ex tax."""
    if invoice.complete:
        detail = (
            f"its lines add up to {found}, total_excluding_tax is {invoice.net} (minor units): not counted"
        )
    else:
        detail = "its lines were cut in the event: import the invoice with `import stripe-objects`"
    return Finding(
        LINES_FINDING,
        invoice.id,
        component.origin.source,
        detail,
        amount=exact_text(from_minor(invoice.net, invoice.currency), invoice.currency),
        currency=invoice.currency,
    )


def _invoice_rate(component: Component, invoice: Invoice) -> RateText:
    pairs = []
    seen = set()
    for payment in component.payments:
        if payment.invoice != invoice.id or payment.status != "paid":
            continue
        charge = component.charge_of(payment)
        movement = component.movement(charge.transaction, charge.id) if charge else None
        if charge and movement and charge.id not in seen and charge.currency == invoice.currency:
            seen.add(charge.id)
            pairs.append((movement, charge.amount))
    return settlement(pairs, invoice.currency) or table_rate(invoice.finalized_at)


def _part(invoice: Invoice, index: int) -> str:
    ident = invoice.lines[index].id
    return ident or f"line {index + 1}"


def _lines(book: Book) -> None:
    invoice, component = book.invoice, book.component
    for index, line in enumerate(invoice.lines):
        if line.price and line.price not in component.prices and line.net:
            detail = "its price was not delivered: lines are classified without it"
            component.findings.append(Finding(PRICE_FINDING, line.price, component.origin.source, detail))
        kind = line_kind(component, line)
        component.row(
            invoice.id, _part(invoice, index), kind, "recognised",
            invoice.customer, invoice.currency, line.net, (line.start, line.end), invoice.finalized_at,
            book.rate, product=line.product, price=line.price, credit_applied=line.credit_applied,
            group=invoice.id, sequence=index, interval=_interval(book, line, kind),
        )  # fmt: skip


def _interval(book: Book, line: Line, kind: str) -> tuple[str, int] | None:
    """How often a subscription line is billed; None for what is not monthly recurring revenue."""
    if kind != "subscription" or book.invoice.status == "void":
        return None
    price = book.component.prices.get(line.price)
    return (price.interval, price.count) if price else ("", 1)


def _cash(book: Book) -> None:
    invoice, component = book.invoice, book.component
    paid = [item for item in component.payments if item.invoice == invoice.id and item.status == "paid"]
    shares = shared_payments(_used([item.amount for item in paid], invoice.total), book.nets, invoice.total)
    for payment, row in zip(paid, shares, strict=True):
        charge = component.charge_of(payment)
        movement = component.movement(charge.transaction, charge.id) if charge else None
        rate = settlement([(movement, charge.amount)], invoice.currency) if charge and movement else None
        for index, amount in enumerate(row):
            line = invoice.lines[index]
            _cash_row(
                book, payment.id, f"{payment.id}:{_part(invoice, index)}", line_kind(component, line),
                index, amount, payment.paid_at, rate or table_rate(payment.paid_at),
            )  # fmt: skip


def _used(amounts: list[int], total: int) -> list[int]:
    """What of each payment pays the invoice: what is paid too much becomes balance, not revenue."""
    used, paid = [], 0
    for amount in amounts:
        now = min(paid + amount, max(total, 0))
        used.append(now - paid)
        paid = now
    return used


def _cash_row(
    book: Book, source: str, part: str, kind: str, index: int, amount: int, at: int, rate: RateText
) -> None:
    line, invoice, day = book.invoice.lines[index], book.invoice, at // DAY
    book.component.row(
        source, part, kind, "cash", invoice.customer, invoice.currency, amount, (day, day), at, rate,
        product=line.product, price=line.price,
    )  # fmt: skip


def _take_cash(
    book: Book, source: str, kind: str, shares: list[int], at: int, moved: tuple[Movement | None, int]
) -> None:
    movement, gross = moved
    rate = settlement([(movement, gross)], book.invoice.currency) if movement else None
    for index, amount in enumerate(shares):
        label = f"{movement.id if movement and kind == 'dispute' else source}:{_part(book.invoice, index)}"
        _cash_row(book, source, label, kind, index, amount, at, rate or table_rate(at))


def _credit_notes(book: Book) -> None:
    invoice, component = book.invoice, book.component
    for note in component.notes:
        if note.invoice != invoice.id or note.status not in ("issued", "void"):
            continue
        if sum(line[2] for line in note.lines) != note.net:
            component.findings.append(_bad_note(component, note))
            continue
        for ident, target, net in note.lines:
            shares = _note_shares(book, target, net)
            taken = tuple(-share for share in shares)
            book.takes.append(Take(note.issued_at, note.id, ident, "credit_note", taken))
            if note.status == "void":
                at = note.voided_at or note.issued_at
                book.takes.append(Take(at, note.id, f"{ident}:void", "credit_note", tuple(shares)))


def _bad_note(component: Component, note: CreditNote) -> Finding:
    found = sum(line[2] for line in note.lines)
    detail = (
        f"its lines add up to {found}, total_excluding_tax is {note.net} (minor units): not counted"
        if note.complete
        else "its lines were cut: import the credit note with `import stripe-objects`"
    )
    amount = exact_text(from_minor(note.net, note.currency), note.currency)
    return Finding(
        NOTE_FINDING, note.id, component.origin.source, detail, amount=amount, currency=note.currency
    )


def _note_shares(book: Book, target: str, net: int) -> list[int]:
    """A credit note line hits the line it names; one that names none reaches all, by net."""
    ids = [line.id for line in book.invoice.lines]
    if target in ids:
        shares = [0] * len(ids)
        shares[ids.index(target)] = net
        return shares
    return share_by_net(net, book.nets, book.net)


def _refunds(book: Book) -> None:
    invoice, component = book.invoice, book.component
    found = [
        (refund, component.gross_on(invoice.id, refund.charge, refund.intent, refund.amount))
        for refund in component.refunds
        if refund.status == "succeeded"
    ]
    found = [(refund, gross) for refund, gross in found if gross]
    shares = cumulative_shares([gross for _, gross in found], book.net, invoice.total)
    for (refund, _), share in zip(found, shares, strict=True):
        cash = share_by_net(-share, book.nets, book.net)
        moved = (component.movement(refund.transaction, refund.id), refund.amount)
        _take_cash(book, refund.id, "refund", cash, refund.created, moved)
        left = share - _covered_by_notes(component, refund.id, refund.amount, share)
        if left:
            taken = tuple(share_by_net(-left, book.nets, book.net))
            book.takes.append(Take(refund.created, refund.id, "", "refund", taken))


def _covered_by_notes(component: Component, refund: str, amount: int, share: int) -> int:
    """The part of a refund's ex-tax share that credit notes take already."""
    covered = 0
    for note in component.notes:
        if note.status == "void":
            continue
        covered += sum(amount if part is None else part for ident, part in note.refunds if ident == refund)
    return share if covered >= amount else half_up(share * covered, amount)


def _disputes(book: Book) -> None:
    invoice, component = book.invoice, book.component
    for dispute in component.disputes:
        gross = component.gross_on(invoice.id, dispute.charge, dispute.intent, dispute.amount)
        if not gross or not invoice.total:
            continue
        share = half_up(gross * book.net, invoice.total)
        for movement in sorted(dispute.movements, key=lambda item: (item.created, item.id)):
            if not movement.amount:
                continue
            signed = share if movement.amount > 0 else -share
            shares = share_by_net(signed, book.nets, book.net)
            book.takes.append(Take(movement.created, dispute.id, movement.id, "dispute", tuple(shares)))
            _take_cash(book, dispute.id, "dispute", shares, movement.created, (movement, dispute.amount))


def _write_off(book: Book) -> None:
    """The unpaid rest is written off when marked; what is paid later, or voided, reverses it on its day."""
    invoice, at = book.invoice, book.invoice.uncollectible_at
    if not at or not invoice.total:
        return
    component = book.component
    later, before = [], 0
    for payment in component.payments:
        if payment.invoice == invoice.id and payment.status == "paid":
            if payment.paid_at > at:
                later.append((payment.paid_at, payment.id, payment.amount))
            else:
                before += payment.amount
    open_amount = invoice.amount_remaining + invoice.amount_paid - before
    open_amount += sum(
        note.pre_payment
        for note in component.notes
        if note.invoice == invoice.id and note.status == "issued" and note.issued_at > at
    )
    share = half_up(open_amount * book.net, invoice.total)
    shares = share_by_net(-share, book.nets, book.net)
    book.takes.append(Take(at, invoice.id, "write_off", "write_off", tuple(shares)))
    _reverse_write_off(book, shares, open_amount, later)


def _reverse_write_off(
    book: Book, shares: list[int], open_amount: int, later: list[tuple[int, str, int]]
) -> None:
    invoice = book.invoice
    left = open_amount - sum(amount for _, _, amount in later)
    end = invoice.voided_at if invoice.status == "void" else invoice.paid_at
    if invoice.status in ("paid", "void") and left > 0 and end:
        later.append((end, invoice.status, left))
    steps = [cumulative_shares([amount for _, _, amount in later], -share, open_amount) for share in shares]
    for number, (at, ident, _) in enumerate(later):
        back = tuple(column[number] for column in steps)
        book.takes.append(Take(at, invoice.id, f"write_off:{ident}", "write_off", back))


def _void(book: Book) -> None:
    """A void takes back what credit notes have left of each line."""
    invoice = book.invoice
    if invoice.status != "void":
        return
    left = list(book.nets)
    for take in book.takes:
        if take.kind == "credit_note":
            left = [net + share for net, share in zip(left, take.shares, strict=True)]
    at = invoice.voided_at or invoice.finalized_at
    book.takes.append(Take(at, invoice.id, "void", "void", tuple(-net for net in left)))


def _contra_rows(book: Book) -> None:
    """Every take line by line: the earned part on its day, the rest over the days that are left."""
    invoice, sequence = book.invoice, len(book.invoice.lines)
    for take in sorted(book.takes, key=lambda item: (item.at, item.kind, item.object, item.part)):
        for index, share in enumerate(take.shares):
            line = invoice.lines[index]
            for start_part, (amount, start, end) in enumerate(
                contra(share, line.start, line.end, take.at // DAY)
            ):
                book.component.row(
                    take.object, f"{take.part}:{_part(invoice, index)}:{start_part}", take.kind, "recognised",
                    invoice.customer, invoice.currency, amount, (start, end), take.at, book.rate,
                    product=line.product, price=line.price, group=invoice.id, sequence=sequence,
                )  # fmt: skip
                sequence += 1
