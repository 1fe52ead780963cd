"""How fetches from connections ended: when, what came, and why one failed. The newest few are kept."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from turbofinops_tui.store.open import WriteTxn

KEPT = 50
"""runs of one connection that stay"""
_COLUMNS = "connection, what, began, ended, objects, events, items, unchanged, lines, requests, error"


@dataclass(frozen=True, slots=True)
class FetchRun:
    """One sync or backfill of one connection that has ended; times are ISO UTC."""

    connection: str
    what: str
    """sync or backfill"""
    began: str
    ended: str
    objects: int = 0
    events: int = 0
    items: int = 0
    """deliveries of cost that brought something new"""
    unchanged: int = 0
    lines: int = 0
    """cost rows that came, or revenue rows that were derived"""
    requests: int = 0
    """that the provider bills"""
    error: str = ""


def save_run(txn: WriteTxn, run: FetchRun) -> None:
    """Keep how a run ended; nothing when its connection is gone meanwhile."""
    if txn.conn.execute("SELECT 1 FROM connection WHERE name = ?", (run.connection,)).fetchone() is None:
        return
    txn.conn.execute(
        f"INSERT INTO fetch_run({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 (constant)
        (
            run.connection, run.what, run.began, run.ended, run.objects, run.events, run.items,
            run.unchanged, run.lines, run.requests, run.error,
        ),
    )  # fmt: skip
    txn.conn.execute(
        "DELETE FROM fetch_run WHERE connection = ?1 AND id NOT IN"
        " (SELECT id FROM fetch_run WHERE connection = ?1 ORDER BY id DESC LIMIT ?2)",
        (run.connection, KEPT),
    )


def load_runs(conn: sqlite3.Connection, connection: str) -> list[FetchRun]:
    """The kept runs of a connection, newest first."""
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM fetch_run WHERE connection = ? ORDER BY id DESC",  # noqa: S608 (constant)
        (connection,),
    )
    return [FetchRun(*row) for row in rows]


def last_runs(conn: sqlite3.Connection) -> dict[str, FetchRun]:
    """The newest run of every connection that has one."""
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM fetch_run WHERE id IN (SELECT max(id) FROM fetch_run GROUP BY connection)"  # noqa: S608 (constant)
    )
    return {row[0]: FetchRun(*row) for row in rows}
