"""FOCUS (CUR, Azure) files on this machine as a source: a file, a directory or a glob.

Each file is an export of its own, named by its path below the setting, so that a file that comes again
with other content replaces its own rows and no other's. A file whose size and time did not change is not
opened again.
"""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.errors import SourceError, UsageError
from turbofinops_tui.sync.runner import Ask, CostSource, Cursors, Fetched, Item, Plan, Probe, Tick

if TYPE_CHECKING:
    import threading

    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import Secrets

ENDINGS = (".csv", ".csv.gz", ".parquet")
_LONGEST_EXPORT = 100


class FocusFolder:
    """The source of one setting ``path``."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: dict[str, Path] = {}

    def identity(self) -> str:
        """Files have no account."""
        return ""

    def test(self) -> Probe:
        """What there is to read, and which files may not be."""
        files = self._files()
        missing = tuple(f"read {path}" for path in files.values() if not os.access(path, os.R_OK))
        return Probe(missing=missing, notes=(f"{len(files)} files at {self.path}",))

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """Every file that is new or changed; with ``since`` those changed since that day too."""
        self.found = self._files()
        items = []
        for name, path in self.found.items():
            known = dict(cursors.get(name, {}))
            again = ask.since is not None and path.stat().st_mtime >= _epoch(ask.since)
            if again or known != _stamp(path):
                items.append(Item(name, name, "", name))
        notes = tuple(
            f"{name} is no longer there: its rows still count until `turbofinops imports remove`"
            for name in cursors
            if name not in self.found
        )
        return Plan(tuple(items), notes)

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """The file where it lies."""
        path = self.found[item.key]
        try:
            stamp = _stamp(path)
        except OSError as error:
            raise SourceError(f"{path} cannot be read ({error.strerror})", "is it gone?") from None
        return Fetched((path,), item.export, (), stamp, keep=False)

    def _files(self) -> dict[str, Path]:
        """Export name -> file, in order of name; SourceError when there is none."""
        root = Path(self.path)
        if root.is_file():
            return {root.name[-_LONGEST_EXPORT:]: root}
        if root.is_dir():
            every = [Path(where) / name for where, _, names in os.walk(root) for name in names]
            chosen = [path for path in every if path.name.lower().endswith(ENDINGS)]
            base = root
        else:
            chosen = [Path(name) for name in glob.glob(self.path, recursive=True) if os.path.isfile(name)]
            base = Path(os.path.dirname(re.split(r"[*?\[]", self.path)[0]))
        if not chosen:
            raise SourceError(f"there are no cost files at {self.path}", "check the setting path")
        found = dict(sorted((_export(path, base), path) for path in chosen))
        if len(found) != len(chosen):
            raise SourceError("two files have the same long name", "give them shorter or different names")
        return found


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> CostSource:
    """The source of a connection of kind ``focus``: files of this machine, or a table on an engine."""
    if connection.settings.get("engine"):
        from turbofinops_tui.sync.pull import focus_engine

        return focus_engine.open_source(connection, secrets, clock, stop)
    path = connection.settings.get("path", "")
    if not path:
        raise UsageError(
            f"{connection.name} has no path", f"turbofinops connect set {connection.name} path=DIRECTORY"
        )
    return FocusFolder(path)


def _export(path: Path, base: Path) -> str:
    """The name below ``base``; the end of it when it is long."""
    return os.path.relpath(path, base).strip()[-_LONGEST_EXPORT:].strip()


def _stamp(path: Path) -> dict[str, int]:
    info = path.stat()
    return {"size": info.st_size, "mtime_ns": info.st_mtime_ns}


def _epoch(day: int) -> int:
    return day * 86400
