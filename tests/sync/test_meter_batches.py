"""A file of calls goes in batch by batch: unseen until all of it is there, and the same however it is cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sync.test_meter import CALL, figures, write
from turbofinops_tui.actions import usage_imports
from turbofinops_tui.actions.receiving_usage import UsageInbox
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.usage_imports import import_calls, price_book, rebuild_calls
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError
from turbofinops_tui.paths import resolve
from turbofinops_tui.store import usage_staging
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.deliveries import activate_delivery, begin_delivery, load_deliveries, release
from turbofinops_tui.store.usage_calls import Told, call_days, has_calls, known_ids
from turbofinops_tui.store.usage_staging import StagedCalls
from turbofinops_tui.sync.read.calls import meter_call
from turbofinops_tui.sync.receive.meter import Calls

Row = dict[str, Any]


def rows(count: int) -> list[Row]:
    """Calls of three customers over four days."""
    days = [f"2026-11-0{1 + n % 4}T09:00:00Z" for n in range(count)]
    return [
        CALL | {"id": f"r-{n}", "customer": f"c{n % 3}", "at": day, "input_tokens": n}
        for n, day in enumerate(days)
    ]


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Session:
    return open_session(resolve(str(tmp_path / "a")), clock)


def facts(session: Session) -> str:
    with session.store.read() as conn:
        return facts_id(conn)


def told(session: Session, some: list[Row]) -> list[Told]:
    book = price_book(session)
    return [(call, book.priced(call)) for call in map(meter_call, some)]


def plain(tmp_path: Path, clock: Clock, some: list[Row]) -> str:
    """The facts of a store that holds these calls alone, as the receiver stores them."""
    other = open_session(resolve(str(tmp_path / "plain")), clock)
    UsageInbox(other).commit([Calls(tuple(meter_call(row) for row in some))])
    return facts(other)


@pytest.mark.parametrize("sums", [usage_staging.MOST_SUMS, 0])
@pytest.mark.parametrize("batch", [1, 3, 100])
def test_the_facts_are_the_same_however_a_file_is_cut(
    session: Session, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, batch: int, sums: int
) -> None:
    monkeypatch.setattr(usage_imports, "BATCH", batch)
    monkeypatch.setattr(usage_staging, "MOST_SUMS", sums)
    changed = CALL | {"id": "r-2", "customer": "other", "at": "2026-11-07T09:00:00Z"}
    file = write(tmp_path / "m.jsonl", *rows(10), rows(10)[4], changed)
    (result,) = import_calls(session, "meter", [file])
    assert (result.calls, result.new) == (10, 10)
    assert facts(session) == plain(
        tmp_path, clock, [row for row in rows(10) if row["id"] != "r-2"] + [changed]
    )
    before = facts(session)
    (again,) = import_calls(session, "meter", [file])
    assert (again.new, facts(session)) == (0, before)
    rebuild_calls(session)
    assert facts(session) == before


def test_a_later_file_corrects_calls_on_both_days(session: Session, tmp_path: Path, clock: Clock) -> None:
    import_calls(session, "meter", [write(tmp_path / "m.jsonl", *rows(6))])
    moved = rows(6)[1] | {"at": "2026-11-09T09:00:00Z", "output_tokens": 9}
    (result,) = import_calls(session, "meter", [write(tmp_path / "n.jsonl", moved, *rows(3)[2:])])
    assert (result.calls, result.new) == (2, 1)
    assert facts(session) == plain(tmp_path, clock, [row for row in rows(6) if row["id"] != "r-1"] + [moved])


def test_a_bad_row_at_the_end_leaves_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_imports, "BATCH", 2)
    empty = facts(session)
    file = write(tmp_path / "m.jsonl", *rows(7), CALL | {"output_tokens": -1})
    with pytest.raises(DataError) as error:
        import_calls(session, "meter", [file])
    assert (error.value.file, error.value.line_number) == ("m.jsonl", 8)
    assert facts(session) == empty
    with session.store.read() as conn:
        assert load_deliveries(conn, staged=True) == []
        assert conn.execute("SELECT count(*) FROM usage_call").fetchone() == (0,)


def test_staged_calls_are_seen_by_nobody_and_go_with_a_crash(session: Session) -> None:
    delivery = begin_delivery(session.store, "meter", "meter", "main", [], {})
    staged = StagedCalls(session.store, delivery, "meter")
    staged.add(told(session, rows(5)))
    with session.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM usage_call").fetchone() == (5,)
        assert not has_calls(conn)
        assert call_days(conn) == []
        assert known_ids(conn, ["r-1"]) == set()
    assert figures(session) == {}
    with session.store.write("control") as txn:  # known-bad control: counting too early is seen
        activate_delivery(txn, delivery, 5, [])
        assert known_ids(txn.conn, ["r-1"]) == {"r-1"}
        txn.conn.execute("UPDATE delivery SET state = 'staged' WHERE id = ?", (delivery,))
    release(session.store, delivery)  # as after a crash: nobody holds it
    begin_delivery(session.store, "meter", "meter", "main", [], {})
    with session.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM usage_call").fetchone() == (0,)


@pytest.mark.parametrize("same", [True, False])
def test_a_call_received_while_a_file_with_it_goes_in_counts_once(
    session: Session, tmp_path: Path, clock: Clock, same: bool
) -> None:
    delivery = begin_delivery(session.store, "meter", "meter", "main", [], {})
    staged = StagedCalls(session.store, delivery, "meter")
    staged.add(told(session, rows(5)))
    received = rows(5)[1] if same else rows(5)[1] | {"at": "2026-11-08T09:00:00Z"}
    UsageInbox(session).commit([Calls((meter_call(received),))])
    assert figures(session)["meter"][0] == 1
    staged.prepare()
    with session.store.write("import meter") as txn:
        activate_delivery(txn, delivery, staged.calls, [])
        staged.publish(txn)
    release(session.store, delivery)
    assert facts(session) == plain(
        tmp_path, clock, [row for row in rows(5) if row["id"] != "r-1"] + [received]
    )
