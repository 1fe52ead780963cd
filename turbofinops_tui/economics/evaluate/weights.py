"""Weights of shared rules: of the UTC month of the cost, over the whole book, before any filter.

In the reporting currency, whatever the slice asks for. A negative weight counts 0; all 0 means that the
pool stays unattributed. Inside a partition (``within``) direct cost is that of the partition; revenue has
no such attribute and counts whole (numbers.md 4 and 5).
"""

from __future__ import annotations

from decimal import Decimal
from math import lcm
from typing import cast

import numpy as np

from turbofinops_tui.economics.books import FactBooks, Facts
from turbofinops_tui.economics.books.rows import Amounts, Ints, exact, sum_by
from turbofinops_tui.economics.evaluate.bind import DIRECT, NOBODY, Binding, Mask
from turbofinops_tui.economics.evaluate.derive import DerivedLedger
from turbofinops_tui.economics.evaluate.ledger import Ledger, Records
from turbofinops_tui.economics.evaluate.merge import added, merged
from turbofinops_tui.economics.evaluate.sales import customers_of
from turbofinops_tui.economics.evaluate.usage import by_customer
from turbofinops_tui.economics.money import INT64_MAX
from turbofinops_tui.economics.periods import month_of_day
from turbofinops_tui.economics.types import SharedRule

Weights = tuple[Ints, Amounts]
"""customers in split order and their weights, all > 0"""


MOST_BASES = 8
"""weights that stand on each other"""


