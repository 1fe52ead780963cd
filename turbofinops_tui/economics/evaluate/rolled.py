"""Cubes by what customer and month decide (cohort, age, plan, attributes), from the cube by customer.

That cube has a cell per customer and span where the ledger has records per dimension: summing its cells is
the same sum, and counting customers is looking which cells have a record.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turbofinops_tui.economics.books.rows import Amounts, Ints, exact
from turbofinops_tui.economics.evaluate.axes import Axis, Space
from turbofinops_tui.economics.evaluate.bind import NOBODY
from turbofinops_tui.economics.evaluate.cubes import DENSE, Cube, mixed_radix

CUSTOMER = ("customer",)


def follows_customer(space: Space, names: Sequence[str]) -> bool:
    """Whether customer and span decide the code of every axis of ``names``, and a code is one customer."""
    known = all(space.axis(name).of_customer is not None for name in names)
    return known and len(space.axis("customer").labels) == len(space.books.customers) + 1


def customers_of(space: Space, cube: Cube) -> Ints:
    """The customer of every cell of the cube by customer, NOBODY for none."""
    axis = space.axis("customer")
    place = np.full(len(axis.labels), NOBODY, dtype=np.int64)
    if axis.of_customer is not None:
        every = np.arange(len(space.books.customers), dtype=np.int64)
        place[axis.of_customer(every, every)] = every
    return place[cube.plain]


def rolled(space: Space, cube: Cube, names: Sequence[str]) -> Cube:
    """The cube by ``names`` from that by customer."""
    axes = [space.axis(name) for name in names]
    customer, spans = customers_of(space, cube), len(space.spans)
    keys = mixed_radix(_codes(axes, customer, cube.span), axes, cube.span, spans)
    found, place = _distinct(keys, spans, axes)
    sums = {name: _sum(values, place, len(found)) for name, values in cube.sums.items()}
    seen: dict[str, Ints] = {name: _sum(values, place, len(found)) for name, values in cube.seen.items()}
    return Cube(found, sums, seen, *np.divmod(found, max(1, spans)))


def customer_keys(space: Space, cube: Cube, names: Sequence[str], columns: Sequence[str]) -> Ints:
    """Distinct keys of (axes, customer, span) of the customers with a record in one of ``columns``."""
    axes, customer = [space.axis(name) for name in names], customers_of(space, cube)
    kept = customer != NOBODY
    if columns:
        kept &= np.any([cube.seen[name] > 0 for name in columns], axis=0)
    customer, span = customer[kept], cube.span[kept]
    keys = mixed_radix(_codes(axes, customer, span), axes, customer, len(space.books.customers) + 1)
    found: Ints = keys * len(space.spans) + span
    return found


def _codes(axes: Sequence[Axis], customer: Ints, span: Ints) -> list[Ints]:
    return [axis.of_customer(customer, span) for axis in axes if axis.of_customer is not None]


def _distinct(keys: Ints, spans: int, axes: Sequence[Axis]) -> tuple[Ints, Ints]:
    """Distinct keys, ascending, and the place of each key among them."""
    size = spans
    for axis in axes:
        size *= max(1, len(axis.labels))
    if size > DENSE:
        found, place = np.unique(keys, return_inverse=True)
        return found, place
    there = np.zeros(size, dtype=bool)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def _sum(values: Amounts, place: Ints, size: int) -> Amounts:
    values = exact(values) if values.dtype != object else values
    out = np.zeros(size, dtype=values.dtype)
    np.add.at(out, place, values)
    return out
