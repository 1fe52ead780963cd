"""Traces killed with -9 at many statements: a file counts whole or not at all, a received span once."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.faults.crash import killed_everywhere
from tests.sync import otlp_cases
from tests.sync.stripe_shapes import session
from turbofinops_tui.actions import otlp_imports
from turbofinops_tui.actions.otlp_imports import import_otlp, settle_received
from turbofinops_tui.actions.receiving_usage import UsageInbox
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.store import spans
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.deliveries import activate_delivery, begin_delivery
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.sync import settle_spans
from turbofinops_tui.sync.receive.otlp import JSON, TraceFeed

SPANS = otlp_cases.make(5, 6)
OLD, NEW = SPANS[: len(SPANS) // 3], SPANS[len(SPANS) // 4 :]
"""they share spans, and most traces come in both"""
Placed = tuple[str, otlp_cases.Json, otlp_cases.Json]
Work = Callable[[Path], None]
Prepare = Callable[[int], Path]


def write(path: Path, found: Sequence[Placed]) -> Path:
    lines = [json.dumps(otlp_cases.message(found[start : start + 8])) for start in range(0, len(found), 8)]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: kill -9 needs no disk."""
    memory = Path("/dev/shm")  # noqa: S108 (a directory of its own is made inside)
    found = Path(mkdtemp(prefix="turbofinops-test-", dir=memory if os.access(memory, os.W_OK) else tmp_path))
    yield found
    shutil.rmtree(found)


@pytest.fixture
def prepare(place: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Stores that hold the old file."""
    monkeypatch.setattr(settle_spans, "AT_ONCE", 9)
    seed = session(place / "seed", clock)
    import_otlp(seed, [write(place / "old.jsonl", OLD)])
    seed.store.close()
    write(place / "new.jsonl", NEW)

    def fresh(number: int) -> Path:
        for gone in place.glob("[0-9]*"):
            shutil.rmtree(gone)
        return Path(shutil.copytree(place / "seed", place / str(number)))

    return fresh


def from_file(clock: Clock) -> Work:
    def work(root: Path) -> None:
        books = session(root, clock)
        import_otlp(books, [root.parent / "new.jsonl"])
        books.store.close()

    return work


def received(clock: Clock) -> Work:
    """As the receiver does: a commit a request, settling behind, everything sent again after a kill."""

    def work(root: Path) -> None:
        books = session(root, clock)
        inbox, feed = UsageInbox(books), TraceFeed()
        for number, line in enumerate((root.parent / "new.jsonl").read_bytes().splitlines()):
            inbox.commit([feed.take(line, JSON)])
            if number % 2:
                settle_received(books)
        settle_received(books)
        books.store.close()

    return work


def rows(books: Session) -> list[tuple[object, ...]]:
    """The daily evidence, and how many spans stand behind it."""
    query = (
        "SELECT d.day, k.service, k.provider, k.model, k.customer, k.feature, k.numerator, k.denominator, d.*"
        " FROM evidence_daily d JOIN evidence_key k ON k.id = d.key"
    )
    with books.store.read() as conn:
        names = [item[0] for item in conn.execute(query).description]
        keep = [place for place, name in enumerate(names) if place < 8 or name not in ("scope", "day", "key")]
        found = [tuple(row[place] for place in keep) for row in conn.execute(query)]
        parts = conn.execute(
            "SELECT count(DISTINCT trace) FROM trace_part p JOIN delivery d ON d.id = p.delivery"
            " WHERE d.state = 'active' AND p.settled = 1"
        ).fetchone()
    return [*sorted(found, key=repr), tuple(parts)]


def figures(root: Path, clock: Clock) -> list[tuple[object, ...]]:
    books = session(root, clock)
    found = rows(books)
    books.store.close()
    return found


def wrong(root: Path, clock: Clock, work: Work, allowed: Iterable[object], after: object) -> list[str]:
    """What is wrong after a kill, and after the next run."""
    books = session(root, clock)
    found = [f"{item.name}: {item.problems}" for item in check_store(books.store) if not item.ok]
    if allowed and rows(books) not in allowed:
        found.append("half of a file counts")
    books.store.close()
    work(root)
    if figures(root, clock) != after:
        found.append("the next run did not finish it")
    books = session(root, clock)
    found += [f"{item.name}: {item.problems}" for item in check_store(books.store) if not item.ok]
    books.store.close()
    return found


def undisturbed(prepare: Prepare, clock: Clock, work: Work) -> tuple[object, object]:
    """Figures before and after."""
    root = prepare(0)
    before = figures(root, clock)
    work(root)
    after = figures(root, clock)
    assert before != after
    return before, after


def test_a_file_killed_anywhere_counts_whole_or_not_at_all(prepare: Prepare, clock: Clock) -> None:
    work = from_file(clock)
    before, after = undisturbed(prepare, clock, work)
    places = 0
    for root in killed_everywhere(prepare, work, step=13):
        places += 1
        assert wrong(root, clock, work, (before, after), after) == [], f"killed at place {places}"
    assert places > 10


def test_a_delivery_that_counts_too_early_is_caught(
    prepare: Prepare, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: spans count as known before the daily rows have them."""
    work = from_file(clock)
    before, after = undisturbed(prepare, clock, work)

    def early(store: Store, *args: object) -> int:
        delivery = begin_delivery(store, *args)  # type: ignore[arg-type]
        with store.write("too early") as txn:
            activate_delivery(txn, delivery, 0, [])
        return delivery

    monkeypatch.setattr(otlp_imports, "begin_delivery", early)
    monkeypatch.setattr(otlp_imports, "activate_delivery", lambda *_: None)
    assert undisturbed(prepare, clock, work) == (before, after)
    assert any(
        wrong(root, clock, work, (before, after), after) for root in killed_everywhere(prepare, work, step=29)
    )


def test_what_is_received_is_settled_once_wherever_it_is_killed(prepare: Prepare, clock: Clock) -> None:
    work = received(clock)
    _, after = undisturbed(prepare, clock, work)
    places = 0
    for root in killed_everywhere(prepare, work, step=17):
        places += 1
        assert wrong(root, clock, work, (), after) == [], f"killed at place {places}"
    assert places > 10


def test_settling_in_two_transactions_is_caught(
    prepare: Prepare, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: spans are in the daily rows before they are marked so."""
    work = received(clock)
    _, after = undisturbed(prepare, clock, work)
    late: list[int] = []
    publish, settle = settle_spans.publish, spans.settle_parts

    def marked(txn: WriteTxn, ids: Sequence[int]) -> None:
        late.extend(ids)

    def published(txn: WriteTxn, *args: object, **options: object) -> list[str]:
        made = publish(txn, *args, **options)  # type: ignore[arg-type]
        txn.conn.execute("COMMIT")
        txn.conn.execute("BEGIN IMMEDIATE")
        settle(txn, late)
        late.clear()
        return made

    monkeypatch.setattr(settle_spans, "settle_parts", marked)
    monkeypatch.setattr(settle_spans, "publish", published)
    assert undisturbed(prepare, clock, work)[1] == after
    assert any(wrong(root, clock, work, (), after) for root in killed_everywhere(prepare, work, step=41))
