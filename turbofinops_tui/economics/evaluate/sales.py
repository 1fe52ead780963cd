"""Revenue with its owners: customer by identity, feature by the row itself or by its product (numbers.md 4).

A product with weights is split by largest remainder per stored row and UTC day, features in UTF-8 order;
where every day divides evenly (the usual case) that is a plain proportion. Revenue whose product has no
weights, or whose weights are usage without evidence, has no feature: it stays visible as unmapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd, lcm
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.books.revenue import NEVER, Entries, RevenueFacts
from turbofinops_tui.economics.books.rows import Amounts, Ints, exact
from turbofinops_tui.economics.evaluate.bind import NOBODY, Binding
from turbofinops_tui.economics.fx import cumulative_convert, to_reporting
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.periods import Days, month_of_day
from turbofinops_tui.economics.split import largest_remainder
from turbofinops_tui.economics.types import Basis, InOut

POSITIVE_KINDS = ("subscription", "usage", "one_time")
Split = tuple[tuple[int, ...], tuple[int, ...]]
"""features in split order and their whole-number weights"""
Splits = dict[int, Split | None]
"""product code -> its fixed weights; None: those of the customer's evidence of the month"""


@dataclass(frozen=True, slots=True)
class Sales:
    """Parallel columns of owned revenue; ``row`` is a position in the revenue facts."""

    row: Ints
    span: Ints
    customer: Ints
    feature: Ints
    amount: Amounts

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: npt.NDArray[Any]) -> Sales:
        """The records of a mask or of positions."""
        return Sales(*(getattr(self, name)[chosen] for name in self.__slots__))


def customers_of(facts: RevenueFacts, binding: Binding) -> Ints:
    """The customer of every revenue row, -1 where its identity means nobody."""
    memory = binding.directory.memory
    if "customers of revenue" not in memory:
        found = [binding.directory.named(label) for label in facts.labels["identity"]]
        of_label = np.array([NOBODY if c is None else c for c in found] + [NOBODY], dtype=np.int64)
        memory["customers of revenue"] = of_label[facts.codes["identity"]]
    return cast(Ints, memory["customers of revenue"])


def sales(
    books: FactBooks, binding: Binding, currency: str, basis: Basis, estimates: InOut
) -> tuple[Sales, Sales]:
    """Owned revenue on the spans of ``books``, and native amounts without a rate (in native units)."""
    facts = books.revenue
    entries = books.sales(currency)
    kept = facts.is_basis(basis)[entries.row]
    if estimates == "out":
        kept &= ~facts.estimated[entries.row]
    kept &= (entries.native != 0) | (entries.amount != 0)
    customer = customers_of(facts, binding)
    feature = _own_features(facts, binding)
    splits = _splits(facts, binding)
    known = np.flatnonzero(kept & entries.converted)
    columns = _split(books, entries, known, (customer, feature), splits, binding, currency)
    lost = np.flatnonzero(kept & ~entries.converted)
    rows = entries.row[lost]
    unconverted = Sales(rows, entries.span[lost], customer[rows], feature[rows], entries.native[lost])
    return Sales(columns[0], columns[1], customer[columns[0]], columns[2], exact(columns[3])), unconverted


def _own_features(facts: RevenueFacts, binding: Binding) -> Ints:
    labels = facts.labels["feature"]
    of_label = [binding.features.code(label) if label else NOBODY for label in labels]
    return np.array([*of_label, NOBODY], dtype=np.int64)[facts.codes["feature"]]


def _splits(facts: RevenueFacts, binding: Binding) -> Splits:
    rules = {fold(rule.product): rule for rule in reversed(binding.rules.features) if rule.enabled}
    found: Splits = {}
    for code, label in enumerate(facts.labels["product"]):
        rule = rules.get(fold(label)) if label else None
        if rule is None or rule.usage:
            if rule is not None and binding.usage.keys:
                found[code] = None
            continue
        shares = sorted(((name, Decimal(share)) for name, share in rule.split), key=lambda s: s[0].encode())
        whole = lcm(*(share.as_integer_ratio()[1] for _, share in shares))
        weights = tuple(int(share * whole) for _, share in shares)
        if sum(weights) > 0:
            found[code] = (tuple(binding.features.code(name) for name, _ in shares), weights)
    return found


def _split(
    books: FactBooks,
    entries: Entries,
    known: Ints,
    owners: tuple[Ints, Ints],
    splits: Splits,
    binding: Binding,
    currency: str,
) -> tuple[Ints, Ints, Ints, Ints]:
    """(row, span, feature, amount) with products spread over their features; ``owners`` are the customer
    and the feature of every row."""
    customer, feature = owners
    facts = books.revenue
    row, span, amount = entries.row[known], entries.span[known], entries.amount[known]
    product = facts.codes["product"][row]
    open_ = feature[row] == NOBODY
    pieces = []
    taken = np.zeros(len(row), dtype=bool)
    for code, fixed in splits.items():
        chosen = np.flatnonzero(open_ & (product == code))
        taken[chosen] = True
        for index in chosen.tolist():
            span_ = books.spans[int(span[index])]
            features, weights = fixed or _used(binding, int(customer[row[index]]), month_of_day(span_.start))
            parts = _day_shares(facts, int(row[index]), span_, int(amount[index]), weights, currency)
            pieces += [
                (int(row[index]), int(span[index]), f, p) for f, p in zip(features, parts, strict=True) if p
            ]
    extra = np.array(pieces, dtype=np.int64).reshape(-1, 4)
    own = ~taken
    return (
        np.concatenate([row[own], extra[:, 0]]),
        np.concatenate([span[own], extra[:, 1]]),
        np.concatenate([feature[row[own]], extra[:, 2]]),
        np.concatenate([amount[own], extra[:, 3]]),
    )


