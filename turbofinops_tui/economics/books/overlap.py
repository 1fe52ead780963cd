"""Cost that a gateway and a bill both tell: bill > gateway, what is left out never counts (numbers.md 3).

A gateway's own cost (LiteLLM) is of the provider that it called; where another source has AI cost of that
(provider, account, day), the gateway's amounts of the day are left out. An account that the gateway does not
know is any. Their tokens stay: they are no money.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turbofinops_tui.economics.ai_names import is_ai_cost
from turbofinops_tui.economics.books.layered import Layered
from turbofinops_tui.economics.books.memory import MemoryCost
from turbofinops_tui.economics.books.rows import CostRows, CostSource, Ints
from turbofinops_tui.economics.types import CostDimension, NumberSettings

GATEWAY = "LiteLLM"
"""the service of a gateway's own cost"""
EVER = 1 << 20


def without_overlap(
    dimensions: Sequence[CostDimension], cost: CostSource, settings: NumberSettings
) -> tuple[CostSource, CostRows]:
    """The cost without what a bill tells as well, and the daily rows that are left out."""
    own = [n for n, d in enumerate(dimensions) if d.service == GATEWAY and d.cost_basis == "priced"]
    providers = {dimensions[n].provider for n in own}
    bills = [
        number
        for number, d in enumerate(dimensions)
        if d.provider in providers and d.service != GATEWAY and d.charge_category != "Tax"
        and is_ai_cost(d, settings.ai_services)
    ]  # fmt: skip
    if not own or not bills:
        return cost, CostRows.of(())
    billed: dict[tuple[str, int], set[str]] = {}
    for at, day in _amounts(cost, bills):
        billed.setdefault((dimensions[at].provider, day), set()).add(dimensions[at].account)
    rows = cost.daily(-EVER, EVER, np.array(own, dtype=np.int64))
    out = []
    for at, day in zip(rows.dimension.tolist(), rows.when.tolist(), strict=True):
        accounts = billed.get((dimensions[at].provider, day), set())
        account = dimensions[at].account
        out.append(bool(accounts) and (not account or account in accounts or "" in accounts))
    left = rows.take(np.array(out, dtype=bool) & ((rows.effective != 0) | (rows.billed != 0)))
    if not len(left):
        return cost, left
    taken = zip(
        *(c.tolist() for c in (left.dimension, left.batch, left.when)),
        (-left.effective).tolist(), (-left.billed).tolist(), [0] * len(left), strict=True,
    )  # fmt: skip
    return Layered(cost, MemoryCost(taken, cost.batches), len(dimensions)), left


def _amounts(cost: CostSource, dimensions: list[int]) -> list[tuple[int, int]]:
    rows = cost.daily(-EVER, EVER, np.array(dimensions, dtype=np.int64))
    has: Ints = np.flatnonzero((rows.effective != 0) | (rows.billed != 0))
    return list(zip(rows.dimension[has].tolist(), rows.when[has].tolist(), strict=True))
