"""What the Margins screen charts: cost by part over the months, and cost against revenue by customer.

All amounts are the evaluation's; what is added up here only places pixels (layers of a bar beyond the
largest are drawn as one).
"""

from __future__ import annotations

from collections.abc import Mapping

from turbofinops_tui.economics.charted import HEAVY, LOSS, SAFE, Composition, Point, Scatter
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import month_text
from turbofinops_tui.economics.types import Table, Value

PARTS = ("provider", "service", "category", "feature", "model")
"""what cost can be divided by, in the order of the key"""
LAYERS = 6
"""parts that a bar tells apart; the rest is one layer"""
AI_HEAVY = 50
"""percent of a customer's cost from which it counts as AI-heavy"""


def composition(parts: Table, months: Table) -> Composition:
    """From (part) and (month, part) tables of cost: the largest parts in their order, then the rest."""
    ranked = [row.key[0] for row in parts.rows if _units(row.values[parts.column("cost")])]
    shown = ranked[:LAYERS]
    place = {month_text(month): index for index, month in enumerate(months.days.months())}
    sums = [[0] * len(place) for _ in range(len(shown) + 1)]
    number = {key: index for index, key in enumerate(shown)}
    column = months.column("cost")
    for row in months.rows:
        month, part = row.key
        if month in place:
            sums[number.get(part, len(shown))][place[month]] += _units(row.values[column])
    names = [*(part_name(key, parts.slice.by[0]) for key in shown), "all others"]
    if len(ranked) <= LAYERS:
        names, sums = names[:-1], sums[:-1]
    labels = tuple(month[2:] for month in place)
    return Composition(labels, tuple(names), tuple(tuple(amounts) for amounts in sums), parts.currency)


def part_name(key: str | None, by: str) -> str:
    """What a part without a name is called."""
    return key if key else f"(no {by})"


def scatter(customers: Table, kinds: Table) -> Scatter:
    """Every customer with revenue or cost; from tables by customer and by (customer, kind)."""
    flat = flat_rates(kinds)
    points = []
    for row, values in customers.records():
        ref = row.key[0]
        if ref is None or row.others:
            continue
        revenue, cost = _units(values["revenue"]), _units(values["cost"])
        if revenue or cost:
            points.append(Point(ref, revenue, cost, kind_of(values, ref in flat)))
    return Scatter(tuple(points), customers.currency)


def kind_of(values: Mapping[str, Value], flat: bool) -> str:
    """``heavy``: on a flat rate and most of its cost is AI; else whether the margin is below zero."""
    share = values["ai_share"]
    if flat and isinstance(share, Ratio) and share.percent() >= AI_HEAVY:
        return HEAVY
    margin = values["margin"]
    return LOSS if isinstance(margin, Money) and margin.units < 0 else SAFE


def flat_rates(kinds: Table) -> frozenset[str]:
    """Customers that pay subscriptions and nothing by usage."""
    column = kinds.column("revenue")
    paid: dict[str, set[str]] = {}
    for row in kinds.rows:
        customer, kind = row.key
        if customer is not None and kind is not None and _units(row.values[column]) > 0:
            paid.setdefault(customer, set()).add(kind)
    return frozenset(c for c, names in paid.items() if "subscription" in names and "usage" not in names)


def _units(value: Value) -> int:
    return value.units if isinstance(value, Money) else 0
