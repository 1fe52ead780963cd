"""One dollar, one source: cost that two sources tell counts once, the rest is left out (numbers.md 3).

A gateway's own cost (LiteLLM) gives way to a bill, a marketplace's row whose service is another source's
provider to that provider's own bill, and of two bills of one (provider, account, day) one counts (``bills``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from turbofinops_tui.economics.ai_names import is_ai_bill, is_ai_cost, vendor
from turbofinops_tui.economics.books.bills import of_two_bills
from turbofinops_tui.economics.books.layered import Layered
from turbofinops_tui.economics.books.memory import MemoryCost
from turbofinops_tui.economics.books.rows import CostRows, CostSource, Ints
from turbofinops_tui.economics.periods import Days, month_of_day
from turbofinops_tui.economics.types import CostDimension, NumberSettings

GATEWAY = "LiteLLM"
"""the service of a gateway's own cost"""
EVER = 1 << 20
TAX = "Tax"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Daily rows that do not count, and for each who tells them as well: places in ``sources``."""

    rows: CostRows
    by: Ints
    sources: tuple[str, ...] = ()

    def told_by(self, dimension: int, day: int) -> str:
        """The source that counts in place of a dimension (by position) on a day; empty: it counts itself."""
        found = self.by[(self.rows.dimension == dimension) & (self.rows.when == day)]
        return self.sources[int(found[0])] if len(found) else ""

    def sums(self, dimensions: Sequence[CostDimension], days: Days, cost: str) -> list[tuple[str, str, int]]:
        """(source, currency, store units) of what the days ``[start, end)`` leave out, by source."""
        inside = (self.rows.when >= days.start) & (self.rows.when < days.end)
        rows = self.rows.take(inside)
        found: dict[tuple[str, str], int] = {}
        for at, amount in zip(rows.dimension.tolist(), rows.amount(cost).tolist(), strict=True):
            key = (dimensions[at].source, dimensions[at].currency)
            found[key] = found.get(key, 0) + amount
        return [(*key, units) for key, units in sorted(found.items()) if units]

    @staticmethod
    def none() -> LeftOut:
        """Nothing is left out."""
        return LeftOut(CostRows.of(()), np.zeros(0, dtype=np.int64))

    @staticmethod
    def join(pieces: Sequence[LeftOut]) -> LeftOut:
        """All rows of several pieces."""
        names = tuple(sorted({name for piece in pieces for name in piece.sources}))
        place = {name: number for number, name in enumerate(names)}
        by = [np.array([place[n] for n in p.sources] or [0], dtype=np.int64)[p.by] for p in pieces]
        return LeftOut(CostRows.join([piece.rows for piece in pieces]), np.concatenate(by), names)

    @staticmethod
    def of(rows: CostRows, by: Sequence[str | None]) -> LeftOut:
        """Those of ``rows`` that ``by`` names a source for."""
        kept = np.array([name is not None for name in by], dtype=bool)
        told = [name for name in by if name is not None]
        names = tuple(sorted(set(told)))
        place = {name: number for number, name in enumerate(names)}
        return LeftOut(rows.take(kept), np.array([place[n] for n in told], dtype=np.int64), names)


def without_overlap(
    dimensions: Sequence[CostDimension], cost: CostSource, settings: NumberSettings
) -> tuple[CostSource, LeftOut]:
    """The cost without what another source tells as well, and the daily rows that are left out."""
    kinds = {(d.provider, d.source, d.service) for d in dimensions}
    sources = {source for _, source, _ in kinds}
    providers = {provider for provider, _, _ in kinds if provider}
    told = {(provider, source) for provider, source, _ in kinds}
    resold = any(vendor(service) in providers - {provider} for provider, _, service in kinds)
    gateway = any(service == GATEWAY for *_, service in kinds)
    if len(sources) < 2 or not (len(told) > len({name for name, _ in told}) or resold or gateway):
        return cost, LeftOut.none()
    out: list[LeftOut] = []
    for find in (_two_bills, _marketplace, _gateways):
        found = find(dimensions, cost, settings)
        if len(found.rows):
            out.append(found)
            cost = _without(dimensions, cost, found.rows)
    return cost, LeftOut.join(out) if out else LeftOut.none()


def _without(dimensions: Sequence[CostDimension], cost: CostSource, left: CostRows) -> CostSource:
    columns = (left.effective, left.billed, left.quantity)
    amounts = ((-column).tolist() for column in columns)
    taken = zip(*(c.tolist() for c in (left.dimension, left.batch, left.when)), *amounts, strict=True)
    return Layered(cost, MemoryCost(taken, cost.batches), len(dimensions))


def is_gateway(dimension: CostDimension) -> bool:
    """Whether a dimension is a gateway's own cost."""
    return dimension.service == GATEWAY and dimension.cost_basis == "priced"


