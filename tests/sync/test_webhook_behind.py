"""Behind the running webhook: what events left open is fetched, changed figures are recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.stripe_server import KEY, StripeServer
from tests.sync.stripe_pulling import connect
from tests.sync.stripe_shapes import Json, at, by_month, event, invoice, line, price
from tests.sync.webhook_process import books, running
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.webhook_behind import Fetching
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.connections import Connection, load_connections
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.pull.stripe_received import Open
from turbofinops_tui.sync.pull.stripe_todo import Wanted
from turbofinops_tui.sync.read.stripe_events import read_event

SOON = "from turbofinops_tui.actions import receiving\nreceiving.QUIET = 0.05"
LINES = [line(f"il_{number:02d}", 100, "2026-09-01", "2026-10-01") for number in range(12)]
WHOLE = invoice("in_1", LINES, "2026-09-01")
OLD = invoice("in_2", [line("il_old", 500, "2026-09-01", "2026-10-01")], "2026-09-01")


def cut(obj: Json) -> Json:
    """As an event carries it: ten lines."""
    lines = obj["lines"]
    return obj | {"lines": lines | {"data": lines["data"][:10], "has_more": True}}


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


@pytest.fixture
def server() -> Iterator[StripeServer]:
    with StripeServer([WHOLE, OLD, price("price_m")]) as found:
        yield found


@pytest.fixture
def session(tmp_path: Path, server: StripeServer) -> Session:
    found = books(tmp_path, Clock(), Connection("other", "stripe", {"livemode": "no"}))
    connect(found, server, "main")
    return found


def figures(session: Session) -> int:
    with session.store.read() as conn:
        return int(conn.execute("SELECT count(*) FROM figures").fetchone()[0])


def test_open_objects_are_fetched_and_figures_recorded(tmp_path: Path, session: Session) -> None:
    sent = [
        event("evt_1", "invoice.paid", cut(WHOLE), at("2026-09-01")),
        event("evt_2", "invoice.paid", OLD, at("2026-09-01"), api_version="2020-08-27"),
    ]
    with running(tmp_path, SOON, TURBOFINOPS_MAIN_API_KEY=KEY) as webhook:
        for item in sent:
            assert webhook.send(item).text == "stored"
        until(lambda: by_month(session) == {"2026-09": 1700})
        until(lambda: figures(session))
        webhook.end()
    with session.store.read() as conn:
        states = {row[0] for row in conn.execute("SELECT state FROM stripe_event")}
        kept = conn.execute("SELECT count(*) FROM stripe_object WHERE object = 'price'").fetchone()[0]
        open_findings = conn.execute("SELECT kind FROM finding WHERE state = 'open'").fetchall()
    assert (states, kept, open_findings) == ({"done"}, 1, [])


def test_without_a_key_it_is_left_to_sync_and_said_once(session: Session) -> None:
    told: list[str] = []
    with session.store.read() as conn:
        fetching = Fetching(session, load_connections(conn, "stripe"), told.append)
    for ident in ("evt_1", "evt_2"):
        made = event(ident, "invoice.paid", cut(WHOLE), at("2026-09-01"))
        found = read_event(made, "{}")
        assert found.event is not None
        fetching.note(Origin("main", "", True), found.event, found.snapshots)
        fetching.work()
    assert len(told) == 1
    assert told[0].startswith("warning: main: ")
    assert "wait for the next sync" in told[0]


def noted(*made: Any) -> set[Wanted]:
    """What these (event id, object, second) leave open."""
    left = Open()
    for ident, obj, second in made:
        found = read_event(event(ident, "x", obj, second), "{}")
        assert found.event is not None
        left.note(found.event, found.snapshots)
    return left.wanted


def test_two_states_of_one_second_are_open(session: Session) -> None:
    paid = OLD | {"metadata": {"a": "b"}}
    assert noted(("evt_1", OLD, 5), ("evt_2", paid, 5)) == {Wanted("invoice", "in_2")}
    assert noted(("evt_1", OLD, 5), ("evt_2", paid, 6)) == set()
    assert noted(("evt_1", OLD, 5), ("evt_2", OLD, 5)) == set()
