from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import NewerStoreError, ReadOnlyError, StoreError
from turbofinops_tui.models import migrations, schema
from turbofinops_tui.store import filesystem, locks
from turbofinops_tui.store.open import Store, WriteTxn


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_modes_are_private_whatever_the_umask(tmp_path: Path, clock: Clock) -> None:
    before = os.umask(0o022)
    try:
        store = Store.open(tmp_path / "new" / "deep" / "store.db", clock)
        with store.write("x") as txn:
            txn.audit("a", "b", "c")
        files = sorted(path.name for path in store.path.parent.iterdir())
        assert files == ["store.db", "store.db-shm", "store.db-wal", "store.db.wlock"]
        assert {mode(path) for path in store.path.parent.iterdir()} == {0o600}
        assert mode(store.path.parent) == mode(store.path.parent.parent) == 0o700
        store.close()
    finally:
        os.umask(before)


def test_pragmas_of_a_new_store(store: Store) -> None:
    with store.write("x") as txn:
        values = {
            name: txn.conn.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "page_size",
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "trusted_schema",
                "cell_size_check",
                "busy_timeout",
                "journal_size_limit",
                "application_id",
                "user_version",
            )
        }
    assert values == {
        "page_size": 8192,
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 5000,
        "journal_size_limit": 4194304,
        "application_id": schema.APPLICATION_ID,
        "user_version": migrations.current_version(),
    }


def test_a_read_sees_one_snapshot(store: Store) -> None:
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM audit").fetchone() == (0,)
        with store.write("x") as txn:
            txn.audit("a", "b", "c")
        assert conn.execute("SELECT count(*) FROM audit").fetchone() == (0,)
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM audit").fetchone() == (1,)


def test_an_exception_rolls_everything_back(store: Store) -> None:
    with pytest.raises(KeyError), store.write("x") as txn:
        _write_and_fail(txn)
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM audit").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM fact_digest").fetchone() == (0,)
    with store.write("x") as txn:
        txn.audit("a", "b", "c")


def _write_and_fail(txn: WriteTxn) -> None:
    txn.audit("a", "b", "c")
    txn.add_facts("customers", 5)
    txn.flush_facts()
    raise KeyError


def test_writes_do_not_nest(store: Store) -> None:
    with store.write("outer"), pytest.raises(RuntimeError, match="nest"), store.write("inner"):
        pass


def test_a_newer_store_is_refused_and_left_byte_for_byte(store: Store, clock: Clock) -> None:
    store.close()
    conn = raw(store.path)
    conn.execute("PRAGMA user_version=99")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    before = sha256(store.path)
    for read_only in (False, True):
        with pytest.raises(NewerStoreError, match="schema 99") as caught:
            Store.open(store.path, clock, read_only=read_only)
        assert caught.value.exit_code == 5
    assert sha256(store.path) == before


def test_a_newer_version_that_is_only_in_the_wal_is_seen(store: Store, clock: Clock) -> None:
    conn = raw(store.path)
    conn.execute("PRAGMA wal_autocheckpoint=0")
    conn.execute("PRAGMA user_version=99")
    before = sha256(store.path)
    with pytest.raises(NewerStoreError):
        Store.open(store.path, clock)
    with pytest.raises(NewerStoreError), store.write("upgraded under a running program"):
        pass
    with pytest.raises(NewerStoreError), store.read():
        pass
    assert sha256(store.path) == before
    conn.close()


@pytest.mark.parametrize(
    "content", [b"hello, this is a text file\n" * 50, b"SQLite format 3\x00" + b"\x01" * 5000, b"S"]
)
def test_what_is_no_store_is_named_and_untouched(tmp_path: Path, clock: Clock, content: bytes) -> None:
    path = tmp_path / "thing.db"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Store.open(path, clock)
    assert str(path) in caught.value.line()
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "other.db"
    conn = raw(path)
    conn.execute("CREATE TABLE t(x)")
    conn.close()
    before = sha256(path)
    with pytest.raises(StoreError, match="not a TurboFinOps store"):
        Store.open(path, clock)
    conn = raw(path)
    conn.execute("PRAGMA application_id=77")
    conn.close()
    with pytest.raises(StoreError, match="not a TurboFinOps store"):
        Store.open(path, clock)
    assert sha256(path) != before  # our own pragma changed it, the refusals did not
    with pytest.raises(StoreError, match="not a TurboFinOps store"):
        Store.open(tmp_path, clock)


def test_a_file_begun_and_cut_off_is_finished(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"")
    Store.open(path, clock).close()
    other = tmp_path / "wal.db"
    conn = raw(other)
    conn.execute("PRAGMA page_size=8192")
    conn.execute("PRAGMA journal_mode=WAL")
    conn.close()
    assert other.stat().st_size > 0
    with Store.open(other, clock).read() as reader:
        assert reader.execute("SELECT count(*) FROM currency").fetchone()[0] > 100


def test_a_missing_store_is_made_only_when_asked(tmp_path: Path, clock: Clock) -> None:
    for options in ({"create": False}, {"read_only": True}):
        with pytest.raises(StoreError, match="no store"):
            Store.open(tmp_path / "none" / "store.db", clock, **options)
    assert not (tmp_path / "none").exists()


def test_read_only_sessions_refuse_to_write(store: Store, clock: Clock) -> None:
    reader = Store.open(store.path, clock, read_only=True)
    with pytest.raises(ReadOnlyError), reader.write("add a link"):
        pass


MOUNTS = """/dev/sda1 / ext4 rw 0 0
filer:/home /home nfs4 rw 0 0
//win/share /mnt/a\\040b cifs rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/store.db", "nfs4"),
        ("/mnt/a b/store.db", "cifs"),
        ("/home/local/x", "ext4"),
        ("/homes/x", "ext4"),
    ],
)
def test_the_mount_of_a_path(path: str, kind: str) -> None:
    assert filesystem.mount_of(Path(path), MOUNTS)[1] == kind


def test_a_network_file_system_is_refused(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nfiler:/x {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(filesystem, "MOUNTS", table)
    with pytest.raises(StoreError, match="is on nfs"):
        Store.open(tmp_path / "d" / "store.db", clock)
    assert not (tmp_path / "d").exists()


def test_a_lock_that_is_never_given_back_ends_in_a_sentence(store: Store) -> None:
    descriptor = locks.lock(store.lock_path)
    try:
        with pytest.raises(StoreError, match="write lock"):
            locks.lock(store.lock_path, deadline=0.05)
    finally:
        os.close(descriptor)
    # The abandoned waiter gives the lock back by itself.
    os.close(locks.lock(store.lock_path))


def test_a_replaced_file_is_noticed_by_an_open_store(store: Store, clock: Clock, tmp_path: Path) -> None:
    with store.write("x") as txn:
        txn.audit("a", "b", "c")
    other = Store.open(tmp_path / "other.db", clock)
    other.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{store.path}{suffix}").unlink(missing_ok=True)
    os.replace(other.path, store.path)
    with store.write("y") as txn:
        txn.audit("a", "b", "d")
    with store.read() as conn:
        assert conn.execute("SELECT entity_id FROM audit").fetchall() == [("d",)]
