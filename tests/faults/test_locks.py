"""Closing any descriptor of a file drops this process' POSIX locks on it: only SQLite opens the store."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from tests.faults.crash import in_child
from tests.store.sample import stage
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.backup import backup
from turbofinops_tui.store.batches import publish_delivery
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.open import CHECKPOINT_BYTES, Store

# Where SQLite keeps its locks: the "dead man's switch" of the WAL index, the shared bytes of the file.
PLACES = {"-shm": (128, 1), "": (0x40000002, 510)}


def locks_held(path: Path) -> bool:
    """True while this process holds SQLite's locks, as another process sees it."""

    def look() -> None:
        for suffix, (start, length) in PLACES.items():
            descriptor = os.open(f"{path}{suffix}", os.O_RDWR)
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
            except BlockingIOError:
                continue
            os._exit(3)

    return in_child(look) == 0


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    opened = Store.open(tmp_path / "store.db", clock)
    publish_delivery(opened, stage(opened, 1_000, "d", rows=20), [], [])
    return opened


def test_nothing_that_the_store_does_drops_the_locks_of_an_open_read(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM cost_daily").fetchone() == (20,)
        Store.open(store.path, clock)
        Store.open(store.path, clock, read_only=True)
        with store.write("grow") as txn:
            txn.conn.execute(
                "INSERT INTO stored_table VALUES ('x', 'y', 'z', ?)", ("a" * 2 * CHECKPOINT_BYTES,)
            )
        with store.write("after a checkpoint") as txn:
            txn.audit("a", "b", "c")
        backup(store, tmp_path / "copy.db")
        assert all(line.ok for line in check_store(store))
        assert locks_held(store.path)
        assert conn.execute("SELECT count(*) FROM cost_daily").fetchone() == (20,)


@pytest.mark.parametrize("suffix", PLACES)
def test_the_same_test_sees_a_file_opened_beside_sqlite(store: Store, suffix: str) -> None:
    with store.read():
        assert locks_held(store.path)
        os.close(os.open(f"{store.path}{suffix}", os.O_RDONLY))
        assert not locks_held(store.path)
