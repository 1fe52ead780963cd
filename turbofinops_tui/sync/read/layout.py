"""What a cost file says where: one description for the engine, the line finder and the tests.

A recogniser turns a header into a ``Layout``: for every field of a cost row an
expression over the file's columns. The rollup engine renders the expressions in
its own language; ``value`` evaluates them on one row in plain Python, so that an
error or an explanation can be pinned to a line by the same description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

MISSING = ("", "NULL", "null", "Null")
"""Cell texts that mean *no value* (real exports write a literal NULL)."""

ATTRIBUTES = (
    "provider",
    "account",
    "service",
    "category",
    "charge_category",
    "commitment",
    "currency",
    "cost_basis",
    "model",
    "names_customer",
    "unit",
)
"""Text attributes that enter the rollup key, in the order of the rollup's columns; the unit last, since it
may be given up (``rollup/locate.py``)."""


@dataclass(frozen=True, slots=True)
class Column:
    """The text of column ``index``."""

    index: int


@dataclass(frozen=True, slots=True)
class Const:
    """The same text on every row."""

    text: str


@dataclass(frozen=True, slots=True)
class First:
    """The first expression that is not missing."""

    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Choose:
    """The expression of the first case that holds ``on`` (any case; ``""`` = missing), else ``otherwise``."""

    on: Expression
    cases: tuple[tuple[tuple[str, ...], Expression], ...]
    otherwise: Expression


Expression = Column | Const | First | Choose
NOTHING = Const("")


@dataclass(frozen=True, slots=True)
class Term:
    """One signed part of an amount; ``optional`` terms count 0 when missing."""

    amount: Expression
    sign: Literal[1, -1] = 1
    optional: bool = False


@dataclass(frozen=True, slots=True)
class TagColumn:
    """A column of one tag: CUR 1 and mapped CSV files spread tags over columns."""

    key: str
    index: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where every field of a cost row stands in one file."""

    format: str
    """shown to people: ``FOCUS``, ``AWS CUR``, ``Azure cost details``, ``CSV``"""
    names: tuple[str, ...]
    """header names as written, for errors"""
    day: Expression
    billed: tuple[Term, ...]
    effective: tuple[Term, ...]
    attributes: Mapping[str, Expression]
    """by the names of ``ATTRIBUTES``; a name left out is empty on every row"""
    period: Expression = NOTHING
    """missing: the month of the day"""
    quantity: Expression = NOTHING
    tags: tuple[int, ...] = ()
    """columns that hold a whole tag set as text, first wins"""
    tag_columns: tuple[TagColumn, ...] = ()
    warnings: tuple[str, ...] = ()
    column_of: Mapping[str, int] = field(default_factory=dict)
    """field name -> the column to name in an error"""
    rolled: bool = False
    """the rows are rolled up already (rolled.py): no expression is needed"""

    def attribute(self, name: str) -> Expression:
        """The expression of one attribute."""
        return self.attributes.get(name, NOTHING)

    def column_name(self, name: str) -> str:
        """The header's name for a field, for errors."""
        index = self.column_of.get(name)
        return self.names[index] if index is not None else ""


def fold_name(name: str) -> str:
    """A header name without case, spaces and punctuation: ``Cost In-Currency`` -> ``costincurrency``."""
    return re.sub(r"[^0-9a-z]", "", name.casefold())


def positions(names: Sequence[str]) -> dict[str, int]:
    """Folded header name -> first column that carries it."""
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        found.setdefault(fold_name(name), index)
    return found


def first_of(found: Mapping[str, int], *names: str) -> Expression:
    """The first non-missing of the columns that the header has; ``NOTHING`` when it has none."""
    columns = tuple(Column(found[name]) for name in names if name in found)
    if not columns:
        return NOTHING
    return columns[0] if len(columns) == 1 else First(columns)


def value(expression: Expression, row: Sequence[str]) -> str:
    """The text of ``expression`` on one row; empty when missing."""
    if isinstance(expression, Column):
        text = row[expression.index] if expression.index < len(row) else ""
        return "" if text in MISSING else text
    if isinstance(expression, Const):
        return expression.text
    if isinstance(expression, First):
        return next((text for option in expression.options if (text := value(option, row))), "")
    on = value(expression.on, row).strip().casefold()
    for texts, then in expression.cases:
        if on in texts:
            return value(then, row)
    return value(expression.otherwise, row)


def columns_used(layout: Layout) -> set[int]:
    """Every column that the layout reads."""
    used = {*layout.tags, *(tag.index for tag in layout.tag_columns)}
    expressions = [layout.day, layout.period, layout.quantity, *layout.attributes.values()]
    expressions += [term.amount for term in (*layout.billed, *layout.effective)]
    while expressions:
        expression = expressions.pop()
        if isinstance(expression, Column):
            used.add(expression.index)
        elif isinstance(expression, First):
            expressions += expression.options
        elif isinstance(expression, Choose):
            expressions += [expression.on, expression.otherwise, *(then for _, then in expression.cases)]
    return used
