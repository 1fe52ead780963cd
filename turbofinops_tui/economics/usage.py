"""Usage evidence: who used what on a day, as traces, the AI meter and gateway logs tell it (numbers.md 4.3).

Only daily aggregates are kept. A row's measures are whole numbers as they were seen; what one span stands
for under sampling (its adjusted count) is a fraction in the row's key, so that every sum stays exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

USAGE_MEASURES = (
    "calls", "failed_calls", "requests", "duration", "self_time", "input_tokens", "cache_read_tokens",
    "cache_write_tokens", "output_tokens", "reasoning_tokens",
)  # fmt: skip
"""in the order of an evidence row's measures; times in nanoseconds there, in seconds in reports"""
TIMES = ("duration", "self_time")
OF_SERVICES = ("requests", "duration", "self_time")
"""measures of whole services: no provider and no model"""
TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
"""four disjoint classes; reasoning tokens are part of the output"""
COST_CLASSES = ("input", "cache_read", "cache_write", "output", "whole")
"""``whole``: what a source told of a call without saying how it divides"""

CustomerKind = Literal["trace", "meter", "reference", ""]
"""identity kind of a customer value; ``reference``: the customer itself (a trace id); empty: none"""
FeatureKind = Literal["label", "route", ""]
Measures = tuple[int, int, int, int, int, int, int, int, int, int]
Costs = tuple[int, int, int, int, int]
NO_COSTS: Costs = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class EvidenceKey:
    """What the rows of a day are told apart by."""

    feed: str
    """who told: a connection's or import's name (``otlp``, ``meter``, ``litellm``, ``datadog``)"""
    service: str = ""
    """service.name"""
    account: str = ""
    provider: str = ""
    model: str = ""
    """of calls: response model, else request model"""
    customer_kind: CustomerKind = ""
    customer: str = ""
    """the value as found, empty when none; who it means is found when books load"""
    feature_kind: FeatureKind = ""
    feature: str = ""
    """a label as found, or what a mapped route stands for"""
    numerator: int = 1
    denominator: int = 1
    """adjusted count of each span: the measures count this many times; lowest terms"""
    currency: str = ""
    """of the costs; empty: not priced"""
    price: str = ""
    """id of the price that was used"""
    cost_basis: str = ""
    """billed, priced or estimated; empty without costs"""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One key on one UTC day: ``measures`` in the order of ``USAGE_MEASURES``, before the adjusted count.

    ``costs`` in store units of the key's currency, by ``COST_CLASSES``, before the adjusted count as well.
    """

    day: int
    key: EvidenceKey
    measures: Measures
    costs: Costs = NO_COSTS


def usage_text(value: Fraction) -> str:
    """An exact fraction as a decimal of 9 places, rounded once, half-even."""
    units = round(value * 10**9)
    whole, part = divmod(abs(units), 10**9)
    return f"{'-' if units < 0 else ''}{whole}.{part:09d}"
