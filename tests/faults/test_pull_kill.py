"""A fetch killed at any statement goes on where its last page ended: nothing lost, nothing doubled."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.fakes.stripe_server import StripeServer
from tests.faults.crash import killed_everywhere
from tests.sync.stripe_pulling import connect, puller
from tests.sync.stripe_shapes import (
    at,
    charge,
    facts,
    invoice,
    line,
    movement,
    payment,
    price,
    refund,
    session,
)
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.store import pulls
from turbofinops_tui.store.check import check_store
from turbofinops_tui.sync.pull import stripe_lists, stripe_pull
from turbofinops_tui.sync.pull.stripe_pages import put

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SINCE = at("2026-01-01")
OBJECTS = [
    price("price_m"),
    invoice("in_1", [line(f"il_{n}", 3000 + n, "2026-08-01", "2026-08-31") for n in range(12)], "2026-08-01"),
    payment("inpay_1", "in_1", 36066, "2026-08-02", "pi_1"),
    charge("ch_1", 36066, "2026-08-02", "pi_1", balance_transaction="txn_1"),
    movement("txn_1", 36066, "2026-08-02", "ch_1", fee=100),
    refund("re_1", "ch_1", 500, "2026-08-20"),
    *(charge(f"ch_x{n}", 100 + n, f"2026-0{n % 6 + 1}-10") for n in range(9)),
]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stripe_lists, "PAGE", 3)
    monkeypatch.setattr(stripe_pull, "YEARS", 0)
    monkeypatch.setattr(stripe_pull, "SPLIT_PAGES", 2)
    monkeypatch.setattr(stripe_pull, "WORKERS", 2)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def server() -> Iterator[StripeServer]:
    with StripeServer(OBJECTS, now=lambda: int(NOW.timestamp())) as running:
        yield running


Prepare = Callable[[int], Path]


@pytest.fixture
def prepare(server: StripeServer, tmp_path: Path) -> Prepare:
    seed = session(tmp_path / "seed", Clock(NOW))
    connect(seed, server)
    seed.store.close()

    def fresh(number: int) -> Path:
        shutil.rmtree(tmp_path / str(number - 1), ignore_errors=True)
        return Path(shutil.copytree(tmp_path / "seed", tmp_path / str(number)))

    return fresh


def fetch(root: Path) -> Session:
    books = session(root, Clock(NOW))
    puller(books).backfill(SINCE)
    return books


def judge(root: Path, wanted: list[Any]) -> list[str]:
    """What is wrong once the next run has finished what was cut off."""
    books = fetch(root)
    found = [] if facts(books) == wanted else ["other revenue than without the kill"]
    found += [f"{item.name}: {item.problems}" for item in check_store(books.store) if not item.ok]
    with books.store.read() as conn:
        objects = conn.execute("SELECT count(*) FROM stripe_object WHERE complete").fetchone()[0]
        if objects != len(OBJECTS):
            found.append(f"{objects} objects of {len(OBJECTS)}")
        if pulls.load_run(conn, "stripe") is not None:
            found.append("the run never ends")
    books.store.close()
    return found


@pytest.fixture
def wanted(prepare: Prepare) -> list[Any]:
    books = fetch(prepare(9999))
    found = facts(books)
    assert len(found) > 30
    return found


def test_a_fetch_killed_anywhere_is_finished_by_the_next(prepare: Prepare, wanted: list[Any]) -> None:
    places = 0
    for root in killed_everywhere(prepare, fetch, step=7):
        places += 1
        assert judge(root, wanted) == [], f"killed at place {places}"
    assert places > 50


def test_the_same_test_catches_a_cursor_written_before_its_rows(
    prepare: Prepare, wanted: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def apart(self: Any, item: Any, records: Any, long: bool) -> Any:
        with self._store.write("cursor") as txn:
            pulls.save_slice(txn, item)
        with self._store.write("rows") as txn:
            put(txn, self._origin, records)
        return item, None

    right = stripe_pull.StripePull._commit

    def bad(root: Path) -> None:
        stripe_pull.StripePull._commit = apart  # type: ignore[method-assign]
        fetch(root)

    assert any(judge(root, wanted) for root in killed_everywhere(prepare, bad, step=7, first=40))
    assert stripe_pull.StripePull._commit is right  # the bad one lived in the children alone
