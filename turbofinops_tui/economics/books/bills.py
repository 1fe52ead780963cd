"""Two bills of one (provider, account, day): which one counts (numbers.md 3, "one dollar, one source").

Both are bills, so the ladder bill > gateway > meter > spans does not tell them apart. The one that tells more
counts, for all days alike, whatever came first: amounts on most days of its time (a provider's cost by day
before an invoice in one row), then one that names models, then billed before estimated, then by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from turbofinops_tui.economics.ai_names import is_ai_cost
from turbofinops_tui.economics.books.rows import CostRows
from turbofinops_tui.economics.types import CostDimension

Told = dict[tuple[str, int], dict[str, set[str]]]
"""(provider, day) -> source -> its accounts with money other than tax"""
_BASES = {"billed": 0, "estimated": 1}


def of_two_bills(
    dimensions: Sequence[CostDimension], rows: CostRows, ai_services: Iterable[str]
) -> list[str | None]:
    """For each row the source that counts in its place; None for rows that count."""
    services = tuple(ai_services)
    told: Told = {}
    ai = set()
    for at, day, *money in zip(
        *(c.tolist() for c in (rows.dimension, rows.when, rows.effective, rows.billed)), strict=True
    ):
        d = dimensions[at]
        if any(money) and d.charge_category != "Tax":
            told.setdefault((d.provider, day), {}).setdefault(d.source, set()).add(d.account)
            if is_ai_cost(d, services):
                ai.add((d.provider, d.source))
    ranks = _ranks(dimensions, rows, told)
    lost: dict[tuple[str, int, str, str], str] = {}
    for (provider, day), sources in told.items():
        for source, account, stronger in _weaker(provider, sources, ranks, ai):
            lost[provider, day, source, account] = stronger
    return [
        lost.get(((d := dimensions[at]).provider, day, d.source, d.account))
        for at, day in zip(rows.dimension.tolist(), rows.when.tolist(), strict=True)
    ]


def _weaker(
    provider: str,
    sources: dict[str, set[str]],
    ranks: dict[tuple[str, str], tuple[object, ...]],
    ai: set[tuple[str, str]],
) -> Iterable[tuple[str, str, str]]:
    """(source, account, who counts instead) of the accounts of one day that a stronger source has."""
    counting: dict[str, set[str]] = {}
    for source in sorted(sources, key=lambda name: ranks[provider, name]):
        kept = set()
        for account in sorted(sources[source]):
            both = [
                k
                for k, own in counting.items()
                if _same(account, own, {(provider, k), (provider, source)} <= ai)
            ]
            if both:
                yield source, account, both[0]
            else:
                kept.add(account)
        if kept:
            counting[source] = kept


def _same(account: str, others: set[str], is_ai: bool) -> bool:
    """Whether one of ``others`` is the account; one that an AI bill does not know is any."""
    if account in others and account:
        return True
    return is_ai and bool(others) and (not account or "" in others)


def _ranks(
    dimensions: Sequence[CostDimension], rows: CostRows, told: Told
) -> dict[tuple[str, str], tuple[object, ...]]:
    """(provider, source) -> what it is sorted by, the one that counts first."""
    days: dict[tuple[str, str], list[int]] = {}
    for (provider, day), sources in told.items():
        for source in sources:
            days.setdefault((provider, source), []).append(day)
    models: set[tuple[str, str]] = set()
    basis: dict[tuple[str, str], int] = {}
    for at in np.unique(rows.dimension).tolist():
        d = dimensions[at]
        key = (d.provider, d.source)
        if d.model:
            models.add(key)
        basis[key] = max(basis.get(key, 0), _BASES.get(d.cost_basis, 2))
    return {
        key: (2 * len(held) <= max(held) - min(held) + 1, key not in models, basis[key], key[1])
        for key, held in days.items()
    }
