"""Ties, other versions, deleted objects, a webhook beside the fetch, slices, stops, keys and permissions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.fakes.stripe_server import ACCOUNT, KEY, StripeServer
from tests.fakes.stripe_state import Asked
from tests.sync.stripe_pulling import connect, puller, stored
from tests.sync.stripe_shapes import Json, at, by_month, charge, event, facts, invoice, line, session
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.syncing import Ask, held, sync
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import ConflictError, SourceError
from turbofinops_tui.store import pulls
from turbofinops_tui.store.connections import set_cursor
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.pull import stripe_lists, stripe_pull
from turbofinops_tui.sync.pull.stripe import Access, StripeApi, check_key
from turbofinops_tui.sync.pull.stripe_pages import Records, add_event, put
from turbofinops_tui.sync.pull.stripe_probe import check_account, probe

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SECOND = int(NOW.timestamp())
MONTH = line("il_1", 3000, "2026-08-01", "2026-08-31")
CURSOR = f'{{"events": {SECOND - 7200}, "since": {at("2026-01-01")}, "at": {SECOND - 7200}}}'


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10):
        yield


@pytest.fixture
def books(tmp_path: Path) -> Session:
    return session(tmp_path / "books", Clock(NOW))


@pytest.fixture
def server() -> Iterator[StripeServer]:
    with StripeServer(now=lambda: SECOND) as running:
        yield running
    assert running.state.violations == []


def caught_up(books: Session, server: StripeServer) -> None:
    """A connection whose last sync was two hours ago."""
    connect(books, server)
    with books.store.write("cursor") as txn:
        set_cursor(txn, "stripe", CURSOR)


def findings(books: Session) -> list[tuple[str, str]]:
    with books.store.read() as conn:
        return conn.execute("SELECT kind, key FROM finding WHERE state = 'open' ORDER BY 1, 2").fetchall()


def test_two_states_of_one_second_are_settled_by_the_object_itself(
    books: Session, server: StripeServer
) -> None:
    moment = SECOND - 3600
    early = invoice("in_1", [MONTH], "2026-08-01", status="open")
    late = invoice("in_1", [line("il_1", 6000, "2026-08-01", "2026-08-31")], "2026-08-01", status="open")
    caught_up(books, server)
    server.state.put(
        late,
        event("evt_2", "invoice.updated", early, moment),
        event("evt_1", "invoice.updated", late, moment),
    )
    puller(books).sync()
    assert by_month(books) == {"2026-08": 6000}
    assert server.state.counts()["/v1/invoices/in_1"] == 1
    puller(books).sync()
    assert server.state.counts()["/v1/invoices/in_1"] == 1, "a settled tie is not asked for again"


def test_equal_states_of_one_second_are_no_tie(books: Session, server: StripeServer) -> None:
    paid = invoice("in_1", [MONTH], "2026-08-01")
    caught_up(books, server)
    moment = SECOND - 3600
    server.state.put(
        event("evt_1", "invoice.paid", paid, moment),
        event("evt_2", "invoice.payment_succeeded", paid, moment),
    )
    puller(books).sync()
    assert by_month(books) == {"2026-08": 3000}
    assert server.state.counts()["/v1/invoices/in_1"] == 0


def test_an_event_of_another_version_is_read_from_the_object(books: Session, server: StripeServer) -> None:
    caught_up(books, server)
    old = event("evt_1", "invoice.paid", {"id": "in_1", "object": "invoice", "paid": True}, SECOND - 3600)
    server.state.put(invoice("in_1", [MONTH], "2026-08-01"), old | {"api_version": "2022-11-15"})
    puller(books).sync()
    assert by_month(books) == {"2026-08": 3000}
    with books.store.read() as conn:
        assert conn.execute("SELECT state FROM stripe_event").fetchall() == [("done",)]


def test_what_stripe_deleted_is_a_finding_and_is_not_asked_for_again(
    books: Session, server: StripeServer
) -> None:
    caught_up(books, server)
    gone = event("evt_1", "invoice.updated", {"id": "in_gone", "object": "invoice"}, SECOND - 3600)
    server.state.put(gone | {"api_version": "2022-11-15"})
    done = puller(books).sync()
    assert findings(books) == [("stripe_deleted", "in_gone")]
    assert "no longer exist" in done.notes[0]
    assert puller(books).sync().notes == []
    assert server.state.counts()["/v1/invoices/in_gone"] == 1


def test_a_deleted_customer_keeps_what_is_known(books: Session, server: StripeServer) -> None:
    customer = {
        "id": "cus_1", "object": "customer", "created": at("2026-01-01"), "name": "Acme", "livemode": True,
        "metadata": {"customer_ref": "acme"},
    }  # fmt: skip
    server.state.put(customer, invoice("in_1", [MONTH], "2026-08-01"))
    connect(books, server)
    puller(books).sync()
    stub = {"id": "cus_1", "object": "customer", "deleted": True, "created": at("2026-01-01")}
    server.state.put(stub)
    puller(books).sync(full=True)
    with books.store.read() as conn:
        assert conn.execute("SELECT ref, name FROM customer").fetchall() == [("acme", "Acme")]


def test_a_webhook_that_lands_during_the_fetch_wins(books: Session, server: StripeServer) -> None:
    """The page was asked for before; what the event brings is the later state of the same status."""
    origin = Origin("stripe", "", True)
    before = invoice("in_1", [MONTH], "2026-08-01", status="open")
    after = invoice("in_1", [line("il_1", 6000, "2026-08-01", "2026-08-31")], "2026-08-01", status="open")
    server.state.put(before)
    connect(books, server)

    def land(asked: Asked) -> None:
        if asked.path == "/v1/invoices" and not landed:
            landed.append(1)
            records = Records()
            add_event(origin, event("evt_1", "invoice.updated", after, SECOND), records)
            with books.store.write("webhook") as txn:
                put(txn, origin, records)

    landed: list[int] = []
    server.state.hook = land
    puller(books).sync()
    assert landed
    assert by_month(books) == {"2026-08": 6000}


def many(count: int) -> list[Json]:
    first = at("2025-09-01")
    return [charge(f"ch_{n:05d}", 100, "2025-09-01", created=first + n * 20000) for n in range(count)]


def test_long_slices_are_cut_and_every_object_comes_once(
    books: Session, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_lists, "PAGE", 10)
    monkeypatch.setattr(stripe_pull, "SPLIT_PAGES", 2)
    server.state.put(*many(1000))
    connect(books, server)
    seen: list[int] = []

    def tick(progress: stripe_pull.Progress) -> None:
        with books.store.read() as conn:
            seen.append(sum(i.resource == "charges" for i in pulls.load_slices(conn, "stripe")))
        assert 0 <= progress.part <= 1

    done = puller(books, tick).backfill(at("2025-01-01"))
    assert done.objects == 1000
    assert sum(by_month(books).values()) == 1000 * 100
    asked = [item.query["created"] for item in server.state.asked if item.path == "/v1/charges"]
    assert len({str(item) for item in asked}) > 10, "the range is asked for in many slices"
    assert len(asked) < 160
    assert max(seen, default=0) > 1


def test_a_stop_leaves_a_state_that_the_next_run_goes_on_from(
    books: Session, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_lists, "PAGE", 10)
    server.state.put(*many(600))
    connect(books, server)
    reached, released = threading.Event(), threading.Event()
    halfway = 30

    def hold(asked: Asked) -> None:
        if sum(item.path == "/v1/charges" for item in server.state.asked) >= halfway:
            reached.set()
            released.wait(10)

    def interrupt(_: stripe_pull.Progress) -> None:
        if reached.is_set():
            released.set()
            raise KeyboardInterrupt

    server.state.hook = hold
    with pytest.raises(KeyboardInterrupt):
        puller(books, interrupt).backfill(at("2025-01-01"))
    with books.store.read() as conn:
        assert pulls.load_run(conn, "stripe") is not None
        kept = conn.execute("SELECT count(*) FROM stripe_object").fetchone()[0]
    assert 0 < kept < 600
    server.state.asked.clear()
    server.state.hook = lambda _: None
    done = puller(books).backfill(at("2025-01-01"))
    assert "going on" in done.notes[0]
    assert done.objects == 600 - kept, "nothing is fetched twice"
    assert sum(by_month(books).values()) == 600 * 100
    with books.store.read() as conn:
        assert pulls.load_run(conn, "stripe") is None
        assert conn.execute("SELECT count(*) FROM pull_slice").fetchone()[0] == 0


def test_a_cursor_whose_object_is_gone_goes_on_from_its_time(books: Session, server: StripeServer) -> None:
    server.state.put(*many(5))
    connect(books, server)
    run = pulls.Run("stripe", "backfill", at("2025-01-01"), SECOND)
    with books.store.write("begin") as txn:
        pulls.begin_run(txn, run, stripe_pull.plan("backfill", run.since, SECOND))
        txn.conn.execute(
            "UPDATE pull_slice SET cursor = 'ch_gone', reached = ? WHERE resource = 'charges' AND last > ?",
            (at("2026-09-01"), SECOND),
        )
    puller(books).backfill(at("2025-01-01"))
    assert sum(by_month(books).values()) == 500


def test_objects_of_the_other_mode_are_left_out_and_said(books: Session, server: StripeServer) -> None:
    server.state.put(charge("ch_1", 100, "2026-08-01"), charge("ch_2", 200, "2026-08-01", livemode=False))
    connect(books, server)
    done = puller(books).sync()
    assert by_month(books) == {"2026-08": 100}
    assert done.notes == ["1 left out: test mode"]


def test_an_object_that_cannot_be_read_is_a_finding_and_stops_nothing(
    books: Session, server: StripeServer
) -> None:
    server.state.put(charge("ch_1", 100, "2026-08-01"), charge("ch_2", 200, "2026-08-01", currency="zzz"))
    connect(books, server)
    puller(books).sync()
    assert by_month(books) == {"2026-08": 100}
    assert findings(books) == [("stripe_object", "ch_2")]


def test_a_source_that_fails_does_not_stop_the_others(
    books: Session, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.state.put(charge("ch_1", 100, "2026-08-01"))
    connect(books, server, "a")
    connect(books, server, "b")
    monkeypatch.setenv("TURBOFINOPS_A_API_KEY", "sk_live_123456789")
    monkeypatch.setenv("TURBOFINOPS_B_API_KEY", KEY)
    first, second = sync(books, [], Ask())
    assert "full secret key" in first.error
    assert (second.error, second.objects) == ("", 1)
    assert "123456789" not in first.error


def test_two_runs_of_one_source_are_kept_apart(
    books: Session, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(books, server)
    monkeypatch.setenv("TURBOFINOPS_STRIPE_API_KEY", KEY)
    with held(books.store, "stripe"):
        [line_] = sync(books, ["stripe"], Ask())
        assert "another program" in line_.error
        with pytest.raises(ConflictError), held(books.store, "stripe"):
            pass
    [line_] = sync(books, ["stripe"], Ask())
    assert line_.error == ""


@pytest.mark.parametrize(
    ("key", "livemode", "word"),
    [
        ("sk_live_1", True, "full secret key"), ("sk_test_1", False, "full secret key"),
        ("pk_live_1", True, "no restricted key"), ("", True, "no restricted key"),
        ("rk_test_1", True, "test mode"), ("rk_live_1", False, "live mode"),
    ],
)  # fmt: skip
def test_keys_of_the_wrong_kind_are_refused_before_anything_is_sent(
    key: str, livemode: bool, word: str
) -> None:
    with pytest.raises(SourceError, match=word) as caught:
        check_key(Access("stripe", key, livemode))
    assert not key or key not in caught.value.line()


def probing(server: StripeServer, key: str = KEY, **more: Any) -> StripeApi:
    return StripeApi(Access("stripe", key, base_url=server.url, **more), rate=1e6)


def test_the_probe_names_every_missing_permission(server: StripeServer) -> None:
    assert probe(probing(server)).missing == []
    assert probe(probing(server)).notes == []
    server.state.denied = {"disputes", "prices", "events", "account", "create_preview"}
    found = probe(probing(server))
    assert found.missing == ["Disputes: Read", "Prices: Read", "Events: Read"]
    assert found.account == ACCOUNT, "the refusal itself names the account"
    assert "unbilled" in found.notes[0]
    with pytest.raises(SourceError, match="refuses the key"):
        probe(probing(server, "rk_live_unknown"))
    server.state.violations.clear()


def test_a_key_of_another_account_is_refused(books: Session, server: StripeServer) -> None:
    server.state.put(charge("ch_1", 100, "2026-08-01"))
    connect(books, server)
    puller(books).sync()
    assert stored(books).account == ACCOUNT
    before = facts(books)
    server.state.account = "acct_1OTHER"
    with pytest.raises(SourceError, match="acct_1OTHER"):
        puller(books).sync(full=True)
    assert facts(books) == before
    check_account("stripe", ACCOUNT, "")


def test_a_connected_account_is_asked_for_by_its_header(books: Session, server: StripeServer) -> None:
    server.state.put(charge("ch_1", 100, "2026-08-01"))
    connect(books, server, account="acct_1CONNECTED")
    puller(books).sync()
    assert {item.account for item in server.state.asked} == {"acct_1CONNECTED"}
    with books.store.read() as conn:
        assert conn.execute("SELECT DISTINCT account FROM revenue_event").fetchall() == [("acct_1CONNECTED",)]


def test_what_never_comes_right_is_said_and_nothing_is_lost(books: Session, server: StripeServer) -> None:
    server.state.put(charge("ch_1", 100, "2026-08-01"))
    connect(books, server)
    server.state.fail("500", 1000, "/v1/charges")
    with pytest.raises(SourceError, match="did not answer /v1/charges: HTTP 500"):
        puller(books).sync()
    server.state.faults.clear()
    done = puller(books).sync()
    assert "going on" in done.notes[0]
    assert by_month(books) == {"2026-08": 100}


def test_a_quiet_account_is_no_gap_and_a_clock_that_is_ahead_misses_nothing(
    books: Session, server: StripeServer
) -> None:
    """The cursor stands at the newest object that Stripe showed, not at this machine's time."""
    server.state.put(charge("ch_1", 100, "2026-06-01"))
    connect(books, server)
    puller(books).sync()
    assert puller(books).sync().notes == []
    late = charge("ch_2", 200, "2026-08-30")
    server.state.put(late, event("evt_1", "charge.succeeded", late, late["created"]))
    puller(books).sync()
    assert by_month(books) == {"2026-06": 100, "2026-08": 200}


