"""The running webhook over loopback: every answer of trust.md 8, and what is in the store behind it."""

from __future__ import annotations

import fcntl
import json
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sync.webhook_process import (
    SECRET,
    Answer,
    Json,
    Webhook,
    books,
    event,
    running,
    signature,
)
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.connections import Connection

ANYWHERE = "0.0.0.0"  # noqa: S104 (refused, and once bound on purpose)
SHORT = "from turbofinops_tui.sync.receive import server\nserver.DEADLINE = 0.4"
TINY = "from turbofinops_tui.sync.receive import group_commit\ngroup_commit.CAPACITY = 2"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("webhook")


@pytest.fixture(scope="module")
def session(home: Path) -> Session:
    return books(
        home,
        Clock(),
        Connection("main", "stripe", {"source": "stripe"}),
        Connection("connected", "stripe", {"account": "acct_theirs", "source": "theirs"}),
        Connection("test", "stripe", {"livemode": "no"}),
    )


@pytest.fixture(scope="module")
def webhook(home: Path, session: Session) -> Iterator[Webhook]:
    rolled = "whsec_theirs, whsec_theirs_new"
    with running(
        home,
        SHORT,
        TURBOFINOPS_CONNECTED_WEBHOOK_SECRET=rolled,
        TURBOFINOPS_TEST_WEBHOOK_SECRET=SECRET,
    ) as found:
        yield found


def stored(session: Session, ident: str) -> list[tuple[str, str, int, str]]:
    with session.store.read() as conn:
        return conn.execute(
            "SELECT e.state, e.account, e.livemode, ifnull(o.source, '') FROM stripe_event e"
            " LEFT JOIN stripe_object o ON o.id = e.object_id WHERE e.id = ?",
            (ident,),
        ).fetchall()


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_stored_then_duplicate(webhook: Webhook, session: Session) -> None:
    assert webhook.send(event("evt_1")).text == "stored"
    again = webhook.send(event("evt_1"))
    assert (again.status, again.text) == (200, "duplicate")
    assert stored(session, "evt_1") == [("done", "", 1, "stripe")]


BAD: dict[str, tuple[bytes, Callable[[], str | None]]] = {
    "no header": (b"{}", lambda: None),
    "other secret": (b"{}", lambda: signature(b"{}", "whsec_other")),
    "other body": (b"{} ", lambda: signature(b"{}")),
    "too old": (b"{}", lambda: signature(b"{}", at=int(time.time()) - 400)),
    "from the future": (b"{}", lambda: signature(b"{}", at=int(time.time()) + 4000)),
    "non-ASCII": (b"{}", lambda: "t=1,v1=\xe9"),
    "not JSON": (b"{", lambda: signature(b"{")),
    "not UTF-8": (b"\xff", lambda: signature(b"\xff")),
    "a list": (b"[]", lambda: signature(b"[]")),
    "no event": (b'{"id": "x"}', lambda: signature(b'{"id": "x"}')),
    "NaN": (b'{"created": NaN}', lambda: signature(b'{"created": NaN}')),
    "deep": (b"[" * 90_000, lambda: signature(b"[" * 90_000)),
}
"""signed when they are sent: a signature from collection time would be refused for its age"""


@pytest.mark.parametrize("what", BAD)
def test_bad_requests_are_400_and_store_nothing(webhook: Webhook, what: str) -> None:
    body, sign = BAD[what]
    header = sign()
    before = webhook.health()["counts"].get("stored", 0)
    answer = webhook.post(body, {"Stripe-Signature": header} if header is not None else {})
    assert (answer.status, answer.text) in ((400, "bad signature"), (400, "not an event")), what
    signed = ("not JSON", "not UTF-8", "a list", "no event", "NaN", "deep")
    assert (answer.text == "not an event") is (what in signed)
    assert webhook.health()["counts"].get("stored", 0) == before


