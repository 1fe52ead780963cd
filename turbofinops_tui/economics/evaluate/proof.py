"""Buckets per delivered period and native currency: the other half of ``reconcile`` (numbers.md 4).

The same ownership as every report, on native amounts. An atom (dimension, day) that several deliveries
share is split cumulatively over them, so that their parts add up to the atom's.
"""

from __future__ import annotations

import numpy as np

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints, exact, sum_by
from turbofinops_tui.economics.evaluate.bind import BUCKETS, NOBODY, POOL, SHARED, UNATTRIBUTED, Assignment
from turbofinops_tui.economics.evaluate.ledger import Ledger, split_amounts
from turbofinops_tui.economics.evaluate.plan import engine_of
from turbofinops_tui.economics.evaluate.weights import MonthWeights
from turbofinops_tui.economics.periods import Days, month_of_day
from turbofinops_tui.economics.types import CostBasis, Rules, Slice

Proof = dict[tuple[int, str], dict[str, int]]
"""(batch id, currency) -> bucket -> store units"""


def bucket_proof(books: FactBooks, rules: Rules, cost: CostBasis) -> Proof:
    """Every stored unit of ``cost`` by batch, currency and bucket, under the saved rules."""
    months = books.facts.months()
    if not months:
        return {}
    whole = Days(months[0].start, months[-1].end)
    engine = engine_of(books, rules, Slice(cost=cost, currency=NATIVE), months, whole)
    ledger = engine.ledger
    pieces = [*_whole(ledger), *_split(ledger, engine.pools.weights)]
    found: Proof = {}
    codes, labels = ledger.books.facts.currencies
    for dimension, batch, bucket, amount in pieces:
        key = (batch * len(labels) + codes[dimension]) * len(BUCKETS) + bucket
        for number, value in zip(
            *(column.tolist() for column in sum_by(key, exact_any(amount))), strict=True
        ):
            rest, of_bucket = divmod(number, len(BUCKETS))
            at = (books.batches[rest // len(labels)].id, labels[rest % len(labels)])
            sums = found.setdefault(at, dict.fromkeys(BUCKETS, 0))
            sums[BUCKETS[of_bucket]] += value
    return found


def exact_any(values: Amounts) -> Amounts:
    """``exact`` for columns that may be Python integers already."""
    return values if values.dtype == object else exact(values)


Piece = tuple[Ints, Ints, Ints, Amounts]
"""(dimension, batch, bucket, amount)"""


def _whole(ledger: Ledger) -> list[Piece]:
    """Entries with one owner for their whole span."""
    entries = ledger.books.entries(ledger.options.cost, NATIVE)
    line = ledger.binding.timeline[entries.dimension]
    simple = line == NOBODY
    dimension, batch, amount = entries.dimension, entries.batch, entries.amount
    bucket = ledger.binding.bucket[dimension[simple]]
    pieces: list[Piece] = [(dimension[simple], batch[simple], bucket, amount[simple])]
    if not simple.all():
        rest = np.flatnonzero(~simple)
        assigned = ledger.whole_assignments[line[rest], entries.span[rest]]
        kept = assigned != NOBODY
        buckets = np.array([parts[0].bucket for parts in ledger.binding.assignments], dtype=np.int64)
        rows = rest[kept]
        pieces.append((dimension[rows], batch[rows], buckets[assigned[kept]], amount[rows]))
    return pieces


def _split(ledger: Ledger, weights: MonthWeights) -> list[Piece]:
    """Daily rows whose atoms are split, cumulatively over the batches of an atom."""
    lines = np.unique(np.flatnonzero((ledger.whole_assignments == NOBODY).any(axis=1)))
    dimensions = np.flatnonzero(np.isin(ledger.binding.timeline, lines))
    if not len(dimensions):
        return []
    daily = ledger.books.day_cost(ledger.options.cost, NATIVE, dimensions)
    assigned = ledger.assignment_of(daily.dimension, daily.day)
    kept = np.flatnonzero(assigned != NOBODY)
    kept = kept[np.lexsort((daily.batch[kept], daily.day[kept], daily.dimension[kept]))]
    dimension, day, batch = daily.dimension[kept], daily.day[kept], daily.batch[kept]
    before, after = _running(dimension, day, exact(daily.amount[kept]))
    pieces: list[Piece] = []
    order = np.argsort(assigned[kept], kind="stable")
    numbers = assigned[kept][order]
    bounds = np.flatnonzero(np.diff(numbers, prepend=-2, append=-2))
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        parts: Assignment = ledger.binding.assignments[int(numbers[first])]
        rows = order[first:last]
        shares = [part.weight for part in parts]
        amounts = split_amounts(after[rows], shares) - split_amounts(before[rows], shares)
        for position, part in enumerate(parts):
            buckets = np.full(len(rows), part.bucket, dtype=np.int64)
            if part.bucket == POOL:
                buckets = _pool_buckets(ledger, weights, part.link, dimension[rows], day[rows])
            pieces.append((dimension[rows], batch[rows], buckets, amounts[:, position]))
    return pieces


def _running(dimension: Ints, day: Ints, amount: Amounts) -> tuple[Amounts, Amounts]:
    """Sums of an atom before and after each of its rows."""
    if not len(amount):
        return amount, amount
    running = np.cumsum(amount)
    first = np.concatenate(([True], (np.diff(dimension) != 0) | (np.diff(day) != 0)))
    atom = np.cumsum(first) - 1
    base = (running - amount)[np.flatnonzero(first)][atom]
    return running - amount - base, running - base


def _pool_buckets(ledger: Ledger, weights: MonthWeights, rule: int, dimension: Ints, day: Ints) -> Ints:
    """Shared where the rule has weights in that month and partition, else unattributed."""
    partition = weights.partition_of(ledger.binding.shared[rule])[dimension]
    month = np.array([month_of_day(d) for d in day.tolist()], dtype=np.int64)
    buckets = np.full(len(day), SHARED, dtype=np.int64)
    for at, within in {*zip(month.tolist(), partition.tolist(), strict=True)}:
        if weights.of(rule, at, within) is None:
            buckets[(month == at) & (partition == within)] = UNATTRIBUTED
    return buckets
