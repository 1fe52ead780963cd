"""What a cell is made of and what each measure says about it (numbers.md 5).

margin = revenue - direct - shared - unattributed; margin % has no meaning where revenue <= 0; coverage =
direct / cost; AI share = AI cost / (direct + shared).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.types import (
    COST_DIMENSIONS,
    DIMENSIONS,
    MEASURES,
    OPEN_DIMENSIONS,
    REVENUE_DIMENSIONS,
    Value,
)
from turbofinops_tui.economics.usage import OF_SERVICES, USAGE_MEASURES, usage_text
from turbofinops_tui.economics.verdict import VERDICT_MEASURES, word
from turbofinops_tui.errors import UsageError

RECURRING = ("mrr", "nrr")
"""levels of a day, not sums over time"""
REVENUE_SIDE = ("revenue", "margin", "margin_pct", "customers", *VERDICT_MEASURES, *RECURRING)
"""measures that need revenue"""
COST_SIDE = (
    "cost",
    "direct_cost",
    "shared_cost",
    "margin",
    "margin_pct",
    "ai_cost",
    "ai_share",
    "coverage",
    "customers",
    *VERDICT_MEASURES,
)
"""measures that need cost of the buckets direct, shared and unattributed"""


_UNITS = {
    "revenue": "revenue", "cost": "cost", "direct_cost": "direct", "shared_cost": "shared",
    "opex_cost": "opex", "tax": "tax", "margin": "margin", "margin_best": "best", "margin_worst": "worst",
    "ai_cost": "ai", "mrr": "mrr",
}  # fmt: skip
"""measure of money -> where a cell has it"""
MONEY = tuple(_UNITS)
"""measures that are amounts of money"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Sums of one row in one currency; a side that the row's dimensions do not have is None."""

    revenue: int | None = 0
    direct: int | None = 0
    shared: int | None = 0
    unattributed: int | None = 0
    opex: int | None = 0
    tax: int | None = 0
    ai: int | None = 0
    customers: int = 0
    unconverted: bool = False
    """holds amounts without a rate: it has no margin"""
    best: int | None = None
    worst: int | None = None
    """the best and worst margin over the methods of a verdict; None where there is none"""
    mrr: int | None = None
    nrr_start: int | None = None
    nrr_kept: int | None = None
    usage: Mapping[str, Fraction] = field(default_factory=dict)
    """measures of usage evidence that the row has"""

    @property
    def cost(self) -> int | None:
        """direct + shared + unattributed."""
        if self.direct is None or self.shared is None or self.unattributed is None:
            return None
        return self.direct + self.shared + self.unattributed

    @property
    def margin(self) -> int | None:
        """revenue - cost, or None where one of them is missing or unconverted."""
        if self.revenue is None or self.cost is None or self.unconverted:
            return None
        return self.revenue - self.cost


def value(measure: str, cell: Cell, currency: str) -> Value:
    """The value of ``measure`` in ``cell``; None where it has no meaning."""
    if measure == "customers":
        return cell.customers
    if measure in USAGE_MEASURES:
        return None if measure not in cell.usage else usage_text(cell.usage[measure])
    if measure == "score":  # judged and stored by ``check``; whoever has the store puts it in
        return None
    if measure in ("margin_pct", "coverage", "ai_share", "nrr"):
        return _ratio(measure, cell)
    if measure == "verdict":
        return None if cell.best is None or cell.worst is None else word(cell.best, cell.worst)
    units: int | None = getattr(cell, _UNITS[measure])
    return None if units is None else Money(units, currency)


def _ratio(measure: str, cell: Cell) -> Ratio | None:
    if measure == "nrr":
        return Ratio(cell.nrr_kept or 0, cell.nrr_start) if cell.nrr_start else None
    if measure == "margin_pct":
        if cell.margin is None or cell.revenue is None or cell.revenue <= 0:
            return None
        return Ratio(cell.margin, cell.revenue)
    if cell.direct is None or cell.shared is None or cell.cost is None or cell.ai is None:
        return None
    whole, part = (cell.cost, cell.direct) if measure == "coverage" else (cell.direct + cell.shared, cell.ai)
    return Ratio(part, whole) if whole else None


def check_names(by: tuple[str, ...], measures: tuple[str, ...]) -> None:
    """UsageError for a dimension or measure that does not exist, or one given twice."""
    for name in by:
        open_ended = name.startswith(OPEN_DIMENSIONS) and not name.endswith(":")
        if name not in DIMENSIONS and not open_ended:
            raise UsageError(
                f"{name!r} is not a dimension", f"known: {' '.join(DIMENSIONS)} attr:KEY tag:KEY"
            )
    for name in measures:
        if name not in MEASURES:
            raise UsageError(f"{name!r} is not a measure", f"known: {' '.join(MEASURES)}")
    for names in (by, measures):
        if len(set(names)) != len(names):
            raise UsageError(f"{', '.join(names)} names something twice", "give every name once")


def lacks(side: str, dimension: str) -> bool:
    """Whether revenue or cost (``side``) does not have ``dimension`` (numbers.md 5, mixed slices)."""
    if side == "cost":
        return dimension in REVENUE_DIMENSIONS
    if dimension == "class":  # all revenue is of the class cogs
        return False
    return dimension in COST_DIMENSIONS or dimension.startswith("tag:")


def usage_lacks(measure: str, dimension: str) -> bool:
    """Whether a measure of usage evidence does not have ``dimension`` (numbers.md 5, mixed slices)."""
    if dimension in ("provider", "model"):
        return measure in OF_SERVICES
    if dimension == "service":
        return False
    return dimension in (*COST_DIMENSIONS, *REVENUE_DIMENSIONS, "currency") or dimension.startswith("tag:")
