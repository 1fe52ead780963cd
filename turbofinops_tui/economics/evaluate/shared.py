"""Shared rules: every pool atom (dimension, UTC day, rule) split by the weights of its month.

The parts are summed as they are made, to (group of dimensions, span, feature, customer): a pool of many
dimensions and customers is never held whole. A group stands for dimensions that the question at hand
does not tell apart; small pools are kept per dimension once and for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from turbofinops_tui.economics.books.rows import Amounts, Ints, exact
from turbofinops_tui.economics.evaluate.bind import NOBODY, SHARED, UNATTRIBUTED, Mask
from turbofinops_tui.economics.evaluate.derive import DerivedLedger
from turbofinops_tui.economics.evaluate.ledger import Ledger, Pools, Records, split_amounts
from turbofinops_tui.economics.evaluate.split_sums import summed_splits
from turbofinops_tui.economics.evaluate.weights import MonthWeights, Weights, same_weights
from turbofinops_tui.economics.periods import month_of_day

MOST_KEPT = 2_000_000
"""shares kept per dimension; beyond it pools are summed by what each question tells apart"""
MOST_REMEMBERED = 500_000
"""records of large pools kept between questions"""
EVERY_RUN = -1


@dataclass
class SharedPools:
    """The pools of a ledger as records, split on demand."""

    ledger: Ledger
    weights: MonthWeights
    base: SharedPools | None = None
    """the pools that this ledger's were derived from, for what is split alike"""
    _other: dict[int, int | None] = field(default_factory=dict)
    _memory: dict[tuple[bytes, int], Records] = field(default_factory=dict)

    def records(self, groups: Ints, inside: Mask) -> Records:
        """Shared and unattributed records of the pools, of the spans ``inside`` at least.

        ``groups`` has a code per dimension; dimensions with equal codes may come back as one of them.
        """
        if not len(self.ledger.pools.dimension):
            return Records.empty()
        if not self.large:
            return self._remembered()
        atoms = inside[self.ledger.books.span_of(self.ledger.pools.day)]
        return self._of_runs(groups, np.unique(self.runs[1][atoms]))

    def _of_runs(self, groups: Ints, runs: Ints) -> Records:
        """Records of whole runs of atoms, each remembered on its own."""
        key = groups.tobytes()
        pieces = [self._of_run(key, groups, run) for run in runs.tolist()]
        return Records.join(pieces) if pieces else Records.empty()

    def _of_run(self, key: bytes, groups: Ints, run: int) -> Records:
        if (key, run) not in self._memory:
            twin = self.same_run(run)
            if twin is not None and self.base is not None:
                found = self.base._of_run(key, groups, twin)
                rule = self.ledger.binding.first_shared + int(self.runs[0][0, run])
                link = np.where(found.link == NOBODY, NOBODY, rule).astype(found.link.dtype)
                found = replace(found, link=link)
            else:
                found = self._split(self.ledger.pools.take(self.runs[1] == run), groups)
            self._memory[key, run] = found
            while sum(map(len, self._memory.values())) > MOST_REMEMBERED and len(self._memory) > 1:
                self._memory.pop(next(iter(self._memory)))
            return found
        return self._memory[key, run]

    def forget(self) -> None:
        """Give up the records of large pools: who asks again splits again."""
        self._memory.clear()

    def same_run(self, run: int) -> int | None:
        """The run of the base that has the same atoms and weights, or None."""
        if self.base is None or run in self._other:
            return self._other.get(run)
        self._other[run] = self._find_twin(self.base, run)
        return self._other[run]

    def _find_twin(self, base: SharedPools, run: int) -> int | None:
        ledger = self.ledger
        if not isinstance(ledger, DerivedLedger) or ledger.base is not base.ledger:
            return None
        rule, month, partition = self.runs[0][:, run].tolist()
        twin = base.names.get((ledger.binding.shared[rule].id, month, partition))
        if twin is None or ledger.binding.features.labels[: len(base.ledger.binding.features.labels)] != (
            base.ledger.binding.features.labels
        ):
            return None
        for pools, number in ((self, run), (base, twin)):
            of_run = pools.ledger.pools.dimension[pools.runs[1] == number]
            if ledger.changed[of_run].any():
                return None
        number = int(base.runs[0][0, twin])
        old, new = base.weights.of(number, month, partition), self.weights.of(rule, month, partition)
        alike = ledger.binding.shared[rule].within == base.ledger.binding.shared[number].within
        return twin if alike and same_weights(old, new) else None

    @cached_property
    def names(self) -> dict[tuple[str, int, int], int]:
        """(shared rule, month, partition) -> run."""
        rules = self.ledger.binding.shared
        rows = self.runs[0].T.tolist()
        return {(rules[rule].id, month, within): run for run, (rule, month, within) in enumerate(rows)}

    def some(self, groups: Ints, atoms: Mask) -> Records:
        """Records of the atoms of a mask alone; ``groups`` as in ``records``."""
        if self.large and atoms.any():
            runs = np.unique(self.runs[1][atoms])
            if int(atoms.sum()) == int(np.isin(self.runs[1], runs).sum()):
                return self._of_runs(groups, runs)
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

    def _remembered(self) -> Records:
        key = (b"", EVERY_RUN)
        if key not in self._memory:
            groups = np.arange(len(self.ledger.books.dimensions), dtype=np.int64)
            self._memory[key] = self._split(self.ledger.pools, groups)
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


def _sum_shares(amounts: Amounts, weights: Amounts, outcome: Ints, outcomes: int) -> Amounts:
    """[outcome, customer]: the sum over atoms of each atom's exact split."""
    if amounts.dtype == object:
        table = np.zeros((outcomes, len(weights)), dtype=object)
        np.add.at(table, outcome, split_amounts(amounts, tuple(weights.tolist())))
        return table
    return summed_splits(amounts.astype(np.int64), weights, outcome, outcomes)
