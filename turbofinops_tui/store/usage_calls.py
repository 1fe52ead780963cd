"""AI calls as received, by the feed's id, with what they cost; the daily evidence is derived from them.

The same id again changes nothing unless the row itself is another: then the later one replaces it. Prices
stay as they were when a call came, until it is priced anew on purpose.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from fractions import Fraction

from turbofinops_tui.economics.calls import FEEDS, Call, Priced, daily_rows
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.store.evidence import replace_evidence
from turbofinops_tui.store.open import WriteTxn

Told = tuple[Call, tuple[Priced, ...]]
GATEWAY = FEEDS[0]
FIELDS = tuple(item.name for item in fields(Call))
_AT_ONCE = 500
_NOTHING = Fraction(0)


def put_calls(txn: WriteTxn, calls: Iterable[Told], delivery: int) -> tuple[int, set[tuple[str, int]]]:
    """Store calls; returns how many are new or other than before, and the (feed, day)s that they touch."""
    touched: set[tuple[str, int]] = set()
    changed = 0
    for call, prices in calls:
        body = _body(call)
        known = txn.conn.execute(
            "SELECT body, day FROM usage_call WHERE feed = ? AND key = ?", (call.feed, call.key)
        ).fetchone()
        if known is not None and known[0] == body:
            continue
        changed += 1
        touched |= {(call.feed, call.day)} | ({(call.feed, known[1])} if known else set())
        touched |= _elsewhere(txn.conn, call)
        txn.conn.execute(
            "INSERT OR REPLACE INTO usage_call(feed, key, at, day, body, prices, delivery)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (call.feed, call.key, call.at, call.day, body, _prices(prices), delivery),
        )
    return changed, touched


def derive_days(txn: WriteTxn, touched: Iterable[tuple[str, int]]) -> list[str]:
    """Make the evidence of (feed, day)s anew from their calls; returns customers newly made."""
    made: list[str] = []
    for feed, day in sorted(touched):
        rows = daily_rows(load_calls(txn.conn, feed, day))
        made += replace_evidence(txn, f"{feed}:{day_text(day)}", rows, feed=feed)
    return made


def load_calls(conn: sqlite3.Connection, feed: str, day: int, *, left_out: bool = False) -> Iterator[Told]:
    """The calls of a feed on a UTC day that count, or those that a gateway tells too (``left_out``)."""
    stronger = "EXISTS (SELECT 1 FROM usage_call g WHERE g.feed = ?3 AND g.key = c.key AND c.feed <> ?3)"
    query = (
        "SELECT body, prices FROM usage_call c WHERE feed = ?1 AND day = ?2"  # noqa: S608 (constants)
        f" AND {'' if left_out else 'NOT '}{stronger} ORDER BY key"
    )
    for body, prices in conn.execute(query, (feed, day, GATEWAY)):
        yield _call(body), _priced(prices)


def _elsewhere(conn: sqlite3.Connection, call: Call) -> set[tuple[str, int]]:
    """The (feed, day)s of other feeds that tell the same call."""
    query = "SELECT feed, day FROM usage_call WHERE feed <> ? AND key = ?"
    return {
        (row[0], row[1])
        for feed in FEEDS
        if feed != call.feed
        for row in conn.execute(f"{query} AND feed = ?", (call.feed, call.key, feed))
    }


def call_days(
    conn: sqlite3.Connection, start: int | None = None, end: int | None = None
) -> list[tuple[str, int]]:
    """Every (feed, day) with calls in ``[start, end)``."""
    low, high = -(1 << 40) if start is None else start, 1 << 40 if end is None else end
    query = "SELECT DISTINCT feed, day FROM usage_call WHERE day >= ? AND day < ? ORDER BY feed, day"
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
            query = f"SELECT key FROM usage_call WHERE feed = ? AND key IN ({marks})"  # noqa: S608 (marks)
            found.update(row[0] for row in conn.execute(query, (feed, *some)))
    return found


def has_calls(conn: sqlite3.Connection) -> bool:
    """Whether any call is stored."""
    return conn.execute("SELECT 1 FROM usage_call LIMIT 1").fetchone() is not None


def _body(call: Call) -> str:
    cost = None if call.cost is None else str(call.cost)
    values = [cost if name == "cost" else getattr(call, name) for name in FIELDS]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _call(body: str) -> Call:
    values = dict(zip(FIELDS, json.loads(body), strict=True))
    values["tokens"] = tuple(values["tokens"])
    values["cost"] = None if values["cost"] is None else Fraction(values["cost"])
    return Call(**values)


def _prices(prices: Sequence[Priced]) -> str:
    rows = [[[str(cost) for cost in item.costs], item.currency, item.price, item.basis] for item in prices]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _priced(text: str) -> tuple[Priced, ...]:
    found = []
    for costs, currency, price, basis in json.loads(text):
        a, b, c, d, e = (_NOTHING if cost == "0" else Fraction(cost) for cost in costs)
        found.append(Priced((a, b, c, d, e), currency, price, basis))
    return tuple(found)
