"""Features: what each earns and costs, and the map from products to features that revenue follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from turbofinops_tui.actions.drafts import Edit, adds, edits
from turbofinops_tui.actions.rule_words import parse_split
from turbofinops_tui.economics.money import Money, decimal_text
from turbofinops_tui.economics.types import FeatureRule, Row, Rules, Slice, Table, Value

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

MEASURES = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct", "ai_cost")
COSTS = ("cost", "direct_cost", "shared_cost", "ai_cost")
UNMAPPED = "(unmapped revenue)"
NO_FEATURE = "(no feature)"
NO_PRODUCT = "(no product)"
USAGE = "by usage"


@dataclass(frozen=True, slots=True)
class Mapped:
    """One product: the rule that maps it, in words, and how much of its revenue reaches a feature."""

    product: str | None
    revenue: Value
    unmapped: Value
    words: str
    rule: FeatureRule | None = None


def parted(table: Table) -> Table:
    """A by-feature table whose row without a feature stands as two: revenue without, and cost without.

    Both together are the row as evaluated; features still add up to the total.
    """
    rows: list[Row] = []
    for row in table.rows:
        rows += [row] if row.key[0] is not None or row.others else _parts(table, row)
    return replace(table, rows=rows)


def _parts(table: Table, row: Row) -> list[Row]:
    """The revenue row and the cost row of what has no feature; one that is all zero is left out."""
    values = dict(zip(table.slice.measures, row.values, strict=True))
    revenue, cost = values.get("revenue"), values.get("cost")
    zero = Money(0, cost.currency if isinstance(cost, Money) else table.currency)
    none_of_cost: dict[str, Value] = {name: zero for name in COSTS if name in values}
    found = []
    if isinstance(revenue, Money) and revenue.units:
        found.append((UNMAPPED, values | none_of_cost | {"margin": revenue, "margin_pct": None}))
    if (isinstance(cost, Money) and cost.units) or not found:
        minus = Money(-cost.units, cost.currency) if isinstance(cost, Money) else None
        found.append((NO_FEATURE, values | {"revenue": zero, "margin": minus, "margin_pct": None}))
    return [replace(row, key=(name,), values=tuple(v[m] for m in table.slice.measures)) for name, v in found]


def products(rules: Rules, whole: Table, unmapped: Table) -> list[Mapped]:
    """Every product with revenue or a rule, unmapped money first; from by-product tables: all, unmapped."""
    by_product = {rule.product: rule for rule in rules.features}
    left = _column(unmapped)
    found = [_mapped(key, value, left, by_product) for key, value in _column(whole).items()]
    known = {item.product for item in found}
    found += [
        _mapped(product, Money(0, whole.currency), left, by_product)
        for product in by_product
        if product not in known
    ]
    return sorted(found, key=lambda item: (-_units(item.unmapped), -_units(item.revenue), item.product or ""))


def _mapped(
    product: str | None, revenue: Value, left: Mapping[str | None, Value], rules: Mapping[str, FeatureRule]
) -> Mapped:
    rule = rules.get(product or "")
    nothing = Money(0, revenue.currency) if isinstance(revenue, Money) else None
    return Mapped(product, revenue, left.get(product, nothing), words_of(rule), rule)


def _column(table: Table) -> dict[str | None, Value]:
    at = table.column("revenue")
    return {row.key[0]: row.values[at] for row in table.rows if not row.others}


def _units(value: Value) -> int:
    return value.units if isinstance(value, Money) else 0


def words_of(rule: FeatureRule | None) -> str:
    """``chat 60, search 40``, ``by usage``, or nothing."""
    if rule is None:
        return ""
    off = "" if rule.enabled else " (off)"
    split = USAGE if rule.usage else ", ".join(f"{name} {decimal_text(part)}" for name, part in rule.split)
    return split + off


def split_text(rule: FeatureRule | None) -> str:
    """The split as a field takes it: ``chat=60 search=40``."""
    return "" if rule is None else " ".join(f"{name}={decimal_text(part)}" for name, part in rule.split)


def edit_of(product: str, rule: FeatureRule | None, how: str, split: str) -> Edit:
    """The edit that maps ``product``: ``how`` is split, usage or none.

    UsageError for a split that cannot be read; whether it adds to 100 the draft says.
    """
    if how == "none" and rule is not None:
        return Edit("remove", "features", rule.id)
    usage = how == "usage"
    parts = () if usage else parse_split(split.split(), "FEATURE")
    if rule is None:
        return adds(FeatureRule("", product, parts, usage))
    return edits(replace(rule, split=parts, usage=usage))


def moved(reports: Reports, asked: Slice, edit: Edit) -> list[tuple[str, Money]]:
    """Revenue that ``edit`` moves, by feature, on the days of a slice; nothing is stored.

    Raises what refuses the edit (UsageError, NotFoundError).
    """
    reports.refresh()
    table = reports.table(replace(asked, by=("feature",), measures=("revenue",), view="difference"), [edit])
    amounts = [(row.key[0] or UNMAPPED, row.values[0]) for row in table.rows]
    found = [(name, value) for name, value in amounts if isinstance(value, Money) and value.units]
    return sorted(found, key=lambda pair: (-abs(pair[1].units), pair[0]))


def known_features(reports: Reports, table: Table | None) -> Sequence[str]:
    """Names to complete from: features with cost or revenue, and those that rules name."""
    found = {name for rule in reports.rules().features for name, _ in rule.split}
    found |= {row.key[0] for row in table.rows if row.key[0]} if table is not None else set()
    return sorted(found)
