"""Usage evidence in the store: daily rows replaced scope by scope, their digests part of the facts id.

A scope is whatever its importer replaces as a whole: a file, or a day of a feed. Rows say who was found,
not who that is: identities are looked up when books load, so saying one never reads evidence again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from turbofinops_tui.economics.links import Directory
from turbofinops_tui.economics.usage import USAGE_MEASURES, EvidenceKey, EvidenceRow
from turbofinops_tui.errors import DataError
from turbofinops_tui.store.customers import load_customers, load_identities, register_unconfirmed
from turbofinops_tui.store.digests import MODULUS, digest_text, fact_hash, write
from turbofinops_tui.store.open import WriteTxn

PREFIX = "evidence:"
KEY = ", ".join(item.name for item in fields(EvidenceKey))
_COSTS = "cost_input, cost_cache_read, cost_cache_write, cost_output, cost_whole"
VALUES = f"{', '.join(USAGE_MEASURES)}, {_COSTS}"
_COUNT = len(fields(EvidenceKey))
_told = attrgetter(*(item.name for item in fields(EvidenceKey)))
_MOST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """All evidence of a scope, added up by (day, key), with its digest: made before the lock is taken."""

    rows: Mapping[tuple[int, EvidenceKey], tuple[int, ...]]
    digest: str


def prepared(rows: Iterable[EvidenceRow]) -> Prepared:
    """Rows of one day and key added up. DataError when a sum does not fit the store."""
    summed = _summed(rows)
    return Prepared(summed, digest_text(_digest(summed)))


def replace_evidence(
    txn: WriteTxn,
    scope: str,
    rows: Iterable[EvidenceRow],
    *,
    feed: str,
    reading: str = "",
    delivery: int | None = None,
) -> list[str]:
    """Make ``rows`` all the evidence of ``scope``; returns the references of customers newly made.

    Rows of one day and key are added up; no rows removes the scope. ``reading`` is the id of the rules of
    reading (``store.reading``) that resolved them. A value that means nobody becomes an unconfirmed
    customer. DataError when a sum does not fit the store.
    """
    one = {scope: prepared(rows)}
    return replace_scopes(txn, one, feed=feed, reading=reading, delivery=delivery)


def replace_scopes(
    txn: WriteTxn,
    scopes: Mapping[str, Prepared],
    *,
    feed: str,
    reading: str = "",
    delivery: int | None = None,
) -> list[str]:
    """``replace_evidence`` of many scopes at once; keys and customers are looked up once for all of them."""
    ids = _interned(txn.conn, {key for scope in scopes.values() for _, key in scope.rows})
    marks = ", ".join("?" * (len(VALUES.split(",")) + 3))
    insert = f"INSERT INTO evidence_daily(scope, day, key, {VALUES}) VALUES ({marks})"  # noqa: S608 (constants)
    for name, scope in scopes.items():
        number = txn.conn.execute("SELECT id FROM evidence_scope WHERE name = ?", (name,)).fetchone()
        if number is not None:
            txn.conn.execute("DELETE FROM evidence_daily WHERE scope = ?", number)
            txn.conn.execute("DELETE FROM evidence_scope WHERE id = ?", number)
        write(txn.conn, PREFIX + name, scope.digest)
        if scope.rows:
            number = txn.conn.execute(
                "INSERT INTO evidence_scope(name, feed, reading, delivery) VALUES (?, ?, ?, ?) RETURNING id",
                (name, feed, reading, delivery),
            ).fetchone()
            found = ((number[0], day, ids[key], *values) for (day, key), values in scope.rows.items())
            txn.conn.executemany(insert, sorted(found))
    origin = next((name for name, scope in scopes.items() if scope.rows), "")
    return register_used(txn, ids, f"evidence:{origin}")


def load_evidence(
    conn: sqlite3.Connection, start: int | None = None, end: int | None = None, scope: str | None = None
) -> Iterator[EvidenceRow]:
    """The rows of the days ``[start, end)``, all days without, or of one scope; by day, scope and key."""
    query = (
        f"SELECT d.day, {', '.join('k.' + name.strip() for name in KEY.split(','))}, {VALUES}"  # noqa: S608
        " FROM evidence_daily d JOIN evidence_key k ON k.id = d.key JOIN evidence_scope s ON s.id = d.scope"
        " WHERE d.day >= ?1 AND d.day < ?2 AND (?3 IS NULL OR s.name = ?3) ORDER BY d.day, s.name, d.key"
    )
    low, high = -(1 << 40) if start is None else start, 1 << 40 if end is None else end
    for row in conn.execute(query, (low, high, scope)):
        key = EvidenceKey(*row[1 : 1 + _COUNT])
        values = row[1 + _COUNT :]
        yield EvidenceRow(row[0], key, values[: len(USAGE_MEASURES)], values[len(USAGE_MEASURES) :])


def evidence_scopes(conn: sqlite3.Connection) -> dict[str, tuple[str, str, int | None]]:
    """Scope -> (feed, id of the reading that resolved it, delivery)."""
    query = "SELECT name, feed, reading, delivery FROM evidence_scope ORDER BY name"
    return {row[0]: (row[1], row[2], row[3]) for row in conn.execute(query)}


def evidence_digests(conn: sqlite3.Connection) -> dict[str, str]:
    """Scope of the facts id -> digest, counted anew from the rows (check, rebuild)."""
    return {
        PREFIX + scope: digest_text(
            _digest({(row.day, row.key): _values(row) for row in load_evidence(conn, scope=scope)})
        )
        for scope in evidence_scopes(conn)
    }


def _values(row: EvidenceRow) -> tuple[int, ...]:
    return row.measures + row.costs


def _summed(rows: Iterable[EvidenceRow]) -> dict[tuple[int, EvidenceKey], tuple[int, ...]]:
    """Rows of one day and key added up; those of zeros alone are left out."""
    sums: dict[tuple[int, EvidenceKey], tuple[int, ...]] = {}
    for row in rows:
        place, values = (row.day, row.key), _values(row)
        known = sums.get(place)
        sums[place] = values if known is None else tuple(map(sum, zip(known, values, strict=True)))
    if any(max(values) > _MOST or min(values) < -_MOST for values in sums.values()):
        raise DataError(
            "a day of usage evidence is too large to store",
            "look for a wrong unit in the durations or tokens",
        )
    return {place: values for place, values in sums.items() if any(values)}


def _digest(summed: Mapping[tuple[int, EvidenceKey], Sequence[int]]) -> int:
    facts = ([day, *_told(key), *values] for (day, key), values in summed.items())
    return sum(map(fact_hash, facts)) % MODULUS


def _interned(conn: sqlite3.Connection, keys: Iterable[EvidenceKey]) -> dict[EvidenceKey, int]:
    marks = ", ".join("?" * _COUNT)
    found = {}
    for key in keys:
        values = _told(key)
        conn.execute(f"INSERT INTO evidence_key({KEY}) VALUES ({marks}) ON CONFLICT DO NOTHING", values)  # noqa: S608
        query = f"SELECT id FROM evidence_key WHERE ({KEY}) = ({marks})"  # noqa: S608 (constants)
        found[key] = int(conn.execute(query, values).fetchone()[0])
    return found


def register_used(txn: WriteTxn, keys: Iterable[EvidenceKey], origin: str) -> list[str]:
    """Make an unconfirmed customer of every value that means nobody yet."""
    values = {(key.customer_kind, key.customer) for key in keys if key.customer}
    if not values:
        return []
    directory = Directory(load_customers(txn.conn), load_identities(txn.conn), ())
    unknown = [value for kind, value in values if directory.find(identity_kind(kind), value) is None]
    return register_unconfirmed(txn, unknown, origin)


def identity_kind(customer_kind: str) -> str:
    """The kind that ``Directory.find`` takes for a row's customer."""
    return "" if customer_kind == "reference" else customer_kind
