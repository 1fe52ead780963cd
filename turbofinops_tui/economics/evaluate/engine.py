"""One ledger and its revenue as cubes: exact sums per (key, span), remembered per question.

An ``Engine`` stands for one set of spans, binding and options. ``cost_cube`` and ``revenue_cube`` sum its
records over the dimensions and filters of a slice, keeping the spans, so that another range, order or
top of the same question needs no record again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints, exact
from turbofinops_tui.economics.evaluate.axes import Axis, Mask, Space
from turbofinops_tui.economics.evaluate.bind import (
    DIRECT,
    NOBODY,
    SHARED,
    UNATTRIBUTED,
    Binding,
)  # fmt: skip
from turbofinops_tui.economics.evaluate.ledger import Ledger, Options, Records
from turbofinops_tui.economics.evaluate.sales import Sales, sales
from turbofinops_tui.economics.evaluate.shared import SharedPools
from turbofinops_tui.economics.evaluate.weights import MonthWeights
from turbofinops_tui.economics.patterns import fold, pattern
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Basis, Condition, InOut

COST = ("direct", "shared", "unattributed", "opex", "tax", "ai", "ai_unattributed")
REVENUE = ("revenue", "revenue_of_nobody", "estimated")
DENSE = 3_000_000
"""cells of a dense sum; a sparser one sorts its keys"""
AI_CATEGORY = "ai and machine learning"
AI_PROVIDERS = ("openai", "anthropic", "openrouter")


@dataclass(frozen=True, slots=True)
class Cube:
    """Sums per key, ascending; a key is (codes of the axes, span) in mixed radix, the span last."""

    keys: Ints
    sums: dict[str, Amounts]
    seen: dict[str, Mask]
    """whether a key has any record in that column, be its sum 0 or not"""
    plain: Ints
    """the keys without their span"""
    span: Ints


class Engine:
    """Owned cost and revenue on the spans of ``books``, which may be a window of ``whole``."""

    def __init__(
        self,
        books: FactBooks,
        binding: Binding,
        options: Options,
        revenue: tuple[Basis, InOut],
        weights: MonthWeights,
        whole: Days,
    ) -> None:
        self.books = books
        self.whole = whole
        self.binding = binding
        self.options = options
        self.revenue = revenue
        self.ledger = Ledger(books, binding, options)
        self.pools = SharedPools(self.ledger, weights)
        self._cubes: dict[object, Cube] = {}

    @cached_property
    def _sales(self) -> tuple[Sales, Sales]:
        return sales(self.books, self.binding, self.options.currency, *self.revenue)

    @property
    def sales(self) -> Sales:
        """Owned revenue."""
        return self._sales[0]

    @property
    def unconverted_sales(self) -> Sales:
        """Native revenue without a rate."""
        return self._sales[1]

    @cached_property
    def space(self) -> Space:
        """The axes over these spans (features are complete once the revenue is owned)."""
        _ = self.sales
        return Space(self.books, self.binding, self.books.spans, self.whole)

    # --- records of a question ------------------------------------------------------------------

    def cost_records(self, axes: Sequence[Axis], where: Sequence[Condition], inside: Mask) -> Records:
        """Owned cost, shared pools split as far as ``axes`` and ``where`` can tell them apart.

        The spans ``inside`` are complete; of the others large pools may be missing.
        """
        conditions = conditions_by_dimension(where)
        seen = [*axes, *(self.space.axis(name) for name in conditions)]
        groups = np.zeros(len(self.books.dimensions), dtype=np.int64)
        for axis in dict.fromkeys(seen):
            if axis.of_dimension is not None:
                groups = _combined(groups, axis.of_dimension, len(axis.labels))
        groups = _combined(groups, self.is_ai.astype(np.int64), 2)
        records = Records.join([self.ledger.owned, self.pools.records(groups, inside)])
        kept = np.ones(len(records), dtype=bool)
        for name, conditions_ in conditions.items():
            axis = self.space.axis(name)
            if axis.cost is not None:
                kept &= _allowed(axis, conditions_)[axis.cost(records)]
        return records if kept.all() else records.take(kept)

    def revenue_records(self, where: Sequence[Condition]) -> Sales:
        """Owned revenue that the conditions let through; those on cost alone do not touch it."""
        return self.filtered(self.sales, where)

    def filtered(self, records: Sales, where: Sequence[Condition]) -> Sales:
        """The records that the conditions let through; those on cost alone do not touch them."""
        if not len(records):
            return records
        kept = np.ones(len(records), dtype=bool)
        for name, conditions in conditions_by_dimension(where).items():
            axis = self.space.axis(name)
            if axis.revenue is not None:
                kept &= _allowed(axis, conditions)[axis.revenue(records)]
        return records if kept.all() else records.take(kept)

    def lost_revenue(self, where: Sequence[Condition]) -> Sales:
        """Native revenue without a rate that the conditions let through."""
        return self.filtered(self.unconverted_sales, where)

    def lost_cost(self, where: Sequence[Condition]) -> tuple[Records, Ints]:
        """Native cost without a rate that the conditions let through, and the day of each."""
        records = self.ledger.unconverted
        if not len(records):
            return records, records.span
        spans = self.books.span_of(records.span)
        placed = Records(
            records.dimension, spans, records.customer, records.feature, records.link, records.bucket,
            records.opex, records.amount,
        )  # fmt: skip
        kept = np.ones(len(records), dtype=bool)
        for name, conditions in conditions_by_dimension(where).items():
            axis = self.space.axis(name)
            if axis.cost is not None:
                kept &= _allowed(axis, conditions)[axis.cost(placed)]
        return placed.take(kept), records.span[kept]

    def credits_left_out(self, inside: Mask, where: Sequence[Condition]) -> dict[str, int]:
        """What ``credits=out`` leaves out of the spans ``inside``, per native currency or in all.

        Conditions on attributes of the bill apply; those on owners do not, as nobody owns what is left out.
        """
        ledger = self.ledger
        entries = self.books.entries(self.options.cost, self.options.currency)
        kept = ledger.is_credit[entries.dimension] & inside[entries.span]
        for name, conditions in conditions_by_dimension(where).items():
            axis = self.space.axis(name)
            if axis.of_dimension is not None:
                kept &= _allowed(axis, conditions)[axis.of_dimension[entries.dimension]]
        sums: dict[str, int] = {}
        for position in np.flatnonzero(kept).tolist():
            code = self.books.dimensions[int(entries.dimension[position])].currency
            sums[code] = sums.get(code, 0) + int(entries.amount[position])
        return sums

    @cached_property
    def is_ai(self) -> Mask:
        """AI cost: its category, sources of an AI kind, and the services of the setting ``ai_services``."""
        return self.books.facts.once("is ai", self._is_ai)

    def _is_ai(self) -> Mask:
        services = {fold(name) for name in self.books.settings.ai_services}
        return np.array(
            [
                fold(d.category) == AI_CATEGORY or d.provider in AI_PROVIDERS or fold(d.service) in services
                for d in self.books.dimensions
            ],
            dtype=bool,
        )

    def allowed_dimensions(self, where: Sequence[Condition]) -> dict[str, Mask]:
        """Per condition on attributes of the bill, the labels that it lets through."""
        found = {}
        for name, conditions in conditions_by_dimension(where).items():
            axis = self.space.axis(name)
            if axis.of_dimension is not None:
                found[name] = _allowed(axis, conditions)
        return found

    # --- cubes ----------------------------------------------------------------------------------

    def cost_cube(self, names: tuple[str, ...], where: tuple[Condition, ...], inside: Mask) -> Cube:
        """Sums of ``COST`` by the axes ``names`` (none of time) and span, complete on ``inside``.

        Of other spans large pools may be missing.
        """
        key = ("cost", names, where, inside.tobytes() if self.pools.large else b"")
        if key not in self._cubes:
            self._remember(key, self._cost_cube(names, where, inside))
        return self._cubes[key]

    def _cost_cube(self, names: tuple[str, ...], where: tuple[Condition, ...], inside: Mask) -> Cube:
        axes = [self.space.axis(name) for name in names]
        records = self.cost_records(axes, where, inside)
        codes = [axis.cost(records) for axis in axes if axis.cost is not None]
        keys = mixed_radix(codes, axes, records.span, len(self.books.spans))
        spans = len(self.books.spans)
        cube = sum_columns(keys, records.bucket, records.amount, COST[:5], self._size(axes), spans)
        ai = self.is_ai[records.dimension] & np.isin(records.bucket, (DIRECT, SHARED, UNATTRIBUTED))
        unattributed = (records.bucket[ai] == UNATTRIBUTED).astype(np.int64)
        columns = ("rest", COST[6])
        of_ai = sum_columns(keys[ai], unattributed, records.amount[ai], columns, self._size(axes), spans)
        place = np.searchsorted(cube.keys, of_ai.keys)
        for name in COST[5:]:
            cube.sums[name] = np.zeros(len(cube.keys), dtype=cube.sums["direct"].dtype)
        cube.sums[COST[6]][place] = of_ai.sums[COST[6]]
        cube.sums[COST[5]][place] = of_ai.sums["rest"] + of_ai.sums[COST[6]]
        return cube

    def revenue_cube(self, names: tuple[str, ...], where: tuple[Condition, ...]) -> Cube:
        """Sums of ``REVENUE`` by the axes ``names`` (none of time) and span."""
        key = ("revenue", names, where)
        if key not in self._cubes:
            self._remember(key, self._revenue_cube(names, where))
        return self._cubes[key]

    def _revenue_cube(self, names: tuple[str, ...], where: tuple[Condition, ...]) -> Cube:
        axes = [self.space.axis(name) for name in names]
        records = self.revenue_records(where)
        codes = [axis.revenue(records) for axis in axes if axis.revenue is not None]
        keys = mixed_radix(codes, axes, records.span, len(self.books.spans))
        nobody = (records.customer == NOBODY).astype(np.int64)
        column = nobody + 2 * self.books.revenue.estimated[records.row]
        names_ = ("somebody", "nobody", "somebody_estimated", "nobody_estimated")
        size, spans = self._size(axes), len(self.books.spans)
        found = sum_columns(keys, column, records.amount, names_, size, spans)
        parts = [found.sums[name] for name in names_]
        sums = {
            "revenue": parts[0] + parts[1] + parts[2] + parts[3],
            "revenue_of_nobody": parts[1] + parts[3],
            "estimated": parts[2] + parts[3],
        }
        seen = {"revenue": np.ones(len(found.keys), dtype=bool)}
        return Cube(found.keys, sums, seen, found.plain, found.span)

    def _size(self, axes: Sequence[Axis]) -> int:
        size = len(self.books.spans)
        for axis in axes:
            size *= max(1, len(axis.labels))
        return size

    def _remember(self, key: object, cube: Cube) -> None:
        if len(self._cubes) >= 64:
            self._cubes.pop(next(iter(self._cubes)))
        self._cubes[key] = cube

    def customers(
        self, names: tuple[str, ...], where: tuple[Condition, ...], side: str, inside: Mask
    ) -> Ints:
        """Distinct keys of (axes, customer, span) with a customer, for counting customers."""
        axes = [self.space.axis(name) for name in names]
        size = len(self.books.customers) + 1
        if side == "cost":
            cost = self.cost_records(axes, where, inside)
            kept = cost.take((cost.customer != NOBODY) & np.isin(cost.bucket, (DIRECT, SHARED)))
            codes, span, customer = [a.cost(kept) for a in axes if a.cost], kept.span, kept.customer
        else:
            revenue = self.revenue_records(where)
            found = revenue.take(revenue.customer != NOBODY)
            codes, span = [a.revenue(found) for a in axes if a.revenue], found.span
            customer = found.customer
        keys = mixed_radix(codes, axes, customer, size)
        found_keys: Ints = np.unique(keys * len(self.books.spans) + span)
        return found_keys


def conditions_by_dimension(where: Sequence[Condition]) -> dict[str, list[Condition]]:
    """Conditions by dimension: the same one twice is OR, different ones are AND, all ``!=`` hold."""
    found: dict[str, list[Condition]] = {}
    for condition in where:
        found.setdefault(condition.dimension, []).append(condition)
    return found


def _allowed(axis: Axis, conditions: Sequence[Condition]) -> Mask:
    wanted = [c for c in conditions if not c.negated]
    allowed = np.full(len(axis.labels), not wanted, dtype=bool)
    for condition in wanted:
        allowed |= axis.matching(pattern(condition.pattern), not condition.pattern.strip())
    for condition in conditions:
        if condition.negated:
            allowed &= ~axis.matching(pattern(condition.pattern), not condition.pattern.strip())
    return allowed


def _combined(groups: Ints, codes: Ints, size: int) -> Ints:
    combined: Ints = np.unique(groups * size + codes, return_inverse=True)[1].astype(np.int64)
    return combined


def mixed_radix(codes: Sequence[Ints], axes: Sequence[Axis], last: Ints, size: int) -> Ints:
    """Keys of (codes..., last); OverflowError when they do not fit 62 bits."""
    limit = size
    for axis in axes:
        limit *= max(1, len(axis.labels))
    if limit >= 2**62:
        raise OverflowError("too many combinations of dimensions")
    keys = np.zeros(len(last), dtype=np.int64)
    for axis, code in zip(axes, codes, strict=True):
        keys = keys * max(1, len(axis.labels)) + code
    return keys * size + last


def sum_columns(
    keys: Ints, column: Ints, values: Amounts, names: Sequence[str], size: int, spans: int
) -> Cube:
    """Exact sums of ``values`` per key and column; every key that occurs is kept, even at 0."""
    width = len(names)
    values = exact(values) if values.dtype != object else values
    if size * width <= DENSE:
        table: Amounts = np.zeros(size * width, dtype=values.dtype)
        np.add.at(table, keys * width + column, values)
        marks: Mask = np.zeros(size * width, dtype=bool)
        marks[keys * width + column] = True
        marks = marks.reshape(size, width)
        found = np.flatnonzero(marks.any(axis=1))
        columns: Amounts = table.reshape(size, width)[found].T
        seen: Mask = marks[found].T
    else:
        found, place = np.unique(keys, return_inverse=True)
        columns = np.zeros((width, len(found)), dtype=values.dtype)
        np.add.at(columns, (column, place), values)
        seen = np.zeros((width, len(found)), dtype=bool)
        seen[column, place] = True
    sums = {name: np.ascontiguousarray(columns[i]) for i, name in enumerate(names)}
    marks_of = {name: np.ascontiguousarray(seen[i]) for i, name in enumerate(names)}
    return Cube(found, sums, marks_of, *np.divmod(found, spans))
