"""Revenue rows as columns: texts as codes, numbers as narrow as they fit, a value made only when asked for.

A hundred thousand rows as objects take four times the memory and the time of these columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.types import Rate, Revenue

FIELDS = tuple(field.name for field in fields(Revenue))
CODED = ("source", "identity", "kind", "basis", "currency", "product", "plan", "feature")
"""few distinct texts: a code per row"""
PACKED = ("group", "object_id", "event_id")
"""nearly every text another one: one long text"""
FLAGS = ("estimated", "credit_applied")
NUMBERS = ("units", "start", "end", "sequence", "rate_day", "mrr")
CHUNK = 20_000
ROWS_KEPT = 512
_VALUES: Callable[[Revenue], tuple[Any, ...]] = attrgetter(*FIELDS)


class PackedTexts:
    """Many texts as one, UTF-8, and where each ends."""

    def __init__(self, body: bytes, ends: npt.NDArray[Any]) -> None:
        self.body = body
        self.ends = ends

    def __getitem__(self, index: int) -> str:
        start = int(self.ends[index - 1]) if index else 0
        return self.body[start : int(self.ends[index])].decode()

    def __len__(self) -> int:
        return len(self.ends)

    def take(self, order: Ints) -> PackedTexts:
        """The texts in another order."""
        lengths = np.diff(self.ends, prepend=0)[order]
        if not self.body:
            return PackedTexts(b"", narrow(np.zeros(len(order), dtype=np.int64)))
        ends = np.cumsum(lengths, dtype=np.int64)
        shift = (self.ends[order] - ends).astype(np.int64)
        source = np.frombuffer(self.body, dtype=np.uint8)
        body = source[np.arange(len(source)) + np.repeat(shift, lengths)]
        return PackedTexts(body.tobytes(), narrow(ends))

    @staticmethod
    def of(pieces: Iterable[tuple[bytes, Ints]]) -> PackedTexts:
        """The texts of pieces of (body, lengths)."""
        parts = list(pieces)
        ends = np.cumsum(np.concatenate([np.zeros(0, np.int64), *(lengths for _, lengths in parts)]))
        return PackedTexts(b"".join(body for body, _ in parts), narrow(ends))


@dataclass(frozen=True, slots=True)
class RevenueColumns:
    """Parallel columns of revenue rows; ``codes`` index ``labels`` of the same name, ``rate`` ``rates``."""

    codes: dict[str, Ints]
    labels: dict[str, list[str]]
    texts: dict[str, PackedTexts]
    numbers: dict[str, Ints]
    """``NUMBERS`` and ``FLAGS``"""
    rate: Ints
    rates: list[Rate | None]

    def __len__(self) -> int:
        return len(self.rate)

    def take(self, order: Ints) -> RevenueColumns:
        """The rows in another order."""
        return RevenueColumns(
            {name: column[order] for name, column in self.codes.items()},
            self.labels,
            {name: texts.take(order) for name, texts in self.texts.items()},
            {name: column[order] for name, column in self.numbers.items()},
            self.rate[order],
            self.rates,
        )

    def ordered(self) -> RevenueColumns:
        """By identity, days, kind, object and units, so that nothing depends on the order of delivery."""
        ranks = {name: _ranks(self.labels[name])[self.codes[name]] for name in ("identity", "kind")}
        start, end, units = (self.numbers[name] for name in ("start", "end", "units"))
        order = np.lexsort((ranks["kind"], end, start, ranks["identity"]))
        keys = (ranks["identity"], start, end, ranks["kind"])
        same = np.ones(max(0, len(order) - 1), dtype=bool)
        for key in keys:
            same &= key[order[1:]] == key[order[:-1]]
        objects = self.texts["object_id"]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], same.astype(np.int8), [0]))))
        for first, last in edges.reshape(-1, 2).tolist():
            alike = order[first : last + 1].tolist()
            order[first : last + 1] = sorted(alike, key=lambda row: (objects[row], int(units[row])))
        return self.take(order)

    def row(self, index: int) -> Revenue:
        """One row as a value."""
        values: dict[str, Any] = {name: self.labels[name][self.codes[name][index]] for name in CODED}
        values |= {name: self.texts[name][index] for name in PACKED}
        values |= {name: int(self.numbers[name][index]) for name in NUMBERS}
        values |= {name: bool(self.numbers[name][index]) for name in FLAGS}
        return Revenue(**values, rate=self.rates[int(self.rate[index])])


class RevenueRows(Sequence[Revenue]):
    """Columns read as values; the last ones asked for are kept."""

    def __init__(self, columns: RevenueColumns) -> None:
        self._columns = columns
        self._kept: dict[int, Revenue] = {}

    def __len__(self) -> int:
        return len(self._columns)

    @overload
    def __getitem__(self, index: int) -> Revenue: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Revenue]: ...
    def __getitem__(self, index: int | slice) -> Revenue | Sequence[Revenue]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        found = self._kept.get(index)
        if found is None:
            if not 0 <= index < len(self):
                raise IndexError(index)
            if len(self._kept) >= ROWS_KEPT:
                self._kept.clear()
            found = self._kept[index] = self._columns.row(index)
        return found

    def __iter__(self) -> Iterator[Revenue]:
        return map(self._columns.row, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RevenueRows) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def columns_of(rows: Iterable[Revenue]) -> RevenueColumns:
    """Values as columns."""
    return columns_of_tuples(map(_VALUES, rows))


def columns_of_tuples(
    rows: Iterable[Sequence[Any]], rate: Callable[[Any], Rate | None] = lambda found: found
) -> RevenueColumns:
    """Tuples in the order of ``FIELDS`` as columns; ``rate`` makes the rate from what stands in its place."""
    coded = {name: _numbering() for name in (*CODED, "rate")}
    parts: dict[str, list[Any]] = {name: [] for name in FIELDS}
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        for place, name in enumerate(FIELDS):
            column = map(itemgetter(place), chunk)
            if name in coded:
                numbers = map(coded[name].__getitem__, column)
                parts[name].append(np.fromiter(numbers, dtype=np.int32, count=len(chunk)))
            elif name in PACKED:
                parts[name].append(_packed(list(column)))
            else:
                parts[name].append(np.fromiter(column, dtype=np.int64, count=len(chunk)))
    codes = {name: narrow(_joined(parts[name], np.int32), np.int8, np.int16) for name in coded}
    numbers_ = {name: narrow(_joined(parts[name], np.int64)) for name in NUMBERS if name != "units"}
    numbers_["units"] = _joined(parts["units"], np.int64)
    numbers_ |= {name: _joined(parts[name], np.int64).astype(bool) for name in FLAGS}
    texts = {name: PackedTexts.of(parts[name]) for name in PACKED}
    labels = {name: list(coded[name]) for name in CODED}
    found = codes.pop("rate")
    return RevenueColumns(codes, labels, texts, numbers_, found, [rate(text) for text in coded["rate"]])


def narrow(column: Ints, *kinds: type[np.signedinteger[Any]]) -> Ints:
    """The same numbers in the first of ``kinds`` (32 bits unless said) that holds them."""
    if not len(column):
        return column
    low, high = int(column.min()), int(column.max())
    for kind in kinds or (np.int32,):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return column.astype(kind)
    return column


def _numbering() -> defaultdict[Any, int]:
    """A table that gives every new key the next number."""
    table: defaultdict[Any, int] = defaultdict()
    table.default_factory = table.__len__
    return table


def _packed(texts: Sequence[str]) -> tuple[bytes, Ints]:
    if not any(texts):
        return b"", np.zeros(len(texts), dtype=np.int64)
    encoded = [text.encode() for text in texts]
    return b"".join(encoded), np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))


def _joined(pieces: Sequence[Ints], kind: type[np.signedinteger[Any]]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=kind), *pieces])


def _ranks(labels: Sequence[str]) -> Ints:
    """The place of each label in their order, and 0 after the last for an empty column."""
    order = sorted(range(len(labels)), key=labels.__getitem__)
    ranks = np.zeros(len(labels) + 1, dtype=np.int64)
    ranks[order] = np.arange(len(labels))
    return ranks
