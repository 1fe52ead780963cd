"""The webhook killed under load: nothing acknowledged is lost, nothing is doubled; fsync before 200.

TURBOFINOPS_TEST_KILLS=50 runs the long version. Each fault test has a known-bad control that it catches.
"""

from __future__ import annotations

import fcntl
import gzip
import http.client
import json
import os
import random
import re
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.sync.stripe_shapes import digest, facts
from tests.sync.stripe_shapes import session as fresh_session
from tests.sync.webhook_process import Webhook, books, event, running, signature
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock

KILLS = int(os.environ.get("TURBOFINOPS_TEST_KILLS", "6"))
SENDERS = 8
ANSWER_FIRST = """
import asyncio
from turbofinops_tui.sync.receive.group_commit import GroupCommit
async def put(self, item):
    self._queue.put_nowait((item, asyncio.get_running_loop().create_future()))
    return True
GroupCommit.put = put
"""
"""known bad: 200 before the commit"""
LAZY_COMMIT = """
from turbofinops_tui.store.open import Store
write = Store.write
Store.write = lambda self, action, durable=True: write(self, action, durable=False)
"""
"""known bad: a commit without fsync"""


class Load:
    """Several senders that post what is left; ``acked`` are the events that were said to be stored."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._left = list(bodies)
        self._lock = threading.Lock()
        self.acked: set[str] = set()
        self.answers = 0

    def start(self, webhook: Webhook) -> list[threading.Thread]:
        """The senders, running; they end with the process or when nothing is left."""
        threads = [threading.Thread(target=self._send, args=(webhook,)) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        return threads

    def again(self, bodies: Sequence[bytes]) -> None:
        """Deliver these once more."""
        self._left += bodies

    def _send(self, webhook: Webhook) -> None:
        connection = webhook.connect()
        while body := self._next():
            try:
                connection.request("POST", "/stripe/webhook", body, {"Stripe-Signature": signature(body)})
                answer = connection.getresponse()
                text = answer.read().decode()
            except (OSError, http.client.HTTPException):
                self.again([body])  # Stripe would, too
                return
            if answer.status != 200:
                self.again([body])
                continue
            with self._lock:
                self.answers += 1
                if text != "ignored":
                    self.acked.add(json.loads(body)["id"])

    def _next(self) -> bytes | None:
        with self._lock:
            return self._left.pop() if self._left else None


def stored(session: Session) -> set[str]:
    with session.store.read() as conn:
        return {row[0] for row in conn.execute("SELECT id FROM stripe_event")}


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def wait_for_answers(load: Load, enough: int, threads: Sequence[threading.Thread]) -> None:
    until(lambda: load.answers >= enough or not any(thread.is_alive() for thread in threads))


def kill_with_the_writer_held(
    webhook: Webhook, session: Session, load: Load, wait: Callable[[], object]
) -> None:
    """Kill while nothing can be committed: whatever is acknowledged meanwhile is a lie."""
    with session.store.lock_path.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wait()
        webhook.process.kill()
        webhook.process.wait()


def test_kills_under_load_lose_and_double_nothing(tmp_path: Path, shared_data: Path, clock: Clock) -> None:
    file = shared_data / "stripe" / "events.jsonl.gz"
    bodies = gzip.decompress(file.read_bytes()).splitlines()
    wanted = fresh_session(tmp_path / "wanted", clock)
    import_stripe(wanted, "stripe-events", [file])
    session = books(tmp_path, clock)
    draw = random.Random(KILLS)  # noqa: S311 (moments of kills)
    draw.shuffle(bodies)
    load = Load(bodies)
    for number in range(KILLS):
        with running(tmp_path) as webhook:
            enough = load.answers + draw.randrange(20, max(21, len(bodies) // (KILLS + 2)))
            threads = load.start(webhook)
            wait_for_answers(load, enough, threads)
            if number % 2:
                kill_with_the_writer_held(webhook, session, load, lambda: time.sleep(0.02))
            webhook.process.kill()
            for thread in threads:
                thread.join()
        assert load.acked - stored(session) == set()
        load.again(draw.choices(bodies, k=20))
    with running(tmp_path) as webhook:
        for thread in load.start(webhook):
            thread.join()
        until(lambda: not _dirty(session))
    assert load.acked == stored(session) == stored(wanted)
    assert facts(session) == facts(wanted) != []
    assert digest(session) == digest(wanted)
    assert digest(session, "customers") == digest(wanted, "customers")


def _dirty(session: Session) -> int:
    with session.store.read() as conn:
        return int(conn.execute("SELECT count(*) FROM stripe_dirty").fetchone()[0])


def test_an_answer_before_the_commit_is_caught(tmp_path: Path, clock: Clock) -> None:
    session = books(tmp_path, clock)
    load = Load([json.dumps(event(f"evt_{number}")).encode() for number in range(400)])
    with running(tmp_path, ANSWER_FIRST) as webhook:
        threads = load.start(webhook)
        until(lambda: load.answers >= 5)

        def grown() -> None:
            most = load.answers + 20
            until(lambda: load.answers >= most)

        kill_with_the_writer_held(webhook, session, load, grown)
        for thread in threads:
            thread.join()
    assert load.acked - stored(session)


@pytest.mark.skipif(
    shutil.which("strace") is None and (not os.environ.get("CI") or bool(os.environ.get("CI_WITHOUT_PEERS"))),
    reason="strace is not installed",
)
@pytest.mark.parametrize("before", ["", LAZY_COMMIT], ids=["as it is", "known bad"])
def test_the_disk_has_the_event_before_the_sender_hears_of_it(
    tmp_path: Path, clock: Clock, before: str
) -> None:
    books(tmp_path / "home", clock)
    trace = tmp_path / "trace"
    calls = "trace=fdatasync,fsync,sendto,recvfrom"
    with running(
        tmp_path / "home", before, wrap=("strace", "-D", "-f", "-s", "24", "-o", str(trace), "-e", calls)
    ) as webhook:
        for number in range(3):
            assert webhook.send(event(f"evt_{number}")).text == "stored"
        webhook.end()
    seen = re.findall(r"(fdatasync|fsync)\(|\"(HTTP/1.1 200)|\"(POST /stripe)", trace.read_text())
    words = ["sync" if sync else "answer" if answer else "request" for sync, answer, _ in seen]
    rounds = "".join({"sync": "s", "answer": "a", "request": "r"}[word] for word in words).split("r")[1:]
    assert len(rounds) == 3
    assert all(part.find("s") >= 0 and part.find("s") < part.find("a") for part in rounds) is (before == "")
