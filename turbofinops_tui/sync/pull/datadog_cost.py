"""What Datadog says about cost, read without counting twice (facts: ai_datadog_otel.md 1.2).

``values`` of a cost attribution hold a dimension as ``_total_cost`` and again as its parts: the total alone
counts, or the parts where there is no total. Charges of the by-organisation family come in parts and a
``total`` likewise; several of one (product, type) add up. ``tags: null`` means that the keys asked for are
not in the account's tag configuration and the row is the whole: beside tagged rows it would count twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.json_api import Json

TOTAL, ON_DEMAND, COMMITTED = "_total_cost", "_on_demand_cost", "_committed_cost"
Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MonthCost:
    """What one organisation's use of one dimension cost in a month, for one set of tag values."""

    org: str
    dimension: str
    tags: Tags
    cost: Decimal


@dataclass(slots=True)
class Attribution:
    """A month of cost by tag."""

    costs: list[MonthCost]
    unconfigured: tuple[str, ...] = ()
    """how the account's tags are configured, when the keys asked for are not among them"""


def tags_of(value: object, where: str) -> Tags | None:
    """Sorted tags with a value; None for ``tags: null``. No key, [], [""] and null all mean untagged."""
    if value is None:
        return None
    found = []
    for key, told in sorted(read.optional(value, where).items()):
        values = told if isinstance(told, list) else [told]
        words = sorted({word for item in values if (word := read.text(item))})
        if words:
            found.append((key, ",".join(words)))
    return tuple(found)


def attribution(pages: Iterable[Json], where: str) -> Attribution:
    """The costs of all pages of ``monthly_cost_attribution``."""
    tagged: list[MonthCost] = []
    whole: list[MonthCost] = []
    configured: set[str] = set()
    for page in pages:
        for place, item in enumerate(read.rows(page.get("data") or [], f"{where} data"), 1):
            told = read.optional(item.get("attributes"), f"{where} row {place} attributes")
            tags = tags_of(told.get("tags"), f"{where} row {place} tags")
            if tags is None:
                configured.add(read.text(told.get("tag_config_source")))
            org = read.text(told.get("public_id")) or read.text(told.get("org_name"))
            values = read.optional(told.get("values"), f"{where} row {place} values")
            for dimension, cost in dimension_costs(values, f"{where} row {place}").items():
                (whole if tags is None else tagged).append(MonthCost(org, dimension, tags or (), cost))
    covered = {(item.org, item.dimension) for item in tagged}
    untagged = [item for item in whole if (item.org, item.dimension) not in covered]
    return Attribution([*tagged, *untagged], tuple(sorted(configured - {""})))


def dimension_costs(values: Mapping[str, object], where: str) -> dict[str, Decimal]:
    """Dimension -> cost: its total, else the sum of its parts; shares (percentages) are not money."""
    totals: dict[str, Decimal] = {}
    parts: dict[str, Decimal] = {}
    for name, value in sorted(values.items()):
        if value is None:
            continue
        for ending, into in ((TOTAL, totals), (ON_DEMAND, parts), (COMMITTED, parts)):
            if name.endswith(ending):
                key = name.removesuffix(ending)
                into[key] = into.get(key, Decimal(0)) + read.amount(value, f"{where} {name}")
                break
    return parts | totals


def organisation_costs(pages: Iterable[Json], where: str) -> list[MonthCost]:
    """Costs of estimated_cost, historical_cost or projected_cost: the newest row of each organisation."""
    newest: dict[tuple[str, str], tuple[str, dict[str, Decimal]]] = {}
    for page in pages:
        for place, item in enumerate(read.rows(page.get("data") or [], f"{where} data"), 1):
            told = read.optional(item.get("attributes"), f"{where} row {place} attributes")
            org = read.text(told.get("public_id")) or read.text(told.get("org_name"))
            key, date = (org, read.text(told.get("region"))), read.text(told.get("date"))
            charges = read.rows(told.get("charges") or [], f"{where} row {place} charges")
            if key not in newest or newest[key][0] <= date:
                newest[key] = date, charge_costs(charges, f"{where} row {place}")
    return [
        MonthCost(org, dimension, (), cost)
        for (org, _), (_, costs) in sorted(newest.items())
        for dimension, cost in sorted(costs.items())
    ]


def charge_costs(charges: Iterable[Json], where: str) -> dict[str, Decimal]:
    """Product -> cost; adding the ``total`` rows to the parts would double the bill."""
    totals: dict[str, Decimal] = {}
    parts: dict[str, Decimal] = {}
    for charge in charges:
        product = read.text(charge.get("product_name"))
        kind = read.text(charge.get("charge_type")).removeprefix("projected_")
        into = totals if kind == "total" else parts
        cost = read.amount(charge.get("cost"), f"{where} {product} cost")
        into[product] = into.get(product, Decimal(0)) + cost
    return totals | parts


def configured_keys(sources: Iterable[str]) -> list[str]:
    """Tag keys of ``tag_config_source`` texts: ``org:::key1///key2///key3``."""
    found = {key.strip() for text in sources for key in text.rpartition(":::")[2].split("///")}
    return sorted(found - {""})