def test_other_methods_and_paths(webhook: Webhook) -> None:
    connection = webhook.connect()
    connection.request("GET", "/stripe/webhook")
    assert connection.getresponse().status == 405
    connection.close()
    assert webhook.post(b"{}", {}, "/elsewhere").status == 404


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3_000_000])
def test_too_big_is_413_with_and_without_a_length(webhook: Webhook, size: int) -> None:
    assert webhook.post(b" " * size, {"Stripe-Signature": "t=1,v1=0"}).status == 413
    connection = webhook.connect()
    connection.request(
        "POST", "/stripe/webhook", iter([b" " * 65_536] * (size // 65_536 + 1)), encode_chunked=True
    )
    assert connection.getresponse().status == 413
    connection.close()
    assert webhook.send(event("evt_after_big")).status == 200


def test_the_largest_body_is_taken(webhook: Webhook) -> None:
    body = json.dumps(event("evt_large", more="x")).encode()
    body = body.replace(b'"x"', b'"' + b"x" * (1024 * 1024 - len(body) + 1) + b'"')
    assert len(body) == 1024 * 1024
    assert webhook.send(body).text == "stored"


@pytest.mark.parametrize(
    ("made", "count"),
    [
        ({"livemode": True, "account": "acct_unknown"}, "foreign_account"),
        ({"object": "v2.core.event", "data": None}, "thin_event"),
    ],
)
def test_what_does_not_count_is_200_and_counted(
    webhook: Webhook, session: Session, made: Json, count: str
) -> None:
    before = webhook.health()["counts"].get(count, 0)
    answer = webhook.send(event(f"evt_{count}", **made))
    assert (answer.status, answer.text) == (200, "ignored")
    assert webhook.health()["counts"][count] == before + 1
    assert stored(session, f"evt_{count}") == []


def test_one_secret_for_two_modes_reaches_both(webhook: Webhook, session: Session) -> None:
    assert webhook.send(event("evt_of_test", livemode=False)).text == "stored"
    assert stored(session, "evt_of_test") == [("done", "", 0, "test")]


def test_another_mode_or_account_of_an_endpoint_is_ignored(webhook: Webhook, session: Session) -> None:
    theirs = event("evt_theirs", account="acct_theirs")
    for secret in ("whsec_theirs", "whsec_theirs_new"):
        assert webhook.send(event("evt_no", account="acct_theirs", livemode=False), secret).text == "ignored"
        assert webhook.send(event("evt_no"), secret).text == "ignored"
        assert webhook.send(theirs, secret).status == 200
    assert stored(session, "evt_theirs") == [("done", "acct_theirs", 1, "theirs")]
    assert stored(session, "evt_no") == []
    assert webhook.health()["counts"]["other_mode"] == 2


def test_unknown_types_are_kept(webhook: Webhook, session: Session) -> None:
    thing = {"id": "new_1", "object": "something.new", "livemode": True}
    assert webhook.send(event("evt_new", thing, type="something.new.happened")).text == "stored"
    assert stored(session, "evt_new") == [("done", "", 1, "stripe")]


def test_an_event_of_another_release_waits_for_its_object(webhook: Webhook, session: Session) -> None:
    assert webhook.send(event("evt_old", api_version="2022-11-15")).text == "stored"
    assert stored(session, "evt_old") == [("incomplete", "", 1, "")]
    until(lambda: _findings(session, "stripe_api_version"))


def test_an_object_that_cannot_be_read_is_kept_and_named(webhook: Webhook, session: Session) -> None:
    charge = {"id": "ch_odd", "object": "charge", "created": 1, "livemode": True, "currency": "zzz"}
    assert webhook.send(event("evt_odd", charge)).text == "stored"
    with session.store.read() as conn:
        assert conn.execute("SELECT state FROM stripe_event WHERE id = 'evt_odd'").fetchone() == (
            "unreadable",
        )
    assert _findings(session, "stripe_object") == ["ch_odd"]


def _findings(session: Session, kind: str) -> list[str]:
    with session.store.read() as conn:
        return [row[0] for row in conn.execute("SELECT key FROM finding WHERE kind = ?", (kind,))]


def test_rows_are_derived_without_a_restart(webhook: Webhook, session: Session) -> None:
    charge = {
        "id": "ch_1", "object": "charge", "created": 1_790_000_000, "livemode": True, "currency": "usd",
        "amount": 1234, "amount_captured": 1234, "captured": True, "paid": True, "status": "succeeded",
        "customer": "cus_1", "payment_intent": None, "balance_transaction": None, "refunded": False,
        "amount_refunded": 0,
    }  # fmt: skip
    assert webhook.send(event("evt_charge", charge, type="charge.succeeded")).text == "stored"

    def rows() -> list[tuple[int]]:
        with session.store.read() as conn:
            return conn.execute("SELECT amount FROM revenue_event WHERE source_object = 'ch_1'").fetchall()

    until(rows)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"POST /stripe/webhook HTTP/1.1\r\nHost: x\r\n",
        b"POST /stripe/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /stripe/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n{",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    ],
    ids=["silent", "head", "body", "big body", "unread body"],
)
def test_slow_clients_are_cut(webhook: Webhook, start: bytes) -> None:
    with socket.create_connection((webhook.host, webhook.port), timeout=20) as client:
        client.sendall(start)
        stop = threading.Event()

        def trickle() -> None:
            while start and not stop.wait(0.05):
                try:
                    client.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            answer = b""
            while part := _received(client):
                answer += part
        finally:
            stop.set()
            thread.join()
    assert not answer or re.match(rb"HTTP/1.1 (408|413|200) ", answer)
    assert webhook.health()["ok"] is True


