"""Days of metered customers whose usage nobody has billed or estimated yet (numbers.md 2).

A customer with invoiced usage is metered; what follows its last usage is the running period, until an
invoice or a preview covers it. Those days have cost and no revenue, so they say nothing about a margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate.bind import NOBODY, Binding
from turbofinops_tui.economics.evaluate.frame import wanted_sides
from turbofinops_tui.economics.evaluate.plan import Piece
from turbofinops_tui.economics.evaluate.sales import customers_of
from turbofinops_tui.economics.patterns import pattern
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Slice, Unbilled

GRACE = 3
"""days that the invoice of a period may take; later the customer counts as metered no more"""
FIRST_PERIOD = 31
Reach = tuple[int, int]
"""(day after the last usage known, day from which nothing more is expected)"""


def unbilled(parts: Sequence[Piece], slice_: Slice, days: Days, today: int) -> tuple[Unbilled, ...]:
    """The unbilled days inside ``days`` of every customer that the slice asks for, by reference.

    None where no measure is about recognised revenue.
    """
    if not parts or slice_.revenue != "recognised" or not wanted_sides(slice_)[0]:
        return ()
    books, binding = parts[0].engine.books, parts[0].engine.binding
    found = []
    for customer, (known, limit) in _reaches(books, binding, slice_.estimates == "in").items():
        start, end = max(days.start, known), min(days.end, today + 1)
        ref = books.customers[customer].ref
        # a preview of today is as good as one can be: today itself is not over
        if start < end and known < today < limit and _asked(slice_, ref):
            found.append(Unbilled(ref, start, end))
    return tuple(sorted(found, key=lambda item: item.customer.encode()))


def unbilled_note(found: Sequence[Unbilled]) -> tuple[str, ...]:
    """What a table with unbilled days says about itself."""
    if not found:
        return ()
    return (f"{len(found)} customers have unbilled usage in the running period: see unbilled",)


def _asked(slice_: Slice, ref: str) -> bool:
    own = [condition for condition in slice_.where if condition.dimension == "customer"]
    wanted: Sequence[bool] = [pattern(c.pattern).matches(ref) for c in own if not c.negated]
    refused = any(pattern(c.pattern).matches(ref) for c in own if c.negated)
    return not refused and (not wanted or any(wanted))


def _reaches(books: FactBooks, binding: Binding, estimates: bool) -> dict[int, Reach]:
    """Customer -> how far its usage is known and expected."""
    memory = binding.directory.memory
    key = ("reach of usage", estimates)
    if key not in memory:
        memory[key] = _reach(books, binding, estimates)
    return cast("dict[int, Reach]", memory[key])


def _reach(books: FactBooks, binding: Binding, estimates: bool) -> dict[int, Reach]:
    facts = books.revenue
    usage = np.array([label == "usage" for label in facts.labels["kind"]] + [False], dtype=bool)
    owner = customers_of(facts, binding)
    billed: dict[int, tuple[int, int]] = {}
    seen: dict[int, tuple[int, int]] = {}
    for position in np.flatnonzero(usage[facts.codes["kind"]] & (owner != NOBODY)).tolist():
        row, customer = facts.rows[position], int(owner[position])
        if row.basis != "recognised" or row.end <= row.start:
            continue
        kept = seen if row.estimated else billed
        kept[customer] = max(kept.get(customer, (0, 0)), (row.end, row.end - row.start))
    found = {}
    for customer in billed.keys() | seen.keys():
        end, length = billed.get(customer, (0, 0))
        until, so_far = seen.get(customer, (0, 0))
        # before its first invoice a customer is known by its preview alone
        limit = (end + length if end else until - so_far + FIRST_PERIOD) + GRACE
        known = max(end or until - so_far, until if estimates else 0)
        found[customer] = (known, limit)
    return found
