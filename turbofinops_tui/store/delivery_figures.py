"""What each delivery brought: periods and totals, for lists and for undoing one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from decimal import Context, Decimal

from turbofinops_tui.economics.money import decimal_text, to_decimal
from turbofinops_tui.store.deliveries import Delivery, load_deliveries

_WIDE = Context(prec=200)  # exact: the default context would round past 28 digits


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
    batches = conn.execute("SELECT id, delivery, period FROM ingest_batch WHERE state <> 'staged'").fetchall()
    owner = {number: delivery for number, delivery, _ in batches}
    for _, delivery, period in batches:
        periods.setdefault(delivery, set()).add(period)
    for number, currency, cost, exact in conn.execute("SELECT batch, currency, cost, exact FROM batch_total"):
        if number in owner:
            own = sums.setdefault(owner[number], {})
            own[currency, cost] = _WIDE.add(own.get((currency, cost), Decimal(0)), Decimal(exact))
    for delivery, currency, units in conn.execute(
        "SELECT delivery, currency, sum(amount) FROM revenue_event"
        " WHERE delivery IS NOT NULL AND basis = 'recognised' GROUP BY delivery, currency"
    ):
        sums.setdefault(delivery, {})[currency, "revenue"] = to_decimal(units, currency)
    return [
        DeliveryLine(
            item,
            tuple(sorted(periods.get(item.id, ()))),
            {key: decimal_text(value) for key, value in sorted(sums.get(item.id, {}).items())},
        )
        for item in load_deliveries(conn)
    ]
