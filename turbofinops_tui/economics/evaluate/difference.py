"""What other rules do to the same facts: who gives dollars to whom, who changes sign, coverage.

Moved dollars are exact. Dimensions that both sets of rules treat alike are one class; within one
(class, span) what holders lose goes to those who gain, in split order. Only dimensions and pools that
the rules treat otherwise are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints, exact, sum_by
from turbofinops_tui.economics.consequences import OPEX, TAX, Coverage, Difference, Flip, Holder, Moved
from turbofinops_tui.economics.evaluate.answer import evaluate
from turbofinops_tui.economics.evaluate.bind import NOBODY, Binding, Mask
from turbofinops_tui.economics.evaluate.changes import touched
from turbofinops_tui.economics.evaluate.ledger import Records
from turbofinops_tui.economics.evaluate.moving import moving
from turbofinops_tui.economics.evaluate.plan import Piece, pieces
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.types import Rules, Slice, Table

Flows = dict[tuple[int, int], int]
"""(holder that loses, holder that gains) -> units"""


def difference(
    books: FactBooks,
    before: Rules,
    after: Rules,
    slice_: Slice,
    *,
    today: int,
    resolved: FactBooks | None = None,
) -> Difference:
    """What ``after`` does in place of ``before``, on the days and with the options of ``slice_``.

    Its dimensions, measures, filters and order play no part; native currency counts as the reporting one.
    ``resolved``: the same books with the evidence as ``after`` reads it, where that is another.
    """
    sides = ((books, before), (resolved or books, after))
    plain = Slice(
        by=("customer",), measures=("margin", "cost", "direct_cost", "shared_cost"), range=slice_.range,
        revenue=slice_.revenue, cost=slice_.cost, tax=slice_.tax, credits=slice_.credits,
        estimates=slice_.estimates, currency="" if slice_.currency == NATIVE else slice_.currency,
    )  # fmt: skip
    old, new = (evaluate(facts, rules, plain, today=today, as_of="") for facts, rules in sides)
    ages = replace(plain, by=("cohort",), measures=("margin",))
    old_cohorts, new_cohorts = (evaluate(facts, rules, ages, today=today, as_of="") for facts, rules in sides)
    flows: Flows = {}
    for one, two in zip(*(pieces(facts, rules, plain, old.days) for facts, rules in sides), strict=True):
        _add_flows(flows, one, two)
    return Difference(
        days=old.days,
        currency=old.currency,
        moved=_moved(flows, books, old.currency),
        flips=_flips(old, new),
        cohorts=_flips(old_cohorts, new_cohorts),
        before=_coverage(old),
        after=_coverage(new),
    )


def _flips(before: Table, after: Table) -> tuple[Flip, ...]:
    """Rows whose margin changes sign; a row that is on one side alone is 0 on the other."""
    was, now = (
        {row.key[0]: row.values[0] for row in table.rows if row.key[0] is not None}
        for table in (before, after)
    )
    nothing = Money(0, before.currency)
    found = []
    for key in dict.fromkeys((*was, *now)):
        old, new = was.get(key, nothing), now.get(key, nothing)
        if isinstance(old, Money) and isinstance(new, Money) and (old.units < 0) != (new.units < 0):
            found.append(Flip(str(key), old, new))
    return tuple(sorted(found, key=lambda flip: (-abs((flip.now - flip.was).units), flip.key.encode())))


def _coverage(table: Table) -> Coverage:
    cost, direct, shared = table.totals[0].values[1:]
    if not (isinstance(cost, Money) and isinstance(direct, Money) and isinstance(shared, Money)):
        direct = shared = cost = Money(0, table.currency)
    return Coverage(direct, shared, cost - direct - shared)


# --- who gives to whom ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Held:
    """Cost by (class and span, holder)."""

    place: Ints
    holder: Ints
    amount: Amounts


def _add_flows(flows: Flows, before: Piece, after: Piece) -> None:
    one, two = before.engine.binding, after.engine.binding
    changed = touched(one, two)
    pools = [piece.engine.pools for piece in (before, after)]
    atoms = [
        moving(own, other, changed)
        for own, other in (pools, reversed(pools))
    ]  # fmt: skip
    if not changed.any() and not any(chosen.any() for chosen in atoms):
        return
    classes = _classes(before, after)
    was, now = (
        _held(piece, classes, changed, chosen) for piece, chosen in zip((before, after), atoms, strict=True)
    )
    _flow(flows, was, now, len(before.engine.books.customers) + 3)


def _classes(before: Piece, after: Piece) -> Ints:
    """A code per dimension; those of one code are treated alike by both bindings."""
    columns: list[Ints] = []
    for piece in (before, after):
        binding: Binding = piece.engine.binding
        columns += [binding.timeline, binding.customer, binding.bucket]
        columns += [piece.engine.pools.weights.partition_of(rule) for rule in binding.shared if rule.within]
    found: Ints = np.unique(np.stack(columns), axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return found


def _held(piece: Piece, classes: Ints, changed: Mask, atoms: Mask) -> _Held:
    engine = piece.engine
    owned = engine.ledger.owned
    owned = owned.take(changed[owned.dimension] & piece.inside[owned.span])
    spans = engine.books.span_of(engine.ledger.pools.day)
    atoms = atoms & piece.inside[spans] if len(spans) else atoms
    records = Records.join([owned, engine.pools.some(classes, atoms)])
    people = len(engine.books.customers)
    nobody = np.array([0, 0, people, people + 1, people + 2], dtype=np.int64)  # by bucket
    holder = np.where(records.customer == NOBODY, nobody[records.bucket], records.customer)
    place = classes[records.dimension] * len(engine.books.spans) + records.span
    key, amount = sum_by(
        place * (people + 3) + holder,
        records.amount if records.amount.dtype == object else exact(records.amount),
    )
    return _Held(key // (people + 3), key % (people + 3), amount)


def _flow(flows: Flows, before: _Held, after: _Held, width: int) -> None:
    """Add what moves in every place from those who lose to those who gain."""
    key = np.concatenate([before.place * width + before.holder, after.place * width + after.holder])
    change = np.concatenate([-before.amount, after.amount])
    keys, net = sum_by(key, exact(change) if change.dtype != object else change)
    of_place, whole = sum_by(before.place, before.amount)
    kept = np.flatnonzero(net != 0)
    keys, net = keys[kept], net[kept]
    places, starts = np.unique(keys // width, return_index=True)
    negative = np.zeros(len(places), dtype=bool)
    known = np.isin(places, of_place)
    negative[known] = (whole[np.searchsorted(of_place, places[known])] < 0).astype(bool)
    holders, amounts = (keys % width).tolist(), net.tolist()
    bounds = [*starts.tolist(), len(keys)]
    for number, credit in enumerate(negative.tolist()):
        rows = range(bounds[number], bounds[number + 1])
        _pair(flows, [(holders[i], -amounts[i] if credit else amounts[i]) for i in rows], -1 if credit else 1)


def _pair(flows: Flows, changes: Sequence[tuple[int, int]], sign: int) -> None:
    """Losses and gains of one place, which add up to 0, matched in order."""
    losses = [[holder, -amount] for holder, amount in changes if amount < 0]
    gains = [[holder, amount] for holder, amount in changes if amount > 0]
    at = 0
    for holder, amount in gains:
        while amount and at < len(losses):
            part = min(amount, losses[at][1])
            pair = (losses[at][0], holder)
            flows[pair] = flows.get(pair, 0) + sign * part
            amount -= part
            losses[at][1] -= part
            at += losses[at][1] == 0


def _moved(flows: Flows, books: FactBooks, currency: str) -> tuple[Moved, ...]:
    names: list[Holder] = [*(customer.ref for customer in books.customers), None, OPEX, TAX]
    found = [
        Moved(names[source], names[target], Money(units, currency))
        for (source, target), units in flows.items()
        if units
    ]
    return tuple(
        sorted(
            found, key=lambda m: (-abs(m.cost.units), (m.source or "").encode(), (m.target or "").encode())
        )
    )