def _used(binding: Binding, customer: int, month: int) -> Split:
    """A customer's evidence of a month by feature; what has none stays without, as all does without any."""
    cells = binding.usage.of_month(month) if customer != NOBODY else {}
    own = {name: weight for (who, name), weight in cells.items() if who == customer}
    names = sorted(own, key=lambda name: (not name, name.encode()))
    if not names:
        return (NOBODY,), (1,)
    scale = lcm(*(own[name].denominator for name in names))
    codes = tuple(binding.features.code(name) if name else NOBODY for name in names)
    return codes, tuple(int(own[name] * scale) for name in names)


def _day_shares(
    facts: RevenueFacts, index: int, span: Days, amount: int, weights: Sequence[int], currency: str
) -> list[int]:
    """``amount`` of one row on ``span`` by ``weights``, each day split on its own."""
    row = facts.rows[index]
    total = sum(weights)
    own = currency in (NATIVE, row.currency)
    if own and int(facts.unit[index]) * gcd(*weights) % total == 0:
        return [amount * weight // total for weight in weights]  # every day divides evenly
    sums = [0] * len(weights)
    for part in _days(facts, index, span, currency):
        for position, share in enumerate(largest_remainder(part, weights)):
            sums[position] += share
    return sums


def _days(facts: RevenueFacts, index: int, span: Days, currency: str) -> list[int]:
    """What one row books on each of its days inside ``span``, in ``currency``."""
    row, parts = facts.rows[index], facts.day_parts(index, span)
    rate = (1, 1) if currency == NATIVE else facts.rate(row, currency)
    if rate is None or currency in (NATIVE, row.currency):
        return parts
    if not row.group:
        return [to_reporting(part, row.currency, currency, *rate) for part in parts]
    before = facts.prefix(index) + facts.part(index, None, max(span.start, row.start))
    found = []
    for part in parts:
        found.append(cumulative_convert(before, part, row.currency, currency, *rate))
        before += part
    return found


# --- cohorts --------------------------------------------------------------------------------------


def cohorts(books: FactBooks, binding: Binding) -> list[int | None]:
    """Per customer, the month of the first day with recognised revenue > 0; None without one.

    Positive kinds only, over the whole book, estimates included; later contra does not move it.
    """
    memory = binding.directory.memory
    if "cohorts" not in memory:
        memory["cohorts"] = _cohorts(books, binding)
    return cast("list[int | None]", memory["cohorts"])


def _cohorts(books: FactBooks, binding: Binding) -> list[int | None]:
    days = first_days(books, binding)
    return [None if day is None else month_of_day(day) for day in days]


def first_days(books: FactBooks, binding: Binding) -> list[int | None]:
    """Per customer, the first day with recognised revenue > 0; None without one (see ``cohorts``)."""
    facts = books.revenue
    owner = customers_of(facts, binding)
    positive = np.array([label in POSITIVE_KINDS for label in facts.labels["kind"]] + [False], dtype=bool)
    chosen = np.flatnonzero(facts.is_basis("recognised") & positive[facts.codes["kind"]] & (owner != NOBODY))
    day = facts.first_positive(chosen)
    own = owner[chosen]
    first = np.full(len(books.customers) + 1, NEVER, dtype=np.int64)
    np.minimum.at(first, own, day)
    found = [None if day == NEVER else day for day in first[:-1].tolist()]
    # a row below 0 that has begun by then may outweigh what the first ones book
    doubtful = (facts.units[chosen] < 0) & (facts.start[chosen] <= first[own]) & (first[own] != NEVER)
    for customer in np.unique(own[doubtful]).tolist():
        found[customer] = _first_day(facts, chosen[own == customer].tolist())
    return found


def _first_day(facts: RevenueFacts, members: Sequence[int]) -> int | None:
    """The first day on which these rows together book more than 0 in one currency, of which some do alone."""
    first = int(facts.first_positive(np.array(members, dtype=np.int64)).min())
    last = max(max(int(facts.end[index]), int(facts.start[index]) + 1) for index in members)
    for day in range(first, last):
        sums: dict[str, int] = {}
        for index in members:
            currency = facts.labels["currency"][facts.codes["currency"][index]]
            sums[currency] = sums.get(currency, 0) + facts.part(index, day, day + 1)
        if any(amount > 0 for amount in sums.values()):
            return day
    return None
