"""Findings: what was kept honestly although something is wrong with it; values, not exceptions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal

from turbofinops_tui.economics.money import decimal_text, parse_decimal
from turbofinops_tui.store.open import WriteTxn

_EXACT = Context(prec=400)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that wants attention; (kind, source, key) names it across deliveries.

    ``amount`` is decimal text in major units of ``currency``, empty when no money is at stake.
    """

    kind: str
    key: str
    source: str = ""
    detail: str = ""
    position: str = ""
    """``file:line`` of the first occurrence"""
    amount: str = ""
    currency: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding as stored, with its id, state and first day."""

    id: int
    finding: Finding
    delivery: int | None
    state: str
    first_seen: str


def record_findings(txn: WriteTxn, findings: Iterable[Finding], delivery: int | None = None) -> None:
    """Store findings; one seen before keeps its id, state and first day, and gets today's figures."""
    txn.conn.executemany(
        "INSERT INTO finding(kind, key, source, detail, position, amount, currency, count, delivery,"
        " first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(kind, source, key) DO UPDATE SET detail = excluded.detail,"
        " position = excluded.position, amount = excluded.amount, currency = excluded.currency,"
        " count = excluded.count, delivery = excluded.delivery",
        [
            (
                item.kind, item.key, item.source, item.detail, item.position, item.amount, item.currency,
                item.count, delivery, txn.now,
            )
            for item in findings
        ],
    )  # fmt: skip


def drop_findings(txn: WriteTxn, delivery: int) -> None:
    """Remove the open findings of a delivery that no longer counts."""
    txn.conn.execute("DELETE FROM finding WHERE delivery = ? AND state = 'open'", (delivery,))


def close_finding(txn: WriteTxn, kind: str, source: str, key: str) -> None:
    """Remove an open finding whose cause is gone."""
    txn.conn.execute(
        "DELETE FROM finding WHERE kind = ? AND source = ? AND key = ? AND state = 'open'",
        (kind, source, key),
    )


def load_findings(conn: sqlite3.Connection, kind: str = "") -> list[StoredFinding]:
    """All findings by id, or those of one kind."""
    query = (
        "SELECT id, kind, key, source, detail, position, amount, currency, count, delivery, state, first_seen"
        " FROM finding WHERE ?1 = '' OR kind = ?1 ORDER BY id"
    )
    return [
        StoredFinding(row[0], Finding(*row[1:9]), row[9], row[10], row[11])
        for row in conn.execute(query, (kind,))
    ]


def load_left_out(conn: sqlite3.Connection) -> list[tuple[str, str, int, str, str]]:
    """(key, source, different values, currency, what they carried) of tag keys that the rollup left out."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    values: dict[tuple[str, str, str], int] = {}
    for key, source, count, currency, text in conn.execute(
        "SELECT t.key, b.source, t.distinct_values, t.currency, t.effective FROM left_out_tag t"
        " JOIN ingest_batch b ON b.id = t.batch WHERE b.state = 'active' ORDER BY b.source, t.key"
    ):
        name = (key, source, currency)
        sums[name] = _EXACT.add(sums.get(name, Decimal(0)), parse_decimal(text))
        values[name] = max(values.get(name, 0), count)
    return [
        (key, source, values[key, source, code], code, decimal_text(total))
        for (key, source, code), total in sums.items()
    ]
