"""Backup, restore and the copy before an upgrade: online, verified, atomic (trust.md 6)."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import StoreError
from turbofinops_tui.store import connect, filesystem, locks

KEEP_UPGRADE_BACKUPS = 3
PAGES_PER_STEP = 512


def stamp(clock: Clock) -> str:
    """The moment as a file name part: ``20261124T120000Z``."""
    return clock.now().strftime("%Y%m%dT%H%M%SZ")


def free_name(path: Path) -> Path:
    """``path``, or ``path.2``, ``path.3`` ... where something is there already."""
    name, number = path, 1
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}.{number}")
    return name


def copy_to(conn: sqlite3.Connection, target: Path) -> None:
    """Copy the store behind ``conn`` to ``target``: online, verified, fsynced, renamed, 0600.

    The copy is made beside the target under a temporary name; a crash leaves only that.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        temporary.unlink(missing_ok=True)
        os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _fill(conn, temporary)
        os.replace(temporary, target)
        filesystem.sync_directory(target.parent)
    except OSError as error:
        raise locks.unwritable(target, error) from None
    except sqlite3.Error as error:
        raise connect.translate(error, target) from error
    finally:
        for rest in (
            temporary,
            Path(f"{temporary}-wal"),
            Path(f"{temporary}-shm"),
            Path(f"{temporary}-journal"),
        ):
            rest.unlink(missing_ok=True)


def _fill(conn: sqlite3.Connection, temporary: Path) -> None:
    copy = connect.connect(temporary, "rw")
    try:
        conn.backup(copy, pages=PAGES_PER_STEP)
        # A backup is one file: no WAL beside it that somebody could forget to copy.
        copy.execute("PRAGMA journal_mode=DELETE")
        damage = integrity(copy)
    finally:
        copy.close()
    if damage:
        raise StoreError(
            f"the copy is damaged: {damage}", "run `turbofinops db check`; the backup was not kept"
        )
    descriptor = os.open(temporary, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def integrity(conn: sqlite3.Connection) -> str:
    """Empty when the file is whole, else what SQLite found first."""
    found = str(conn.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if found == "ok" else found


def before_upgrade(conn: sqlite3.Connection, path: Path, version: int, clock: Clock) -> Path:
    """The automatic copy before the first step of an upgrade; the newest three are kept."""
    target = free_name(path.with_name(f"{path.name}.v{version}-{stamp(clock)}"))
    copy_to(conn, target)
    kept = sorted(
        path.parent.glob(f"{path.name}.v*-*Z*"), key=lambda item: (item.stat().st_mtime_ns, item.name)
    )
    for old in kept[:-KEEP_UPGRADE_BACKUPS]:
        old.unlink(missing_ok=True)
    return target
