"""Writing what is on screen to a file: CSV or JSON by its ending, 0600, never over another unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from turbofinops_tui.economics.types import Table
from turbofinops_tui.errors import ConflictError, UsageError
from turbofinops_tui.files import report_json, table_csv, whole

ENDINGS: dict[str, Callable[[Table], str]] = {".csv": table_csv.dumps, ".json": report_json.dumps}


def target(text: str) -> Path:
    """The file meant by ``text``; UsageError unless it ends in .csv or .json and its directory exists."""
    path = Path(text.strip()).expanduser()
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"{path.name or text!r} ends in neither .csv nor .json", "write such as margins.csv")
    if not path.parent.is_dir():
        raise UsageError(f"there is no directory {path.parent}", "create it, or give another path")
    return path


def write(table: Table, path: Path, *, replace: bool = False) -> int:
    """Write ``table`` to ``path`` in one step; returns the rows written.

    ConflictError when the file is there and ``replace`` is false; StoreError when it cannot be written.
    """
    if path.exists() and not replace:
        raise ConflictError(f"{path} is there already", "replace it, or give another name")
    write_text(ENDINGS[path.suffix.lower()](table), path, replace=replace)
    return len(table.rows)


def write_text(text: str, path: Path, *, replace: bool = False) -> None:
    """Write ``text`` to ``path`` in one step, 0600; raises as ``write``."""
    if path.exists() and not replace:
        raise ConflictError(f"{path} is there already", "replace it, or give another name")
    whole.write_text(path, text if text.endswith("\n") else text + "\n")


def suggestion(screen: str, table: Table) -> str:
    """A name for the file: screen, period, books id."""
    from turbofinops_tui.economics.periods import day_text

    return f"{screen}-{day_text(table.days.start)}-{table.books.whole}.csv"
