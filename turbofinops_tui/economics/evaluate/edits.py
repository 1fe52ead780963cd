"""Which rules differ between two lists, order included: what an edit touched."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np

from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.types import ClassRule, Link, SharedRule

T = TypeVar("T", bound=Hashable)
NOBODY = -1
GONE = -2
"""the code of a label that the other side does not have"""


def codes_into(old: Sequence[str], new: Sequence[str]) -> Ints:
    """Position in ``old`` -> position in ``new`` (``GONE`` without one); the last entry is that of -1."""
    number = {label: code for code, label in enumerate(new)}
    return np.array([*(number.get(label, GONE) for label in old), NOBODY], dtype=np.int64)


def edited(old: Sequence[T], new: Sequence[T]) -> list[T]:
    """Rules of either list whose presence, content or order relative to the others differs.

    The rest stands in both in the same order, so whatever only they match has the same owner.
    """
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[len(old) - 1 - end] == new[len(new) - 1 - end]:
        end += 1
    before, after = list(old[start : len(old) - end]), list(new[start : len(new) - end])
    if len(before) > 1 and len(before) == len(after):
        if before[1:] == after[:-1] and before[0] == after[-1]:
            return before[:1]
        if before[:-1] == after[1:] and before[-1] == after[0]:
            return before[-1:]
    old_set, new_set = set(before), set(after)  # a hundred thousand rules may lie between two edits
    gone = [rule for rule in before if rule not in new_set]
    come = [rule for rule in after if rule not in old_set]
    if [rule for rule in before if rule in new_set] == [rule for rule in after if rule in old_set]:
        return gone + come
    return before + after


def applies(rule: ClassRule | Link | SharedRule, day: int) -> bool:
    """Whether the dates of a rule hold on ``day``."""
    return (rule.start is None or rule.start <= day) and (rule.end is None or day < rule.end)


def ids(rules: Sequence[SharedRule]) -> list[str]:
    """The ids of shared rules."""
    return [rule.id for rule in rules]
