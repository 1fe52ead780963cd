"""AI calls as received, by the feed's id, with what they cost; the daily evidence is derived from them.

The same id again changes nothing unless the row itself is another: then the later one replaces it. Prices
stay as they were when a call came, until it is priced anew on purpose. Calls of a staged delivery are there
but do not count: no read of this module sees them (``store.usage_staging``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from fractions import Fraction
from operator import attrgetter

from turbofinops_tui.economics.calls import FEEDS, Call, Priced, daily_rows
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.store.evidence import prepared, replace_scopes
from turbofinops_tui.store.open import WriteTxn

Told = tuple[Call, tuple[Priced, ...]]
CallRow = tuple[str, str, int, int, str, str, int]
"""feed, key, at, day, body, prices, delivery: a row of ``usage_call``"""
GATEWAY = FEEDS[0]
FIELDS = tuple(item.name for item in fields(Call))
COUNTS = "delivery NOT IN (SELECT id FROM delivery WHERE state = 'staged')"
_INSERT = (
    "INSERT OR REPLACE INTO usage_call(feed, key, at, day, body, prices, delivery)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_AT_ONCE = 500
_DAYS_AT_ONCE = 50
_NOTHING = Fraction(0)
_COST = FIELDS.index("cost")
_fields = attrgetter(*FIELDS)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def put_calls(txn: WriteTxn, calls: Iterable[Told], delivery: int) -> tuple[int, set[tuple[str, int]]]:
    """Store calls; returns how many are new or other than before, and the (feed, day)s that they touch."""
    touched: set[tuple[str, int]] = set()
    changed = 0
    for row in call_rows(calls, delivery):
        if put_row(txn, row, touched):
            changed += 1
    return changed, touched


def call_rows(calls: Iterable[Told], delivery: int) -> list[CallRow]:
    """Calls as they are stored."""
    return [
        (call.feed, call.key, call.at, call.day, _body(call), _prices(prices), delivery)
        for call, prices in calls
    ]


def put_row(txn: WriteTxn, row: CallRow, touched: set[tuple[str, int]]) -> bool:
    """Store one call and add the (feed, day)s that it touches; False when it is there already."""
    feed, key, _, day, body, _, _ = row
    query = f"SELECT body, day FROM usage_call WHERE feed = ? AND key = ? AND {COUNTS}"  # noqa: S608 (constant)
    known = txn.conn.execute(query, (feed, key)).fetchone()
    if known is not None and known[0] == body:
        return False
    touched |= {(feed, day)} | ({(feed, known[1])} if known else set())
    touched |= _elsewhere(txn.conn, feed, key)
    txn.conn.execute(_INSERT, row)
    return True


def insert_rows(txn: WriteTxn, rows: Sequence[CallRow]) -> None:
    """Store calls whatever was there."""
    txn.conn.executemany(_INSERT, rows)


def derive_days(txn: WriteTxn, touched: Iterable[tuple[str, int]]) -> list[str]:
    """Make the evidence of (feed, day)s anew from their calls; returns customers newly made."""
    made: list[str] = []
    days = sorted(touched)
    for start in range(0, len(days), _DAYS_AT_ONCE):
        some = days[start : start + _DAYS_AT_ONCE]
        for feed in sorted({feed for feed, _ in some}):
            scopes = {
                scope_of(feed, day): prepared(daily_rows(load_calls(txn.conn, feed, day)))
                for own, day in some
                if own == feed
            }
            made += replace_scopes(txn, scopes, feed=feed)
    return made


def scope_of(feed: str, day: int) -> str:
    """The scope of evidence of a feed's day."""
    return f"{feed}:{day_text(day)}"


def load_calls(conn: sqlite3.Connection, feed: str, day: int, *, left_out: bool = False) -> Iterator[Told]:
    """The calls of a feed on a UTC day that count, or those that a gateway tells too (``left_out``)."""
    if left_out and (feed == GATEWAY or not has_calls(conn, GATEWAY)):
        return
    stronger = (
        "EXISTS (SELECT 1 FROM usage_call g WHERE g.feed = ?3 AND g.key = c.key AND c.feed <> ?3"  # noqa: S608 (constant)
        f" AND g.{COUNTS})"
    )
    query = (
        "SELECT body, prices FROM usage_call c INDEXED BY usage_call_day"  # noqa: S608 (constants)
        f" WHERE feed = ?1 AND day = ?2 AND {COUNTS} AND {'' if left_out else 'NOT '}{stronger} ORDER BY key"
    )
    for body, prices in conn.execute(query, (feed, day, GATEWAY)):
        yield _call(body), _priced(prices)