class MonthWeights:
    """Weights for every (rule, month, partition) under one binding and cost basis.

    ``ledger`` is that of whole months in the reporting currency; ``base`` are the weights of other rules
    that it may be derived from: what an edit leaves alone is taken from there. ``binding`` has the shared
    rules when they are not those of the ledger, and ``direct`` are the weights that sum its direct cost.
    """

    def __init__(
        self,
        facts_books: FactBooks,
        ledger: Ledger,
        base: MonthWeights | None = None,
        binding: Binding | None = None,
        direct: MonthWeights | None = None,
    ) -> None:
        self.facts_books = facts_books
        self.ledger = ledger
        self.binding: Binding = binding or ledger.binding
        self.direct = direct
        derived = isinstance(ledger, DerivedLedger) and base is not None and ledger.base is base.ledger
        if derived and direct is not None and base is not None:
            derived = direct.base is base.direct
        self.base: MonthWeights | None = base if derived else None
        self.depth: int = 0 if self.base is None else self.base.depth + 1
        if self.base is not None and self.base.depth >= MOST_BASES:
            self.base.base, self.base.depth, self.depth = None, 0, 1
        self._direct: dict[tuple[str, ...], tuple[Ints, Amounts]] = {}
        self._affected: dict[tuple[str, ...], set[tuple[int, int]]] = {}
        self._revenue: dict[int, Weights | None] = {}
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
            self._found[key] = self._weights(rule, month, partition)
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
        affected = (self.direct or self)._affected.get(rule.within)
        return None if affected is None or (month, partition) in affected else twin

    def on_day(self, rule_number: int, day: int, dimension: int) -> Weights | None:
        """The weights of a shared rule for a dimension's cost of one day."""
        partition = int(self.partition_of(self.binding.shared[rule_number])[dimension])
        return self.of(rule_number, month_of_day(day), partition)

    def partition_of(self, rule: SharedRule) -> Ints:
        """The partition of every dimension under the rule's ``within`` (0 without one)."""
        return partitions(self.facts_books.facts, rule.within)

    def _weights(self, rule: SharedRule, month: int, partition: int) -> Weights | None:
        if rule.method == "fixed":
            return self._fixed(rule)
        if rule.method == "revenue":
            if month not in self._revenue:
                self._revenue[month] = _positive(*self._revenue_of(month))
            return self._revenue[month]
        direct = self._direct_of(month, rule, partition)
        if rule.method == "direct":
            return _positive(*direct)
        if rule.method == "even":
            active = [customers[amounts != 0] for customers, amounts in (direct, self._revenue_of(month))]
            customers = np.union1d(*active)
            return (customers, np.ones(len(customers), dtype=np.int64)) if len(customers) else None
        return self._evidence_of(month) if rule.method == "evidence" else None

    def _evidence_of(self, month: int) -> Weights | None:
        """Usage evidence per customer, whatever its service: it knows no partitions of cost."""
        found = sorted(by_customer(self.binding.usage.of_month(month)).items())
        scale = lcm(*(weight.denominator for _, weight in found))
        customers = np.array([customer for customer, _ in found], dtype=np.int64)
        return (customers, _exact([int(weight * scale) for _, weight in found])) if found else None

    def _fixed(self, rule: SharedRule) -> Weights | None:
        shares = {
            customer: Decimal(percent)
            for name, percent in rule.split
            if (customer := self.binding.directory.reference(name)) is not None
        }
        scale = lcm(*(share.as_integer_ratio()[1] for share in shares.values()))
        found = sorted((customer, int(share * scale)) for customer, share in shares.items() if share > 0)
        customers = np.array([customer for customer, _ in found], dtype=np.int64)
        return (customers, _exact([weight for _, weight in found])) if found else None

    def _revenue_of(self, month: int) -> tuple[Ints, Amounts]:
        """Customers, ascending, and their recognised revenue after contra, estimates included."""
        memory = self.binding.directory.memory
        key = ("revenue by month", self.facts_books.settings.currency)
        if key not in memory:
            memory[key] = self._revenue_sums()
        return self._of_month(*cast("tuple[Ints, Amounts]", memory[key]), month, 0, 1)

    def _revenue_sums(self) -> tuple[Ints, Amounts]:
        """Revenue by (month, customer), the keys ascending."""
        facts = self.facts_books.facts.revenue
        entries = self.ledger.books.sales(self.facts_books.settings.currency)
        owner = customers_of(facts, self.binding)[entries.row]
        kept = np.flatnonzero(facts.is_basis("recognised")[entries.row] & (owner != NOBODY))
        keys = entries.span[kept] * len(self.facts_books.customers) + owner[kept]
        return sum_by(keys, exact(entries.amount[kept]))

    def _direct_of(self, month: int, rule: SharedRule, partition: int) -> tuple[Ints, Amounts]:
        """Direct cost per customer in a month and partition; account-level credits never weigh."""
        size = int(self.partition_of(rule).max(initial=0)) + 1
        return self._of_month(*self._sums(rule.within), month, partition, size)

    def _of_month(
        self, keys: Ints, amounts: Amounts, month: int, partition: int, size: int
    ) -> tuple[Ints, Amounts]:
        """Customers, ascending, and amounts of one month and partition among sums under ascending keys."""
        months = self.facts_books.facts.months()
        at = month - month_of_day(months[0].start) if months else -1
        width = len(self.facts_books.customers)
        low = (at * size + partition) * width
        start, end = np.searchsorted(keys, [low, low + width]).tolist() if at >= 0 else (0, 0)
        return keys[start:end] - low, amounts[start:end]

    def _sums(self, within: tuple[str, ...]) -> tuple[Ints, Amounts]:
        """Direct cost by (month, partition, customer), the keys ascending."""
        if self.direct is not None:
            return self.direct._sums(within)
        if within not in self._direct:
            found = self._changed_sums(within)
            self._direct[within] = found or sum_by(*self._weighing(self.ledger.owned, within))
        return self._direct[within]

    def _changed_sums(self, within: tuple[str, ...]) -> tuple[Ints, Amounts] | None:
        """The base's sums with the records that differ; notes the months and partitions they touch."""
        ledger, base = self.ledger, self.base
        if base is None or not isinstance(ledger, DerivedLedger) or ledger.base is not base.ledger:
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


def _positive(customers: Ints, amounts: Amounts) -> Weights | None:
    kept = amounts > 0
    return (customers[kept], amounts[kept]) if kept.any() else None


def _exact(weights: list[int]) -> Amounts:
    """Whole numbers as a column: int64 where they fit."""
    return np.array(weights, dtype=np.int64 if max(weights, default=0) <= INT64_MAX else object)


def same_weights(one: Weights | None, two: Weights | None) -> bool:
    """Whether two sets of weights split every amount alike."""
    if one is None or two is None:
        return one is two
    return one is two or (np.array_equal(one[0], two[0]) and np.array_equal(one[1], two[1]))
