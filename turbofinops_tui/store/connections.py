"""Connections to accounts elsewhere: settings, the account found, the sync's cursor; never a secret."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from turbofinops_tui.errors import NotFoundError
from turbofinops_tui.store.open import WriteTxn

_COLUMNS = "name, kind, settings, account, cursor, created_at"


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as stored."""

    name: str
    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    """the account that ``connect test`` found behind the key; empty before the first test"""
    cursor: str = ""
    """where the next sync goes on; its form belongs to the puller of the kind"""
    created_at: str = ""

    @property
    def source(self) -> str:
        """The source under which its facts lie: the setting ``source``, else its name."""
        return self.settings.get("source") or self.name

    @property
    def livemode(self) -> bool:
        """Whether its live data counts (setting ``livemode``; live unless it says no)."""
        return self.settings.get("livemode", "yes") != "no"


def load_connections(conn: sqlite3.Connection, kind: str = "") -> list[Connection]:
    """All connections by name, or those of one kind."""
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM connection WHERE ?1 = '' OR kind = ?1 ORDER BY name",  # noqa: S608 (constant)
        (kind,),
    )
    return [_connection(row) for row in rows]


def get_connection(conn: sqlite3.Connection, name: str) -> Connection:
    """The connection of that name; NotFoundError when there is none."""
    row = conn.execute(
        f"SELECT {_COLUMNS} FROM connection WHERE name = ?",  # noqa: S608 (constant)
        (name,),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"there is no connection {name!r}", "see `turbofinops connect list`")
    return _connection(row)


def save_connection(txn: WriteTxn, connection: Connection) -> None:
    """Insert a connection, or change kind, settings and account of the one of that name; audited."""
    before = txn.conn.execute(
        f"SELECT {_COLUMNS} FROM connection WHERE name = ?",  # noqa: S608 (constant)
        (connection.name,),
    ).fetchone()
    settings = json.dumps(dict(connection.settings), sort_keys=True)
    txn.conn.execute(
        "INSERT INTO connection(name, kind, settings, account, cursor, created_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(name) DO UPDATE SET kind = excluded.kind, settings = excluded.settings,"
        " account = excluded.account, cursor = excluded.cursor",
        (
            connection.name, connection.kind, settings, connection.account, connection.cursor,
            connection.created_at or txn.now,
        ),
    )  # fmt: skip
    action = "change connection" if before else "add connection"
    told = _told(_connection(before)) if before else None
    txn.audit(action, "connection", connection.name, told, _told(connection))


def set_cursor(txn: WriteTxn, name: str, cursor: str) -> None:
    """Move the cursor of a connection, in the transaction of the rows that it stands for."""
    txn.conn.execute("UPDATE connection SET cursor = ? WHERE name = ?", (cursor, name))


def set_account(txn: WriteTxn, name: str, account: str) -> None:
    """Keep the account that a test found; audited when it is new."""
    before = get_connection(txn.conn, name)
    if before.account == account:
        return
    txn.conn.execute("UPDATE connection SET account = ? WHERE name = ?", (account, name))
    txn.audit("test connection", "connection", name, {"account": before.account}, {"account": account})


def remove_connection(txn: WriteTxn, name: str) -> Connection:
    """Delete a connection, audited; returns it. Its facts stay. NotFoundError when there is none."""
    gone = get_connection(txn.conn, name)
    txn.conn.execute("DELETE FROM connection WHERE name = ?", (name,))
    txn.audit("remove connection", "connection", name, _told(gone), None)
    return gone


def _connection(row: tuple[str, str, str, str, str, str]) -> Connection:
    name, kind, settings, account, cursor, created_at = row
    return Connection(name, kind, json.loads(settings), account, cursor, created_at)


def _told(connection: Connection) -> dict[str, object]:
    """What the audit keeps of a connection."""
    return {
        "kind": connection.kind,
        "settings": dict(connection.settings),
        "account": connection.account,
    }
