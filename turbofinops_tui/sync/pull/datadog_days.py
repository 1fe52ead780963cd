"""Datadog's monthly dollars on days: in proportion to the usage of each hour, added up by UTC day.

There is no daily dollar figure by tag. The month's cost of (organisation, tags, dimension) is spread by that
key's own usage; without any by the organisation's usage of the dimension; without that evenly over the days.
Parts add up to the month to the last digit (largest remainder at 1e-9, or at the amount's own digits).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal

from turbofinops_tui.economics.split import largest_remainder
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.datadog_cost import MonthCost, Tags, tags_of
from turbofinops_tui.sync.pull.delivery_csv import CostRow
from turbofinops_tui.sync.pull.json_api import Json

PROVIDER = "datadog"
CATEGORY = "Management and Governance"
_DIGITS = 9
_EXACT = Context(prec=450)
DayUsage = dict[int, Decimal]
Usage = dict[tuple[str, Tags | None], DayUsage]
"""(organisation, tags) -> usage of each day; tags None: all of the organisation"""


def usage_of(pages: Iterable[Json], start: int, end: int, where: str) -> Usage:
    """Usage of one type by (organisation, tags) and day; rows with ``tags: null`` are the organisation's."""
    found: Usage = {}
    whole: Usage = {}
    for page in pages:
        for place, item in enumerate(read.rows(page.get("usage") or [], f"{where} usage"), 1):
            at = f"{where} row {place}"
            day = read.day(item.get("hour"), f"{at} hour")
            if not read.within(day, start, end, at) or item.get("total_usage_sum") is None:
                continue
            amount = max(read.amount(item["total_usage_sum"], f"{at} total_usage_sum"), Decimal(0))
            org = read.text(item.get("public_id")) or read.text(item.get("org_name"))
            tags = tags_of(item.get("tags"), f"{at} tags")
            days = (whole if tags is None else found).setdefault((org, tags), {})
            days[day] = days.get(day, Decimal(0)) + amount
    for (org, _), days in list(found.items()):
        if (org, None) not in whole:
            total = found.setdefault((org, None), {})
            for day, amount in days.items():
                total[day] = total.get(day, Decimal(0)) + amount
    return found | whole


def spread(cost: Decimal, weights: Mapping[int, Decimal], days: range) -> dict[int, Decimal]:
    """``cost`` on days by weight, evenly without weights; the parts add up exactly."""
    known = {day: weight for day, weight in weights.items() if weight > 0 and day in days}
    known = known or dict.fromkeys(days, Decimal(1))
    order = sorted(known)
    exponent = cost.as_tuple().exponent
    digits = max(_DIGITS, -exponent if isinstance(exponent, int) else 0)
    fraction = max(-int(weight.as_tuple().exponent) for weight in known.values())
    whole = [int(known[day].scaleb(max(fraction, 0), _EXACT)) for day in order]
    parts = largest_remainder(int(cost.scaleb(digits, _EXACT)), whole)
    return {day: Decimal(part).scaleb(-digits, _EXACT) for day, part in zip(order, parts, strict=True)}


def rows(
    costs: Iterable[MonthCost], usage: Mapping[str, Usage], days: range, basis: str
) -> Iterator[CostRow]:
    """The daily rows of a month's costs; ``usage`` is by dimension."""
    for item in costs:
        known = usage.get(item.dimension, {})
        weights = known.get((item.org, item.tags)) or known.get((item.org, None)) or {}
        if not any(weight > 0 for weight in weights.values()):
            weights = known.get((item.org, None), {})
        for day, cost in spread(item.cost, weights, days).items():
            yield CostRow(
                day=day,
                billed=cost,
                effective=cost,
                currency="USD",
                service=item.dimension,
                provider=PROVIDER,
                account=item.org,
                category=CATEGORY,
                tags=dict(item.tags),
                basis=basis,
            )


def unspread(costs: Iterable[MonthCost], usage: Mapping[str, Usage]) -> list[str]:
    """Dimensions whose cost had no usage to be spread by."""
    return sorted({
        item.dimension for item in costs
        if item.cost and not any(usage.get(item.dimension, {}).get((item.org, None), {}).values())
    })  # fmt: skip
