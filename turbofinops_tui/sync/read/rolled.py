"""Rollup rows that an engine handed over, kept as a Parquet file of our own (sync/rollup/staging.py).

They are rows of table ``part`` with their texts as the lines have them, so that a file of them is read, kept,
read again and replaced like any other delivery; only the lines themselves are elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.layout import NOTHING, Layout, positions

MARK = "turbofinops_rollup"
"""first column; its value is the version of this form"""
ENGINE, TABLE, FLOATS, WARNINGS = "engine", "lines_at", "float_columns", "layout_warnings"
"""columns with one value: ``spark 4.0.5``, what people call the table, its columns of binary floats (with
commas between them), and what its columns gave to warn of (one a line)"""
_FIELDS = ("day", "period", "currency", "charge_category")


def matches(names: Sequence[str]) -> bool:
    """True for such a file."""
    return tuple(names[:5]) == (MARK, ENGINE, TABLE, FLOATS, WARNINGS)


def layout(names: Sequence[str], file: str) -> Layout:
    """A layout that says no more than that the rows are rolled up already; DataError for an unknown form."""
    found = positions(names)
    if any(name not in found for name in ("period", "day", "tags", "n", "flags")):
        raise DataError("rollup rows of an unknown form", "sync again", file=file)
    return Layout(
        format="rollup rows",
        names=tuple(names),
        day=NOTHING,
        billed=(),
        effective=(),
        attributes={},
        column_of={name: found[name.replace("_", "")] for name in _FIELDS if name.replace("_", "") in found},
        rolled=True,
    )
