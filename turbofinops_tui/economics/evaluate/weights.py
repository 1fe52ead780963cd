"""Weights of shared rules: of the UTC month of the cost, over the whole book, before any filter.

In the reporting currency, whatever the slice asks for. A negative weight counts 0; all 0 means that the
pool stays unattributed. Inside a partition (``within``) direct cost is that of the partition; revenue has
no such attribute and counts whole (numbers.md 4 and 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import lcm

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.evaluate.bind import DIRECT, Binding
from turbofinops_tui.economics.evaluate.ledger import Ledger, Options
from turbofinops_tui.economics.periods import Days, month_of_day, month_start
from turbofinops_tui.economics.types import CostBasis, SharedRule

Weights = tuple[Ints, tuple[int, ...]]
"""customers in split order and their weights, all > 0"""
Sums = dict[int, dict[int, int]]
"""partition -> customer -> sum"""


@dataclass
class MonthWeights:
    """Weights for every (rule, month, partition) under one binding and cost basis."""

    facts_books: FactBooks
    binding: Binding
    cost: CostBasis

    def __post_init__(self) -> None:
        self._direct: dict[tuple[int, tuple[str, ...]], Sums] = {}
        self._revenue: dict[int, dict[int, int]] = {}
        self._found: dict[tuple[int, int, int], Weights | None] = {}
        self._partitions: dict[tuple[str, ...], Ints] = {}

    def of(self, rule_number: int, month: int, partition: int) -> Weights | None:
        """The weights of a shared rule in a month and partition; None when all are 0."""
        key = (rule_number, month, partition)
        if key not in self._found:
            rule = self.binding.shared[rule_number]
            weights = self._weights(rule, month, partition)
            kept = sorted((c, w) for c, w in weights.items() if w > 0)
            self._found[key] = (
                (np.array([c for c, _ in kept], dtype=np.int64), tuple(w for _, w in kept)) if kept else None
            )
        return self._found[key]

    def on_day(self, rule_number: int, day: int, dimension: int) -> Weights | None:
        """The weights of a shared rule for a dimension's cost of one day."""
        partition = int(self.partition_of(self.binding.shared[rule_number])[dimension])
        return self.of(rule_number, month_of_day(day), partition)

    def partition_of(self, rule: SharedRule) -> Ints:
        """The partition of every dimension under the rule's ``within`` (0 without one)."""
        within = rule.within
        if within not in self._partitions:
            facts = self.facts_books.facts
            columns: list[Ints] = []
            for name in within:
                column = np.zeros(len(facts.dimensions), dtype=np.int64)
                for code, positions in enumerate(facts.index.values(name).values(), start=1):
                    column[positions] = code
                columns.append(column)
            codes = np.zeros(len(facts.dimensions), dtype=np.int64)
            for column in columns:
                codes = codes * (int(column.max(initial=0)) + 1) + column
            self._partitions[within] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        return self._partitions[within]

    def _weights(self, rule: SharedRule, month: int, partition: int) -> dict[int, int]:
        if rule.method == "fixed":
            return self._fixed(rule)
        if rule.method == "revenue":
            return self._revenue_of(month)
        direct = self._direct_of(month, rule).get(partition, {})
        if rule.method == "direct":
            return direct
        if rule.method == "even":
            active = [*direct.items(), *self._revenue_of(month).items()]
            return {customer: 1 for customer, amount in active if amount}
        return {}

    def _fixed(self, rule: SharedRule) -> dict[int, int]:
        shares = {
            customer: Decimal(percent)
            for name, percent in rule.split
            if (customer := self.binding.directory.reference(name)) is not None
        }
        scale = lcm(*(share.as_integer_ratio()[1] for share in shares.values()))
        return {customer: int(share * scale) for customer, share in shares.items()}

    def _revenue_of(self, month: int) -> dict[int, int]:
        """Recognised revenue after contra per customer, estimates included."""
        if month not in self._revenue:
            facts, directory = self.facts_books.facts.revenue, self.binding.directory
            entries = facts.entries((_month(month),), self.facts_books.settings.currency)
            sums: dict[int, int] = {}
            basis = [label == "recognised" for label in facts.labels["basis"]]
            for row, amount in zip(entries.row.tolist(), entries.amount.tolist(), strict=True):
                if basis[int(facts.codes["basis"][row])]:
                    customer = directory.named(facts.rows[row].identity)
                    if customer is not None:
                        sums[customer] = sums.get(customer, 0) + amount
            self._revenue[month] = sums
        return self._revenue[month]

    def _direct_of(self, month: int, rule: SharedRule) -> Sums:
        """Direct cost per partition and customer; account-level credits never weigh."""
        key = (month, rule.within)
        if key not in self._direct:
            ledger = self._ledger(month)
            owned = ledger.owned
            weighs = (owned.bucket == DIRECT) & ~self._account_credits[owned.dimension]
            partitions = self.partition_of(rule)[owned.dimension[weighs]]
            sums: Sums = {}
            rows = zip(
                partitions.tolist(),
                owned.customer[weighs].tolist(),
                owned.amount[weighs].tolist(),
                strict=True,
            )
            for partition, customer, amount in rows:
                of_partition = sums.setdefault(partition, {})
                of_partition[customer] = of_partition.get(customer, 0) + amount
            self._direct[key] = sums
        return self._direct[key]

    def _ledger(self, month: int) -> Ledger:
        window = self.facts_books.window((_month(month),))
        return Ledger(window, self.binding, Options(self.cost, self.facts_books.settings.currency))

    @cached_property
    def _account_credits(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Credits that no tag ties to anything below their account."""
        return np.array(
            [d.charge_category == "Credit" and not d.tags for d in self.facts_books.dimensions], dtype=bool
        )


def _month(month: int) -> Days:
    return Days(month_start(month), month_start(month + 1))
