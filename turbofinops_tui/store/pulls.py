"""How far a fetch has come: one run per connection, cut into slices of time, each with its cursor.

A page's rows and the cursor behind them are written in one transaction, so that a run cut off anywhere
goes on from the last page that counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from turbofinops_tui.store.open import WriteTxn

_SLICE = "id, resource, first, last, cursor, reached, pages, objects, done"


@dataclass(frozen=True, slots=True)
class Run:
    """One fetch of a connection that has begun and not ended; times in epoch seconds."""

    connection: str
    kind: str
    """backfill or events"""
    since: int
    started: int


@dataclass(frozen=True, slots=True)
class PullSlice:
    """A part of one list: what was created in [first, last), fetched newest first."""

    id: int
    resource: str
    first: int
    last: int
    cursor: str = ""
    """the last id that is stored; empty before the first page"""
    reached: int = 0
    """when that was created"""
    pages: int = 0
    objects: int = 0
    done: bool = False


def load_run(conn: sqlite3.Connection, connection: str) -> Run | None:
    """The run of a connection that has yet to end."""
    row = conn.execute(
        "SELECT connection, kind, since, started FROM pull_run WHERE connection = ?", (connection,)
    ).fetchone()
    return Run(*row) if row else None


def begin_run(txn: WriteTxn, run: Run, slices: Sequence[PullSlice]) -> None:
    """Put a run in place of whatever the connection had begun before."""
    end_run(txn, run.connection)
    txn.conn.execute(
        "INSERT INTO pull_run(connection, kind, since, started) VALUES (?, ?, ?, ?)",
        (run.connection, run.kind, run.since, run.started),
    )
    txn.conn.executemany(
        "INSERT INTO pull_slice(connection, resource, first, last, reached) VALUES (?, ?, ?, ?, ?)",
        [(run.connection, item.resource, item.first, item.last, item.last) for item in slices],
    )


def end_run(txn: WriteTxn, connection: str) -> None:
    """Forget a run and its slices: it is done, or another takes its place."""
    txn.conn.execute("DELETE FROM pull_run WHERE connection = ?", (connection,))


def load_slices(conn: sqlite3.Connection, connection: str) -> list[PullSlice]:
    """All slices of the present run, those done too, newest times first."""
    rows = conn.execute(
        f"SELECT {_SLICE} FROM pull_slice WHERE connection = ? ORDER BY last DESC, id",  # noqa: S608 (constant)
        (connection,),
    )
    return [PullSlice(*row) for row in rows]


def save_slice(txn: WriteTxn, item: PullSlice) -> None:
    """Write how far a slice has come."""
    txn.conn.execute(
        "UPDATE pull_slice SET first = ?, last = ?, cursor = ?, reached = ?, pages = ?, objects = ?, done = ?"
        " WHERE id = ?",
        (item.first, item.last, item.cursor, item.reached, item.pages, item.objects, item.done, item.id),
    )


def split_slice(txn: WriteTxn, connection: str, item: PullSlice) -> tuple[PullSlice, PullSlice]:
    """Cut what is left of a slice in two by time; the older half is a slice of its own."""
    middle = (item.first + item.reached) // 2
    younger = replace(item, first=middle)
    save_slice(txn, younger)
    cursor = txn.conn.execute(
        "INSERT INTO pull_slice(connection, resource, first, last, reached) VALUES (?, ?, ?, ?, ?)",
        (connection, item.resource, item.first, middle, middle),
    )
    older = PullSlice(int(cursor.lastrowid or 0), item.resource, item.first, middle, reached=middle)
    return younger, older
