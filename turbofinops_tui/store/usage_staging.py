"""The calls of one file on their way in: stored batch by batch, counted at once or not at all.

Every batch is a transaction of its own under the staged delivery, which no read sees
(``store.usage_calls.COUNTS``). Publishing writes the daily rows alone. They were added up on the way, so that
a day needs no call read again unless something else has calls of it. A crash leaves a staged delivery, which
the next run removes with its calls.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from turbofinops_tui.economics.calls import CallSums
from turbofinops_tui.store.evidence import Prepared, prepared, replace_scopes
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.usage_calls import (
    CallRow,
    Told,
    call_rows,
    derive_days,
    insert_rows,
    put_row,
    scope_of,
)

AT_ONCE = 500
MOST_SUMS = 200_000
"""daily rows that are added up in memory; with more, days are read from the stored calls"""


class StagedCalls:
    """The calls of one feed from one delivery; a context for ``add``, then ``publish`` in the caller's
    transaction."""

    def __init__(self, store: Store, delivery: int, feed: str) -> None:
        self._store, self._delivery, self._feed = store, delivery, feed
        self._sums: CallSums | None = CallSums()
        self._days: set[int] = set()
        self._read: set[int] = set()
        """days that have to be read from the stored calls"""
        self._other: dict[str, CallRow] = {}
        """rows in the place of calls that count already; few: corrections of earlier files"""
        self._ready: dict[int, Prepared] = {}
        self.calls = self.new = 0
        """ids that were told (one of an earlier file once a batch); those new or other than before"""

    def add(self, told: Sequence[Told]) -> None:
        """Store some calls; of rows with one id the last counts."""
        latest = {call.key: (call, prices) for call, prices in told}
        rows = call_rows(latest.values(), self._delivery)
        with self._store.write("stage calls", durable=False) as txn:
            known = self._known(txn.conn, list(latest))
            insert_rows(txn, [row for row in rows if self._staged(row, latest[row[1]], known.get(row[1]))])
        if self._sums is not None and self._sums.size > MOST_SUMS:
            self._sums = None

    def _staged(self, row: CallRow, told: Told, known: tuple[str, int, int, str] | None) -> bool:
        """Whether a row goes in now; a call that counts already waits, or is the same."""
        _, key, _, day, body, _, _ = row
        if known is None:
            self.calls += 1
            self.new += 1
            self._days.add(day)
            if self._sums is not None:
                self._sums.add(*told)
            return True
        old, old_day, delivery, state = known
        if delivery == self._delivery:  # told further up in the file
            if old != body:
                self._days |= {day, old_day}
                self._read |= {day, old_day}
            return old != body
        self.calls += key not in self._other
        if state == "staged" or old != body:
            self._other[key] = row
        else:
            self._other.pop(key, None)
        return False

    def _known(self, conn: sqlite3.Connection, keys: Sequence[str]) -> dict[str, tuple[str, int, int, str]]:
        """id -> (body, day, delivery, its state) of those that are stored."""
        found: dict[str, tuple[str, int, int, str]] = {}
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            query = (
                "SELECT c.key, c.body, c.day, c.delivery, d.state FROM usage_call c"  # noqa: S608 (marks)
                " JOIN delivery d ON d.id = c.delivery"
                f" WHERE c.feed = ? AND c.key IN ({', '.join('?' * len(some))})"
            )
            found.update((row[0], row[1:]) for row in conn.execute(query, (self._feed, *some)))
        return found

    def prepare(self) -> None:
        """Make the daily rows ready, before the lock is taken for ``publish``."""
        if self._sums is not None:
            self._ready = {day: prepared(self._sums.rows(day)) for day in sorted(self._days - self._read)}

    def publish(self, txn: WriteTxn) -> tuple[set[tuple[str, int]], list[str]]:
        """Make the daily rows; the delivery is active by now.

        Returns the (feed, day)s touched and the customers newly made.
        """
        touched = self._replace(txn)
        elsewhere = self._elsewhere(txn.conn)
        again = {day for feed, day in touched if feed == self._feed} | self._read
        whole = {
            scope_of(self._feed, day): ready
            for day, ready in self._ready.items()
            if day not in again and self._alone(txn.conn, day)
        }
        touched |= elsewhere | {(self._feed, day) for day in self._days | again}
        made = replace_scopes(txn, whole, feed=self._feed) if whole else []
        rest = {(feed, day) for feed, day in touched if scope_of(feed, day) not in whole}
        return touched, made + derive_days(txn, rest)

    def _replace(self, txn: WriteTxn) -> set[tuple[str, int]]:
        """Put the rows that waited in the place of those that count; returns the (feed, day)s they touch."""
        touched: set[tuple[str, int]] = set()
        for row in self._other.values():
            self.new += put_row(txn, row, touched)
        return touched

    def _elsewhere(self, conn: sqlite3.Connection) -> set[tuple[str, int]]:
        """The (feed, day)s of calls that another feed tells under the same id."""
        others = conn.execute("SELECT 1 FROM usage_call WHERE feed <> ? LIMIT 1", (self._feed,)).fetchone()
        if others is None:
            return set()
        query = (
            "SELECT DISTINCT c.day, o.feed, o.day FROM usage_call c JOIN usage_call o"
            " ON o.key = c.key AND o.feed <> c.feed WHERE c.delivery = ?"
        )
        found = conn.execute(query, (self._delivery,)).fetchall()
        self._read.update(row[0] for row in found)
        return {(row[1], row[2]) for row in found}

    def _alone(self, conn: sqlite3.Connection, day: int) -> bool:
        """Whether the calls of a day are those that were added up here, no more and no fewer."""
        query = (
            "SELECT count(*), coalesce(sum(delivery = ?), 0) FROM usage_call INDEXED BY usage_call_day"
            " WHERE day = ? AND feed = ?"
        )
        stored, own = conn.execute(query, (self._delivery, day, self._feed)).fetchone()
        added = self._sums.calls.get(day, 0) if self._sums is not None else -1
        return int(stored) == int(own) == added