def test_stripes_time_is_used_when_this_machines_clock_is_off(
    tmp_path: Path, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = session(tmp_path / "real", Clock())
    server.state.put(charge("ch_1", 100, "2026-06-01"))
    connect(books, server)
    real = Clock.now
    monkeypatch.setattr(Clock, "now", lambda self: real(self) + timedelta(days=1))
    done = puller(books).sync()
    assert "s ahead of Stripe's" in done.notes[0]
    with books.store.read() as conn:
        version = conn.execute("SELECT max(version) FROM stripe_object").fetchone()[0]
    assert abs(version - real(Clock()).timestamp()) < 3600


def test_an_invoice_deleted_between_its_page_and_its_lines(books: Session, server: StripeServer) -> None:
    lines = [line(f"il_{n}", 100, "2026-08-01", "2026-08-31") for n in range(12)]
    server.state.put(invoice("in_1", lines, "2026-08-01"), charge("ch_1", 100, "2026-08-01"))

    def delete(asked: Asked) -> None:
        if asked.path == "/v1/invoices/in_1/lines":
            server.state.kinds["invoice"].drop("in_1")

    server.state.hook = delete
    connect(books, server)
    puller(books).sync()
    assert ("stripe_deleted", "in_1") in findings(books)
    assert by_month(books) == {"2026-08": 100}
