"""The DuckDB connection of one rollup: bounded memory, a private place to spill, nothing from the network.

Only this package knows DuckDB. Its own errors leave as ``EngineRefusal``; callers
turn them into a sentence with file, line and column (sync/read/diagnose.py).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from turbofinops_tui.errors import DataError
from turbofinops_tui.paths import make_private_directory
from turbofinops_tui.sync.read.files import CostFile
from turbofinops_tui.sync.rollup.sql import Relation, literal, quoted

if TYPE_CHECKING:
    import duckdb

MEMORY = "560MB"
THREADS = 2
_LINE_SLACK = 1 << 16


class EngineRefusal(Exception):
    """The engine could not read a file; ``str()`` is its own message."""


class Engine:
    """One in-memory database with a spill directory inside the data directory; a context manager."""

    def __init__(self, data: Path, memory: str = MEMORY) -> None:
        import duckdb

        self._duckdb = duckdb
        self._temp = Path(tempfile.mkdtemp(prefix="rollup-", dir=make_private_directory(data)))
        self.connection = duckdb.connect(":memory:")
        for statement in (
            f"SET memory_limit = {literal(memory)}",
            f"SET threads = {THREADS}",
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
            raise EngineRefusal(str(error)) from None

    def table_of(self, name: str, columns: dict[str, tuple[str, Sequence[object]]]) -> None:
        """A table from Python columns: ``{column: (SQL type, values)}``, all of one length."""
        names = list(columns)
        types = ", ".join(f"{quoted(column)} {columns[column][0]}" for column in names)
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} ({types})")
        lists = [list(columns[column][1]) for column in names]
        if lists[0]:
            unnested = ", ".join(f"unnest(CAST(? AS {columns[column][0]}[]))" for column in names)
            self.run(f"INSERT INTO {name} SELECT {unnested}", lists)

    def relation(self, file: CostFile, line_bytes: int) -> Relation:
        """How to read ``file``: everything as text, or Parquet columns with their types."""
        if file.kind == "parquet":
            return self._parquet(file)
        names = [f"c{number}" for number in range(len(file.names))]
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        source = (
            f"read_csv({literal(str(file.reading))}, auto_detect = false, header = true, columns"
            f" = {{{columns}}},"
            f" delim = {literal(file.delimiter)}, quote = '\"', escape = '\"', strict_mode = true,"
            f" max_line_size = {line_bytes + _LINE_SLACK}, buffer_size = {max(16 << 20, 4 * line_bytes)},"
            f" compression = '{'gzip' if file.kind == 'gzip' and file.reading == file.path else 'none'}')"
        )
        return Relation(source, tuple(names), {})

    def _parquet(self, file: CostFile) -> Relation:
        source = f"read_parquet({literal(str(file.path))}, binary_as_string = true)"
        types = self.run(f"DESCRIBE SELECT * FROM {source}")
        return Relation(
            source,
            tuple(quoted(row[0]) for row in types),
            {index: str(row[1]) for index, row in enumerate(types) if row[1] != "VARCHAR"},
        )

    def parquet_facts(self, path: Path) -> tuple[list[str], int, int]:
        """(column names, rows, uncompressed bytes) of a Parquet file; EngineRefusal when it is damaged."""
        text = literal(str(path))
        names = [
            row[0]
            for row in self.run(f"DESCRIBE SELECT * FROM read_parquet({text}, binary_as_string = true)")
        ]
        rows = self.run(f"SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({text})")[0][0]
        size = self.run(f"SELECT coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata({text})")[0][
            0
        ]
        return names, int(rows), int(size)
