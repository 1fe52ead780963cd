"""A Parquet file with one more column that says the same in every row; all else as it was, in its order."""

from __future__ import annotations

from pathlib import Path

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.rollup.engine import Engine, EngineRefusal
from turbofinops_tui.sync.rollup.sql import literal, quoted


def mark_parquet(path: Path, target: Path, column: str, value: str, name: str) -> None:
    """``target``: the rows of ``path`` with ``column``. DataError, under ``name``, for a damaged file."""
    rows = f"SELECT *, {literal(value)} AS {quoted(column)} FROM read_parquet({literal(str(path))})"
    with Engine(target.parent) as engine:
        try:
            engine.run(f"COPY ({rows}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION snappy)")
        except EngineRefusal as error:
            first = str(error).splitlines()[0][:200]
            raise DataError(
                f"the Parquet file is damaged ({first})", "run the export again", file=name
            ) from None