def _received(client: socket.socket) -> bytes:
    try:
        return client.recv(4096)
    except ConnectionError:
        return b""


# --- trouble: a process of its own each ---------------------------------------------------------


def test_store_trouble_is_500_a_newer_store_503_and_both_pass(tmp_path: Path, clock: Clock) -> None:
    path = books(tmp_path, clock).store.path
    with running(tmp_path) as webhook:
        assert webhook.send(event("evt_a")).status == 200
        aside = path.rename(path.with_name("aside"))
        assert (webhook.send(event("evt_b")).status, webhook.send(event("evt_b")).text) == (500, "not stored")
        aside.rename(path)
        assert webhook.send(event("evt_b")).text == "stored"
        raise_version(path, 900)
        answer = webhook.send(event("evt_c"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "300")
        raise_version(path, -900)
        assert webhook.send(event("evt_c")).text == "stored"
        assert webhook.end() in (0, -15)


def raise_version(path: Path, by: int) -> None:
    with sqlite3.connect(path) as conn:
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        conn.execute(f"PRAGMA user_version={version + by}")
    conn.close()


def test_a_full_queue_is_503_and_who_waits_is_stored(tmp_path: Path, clock: Clock) -> None:
    store = books(tmp_path, clock).store
    answers: list[Answer] = []
    with running(tmp_path, TINY) as webhook, store.lock_path.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        threads = [
            threading.Thread(target=lambda n=n: answers.append(webhook.send(event(f"evt_{n}"))))
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        until(lambda: len(answers) >= 4)
        assert {(item.status, item.headers.get("retry-after")) for item in answers} == {(503, "5")}
        fcntl.flock(lock, fcntl.LOCK_UN)
        for thread in threads:
            thread.join()
        taken = sum(item.status == 200 for item in answers)
        assert taken >= 3
        with store.read() as conn:
            assert conn.execute("SELECT count(*) FROM stripe_event").fetchone() == (taken,)


def test_a_public_address_must_be_asked_for(tmp_path: Path, clock: Clock) -> None:
    from turbofinops_tui.cli.main import run

    books(tmp_path, clock)
    for host in (ANYWHERE, "example.com", "::"):
        assert run(["webhook", "--root", str(tmp_path), "--host", host, "--port", "0"]) == 2
    with running(tmp_path, words=("--host", ANYWHERE, "--public")) as webhook:
        assert webhook.send(event("evt_1")).status == 200


def test_a_port_in_use_and_a_missing_secret_are_said(
    tmp_path: Path, clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from turbofinops_tui.cli.main import run

    books(tmp_path, clock)
    words = ["webhook", "--root", str(tmp_path), "--port"]
    assert run([*words, "0"]) == 1
    assert "No OS keyring" in capsys.readouterr().err
    monkeypatch.setenv("TURBOFINOPS_MAIN_WEBHOOK_SECRET", SECRET)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run([*words, str(taken.getsockname()[1])]) == 1
    assert "cannot be used" in capsys.readouterr().err
