"""The cardinality guard: tag keys that differ on every request stay out of the rollup, with their dollars.

All keys with few values enter, so that no link edit ever needs a new import. A
key is left out when it would make the rollup as long as the bill:

- it has more than ``tag_values`` (2,000) distinct values, and
- more than one value per five lines that carry it (or more than 100,000 values at all), and
- its values do not come back: on average a value is seen on fewer than two days.

Ids of customers, clusters or volumes come back day after day, in whatever
number; request, trace and session ids do not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

LINES_PER_VALUE = 5
MOST_VALUES = 100_000
DAYS_PER_VALUE = 2


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How a tag key is used in one delivery."""

    values: int
    lines: int


def crowded(uses: Mapping[str, KeyUse], floor: int) -> list[str]:
    """Keys with too many values for their lines, sorted; whether these come back is asked only for them."""
    return sorted(
        key
        for key, use in uses.items()
        if use.values > floor and (use.values * LINES_PER_VALUE > use.lines or use.values > MOST_VALUES)
    )


def left_out(
    uses: Mapping[str, KeyUse],
    floor: int,
    include: Collection[str],
    value_days: Callable[[list[str]], Mapping[str, int]],
) -> list[str]:
    """The keys that stay out. ``value_days`` gives, per key, the number of distinct (value, day) pairs."""
    asked = [key for key in crowded(uses, floor) if key not in include]
    if not asked:
        return []
    days = value_days(asked)
    return [
        key
        for key in asked
        if days[key] < DAYS_PER_VALUE * uses[key].values or uses[key].values > MOST_VALUES
    ]
