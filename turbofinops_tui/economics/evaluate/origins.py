"""Where a customer's figures come from: parts by bucket and link, with the rows behind them.

The same records as every report; what is added is which dimension has the part on which days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import total
from turbofinops_tui.economics.evaluate.bind import (
    BUCKETS,
    DIRECT,
    NOBODY,
    OPEX,
    SHARED,
    TAX,
    UNATTRIBUTED,
    Binding,
)  # fmt: skip
from turbofinops_tui.economics.evaluate.engine import Engine
from turbofinops_tui.economics.evaluate.ledger import Records
from turbofinops_tui.economics.evaluate.plan import Piece, binding_of, pieces
from turbofinops_tui.economics.evaluate.tracing import is_traced, share_text, splits_cost
from turbofinops_tui.economics.explain import (
    Lost,
    applies_within,
    bill_text,
    direct_text,
    lost_links,
    nobody_text,
    shared_text,
)  # fmt: skip
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Bucket, Revenue, Rules, Slice

Places = dict[int, list[Days]]
"""dimension id -> days on which the part has cost of it"""


@dataclass
class CostPart:
    """Cost of one customer (or of nobody) in one bucket by one rule; ``amount`` in store units."""

    bucket: Bucket
    link: str | None
    amount: int = 0
    ai: int = 0
    why: str = ""
    places: Places = field(default_factory=dict)


@dataclass
class RevenuePart:
    """Revenue of one customer of one kind and product."""

    kind: str
    product: str
    estimated: bool
    amount: int = 0
    rows: list[Revenue] = field(default_factory=list)


def cost_parts(books: FactBooks, rules: Rules, slice_: Slice, days: Days, customer: int) -> list[CostPart]:
    """The parts of a customer's cost (position, -1: nobody) in a slice, largest bucket order first."""
    found: dict[tuple[int, int], CostPart] = {}
    dimensions: dict[tuple[int, int], set[int]] = {}
    for part in pieces(books, rules, slice_, days):
        engine = part.engine
        records = engine.cost_records((), slice_.where, part.inside)
        records = records.take((records.customer == customer) & part.inside[records.span])
        for bucket, link in {*zip(records.bucket.tolist(), records.link.tolist(), strict=True)}:
            own = records.take((records.bucket == bucket) & (records.link == link))
            key = (bucket, link)
            if key not in found:
                found[key] = _new_part(engine, bucket, link)
            found[key].amount += total(own.amount)
            found[key].ai += total(own.amount[engine.is_ai[own.dimension]])
            places = _places(part, own, bucket, link, customer, slice_)
            for dimension, intervals in places.items():
                found[key].places.setdefault(books.dimensions[dimension].id, []).extend(intervals)
                dimensions.setdefault(key, set()).add(dimension)
    for key, cost in found.items():
        cost.why = why_text(books, rules, slice_, days, key, dimensions.get(key, set()))
        link = rules.links[key[1]] if key[0] == DIRECT and key[1] != NOBODY else None
        if link is not None and splits_cost(link):
            on = {day for held in cost.places.values() for piece in held for day in range(*_ends(piece))}
            held_by = np.array(sorted(dimensions[key]), dtype=np.int64)
            on &= set(books.facts.cost.daily(days.start, days.end, held_by).when.tolist())
            usage = binding_of(books, rules, slice_).usage
            cost.why += f"; {share_text(link, usage, customer, on)}"
    return [found[key] for key in sorted(found)]


def _ends(days: Days) -> tuple[int, int]:
    return days.start, days.end


def _new_part(engine: Engine, bucket: int, link: int) -> CostPart:
    label = None if link == NOBODY else engine.binding.links[link]
    return CostPart(BUCKETS[bucket], label)  # type: ignore[arg-type]


def _places(part: Piece, records: Records, bucket: int, link: int, customer: int, slice_: Slice) -> Places:
    """Position of dimension -> days."""
    engine = part.engine
    found: Places = {}
    if bucket in (SHARED, UNATTRIBUTED):
        found.update(_pool_places(part, bucket, link, slice_))
    if bucket == SHARED:
        return found
    spans = engine.books.spans
    for dimension, number in {*zip(records.dimension.tolist(), records.span.tolist(), strict=True)}:
        line = int(engine.binding.timeline[dimension])
        whole = spans[number]
        if line == NOBODY:
            found.setdefault(dimension, []).append(whole)
            continue
        for start, end, assignment in engine.binding.timelines[line]:
            days = Days(max(start, whole.start), min(end, whole.end))
            held = _holding(engine.binding, assignment, days, (bucket, customer, link))
            if held:
                found.setdefault(dimension, []).extend(held)
    return found


