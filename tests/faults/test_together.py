from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from tests.faults.crash import in_child
from tests.faults.test_kill import STEPS
from tests.store.sample import active_sum, stage
from turbofinops_tui.clock import Clock
from turbofinops_tui.models import migrations
from turbofinops_tui.store import audit
from turbofinops_tui.store.batches import publish_delivery
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.open import Store


def together(*works: Callable[[], object]) -> list[int]:
    """Exit codes of forked processes that are let go at the same moment."""
    ready, gate = os.pipe()
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            os.close(gate)
            os.read(ready, 1)  # returns when the parent closes its end
            os._exit(in_child(work))
        children.append(child)
    os.close(ready)
    os.close(gate)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_programs_that_start_at_once_make_one_store(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "data" / "store.db"
    assert together(*[lambda: Store.open(path, clock)] * 4) == [0] * 4
    with Store.open(path, clock).read() as conn:
        assert conn.execute("SELECT count(*) FROM _sqlite_migrations").fetchone() == (
            migrations.current_version(),
        )


def test_programs_that_upgrade_at_once_run_each_step_once(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    store = Store.open(path, clock)
    publish_delivery(store, stage(store, 5, "d", rows=5), [], [])
    store.close()
    before = migrations.current_version()
    monkeypatch.setattr(migrations, "STEPS", STEPS)
    assert together(*[lambda: Store.open(path, clock)] * 4) == [0] * 4
    upgraded = Store.open(path, clock)
    with upgraded.read() as conn:
        assert conn.execute("SELECT sum(quantity) FROM cost_daily").fetchone() == (50,)
    assert len(list(tmp_path.glob(f"store.db.v{before}-*"))) == 1
    upgraded.close()


def test_three_writers_and_a_reader_never_meet_a_busy_error(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "store.db"
    Store.open(path, clock).close()

    def events() -> None:
        store = Store.open(path, clock)
        for number in range(60):
            with store.write("event") as txn:
                txn.audit("event", "webhook", str(number))

    def edits() -> None:
        store = Store.open(path, clock)
        for number in range(60):
            with store.write("edit") as txn:
                txn.conn.execute("INSERT OR REPLACE INTO setting VALUES ('x', ?)", (str(number),))
                txn.audit("edit", "setting", "x")

    def imports() -> None:
        store = Store.open(path, clock)
        for number in range(4):
            publish_delivery(store, stage(store, 100 + number, f"d{number}", rows=20), [], [])

    def reads() -> None:
        store = Store.open(path, clock, read_only=True)
        for _ in range(100):
            assert active_sum(store) in (0, 100, 101, 102, 103)

    assert together(events, edits, imports, reads) == [0] * 4
    store = Store.open(path, clock)
    with store.read() as conn:
        assert audit.verify(conn).problem == ""
        assert audit.verify(conn).rows == 124
    assert active_sum(store) == 103
    assert all(line.ok for line in check_store(store))
    store.close()


def test_threads_of_one_program_share_a_store(tmp_path: Path, clock: Clock) -> None:
    store = Store.open(tmp_path / "store.db", clock)
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(25):
                with store.write("thread") as txn:
                    txn.audit("thread", name, str(number))
                with store.read() as conn:
                    conn.execute("SELECT count(*) FROM audit").fetchone()
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=work, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.read() as conn:
        assert audit.verify(conn).rows == 100
    store.close()


def test_two_imports_of_one_period_at_once_leave_exactly_one(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "store.db"
    Store.open(path, clock).close()

    def imported(amount: int) -> Callable[[], object]:
        def run() -> None:
            store = Store.open(path, clock)
            publish_delivery(store, stage(store, amount, f"d{amount}", rows=30), [], [])

        return run

    assert together(imported(300), imported(500), imported(700)) == [0] * 3
    store = Store.open(path, clock)
    assert active_sum(store) in (300, 500, 700)
    assert all(line.ok for line in check_store(store))
    with store.read() as conn:
        states = sorted(row[0] for row in conn.execute("SELECT state FROM delivery"))
    assert states == ["active", "replaced", "replaced"]
    store.close()
