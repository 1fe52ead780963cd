"""Fees of balance transactions as cost, direct to the customer whose money moved (numbers.md 2).

A fee is in the settlement currency, on the day of its balance transaction, and belongs to the customer of
the charge behind it (of an invoice when the charge names none). Fees of the account itself have none.
"""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.economics.money import minor_factor
from turbofinops_tui.store.batches import DimensionKey, intern_dimensions
from turbofinops_tui.store.fees import UNIT, FeeRow, replace_fees
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.sync.derive_component import DAY, Component, Origin
from turbofinops_tui.sync.derive_types import Charge, Fee, Movement

PROVIDER = "stripe"
SERVICE = "Stripe fees"
CATEGORY = "Payment processing"
OF_ACCOUNT = frozenset({"fee", "network_cost"})
"""reporting categories whose whole amount is a fee (Billing, Radar, Tax, card network costs)"""


def fees_of(component: Component) -> list[Fee]:
    """Every fee that the movements of one component tell, each once."""
    movements = {item.id: (item, item.id) for item in component.movements.values()}
    for dispute in component.disputes:
        for item in dispute.movements:
            movements.setdefault(item.id, (item, dispute.id))
    found = []
    for movement, told_by in movements.values():
        own = -movement.amount if movement.category in OF_ACCOUNT else 0
        minor = movement.fee + own
        if minor:
            customer = "" if own else _customer(component, movement)
            day = movement.created // DAY
            found.append(Fee(told_by, movement.id, customer, movement.currency, minor, day))
    return found


def _customer(component: Component, movement: Movement) -> str:
    """The customer of the charge behind a charge's, refund's or dispute's movement, or of its invoice."""
    charge, intent = movement.source, ""
    for refund in component.refunds:
        if movement.source == refund.id:
            charge, intent = refund.charge, refund.intent
    for dispute in component.disputes:
        if movement.source == dispute.id or any(item.id == movement.id for item in dispute.movements):
            charge, intent = dispute.charge, dispute.intent
    found = _charge(component, charge, intent)
    if found is not None and found.customer:
        return found.customer
    paid = {item.invoice for item in component.payments_of(charge, intent)}
    owners = (item.customer for item in component.invoices if item.id in paid)
    return next((owner for owner in owners if owner), "")


def _charge(component: Component, ident: str, intent: str) -> Charge | None:
    for charge in component.charges:
        if charge.id == ident or (not ident and intent and charge.intent == intent):
            return charge
    return None


def dimension_of(origin: Origin, customer: str, currency: str) -> DimensionKey:
    """The cost dimension of fees: one per customer (or none) and currency."""
    return DimensionKey(
        source=origin.source, provider=PROVIDER, account=origin.account, service=SERVICE, category=CATEGORY,
        charge_category="Usage", commitment="", cost_basis="billed", model="", currency=currency, unit=UNIT,
        names_customer=f"stripe:{customer}" if customer else "",
    )  # fmt: skip


Dimensions = dict[tuple[str, str], int]
"""(Stripe customer or empty, currency) -> id of the dimension"""


def intern_fees(store: Store, origin: Origin, found: Sequence[Component], known: Dimensions) -> None:
    """Give the dimensions of the fees of ``found`` their ids, in ``known``."""
    wanted = {(fee.customer, fee.currency) for component in found for fee in component.fees} - known.keys()
    if wanted:
        keys = {pair: dimension_of(origin, *pair) for pair in sorted(wanted)}
        numbers = intern_dimensions(store, keys.values())
        known.update({pair: numbers[key] for pair, key in keys.items()})


def write_fees(
    txn: WriteTxn, origin: Origin, ready: Sequence[Component], objects: Sequence[str], known: Dimensions
) -> bool:
    """Replace the fees of the components; True when one changed."""
    rows = [
        FeeRow(
            fee.source_object, fee.id, f"stripe:{fee.customer}" if fee.customer else "", fee.currency,
            fee.minor * minor_factor(fee.currency), fee.day, known[fee.customer, fee.currency],
        )
        for component in ready
        for fee in component.fees
    ]  # fmt: skip
    return replace_fees(txn, origin.source, origin.account, origin.livemode, objects, rows)
