"""Fetches that are stopped by their event, and the record of how each fetch ended."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stamina

from tests.fakes.stripe_server import KEY, StripeServer
from tests.fakes.stripe_state import Asked
from tests.sync.stripe_pulling import connect
from tests.sync.stripe_shapes import by_month, charge, session
from turbofinops_tui.actions.fetch_runs import came_words, last_runs, runs_of
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.syncing import Ask, SyncLine, sync
from turbofinops_tui.cli import main
from turbofinops_tui.clock import Clock
from turbofinops_tui.store import fetch_runs, pulls
from turbofinops_tui.store.connections import Connection, save_connection
from turbofinops_tui.store.fetch_runs import FetchRun, save_run
from turbofinops_tui.sync.pull import stripe_lists

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("TURBOFINOPS_STRIPE_API_KEY", KEY)
    return session(tmp_path / "books", Clock(NOW))


@pytest.fixture
def server() -> Iterator[StripeServer]:
    many = [charge(f"ch_{n}", 100, f"2026-08-{n % 28 + 1:02d}") for n in range(300)]
    with (
        StripeServer(many, now=lambda: int(NOW.timestamp())) as running,
        stamina.set_testing(True, attempts=3),
    ):
        yield running


def fetch(books: Session, stop: threading.Event | None = None) -> list[SyncLine]:
    return list(sync(books, (), Ask(), stop=stop))


def test_a_stopped_fetch_ends_soon_keeps_what_came_and_goes_on_later(
    books: Session, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_lists, "PAGE", 10)
    connect(books, server)
    stop = threading.Event()

    def halfway(asked: Asked) -> None:
        if sum(item.path == "/v1/charges" for item in server.state.asked) >= 8:
            stop.set()

    server.state.hook = halfway
    [line] = fetch(books, stop)
    assert line.error == "stopped: the same command goes on from here"
    assert 0 < line.objects < 300
    with books.store.read() as conn:
        assert pulls.load_run(conn, "stripe") is not None, "a stopped run has not ended"
    server.state.hook = lambda _: None
    [line] = fetch(books)
    assert line.error == ""
    assert sum(by_month(books).values()) == 300 * 100
    assert [(run.what, run.error) for run in runs_of(books, "stripe")] == [
        ("sync", ""),
        ("sync", "stopped: the same command goes on from here"),
    ]


def test_stopping_one_source_that_fails_stops_no_other(
    books: Session, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_BROKEN_API_KEY", KEY)
    monkeypatch.setenv("TURBOFINOPS_GOOD_API_KEY", KEY)
    connect(books, server, "good", source="good")
    connect(books, server, "broken", base_url=f"{server.url}/nowhere", source="broken")
    stop = threading.Event()
    found = {line.name: line.error for line in fetch(books, stop)}
    assert found["broken"]
    assert found["good"] == ""
    assert not stop.is_set()
    kept = last_runs(books)
    assert kept["broken"].error == found["broken"]
    assert (kept["good"].error, kept["good"].objects) == ("", 300)


def test_connect_list_says_how_the_last_sync_ended(
    books: Session, server: StripeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(books, server)
    root = str(books.paths.data.parent)
    assert main.run(["--root", root, "connect", "list", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["last_run"] is None
    fetch(books)
    assert main.run(["--root", root, "connect", "list", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["rows"][0]["last_run"]
    assert (told["objects"], told["ended"], told["error"]) == (300, "2026-09-01T12:00:00Z", None)
    assert main.run(["--root", root, "connect", "list"]) == 0
    assert "2026-09-01T12:00:00Z" in capsys.readouterr().out


def test_the_newest_runs_stay_and_go_with_their_connection(books: Session) -> None:
    with books.store.write("test") as txn:
        save_connection(txn, Connection("aws", "aws"))
        for number in range(fetch_runs.KEPT + 5):
            save_run(txn, FetchRun("aws", "sync", "a", "b", items=number, lines=1, requests=2))
        save_run(txn, FetchRun("gone", "sync", "a", "b"))
    kept = runs_of(books, "aws")
    assert len(kept) == fetch_runs.KEPT
    assert kept[0].items == fetch_runs.KEPT + 4
    assert came_words(kept[0]) == "54 deliveries, 1 row, 2 paid requests"
    assert set(last_runs(books)) == {"aws"}
    with books.store.write("test") as txn:
        txn.conn.execute("DELETE FROM connection WHERE name = 'aws'")
    assert last_runs(books) == {}
