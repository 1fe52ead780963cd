"""Revenue rows: derived by replacement, one source object at a time (architecture.md, In)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from turbofinops_tui.economics.types import Rate, Revenue
from turbofinops_tui.store.digests import fact_hash
from turbofinops_tui.store.open import WriteTxn


@dataclass(frozen=True, slots=True)
class RevenueRow:
    """One row of ``revenue_event`` (models.tables.RevenueEvent); amounts at store scale, days as numbers.

    ``rate_*`` are the invoice's own exact rate as decimal integers in text, empty without one.
    """

    source: str
    account: str
    livemode: bool
    source_object: str
    """``in_1``, ``ch_1``, or the id of an imported row"""
    part: str
    """what tells rows of one object apart (line id, payment id)"""
    kind: str
    basis: str
    identity: str
    currency: str
    amount: int
    period_start: int
    period_end: int
    occurred_at: int
    """day"""
    product: str = ""
    price: str = ""
    plan: str = ""
    feature: str = ""
    estimated: bool = False
    credit_applied: bool = False
    convert_group: str = ""
    convert_sequence: int = 0
    rate_numerator: str = ""
    rate_denominator: str = ""
    rate_currency: str = ""
    rate_day: int = 0
    stripeEventId: str = ""
    position: str = ""
    delivery: int | None = None
    mrr: int = 0
    """a subscription line per month, while its period lasts"""


_COLUMNS = tuple(field.name for field in fields(RevenueRow))
_VALUES: Callable[[RevenueRow], tuple[Any, ...]] = attrgetter(*_COLUMNS)
_BOOLEANS = tuple(map(_COLUMNS.index, ("livemode", "estimated", "credit_applied")))
_FACTS = _COLUMNS.index("stripeEventId")
"""the three before the last tell where a row came from; the same money on another path is the same fact"""
_SELECT = ", ".join(_COLUMNS)
_INSERT = f"INSERT INTO revenue_event({_SELECT}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 (constants)
_OF_OBJECT = " WHERE source = ? AND account = ? AND livemode = ? AND source_object = ?"
_MANY = 500
_OF_MANY = (
    f"SELECT {_SELECT} FROM revenue_event WHERE source = ? AND account = ? AND livemode = ?"  # noqa: S608 (constants)
    " AND source_object IN (SELECT value FROM json_each(?))"
)
_DELETE_ROW = f"DELETE FROM revenue_event{_OF_OBJECT} AND part = ? AND kind = ? AND basis = ?"  # noqa: S608 (constants)
REVENUE_COLUMNS = (
    "SELECT source, identity, kind, basis, currency, amount, period_start, period_end, product, plan,"
    " feature, estimated, credit_applied, convert_group, convert_sequence,"
    " iif(rate_numerator = '', '', rate_numerator || ' ' || rate_denominator || ' ' || rate_currency"
    " || ' ' || rate_day),"
    " rate_day, source_object, stripeEventId, mrr FROM revenue_event"
)
"""the fields of ``Revenue`` in their order, the rate as ``rate_of`` reads it"""
REVENUE_STRETCH = f"{REVENUE_COLUMNS} WHERE id >= ? AND id < ? ORDER BY id"


def scope(source: str) -> str:
    """The scope of a revenue source in the facts id."""
    return f"revenue:{source}"


def replace_rows(
    txn: WriteTxn, source: str, account: str, livemode: bool, source_object: str, rows: Sequence[RevenueRow]
) -> bool:
    """Put ``rows`` in the place of all rows of one source object; True when a fact changed.

    No rows: the object gives no revenue (any more). Rows must carry the same key.
    """
    key = (source, account, int(livemode), source_object)
    old = txn.conn.execute(f"SELECT {_SELECT} FROM revenue_event{_OF_OBJECT}", key).fetchall()  # noqa: S608 (constants)
    new = [_stored(row) for row in rows]
    if any(row[:4] != key for row in new):
        raise ValueError(f"rows of another object than {source_object}")
    if sorted(map(str, old)) == sorted(map(str, new)):
        return False
    if old:
        txn.conn.execute(f"DELETE FROM revenue_event{_OF_OBJECT}", key)  # noqa: S608 (constants)
    txn.conn.executemany(_INSERT, new)
    delta = _facts(new) - _facts(old)
    if delta:
        txn.add_facts(scope(source), delta)
    return delta != 0


def replace_many(
    txn: WriteTxn,
    source: str,
    account: str,
    livemode: bool,
    objects: Sequence[str],
    rows: Sequence[RevenueRow],
) -> bool:
    """``replace_rows`` for several objects of one account in one go; True when a fact changed.

    ``rows`` belong to ``objects``; an object without rows gives no revenue (any more).
    """
    key = (source, account, int(livemode))
    known = set(objects)
    new = [_stored(row) for row in rows]
    if any(row[:3] != key or row[3] not in known for row in new):
        raise ValueError("rows of other objects")
    old = [
        row
        for start in range(0, len(objects), _MANY)
        for row in txn.conn.execute(_OF_MANY, (*key, json.dumps(objects[start : start + _MANY])))
    ]
    kept = set(old).intersection(new)
    gone = [row for row in old if row not in kept]
    fresh = [row for row in new if row not in kept]
    txn.conn.executemany(_DELETE_ROW, [row[:7] for row in gone])
    txn.conn.executemany(_INSERT, fresh)
    delta = _facts(fresh) - _facts(gone)
    if delta:
        txn.add_facts(scope(source), delta)
    return delta != 0


def remove_source(txn: WriteTxn, source: str) -> int:
    """Remove every row of a source; returns how many there were."""
    txn.flush_facts()
    removed = txn.conn.execute("DELETE FROM revenue_event WHERE source = ?", (source,)).rowcount
    txn.conn.execute("DELETE FROM fact_digest WHERE scope = ?", (scope(source),))
    return removed


def load_revenue(conn: sqlite3.Connection) -> Iterator[Revenue]:
    """Every revenue fact as a value, one at a time; books read the same rows as columns."""
    for row in map(list, conn.execute(f"{REVENUE_COLUMNS} ORDER BY id")):
        row[11:13], row[15] = map(bool, row[11:13]), rate_of(row[15])
        yield Revenue(*row)


def rate_of(text: str) -> Rate | None:
    """The invoice's own rate from ``NUMERATOR DENOMINATOR CURRENCY DAY``; None from an empty text."""
    if not text:
        return None
    numerator, denominator, currency, day = text.split(" ")
    return Rate(int(numerator), int(denominator), currency, int(day))


def revenue_digests(conn: sqlite3.Connection) -> dict[str, int]:
    """The digest of each revenue source counted anew from the rows (check, rebuild)."""
    sums: dict[str, int] = {}
    for row in conn.execute(f"SELECT {_SELECT} FROM revenue_event"):  # noqa: S608 (constants)
        sums[row[0]] = sums.get(row[0], 0) + _fact(row)
    return sums


def _stored(row: RevenueRow) -> tuple[Any, ...]:
    values = list(_VALUES(row))
    for place in _BOOLEANS:
        values[place] = int(values[place])
    return tuple(values)


def _facts(rows: Iterable[Sequence[object]]) -> int:
    return sum(map(_fact, rows))


def _fact(row: Sequence[object]) -> int:
    # mrr counts where there is one, so that rows without have the digest that they had before it came
    return fact_hash((*row[:_FACTS], row[-1]) if row[-1] else row[:_FACTS])
