"""The only calls of ``sqlite3.connect``: connections with the pragmas that the promises rest on.

Reads use ``mode=ro`` and never ``immutable``: beside a live WAL an immutable
reader sees a malformed file. Pragmas: trust.md 1.

No other code may open the store, its ``-wal`` or its ``-shm``, not even to read a
few bytes: closing any descriptor of a file drops every POSIX lock that this
process holds on it, SQLite's included, and another process would then truncate
the WAL index under our feet.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Literal

from turbofinops_tui.errors import StoreError

PAGE_SIZE = 8192
LEAST_PAGE = 512
BUSY_MS = 5000
JOURNAL_LIMIT = 4 * 1024 * 1024

_COMMON = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
_WRITER = (
    "PRAGMA synchronous=FULL",
    f"PRAGMA journal_size_limit={JOURNAL_LIMIT}",
    # Checkpoints run after the write lock is given back, so that a commit never waits for one.
    "PRAGMA wal_autocheckpoint=0",
)


def connect(path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    """An open connection in driver autocommit mode; the caller owns its transactions.

    Raises sqlite3.Error; see ``translate``.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    conn = sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False
    )
    try:
        for pragma in _COMMON + (_WRITER if mode == "rw" else ("PRAGMA query_only=ON",)):
            conn.execute(pragma)
    except BaseException:
        conn.close()
        raise
    return conn


def memory() -> sqlite3.Connection:
    """An empty store in memory, for trying changes out; the caller owns its transactions."""
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def free_bytes(path: Path) -> int:
    """Bytes that this user can still write where ``path`` lives."""
    stat = os.statvfs(path.parent)
    return stat.f_bavail * stat.f_frsize


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    """The sentence a user can act on, for an error that SQLite reported about ``path``."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else -1
    name = getattr(error, "sqlite_errorname", "")
    if primary == sqlite3.SQLITE_FULL:
        return StoreError(
            f"the disk is full ({_free_text(path)} free at {path.parent})",
            "free some space; nothing was changed",
        )
    if primary == sqlite3.SQLITE_IOERR:
        return StoreError(
            f"the disk refused a read or write of {path} ({name}, {_free_text(path)} free)",
            "check space, quota and disk; nothing was changed",
        )
    if primary == sqlite3.SQLITE_CORRUPT:
        return StoreError(
            f"the store {path} is damaged ({error})",
            "run `turbofinops db check`, then `turbofinops db restore FILE` with a backup",
        )
    if primary == sqlite3.SQLITE_NOTADB:
        return not_a_store(path)
    if primary == sqlite3.SQLITE_READONLY:
        return StoreError(
            f"the store {path} cannot be written", "check the modes of the file and its directory"
        )
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return StoreError(
            f"the store {path} cannot be opened",
            "check that it exists and that you may read it and its directory",
        )
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            f"another program holds the store {path}", "wait for it to finish and run this again"
        )
    return StoreError(
        f"the store {path} refused the work ({error})", "run `turbofinops db check`; nothing was changed"
    )


def not_a_store(path: Path) -> StoreError:
    """The refusal of a file that is no store of this program."""
    return StoreError(
        f"{path} is not a TurboFinOps store", "give another file with --store; this one was left as it is"
    )


def _free_text(path: Path) -> str:
    try:
        return f"{free_bytes(path) / 1e6:,.1f} MB"
    except OSError:
        return "unknown space"
