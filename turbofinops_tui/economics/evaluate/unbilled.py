"""Days of metered customers whose usage nobody has billed or estimated yet (numbers.md 2).

A customer with invoiced usage or a running metered subscription is metered; what follows its last usage is
the running period, until an invoice or a preview covers it. Those days have cost and no revenue, so they say
nothing about a margin.
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
Reach = tuple[int, int, int]
"""(day after the last usage known, day from which nothing more is expected, start of the running period)"""


def unbilled(parts: Sequence[Piece], slice_: Slice, days: Days, today: int) -> tuple[Unbilled, ...]:
    """The unbilled days inside ``days`` of every customer that the slice asks for, by reference.

    None where no measure is about recognised revenue.
    """
    if not parts or slice_.revenue != "recognised" or not wanted_sides(slice_)[0]:
        return ()
    books, binding = parts[0].engine.books, parts[0].engine.binding
    found = []
    for customer, (known, limit, began) in _reaches(books, binding, slice_.estimates == "in").items():
        if today >= began + GRACE:  # the invoice of the period before has come, perhaps of nothing
            known = max(known, began)
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
    billed, seen, running = _usage(books, binding)
    found = {}
    for customer in billed.keys() | seen.keys() | running.keys():
        end, length = billed.get(customer, (0, 0))
        until, so_far = seen.get(customer, (0, 0))
        start, stop = running.get(customer, (0, 0))
        # before its first invoice a customer is known by its subscription or preview alone
        known = end or (until - so_far if until else start)
        limit = known + (length if end else FIRST_PERIOD) + GRACE
        if stop:
            limit = max(limit, stop + (stop - start) + GRACE)
        found[customer] = (max(known, until) if estimates else known, limit, start)
    return found


Spans = dict[int, tuple[int, int]]


def _usage(books: FactBooks, binding: Binding) -> tuple[Spans, Spans, Spans]:
    """Per customer: (end, days) of the last billed and the last previewed usage, and the running period."""
    facts = books.revenue
    usage = np.array([label == "usage" for label in facts.labels["kind"]] + [False], dtype=bool)
    owner = customers_of(facts, binding)
    billed: Spans = {}
    seen: Spans = {}
    running: Spans = {}
    for position in np.flatnonzero(usage[facts.codes["kind"]] & (owner != NOBODY)).tolist():
        row, customer = facts.rows[position], int(owner[position])
        basis = str(row.basis)  # rows of the basis ``metered`` hold days, no money
        if basis not in ("recognised", "metered") or row.end <= row.start:
            continue
        if row.estimated or basis == "recognised":
            kept = seen if row.estimated else billed
            kept[customer] = max(kept.get(customer, (0, 0)), (row.end, row.end - row.start))
        else:
            start, stop = running.get(customer, (row.start, row.end))
            running[customer] = (min(start, row.start), max(stop, row.end))
    return billed, seen, running
