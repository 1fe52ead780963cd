"""Usage of the running period: accrued from the preview of the next invoice, else unbilled (numbers.md 2).

Only metered lines: what is billed in advance is in the last invoice already. A preview holds the usage up
to the moment at which it was fetched, so it spreads over the days until then, never over days to come.
The next invoice of the subscription replaces it. Rows of the basis ``metered`` hold no money: they say which
days are running, and up to where a preview knows them (it may know that nothing was used).
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from turbofinops_tui.sync.derive_component import DAY, METERED, Component, table_rate
from turbofinops_tui.sync.derive_invoices import line_kind, quarantine
from turbofinops_tui.sync.derive_types import Invoice, Metered, Preview

NO_CURRENCY = "USD"
"""of rows that hold no money"""
_LATER = (
    "SELECT 1 FROM stripe_reference r JOIN stripe_object o ON o.source = r.source AND o.account = r.account"
    " AND o.livemode = r.livemode AND o.id = r.id WHERE r.source = ? AND r.account = ? AND r.livemode = ?"
    " AND r.target = ? AND o.object = 'invoice' AND o.rank > 0 AND o.created >= ? LIMIT 1"
)


def is_replaced(conn: sqlite3.Connection, key: tuple[str, str, int], preview: Preview, fetched: int) -> bool:
    """Whether an invoice of the same subscription was finalised after the preview was made."""
    since = min(fetched, preview.period_end or fetched)
    return conn.execute(_LATER, (*key, preview.subscription, since)).fetchone() is not None


def derive_preview(component: Component, preview: Preview) -> None:
    """Estimated rows of the metered lines of ``preview``, while no invoice has replaced it."""
    if preview.replaced:
        return
    invoice = preview.invoice
    found = sum(line.net for line in invoice.lines)
    if found != invoice.net:
        component.findings.append(quarantine(component, replace(invoice, id=preview.id), found))
        return
    until = (preview.fetched + DAY // 2) // DAY
    for index, line in enumerate(invoice.lines):
        if line_kind(component, line) == "usage":
            end = max(min(line.end, max(until, line.start + 1)), line.start)
            part = line.id or f"line {index + 1}"
            _mark_days(component, preview.id, part, invoice, (line.start, end), estimated=True)
            component.row(
                preview.id, part, "usage", "recognised", invoice.customer,
                invoice.currency, line.net, (line.start, end), preview.fetched,
                table_rate(preview.fetched), product=line.product, price=line.price,
                credit_applied=line.credit_applied, group=preview.id, sequence=index, estimated=True,
            )  # fmt: skip


def derive_metered(component: Component, subscription: Metered) -> None:
    """The running period of each metered item, so that its days are unbilled until something bills them."""
    for index, (price, product, start, end) in enumerate(subscription.periods):
        _mark_days(
            component, subscription.id, f"item {index + 1}", subscription, (start, end), price, product
        )


def _mark_days(
    component: Component,
    source: str,
    part: str,
    of: Invoice | Metered,
    days: tuple[int, int],
    price: str = "",
    product: str = "",
    *,
    estimated: bool = False,
) -> None:
    at = days[0] * DAY
    component.row(
        source, part, "usage", METERED, of.customer, NO_CURRENCY, 0, days, at, table_rate(at),
        price=price, product=product, estimated=estimated,
    )  # fmt: skip
