"""The reports that have a name: each is a slice that options may change (interface.md)."""

from __future__ import annotations

from turbofinops_tui.economics.types import Condition, Slice, Sort

NAMED_REPORTS: dict[str, Slice] = {
    "customers": Slice(sort=(Sort("margin", ascending=True),)),
    "providers": Slice(
        by=("provider",), measures=("cost", "direct_cost", "shared_cost"), sort=(Sort("cost"),)
    ),
    "features": Slice(by=("feature",), sort=(Sort("margin", ascending=True),)),
    "cohorts": Slice(by=("cohort", "age"), measures=("revenue", "cost", "margin", "margin_pct", "customers")),
    "trend": Slice(by=("month",), measures=("revenue", "cost", "margin", "margin_pct", "coverage")),
    "coverage": Slice(by=("month",), measures=("cost", "direct_cost", "shared_cost", "coverage")),
    "unattributed": Slice(
        by=("provider", "account", "service"),
        measures=("cost",),
        where=(Condition("customer", ""),),
        sort=(Sort("cost"),),
    ),
}
"""name -> slice; a filter ``customer`` with an empty pattern means: no customer"""
