"""The ledger: every unit of cost on these spans with its owner and bucket (numbers.md 4).

Whole ownership sums monthly entries. What is split is split per atom (dimension, UTC day, rule) from
daily rows, and only then summed to spans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints, ascending, exact, rows_in, sum_by
from turbofinops_tui.economics.evaluate.bind import Binding
from turbofinops_tui.economics.evaluate.kept import is_category
from turbofinops_tui.economics.evaluate.parts import NOBODY, POOL, TRACED, Assignment
from turbofinops_tui.economics.split import largest_remainder, split_rows
from turbofinops_tui.economics.types import CostBasis, InOut

Mask = npt.NDArray[np.bool_]
FEW = 4
"""atoms of one division that are split one by one"""


@dataclass(frozen=True, slots=True)
class Records:
    """Parallel columns of owned cost; ``link`` indexes ``Binding.links``, -1 is nobody or none."""

    dimension: Ints
    span: Ints
    customer: Ints
    feature: Ints
    link: Ints
    bucket: Ints
    opex: Mask
    amount: Amounts

    def __len__(self) -> int:
        return len(self.dimension)

    def take(self, chosen: npt.NDArray[Any]) -> Records:
        """The records of a mask or of positions."""
        return Records(*(getattr(self, name)[chosen] for name in self.__slots__))

    def compact(self) -> Records:
        """The same records in half the memory; positions and codes fit 32 bits."""
        small = (self.dimension, self.span, self.customer, self.feature, self.link)
        dimension, span, customer, feature, link = (column.astype(np.int32, copy=False) for column in small)
        bucket = self.bucket.astype(np.int8, copy=False)
        return Records(dimension, span, customer, feature, link, bucket, self.opex, self.amount)  # type: ignore[arg-type]

    @staticmethod
    def join(pieces: Sequence[Records]) -> Records:
        """All records of several pieces."""
        pieces = [piece for piece in pieces if len(piece)] or list(pieces[:1])
        if len(pieces) == 1:
            return pieces[0]
        return Records(
            *(np.concatenate([getattr(piece, name) for piece in pieces]) for name in Records.__slots__)
        )

    @staticmethod
    def empty() -> Records:
        """No records."""
        none = np.zeros(0, dtype=np.int64)
        return Records(none, none, none, none, none, none, none.astype(bool), none)


@dataclass(frozen=True, slots=True)
class Pools:
    """Atoms (dimension, day, shared rule, feature) that wait for their shared rule."""

    dimension: Ints
    day: Ints
    rule: Ints
    feature: Ints
    amount: Ints

    def take(self, chosen: npt.NDArray[Any]) -> Pools:
        """The atoms of a mask or of positions."""
        return Pools(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Atoms:
    """Parallel columns of atoms and the assignments that divide them."""

    dimension: Ints
    day: Ints
    assignment: Ints
    amount: Amounts

    def rows(self) -> Iterator[tuple[int, int, int, int]]:
        """The atoms one by one."""
        columns = (self.dimension, self.day, self.assignment, self.amount)
        return zip(*(column.tolist() for column in columns), strict=True)


@dataclass(frozen=True, slots=True)
class Options:
    """What of a slice changes the cost side of a ledger."""

    cost: CostBasis | Literal["quantity"]
    """``quantity``: the same owners over what was used, each dimension in its own unit, never converted"""
    currency: str
    credits: InOut = "in"


class Ledger:
    """Owned cost of some books under a binding; shared pools stay whole until ``pools`` are split."""

    depth = 0
    """how many ledgers this one stands on"""

    def __init__(
        self, books: FactBooks, binding: Binding, options: Options, only: Mask | None = None
    ) -> None:
        self.books = books
        self.binding = binding
        self.options = options
        self.only = only
        """the dimensions it is about; None: all"""

    def records_of(self, dimensions: Mask) -> Records:
        """Owned records of the dimensions of a mask."""
        column = self.owned.dimension
        rows = rows_in(column, dimensions) if self._ordered else np.flatnonzero(dimensions[column])
        return self.owned.take(rows)

    @cached_property
    def _ordered(self) -> bool:
        return ascending(self.owned.dimension)

    @cached_property
    def owned(self) -> Records:
        """Everything but the pools."""
        return self._parts[0]

    @property
    def pools(self) -> Pools:
        """What shared rules are to spread."""
        return self._parts[1]

    @property
    def unconverted(self) -> Records:
        """Native amounts without a rate, per (dimension, day): ``span`` holds the *day*."""
        return self._parts[2]

    @cached_property
    def is_credit(self) -> Mask:
        """Dimensions of charge category Credit."""
        return is_category(self.books.facts, "Credit")

    @cached_property
    def _parts(self) -> tuple[Records, Pools, Records]:
        entries = self.books.entries(self.options.cost, self.options.currency)
        dimension, span, amount = entries.dimension, entries.span, entries.amount
        if self.only is not None:
            rows = entries.rows_of(self.only)
            dimension, span, amount = dimension[rows], span[rows], amount[rows]
        if self.options.credits == "out":
            kept = ~self.is_credit[dimension]
            dimension, span, amount = dimension[kept], span[kept], amount[kept]
        binding = self.binding
        simple = (binding.timeline == NOBODY)[dimension]
        if simple.all():  # the columns of the books serve as they are
            pieces, line = [self._columns(dimension, span, amount)], dimension[:0]
        else:
            pieces = [self._columns(dimension[simple], span[simple], amount[simple])]
            dimension, span, amount = (x[~simple] for x in (dimension, span, amount))
            line = binding.timeline[dimension]
        whole = self.whole_assignments
        if not simple.all():
            assigned = whole[line, span]
            uncut = assigned != NOBODY
            pieces.append(self._assigned(dimension[uncut], span[uncut], amount[uncut], assigned[uncut]))
        split, pools, unconverted = self._by_day(
            np.unique(dimension[whole[line, span] == NOBODY])
            if not simple.all()
            else np.zeros(0, dtype=np.int64)
        )
        records = Records.join([*pieces, *split]).compact()
        if self.only is None and not ascending(records.dimension):  # edits look dimensions up
            records = records.take(np.argsort(records.dimension, kind="stable"))
        return records, pools, unconverted

    def _columns(self, dimension: Ints, span: Ints, amount: Amounts) -> Records:
        b = self.binding
        # narrowed before they are spread over the rows: a row has a fraction of what int64 would take
        customer, feature, link = (c.astype(np.int32)[dimension] for c in (b.customer, b.feature, b.link))
        return Records(
            dimension, span, customer, feature, link,  # type: ignore[arg-type]
            b.bucket.astype(np.int8)[dimension], b.opex[dimension], amount,  # type: ignore[arg-type]
        )  # fmt: skip

    def _assigned(self, dimension: Ints, span: Ints, amount: Amounts, assigned: Ints) -> Records:
        """Records of assignments with one whole part."""
        parts = [assignment[0] for assignment in self.binding.assignments]
        columns = {
            name: np.array([getattr(part, name) for part in parts], dtype=np.int64)[assigned]
            for name in ("customer", "feature", "link", "bucket", "opex")
        }
        opex = columns.pop("opex").astype(bool)
        return Records(dimension, span, **columns, opex=opex, amount=amount)

    @cached_property
    def whole_assignments(self) -> Ints:
        """[timeline, span] -> the assignment that owns the whole span, or -1 when days are needed."""
        binding, books = self.binding, self.books
        table = np.full((len(binding.timelines), len(books.spans)), NOBODY, dtype=np.int64)
        lines = binding.timeline if self.only is None else binding.timeline[self.only]
        for number in np.unique(lines[lines != NOBODY]).tolist():
            for start, end, assignment in binding.timelines[number]:
                parts = binding.assignments[assignment]
                if len(parts) == 1 and parts[0].bucket not in (POOL, TRACED):
                    table[number, (books.starts >= start) & (books.ends <= end)] = assignment
        return table

    # --- split by day -------------------------------------------------------------------------

    def _by_day(self, dimensions: Ints) -> tuple[list[Records], Pools, Records]:
        daily = self._daily(dimensions)
        width = 200_000
        key, amount = sum_by(daily[0] * width + daily[1] + width // 2, exact(daily[2]))
        dimension, day = np.divmod(key, width)
        day -= width // 2
        assigned = self.assignment_of(dimension, day)
        kept = assigned != NOBODY
        records, pools = self._split(dimension[kept], day[kept], amount[kept], assigned[kept])
        return records, pools, self._without_rate(dimensions)

    def _daily(self, dimensions: Ints) -> tuple[Ints, Ints, Ints]:
        if not len(dimensions):
            return dimensions, dimensions, dimensions
        found = self.books.day_cost(self.options.cost, self.options.currency, dimensions)
        return found.dimension, found.day, found.amount

    def assignment_of(self, dimension: Ints, day: Ints) -> Ints:
        """The assignment of each (dimension, day); -1 where the whole span was owned already."""
        assigned = np.full(len(dimension), NOBODY, dtype=np.int64)
        lines = self.binding.timeline[dimension]
        order = np.argsort(lines, kind="stable")
        bounds = np.flatnonzero(np.diff(lines[order], prepend=-2, append=-2))
        for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            rows = order[first:last]
            line = self.binding.timelines[int(lines[rows[0]])]
            starts = np.array([start for start, _, _ in line], dtype=np.int64)
            ids = np.array([assignment for _, _, assignment in line], dtype=np.int64)
            assigned[rows] = ids[np.searchsorted(starts, day[rows], side="right") - 1]
        span = self.books.span_of(day)
        if not len(lines):
            return lines
        assigned = np.where(self.whole_assignments[lines, span] == NOBODY, assigned, NOBODY)
        return self.binding.of_days(assigned, day)

    def _split(
        self, dimension: Ints, day: Ints, amount: Amounts, assigned: Ints
    ) -> tuple[list[Records], Pools]:
        """Atoms split by the weights of their assignment; all with equal weights at once."""
        by_weights: dict[tuple[int, ...], list[int]] = {}
        for number in np.unique(assigned).tolist():
            weights = tuple(part.weight for part in self.binding.assignments[number])
            by_weights.setdefault(weights, []).append(number)
        records: list[Records] = [Records.empty()]
        pools: list[Pools] = []
        order = np.argsort(assigned, kind="stable")
        ends = np.searchsorted(assigned[order], np.arange(len(self.binding.assignments) + 1))
        single: list[Ints] = []
        for weights, numbers in by_weights.items():
            rows = np.concatenate([order[ends[number] : ends[number + 1]] for number in numbers])
            if len(weights) > 1 and len(rows) <= FEW:
                single.append(rows)
                continue
            shares = split_amounts(amount[rows], weights)
            owners = [self.binding.assignments[number] for number in numbers]
            which = np.searchsorted(np.array(numbers), assigned[rows])
            for part in range(len(weights)):
                self._place(owners, part, which, dimension[rows], day[rows], shares[:, part], records, pools)
        if single:
            rows = np.concatenate(single)
            found = self._one_by_one(Atoms(dimension[rows], day[rows], assigned[rows], amount[rows]))
            records.append(found[0])
            pools.append(found[1])
        return records, _join_pools(pools)

    def _one_by_one(self, atoms: Atoms) -> tuple[Records, Pools]:
        """Atoms that hardly any other divides like: a bill's cell is divided otherwise every day."""
        spans = self.books.span_of(atoms.day).tolist()
        owned: dict[tuple[int, ...], int] = {}
        pools: list[tuple[int, ...]] = []
        for at, (of, day, number, whole) in enumerate(atoms.rows()):
            parts = self.binding.assignments[number]
            shares = largest_remainder(whole, [part.weight for part in parts])
            for part, share in zip(parts, shares, strict=True):
                if part.bucket == POOL:
                    pools.append((of, day, part.link, part.feature, share))
                    continue
                key = (of, spans[at], part.customer, part.feature, part.link, part.bucket, int(part.opex))
                owned[key] = owned.get(key, 0) + share
        table = np.array(list(owned), dtype=np.int64).reshape(-1, 7)
        sums = np.array(list(owned.values()), dtype=atoms.amount.dtype)
        of_pools = np.array(pools, dtype=object if atoms.amount.dtype == object else np.int64).reshape(-1, 5)
        first, second, third, fourth = (of_pools[:, column].astype(np.int64) for column in range(4))
        pooled = Pools(first, second, third, fourth, of_pools[:, 4])
        own = (*(table[:, column] for column in range(6)), table[:, 6].astype(bool), sums)
        return Records(*own), pooled

    def _place(
        self,
        owners: Sequence[Assignment],
        part: int,
        which: Ints,
        dimension: Ints,
        day: Ints,
        share: Amounts,
        records: list[Records],
        pools: list[Pools],
    ) -> None:
        names = ("customer", "feature", "link", "bucket", "opex")
        own = {
            name: np.array([getattr(owner[part], name) for owner in owners], dtype=np.int64) for name in names
        }
        pooled = own["bucket"][which] == POOL
        if pooled.any():
            chosen = which[pooled]
            columns = (own["link"][chosen], own["feature"][chosen], share[pooled])
            pools.append(Pools(dimension[pooled], day[pooled], *columns))
        if not pooled.all():
            kept = ~pooled
            span = self.books.span_of(day[kept])
            key = (dimension[kept] * len(owners) + which[kept]) * len(self.books.spans) + span
            keys, amounts = sum_by(key, share[kept])
            rest, spans = np.divmod(keys, len(self.books.spans))
            owner = rest % len(owners)
            opex = own["opex"][owner].astype(bool)
            ids = {name: own[name][owner] for name in names[:4]}
            records.append(Records(rest // len(owners), spans, **ids, opex=opex, amount=amounts))

    # --- without a rate -----------------------------------------------------------------------

    def _without_rate(self, dimensions: Ints) -> Records:
        """Native amounts of days without a rate, owned like all cost; ``span`` holds the day."""
        books, binding = self.books, self.binding
        foreign = books.foreign(self.options.currency)
        if not len(foreign):
            return Records.empty()
        if self.only is not None:
            foreign = foreign[self.only[foreign]]
        rows = books.day_cost(self.options.cost, self.options.currency, foreign).unconverted
        if self.options.credits == "out":
            rows = rows.take(~self.is_credit[rows.dimension])
        line = binding.timeline[rows.dimension]
        amount = exact(rows.amount(self.options.cost))
        simple = line == NOBODY
        pieces = [self._columns(rows.dimension[simple], rows.when[simple], amount[simple])]
        for position in np.flatnonzero(~simple).tolist():
            pieces.append(self._unconverted_parts(rows.dimension, rows.when, amount, line, position))
        return Records.join(pieces)

    def _unconverted_parts(
        self, dimension: Ints, day: Ints, amount: Amounts, line: Ints, position: int
    ) -> Records:
        when = int(day[position])
        intervals = self.binding.timelines[int(line[position])]
        number = next(assignment for start, end, assignment in intervals if start <= when < end)
        parts = self.binding.assignments[self.binding.of_day(number, when)]
        shares = largest_remainder(int(amount[position]), [part.weight for part in parts])
        count = len(parts)
        own = {
            name: np.array([getattr(part, name) for part in parts], dtype=np.int64)
            for name in ("customer", "feature", "link", "bucket")
        }
        own["link"][own["bucket"] == POOL] = NOBODY
        opex = np.array([part.opex for part in parts], dtype=bool)
        of, on = (np.full(count, int(column[position]), dtype=np.int64) for column in (dimension, day))
        return Records(of, on, **own, opex=opex, amount=np.array(shares, dtype=np.int64))


def split_amounts(amounts: Amounts, weights: Sequence[int]) -> Amounts:
    """``amounts`` [N] by ``weights`` [C], in numpy or, for Python integers, one by one."""
    if amounts.dtype != object:
        return split_rows(amounts, np.array(weights, dtype=object))
    shares = [largest_remainder(amount, weights) for amount in amounts.tolist()]
    return np.array(shares, dtype=object).reshape(len(amounts), len(weights))


def _join_pools(pools: Sequence[Pools]) -> Pools:
    if not pools:
        none = np.zeros(0, dtype=np.int64)
        return Pools(none, none, none, none, none)
    return Pools(*(np.concatenate([getattr(pool, name) for pool in pools]) for name in Pools.__slots__))
