"""What ``check`` remembers: the state of every key, crossings with their causes, and scores."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from turbofinops_tui.store.open import WriteTxn

_ALERT = (
    "id, by, key, day, was, now, revenue, cost, currency, floor, provisional, causes, parts, books, found_at,"
    " withdrawn_at, withdrawn_why"
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One worsening crossing. Amounts are store units of ``currency``; ``day`` follows the judged days."""

    by: str
    key: str
    day: int
    was: str
    now: str
    revenue: int
    cost: int
    currency: str
    floor: str
    """margin percent, decimal text"""
    provisional: bool
    causes: tuple[tuple[str, str], ...]
    """(cause, decimal text of what it did to the margin)"""
    parts: Mapping[str, int] = field(default_factory=dict)
    books: str = ""
    id: int = 0
    found_at: str = ""
    withdrawn_at: str = ""
    withdrawn_why: str = ""

    @property
    def margin(self) -> int:
        """revenue - cost."""
        return self.revenue - self.cost


@dataclass(frozen=True, slots=True)
class Score:
    """Revenue of customers in state healthy, and of all judged ones, in the days before ``day``."""

    scope: str
    day: int
    healthy: int
    revenue: int
    currency: str


Place = tuple[str, str]
"""(by, key)"""


def states_before(conn: sqlite3.Connection, day: int) -> dict[Place, tuple[int, str]]:
    """The state of every key as judged before ``day``, with the day since when."""
    rows = conn.execute("SELECT by, key, day, state FROM watch_state WHERE day < ? ORDER BY day", (day,))
    return {(by, key): (since, state) for by, key, since, state in rows}


def states_on(conn: sqlite3.Connection, day: int) -> dict[Place, str]:
    """The states that changed on ``day``."""
    rows = conn.execute("SELECT by, key, state FROM watch_state WHERE day = ?", (day,))
    return {(by, key): state for by, key, state in rows}


def save_states(txn: WriteTxn, day: int, changed: Mapping[Place, str], same: Iterable[Place]) -> int:
    """Write the states that changed on ``day``, and forget an earlier word of that day for the ``same``."""
    before = txn.conn.total_changes
    txn.conn.executemany(
        "INSERT INTO watch_state(by, key, day, state) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET state = excluded.state WHERE state != excluded.state",
        [(by, key, day, state) for (by, key), state in sorted(changed.items())],
    )
    txn.conn.executemany(
        "DELETE FROM watch_state WHERE by = ? AND key = ? AND day = ?",
        [(by, key, day) for by, key in sorted(same)],
    )
    return txn.conn.total_changes - before


def set_state(txn: WriteTxn, place: Place, day: int, state: str | None) -> None:
    """Correct the state of one key on one day; None: nothing changed on that day."""
    txn.conn.execute("DELETE FROM watch_state WHERE by = ? AND key = ? AND day = ?", (*place, day))
    if state is not None:
        txn.conn.execute(
            "INSERT INTO watch_state(by, key, day, state) VALUES (?, ?, ?, ?)", (*place, day, state)
        )


# --- crossings ------------------------------------------------------------------------------------


def load_alerts(conn: sqlite3.Connection, start: int, end: int) -> list[Alert]:
    """Crossings with ``start <= day < end``, oldest first; withdrawn ones are among them."""
    rows = conn.execute(
        f"SELECT {_ALERT} FROM watch_alert WHERE day >= ? AND day < ? ORDER BY day, id",  # noqa: S608 (constant)
        (start, end),
    )
    return [_alert(row) for row in rows]


def save_alert(txn: WriteTxn, alert: Alert) -> bool:
    """Keep a crossing; False when the same one is there already (then it stays as it was)."""
    cursor = txn.conn.execute(
        "INSERT INTO watch_alert(by, key, day, was, now, revenue, cost, currency, floor, provisional, causes,"
        " parts, books, found_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            alert.by, alert.key, alert.day, alert.was, alert.now, str(alert.revenue), str(alert.cost),
            alert.currency, alert.floor, int(alert.provisional), _json(list(map(list, alert.causes))),
            _json(dict(alert.parts)), alert.books, txn.now,
        ),
    )  # fmt: skip
    if cursor.rowcount:
        after = {"day": alert.day, "state": alert.now, "revenue": str(alert.revenue), "cost": str(alert.cost)}
        txn.audit("alert", "watch", f"{alert.by}:{alert.key}", {"state": alert.was}, after)
    return bool(cursor.rowcount)


def withdraw_alert(txn: WriteTxn, alert: Alert, why: str) -> None:
    """Take a crossing back with its cause; it is kept, and audited."""
    txn.conn.execute(
        "UPDATE watch_alert SET withdrawn_at = ?, withdrawn_why = ? WHERE id = ?", (txn.now, why, alert.id)
    )
    txn.audit(
        "withdraw alert", "watch", f"{alert.by}:{alert.key}",
        {"day": alert.day, "state": alert.now}, {"why": why},
    )  # fmt: skip


def raise_again(txn: WriteTxn, alert: Alert, found: Alert) -> None:
    """A withdrawn crossing of the same days that is there after all, or is another by now; audited."""
    txn.conn.execute(
        "UPDATE watch_alert SET withdrawn_at = '', withdrawn_why = '', was = ?, now = ?, revenue = ?,"
        " cost = ?, floor = ?, causes = ?, parts = ?, books = ?, found_at = ? WHERE id = ?",
        (
            found.was, found.now, str(found.revenue), str(found.cost), found.floor,
            _json(list(map(list, found.causes))), _json(dict(found.parts)), found.books, txn.now, alert.id,
        ),
    )  # fmt: skip
    before = {"state": alert.now, "why": alert.withdrawn_why}
    after = {"day": alert.day, "state": found.now}
    txn.audit("alert again", "watch", f"{alert.by}:{alert.key}", before, after)


def _alert(row: Sequence[Any]) -> Alert:
    causes = tuple((cause, amount) for cause, amount in json.loads(row[11]))
    amounts = (int(row[6]), int(row[7]))
    rest = (bool(row[10]), causes, json.loads(row[12]), row[13], row[0], *row[14:])
    values: list[Any] = [*row[1:6], *amounts, *row[8:10], *rest]
    return Alert(*values)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- scores ---------------------------------------------------------------------------------------


def save_scores(txn: WriteTxn, scores: Iterable[Score]) -> int:
    """Keep scores where a scope has none of that day yet; returns how many were new."""
    before = txn.conn.total_changes
    txn.conn.executemany(
        "INSERT INTO watch_score(scope, day, healthy, revenue, currency) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [(item.scope, item.day, str(item.healthy), str(item.revenue), item.currency) for item in scores],
    )
    return txn.conn.total_changes - before


def load_scores(conn: sqlite3.Connection, start: int, end: int, scope: str | None = None) -> list[Score]:
    """Scores with ``start <= day < end`` of one scope, or of all (None), oldest first."""
    rows = conn.execute(
        "SELECT scope, day, healthy, revenue, currency FROM watch_score"
        " WHERE day >= ?1 AND day < ?2 AND (?3 IS NULL OR scope = ?3) ORDER BY day, scope",
        (start, end, scope),
    )
    return [Score(row[0], row[1], int(row[2]), int(row[3]), row[4]) for row in rows]
