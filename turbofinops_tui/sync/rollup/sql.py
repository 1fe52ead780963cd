"""Layouts as DuckDB SQL: one row of a file becomes a key and exact partial sums.

An amount is summed three ways, so that nothing is ever rounded on the way
(DuckDB rounds a decimal silently past its scale):

``hi``    what DECIMAL(38,18) holds exactly, summed by the engine
``lo``    decimals 19 to 36, summed by the engine at 1e-18
``rest``  everything else as texts, summed by Python
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from turbofinops_tui.sync.read.layout import (
    ATTRIBUTES,
    MISSING,
    Column,
    Const,
    Expression,
    First,
)

_WIDE = "DECIMAL(38,18)"
_MISSING_LIST = ", ".join(f"'{text}'" for text in MISSING)
ISO_DAY = (
    "TRY_CAST({t} AS TIMESTAMP) IS NOT NULL AND ((strlen({t}) = 20 AND suffix({t}, 'Z')) OR strlen({t}) = 10"
    " OR (substr({t}, 17, 1) = ':' AND (strlen({t}) = 19 OR (strlen({t}) <= 30 AND suffix({t}, 'Z'))"
    " OR (strlen({t}) <= 35 AND suffix({t}, '+00:00')))))"
)
"""moments whose first ten characters are their UTC day; all others are read by Python, once per text"""
MISSING_BILLED, MISSING_EFFECTIVE, LONG_FIELD, HARD_AMOUNT, HARD_QUANTITY = 1, 2, 4, 8, 16


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Relation:
    """One file as the engine sees it: a FROM clause and the type of each column."""

    source: str
    """``read_csv(...)`` or ``read_parquet(...)``"""
    columns: tuple[str, ...]
    """SQL names by index"""
    types: Mapping[int, str]
    """SQL types of columns that are not VARCHAR"""

    def text(self, index: int) -> str:
        """The column as text; dates and zoned times in their own readable form."""
        kind = self.types.get(index, "VARCHAR")
        return self.columns[index] if kind == "VARCHAR" else f"CAST({self.columns[index]} AS VARCHAR)"

    def is_time(self, index: int) -> bool:
        """True for date and time columns."""
        kind = self.types.get(index, "VARCHAR")
        return kind == "DATE" or kind.startswith("TIMESTAMP")

    def nested(self, index: int) -> bool:
        """True for maps, lists and structs (Parquet tag columns)."""
        kind = self.types.get(index, "VARCHAR")
        return kind.endswith("]") or kind.startswith(("MAP", "STRUCT"))


def present(text: str) -> str:
    """SQL of a cell's text; NULL when it means that there is no value."""
    return f"CASE WHEN {text} NOT IN ({_MISSING_LIST}) THEN {text} END"


def render(expression: Expression, relation: Relation) -> str:
    """SQL of the text of an expression; NULL when it is missing."""
    if isinstance(expression, Column):
        return present(relation.text(expression.index))
    if isinstance(expression, Const):
        return literal(expression.text) if expression.text else "NULL"
    if isinstance(expression, First):
        return f"coalesce({', '.join(render(option, relation) for option in expression.options)})"
    on = f"lower(trim(coalesce({render(expression.on, relation)}, '')))"
    cases = " ".join(
        f"WHEN {on} IN ({', '.join(map(literal, texts))}) THEN {render(then, relation)}"
        for texts, then in expression.cases
    )
    return f"CASE {cases} ELSE {render(expression.otherwise, relation)} END"


PART_COLUMNS = (
    "file INTEGER",
    "period VARCHAR",
    "day VARCHAR",
    *(f"{name} VARCHAR" for name in ATTRIBUTES),
    "tags VARCHAR",
    "more_tags VARCHAR",
    "n BIGINT",
    "flags INTEGER",
    f"b_hi {_WIDE}",
    f"b_lo {_WIDE}",
    "b_rest VARCHAR[]",
    f"e_hi {_WIDE}",
    f"e_lo {_WIDE}",
    "e_rest VARCHAR[]",
    "qty DECIMAL(38,12)",
    "qty_bad BIGINT",
)
"""Columns of the table that takes the rolled up rows of every file (texts still as the files have them)."""
