"""One ledger and its revenue as cubes: exact sums per (key, span), remembered per question.

An ``Engine`` stands for one set of spans, binding and options. ``cost_cube`` and ``revenue_cube`` sum its
records over the dimensions and filters of a slice, keeping the spans, so that another range, order or
top of the same question needs no record again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import Ints, distinct
from turbofinops_tui.economics.evaluate.axes import Axis, Mask, Space
from turbofinops_tui.economics.evaluate.bind import (
    DIRECT,
    NOBODY,
    SHARED,
    UNATTRIBUTED,
    Binding,
)  # fmt: skip
from turbofinops_tui.economics.evaluate.cubes import (
    COST,
    Cube,
    changes_of,
    columns_of,
    mixed_radix,
    sum_columns,
    with_changes,
)  # fmt: skip
from turbofinops_tui.economics.evaluate.derive import DerivedLedger
from turbofinops_tui.economics.evaluate.kept import is_ai
from turbofinops_tui.economics.evaluate.ledger import Ledger, Options, Records
from turbofinops_tui.economics.evaluate.moving import moving
from turbofinops_tui.economics.evaluate.rolled import CUSTOMER, customer_keys, follows_customer, rolled
from turbofinops_tui.economics.evaluate.sales import Sales, sales
from turbofinops_tui.economics.evaluate.shared import SharedPools
from turbofinops_tui.economics.evaluate.weights import MonthWeights
from turbofinops_tui.economics.patterns import pattern
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Basis, Condition, InOut

MOST_ENGINES = 4
"""engines that stand on each other"""
SPLIT_ENGINES = 2
"""of these, those below the newest that still hold their split pools"""


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
        ledger: Ledger,
        base: Engine | None = None,
    ) -> None:
        self.books = books
        self.whole = whole
        self.binding = binding
        self.options = options
        self.revenue = revenue
        self.ledger = ledger
        self.pools = SharedPools(self.ledger, weights)
        self.base = base if isinstance(ledger, DerivedLedger) and base is not None else None
        """an engine of other rules whose ledger this one's is derived from"""
        if isinstance(ledger, DerivedLedger) and 2 * int(ledger.changed.sum()) > len(ledger.changed):
            self.base = None
        if self.base is not None:
            self.pools.base = self.base.pools
            self.base._moving.clear()
            for old in _bases(self)[SPLIT_ENGINES:]:
                old.pools.forget()
            for old in _bases(self)[MOST_ENGINES:]:
                old.base = old.pools.base = None
        self._cubes: dict[object, Cube] = {}
        self._moving: dict[object, list[tuple[int, Records]]] = {}

    @property
    def _same_sales(self) -> bool:
        """Whether revenue has the owners and features of the base, under the same codes."""
        if self.base is None:
            return False
        mine, other = self.binding, self.base.binding
        known = other.features.labels
        same = mine.usage is other.usage and mine.rules.features == other.rules.features
        return same and mine.features.labels[: len(known)] == known

    @cached_property
    def _sales(self) -> tuple[Sales, Sales]:
        if self.base is not None and self._same_sales:
            return self.base._sales
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
        space = Space(self.books, self.binding, self.books.spans, self.whole)
        if self.base is not None and self._same_sales and self.base.whole == self.whole:
            space.take_over(self.base.space)
        return space

    # --- records of a question ------------------------------------------------------------------

    def cost_records(self, axes: Sequence[Axis], where: Sequence[Condition], inside: Mask) -> Records:
        """Owned cost, shared pools split as far as ``axes`` and ``where`` can tell them apart.

        The spans ``inside`` are complete; of the others large pools may be missing.
        """
        groups = self._groups(axes, where)
        records = Records.join([self.ledger.owned, self.pools.records(groups, inside)])
        return self._passing(records, where)

    def _groups(self, axes: Sequence[Axis], where: Sequence[Condition]) -> Ints:
        """A code per dimension; those of one code are one for ``axes`` and ``where``."""
        seen = [*axes, *(self.space.axis(name) for name in conditions_by_dimension(where))]
        groups = np.zeros(len(self.books.dimensions), dtype=np.int64)
        for axis in dict.fromkeys(seen):
            if axis.of_dimension is not None:
                groups = _combined(groups, axis.of_dimension, len(axis.labels))
        return _combined(groups, self.is_ai.astype(np.int64), 2)

    def _passing(self, records: Records, where: Sequence[Condition]) -> Records:
        conditions = conditions_by_dimension(where)
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
        return is_ai(self.books.facts)

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
            cube = self._patched(key, names, where, inside)
            self._remember(key, cube or self._cost_cube(names, where, inside))
        return self._cubes[key]

    def _patched(
        self, key: object, names: tuple[str, ...], where: tuple[Condition, ...], inside: Mask
    ) -> Cube | None:
        """The cube from the base's by difference; None where it cannot be had that way."""
        base = self.base
        rests = base is not None and getattr(self.ledger, "base", None) is base.ledger
        if base is None or not rests or not self._same_codes((*names, *conditions_by_dimension(where))):
            return None
        cube = base._cubes.get(key) or base._patched(key, names, where, inside)
        if cube is None or any(values.dtype == object for values in cube.sums.values()):
            return None
        axes = [self.space.axis(name) for name in names]
        keys, columns, amounts, signs = [], [], [], []
        for sign, all_records in self._differing(axes, where, inside):
            records = self._passing(all_records, where)
            codes = [axis.cost(records) for axis in axes if axis.cost is not None]
            key_ = mixed_radix(codes, axes, records.span, len(self.books.spans))
            for chosen, column in columns_of(records, self.is_ai):
                keys.append(key_[chosen])
                columns.append(column)
                amounts.append(records.amount[chosen])
                signs.append(sign)
        changes = changes_of(keys, columns, amounts, signs, len(COST)) if keys else None
        return None if changes is None else with_changes(cube, changes, len(self.books.spans))

    def _same_codes(self, names: Sequence[str]) -> bool:
        """Whether the axes ``names`` give the same codes as the base's."""
        base = self.base
        if base is None or not self._same_sales or base.whole != self.whole or "link" in names:
            return False
        return (
            "feature" not in names or base.space.axis("feature").labels == self.space.axis("feature").labels
        )

    def _differing(
        self, axes: Sequence[Axis], where: Sequence[Condition], inside: Mask
    ) -> list[tuple[int, Records]]:
        """Records that the base has (-1) and those in their place (1), of the spans ``inside`` at least."""
        ledger, base = self.ledger, self.base
        if not isinstance(ledger, DerivedLedger) or base is None or ledger.base is not base.ledger:
            return []
        large = self.pools.large or base.pools.large
        groups = self._groups(axes, where) if large else np.arange(len(self.books.dimensions))
        key = (groups.tobytes(), inside.tobytes()) if large else ()
        if key not in self._moving:
            found = [(-1, ledger.base.records_of(ledger.changed)), (1, ledger.own.owned)]
            sides = ((-1, base.pools, self.pools), (1, self.pools, base.pools))
            for sign, own, other in sides:
                atoms = moving(own, other, ledger.changed, inside if large else None)
                found.append((sign, own.some(groups, atoms)))
            self._moving[key] = found
        return self._moving[key]

    def _cost_cube(self, names: tuple[str, ...], where: tuple[Condition, ...], inside: Mask) -> Cube:
        if names and names != CUSTOMER and follows_customer(self.space, names):
            return rolled(self.space, self.cost_cube(CUSTOMER, where, inside), names)
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
            known = None
            if self.base is not None and self._same_codes((*names, *conditions_by_dimension(where))):
                known = self.base._cubes.get(key)
            self._remember(key, known or self._revenue_cube(names, where))
        return self._cubes[key]

    def _revenue_cube(self, names: tuple[str, ...], where: tuple[Condition, ...]) -> Cube:
        if names and names != CUSTOMER and follows_customer(self.space, names):
            return rolled(self.space, self.revenue_cube(CUSTOMER, where), names)
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
        seen = {"revenue": np.ones(len(found.keys), dtype=np.int64)}
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
        if follows_customer(self.space, names):
            if side == "cost":
                cube, columns = self.cost_cube(CUSTOMER, where, inside), ("direct", "shared")
                return customer_keys(self.space, cube, names, columns)
            return customer_keys(self.space, self.revenue_cube(CUSTOMER, where), names, ())
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
        return distinct(keys * len(self.books.spans) + span)


def _bases(engine: Engine) -> list[Engine]:
    found, base = [], engine.base
    while base is not None:
        found.append(base)
        base = base.base
    return found


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
