"""The whole sample through the fake server: backfill, faults, catch-up by events."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.fakes import stripe_server
from tests.fakes.stripe_server import StripeServer
from tests.faults.crash import Places, in_child, watched
from tests.sync.stripe_pulling import connect, lines_of, puller, stored, wrong_cells
from tests.sync.stripe_shapes import Json, digest, facts, finding_kinds, session
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.connections import set_cursor
from turbofinops_tui.sync.pull import stripe_sync
from turbofinops_tui.sync.pull.stripe_previews import NOT_PERMITTED

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = 86400


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10):
        yield


@pytest.fixture(scope="module")
def sample(shared_data: Path) -> list[Json]:
    return lines_of(shared_data / "stripe" / "objects.jsonl.gz")


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_data / "stripe" / "expected.json").read_text())
    return found


@pytest.fixture
def books(tmp_path: Path) -> Session:
    return session(tmp_path / "books", Clock(NOW))


@pytest.fixture
def server(sample: list[Json]) -> Iterator[StripeServer]:
    # the expected result knows no usage that is not invoiced yet
    with StripeServer(sample, now=lambda: int(NOW.timestamp()), denied={"create_preview"}) as running:
        yield running
    assert running.state.violations == []


def test_the_whole_sample_by_backfill(
    books: Session, server: StripeServer, expected: dict[str, Any], shared_data: Path, tmp_path: Path
) -> None:
    connect(books, server)
    done = puller(books).backfill(int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()))
    assert wrong_cells(books, expected) == []
    assert finding_kinds(books) == []
    assert done.rows > 1000
    imported = session(tmp_path / "imported", Clock(NOW))
    import_stripe(imported, "stripe-objects", [shared_data / "stripe" / "objects.jsonl.gz"])
    assert facts(books) == facts(imported)
    assert digest(books) == digest(imported) != ""
    assert stored(books).account == stripe_server.ACCOUNT
    before = facts(books), digest(books)
    assert puller(books).sync(full=True).rows == 0
    assert (facts(books), digest(books)) == before


def test_faults_of_the_network_change_nothing(
    books: Session, server: StripeServer, expected: dict[str, Any]
) -> None:
    connect(books, server)
    for kind, path in (
        ("429", "invoices"), ("500", "charges"), ("503", "refunds"), ("reset", "invoice_payments"),
        ("cut", "balance_transactions"), ("html", "credit_notes"), ("reset", "/lines"), ("429", "prices"),
        ("timeout", "disputes"), ("cut", "customers"),
    ):  # fmt: skip
        server.state.fail(kind, 2, path, after=1)
    puller(books, timeout=(0.3, 0.3)).sync()
    assert server.state.faults == []
    assert wrong_cells(books, expected) == []


def test_events_alone_with_what_they_leave_out_fetched_by_id(
    books: Session,
    server: StripeServer,
    expected: dict[str, Any],
    shared_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = lines_of(shared_data / "stripe" / "events.jsonl.gz")
    server.state.put(*events)
    monkeypatch.setattr(stripe_server, "EVENT_DAYS", 800)
    monkeypatch.setattr(stripe_sync, "KEPT_SECONDS", 800 * DAY)
    connect(books, server)
    first = min(event["created"] for event in events)
    with books.store.write("cursor") as txn:
        set_cursor(txn, "stripe", json.dumps({"events": first, "since": first, "at": first}))
    done = puller(books).sync()
    assert done.events > 1500
    asked = server.state.counts()
    assert asked["/v1/invoices"] == 0, "the catch-up lists events, not objects"
    assert sum(count for path, count in asked.items() if path.startswith("/v1/invoices/")) < 60
    assert wrong_cells(books, expected) == []
    newest = max(event["created"] for event in events)
    at = int(NOW.timestamp())
    assert json.loads(stored(books).cursor) == {"events": newest, "since": first, "at": at}


def test_a_backfill_and_events_in_either_order_give_the_same(
    books: Session, server: StripeServer, shared_data: Path, expected: dict[str, Any]
) -> None:
    connect(books, server, source="stripe")
    import_stripe(books, "stripe-events", [shared_data / "stripe" / "events.jsonl.gz"])
    puller(books).sync()
    assert wrong_cells(books, expected) == []
    before = facts(books)
    import_stripe(books, "stripe-events", [shared_data / "stripe" / "events.jsonl.gz"])
    assert facts(books) == before


def test_a_gap_of_more_than_thirty_days_says_so_and_lists_again(
    books: Session, server: StripeServer, expected: dict[str, Any], sample: list[Json]
) -> None:
    connect(books, server)
    since = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
    with books.store.write("cursor") as txn:
        last = int(NOW.timestamp()) - 45 * DAY
        cursor = {"events": last, "since": since, "at": last}
        set_cursor(txn, "stripe", json.dumps(cursor))
    done = puller(books).sync()
    assert "45 days ago" in done.notes[0]
    assert "2025-01-01" in done.notes[0]
    assert wrong_cells(books, expected) == []
    newest = max(row["created"] for row in sample)
    assert json.loads(stored(books).cursor)["events"] == newest
    server.state.asked.clear()
    assert puller(books).sync().notes == [NOT_PERMITTED]
    assert {item.path for item in server.state.asked} == {
        "/v1/account", "/v1/events", "/v1/balance_transactions", "/v1/invoices/create_preview",
    }  # fmt: skip
    [money, other] = [item.query for item in server.state.asked if item.path == "/v1/events"]
    assert {money["created"]["gte"], other["created"]["gte"]} == {str(newest - 3600)}


def test_the_whole_sample_with_two_kills_in_the_middle(
    books: Session, server: StripeServer, expected: dict[str, Any]
) -> None:
    connect(books, server)
    root = books.paths.store.parents[1]
    books.store.close()

    def fetch() -> None:
        puller(session(root, Clock(NOW))).sync()

    for place in (4000, 4000):

        def cut_off(place: int = place) -> None:
            with watched(Places(place)):
                fetch()

        assert in_child(cut_off) == -signal.SIGKILL
    with books.store.read() as conn:
        kept = conn.execute("SELECT count(*) FROM stripe_object").fetchone()[0]
    done = puller(books).sync()
    assert kept > 0
    assert "going on" in done.notes[0]
    assert wrong_cells(books, expected) == []
    assert finding_kinds(books) == []
