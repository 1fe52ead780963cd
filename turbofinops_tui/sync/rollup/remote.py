"""What an engine beside the lines speaks: one table, its billing periods, and their rollup rows by pages.

The heavy step, lines to rollup, runs where the export lies. What comes back has the shape of table ``part``
(sql.py) before its texts are read, so that everything after it is the code of a local import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.layout import ATTRIBUTES, NOTHING, Const, Layout
from turbofinops_tui.sync.read.values import parse_day, parse_period

Page = Any
"""rollup rows: an Arrow table or batch, or ``{column: values}``; text columns and whole numbers only"""
HARD_ROWS = 1000
"""amounts of one period beyond plain decimals that may come back as groups of their own"""


class EngineAway(Exception):
    """The engine refused or is away; ``str()`` is its own first line."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Lines of a table that share a period text (and, without one, a day)."""

    period: str
    """as the table has it; empty: the month of the day"""
    day: str
    """only where ``period`` is empty"""
    lines: int
    hard: int
    """amounts that are no plain decimal of at most 18 places"""
    billed: str
    """sum of the plain ones, to notice a change"""
    effective: str


@dataclass(slots=True)
class Scope:
    """One billing period of a table: what is asked for, and what the engine counted in it."""

    month: int
    periods: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    """of lines without a period of their own"""
    lines: int = 0
    hard: int = 0
    sums: list[str] = field(default_factory=list)

    @property
    def state(self) -> list[object]:
        """What differs once the period's lines or money differ."""
        return [self.lines, self.hard, *sorted(self.sums)]

    @property
    def quick(self) -> bool:
        """Whether the engine need not take apart long and exponent amounts."""
        return self.hard <= HARD_ROWS


@dataclass(frozen=True, slots=True)
class Reads:
    """What one query reads before it runs; None and empty where the engine does not tell."""

    bytes: int | None = None
    price: str = ""
    note: str = ""


class RemoteTable(Protocol):
    """A cost table on an engine. Every method may raise EngineAway; ``cancel`` ends a running query soon."""

    engine: str
    """name and version, kept with each batch: ``spark 4.0.5``"""
    label: str
    """what people call the table: ``spark:finops.focus``"""

    def columns(self) -> Sequence[str]:
        """Names of the table's columns."""

    def floats(self, layout: Layout) -> Sequence[str]:
        """Amount columns that the table holds as binary floats."""

    def counted(self, layout: Layout) -> list[Counted]:
        """What there is, by billing period; reads few columns."""

    def reads(self, layout: Layout, scopes: Sequence[Scope]) -> Reads:
        """What asking for the rows of ``scopes`` reads and costs; runs nothing that is billed."""

    def rows(self, layout: Layout, scope: Scope) -> Iterator[Page]:
        """The rollup rows of one period (columns as ``RowShape``), page by page."""

    def cancel(self) -> None:
        """End the running query; callable from another thread."""

    def close(self) -> None:
        """Let the engine go."""


def scopes_of(counted: Sequence[Counted], layout: Layout, table: str) -> list[Scope]:
    """The billing periods, in order; DataError for a period or day that is none."""
    found: dict[int, Scope] = {}
    for row in counted:
        name, text = ("period", row.period) if row.period else ("day", row.day)
        month = parse_period(text) if text else None
        if month is None or (not row.period and parse_day(text) is None):
            shown = f"{text[:40]!r} is not a date" if text else f"the {name} is missing"
            raise DataError(
                f"{shown} ({row.lines:,} lines)", "write YYYY-MM-DD, between the years 1900 and 2100",
                file=table, column=layout.column_name(name),
            )  # fmt: skip
        scope = found.setdefault(month, Scope(month))
        (scope.periods if row.period else scope.days).append(text)
        scope.lines += row.lines
        scope.hard += row.hard
        scope.sums.append(f"{text} {row.billed} {row.effective}")
    return [found[month] for month in sorted(found)]


@dataclass(frozen=True, slots=True)
class RowShape:
    """The columns of a layout's rollup rows: keys (texts), then sums (texts of decimals), then counts."""

    attributes: tuple[str, ...]
    """those that are not the same on every row"""
    tags: tuple[str, ...]
    """``tags0`` ... of whole tag texts, then ``tag0`` ... of single tags"""
    terms: tuple[str, ...]
    """amounts: ``b0`` ..., and ``e0`` ... where effective is another cost"""
    quantity: bool

    @property
    def columns(self) -> dict[str, str]:
        """Name -> local SQL type, in order."""
        keys = ["period", "day", *self.attributes, *self.tags, *(f"{name}_rest" for name in self.terms)]
        keys += ["q_rest"] if self.quantity else []
        sums = [f"{name}_{part}" for name in self.terms for part in ("hi", "lo", "most")]
        sums += ["q"] if self.quantity else []
        counts = ["n", *(f"{name}_none" for name in self.terms)]
        return dict.fromkeys([*keys, *sums], "VARCHAR") | dict.fromkeys(counts, "BIGINT")


def shape_of(layout: Layout) -> RowShape:
    """The rows that ``layout`` gives."""
    attributes = [name for name in ATTRIBUTES if not isinstance(layout.attribute(name), Const)]
    tags = [f"tags{number}" for number in range(len(layout.tags))]
    tags += [f"tag{number}" for number in range(len(layout.tag_columns))]
    terms = [f"b{number}" for number in range(len(layout.billed))]
    if layout.billed != layout.effective:
        terms += [f"e{number}" for number in range(len(layout.effective))]
    measured = layout.quantity != NOTHING and not isinstance(layout.attribute("unit"), Const)
    return RowShape(tuple(attributes), tuple(tags), tuple(terms), measured)


Settings = Mapping[str, str]
