"""Channels of alerts by name, and what each has been sent; their addresses are secrets and not here."""

from __future__ import annotations

import sqlite3

from turbofinops_tui.errors import NotFoundError
from turbofinops_tui.store.open import WriteTxn


def load_channels(conn: sqlite3.Connection) -> list[str]:
    """The names of all channels, sorted."""
    return [name for (name,) in conn.execute("SELECT name FROM notify_channel ORDER BY name")]


def known_channel(conn: sqlite3.Connection, name: str) -> str:
    """``name``, or NotFoundError when there is no such channel."""
    if name not in load_channels(conn):
        raise NotFoundError(f"there is no channel {name!r}", "see `turbofinops notify list`")
    return name


def save_channel(txn: WriteTxn, name: str) -> None:
    """Add a channel (one that is there stays), audited."""
    cursor = txn.conn.execute(
        "INSERT INTO notify_channel(name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, txn.now)
    )
    if cursor.rowcount:
        txn.audit("add channel", "channel", name, None, {"name": name})


def remove_channel(txn: WriteTxn, name: str) -> None:
    """Take a channel away, audited; what it was sent is forgotten."""
    known_channel(txn.conn, name)
    txn.conn.execute("DELETE FROM notify_channel WHERE name = ?", (name,))
    txn.conn.execute("DELETE FROM notify_sent WHERE channel = ?", (name,))
    txn.audit("remove channel", "channel", name, {"name": name}, None)


def sent(conn: sqlite3.Connection, channel: str) -> set[str]:
    """The messages that a channel has been sent."""
    rows = conn.execute("SELECT message FROM notify_sent WHERE channel = ?", (channel,))
    return {message for (message,) in rows}


def added_at(conn: sqlite3.Connection, channel: str) -> str:
    """When a channel was added; empty for an unknown one."""
    row = conn.execute("SELECT created_at FROM notify_channel WHERE name = ?", (channel,)).fetchone()
    return row[0] if row else ""


def last_sent(conn: sqlite3.Connection, channel: str) -> str:
    """When a channel took its last message; empty before the first."""
    row = conn.execute("SELECT max(at) FROM notify_sent WHERE channel = ?", (channel,)).fetchone()
    return row[0] or ""


def mark_sent(txn: WriteTxn, channel: str, messages: list[str]) -> None:
    """Remember that a channel took these messages."""
    txn.conn.executemany(
        "INSERT INTO notify_sent(channel, message, at) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET at = excluded.at",
        [(channel, message, txn.now) for message in messages],
    )
    txn.audit("notify", "channel", channel, None, {"messages": messages})