def _elsewhere(conn: sqlite3.Connection, feed: str, key: str) -> set[tuple[str, int]]:
    """The (feed, day)s of other feeds that tell the same call."""
    query = f"SELECT feed, day FROM usage_call WHERE feed = ? AND key = ? AND {COUNTS}"  # noqa: S608 (constant)
    return {(row[0], row[1]) for other in FEEDS if other != feed for row in conn.execute(query, (other, key))}


def call_days(
    conn: sqlite3.Connection, start: int | None = None, end: int | None = None
) -> list[tuple[str, int]]:
    """Every (feed, day) with calls in ``[start, end)``."""
    low, high = -(1 << 40) if start is None else start, 1 << 40 if end is None else end
    query = (
        "SELECT DISTINCT feed, day FROM usage_call WHERE day >= ? AND day < ?"  # noqa: S608 (constant)
        f" AND {COUNTS} ORDER BY feed, day"
    )
    return [(row[0], row[1]) for row in conn.execute(query, (low, high))]


def set_prices(txn: WriteTxn, told: Iterable[Told]) -> None:
    """Give calls other prices."""
    txn.conn.executemany(
        "UPDATE usage_call SET prices = ? WHERE feed = ? AND key = ?",
        [(_prices(prices), call.feed, call.key) for call, prices in told],
    )


def drop_calls(txn: WriteTxn, delivery: int) -> set[tuple[str, int]]:
    """Remove the calls of a delivery; returns the (feed, day)s that had some."""
    rows = txn.conn.execute("SELECT DISTINCT feed, day FROM usage_call WHERE delivery = ?", (delivery,))
    touched = {(row[0], row[1]) for row in rows}
    gone = txn.conn.execute("SELECT feed, key FROM usage_call WHERE delivery = ?", (delivery,)).fetchall()
    for feed, key in gone:
        others = txn.conn.execute("SELECT feed, day FROM usage_call WHERE feed <> ? AND key = ?", (feed, key))
        touched.update((row[0], row[1]) for row in others)
    txn.conn.execute("DELETE FROM usage_call WHERE delivery = ?", (delivery,))
    return touched


def known_ids(conn: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """Those of ``ids`` under which a meter or a gateway told a call."""
    found: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        for feed in FEEDS:
            query = f"SELECT key FROM usage_call WHERE feed = ? AND key IN ({marks}) AND {COUNTS}"  # noqa: S608
            found.update(row[0] for row in conn.execute(query, (feed, *some)))
    return found


def has_calls(conn: sqlite3.Connection, feed: str = "") -> bool:
    """Whether any call is stored that counts; with ``feed`` one of that feed."""
    where = f"feed = ? AND {COUNTS}" if feed else COUNTS
    query = f"SELECT 1 FROM usage_call WHERE {where} LIMIT 1"  # noqa: S608 (constants)
    return conn.execute(query, (feed,) if feed else ()).fetchone() is not None


def _body(call: Call) -> str:
    values = list(_fields(call))
    if call.cost is not None:
        values[_COST] = str(call.cost)
    return _encode(values)


def _call(body: str) -> Call:
    values = dict(zip(FIELDS, json.loads(body), strict=True))
    values["tokens"] = tuple(values["tokens"])
    values["cost"] = None if values["cost"] is None else Fraction(values["cost"])
    return Call(**values)


def _prices(prices: Sequence[Priced]) -> str:
    rows = [[[str(cost) for cost in item.costs], item.currency, item.price, item.basis] for item in prices]
    return _encode(rows)


def _priced(text: str) -> tuple[Priced, ...]:
    found = []
    for costs, currency, price, basis in json.loads(text):
        a, b, c, d, e = (_NOTHING if cost == "0" else Fraction(cost) for cost in costs)
        found.append(Priced((a, b, c, d, e), currency, price, basis))
    return tuple(found)
