"""What each delivery brought: periods and totals, for lists and for undoing one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from decimal import Context, Decimal

from turbofinops_tui.economics.money import decimal_text, to_decimal
from turbofinops_tui.store.deliveries import Delivery, load_deliveries

_WIDE = Context(prec=200)  # exact: the default context would round past 28 digits

_REVENUE = (
    "SELECT coalesce(o.delivery, r.delivery) AS brought, r.currency, sum(r.amount / 1000000000),"
    " sum(r.amount % 1000000000) FROM revenue_event r LEFT JOIN stripe_object o ON o.source = r.source"
    " AND o.account = r.account AND o.livemode = r.livemode AND o.id = r.source_object"
    " WHERE r.basis = 'recognised' AND brought IS NOT NULL GROUP BY brought, r.currency"
)
"""a derived row belongs to the delivery that brought its object, an imported one to its own"""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery with its billing periods and exact totals.

    ``totals`` is (currency, measure) -> decimal text in major units; measures are
    effective and billed for cost, revenue for revenue.
    """

    delivery: Delivery
    periods: tuple[str, ...]
    totals: dict[tuple[str, str], str]


def delivery_lines(conn: sqlite3.Connection) -> list[DeliveryLine]:
    """Every delivery that counts or counted, by id."""
    periods: dict[int, set[str]] = {}
    sums: dict[int, dict[tuple[str, str], Decimal]] = {}
    owner: dict[int, int] = {}
    # A delivery that was read again has several batches of a period: the newest tells what it brought.
    for number, delivery, period in conn.execute(
        "SELECT max(id), delivery, period FROM ingest_batch WHERE state <> 'staged' GROUP BY delivery, period"
    ):
        owner[number] = delivery
        periods.setdefault(delivery, set()).add(period)
    for number, currency, cost, exact in conn.execute("SELECT batch, currency, cost, exact FROM batch_total"):
        if number in owner:
            own = sums.setdefault(owner[number], {})
            own[currency, cost] = _WIDE.add(own.get((currency, cost), Decimal(0)), Decimal(exact))
    for delivery, currency, high, low in conn.execute(_REVENUE):
        sums.setdefault(delivery, {})[currency, "revenue"] = to_decimal(high * 10**9 + low, currency)
    return [
        DeliveryLine(
            item,
            tuple(sorted(periods.get(item.id, ()))),
            {key: decimal_text(value) for key, value in sorted(sums.get(item.id, {}).items())},
        )
        for item in load_deliveries(conn)
    ]
