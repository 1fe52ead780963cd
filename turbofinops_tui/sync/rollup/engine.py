"""The DuckDB connection of one rollup: bounded memory, a private place to spill, nothing from the network.

Only this package knows DuckDB. Its own errors leave as ``EngineRefusal``; callers
turn them into a sentence with file, line and column (sync/read/diagnose.py).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from turbofinops_tui.errors import DataError, StoreError
from turbofinops_tui.paths import make_private_directory
from turbofinops_tui.sync.read.files import CostFile
from turbofinops_tui.sync.rollup.sql import Relation, literal, quoted

if TYPE_CHECKING:
    import duckdb

MEMORY = "560MB"
MOST_THREADS = 4
"""each holds buffers of its own, and unpacking a gzip file keeps one busy anyway"""
_PREFIX = "rollup-"
_LINE_SLACK = 1 << 16
_BUFFER = 8 << 20
"""bytes of CSV that a thread takes at a time: larger ones only cost memory"""


class EngineRefusal(Exception):
    """The engine could not read a file; ``str()`` is its own message."""


class Engine:
    """One in-memory database with a spill directory inside the data directory; a context manager."""

    def __init__(self, data: Path, memory: str = MEMORY) -> None:
        import duckdb

        self._duckdb = duckdb
        self._temp = _private_place(data)
        self._links: dict[Path, Path] = {}
        self.connection = duckdb.connect(":memory:")
        for statement in (
            f"SET memory_limit = {literal(memory)}",
            f"SET threads = {max(2, min(MOST_THREADS, os.cpu_count() or 2))}",
            f"SET temp_directory = {literal(str(self._temp))}",
            "SET TimeZone = 'UTC'",
            "SET enable_progress_bar = false",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            "SET enable_external_file_cache = false",
        ):
            self.connection.execute(statement)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        shutil.rmtree(self._temp, ignore_errors=True)

    @property
    def name(self) -> str:
        """Name and version for the batch: ``duckdb 2.0.0``."""
        return f"duckdb {self._duckdb.__version__}"

    def spare(self, number: int) -> Path:
        """A path in the spill directory, gone with the engine."""
        return self._temp / f"file-{number}.csv"

    def run(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; EngineRefusal for anything that the engine refuses."""
        return self._execute(query, parameters).fetchall()

    def arrays(self, query: str) -> dict[str, Any]:
        """The result as numpy arrays by column; for integer columns only (decimals would turn to floats)."""
        return self._execute(query, ()).fetchnumpy()

    def _execute(self, query: str, parameters: Sequence[object]) -> duckdb.DuckDBPyConnection:
        try:
            return self.connection.execute(query, list(parameters))
        except self._duckdb.OutOfMemoryException:
            raise DataError(
                "the rollup needs more memory or disk than there is", "free disk space in the data directory"
            ) from None
        except self._duckdb.OutOfRangeException:
            raise DataError(
                "the amounts are too large to add up", "amounts are limited to about nine billion"
            ) from None
        except self._duckdb.Error as error:
            text = str(error)
            for path, link in self._links.items():
                text = text.replace(str(link), path.name)
            raise EngineRefusal(text) from None

    def table_of(self, name: str, columns: dict[str, tuple[str, Sequence[object]]]) -> None:
        """A table from Python columns: ``{column: (SQL type, values)}``, all of one length."""
        names = list(columns)
        types = ", ".join(f"{quoted(column)} {columns[column][0]}" for column in names)
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} ({types})")
        lists = [list(columns[column][1]) for column in names]
        if lists[0]:
            unnested = ", ".join(f"unnest(CAST(? AS {columns[column][0]}[]))" for column in names)
            self.run(f"INSERT INTO {name} SELECT {unnested}", lists)

    def add_page(self, table: str, names: Sequence[str], page: Any) -> None:
        """Add the rows of an Arrow table or batch, or of ``{column: values}``, to a table, column by name."""
        if isinstance(page, dict):
            given = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {quoted(name)}" for name in names)
            values = [[None if item is None else str(item) for item in page[name]] for name in names]
            if values[0]:
                self.run(f"INSERT INTO {table} SELECT {given}", values)
            return
        self.connection.register("page", page)
        try:
            self.run(f"INSERT INTO {table} SELECT {', '.join(map(quoted, names))} FROM page")
        finally:
            self.connection.unregister("page")

    def seen(self, path: Path) -> str:
        """The SQL literal of a plain name for ``path``.

        The engine would take ``*`` and ``[`` in a name for a pattern, and ``MONTH=2026-03`` in a folder
        for one more column.
        """
        if path not in self._links:
            link = self._temp / f"in-{len(self._links)}"
            link.symlink_to(path.absolute())
            self._links[path] = link
        return literal(str(self._links[path]))

    def relation(self, file: CostFile, line_bytes: int) -> Relation:
        """How to read ``file``: everything as text, or Parquet columns with their types."""
        if file.kind == "parquet":
            return self._parquet(file)
        names = [f"c{number}" for number in range(len(file.names))]
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        packed = file.kind == "gzip" and file.rewritten is None
        options = {
            "auto_detect": "false",
            "header": "true",
            "columns": f"{{{columns}}}",
            "delim": literal(file.delimiter),
            "quote": literal('"'),
            "escape": literal('"'),
            "strict_mode": "true",
            "hive_partitioning": "false",
            "max_line_size": str(line_bytes + _LINE_SLACK),
            "buffer_size": str(max(_BUFFER, 4 * line_bytes)),
            "compression": literal("gzip" if packed else "none"),
        }
        words = ", ".join(f"{name} = {value}" for name, value in options.items())
        return Relation(f"read_csv({self.seen(file.reading)}, {words})", tuple(names), {})

    def _parquet(self, file: CostFile) -> Relation:
        source = self._read_parquet(file.path)
        types = self.run(f"DESCRIBE SELECT * FROM {source}")
        return Relation(
            source,
            tuple(quoted(row[0]) for row in types),
            {index: str(row[1]) for index, row in enumerate(types) if row[1] != "VARCHAR"},
        )

    def _read_parquet(self, path: Path) -> str:
        return f"read_parquet({self.seen(path)}, binary_as_string = true, hive_partitioning = false)"

    def parquet_facts(self, path: Path) -> tuple[list[str], int, int]:
        """(column names, rows, uncompressed bytes) of a Parquet file; EngineRefusal when it is damaged."""
        names = [row[0] for row in self.run(f"DESCRIBE SELECT * FROM {self._read_parquet(path)}")]
        whole = f"parquet_file_metadata({self.seen(path)})"
        parts = f"parquet_metadata({self.seen(path)})"
        rows = self.run(f"SELECT coalesce(sum(num_rows), 0) FROM {whole}")[0][0]
        size = self.run(f"SELECT coalesce(sum(total_uncompressed_size), 0) FROM {parts}")[0][0]
        return names, int(rows), int(size)


def _private_place(data: Path) -> Path:
    """A new directory 0700 inside ``data``; those of runs that died are removed first."""
    try:
        make_private_directory(data)
        for old in data.glob(f"{_PREFIX}*"):
            if not _lives(old.name.removeprefix(_PREFIX).partition("-")[0]):
                shutil.rmtree(old, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=data))
    except OSError as error:
        raise StoreError(
            f"cannot write to {data} ({error.strerror})", "free space, or check its modes"
        ) from None


def _lives(number: str) -> bool:
    """True while the process of that number lives (or the number is none)."""
    if not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
