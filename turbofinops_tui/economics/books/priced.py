"""Cost that no bill tells yet: priced usage evidence is the cost of its (account, day) until the bill comes
(numbers.md 3, "one dollar, one source").

One dimension per feed, provider, account, model, token class and currency, of cost basis ``priced``. Who it
belongs to is not said here: it divides by the evidence of its cell like the bill that will replace it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from turbofinops_tui.economics.ai_names import AI_CATEGORY, is_ai_bill, provider_name, vendor
from turbofinops_tui.economics.books.evidence import EvidenceSource
from turbofinops_tui.economics.books.layered import Layered
from turbofinops_tui.economics.books.memory import MemoryCost
from turbofinops_tui.economics.books.rows import Batch, CostSource
from turbofinops_tui.economics.periods import Days, month_of_day, month_start, month_text
from turbofinops_tui.economics.token_units import TOKEN_CLASSES, token_unit
from turbofinops_tui.economics.types import CostDimension, NumberSettings
from turbofinops_tui.economics.usage import EvidenceKey

EXPORT = "priced"
"""the export of such cost; its source is the feed"""
SERVICES = {"meter": "AI meter", "litellm": "LiteLLM", "otlp": "Traces", "datadog": "Datadog spans"}
Key = tuple[str, str, str, str, str, str]
"""feed, provider, account, model, unit, currency"""
Covered = Mapping[tuple[str, int], frozenset[str]]
"""(provider, day) -> accounts that were billed"""


def with_priced(
    dimensions: Sequence[CostDimension], cost: CostSource, evidence: EvidenceSource, settings: NumberSettings
) -> tuple[Sequence[CostDimension], CostSource]:
    """Dimensions and cost with what evidence alone tells; the same when it tells nothing."""
    priced = [bool(key.currency and key.provider) for key in evidence.keys]
    days = evidence.days
    if days is None or not any(priced):
        return dimensions, cost
    sums = _sums(evidence, days, priced, _billed(dimensions, cost, evidence, settings))
    if not sums:
        return dimensions, cost
    keys = sorted({key for key, _ in sums})
    place = {key: len(dimensions) + number for number, key in enumerate(keys)}
    top = max((dimension.id for dimension in dimensions), default=0) + 1
    own = [_dimension(top + number, key) for number, key in enumerate(keys)]
    months = sorted({(key[0], month_of_day(day)) for key, day in sums})
    batch = {month: len(cost.batches) + number for number, month in enumerate(months)}
    batches = [
        Batch(-1 - number, feed, EXPORT, month_text(month), month_start(month), month_start(month + 1) - 1)
        for number, (feed, month) in enumerate(months)
    ]
    rows = (
        (place[key], batch[key[0], month_of_day(day)], day, units, units, 0)
        for (key, day), units in sorted(sums.items())
    )
    added = MemoryCost(rows, (*cost.batches, *batches))
    return [*dimensions, *own], Layered(cost, added, len(dimensions))


def _billed(
    dimensions: Sequence[CostDimension], cost: CostSource, evidence: EvidenceSource, settings: NumberSettings
) -> Covered:
    """The accounts with an AI bill by provider and day, of the days that have evidence."""
    told = {provider_name(key.provider) for key in evidence.keys}
    positions = [
        number
        for number, d in enumerate(dimensions)
        if vendor(d.service, d.provider) in told
        and d.charge_category != "Tax"
        and is_ai_bill(d, settings.ai_services)
    ]
    found: dict[tuple[str, int], set[str]] = {}
    if positions and evidence.days is not None:
        days = evidence.days
        rows = cost.daily(days.start, days.end, np.array(positions, dtype=np.int64))
        has = np.flatnonzero((rows.effective != 0) | (rows.billed != 0))
        for at, day in zip(rows.dimension[has].tolist(), rows.when[has].tolist(), strict=True):
            d = dimensions[at]
            seller = vendor(d.service, d.provider)
            account = d.account if seller == d.provider else ""
            found.setdefault((seller, day), set()).add(account)
    return {key: frozenset(accounts) for key, accounts in found.items()}


def _sums(
    evidence: EvidenceSource, days: Days, priced: Sequence[bool], billed: Covered
) -> dict[tuple[Key, int], int]:
    """Exact sums by dimension and day, rounded once, half-even."""
    sums: dict[tuple[Key, int], Fraction] = {}
    rows = evidence.rows(days.start, days.end)
    has = np.flatnonzero(np.array(priced, dtype=bool)[rows.key] & (rows.costs != 0).any(axis=1))
    for day, key, costs in zip(*(c[has].tolist() for c in (rows.day, rows.key, rows.costs)), strict=True):
        own = evidence.keys[key]
        accounts = billed.get((provider_name(own.provider), day), frozenset())
        if accounts and (not own.account or own.account in accounts or "" in accounts):
            continue
        for unit, amount in zip((*map(token_unit, TOKEN_CLASSES), ""), costs, strict=True):
            if amount:
                at = (_key(own, unit), day)
                told = Fraction(amount * own.numerator, own.denominator)
                sums[at] = sums.get(at, Fraction(0)) + told
    return {at: round(amount) for at, amount in sums.items()}


def _key(own: EvidenceKey, unit: str) -> Key:
    return own.feed, provider_name(own.provider), own.account, own.model, unit, own.currency


def _dimension(number: int, key: Key) -> CostDimension:
    feed, provider, account, model, unit, currency = key
    service = SERVICES.get(feed, feed)
    return CostDimension(
        number, feed, provider, account, service, AI_CATEGORY, "Usage", "", "priced", model, currency, unit,
        "", {},
    )  # fmt: skip
