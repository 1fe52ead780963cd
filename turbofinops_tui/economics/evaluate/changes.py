"""Two bindings of the same facts: which dimensions have another owner, which pools split otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.evaluate.bind import NOBODY, POOL, Binding, Mask
from turbofinops_tui.economics.evaluate.ledger import Pools
from turbofinops_tui.economics.evaluate.weights import MonthWeights, Weights
from turbofinops_tui.economics.periods import month_of_day

GONE = -2
"""the code of a label that the other side does not have"""


def codes_into(old: Sequence[str], new: Sequence[str]) -> Ints:
    """Position in ``old`` -> position in ``new`` (``GONE`` without one); the last entry is that of -1."""
    number = {label: code for code, label in enumerate(new)}
    return np.array([*(number.get(label, GONE) for label in old), NOBODY], dtype=np.int64)


def touched(before: Binding, after: Binding) -> Mask:
    """Dimensions whose cost may have another owner, feature, link or bucket."""
    links = codes_into(before.links, after.links)
    features = codes_into(before.features.labels, after.features.labels)
    changed: Mask = before.customer != after.customer
    changed |= features[before.feature] != after.feature
    changed |= links[before.link] != after.link
    changed |= (before.bucket != after.bucket) | (before.opex != after.opex)
    lined = (before.timeline != NOBODY) | (after.timeline != NOBODY)
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


def moving(pools: Pools, own: MonthWeights, other: MonthWeights, changed: Mask) -> Mask:
    """Atoms of ``pools`` that are split otherwise by ``other``: other dimensions' atoms, rules or weights.

    ``changed`` are the dimensions that have other owners; the atoms of the rest are in both.
    """
    moved: Mask = changed[pools.dimension]
    rules = {rule.id: number for number, rule in enumerate(other.binding.shared)}
    for number in np.unique(pools.rule[~moved]).tolist():
        of_rule = np.flatnonzero((pools.rule == number) & ~moved)
        moved[of_rule] = _other_weights(pools.take(of_rule), own, other, number, rules)
    return moved


def _other_weights(
    pools: Pools, own: MonthWeights, other: MonthWeights, number: int, rules: dict[str, int]
) -> Mask:
    rule = own.binding.shared[number]
    twin = rules.get(rule.id)
    if twin is None or other.binding.shared[twin].within != rule.within:
        return np.ones(len(pools.day), dtype=bool)
    days, day = np.unique(pools.day, return_inverse=True)
    month = np.array([month_of_day(d) for d in days.tolist()], dtype=np.int64)[day]
    partition = own.partition_of(rule)[pools.dimension]
    pairs, place = np.unique(np.stack([month, partition]), axis=1, return_inverse=True)
    differ = [
        not same_weights(own.of(number, at, within), other.of(twin, at, within))
        for at, within in pairs.T.tolist()
    ]
    found: Mask = np.array(differ, dtype=bool)[place.reshape(-1)]
    return found


def same_weights(one: Weights | None, two: Weights | None) -> bool:
    """Whether two sets of weights split every amount alike."""
    if one is None or two is None:
        return one is two
    return one is two or (one[1] == two[1] and np.array_equal(one[0], two[0]))
