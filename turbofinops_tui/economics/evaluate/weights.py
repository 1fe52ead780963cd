"""Weights of shared rules: of the UTC month of the cost, over the whole book, before any filter.

In the reporting currency, whatever the slice asks for. A negative weight counts 0; all 0 means that the
pool stays unattributed. Inside a partition (``within``) direct cost is that of the partition; revenue has
no such attribute and counts whole (numbers.md 4 and 5).
"""

from __future__ import annotations

from decimal import Decimal
from math import lcm

import numpy as np

from turbofinops_tui.economics.books import FactBooks, Facts
from turbofinops_tui.economics.books.rows import Amounts, Ints, exact, sum_by
from turbofinops_tui.economics.evaluate.bind import DIRECT, NOBODY, Binding, Mask
from turbofinops_tui.economics.evaluate.derive import DerivedLedger
from turbofinops_tui.economics.evaluate.ledger import Ledger, Records
from turbofinops_tui.economics.evaluate.merge import added, merged
from turbofinops_tui.economics.evaluate.sales import customers_of
from turbofinops_tui.economics.evaluate.usage import by_customer
from turbofinops_tui.economics.periods import Days, month_of_day, month_start
from turbofinops_tui.economics.types import SharedRule

Weights = tuple[Ints, tuple[int, ...]]
"""customers in split order and their weights, all > 0"""


MOST_BASES = 8
"""weights that stand on each other"""


