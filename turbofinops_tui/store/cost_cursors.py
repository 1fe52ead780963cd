"""What the cost runner keeps of a connection: cursors by item, billed requests by month, the last run.

It lies as JSON in ``connection.cursor`` and is written in the transaction that makes the files count.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from turbofinops_tui.store.connections import get_connection, set_cursor
from turbofinops_tui.store.open import WriteTxn


@dataclass(slots=True)
class RunnerState:
    """The parsed form."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    """item key -> cursor of its source"""
    requests: dict[str, int] = field(default_factory=dict)
    """``YYYY-MM`` -> billed requests asked in that month"""
    at: str = ""
    """end of the last run, ISO UTC"""
    error: str = ""
    """why the last run failed, one line; empty when it did not"""

    def text(self) -> str:
        """The stored form."""
        held = {"items": self.items, "requests": self.requests, "at": self.at, "error": self.error}
        return json.dumps(held, sort_keys=True, separators=(",", ":"))


def parse_state(cursor: str) -> RunnerState:
    """The state of a stored cursor; empty when there is none."""
    held = json.loads(cursor) if cursor.startswith("{") else {}
    return RunnerState(
        dict(held.get("items", {})), dict(held.get("requests", {})), held.get("at", ""), held.get("error", "")
    )


def load_state(conn: sqlite3.Connection, name: str) -> RunnerState:
    """The state of a connection; NotFoundError when it is gone."""
    return parse_state(get_connection(conn, name).cursor)


def save_item(txn: WriteTxn, name: str, key: str, cursor: Mapping[str, Any], requests: int) -> None:
    """Move the cursor of one item and count its requests."""
    state = load_state(txn.conn, name)
    state.items[key] = dict(cursor)
    if requests:
        month = txn.now[:7]
        state.requests[month] = state.requests.get(month, 0) + requests
    set_cursor(txn, name, state.text())


def forget_item(txn: WriteTxn, name: str, key: str) -> None:
    """Take the cursor of one item away: what it stood for does not count any more."""
    state = load_state(txn.conn, name)
    if state.items.pop(key, None) is not None:
        set_cursor(txn, name, state.text())


def save_outcome(txn: WriteTxn, name: str, error: str, requests: int = 0) -> None:
    """Keep how a run ended; requests of items that came to nothing count too."""
    state = load_state(txn.conn, name)
    state.at, state.error = txn.now, error
    if requests:
        month = txn.now[:7]
        state.requests[month] = state.requests.get(month, 0) + requests
    set_cursor(txn, name, state.text())
