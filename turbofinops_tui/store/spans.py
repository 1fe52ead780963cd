"""Spans of open days: parts of traces as deliveries brought them, and which days still take spans.

A day closes three days after its end or its first delivery, whichever is later (trust.md 4). The spans of a
trace stay until every day that it touches has closed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from turbofinops_tui.store import locks
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.pace import Pace

DAY = 86_400
OPEN_SECONDS = 3 * DAY
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Part:
    """What one delivery brought of one trace; ``body`` as ``sync.kept_spans`` writes it."""

    trace: str
    delivery: int
    first_day: int
    last_day: int
    body: bytes
    id: int = 0

    def of(self, delivery: int) -> Part:
        """The same part, brought by ``delivery``."""
        return replace(self, delivery=delivery)


@contextmanager
def settling(store: Store) -> Iterator[None]:
    """Hold the one place in which spans become daily rows; waits for whoever has it."""
    descriptor = locks.lock(store.path.with_name(store.path.name + ".spans.lock"))
    try:
        yield
    finally:
        os.close(descriptor)


def put_parts(txn: WriteTxn, parts: Iterable[Part], *, settled: bool) -> None:
    """Add parts of traces; those of a staged delivery count with it."""
    txn.conn.executemany(
        "INSERT INTO trace_part(trace, delivery, settled, first_day, last_day, body)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(p.trace, p.delivery, int(settled), p.first_day, p.last_day, p.body) for p in parts],
    )


def settled_parts(conn: sqlite3.Connection, traces: Sequence[str], own: int = 0) -> Iterator[Part]:
    """The settled parts of ``traces`` in the order they came, of deliveries that count and of ``own``."""
    for start in range(0, len(traces), _AT_ONCE):
        some = traces[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        query = (
            "SELECT p.trace, p.delivery, p.first_day, p.last_day, p.body, p.id FROM trace_part p"  # noqa: S608 (marks)
            f" JOIN delivery d ON d.id = p.delivery WHERE p.trace IN ({marks}) AND p.settled = 1"
            " AND (d.state = 'active' OR d.id = ?) ORDER BY p.id"
        )
        yield from (Part(*row) for row in conn.execute(query, (*some, own)))


def waiting_parts(conn: sqlite3.Connection, most: int) -> list[Part]:
    """The oldest parts that were received and are not in the daily rows yet."""
    query = (
        "SELECT trace, delivery, first_day, last_day, body, id FROM trace_part WHERE settled = 0"
        " ORDER BY id LIMIT ?"
    )
    return [Part(*row) for row in conn.execute(query, (most,))]


def traces_of_days(conn: sqlite3.Connection, days: Iterable[int]) -> list[str]:
    """Every settled trace with a span in one of ``days``."""
    wanted = list(days)
    marks = " OR ".join(["? BETWEEN first_day AND last_day"] * len(wanted) or ["0"])
    query = f"SELECT DISTINCT trace FROM trace_part WHERE settled = 1 AND ({marks}) ORDER BY trace"  # noqa: S608
    return [row[0] for row in conn.execute(query, wanted)]


def part_ids(conn: sqlite3.Connection, delivery: int = 0, days: Iterable[int] = ()) -> list[int]:
    """The parts of a delivery, and those that touch one of ``days``."""
    wanted = list(days)
    marks = " OR ".join(["delivery = ?", *["? BETWEEN first_day AND last_day"] * len(wanted)])
    query = f"SELECT id FROM trace_part WHERE {marks} ORDER BY id"  # noqa: S608 (marks)
    return [row[0] for row in conn.execute(query, (delivery, *wanted))]


def every_part(conn: sqlite3.Connection) -> Iterator[Part]:
    """Every kept part of deliveries that count, in the order they came."""
    query = (
        "SELECT p.trace, p.delivery, p.first_day, p.last_day, p.body, p.id FROM trace_part p"
        " JOIN delivery d ON d.id = p.delivery AND d.state = 'active' ORDER BY p.id"
    )
    yield from (Part(*row) for row in conn.execute(query))


def delivery_days(conn: sqlite3.Connection, delivery: int) -> set[int]:
    """First and last days of the parts that a delivery brought and that are kept."""
    query = "SELECT DISTINCT first_day, last_day FROM trace_part WHERE delivery = ?"
    return {day for row in conn.execute(query, (delivery,)) for day in row}


def newest_parts(conn: sqlite3.Connection, most: int) -> list[Part]:
    """The parts that came last, at most ``most``."""
    query = "SELECT trace, delivery, first_day, last_day, body, id FROM trace_part ORDER BY id DESC LIMIT ?"
    return [Part(*row) for row in conn.execute(query, (most,))]


def parts_by_id(conn: sqlite3.Connection, ids: Iterable[int]) -> Iterator[Part]:
    """Parts by their numbers."""
    for ident in ids:
        row = conn.execute(
            "SELECT trace, delivery, first_day, last_day, body, id FROM trace_part WHERE id = ?", (ident,)
        ).fetchone()
        if row is not None:
            yield Part(*row)


def delete_parts(txn: WriteTxn, ids: Iterable[int]) -> None:
    """Forget parts."""
    txn.conn.executemany("DELETE FROM trace_part WHERE id = ?", [(ident,) for ident in ids])


def settle_parts(txn: WriteTxn, ids: Iterable[int]) -> None:
    """Mark received parts as being in the daily rows."""
    txn.conn.executemany("UPDATE trace_part SET settled = 1 WHERE id = ?", [(ident,) for ident in ids])


def span_days(conn: sqlite3.Connection) -> dict[int, bool]:
    """Day -> whether it is closed, of every day that ever took a span."""
    return {day: bool(closed) for day, closed in conn.execute("SELECT day, closed FROM span_day")}


def open_days(txn: WriteTxn, days: Iterable[int], now: int) -> None:
    """Note the first delivery of days that are new."""
    txn.conn.executemany("INSERT OR IGNORE INTO span_day(day, first) VALUES (?, ?)", [(d, now) for d in days])


def reopen_days(txn: WriteTxn, days: Iterable[int], now: int) -> None:
    """Let days take spans again from ``now``."""
    txn.conn.executemany(
        "INSERT INTO span_day(day, first) VALUES (?, ?)"
        " ON CONFLICT(day) DO UPDATE SET closed = 0, first = excluded.first",
        [(day, now) for day in days],
    )


def due_days(conn: sqlite3.Connection, now: datetime) -> list[int]:
    """Open days whose time is over: they close before anything else happens to them."""
    due = "SELECT day FROM span_day WHERE closed = 0 AND max((day + 1) * ?, first) + ? <= ?"
    return [row[0] for row in conn.execute(due, (DAY, OPEN_SECONDS, int(now.timestamp())))]


def close_days(store: Store) -> list[int]:
    """Close the days that are due and forget spans that no open day needs; returns the days closed now."""
    with store.read() as conn:
        days = due_days(conn, store.clock.now())
    if not days:
        return []
    with store.write("close days of spans") as txn:
        txn.conn.executemany("UPDATE span_day SET closed = 1 WHERE day = ?", [(day,) for day in days])
        txn.audit("close days", "spans", "otlp", None, {"days": days})
    _forget_closed(store)
    return days


def _forget_closed(store: Store) -> None:
    """Delete the parts of traces that touch no open day, chunk by chunk."""
    with store.read() as conn:
        held = [row[0] for row in conn.execute("SELECT day FROM span_day WHERE closed = 0")]
        marks = " OR ".join(["? BETWEEN first_day AND last_day"] * len(held) or ["0"])
        query = (
            "SELECT id FROM trace_part WHERE settled = 1 AND trace NOT IN"  # noqa: S608 (marks)
            f" (SELECT trace FROM trace_part WHERE {marks}) ORDER BY id"
        )
        gone = [row[0] for row in conn.execute(query, held)]
    pace = Pace()
    while gone:
        some, gone = gone[: pace.rows], gone[pace.rows :]
        with pace.measured(), store.write("forget spans", durable=False) as txn:
            delete_parts(txn, some)
