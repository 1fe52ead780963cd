from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.faults.crash import killed_everywhere
from tests.store.sample import DAY, MONTH, active_sum, batch, key, stage
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import TurboError
from turbofinops_tui.models import migrations, schema
from turbofinops_tui.store import batches, digests
from turbofinops_tui.store.backup import backup, restore
from turbofinops_tui.store.batches import intern_dimensions, publish_delivery, stage_batch
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.collect import collect_retired
from turbofinops_tui.store.customers import register_unconfirmed
from turbofinops_tui.store.deliveries import begin_delivery, release
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.rebuild import rebuild_digests, rebuild_months

OLD, NEW, ROWS = 1_000, 1_200, 12
Prepare = Callable[[int], Path]


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: hundreds of stores wait for no disk, and kill -9 needs none."""
    memory = Path("/dev/shm")  # noqa: S108 (a directory of its own is made inside)
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    place = Path(mkdtemp(prefix="turbofinops-test-", dir=memory))
    yield place
    shutil.rmtree(place)


@pytest.fixture
def seeded(tmp_path: Path, clock: Clock) -> Path:
    """A store that holds one delivery of OLD, closed."""
    path = tmp_path / "seed" / "store.db"
    store = Store.open(path, clock)
    publish_delivery(store, stage(store, OLD, "old", rows=ROWS), [], [])
    collect_retired(store)
    store.close()
    return path


@pytest.fixture
def prepare(seeded: Path, tmp_path: Path) -> Prepare:
    def fresh(number: int) -> Path:
        shutil.rmtree(tmp_path / str(number - 1), ignore_errors=True)
        return Path(shutil.copytree(seeded.parent, tmp_path / str(number))) / "store.db"

    return fresh


def healthy(store: Store) -> list[str]:
    return [f"{line.name}: {line.problems}" for line in check_store(store) if not line.ok]


def import_new(path: Path, clock: Clock, publish: Callable[..., object] = publish_delivery) -> None:
    store = Store.open(path, clock)
    publish(store, stage(store, NEW, "new", rows=ROWS), [], [], ["Fresh"])
    collect_retired(store)
    store.close()


def judge_import(path: Path, clock: Clock) -> list[str]:
    """What is wrong after a cut-off import, and after the next run finished it."""
    store = Store.open(path, clock)
    found = healthy(store)
    total = active_sum(store)
    with store.read() as conn:
        digest = conn.execute("SELECT digest FROM fact_digest WHERE scope LIKE 'cost:%'").fetchone()[0]
        customers = conn.execute("SELECT count(*) FROM customer").fetchone()[0]
        imports = conn.execute("SELECT count(*) FROM audit WHERE action = 'import'").fetchone()[0]
    if (total, digest, customers, imports) not in ((OLD, "old", 0, 1), (NEW, "new", 1, 2)):
        found.append(f"half an import: {total} {digest} {customers} {imports}")
    import_new(path, clock)
    found += healthy(store)
    with store.read() as conn:
        rows = conn.execute("SELECT count(*), sum(effective) FROM cost_daily").fetchone()
        staged = conn.execute("SELECT count(*) FROM delivery WHERE state = 'staged'").fetchone()[0]
    if (rows, staged) != ((ROWS, NEW), 0):
        found.append(f"not finished by the next run: {rows} {staged}")
    store.close()
    return found


def test_an_import_killed_anywhere_is_all_or_nothing_and_finished_by_the_next(
    prepare: Prepare, clock: Clock
) -> None:
    places = 0
    for path in killed_everywhere(prepare, lambda path: import_new(path, clock)):
        places += 1
        assert judge_import(path, clock) == [], f"killed at place {places}"
    assert places > 100


def publish_in_two_transactions(store: Store, delivery: int, *_: object) -> None:
    """The bug that the promise is about: rows become valid in one transaction, their marks in another."""
    with store.write("rows") as txn:
        batches._activate_batches(txn, delivery)
        digests.write(txn.conn, "cost:acme:main:2026-02", "old")
    with store.write("marks") as txn:
        digests.write(txn.conn, "cost:acme:main:2026-02", "new")
        register_unconfirmed(txn, ["Fresh"], "x")
        txn.conn.execute("UPDATE delivery SET state = 'active' WHERE id = ?", (delivery,))
        txn.audit("import", "delivery", str(delivery))
    release(store, delivery)


def test_the_same_test_catches_a_publish_in_two_transactions(prepare: Prepare, clock: Clock) -> None:
    def work(path: Path) -> None:
        import_new(path, clock, publish_in_two_transactions)

    assert any(caught(judge_import, path, clock) for path in killed_everywhere(prepare, work, first=60))


def caught(judge: Callable[[Path, Clock], list[str]], path: Path, clock: Clock) -> bool:
    """True when the judgement finds something, or cannot even be made."""
    try:
        return judge(path, clock) != []
    except TurboError:
        return True


def step_two(conn: Any) -> None:
    """Not repeatable on purpose: run twice, it counts twice."""
    conn.execute("ALTER TABLE figures ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    conn.execute("UPDATE cost_daily SET quantity = quantity + 1")
    conn.execute("UPDATE cost_monthly SET quantity = quantity + 1")


def step_three(conn: Any) -> None:
    conn.execute("UPDATE cost_daily SET quantity = quantity * 10")
    conn.execute("UPDATE cost_monthly SET quantity = quantity * 10")


STEPS = (*migrations.STEPS, migrations.Step("0002_two", step_two), migrations.Step("0003_three", step_three))


def judge_upgrade(path: Path, clock: Clock) -> list[str]:
    store = Store.open(path, clock)
    found = healthy(store)
    with store.read() as conn:
        quantity = conn.execute("SELECT sum(quantity) FROM cost_daily").fetchone()[0]
        version = migrations.user_version(conn)
        names = [row[0] for row in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    if (quantity, version, names) != (10 * ROWS, len(STEPS), [step.name for step in STEPS]):
        found.append(f"{quantity} {version} {names}")
    if active_sum(store) != OLD:
        found.append("totals moved")
    store.close()
    backups = list(path.parent.glob("store.db.v*"))
    if not backups or len(backups) > 3 or list(path.parent.glob(".store*")):
        found.append(f"backups {backups}")
    return found


def test_an_upgrade_killed_anywhere_is_finished_by_the_next_start(
    prepare: Prepare, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEPS", STEPS)
    places = 0
    for path in killed_everywhere(prepare, lambda path: Store.open(path, clock).close()):
        places += 1
        assert judge_upgrade(path, clock) == [], f"killed at place {places}"
    assert places > 20


def apply_with_the_version_apart(conn: Any, steps: object = None) -> int:
    """The bug: a step commits before the version says so."""
    for version in range(migrations.user_version(conn) + 1, len(STEPS) + 1):
        if version > 1:
            STEPS[version - 1].run(conn)
            conn.execute(
                "INSERT INTO _sqlite_migrations(migration_set, name) VALUES ('turbofinops', ?)",
                (STEPS[version - 1].name,),
            )
        conn.execute(f"PRAGMA user_version={version}")
    return 0


def test_the_same_test_catches_a_version_written_apart(
    prepare: Prepare, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEPS", STEPS)
    right = migrations.apply

    def bad_open(path: Path) -> None:
        migrations.apply = apply_with_the_version_apart
        Store.open(path, clock).close()

    assert any(caught(judge_upgrade, path, clock) for path in killed_everywhere(prepare, bad_open))
    assert migrations.apply is right  # the bad one lived in the children alone


def test_a_first_start_killed_anywhere_is_finished_by_the_next(tmp_path: Path, clock: Clock) -> None:
    def prepare(number: int) -> Path:
        return tmp_path / str(number) / "data" / "store.db"

    places = 0
    for path in killed_everywhere(prepare, lambda path: Store.open(path, clock).close(), step=9):
        places += 1
        store = Store.open(path, clock)
        assert healthy(store) == []
        with store.read() as conn:
            tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_schema")}
            assert conn.execute("SELECT count(*) FROM currency").fetchone()[0] > 100
        assert {
            statement.split("(")[0].split()[-1] for statement in schema.INITIAL if "CREATE TABLE" in statement
        } < tables
        store.close()
    assert places > 10


def test_a_restore_killed_anywhere_leaves_the_old_or_the_new_store(
    seeded: Path, prepare: Prepare, tmp_path: Path, clock: Clock
) -> None:
    other = Store.open(tmp_path / "other.db", clock)
    publish_delivery(other, stage(other, NEW, "new", rows=ROWS), [], [])
    source = tmp_path / "backup.db"
    backup(other, source)
    other.close()
    places, seen = 0, set()
    for path in killed_everywhere(prepare, lambda path: restore(path, source, clock)):
        places += 1
        store = Store.open(path, clock, create=False)
        seen.add(active_sum(store))
        assert healthy(store) == [], f"killed at place {places}"
        store.close()
        kept = restore(path, source, clock)
        assert active_sum(Store.open(path, clock)) == NEW
        names = [
            item
            for item in path.parent.glob("store.db.before-restore-*Z*")
            if item.suffix not in ("-wal", "-shm")
        ]
        sums = {
            active_sum(Store.open(item, clock))
            for item in names
            if not item.name.endswith(("-wal", "-shm", "lock"))
        }
        assert kept in names
        assert OLD in sums, f"the old store is lost at place {places}"
    assert seen == {OLD, NEW}
    assert places > 15


def test_collecting_and_rebuilding_killed_anywhere_is_finished_by_the_next(
    prepare: Prepare, seeded: Path, clock: Clock
) -> None:
    store = Store.open(seeded, clock)
    publish_delivery(store, stage(store, NEW, "new", rows=ROWS), [], [])  # leaves retired rows behind
    with store.write("damage") as txn:
        txn.conn.execute("DELETE FROM cost_monthly WHERE dimension % 2 = 0")
        txn.conn.execute("UPDATE fact_digest SET digest = 'x'")
    store.close()

    def work(path: Path) -> None:
        opened = Store.open(path, clock)
        collect_retired(opened)
        rebuild_months(opened)
        rebuild_digests(opened)

    for path in killed_everywhere(prepare, work):
        work(path)
        opened = Store.open(path, clock)
        assert healthy(opened) == []
        assert active_sum(opened) == NEW
        with opened.read() as conn:
            assert conn.execute("SELECT count(*) FROM cost_daily").fetchone()[0] == ROWS
        opened.close()


def test_a_staged_delivery_of_a_killed_process_is_removed(prepare: Prepare, clock: Clock) -> None:
    """Killed between staging and publishing, with many rows: the next import begins by clearing them."""

    def work(path: Path) -> None:
        store = Store.open(path, clock)
        delivery = begin_delivery(store, "focus", "acme", "main", [], {})
        number = next(iter(intern_dimensions(store, [key()]).values()))
        rows = [(DAY + day, number, 1, 1, 0) for day in range(30)]
        stage_batch(store, delivery, batch("x", 30), rows, [(MONTH, number, 30, 30, 0)])

    for path in killed_everywhere(prepare, work, step=5):
        store = Store.open(path, clock)
        assert active_sum(store) == OLD
        collect_retired(store)
        with store.read() as conn:
            assert conn.execute("SELECT count(*) FROM cost_daily").fetchone()[0] == ROWS
            assert conn.execute("SELECT count(*) FROM delivery").fetchone()[0] == 1
        assert healthy(store) == []
        store.close()
