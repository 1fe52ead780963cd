"""Two bindings of the same facts: which dimensions have another owner, which pools split otherwise."""

from __future__ import annotations

import numpy as np

from turbofinops_tui.economics.evaluate.bind import NOBODY, POOL, Binding, Mask
from turbofinops_tui.economics.evaluate.edits import codes_into
from turbofinops_tui.economics.evaluate.shared import SharedPools
from turbofinops_tui.economics.evaluate.weights import MonthWeights, Weights


def touched(before: Binding, after: Binding) -> Mask:
    """Dimensions whose cost may have another owner, feature, link or bucket."""
    links = codes_into(before.links, after.links)
    features = codes_into(before.features.labels, after.features.labels)
    changed: Mask = before.customer != after.customer
    changed |= features[before.feature] != after.feature
    changed |= links[before.link] != after.link
    changed |= (before.bucket != after.bucket) | (before.opex != after.opex)
    lined = (before.timeline != NOBODY) | (after.timeline != NOBODY)
    if after.base_token is before.token:
        lined &= after.open
    chosen = np.flatnonzero(lined & ~changed)
    pairs = np.stack([before.timeline[chosen], after.timeline[chosen]])
    found, place = np.unique(pairs, axis=1, return_inverse=True)
    differ = [_content(before, old) != _content(after, new) for old, new in found.T.tolist()]
    changed[chosen] = np.array(differ, dtype=bool)[place.reshape(-1)] if len(chosen) else False
    return changed


def _content(binding: Binding, line: int) -> tuple[object, ...]:
    """A timeline in words, so that it compares with one of another binding."""
    if line == NOBODY:
        return ()
    found: list[object] = []
    for start, end, assignment in binding.timelines[line]:
        parts = tuple(
            (
                part.weight, part.customer, part.bucket, part.opex,
                "" if part.feature == NOBODY else binding.features.labels[part.feature],
                binding.shared[part.link].id if part.bucket == POOL
                else "" if part.link == NOBODY else binding.links[part.link],
            )
            for part in binding.assignments[assignment]
        )  # fmt: skip
        found.append((start, end, parts))
    return tuple(found)


def moving(own: SharedPools, other: SharedPools, changed: Mask, inside: Mask | None = None) -> Mask:
    """Atoms of ``own`` that ``other`` splits otherwise: dimensions of other owners, other rules or weights.

    ``changed`` are the dimensions with other owners; the atoms of the rest are in both. With ``inside``
    only atoms of those spans count, and a run of atoms moves whole or not at all.
    """
    pools = own.ledger.pools
    if not len(pools.day):
        return np.zeros(0, dtype=bool)
    moved: Mask = changed[pools.dimension]
    (rules, months, partitions), run = own.runs
    differ = np.zeros(len(rules), dtype=bool)
    wanted = np.ones(len(rules), dtype=bool)
    joined: set[tuple[str, int, int]] = set()
    if inside is not None:
        kept = inside[own.ledger.books.span_of(pools.day)]
        wanted[:] = False
        wanted[run[kept]] = True
        differ[run[moved & kept]] = True
        joined = _changed_runs(other, changed, inside)
    twins = {rule.id: number for number, rule in enumerate(other.ledger.binding.shared)}
    for number in np.flatnonzero(wanted & ~differ).tolist():
        at = (int(rules[number]), int(months[number]), int(partitions[number]))
        name = (own.ledger.binding.shared[at[0]].id, *at[1:])
        differ[number] = name in joined or _other_weights(own.weights, other.weights, twins, *at)
    return differ[run] & kept if inside is not None else moved | differ[run]


def _changed_runs(pools: SharedPools, changed: Mask, inside: Mask) -> set[tuple[str, int, int]]:
    """Runs (shared rule, month, partition) that hold atoms of changed dimensions."""
    atoms = pools.ledger.pools
    if not len(atoms.day):
        return set()
    names, run = pools.runs
    chosen = np.unique(run[changed[atoms.dimension] & inside[pools.ledger.books.span_of(atoms.day)]])
    rules = pools.ledger.binding.shared
    return {(rules[rule].id, month, within) for rule, month, within in names[:, chosen].T.tolist()}


def _other_weights(
    own: MonthWeights, other: MonthWeights, twins: dict[str, int], number: int, month: int, partition: int
) -> bool:
    rule = own.binding.shared[number]
    twin = twins.get(rule.id)
    if twin is None or other.binding.shared[twin].within != rule.within:
        return True
    return not same_weights(own.of(number, month, partition), other.of(twin, month, partition))


def same_weights(one: Weights | None, two: Weights | None) -> bool:
    """Whether two sets of weights split every amount alike."""
    if one is None or two is None:
        return one is two
    return one is two or (one[1] == two[1] and np.array_equal(one[0], two[0]))
