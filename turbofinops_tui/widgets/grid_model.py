"""What a money grid shows, without a terminal: rows, columns, order, filter, marks.

Only visible cells are ever formatted; sorting and filtering work on keys.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from turbofinops_tui.safe_text import safe

R = TypeVar("R")
SortKey = int | Fraction | str | None
Span = tuple[str, str]


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column: how wide, what a row shows in it, what it sorts by."""

    id: str
    title: str
    width: int
    draw: Callable[[R, int], Sequence[Span]]
    """(row, width) -> spans; cut or padded to ``width`` by the grid when it is one span"""
    key: Callable[[R], SortKey] | None = None
    """None: not sortable"""
    exact: Callable[[R], str] | None = None
    """what ``y`` copies: all stored digits"""
    right: bool = False
    """numbers are aligned right"""
    elastic: int = 0
    """takes free room up to this width"""


class GridModel(Generic[R]):
    """Rows in shown order. ``pinned`` rows (the total) stay at the foot and never sort or filter."""

    def __init__(self, identify: Callable[[R], Hashable], search: Callable[[R], str]) -> None:
        self.identify = identify
        self.search = search
        self.rows: Sequence[R] = ()
        self.pinned: R | None = None
        self.order: list[int] = []
        self.needle = ""
        self.sort_id = ""
        self.descending = True
        self.marks: set[Hashable] = set()
        self._columns: Sequence[Column[R]] = ()

    def set_rows(self, rows: Sequence[R], pinned: R | None = None) -> None:
        """Show other rows; filter, sort and marks stay."""
        self.rows, self.pinned = rows, pinned
        self.arrange(self._columns)

    def arrange(self, columns: Sequence[Column[R]]) -> None:
        """Work out the order again: filter first, then a stable sort; rows without a value come last."""
        self._columns = columns
        needle = self.needle.casefold()
        indexes: list[int] = [
            index
            for index, row in enumerate(self.rows)
            if not needle or needle in self.search(row).casefold()
        ]
        key = next((column.key for column in columns if column.id == self.sort_id), None)
        if key is not None:
            keyed = [(key(self.rows[index]), index) for index in indexes]
            known = [pair for pair in keyed if pair[0] is not None]
            known.sort(key=lambda pair: _ordered(pair[0]), reverse=self.descending)
            indexes = [index for _, index in known] + [index for value, index in keyed if value is None]
        self.order = indexes

    def sort(self, column: Column[R], descending: bool) -> None:
        """Sort by ``column``; remembered for rows to come."""
        self.sort_id, self.descending = column.id, descending

    def row(self, position: int) -> R | None:
        """The row at a shown position."""
        return self.rows[self.order[position]] if 0 <= position < len(self.order) else None

    def position(self, identity: Hashable) -> int | None:
        """Where the row with ``identity`` is shown, or None."""
        for position, index in enumerate(self.order):
            if self.identify(self.rows[index]) == identity:
                return position
        return None

    def toggle_mark(self, position: int) -> None:
        """Mark or unmark the row at ``position``."""
        row = self.row(position)
        if row is not None:
            self.marks ^= {self.identify(row)}

    def __len__(self) -> int:
        return len(self.order)


def _ordered(value: SortKey) -> tuple[int, int | Fraction | str]:
    """Numbers and texts do not compare: numbers come first."""
    if isinstance(value, str):
        return 1, safe(value).casefold()
    return 0, value if value is not None else 0
