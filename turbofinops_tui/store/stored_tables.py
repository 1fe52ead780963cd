"""Tables kept for first paint: the JSON of an evaluated Table beside its books id."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from turbofinops_tui.store.open import WriteTxn


@dataclass(frozen=True, slots=True)
class StoredTable:
    """``body`` is what the caller saved; ``books`` the whole books id it was evaluated under."""

    name: str
    books: str
    at: str
    body: str


def save_table(txn: WriteTxn, name: str, books: str, body: str) -> None:
    """Keep ``body`` under ``name`` in place of what was there."""
    txn.conn.execute(
        "INSERT INTO stored_table(name, books, at, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT(name) DO UPDATE SET books = excluded.books, at = excluded.at, body = excluded.body",
        (name, books, txn.now, body),
    )


def load_table(conn: sqlite3.Connection, name: str) -> StoredTable | None:
    """What was saved under ``name``."""
    row = conn.execute("SELECT name, books, at, body FROM stored_table WHERE name = ?", (name,)).fetchone()
    return StoredTable(*row) if row else None