class MonthWeights:
    """Weights for every (rule, month, partition) under one binding and cost basis.

    ``ledger`` is that of whole months in the reporting currency; ``base`` are the weights of other rules
    that it may be derived from: what an edit leaves alone is taken from there.
    """

    def __init__(self, facts_books: FactBooks, ledger: Ledger, base: MonthWeights | None = None) -> None:
        self.facts_books = facts_books
        self.ledger = ledger
        self.binding: Binding = ledger.binding
        derived = isinstance(ledger, DerivedLedger) and base is not None and ledger.base is base.ledger
        self.base: MonthWeights | None = base if derived else None
        self.depth: int = 0 if self.base is None else self.base.depth + 1
        if self.base is not None and self.base.depth >= MOST_BASES:
            self.base.base, self.base.depth, self.depth = None, 0, 1
        self._direct: dict[tuple[str, ...], tuple[Ints, Amounts]] = {}
        self._affected: dict[tuple[str, ...], set[tuple[int, int]]] = {}
        self._revenue: dict[int, dict[int, int]] = {}
        self._found: dict[tuple[int, int, int], Weights | None] = {}

    def of(self, rule_number: int, month: int, partition: int) -> Weights | None:
        """The weights of a shared rule in a month and partition; None when all are 0."""
        key = (rule_number, month, partition)
        if key not in self._found:
            twin = self._twin(rule_number, month, partition)
            if twin is not None and self.base is not None:
                self._found[key] = self.base.of(twin, month, partition)
                return self._found[key]
            rule = self.binding.shared[rule_number]
            weights = self._weights(rule, month, partition)
            kept = sorted((c, w) for c, w in weights.items() if w > 0)
            self._found[key] = (
                (np.array([c for c, _ in kept], dtype=np.int64), tuple(w for _, w in kept)) if kept else None
            )
        return self._found[key]

    def _twin(self, rule_number: int, month: int, partition: int) -> int | None:
        """The base's rule that has the same weights here, or None."""
        base, rule = self.base, self.binding.shared[rule_number]
        if base is None or base.binding.usage is not self.binding.usage:
            return None  # other identities, or other names of features
        twin = next((n for n, other in enumerate(base.binding.shared) if _weighs_alike(other, rule)), None)
        if twin is None or rule.method not in ("direct", "even"):
            return twin
        self._sums(rule.within)
        affected = self._affected.get(rule.within)
        return None if affected is None or (month, partition) in affected else twin

    def on_day(self, rule_number: int, day: int, dimension: int) -> Weights | None:
        """The weights of a shared rule for a dimension's cost of one day."""
        partition = int(self.partition_of(self.binding.shared[rule_number])[dimension])
        return self.of(rule_number, month_of_day(day), partition)

    def partition_of(self, rule: SharedRule) -> Ints:
        """The partition of every dimension under the rule's ``within`` (0 without one)."""
        return partitions(self.facts_books.facts, rule.within)

    def _weights(self, rule: SharedRule, month: int, partition: int) -> dict[int, int]:
        if rule.method == "fixed":
            return self._fixed(rule)
        if rule.method == "revenue":
            return self._revenue_of(month)
        direct = self._direct_of(month, rule, partition)
        if rule.method == "direct":
            return direct
        if rule.method == "even":
            active = [*direct.items(), *self._revenue_of(month).items()]
            return {customer: 1 for customer, amount in active if amount}
        if rule.method == "evidence":
            return self._evidence_of(month)
        return {}

    def _evidence_of(self, month: int) -> dict[int, int]:
        """Usage evidence per customer, whatever its service: it knows no partitions of cost."""
        found = by_customer(self.binding.usage.of_month(month))
        scale = lcm(*(weight.denominator for weight in found.values()))
        return {customer: int(weight * scale) for customer, weight in found.items()}

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
            facts = self.facts_books.facts.revenue
            entries = facts.entries((_month(month),), self.facts_books.settings.currency)
            owner = customers_of(facts, self.binding)[entries.row]
            kept = np.flatnonzero(facts.is_basis("recognised")[entries.row] & (owner != NOBODY))
            customers, amounts = sum_by(owner[kept], exact(entries.amount[kept]))
            self._revenue[month] = dict(zip(customers.tolist(), amounts.tolist(), strict=True))
        return self._revenue[month]

    def _direct_of(self, month: int, rule: SharedRule, partition: int) -> dict[int, int]:
        """Direct cost per customer in a month and partition; account-level credits never weigh."""
        months = self.facts_books.facts.months()
        at = month - month_of_day(months[0].start) if months else -1
        keys, amounts = self._sums(rule.within)
        width = len(self.facts_books.customers)
        low = (at * (int(self.partition_of(rule).max(initial=0)) + 1) + partition) * width
        start, end = np.searchsorted(keys, [low, low + width]).tolist() if at >= 0 else (0, 0)
        customers = (keys[start:end] - low).tolist()
        return dict(zip(customers, amounts[start:end].tolist(), strict=True))

    def _sums(self, within: tuple[str, ...]) -> tuple[Ints, Amounts]:
        """Direct cost by (month, partition, customer), the keys ascending."""
        if within not in self._direct:
            found = self._changed_sums(within)
            self._direct[within] = found or sum_by(*self._weighing(self.ledger.owned, within))
        return self._direct[within]

    def _changed_sums(self, within: tuple[str, ...]) -> tuple[Ints, Amounts] | None:
        """The base's sums with the records that differ; notes the months and partitions they touch."""
        ledger, base = self.ledger, self.base
        if base is None or not isinstance(ledger, DerivedLedger) or ledger.base is None:
            return None
        keys, amounts = base._sums(within)
        lost, lost_amounts = self._weighing(ledger.base.records_of(ledger.changed), within)
        new, new_amounts = self._weighing(ledger.own.owned, within)
        if any(values.dtype == object for values in (amounts, lost_amounts, new_amounts)):
            return None
        touched, change = sum_by(np.concatenate([lost, new]), np.concatenate([-lost_amounts, new_amounts]))
        every, places, at = merged(keys, touched)
        width = max(1, len(self.facts_books.customers))
        size = int(partitions(self.facts_books.facts, within).max(initial=0)) + 1
        first = month_of_day(self.facts_books.facts.months()[0].start) if len(touched) else 0
        pairs = np.unique(touched // width).tolist()
        self._affected[within] = {(pair // size + first, pair % size) for pair in pairs}
        return every, added(amounts, len(every), places, at, change)

    def _weighing(self, records: Records, within: tuple[str, ...]) -> tuple[Ints, Amounts]:
        """(key, amount) of the records that weigh."""
        weighs = np.flatnonzero((records.bucket == DIRECT) & ~self._account_credits[records.dimension])
        partition = partitions(self.facts_books.facts, within)
        size = int(partition.max(initial=0)) + 1
        place = records.span[weighs].astype(np.int64) * size + partition[records.dimension[weighs]]
        amount = records.amount[weighs]
        key = place * len(self.facts_books.customers) + records.customer[weighs]
        return key, amount if amount.dtype == object else exact(amount)

    @property
    def _account_credits(self) -> Mask:
        """Credits that no tag ties to anything below their account."""
        return self.facts_books.facts.once(
            "account credits",
            lambda: np.array(
                [d.charge_category == "Credit" and not d.tags for d in self.facts_books.dimensions],
                dtype=bool,
            ),
        )


def _weighs_alike(one: SharedRule, two: SharedRule) -> bool:
    return (one.id, one.method, one.split, one.within) == (two.id, two.method, two.split, two.within)


def partitions(facts: Facts, within: tuple[str, ...]) -> Ints:
    """The partition of every dimension under ``within`` (0 without one)."""
    return facts.once(("partitions", within), lambda: _partitions(facts, within))


def _partitions(facts: Facts, within: tuple[str, ...]) -> Ints:
    codes = np.zeros(len(facts.dimensions), dtype=np.int64)
    for name in within:
        column = np.zeros(len(facts.dimensions), dtype=np.int64)
        for code, positions in enumerate(facts.index.values(name).values(), start=1):
            column[positions] = code
        codes = codes * (int(column.max(initial=0)) + 1) + column
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _month(month: int) -> Days:
    return Days(month_start(month), month_start(month + 1))


def same_weights(one: Weights | None, two: Weights | None) -> bool:
    """Whether two sets of weights split every amount alike."""
    if one is None or two is None:
        return one is two
    return one is two or (one[1] == two[1] and np.array_equal(one[0], two[0]))
