"""Publishing: a verified read-only copy of the store in a team's directory, and who reads it.

``published.json`` points to the newest copy and is replaced in one step; a reader keeps the copy that
it opened (a shared lock says so) until it asks for the newer one. Copies have no WAL, so that reading
one needs no right to write.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from turbofinops_tui.errors import StoreError
from turbofinops_tui.store import connect, filesystem, locks
from turbofinops_tui.store.backup import copy_to, stamp
from turbofinops_tui.store.books_id import books_id
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.rules import load_rules
from turbofinops_tui.store.settings import load_settings

POINTER = "published.json"
KEPT = 2
"""copies that stay whether somebody reads them or not"""
_PRIVATE = ("draft_step", "draft")
"""tables that are the publisher's own"""


@dataclass(frozen=True, slots=True)
class Published:
    """What a workspace offers: the file's name in it, its books id, when and from which store."""

    file: str
    books: str
    at: str
    store: str


def publish(store: Store, directory: Path) -> Published:
    """Put a checked copy of the store into ``directory`` and point to it.

    StoreError when the directory is missing, cannot be written, or the copy does not hold.
    """
    if not directory.is_dir():
        raise StoreError(
            f"there is no directory {directory}", "make it first, with the rights of its readers"
        )
    moment = stamp(store.clock)
    with store.read() as conn:
        books = books_id(conn, load_rules(conn).id, load_settings(conn).id).whole
        name = _free(directory, f"books-{books}-{moment}")
        part = directory / f".{name}.part"
        try:
            copy_to(conn, part)
            _strip(part)
            _prove(store, part, books)
            part.chmod(_mode(directory))
            os.replace(part, directory / name)
        except OSError as error:
            raise locks.unwritable(directory / name, error) from None
        finally:
            part.unlink(missing_ok=True)
    found = Published(name, books, store.clock.stamp(), str(store.path.absolute()))
    _point(directory, found)
    _drop_old(directory, name)
    return found


def read_pointer(directory: Path) -> Published | None:
    """What ``directory`` offers now; None when nothing was published there. StoreError when it is broken."""
    try:
        values = json.loads((directory / POINTER).read_text("utf-8"))
        found = Published(**{key: str(values[key]) for key in ("file", "books", "at", "store")})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreError(
            f"{directory / POINTER} cannot be read", "publish again, or check its modes"
        ) from None
    if os.path.basename(found.file) != found.file or not (directory / found.file).is_file():
        raise StoreError(f"{directory / POINTER} names a file that is not there", "publish again")
    return found


def hold(path: Path) -> int:
    """Say that this process reads the copy, for as long as the returned descriptor is open."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read ({error.strerror})", "ask for the unix group of the team"
        ) from None
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _strip(path: Path) -> None:
    """Take out what is the publisher's own; secure_delete leaves nothing of it in free pages."""
    conn = connect.connect(path, "rw")
    try:
        conn.execute("PRAGMA secure_delete=ON")
        conn.execute("BEGIN IMMEDIATE")
        for table in _PRIVATE:
            conn.execute(f"DELETE FROM {table}")  # noqa: S608 (constant)
        conn.execute("COMMIT")
    finally:
        conn.close()


def _prove(store: Store, path: Path, books: str) -> None:
    """StoreError unless the copy holds and has the books id of the original."""
    copy = Store(path, store.clock, read_only=True)
    broken = [line.name for line in check_store(copy) if not line.ok]
    if broken:
        raise StoreError(
            f"the books do not hold ({', '.join(broken)})",
            "run `turbofinops db check`; nothing was published",
        )
    with copy.read() as conn:
        found = books_id(conn, load_rules(conn).id, load_settings(conn).id).whole
    if found != books:
        raise StoreError("the copy has other books than the store", "publish again; nothing was published")


def _mode(directory: Path) -> int:
    """Readers are those who may read the directory; nobody but the publisher writes."""
    rights = stat.S_IMODE(directory.stat().st_mode)
    return 0o600 | (rights & 0o044)


def _point(directory: Path, found: Published) -> None:
    target = directory / POINTER
    temporary = directory / f".{POINTER}.part"
    try:
        temporary.write_text(json.dumps(asdict(found), indent=1) + "\n", "utf-8")
        temporary.chmod(_mode(directory))
        os.replace(temporary, target)
        filesystem.sync_directory(directory)
    except OSError as error:
        raise locks.unwritable(target, error) from None


def _drop_old(directory: Path, newest: str) -> None:
    """Copies that nobody reads any more; the newest few stay."""
    names = sorted(
        (item for item in directory.glob("books-*.db") if item.name != newest),
        key=lambda item: item.stat().st_mtime_ns,
    )
    for path in names[: max(0, len(names) - (KEPT - 1))]:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if locks.try_lock(descriptor):
                path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _free(directory: Path, stem: str) -> str:
    name, number = f"{stem}.db", 1
    while (directory / name).exists():
        number += 1
        name = f"{stem}-{number}.db"
    return name
