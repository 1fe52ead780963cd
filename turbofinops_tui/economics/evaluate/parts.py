"""What a dimension's cost is given away by: parts, assignments, intervals; and the codes of buckets."""

from __future__ import annotations

from typing import NamedTuple

from turbofinops_tui.economics.types import Link

DIRECT, SHARED, UNATTRIBUTED, OPEX, TAX, POOL, TRACED = range(7)
"""bucket codes; POOL is cost without a customer that a shared rule takes, not yet split; TRACED is cost
that the usage evidence of its day is to split"""
NOBODY = -1


class Part(NamedTuple):
    """A share of an atom: ``weight`` of the sum of its assignment's weights.

    ``link`` indexes ``Binding.links``; in a POOL part it indexes ``Binding.shared``. A TRACED part has
    the trace links whose evidence gives its customers (``by``) and features (``of``), its own feature
    where the evidence has none, and in ``pool`` the shared rule that takes what has no customer. With
    ``bill`` (a cell of ``Bills``) the evidence of that bill comes first, its features too with ``told``; the
    rest goes to what the part says beside it.
    """

    weight: int
    customer: int
    feature: int
    link: int
    bucket: int
    opex: bool = False
    pool: int = NOBODY
    by: Link | None = None
    of: Link | None = None
    bill: int = NOBODY
    told: bool = False


Assignment = tuple[Part, ...]
Interval = tuple[int, int, int]
"""(first day, day after the last, assignment id)"""
EARLIEST, LATEST = -(10**6), 10**6
