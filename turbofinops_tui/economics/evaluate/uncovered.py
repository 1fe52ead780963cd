"""Cost per dimension without a customer of its own, and direct cost per customer: what proposals work on."""

from __future__ import annotations

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints
from turbofinops_tui.economics.evaluate.bind import DIRECT, UNATTRIBUTED
from turbofinops_tui.economics.evaluate.plan import pieces
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Rules, Slice

Sums = dict[int, int]


def uncovered(books: FactBooks, rules: Rules, slice_: Slice, days: Days) -> tuple[Sums, dict[int, Sums]]:
    """(position of dimension -> shared and unattributed cost, customer -> dimension -> direct cost)."""
    nobody: Sums = {}
    direct: dict[int, Sums] = {}
    for part in pieces(books, rules, slice_, days):
        ledger = part.engine.ledger
        owned = ledger.owned.take(part.inside[ledger.owned.span])
        left = owned.take(owned.bucket == UNATTRIBUTED)
        _add(nobody, left.dimension, left.amount)
        pools = ledger.pools
        inside = part.inside[part.engine.books.span_of(pools.day)] if len(pools.day) else pools.day > 0
        _add(nobody, pools.dimension[inside], pools.amount[inside])
        given = owned.take(owned.bucket == DIRECT)
        rows = zip(given.customer.tolist(), given.dimension.tolist(), given.amount.tolist(), strict=True)
        for customer, dimension, amount in rows:
            own = direct.setdefault(customer, {})
            own[dimension] = own.get(dimension, 0) + int(amount)
    return nobody, direct


def _add(sums: Sums, dimensions: Ints, amounts: Amounts) -> None:
    for dimension, amount in zip(dimensions.tolist(), amounts.tolist(), strict=True):
        sums[dimension] = sums.get(dimension, 0) + int(amount)
