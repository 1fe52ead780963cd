"""All rules as one value: what a rules file says, section by section (interface.md, Rules file).

A section that is None is not in the file and stays as it is; an empty one empties it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

from turbofinops_tui.economics.types import ClassRule, FeatureRule, Link, SharedRule
from turbofinops_tui.store.rule_rows import RouteRule, Rule, Section

FileSection = Literal["classes", "links", "shared", "features", "identities", "evidence", "prices", "floors"]
FILE_SECTIONS: tuple[FileSection, ...] = get_args(FileSection)
TokenClass = Literal["input", "cache_read", "cache_write", "output"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How usage evidence is read: where spans carry customer and feature, routes, explicit trace ids."""

    customer_keys: tuple[str, ...] = ("customer.id", "tenant.id", "app.customer_id")
    feature_keys: tuple[str, ...] = ("app.feature",)
    routes: tuple[RouteRule, ...] = ()
    traces: tuple[tuple[str, str], ...] = ()
    """(trace id, customer reference)"""
    exclusive_scopes: tuple[str, ...] = ()
    """instrumentation scopes (``name`` or ``name@version``) whose input counts never include cached tokens"""


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens of one class of a model cost from a day on; ``start`` None: always."""

    provider: str
    model: str
    token_class: TokenClass
    per_million: Decimal
    currency: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Floors:
    """Margin percents of ``check``, and the least revenue and cost that are judged."""

    watch: Decimal = Decimal(20)
    unprofitable: Decimal = Decimal(0)
    min_revenue: Decimal = Decimal(0)
    min_cost: Decimal = Decimal(10)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every section that is there, in its order."""

    classes: tuple[ClassRule, ...] | None = None
    links: tuple[Link, ...] | None = None
    shared: tuple[SharedRule, ...] | None = None
    features: tuple[FeatureRule, ...] | None = None
    identities: tuple[tuple[str, str], ...] | None = None
    """(customer, ``KIND:VALUE``)"""
    evidence: Evidence | None = None
    prices: tuple[Price, ...] | None = None
    floors: Floors | None = None
    file: str = field(default="", compare=False)
    lines: Mapping[tuple[str, int], int] = field(default_factory=dict, compare=False)
    """(section, place from 0) -> line of the file, for refusals"""

    def section(self, name: Section) -> tuple[Rule, ...] | None:
        """The rules of one list, or None when the file leaves it as it is."""
        if name == "routes":
            return None if self.evidence is None else self.evidence.routes
        found: tuple[Rule, ...] | None = getattr(self, name)
        return found
