from __future__ import annotations

import os
import resource
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest

from tests.faults.crash import in_child
from tests.store.sample import active_sum, stage
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import StoreError, TurboError
from turbofinops_tui.store.backup import backup
from turbofinops_tui.store.batches import publish_delivery
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.received import file_record, keep

OLD, NEW, ROWS = 1_000, 1_200, 400
SAID, DONE = 41, 42


@pytest.fixture
def path(tmp_path: Path, clock: Clock) -> Path:
    found = tmp_path / "data" / "store.db"
    store = Store.open(found, clock)
    publish_delivery(store, stage(store, OLD, "old", rows=ROWS), [], [])
    store.close()
    return found


def import_new(path: Path, clock: Clock) -> None:
    store = Store.open(path, clock)
    publish_delivery(store, stage(store, NEW, "new", rows=ROWS), [], [])
    store.close()


def limited(limit: int, work: Callable[[], object]) -> Callable[[], object]:
    """``work`` where no file may grow past ``limit`` bytes: a full disk that needs no root."""

    def run() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            work()
        except StoreError as error:
            os._exit(SAID if "space" in error.line() or "disk" in error.line() else 1)
        os._exit(DONE)

    return run


def test_a_full_disk_ends_in_a_sentence_and_the_store_is_as_it_was(path: Path, clock: Clock) -> None:
    codes = []
    for limit in range(0, 240_000, 12_000):
        code = in_child(limited(limit, lambda: import_new(path, clock)))
        codes.append(code)
        store = Store.open(path, clock)
        assert active_sum(store) == (NEW if code == DONE else OLD), f"limit {limit}: {code}"
        assert all(line.ok for line in check_store(store)), f"limit {limit}"
        store.close()
        if code == DONE:
            break
    assert set(codes[:-1]) == {SAID}
    assert len(codes) > 3
    import_new(path, clock)
    assert active_sum(Store.open(path, clock)) == NEW


def test_a_full_disk_under_backup_and_received_leaves_no_half_file(
    path: Path, clock: Clock, tmp_path: Path
) -> None:
    bill = tmp_path / "bill.csv"
    bill.write_bytes(os.urandom(300_000))
    out = tmp_path / "out"
    out.mkdir()
    assert in_child(limited(50_000, lambda: backup(Store.open(path, clock), out / "b.db"))) == SAID
    assert in_child(limited(50_000, lambda: keep(out / "received", file_record(bill)))) == SAID
    assert in_child(limited(50_000, lambda: Store.open(out / "new.db", clock))) == SAID
    assert [item.name for item in out.rglob("*") if item.is_file() and "new.db" not in item.name] == []
    Store.open(out / "new.db", clock).close()


def test_damage_is_told_or_harmless_and_never_a_traceback(path: Path, clock: Clock, tmp_path: Path) -> None:
    """Flips, holes and cuts all over the file: a sentence, a finding of the check, or the same figures."""
    random = Random(7)  # noqa: S311 (the same damage in every run)
    whole = path.read_bytes()
    outcomes = set()
    for number in range(60):
        data = bytearray(whole)
        kind = number % 3
        place = random.randrange(len(data))
        if kind == 0:
            data[place] ^= 1 << random.randrange(8)
        elif kind == 1:
            data[place : place + 4096] = bytes(len(data[place : place + 4096]))
        else:
            del data[place:]
        target = tmp_path / f"{number}.db"
        target.write_bytes(data)
        outcomes.add(_look_at(target, clock))
        if target.stat().st_size:
            assert target.read_bytes()[: len(data)][100:] == bytes(data)[100:], "the damaged file was changed"
        for rest in tmp_path.glob(f"{number}.db*"):
            rest.unlink()
    assert {"told", "found"} <= outcomes <= {"told", "found", "harmless"}


def _look_at(target: Path, clock: Clock) -> str:
    try:
        store = Store.open(target, clock, read_only=True)
        if not all(line.ok for line in check_store(store)):
            return "found"
        assert active_sum(store) == OLD, "a wrong total that the check does not see"
    except TurboError as error:
        return "several lines" if "\n" in error.line() else "told"
    return "harmless"


def test_a_stale_wal_of_another_store_is_not_believed(path: Path, clock: Clock, tmp_path: Path) -> None:
    other = Store.open(tmp_path / "other.db", clock)
    publish_delivery(other, stage(other, 77, "x"), [], [])
    wal = (tmp_path / "other.db-wal").read_bytes()
    assert wal
    path.with_name("store.db-wal").write_bytes(wal)
    path.with_name("store.db-shm").unlink(missing_ok=True)
    assert _look_at(path, clock) in ("found", "told", "harmless")


def as_nobody(work: Callable[[], object]) -> Callable[[], object]:
    """``work`` by a user without rights; one that must end in a sentence."""

    def run() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        try:
            work()
        except TurboError:
            os._exit(SAID)
        os._exit(DONE)

    return run


@pytest.fixture
def open_place(path: Path) -> Path:
    """A directory that everybody may enter but only its owner may write, with a store in it."""
    place = Path(mkdtemp(prefix="turbofinops-test-"))
    shutil.copy(path, place / "store.db")
    (place / "store.db").chmod(0o444)
    (place / "closed").mkdir(mode=0o700)
    shutil.copy(path, place / "closed" / "store.db")
    place.chmod(0o555)
    return place


def test_files_and_directories_without_rights(open_place: Path, clock: Clock) -> None:
    try:
        store = open_place / "store.db"
        assert in_child(as_nobody(lambda: import_new(store, clock))) == SAID
        assert in_child(as_nobody(lambda: Store.open(open_place / "new.db", clock))) == SAID
        assert in_child(as_nobody(lambda: Store.open(open_place / "deep" / "new.db", clock))) == SAID
        if os.geteuid() == 0:
            assert in_child(as_nobody(lambda: Store.open(open_place / "closed" / "store.db", clock))) == SAID
    finally:
        open_place.chmod(0o755)
        shutil.rmtree(open_place)


def test_a_path_through_a_file_is_told(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="file"):
        Store.open(tmp_path / "file" / "store.db", clock)