def _holding(binding: Binding, assignment: int, days: Days, owner: tuple[int, int, int]) -> list[Days]:
    """The days on which an assignment has a part of this bucket, customer and link."""
    if is_traced(binding.assignments[assignment]):
        pieces = [Days(day, day + 1) for day in range(days.start, days.end)]
    else:
        pieces = [days] if days.start < days.end else []
    return [
        piece
        for piece in pieces
        if any(
            (part.bucket, part.customer, part.link) == owner
            for part in binding.assignments[binding.of_day(assignment, piece.start)]
        )
    ]


def _pool_places(part: Piece, bucket: int, link: int, slice_: Slice) -> Places:
    """Days of the pool atoms of a shared rule (or, without a rule, of those that found no weights)."""
    engine = part.engine
    pools = engine.ledger.pools
    span = engine.books.span_of(pools.day)
    kept = part.inside[span] if len(span) else np.zeros(0, dtype=bool)
    if bucket == SHARED:
        kept &= pools.rule == link - engine.binding.first_shared
    for name, allowed in engine.allowed_dimensions(slice_.where).items():
        axis = engine.space.axis(name)
        if axis.of_dimension is not None:
            kept &= allowed[axis.of_dimension[pools.dimension]]
    found: Places = {}
    weights = engine.pools.weights
    for position in np.flatnonzero(kept).tolist():
        rule, day = int(pools.rule[position]), int(pools.day[position])
        dimension = int(pools.dimension[position])
        if bucket == UNATTRIBUTED and weights.on_day(rule, day, dimension) is not None:
            continue
        found.setdefault(dimension, []).append(Days(day, day + 1))
    return found


def why_text(
    books: FactBooks, rules: Rules, slice_: Slice, days: Days, key: tuple[int, int], dimensions: Iterable[int]
) -> str:
    """Why the cost of some dimensions (by position) is in bucket and link ``key``, in words."""
    bucket, link = key
    first, last = days.start, days.end - 1
    if bucket == SHARED:
        binding = binding_of(books, rules, slice_)
        return shared_text(binding.shared[link - binding.first_shared])
    if bucket in (OPEX, TAX):
        return nobody_text(BUCKETS[bucket], _class_rules(books, rules, dimensions, first, last), ())  # type: ignore[arg-type]
    matching = _matching(books, rules, set(dimensions))
    lost: Sequence[Lost] = lost_links(rules.links, matching, link, first, last)
    if bucket == DIRECT and link == NOBODY:
        cells = binding_of(books, rules, slice_).usage.bills.cell_of
        if any(cells[number] != NOBODY for number in dimensions):
            return bill_text(lost)
    if bucket == DIRECT:
        return direct_text(None if link == NOBODY else rules.links[link], lost)
    return nobody_text("unattributed", "", lost)


def _matching(books: FactBooks, rules: Rules, dimensions: set[int]) -> list[int]:
    """Links that match some of the dimensions, in order."""
    return [
        number
        for number, link in enumerate(rules.links)
        if not dimensions.isdisjoint(books.index.match(link.match).positions)
    ]


def _class_rules(books: FactBooks, rules: Rules, dimensions: Iterable[int], first: int, last: int) -> str:
    held = set(dimensions)
    found = [
        rule.id
        for rule in rules.classes
        if rule.enabled
        and rule.cost_class == "opex"
        and applies_within(rule, first, last)
        and not held.isdisjoint(books.index.match(rule.match).positions)
    ]
    return "`, `".join(found)


def revenue_parts(
    books: FactBooks, rules: Rules, slice_: Slice, days: Days, customer: int
) -> list[RevenuePart]:
    """The parts of a customer's revenue in a slice by kind and product, with the rows behind them."""
    found: dict[tuple[str, str, bool], RevenuePart] = {}
    seen: dict[tuple[str, str, bool], set[int]] = {}
    for part in pieces(books, rules, slice_, days):
        records = part.engine.revenue_records(slice_.where)
        records = records.take((records.customer == customer) & part.inside[records.span])
        for position, amount in zip(records.row.tolist(), records.amount.tolist(), strict=True):
            row = books.revenue.rows[position]
            key = (row.kind, row.product, row.estimated)
            own = found.setdefault(key, RevenuePart(*key))
            own.amount += amount
            if position not in seen.setdefault(key, set()):
                seen[key].add(position)
                own.rows.append(row)
    return [found[key] for key in sorted(found)]
