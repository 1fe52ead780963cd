"""Two bindings of the same facts: which dimensions have another owner."""

from __future__ import annotations

import numpy as np

from turbofinops_tui.economics.evaluate.bind import Binding, Mask
from turbofinops_tui.economics.evaluate.edits import codes_into
from turbofinops_tui.economics.evaluate.parts import NOBODY, POOL
from turbofinops_tui.economics.evaluate.tracing import is_traced


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
    # under other identities, labels or evidence a traced part divides otherwise, whatever it says
    used = before.usage is not after.usage
    differ = [
        (used and _traced(after, new)) or _content(before, old) != _content(after, new)
        for old, new in found.T.tolist()
    ]
    changed[chosen] = np.array(differ, dtype=bool)[place.reshape(-1)] if len(chosen) else False
    return changed


def _traced(binding: Binding, line: int) -> bool:
    """Whether the evidence of a day divides some part of a timeline."""
    if line == NOBODY:
        return False
    return any(is_traced(binding.assignments[number]) for _, _, number in binding.timelines[line])


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
                "" if part.pool == NOBODY else binding.shared[part.pool].id, part.by, part.of,
                part.bill, part.told,
            )
            for part in binding.assignments[assignment]
        )  # fmt: skip
        found.append((start, end, parts))
    return tuple(found)
