"""The store: one SQLite file, one way to write, reads as snapshots (trust.md 1-6).

A write waits in a blocking file lock, begins IMMEDIATE, and commits rows,
cursor and audit together. A read is one deferred transaction on a read-only
connection: a report sees one state of the world whatever others write.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import NewerStoreError, ReadOnlyError, StoreError
from turbofinops_tui.models import migrations
from turbofinops_tui.paths import FILE_MODE, make_private_directory
from turbofinops_tui.store import audit, connect, digests, filesystem, locks

CHECKPOINT_BYTES = 8 * 1024 * 1024


class WriteTxn:
    """One open write transaction; everything in it happens, or nothing.

    ``now`` is the moment of the transaction (ISO, UTC).
    """

    def __init__(self, conn: sqlite3.Connection, now: str, action: str) -> None:
        self.conn = conn
        self.now = now
        self.action = action
        self._deltas: dict[str, int] = {}

    def audit(
        self, action: str, entity: str, entity_id: str, before: audit.State = None, after: audit.State = None
    ) -> None:
        """Append to the audit log in this transaction; ids and references only, never names or secrets."""
        audit.append(self.conn, self.now, action, entity, entity_id, before, after)

    def add_facts(self, scope: str, delta: int) -> None:
        """Note fact hashes added to or taken from ``scope``; written once, with the commit."""
        self._deltas[scope] = self._deltas.get(scope, 0) + delta

    def flush_facts(self) -> None:
        """Write the noted digests now (done before every commit)."""
        for scope, delta in self._deltas.items():
            digests.add(self.conn, scope, delta)
        self._deltas.clear()


class Store:
    """An open store. Safe to share between threads and beside other processes."""

    def __init__(self, path: Path, clock: Clock, read_only: bool = False) -> None:
        self.path = path
        self.clock = clock
        self.read_only = read_only
        self.refusal = "start without --read-only"
        """what to do instead of writing, where this object is for reading"""
        self.delivery_locks: dict[int, int] = {}
        """descriptors of the locks of the deliveries that this process is staging"""
        self._local = threading.local()
        self._writers: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._wal_seen = 0

    @classmethod
    def open(cls, path: Path, clock: Clock, *, read_only: bool = False, create: bool = True) -> Store:
        """Open ``path``: made when missing, migrated after a backup, refused when newer or no store.

        Raises StoreError (network file system, not a store, damaged, not writable)
        and NewerStoreError, which leaves the file as it is.
        """
        store = cls(path, clock, read_only)
        filesystem.refuse_network(path)
        version, in_wal_mode = store._state()
        if version == migrations.current_version() and (read_only or in_wal_mode):
            if not read_only:
                filesystem.keep_private(path)
            return store
        if read_only:
            what = "there is no store at" if version is None else "this store needs an upgrade, in"
            raise StoreError(f"{what} {path}", "run the command without --read-only once")
        if version is None and not create:
            raise StoreError(
                f"there is no store at {path}", "import something first, or give another --store"
            )
        store._prepare()
        return store

    @classmethod
    def published(cls, path: Path, clock: Clock) -> Store:
        """The published copy at ``path``: for reading, on any file system, held until the process ends.

        StoreError when it is missing or of another version; NewerStoreError as ``open``.
        """
        from turbofinops_tui.store.publish import hold

        store = cls(path, clock, read_only=True)
        store.refusal = (
            "these are published books: change them where they are published;"
            " `rules export FILE --view draft` hands a draft over"
        )
        store.delivery_locks[-1] = hold(path)
        version, _ = store._state()
        if version != migrations.current_version():
            raise StoreError(f"the published books {path} are of an older version", "publish them again")
        return store

    @property
    def lock_path(self) -> Path:
        """The file whose lock every writer waits for."""
        return self.path.with_name(self.path.name + ".wlock")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection inside one snapshot; SQLite errors become StoreError."""
        try:
            conn = connect.connect(self.path, "ro")
        except sqlite3.Error as error:
            raise connect.translate(error, self.path) from error
        try:
            conn.execute("BEGIN")
            self._check_version(conn)  # the first statement that reads takes the snapshot
            yield conn
        except sqlite3.Error as error:
            raise connect.translate(error, self.path) from error
        finally:
            conn.close()

    @contextmanager
    def write(self, action: str, *, durable: bool = True) -> Iterator[WriteTxn]:
        """One write transaction: file lock, BEGIN IMMEDIATE, COMMIT; rolled back on any exception.

        ``durable=False`` commits without an fsync of its own: for staged rows, which
        mean nothing before the durable transaction that makes them valid (its fsync
        covers them: they lie before it in the same WAL). No network and no parsing
        inside. Nesting is a programming error.
        """
        if self.read_only:
            raise ReadOnlyError(f"{action} would write to the store", self.refusal)
        if getattr(self._local, "writing", False):
            raise RuntimeError("write transactions do not nest")
        self._local.writing = True
        try:
            with self.locked():
                conn = self._writer()
                yield from self._transaction(conn, action, durable)
            self._checkpoint(conn)
        except sqlite3.Error as error:
            raise connect.translate(error, self.path) from error
        finally:
            self._local.writing = False

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the write lock without a transaction (migration, restore)."""
        descriptor = locks.lock(self.lock_path)
        try:
            yield
        finally:
            os.close(descriptor)

    def compact(self) -> None:
        """Write the file anew and empty the WAL, so that nothing deleted is left in free pages."""
        if self.read_only:
            raise ReadOnlyError("compacting would write to the store", "start without --read-only")
        with self.locked():
            conn = self._writer()
            try:
                conn.execute("VACUUM")
                conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                raise connect.translate(error, self.path) from error

    def close(self) -> None:
        """Close what this object keeps open; it can be used again afterwards."""
        with self._guard:
            for conn in self._writers:
                conn.close()
            self._writers.clear()
            self._local = threading.local()
        for descriptor in self.delivery_locks.values():
            os.close(descriptor)
        self.delivery_locks.clear()

    def _transaction(self, conn: sqlite3.Connection, action: str, durable: bool) -> Iterator[WriteTxn]:
        conn.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        conn.execute("BEGIN IMMEDIATE")
        try:
            self._check_version(conn)
            txn = WriteTxn(conn, self.clock.stamp(), action)
            yield txn
            txn.flush_facts()
            conn.execute("COMMIT")
        except BaseException:
            if conn.in_transaction:  # a full disk has rolled back already
                conn.execute("ROLLBACK")
            raise

    def _writer(self) -> sqlite3.Connection:
        """This thread's write connection, opened anew when the file was replaced (restore) or forked."""
        try:
            info = self.path.stat()
        except OSError as error:
            raise StoreError(
                f"the store {self.path} is gone ({error.strerror})", "restore it from a backup"
            ) from None
        key = (os.getpid(), info.st_dev, info.st_ino)
        if getattr(self._local, "key", None) != key:
            conn = connect.connect(self.path, "rw")
            with self._guard:
                self._writers.append(conn)
            self._local.conn, self._local.key = conn, key
        kept: sqlite3.Connection = self._local.conn
        return kept

    def _checkpoint(self, conn: sqlite3.Connection) -> None:
        """Move the WAL into the file after the lock is given back; passive, so it blocks nobody."""
        try:
            size = self.path.with_name(self.path.name + "-wal").stat().st_size
        except OSError:
            return
        # A WAL moved completely starts again and is cut to the journal limit with the next commit;
        # one that a reader holds is tried again when it has grown as much again.
        if size < self._wal_seen:
            self._wal_seen = 0
        if size >= self._wal_seen + CHECKPOINT_BYTES:
            self._wal_seen = size
            with suppress(sqlite3.Error):  # the commit stands; a later one tries again
                conn.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _check_version(self, conn: sqlite3.Connection) -> None:
        version = migrations.user_version(conn)
        if version > migrations.current_version():
            raise newer(self.path, version)
        if version < migrations.current_version():
            raise StoreError(f"the store {self.path} was replaced by an older one", "start the program again")

    def _state(self) -> tuple[int | None, bool]:
        """(version, in WAL mode): 0 for a file not yet begun, None for no file; refuses what is no store.

        Reads through SQLite, not from the header: the newest header may still be in the WAL.
        """
        try:
            if not self.path.exists():
                return None, False
            size = self.path.stat().st_size
            # SQLite takes a file shorter than its smallest page for an empty one, whatever is in it.
            if not self.path.is_file() or 0 < size < connect.LEAST_PAGE:
                raise connect.not_a_store(self.path)
            if size == 0:
                return 0, False
            conn = connect.connect(self.path, "ro")
        except OSError as error:
            raise StoreError(
                f"the store {self.path} cannot be read ({error.strerror})", "check its modes"
            ) from None
        except sqlite3.Error as error:
            raise connect.translate(error, self.path) from error
        try:
            mode = conn.execute("PRAGMA journal_mode").fetchone()[0]
            return checked_version(conn, self.path), mode == "wal"
        except sqlite3.Error as error:
            raise connect.translate(error, self.path) from error
        finally:
            conn.close()

    def _prepare(self) -> None:
        """Create or upgrade under the write lock; safe when several programs start at once."""
        from turbofinops_tui.store import backup

        try:
            make_private_directory(self.path.parent)
        except OSError as error:
            raise locks.unwritable(self.path.parent, error) from None
        with self.locked():
            create_file(self.path)
            try:
                conn = connect.connect(self.path, "rw")
                try:
                    version = checked_version(conn, self.path)
                    if version == 0:
                        conn.execute(f"PRAGMA page_size={connect.PAGE_SIZE}")
                    elif version < migrations.current_version():
                        backup.before_upgrade(conn, self.path, version, self.clock)
                    conn.execute("PRAGMA journal_mode=WAL")
                    migrations.apply(conn)
                finally:
                    conn.close()
            except sqlite3.Error as error:
                raise connect.translate(error, self.path) from error
        filesystem.keep_private(self.path)


def create_file(path: Path) -> None:
    """An empty file 0600, before SQLite touches it: the WAL files inherit its mode."""
    try:
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
    except OSError as error:
        raise locks.unwritable(path, error) from None


def newer(path: Path, version: int) -> NewerStoreError:
    """The refusal of a store that a newer program wrote."""
    known = migrations.current_version()
    return NewerStoreError(
        f"the store {path} has schema {version}, this program knows {known}",
        "upgrade turbofinops, or restore a backup with `turbofinops db restore FILE`; nothing was changed",
    )


def checked_version(conn: sqlite3.Connection, path: Path) -> int:
    """The schema version behind ``conn``, 0 for a store not yet begun; refuses what is newer or no store."""
    version = migrations.user_version(conn)
    application = int(conn.execute("PRAGMA application_id").fetchone()[0])
    if application == migrations.APPLICATION_ID:
        if version > migrations.current_version():
            raise newer(path, version)
        return version
    if application or version or conn.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
        raise connect.not_a_store(path)
    return 0
