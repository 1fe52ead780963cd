"""Shared rules: every pool atom (dimension, UTC day, rule) split by the weights of its month.

The parts are summed as they are made, to (group of dimensions, span, feature, customer): a pool of many
dimensions and customers is never held whole. A group stands for dimensions that the question at hand
does not tell apart; small pools are kept per dimension once and for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from turbofinops_tui.economics.books.rows import Amounts, Ints, exact
from turbofinops_tui.economics.evaluate.bind import NOBODY, SHARED, UNATTRIBUTED, Mask
from turbofinops_tui.economics.evaluate.ledger import Ledger, Pools, Records, split_amounts
from turbofinops_tui.economics.evaluate.weights import MonthWeights, Weights
from turbofinops_tui.economics.periods import month_of_day
from turbofinops_tui.economics.split import split_rows

MOST_KEPT = 2_000_000
"""shares kept per dimension; beyond it pools are summed by what each question tells apart"""
MOST_REMEMBERED = 4_000_000
"""records of large pools kept between questions"""
EVERY_SPAN = -1
CHUNK = 400_000
"""shares computed at a time"""


@dataclass
class SharedPools:
    """The pools of a ledger as records, split on demand."""

    ledger: Ledger
    weights: MonthWeights
    _memory: dict[tuple[bytes, int], Records] = field(default_factory=dict)

    def records(self, groups: Ints, inside: Mask) -> Records:
        """Shared and unattributed records of the pools, of the spans ``inside`` at least.

        ``groups`` has a code per dimension; dimensions with equal codes may come back as one of them.
        """
        if not len(self.ledger.pools.dimension):
            return Records.empty()
        if not self.large:
            return self._remembered((b"", EVERY_SPAN), np.arange(len(groups), dtype=np.int64))
        key = groups.tobytes()
        pieces = [self._remembered((key, span), groups) for span in np.flatnonzero(inside).tolist()]
        return Records.join(pieces) if pieces else Records.empty()

    def some(self, groups: Ints, atoms: Mask) -> Records:
        """Records of the atoms of a mask alone, split anew; ``groups`` as in ``records``."""
        return self._split(self.ledger.pools.take(atoms), groups) if atoms.any() else Records.empty()

    @cached_property
    def runs(self) -> tuple[Ints, Ints]:
        """([3, run] rule, month and partition of every run of atoms with the same weights, run per atom)."""
        pools = self.ledger.pools
        days, day = np.unique(pools.day, return_inverse=True)
        month = np.array([month_of_day(d) for d in days.tolist()], dtype=np.int64)[day]
        partition = self._partitions(pools)
        low = int(month.min(initial=0))
        months = int(month.max(initial=0)) - low + 1
        width = int(partition.max(initial=0)) + 1
        code = (pools.rule * months + month - low) * width + partition
        codes, run = np.unique(code, return_inverse=True)
        return np.stack([codes // width // months, codes // width % months + low, codes % width]), run

    def _partitions(self, pools: Pools) -> Ints:
        partition = np.zeros(len(pools.day), dtype=np.int64)
        for number in np.unique(pools.rule).tolist():
            of_rule = pools.rule == number
            partitions = self.weights.partition_of(self.ledger.binding.shared[number])
            partition[of_rule] = partitions[pools.dimension[of_rule]]
        return partition

    @cached_property
    def large(self) -> bool:
        """Whether the pools are too large to be kept per dimension: then only spans asked for are split."""
        pools, books = self.ledger.pools, self.ledger.books
        atoms = len(np.unique(pools.dimension)) * len(books.spans)
        return atoms * max(1, len(books.customers)) > MOST_KEPT

    def _remembered(self, key: tuple[bytes, int], groups: Ints) -> Records:
        if key not in self._memory:
            pools = self.ledger.pools
            if key[1] != EVERY_SPAN:
                pools = pools.take(self.ledger.books.span_of(pools.day) == key[1])
            self._memory[key] = self._split(pools, groups) if len(pools.day) else Records.empty()
            while sum(map(len, self._memory.values())) > MOST_REMEMBERED and len(self._memory) > 1:
                self._memory.pop(next(iter(self._memory)))
        return self._memory[key]

    def _split(self, pools: Pools, groups: Ints) -> Records:
        books = self.ledger.books
        codes, first = np.unique(groups, return_index=True)
        stands_for = first[np.searchsorted(codes, groups)][pools.dimension]
        span = books.span_of(pools.day)
        months, month = np.unique(
            np.array([month_of_day(span_.start) for span_ in books.spans], dtype=np.int64)[span],
            return_inverse=True,
        )
        partition = self._partitions(pools)
        # one run of rows per (rule, month, partition); inside it one run per outcome
        order = np.lexsort((pools.feature, stands_for, span, partition, month, pools.rule))
        run = np.stack([pools.rule, month, partition])[:, order]
        cuts = np.flatnonzero(np.any(np.diff(run, axis=1), axis=0)) + 1
        pieces: list[Records] = []
        for rows in np.split(order, cuts):
            number, at = int(pools.rule[rows[0]]), int(months[month[rows[0]]])
            weights = self.weights.of(number, at, int(partition[rows[0]]))
            pieces.append(self._run(pools, rows, stands_for[rows], span[rows], number, weights))
        return Records.join(pieces).compact()

    def _run(
        self, pools: Pools, rows: Ints, dimension: Ints, span: Ints, rule: int, weights: Weights | None
    ) -> Records:
        """One run of atoms with the same weights, summed to (dimension, span, feature, customer)."""
        feature = pools.feature[rows]
        change = np.any(np.stack([np.diff(x) for x in (dimension, span, feature)]) != 0, axis=0)
        outcome = np.concatenate(([0], np.cumsum(change)))
        first = np.concatenate(([0], np.flatnonzero(change) + 1))
        amounts = exact(pools.amount[rows].astype(np.int64))
        if weights is None:
            sums = np.add.reduceat(amounts, first)
            nobody = np.full(len(first), NOBODY, dtype=np.int64)
            return self._records(dimension[first], span[first], feature[first], nobody, nobody, sums)
        customers, shares = weights
        table = _sum_shares(amounts, shares, outcome, len(first))
        at, who = np.nonzero(table)
        link = np.full(len(at), self.ledger.binding.first_shared + rule, dtype=np.int64)
        where = first[at]
        sums = exact(table[at, who]) if table.dtype != object else table[at, who]
        return self._records(dimension[where], span[where], feature[where], customers[who], link, sums)

    def _records(
        self, dimension: Ints, span: Ints, feature: Ints, customer: Ints, link: Ints, amount: Amounts
    ) -> Records:
        bucket = np.where(customer == NOBODY, UNATTRIBUTED, SHARED).astype(np.int64)
        opex = np.zeros(len(dimension), dtype=bool)
        return Records(dimension, span, customer, feature, link, bucket, opex, amount)


def _sum_shares(amounts: Amounts, weights: tuple[int, ...], outcome: Ints, outcomes: int) -> Amounts:
    """[outcome, customer]: the sum over atoms of each atom's exact split."""
    if amounts.dtype == object:
        table = np.zeros((outcomes, len(weights)), dtype=object)
        np.add.at(table, outcome, split_amounts(amounts, weights))
        return table
    if len(set(weights)) == 1:
        return _sum_even(amounts.astype(np.int64), len(weights), outcome, outcomes)
    table = np.zeros((outcomes, len(weights)), dtype=np.int64)
    fixed = np.array(weights, dtype=object)
    step = max(1, CHUNK // len(weights))
    for start in range(0, len(amounts), step):
        part = outcome[start : start + step]
        shares = split_rows(amounts[start : start + step], fixed)
        first = np.flatnonzero(np.concatenate(([True], part[1:] != part[:-1])))
        table[part[first]] += np.add.reduceat(shares, first, axis=0)
    return table


def _sum_even(amounts: Ints, count: int, outcome: Ints, outcomes: int) -> Ints:
    """The same for equal weights, in closed form: the first ``|amount| mod count`` get one unit more."""
    sign = np.sign(amounts)
    each, left = np.divmod(np.abs(amounts), count)
    base = np.zeros(outcomes, dtype=np.int64)
    np.add.at(base, outcome, each * sign)
    steps = np.zeros((outcomes, count + 1), dtype=np.int64)
    np.add.at(steps, (outcome, np.zeros_like(left)), sign)
    np.add.at(steps, (outcome, left), -sign)
    table: Ints = base[:, None] + np.cumsum(steps, axis=1)[:, :count]
    return table
