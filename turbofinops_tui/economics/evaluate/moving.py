"""Which pools of two sets of rules are split otherwise."""

from __future__ import annotations

import numpy as np

from turbofinops_tui.economics.evaluate.bind import Mask
from turbofinops_tui.economics.evaluate.shared import SharedPools
from turbofinops_tui.economics.evaluate.weights import MonthWeights, same_weights


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
