"""Cost without a customer of its own, and that of unconfirmed customers: what proposals work on."""

from __future__ import annotations

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints, exact, sum_by
from turbofinops_tui.economics.evaluate.bind import DIRECT, UNATTRIBUTED
from turbofinops_tui.economics.evaluate.plan import pieces
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Rules, Slice

Sums = dict[int, int]


def uncovered(books: FactBooks, rules: Rules, slice_: Slice, days: Days) -> tuple[Sums, dict[int, Sums]]:
    """(position of dimension -> shared and unattributed cost, customer -> dimension -> direct cost); the
    latter of customers alone that nobody has confirmed."""
    nobody: Sums = {}
    direct: dict[int, Sums] = {}
    wanted = np.array([*(not customer.confirmed for customer in books.customers), False], dtype=bool)
    width = max(1, len(books.dimensions))
    for part in pieces(books, rules, slice_, days):
        owned = part.engine.ledger.owned
        inside = part.inside[owned.span]
        left = owned.take(inside & (owned.bucket == UNATTRIBUTED))
        _add(nobody, left.dimension, left.amount)
        pools = part.engine.ledger.pools
        of_pools = part.inside[part.engine.books.span_of(pools.day)] if len(pools.day) else pools.day > 0
        _add(nobody, pools.dimension[of_pools], pools.amount[of_pools])
        given = owned.take(inside & (owned.bucket == DIRECT) & wanted[owned.customer])
        keys, sums = _sums(given.customer.astype(np.int64) * width + given.dimension, given.amount)
        for key, amount in zip(keys, sums, strict=True):
            customer, dimension = divmod(key, width)
            own = direct.setdefault(customer, {})
            own[dimension] = own.get(dimension, 0) + amount
    return nobody, direct


def _add(sums: Sums, dimensions: Ints, amounts: Amounts) -> None:
    for dimension, amount in zip(*_sums(dimensions, amounts), strict=True):
        sums[dimension] = sums.get(dimension, 0) + amount


def _sums(keys: Ints, amounts: Amounts) -> tuple[list[int], list[int]]:
    found, sums = sum_by(keys, amounts if amounts.dtype == object else exact(amounts))
    return found.tolist(), sums.tolist()