def _two_bills(dimensions: Sequence[CostDimension], cost: CostSource, settings: NumberSettings) -> LeftOut:
    """Of two bills of one (provider, account, day) the rows of the one that does not count."""
    sources: dict[str, set[str]] = {}
    for d in dimensions:
        sources.setdefault(d.provider, set()).add(d.source)
    contested = {name for name, told in sources.items() if name and len(told) > 1}
    if not contested:
        return LeftOut.none()
    own = [n for n, d in enumerate(dimensions) if d.provider in contested and not is_gateway(d)]
    own = _shared_accounts(dimensions, own, settings)
    if not own:
        return LeftOut.none()
    rows = cost.daily(-EVER, EVER, np.array(own, dtype=np.int64))
    rows = rows.take((rows.effective != 0) | (rows.billed != 0) | (rows.quantity != 0))
    return LeftOut.of(rows, of_two_bills(dimensions, rows, settings.ai_services))


def _shared_accounts(
    dimensions: Sequence[CostDimension], own: list[int], settings: NumberSettings
) -> list[int]:
    """Those dimensions whose account two sources have; an account that an AI bill does not know is any."""
    told: dict[tuple[str, str], set[str]] = {}
    unknown = set()
    for n in own:
        d = dimensions[n]
        told.setdefault((d.provider, d.account), set()).add(d.source)
        if not d.account and is_ai_cost(d, settings.ai_services):
            unknown.add(d.provider)
    return [
        n for n in own
        if (d := dimensions[n]).provider in unknown
        or (d.account and len(told[d.provider, d.account]) > 1)
    ]  # fmt: skip


def _marketplace(dimensions: Sequence[CostDimension], cost: CostSource, settings: NumberSettings) -> LeftOut:
    """Rows that a marketplace bills for a vendor whose own bill another source has for the month."""
    sources: dict[str, set[str]] = {}
    for d in dimensions:
        if d.provider and not is_gateway(d):
            sources.setdefault(d.provider, set()).add(d.source)
    resold = {
        n: name for n, d in enumerate(dimensions)
        if (name := vendor(d.service)) != d.provider and sources.get(name, set()) - {d.source}
    }  # fmt: skip
    if not resold:
        return LeftOut.none()
    sellers = set(resold.values())
    bills = [n for n, d in enumerate(dimensions) if d.provider in sellers and n not in resold]
    bills = [n for n in bills if dimensions[n].charge_category != TAX and not is_gateway(dimensions[n])]
    billed: dict[tuple[str, int], set[str]] = {}
    for at, day in amounts(cost, bills):
        own = dimensions[at]
        billed.setdefault((own.provider, month_of_day(day)), set()).add(own.source)
    rows = cost.daily(-EVER, EVER, np.array(list(resold), dtype=np.int64))
    rows = rows.take((rows.effective != 0) | (rows.billed != 0))
    by = []
    for at, day in zip(rows.dimension.tolist(), rows.when.tolist(), strict=True):
        others = billed.get((resold[at], month_of_day(day)), set()) - {dimensions[at].source}
        by.append(min(others, default=None))
    return LeftOut.of(rows, by)


def _gateways(dimensions: Sequence[CostDimension], cost: CostSource, settings: NumberSettings) -> LeftOut:
    """A gateway's amounts of a (provider, account, day) that a bill has; its tokens stay."""
    own = [n for n, d in enumerate(dimensions) if is_gateway(d)]
    providers = {dimensions[n].provider for n in own}
    bills = [
        n for n, d in enumerate(dimensions)
        if vendor(d.service, d.provider) in providers and not is_gateway(d) and d.charge_category != TAX
        and is_ai_bill(d, settings.ai_services)
    ]  # fmt: skip
    if not own or not bills:
        return LeftOut.none()
    billed: dict[tuple[str, int], dict[str, str]] = {}
    for at, day in amounts(cost, bills):
        d = dimensions[at]
        name = vendor(d.service, d.provider)
        account = d.account if name == d.provider else ""  # a marketplace's account is none of the vendor's
        billed.setdefault((name, day), {}).setdefault(account, d.source)
    rows = cost.daily(-EVER, EVER, np.array(own, dtype=np.int64))
    rows = rows.take((rows.effective != 0) | (rows.billed != 0))
    by = []
    for at, day in zip(rows.dimension.tolist(), rows.when.tolist(), strict=True):
        accounts = billed.get((dimensions[at].provider, day), {})
        by.append(_any(accounts) if not dimensions[at].account else
                  accounts.get(dimensions[at].account) or accounts.get(""))  # fmt: skip
    found = LeftOut.of(rows, by)
    kept = found.rows
    nothing = np.zeros(len(kept), dtype=np.int64)
    money = CostRows(kept.dimension, kept.batch, kept.when, kept.effective, kept.billed, nothing)
    return LeftOut(money, found.by, found.sources)


def _any(accounts: dict[str, str]) -> str | None:
    return min(accounts.values(), default=None)


def amounts(cost: CostSource, dimensions: Iterable[int]) -> list[tuple[int, int]]:
    """(dimension, day) of every row of these dimensions with money."""
    rows = cost.daily(-EVER, EVER, np.array(list(dimensions), dtype=np.int64))
    has: Ints = np.flatnonzero((rows.effective != 0) | (rows.billed != 0))
    return list(zip(rows.dimension[has].tolist(), rows.when[has].tolist(), strict=True))
