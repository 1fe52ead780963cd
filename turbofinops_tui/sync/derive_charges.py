"""Charges without an invoice: one_time on their day, on both bases (numbers.md 2)."""

from __future__ import annotations

from turbofinops_tui.sync.derive_component import DAY, Component, settlement, table_rate
from turbofinops_tui.sync.derive_types import Charge, Movement

BASES = ("recognised", "cash")


def derive_charge(component: Component, charge: Charge) -> None:
    """Rows of ``charge`` and of its refunds and disputes, unless an InvoicePayment refers to it."""
    if component.payments_of(charge.id, charge.intent):
        return
    if charge.status == "succeeded":
        _both(
            component, charge, charge.id, "", "one_time", charge.amount, charge.created,
            component.movement(charge.transaction, charge.id),
        )  # fmt: skip
    for refund in component.refunds:
        if refund.status == "succeeded" and _of(charge, refund.charge, refund.intent):
            movement = component.movement(refund.transaction, refund.id)
            _both(component, charge, refund.id, "", "refund", -refund.amount, refund.created, movement)
    for dispute in component.disputes:
        if not _of(charge, dispute.charge, dispute.intent):
            continue
        for movement in dispute.movements:
            amount = dispute.amount if movement.amount > 0 else -dispute.amount if movement.amount else 0
            _both(component, charge, dispute.id, movement.id, "dispute", amount, movement.created, movement)


def _of(charge: Charge, ident: str, intent: str) -> bool:
    """True when a refund or dispute names this charge; by the intent only where it names no charge."""
    if ident:
        return ident == charge.id
    return bool(intent) and intent == charge.intent and charge.status == "succeeded"


def _both(
    component: Component,
    charge: Charge,
    source: str,
    part: str,
    kind: str,
    amount: int,
    at: int,
    movement: Movement | None,
) -> None:
    rate = settlement([(movement, amount)], charge.currency) if movement else None
    for basis in BASES:
        component.row(
            source, part, kind, basis, charge.customer, charge.currency, amount, (at // DAY, at // DAY), at,
            rate or table_rate(at),
        )  # fmt: skip


def derive_component(component: Component) -> None:
    """All rows and findings of one component, into the component."""
    from turbofinops_tui.sync.derive_fees import fees_of
    from turbofinops_tui.sync.derive_invoices import derive_invoice
    from turbofinops_tui.sync.derive_previews import derive_metered, derive_preview

    component.settle()
    for preview in component.previews:
        derive_preview(component, preview)
    for subscription in component.metered:
        derive_metered(component, subscription)
    for invoice in component.invoices:
        derive_invoice(component, invoice)
    for charge in component.charges:
        derive_charge(component, charge)
    component.fees = fees_of(component)
