"""The rows of an answer as columns: sums per key, before anything is shown.

A frame joins the cost cube and the revenue cube of a question over the spans asked for. A side that does
not have one of the dimensions gives no row; its whole stands in the totals alone (numbers.md 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, cast

import numpy as np

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints, distinct, exact, total
from turbofinops_tui.economics.evaluate.axes import TIME, Axis, Mask, Space
from turbofinops_tui.economics.evaluate.cubes import COST, REVENUE, Cube
from turbofinops_tui.economics.evaluate.measured import Measured
from turbofinops_tui.economics.evaluate.plan import Piece, forget, memory_of
from turbofinops_tui.economics.measures import COST_SIDE, REVENUE_SIDE, lacks
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import LAST_YEAR, Rules, Slice
from turbofinops_tui.economics.usage import USAGE_MEASURES


@dataclass
class Frame:
    """Parallel columns per row of a table.

    ``codes`` has a column per axis of ``axes``, which are the slice's dimensions in order, and the native
    currency as a last, hidden one where rows are per currency.
    """

    axes: list[Axis]
    codes: list[Ints]
    sums: dict[str, Amounts]
    has_revenue: bool
    has_cost: bool
    totals: dict[str | None, dict[str, Any]]
    """currency (None: the reporting one) -> exact sums of the whole slice"""
    counts: Ints | None = None
    count_totals: dict[str | None, int] = field(default_factory=dict)
    lost: Mask | None = None
    """rows of a customer with unconverted amounts"""
    judged: Mask | None = None
    """rows with a verdict: ``sums`` has their ``margin_best`` and ``margin_worst``"""

    def __len__(self) -> int:
        return len(self.codes[0]) if self.codes else len(next(iter(self.sums.values())))


@dataclass(frozen=True, slots=True)
class Layout:
    """How keys are built: axes that are not of time first, then the time axes as one code."""

    names: tuple[str, ...]
    time: tuple[str, ...]
    native: bool

    @staticmethod
    def of(slice_: Slice, native: bool) -> Layout:
        """The layout of a slice; with native currency that is one more axis, unless it is asked for."""
        names = tuple(name for name in slice_.by if name not in TIME)
        if native and "currency" not in names:
            names += ("currency",)
        return Layout(names, tuple(name for name in slice_.by if name in TIME), native)


def names_of(slice_: Slice) -> set[str]:
    """Every measure and dimension that the columns, the order or the filter on measures need."""
    return {*slice_.measures, *(sort.name for sort in slice_.sort), *(h.measure for h in slice_.having)}


def wanted_sides(slice_: Slice) -> tuple[bool, bool]:
    """Whether the measures (or the order, or the filter on them) need revenue and cost."""
    names = names_of(slice_)
    cost = {*COST_SIDE, "opex_cost", "tax"}
    return bool(names.intersection(REVENUE_SIDE)), bool(names.intersection(cost))


def frame_of(slice_: Slice, parts: Sequence[Piece], native: bool) -> Frame:
    """The frame of a slice; ``parts`` are not empty."""
    layout = Layout.of(slice_, native)
    revenue, cost = wanted_sides(slice_)
    rows_have = {side: not any(lacks(side, name) for name in slice_.by) for side in ("revenue", "cost")}
    reducer = _Reducer(slice_, parts, layout)
    asked = [name for name in USAGE_MEASURES if name in names_of(slice_)]
    measured = Measured.of(slice_, reducer.space, reducer.inside) if asked else None
    found: list[tuple[Ints, dict[str, Amounts]]] = []
    if cost and rows_have["cost"]:
        found.append(reducer.rows("cost", _buckets(slice_)))
    if revenue and rows_have["revenue"]:
        found.append(reducer.rows("revenue", ("revenue",)))
    if measured is not None:
        found += measured.rows(asked, reducer.plain, reducer.time_code, reducer.time_size)
    keys = distinct(np.concatenate([part[0] for part in found])) if found else np.zeros(0, dtype=np.int64)
    sums: dict[str, Amounts] = {}
    for own, columns in found:
        place = np.searchsorted(keys, own)
        for name, values in columns.items():
            sums[name] = np.zeros(len(keys), dtype=values.dtype)
            if name in asked:
                sums[name][:] = Fraction(0)
            sums[name][place] = values
    for name in (*COST, *REVENUE):
        sums.setdefault(name, np.zeros(len(keys), dtype=np.int64))
    axes, codes = reducer.decode(keys)
    frame = Frame(
        axes, codes, sums, revenue and rows_have["revenue"], cost and rows_have["cost"],
        reducer.totals(revenue, cost),
    )  # fmt: skip
    for sums_ in frame.totals.values() if measured is not None else ():
        sums_.update(measured.totals(asked))  # type: ignore[union-attr]
    if "customers" in names_of(slice_):
        frame.counts, frame.count_totals = reducer.count(keys, rows_have)
    frame.lost = reducer.lost(keys, rows_have, revenue, cost)
    return frame


FRAMES_KEPT = 24


def frame_in_memory(
    books: FactBooks, rules: Rules, slice_: Slice, days: Days, parts: Sequence[Piece], currency: str
) -> Frame:
    """The frame of a slice; another order, cut or comparison of the same question shares it."""
    same = replace(slice_, range=LAST_YEAR, sort=(), having=(), top=None, compare="", cumulative=False)
    key = (rules.id or rules, same, frozenset(names_of(slice_)), days, currency)
    memory = memory_of(books, "frames")
    if key not in memory:
        memory[key] = frame_of(slice_, parts, currency == NATIVE)
        forget(memory, FRAMES_KEPT)
    return cast(Frame, memory[key])


def _buckets(slice_: Slice) -> tuple[str, ...]:
    """Buckets whose records make a row: those that a wanted measure is about."""
    names = names_of(slice_)
    found: tuple[str, ...] = COST[:3] if names.intersection(COST_SIDE) else ()
    found += ("opex",) if "opex_cost" in names else ()
    return found + (("tax",) if "tax" in names else ())


def _extra(slice_: Slice) -> tuple[str, ...]:
    return ("ai",) if names_of(slice_).intersection(("ai_cost", "ai_share")) else ()


class _Reducer:
    """Cubes of all pieces brought to final keys: (codes of the axes, code of time)."""

    def __init__(self, slice_: Slice, parts: Sequence[Piece], layout: Layout) -> None:
        self.slice = slice_
        self.parts = parts
        self.layout = layout
        first = parts[0].engine
        self.space = first.space
        if len(parts) > 1:
            spans = [span for part in parts for span in part.engine.books.spans]
            self.space = Space(first.books, first.binding, spans, first.whole)
        self.plain = [self.space.axis(name) for name in layout.names]
        self.time = [self.space.axis(name) for name in layout.time]
        self.inside: Mask = np.concatenate([part.inside for part in parts])
        self._times()

    def _times(self) -> None:
        """One code per distinct combination of the time axes, ascending."""
        spans = len(self.space.spans)
        combined = np.zeros(spans, dtype=np.int64)
        for axis in self.time:
            if axis.of_span is not None:
                combined = combined * len(axis.labels) + axis.of_span
        self.time_keys, self.time_code = np.unique(combined, return_inverse=True)
        self.time_size = max(1, len(self.time_keys))

    def _reduced(
        self, cubes: Sequence[tuple[Piece, Cube]], columns: frozenset[str]
    ) -> tuple[Ints, dict[str, Amounts], dict[str, Mask]]:
        """Keys, sums and marks over the spans asked for."""
        keys, sums, seen = [], [], []
        offset = 0
        for part, cube in cubes:
            size = len(part.engine.books.spans)
            rows = slice(None) if part.inside.all() else np.flatnonzero(part.inside[cube.span])
            keys.append(cube.plain[rows] * self.time_size + self.time_code[cube.span[rows] + offset])
            sums.append({n: v[rows] for n, v in cube.sums.items() if n in columns})
            seen.append({n: v[rows] for n, v in cube.seen.items() if n in columns})
            offset += size
        joined = keys[0] if len(keys) == 1 else np.concatenate(keys)
        if not len(joined):
            return joined, {n: v[:0] for n, v in sums[0].items()}, {n: v[:0] > 0 for n, v in seen[0].items()}
        order = None
        if np.any(joined[1:] < joined[:-1]):
            order = np.argsort(joined, kind="stable")
            joined = joined[order]
        starts = np.flatnonzero(np.concatenate(([True], joined[1:] != joined[:-1])))
        found: dict[str, Amounts] = {}
        for name in sums[0]:
            values = sums[0][name] if len(sums) == 1 else np.concatenate([part[name] for part in sums])
            values = exact(values) if values.dtype != object else values
            found[name] = np.add.reduceat(values if order is None else values[order], starts)
        marks: dict[str, Mask] = {}
        for name in seen[0]:
            flags = np.concatenate([part[name] for part in seen])
            marks[name] = np.logical_or.reduceat(flags if order is None else flags[order], starts)
        return joined[starts], found, marks

    def _cubes(self, side: str, names: tuple[str, ...]) -> list[tuple[Piece, Cube]]:
        where = self.slice.where
        if side == "cost":
            return [(part, part.engine.cost_cube(names, where, part.inside)) for part in self.parts]
        return [(part, part.engine.revenue_cube(names, where)) for part in self.parts]

    def rows(self, side: str, shown: Sequence[str]) -> tuple[Ints, dict[str, Amounts]]:
        """Final keys with a record in one of the columns ``shown``, and the sums that are asked for."""
        wanted = frozenset((*shown, "revenue", "direct", "shared", "unattributed", *_extra(self.slice)))
        keys, sums, seen = self._reduced(self._cubes(side, self.layout.names), wanted)
        kept = np.zeros(len(keys), dtype=bool)
        for name in shown:
            kept |= seen[name]
        if kept.all():
            return keys, sums
        return keys[kept], {name: values[kept] for name, values in sums.items()}

    def totals(self, revenue: bool, cost: bool) -> dict[str | None, dict[str, Any]]:
        """Exact sums of the whole slice, per currency when native."""
        names = ("currency",) if self.layout.native else ()
        labels = self.space.axis("currency").labels if self.layout.native else (None,)
        found: dict[str | None, dict[str, Any]] = {} if self.layout.native else {None: {}}
        for side, wanted in (("revenue", revenue), ("cost", cost)):
            if not wanted:
                continue
            for part, cube in self._cubes(side, names):
                for code in distinct(cube.plain).tolist():
                    chosen = (cube.plain == code) & part.inside[cube.span]
                    if not chosen.any():
                        continue
                    sums = found.setdefault(labels[code], {})
                    for name, values in cube.sums.items():
                        sums[name] = sums.get(name, 0) + total(values[chosen])
        return found

    def decode(self, keys: Ints) -> tuple[list[Axis], list[Ints]]:
        """Axes in the order of the slice and their codes per key; a hidden currency axis comes last."""
        plain, time = np.divmod(keys, self.time_size)
        codes: dict[str, Ints] = {}
        for axis in reversed(self.plain):
            plain, codes[axis.name] = np.divmod(plain, max(1, len(axis.labels)))
        rest = self.time_keys[time] if len(self.time_keys) else time
        for axis in reversed(self.time):
            rest, codes[axis.name] = np.divmod(rest, max(1, len(axis.labels)))
        axes = {axis.name: axis for axis in (*self.plain, *self.time)}
        names = [*self.slice.by, *(name for name in self.layout.names if name not in self.slice.by)]
        return [axes[name] for name in names], [codes[name] for name in names]

    # --- customers and lost amounts -------------------------------------------------------------

    def count(self, keys: Ints, rows_have: dict[str, bool]) -> tuple[Ints, dict[str | None, int]]:
        """Distinct customers with revenue or cost per key, and in all."""
        counts = np.zeros(len(keys), dtype=np.int64)
        size = len(self.space.books.customers) + 1
        sides = [side for side, have in rows_have.items() if have]
        found = self._customer_keys(self.layout.names, sides, size, self.time_code)
        pairs = distinct(found)
        place = np.searchsorted(keys, pairs // size)
        known = place < len(keys)
        known[known] = keys[place[known]] == (pairs // size)[known]
        np.add.at(counts, place[known], 1)
        names = ("currency",) if self.layout.native else ()
        labels = self.space.axis("currency").labels if self.layout.native else (None,)
        everything = self._customer_keys(names, list(rows_have), size, np.zeros_like(self.time_code), 1)
        codes, numbers = np.unique(distinct(everything) // size, return_counts=True)
        return counts, {labels[c]: n for c, n in zip(codes.tolist(), numbers.tolist(), strict=True)}

    def _customer_keys(
        self, names: tuple[str, ...], sides: Sequence[str], size: int, time: Ints, times: int = 0
    ) -> Ints:
        found, offset = [np.zeros(0, dtype=np.int64)], 0
        for part in self.parts:
            spans = len(part.engine.books.spans)
            for side in sides:
                keys = part.engine.customers(names, self.slice.where, side, part.inside)
                rest, span = np.divmod(keys, spans)
                inside = part.inside[span]
                plain, customer = np.divmod(rest[inside], size)
                final = plain * (times or self.time_size) + time[span[inside] + offset]
                found.append(final * size + customer)
            offset += spans
        return np.concatenate(found)

    def lost(self, keys: Ints, rows_have: dict[str, bool], revenue: bool, cost: bool) -> Mask | None:
        """Rows of customers that hold amounts without a rate; None when there are none."""
        if "customer" not in self.slice.by or self.layout.native:
            return None
        found, offset = [np.zeros(0, dtype=np.int64)], 0
        for part in self.parts:
            engine, spans = part.engine, len(part.engine.books.spans)
            if revenue and rows_have["revenue"]:
                sales = engine.lost_revenue(self.slice.where)
                codes = [axis.revenue(sales) for axis in self.plain if axis.revenue]
                found.append(self._final(codes, sales.span, part, offset))
            if cost and rows_have["cost"]:
                records, _ = engine.lost_cost(self.slice.where)
                codes = [axis.cost(records) for axis in self.plain if axis.cost]
                found.append(self._final(codes, records.span, part, offset))
            offset += spans
        lost = np.unique(np.concatenate(found))
        return np.isin(keys, lost) if len(lost) else None

    def _final(self, codes: Sequence[Ints], span: Ints, part: Piece, offset: int) -> Ints:
        plain = np.zeros(len(span), dtype=np.int64)
        for axis, code in zip(self.plain, codes, strict=True):
            plain = plain * max(1, len(axis.labels)) + code
        final = plain * self.time_size + self.time_code[span + offset]
        kept: Ints = final[part.inside[span]]
        return kept
