from __future__ import annotations

import hashlib
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.store.sample import Deliver, active_sum, stage
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import NewerStoreError, StoreError
from turbofinops_tui.store.backup import backup, restore
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.open import Store


def facts(store: Store) -> str:
    with store.read() as conn:
        return facts_id(conn)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_backup_wipe_restore_is_equal(store: Store, deliver: Deliver, tmp_path: Path, clock: Clock) -> None:
    deliver(1_234, "d1", rows=50)
    before, total = facts(store), active_sum(store)
    target = tmp_path / "copy.db"
    backup(store, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["copy.db"]
    deliver(1, "d2")
    store.close()
    for path in store.path.parent.glob("store.db*"):
        path.unlink()
    assert restore(store.path, target, clock) is None
    again = Store.open(store.path, clock)
    assert (facts(again), active_sum(again)) == (before, total)
    assert all(line.ok for line in check_store(again))
    with again.write("x") as txn:
        assert txn.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert txn.conn.execute("SELECT action FROM audit ORDER BY id DESC").fetchone() == ("restore",)
    again.close()


def test_a_restore_keeps_the_old_store_and_open_programs_follow(
    store: Store, deliver: Deliver, tmp_path: Path, clock: Clock
) -> None:
    deliver(100, "d1")
    target = tmp_path / "copy.db"
    backup(store, target)
    deliver(900, "d2")
    kept = restore(store.path, target, clock)
    assert active_sum(store) == 100
    deliver(5, "d3", "2026-03")
    assert active_sum(store) == 105
    assert kept is not None
    assert kept.name == "store.db.before-restore-20261124T120000Z"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    restore(store.path, kept, clock)
    assert active_sum(store) == 900
    kept_ones = [
        path.name for path in store.path.parent.glob("*Z*") if not path.name.endswith(("-wal", "-shm"))
    ]
    assert len(kept_ones) == 2


def test_a_damaged_store_can_be_replaced_and_is_kept_as_it_was(
    store: Store, deliver: Deliver, tmp_path: Path, clock: Clock
) -> None:
    deliver(100, "d1")
    target = tmp_path / "copy.db"
    backup(store, target)
    store.close()
    store.path.write_bytes(b"\x00garbage" * 1000)
    damaged = sha256(store.path)
    kept = restore(store.path, target, clock)
    assert kept is not None
    assert sha256(kept) == damaged
    assert active_sum(Store.open(store.path, clock)) == 100


def test_what_cannot_be_restored_is_refused_and_nothing_changes(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    store.close()
    before = sha256(store.path)
    text, newer, damaged, other = (tmp_path / name for name in ("t", "n.db", "d.db", "o.db"))
    text.write_text("hello")
    backup(store, newer)
    backup(store, damaged)
    store.close()
    conn = sqlite3.connect(newer, isolation_level=None)
    conn.execute("PRAGMA user_version=99")
    conn.close()
    conn = sqlite3.connect(other, isolation_level=None)
    conn.execute("CREATE TABLE t(x)")
    conn.close()
    data = bytearray(damaged.read_bytes())
    data[8192 * 3 : 8192 * 3 + 4000] = b"\xff" * 4000
    damaged.write_bytes(data)
    for source in (text, damaged, other, tmp_path / "none", store.path):
        with pytest.raises(StoreError):
            restore(store.path, source, clock)
    with pytest.raises(NewerStoreError):
        restore(store.path, newer, clock)
    assert sha256(store.path) == before
    assert not list(store.path.parent.glob("*before-restore*"))
    assert not list(store.path.parent.glob(".*"))


def test_a_restore_waits_for_no_running_import(store: Store, tmp_path: Path, clock: Clock) -> None:
    target = tmp_path / "copy.db"
    backup(store, target)
    stage(store, 1, "d")
    with pytest.raises(StoreError, match="import is running"):
        restore(store.path, target, clock)


def test_a_second_name_left_by_a_killed_restore_is_taken_away(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    target = tmp_path / "copy.db"
    backup(store, target)
    store.path.with_name("store.db.before-restore-x").hardlink_to(store.path)
    restore(store.path, target, clock)
    names = [path.name for path in store.path.parent.glob("*before-restore*")]
    assert names == ["store.db.before-restore-20261124T120000Z"]


def test_where_a_backup_cannot_go(store: Store, tmp_path: Path) -> None:
    for target in (store.path, tmp_path, tmp_path / "no" / "such.db"):
        with pytest.raises(StoreError):
            backup(store, target)


def test_a_backup_copied_into_place_becomes_a_store(
    store: Store, deliver: Deliver, tmp_path: Path, clock: Clock
) -> None:
    deliver(7, "d1")
    target = tmp_path / "copy.db"
    backup(store, target)
    opened = Store.open(target, clock)
    with opened.write("x") as txn:
        assert txn.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert active_sum(opened) == 7
    opened.close()
