"""The cost runner over folders of files: once, replaced, one failure stops no other, killed anywhere."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.crash import killed_everywhere
from turbofinops_tui.actions import cost_sync
from turbofinops_tui.actions.connections import remove
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.syncing import Ask, SyncLine, sync
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.connections import Connection, save_connection

HEADER = (
    "BillingPeriodStart,ChargePeriodStart,BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ServiceName"
)


def write(path: Path, *costs: str, month: str = "2026-10") -> None:
    rows = [f"{month}-01,{month}-{day:02d},{cost},{cost},USD,Usage,EC2" for day, cost in enumerate(costs, 1)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *rows, ""]))


def opened(root: Path, clock: Clock, **paths: Path) -> Session:
    session = open_session(resolve(root=str(root)), clock)
    with session.store.write("test") as txn:
        for name, path in paths.items():
            save_connection(txn, Connection(name, "focus", {"path": str(path)}))
    return session


def totals(session: Session) -> dict[tuple[str, str], str]:
    with session.store.read() as conn:
        rows = conn.execute(
            "SELECT b.export, b.period, t.exact FROM batch_total t JOIN ingest_batch b ON b.id = t.batch"
            " WHERE b.state = 'active' AND t.cost = 'effective'"
        ).fetchall()
    return {(export, period): exact for export, period, exact in rows}


def one(session: Session, name: str) -> SyncLine:
    [line] = sync(session, [name], Ask())
    return line


def test_a_folder_comes_once_and_what_changes_replaces(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "in" / "a.csv", "1.5", "2.5")
    write(tmp_path / "in" / "deep" / "b.csv", "7", month="2026-09")
    session = opened(tmp_path / "root", clock, files=tmp_path / "in")
    first = one(session, "files")
    assert (first.error, first.items, first.rows) == ("", 2, 3)
    assert one(session, "files").items == 0
    write(tmp_path / "in" / "a.csv", "1.5", "2.25")
    assert one(session, "files").changes == ["a.csv 2026-10 changed by -0.25 USD (effective cost)"]
    assert totals(session) == {("a.csv", "2026-10"): "3.75", ("deep/b.csv", "2026-09"): "7"}
    gone = remove(session, "files", with_data=True)
    assert (gone.removed, totals(session)) == ({"deliveries": 2, "rows": 3}, {})


def test_a_glob_takes_what_it_names(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "in" / "a.csv", "1")
    write(tmp_path / "in" / "b.txt", "1")
    session = opened(tmp_path / "root", clock, files=tmp_path / "in" / "*.csv")
    assert one(session, "files").items == 1
    assert set(totals(session)) == {("a.csv", "2026-10")}


def test_one_failing_source_and_one_bad_file_stop_no_other(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "good" / "a.csv", "1")
    write(tmp_path / "half" / "a.csv", "oops")
    write(tmp_path / "half" / "b.csv", "2")
    session = opened(
        tmp_path / "root", clock, a=tmp_path / "nothing", b=tmp_path / "half", c=tmp_path / "good"
    )
    a, b, c = sync(session, [], Ask())
    assert "there are no cost files" in a.error
    assert 'a.csv line 2 column "BilledCost"' in b.error
    assert (b.items, c.error, c.items) == (1, "", 1)
    assert one(session, "b").error  # the bad file is tried again, the good one is not
    assert one(session, "b").items == 0


def test_a_stop_keeps_what_has_come(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "in" / "a.csv", "1")
    write(tmp_path / "in" / "b.csv", "2")
    session = opened(tmp_path / "root", clock, files=tmp_path / "in")
    stop = threading.Event()
    [line] = sync(session, [], Ask(), lambda _name, _progress: stop.set(), stop=stop)
    assert (line.items, line.error) == (1, "stopped: the same command goes on from here")
    assert one(session, "files").items == 1


Prepare = Callable[[int], Path]


@pytest.fixture
def prepare(tmp_path: Path, clock: Clock) -> Prepare:
    """A store that has a month; the file of it was restated meanwhile."""
    write(tmp_path / "in" / "a.csv", "1", "2")
    seed = opened(tmp_path / "seed", clock, files=tmp_path / "in")
    assert one(seed, "files").items == 1
    seed.store.close()
    write(tmp_path / "in" / "a.csv", "1", "4", "8")

    def fresh(number: int) -> Path:
        shutil.rmtree(tmp_path / str(number - 1), ignore_errors=True)
        return Path(shutil.copytree(tmp_path / "seed", tmp_path / str(number)))

    return fresh


def fetch(root: Path) -> Session:
    session = open_session(resolve(root=str(root)), Clock())
    lines = list(sync(session, [], Ask()))
    assert [line.error for line in lines] == [""]
    return session


def judge(root: Path) -> list[str]:
    """What is wrong once the next run has finished what was cut off."""
    session = fetch(root)
    found = [] if totals(session) == {("a.csv", "2026-10"): "13"} else [f"totals {totals(session)}"]
    found += [f"{item.name}: {item.problems}" for item in check_store(session.store) if not item.ok]
    if list(session.paths.store.parent.glob("*.fetch-*")):
        found.append("a fetched folder stays")
    again = one(session, "files")
    found += ["a finished run has something left"] if again.items or again.unchanged else []
    session.store.close()
    return found


def test_a_run_killed_anywhere_is_finished_by_the_next(prepare: Prepare) -> None:
    places = 0
    for root in killed_everywhere(prepare, fetch, step=11):
        places += 1
        assert judge(root) == [], f"killed at place {places}"
    assert places > 5


def test_the_same_test_catches_a_cursor_written_before_its_rows(
    prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cost_sync.import_fetched  # type: ignore[attr-defined]

    def early(session: Session, *words: object, **options: object) -> object:
        with session.store.write("too early") as txn:
            options["also"](txn, 0)  # type: ignore[operator]
        return real(session, *words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(cost_sync, "import_fetched", early)
    caught = False
    for root in killed_everywhere(prepare, fetch, step=3):
        session = open_session(resolve(root=str(root)), Clock())
        list(sync(session, [], Ask()))
        caught = totals(session) != {("a.csv", "2026-10"): "13"}
        session.store.close()
        if caught:
            break
    assert caught


def test_a_fault_of_one_source_is_logged_and_stops_no_other(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in" / "a.csv", "1")
    session = opened(tmp_path / "root", clock, a=tmp_path / "in", b=tmp_path / "in")
    real = cost_sync.open_cost

    def broken(session: Session, connection: Connection, stop: threading.Event) -> object:
        if connection.name == "a":
            raise KeyError("surprise")
        return real(session, connection, stop)

    monkeypatch.setattr(cost_sync, "open_cost", broken)
    a, b = sync(session, [], Ask())
    assert a.error.startswith("unexpected KeyError: the details are in ")
    assert (b.error, b.items) == ("", 1)
