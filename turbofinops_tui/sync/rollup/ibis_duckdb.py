"""A DuckDB database, or files that it reads, through Ibis: the same expression as on a cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from turbofinops_tui.sync.rollup.engines import Reveal
from turbofinops_tui.sync.rollup.ibis_table import PAGE_ROWS, IbisTable, ask, table_at
from turbofinops_tui.sync.rollup.remote import EngineAway, Page, Settings


class DuckTable(IbisTable):
    """One table or view of a local DuckDB."""

    def pages(self, expression: Any, most: int) -> Iterator[Page]:
        """Arrow batches (the back end's own way calls what this DuckDB no longer has)."""
        yield from self.backend.con.sql(self.backend.compile(expression)).to_arrow_reader(PAGE_ROWS)

    def cancel(self) -> None:
        """End the running query."""
        self.backend.con.interrupt()


def open_duckdb(settings: Settings, reveal: Reveal) -> DuckTable:
    """The table of the settings ``database`` and ``table``, or the files at ``path``."""
    import ibis

    database, path, name = (settings.get(key, "") for key in ("database", "path", "table"))
    if database and not os.path.exists(database):
        raise EngineAway(f"there is no database {database}")
    backend = ask(lambda: ibis.duckdb.connect(database or ":memory:", read_only=bool(database)))
    for setting in ("TimeZone = 'UTC'", "autoinstall_known_extensions = false"):
        backend.raw_sql(f"SET {setting}")
    table = ask(lambda: _files(backend, path)) if path else table_at(backend, name)
    import duckdb

    return DuckTable(backend, table, f"duckdb {duckdb.__version__} through ibis {ibis.__version__}", "")


def _files(backend: Any, path: str) -> Any:
    """Parquet, else CSV with every column as text; a directory is read whole."""
    inside = os.path.join(path, "**", "*") if os.path.isdir(path) else path
    if path.endswith(".parquet") or (os.path.isdir(path) and _has(path, ".parquet")):
        files = inside + ".parquet" if inside.endswith("*") else inside
        return backend.read_parquet(files, hive_partitioning=False, union_by_name=True)
    files = inside + ".csv*" if inside.endswith("*") else inside
    return backend.read_csv(files, all_varchar=True, hive_partitioning=False, union_by_name=True)


def _has(folder: str, ending: str) -> bool:
    return any(name.endswith(ending) for _, _, names in os.walk(folder) for name in names)
