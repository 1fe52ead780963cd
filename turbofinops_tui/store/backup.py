"""Backup, restore and the copy before an upgrade: online, verified, atomic (trust.md 6)."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import StoreError
from turbofinops_tui.paths import FILE_MODE, make_private_directory
from turbofinops_tui.store import audit, connect, filesystem, locks
from turbofinops_tui.store.open import Store, checked_version

KEEP_UPGRADE_BACKUPS = 3
BESIDE = ("-wal", "-shm", "-journal")


def stamp(clock: Clock) -> str:
    """The moment as a file name part: ``20261124T120000Z``."""
    return clock.now().strftime("%Y%m%dT%H%M%SZ")


def backup(store: Store, target: Path) -> None:
    """Copy a store in use to ``target`` (replaced if there): one snapshot, checked, atomic, 0600.

    StoreError when the target cannot be written or is the store itself.
    """
    if target.is_dir() or (target.exists() and target.samefile(store.path)):
        raise StoreError(f"{target} cannot be a backup", "name another file")
    if not target.parent.is_dir():
        raise StoreError(f"there is no directory {target.parent}", "make it first, or name another file")
    with store.read() as conn:
        copy_to(conn, target)


def restore(path: Path, source: Path, clock: Clock) -> Path | None:
    """Put the store that ``source`` holds in the place of ``path``; returns where the old one is kept now.

    ``source`` is checked first and copied beside the store; the swap is one rename
    under the write lock. Whatever happens before it, the old store stands.
    """
    if not source.is_file():
        raise StoreError(f"there is no backup {source}", "name a file that `turbofinops db backup` wrote")
    if path.exists() and source.samefile(path):
        raise StoreError(f"{source} is the store itself", "name a backup")
    make_private_directory(path.parent)
    filesystem.refuse_network(path)
    descriptor = locks.lock(path.with_name(path.name + ".wlock"))
    temporary = path.with_name(f".{path.name}.restore")
    try:
        _refuse_running_imports(path)
        _drop_half_restores(path)
        _prepare_restored(source, temporary, clock)
        return _swap(path, temporary, clock)
    except OSError as error:
        raise locks.unwritable(path, error) from None
    finally:
        _remove(temporary)
        os.close(descriptor)


def copy_to(conn: sqlite3.Connection, target: Path) -> None:
    """Copy the store behind ``conn`` to ``target``: online, verified, fsynced, renamed, 0600.

    The copy is made beside the target under a temporary name; a crash leaves only that.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        _fill(conn, temporary, "DELETE")
        os.replace(temporary, target)
        filesystem.sync_directory(target.parent)
    except OSError as error:
        raise locks.unwritable(target, error) from None
    finally:
        _remove(temporary)


def integrity(conn: sqlite3.Connection) -> str:
    """Empty when the file is whole, else what SQLite found first."""
    found = str(conn.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if found == "ok" else found


def before_upgrade(conn: sqlite3.Connection, path: Path, version: int, clock: Clock) -> Path:
    """The automatic copy before the first step of an upgrade; the newest three are kept."""
    target = _free_name(path.with_name(f"{path.name}.v{version}-{stamp(clock)}"))
    copy_to(conn, target)
    kept = sorted(
        path.parent.glob(f"{path.name}.v*-*Z*"), key=lambda item: (item.stat().st_mtime_ns, item.name)
    )
    for old in kept[:-KEEP_UPGRADE_BACKUPS]:
        old.unlink(missing_ok=True)
    return target


def _fill(
    conn: sqlite3.Connection, temporary: Path, journal: str, restored_at: str = "", origin: str = ""
) -> None:
    """One snapshot of ``conn`` in a new file at ``temporary``, checked and fsynced.

    A backup has journal mode DELETE: one file, no WAL beside it that somebody could forget.
    """
    _remove(temporary)
    os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
    try:
        copy = connect.connect(temporary, "rw")
        try:
            conn.backup(copy)
            copy.execute(f"PRAGMA journal_mode={journal}")
            damage = integrity(copy)
            if damage:
                raise StoreError(
                    f"the copy is damaged: {damage}", "run `turbofinops db check`; nothing was changed"
                )
            if restored_at:
                copy.execute("BEGIN IMMEDIATE")
                audit.append(copy, restored_at, "restore", "store", origin, None, None)
                copy.execute("COMMIT")
        finally:
            copy.close()
    except sqlite3.Error as error:
        raise connect.translate(error, temporary) from error
    descriptor = os.open(temporary, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prepare_restored(source: Path, temporary: Path, clock: Clock) -> None:
    """A checked copy of ``source``, ready to be the store; refuses what is no store, newer or damaged."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    try:
        conn = connect.connect(source, "ro")
    except sqlite3.Error as error:
        raise connect.translate(error, source) from error
    try:
        if checked_version(conn, source) == 0:
            raise connect.not_a_store(source)
        damage = integrity(conn)
        if damage:
            raise StoreError(
                f"the backup {source} is damaged ({damage})", "use another one; nothing was changed"
            )
        _fill(conn, temporary, "WAL", clock.stamp(), digest[:16])
    except sqlite3.Error as error:
        raise connect.translate(error, source) from error
    finally:
        conn.close()


def _swap(path: Path, temporary: Path, clock: Clock) -> Path | None:
    """The new store in one rename; the old one keeps its bytes under another name."""
    kept = None
    if path.exists():
        kept = _free_name(path.with_name(f"{path.name}.before-restore-{stamp(clock)}"))
        _settle_wal(path, kept)
        os.link(path, kept)
    _remove_beside(path)
    os.replace(temporary, path)
    _remove_beside(path)
    filesystem.sync_directory(path.parent)
    return kept


def _settle_wal(path: Path, kept: Path) -> None:
    """Move the WAL into the old file, so that nothing of it can meet the new one.

    A store too damaged for that keeps its WAL beside the kept file.
    """
    try:
        conn = connect.connect(path, "rw")
        try:
            busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            conn.close()
    except sqlite3.Error:
        wal = Path(f"{path}-wal")
        if wal.exists():
            os.replace(wal, f"{kept}-wal")
        return
    if busy:
        raise StoreError(
            f"another program is reading {path}", "close it, then restore again; nothing was changed"
        )


def _refuse_running_imports(path: Path) -> None:
    for lock_file in path.parent.glob(f"{path.name}.delivery-*.lock"):
        descriptor = locks.open_lock_file(lock_file)
        try:
            if not locks.try_lock(descriptor):
                raise StoreError(
                    "an import is running", "wait for its end, then restore again; nothing was changed"
                )
        finally:
            os.close(descriptor)


def _drop_half_restores(path: Path) -> None:
    """A restore killed between link and rename leaves a second name of the live store: take it away."""
    for other in path.parent.glob(f"{path.name}.before-restore-*"):
        if path.exists() and other.samefile(path):
            other.unlink()


def _free_name(path: Path) -> Path:
    """``path``, or ``path.2``, ``path.3`` ... where something is there already."""
    name, number = path, 1
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}.{number}")
    return name


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_beside(path)


def _remove_beside(path: Path) -> None:
    for suffix in BESIDE:
        Path(f"{path}{suffix}").unlink(missing_ok=True)
