"""Processing fees as cost: one row per fee, and the cost batch of their month that adds them up.

Fees are derived by replacement like revenue, in the same transaction: the fees of some objects go, the
new ones come, and what is different is added to the batch (source, export ``fees``, UTC month). Amounts
are whole minor units, so nothing is rounded and every residual is 0.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter, itemgetter

from turbofinops_tui.economics.money import decimal_text, to_decimal
from turbofinops_tui.economics.periods import month_of_day, month_start, month_text, parse_month
from turbofinops_tui.store import digests
from turbofinops_tui.store.batches import cost_scope
from turbofinops_tui.store.deliveries import DERIVED_KIND, activate_delivery, insert_delivery
from turbofinops_tui.store.open import Store, WriteTxn

EXPORT = "fees"
UNIT = "transactions"
ONE = 10**9
"""a quantity of one, at the store's scale: a key whose fees are all gone has quantity 0"""
_KEY = "source = ? AND account = ? AND livemode = ?"
_COLUMNS = "source_object, id, identity, currency, amount, day, dimension"
_OLD = f"SELECT {_COLUMNS} FROM stripe_fee WHERE {_KEY} AND source_object IN (SELECT value FROM json_each(?))"  # noqa: S608 (constants)
_DELETE = f"DELETE FROM stripe_fee WHERE {_KEY} AND source_object = ? AND id = ?"  # noqa: S608 (constants)
_INSERT = (
    f"INSERT INTO stripe_fee(source, account, livemode, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 (constants)
)
_ACTIVE = (
    "SELECT id, lines, digest FROM ingest_batch"
    " WHERE source = ? AND export = ? AND period = ? AND state = 'active'"
)
_DAYS = "SELECT day, dimension, effective FROM cost_daily WHERE batch = ?"
_TOTALS = "SELECT currency, exact FROM batch_total WHERE batch = ?"
_DERIVED = (EXPORT, "derived")
_TABLES = (("cost_daily", "day"), ("cost_monthly", "month"))
_MANY = 500


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One fee; ``amount`` at store scale, positive is cost; ``dimension`` is interned already."""

    source_object: str
    """the received object that told it: its balance transaction, or the dispute that holds one"""
    id: str
    """the balance transaction"""
    identity: str
    """``stripe:cus_x``, or empty for a fee of the account"""
    currency: str
    amount: int
    day: int
    dimension: int


_VALUES = attrgetter(*FeeRow.__slots__)
Signed = tuple[int, FeeRow]
"""(+1 came or -1 went, the fee)"""


def replace_fees(
    txn: WriteTxn, source: str, account: str, livemode: bool, objects: Sequence[str], rows: Iterable[FeeRow]
) -> bool:
    """Put ``rows`` in the place of all fees of ``objects``; True when one changed."""
    key = (source, account, int(livemode))
    new = set(rows)
    old = {
        FeeRow(*row)
        for start in range(0, len(objects), _MANY)
        for row in txn.conn.execute(_OLD, (*key, json.dumps(objects[start : start + _MANY])))
    }
    gone, fresh = old - new, new - old
    if not gone and not fresh:
        return False
    txn.conn.executemany(_DELETE, [(*key, row.source_object, row.id) for row in gone])
    txn.conn.executemany(_INSERT, [(*key, *_VALUES(row)) for row in fresh])
    months: dict[int, list[Signed]] = defaultdict(list)
    for sign, changed in ((-1, gone), (1, fresh)):
        for row in changed:
            months[month_of_day(row.day)].append((sign, row))
    for month in sorted(months):
        _change_month(txn, source, month, months[month])
    return True


def fees_on(conn: sqlite3.Connection, start: int, end: int) -> Iterator[tuple[str, str, int, int]]:
    """(source, balance transaction, day, dimension) of every fee of the days ``[start, end)``."""
    yield from conn.execute(
        "SELECT source, id, day, dimension FROM stripe_fee WHERE day >= ? AND day < ?", (start, end)
    )


def rebuild_fees(store: Store) -> int:
    """Add every batch of fees up again from its fees; returns how many were different."""
    with store.read() as conn:
        found = _fees_by_month(conn)
        keys = set(found) | set(
            conn.execute("SELECT source, period FROM ingest_batch WHERE export = ? AND engine = ?", _DERIVED)
        )
    return sum(_rebuild_month(store, source, period) for source, period in sorted(keys))


def _rebuild_month(store: Store, source: str, period: str) -> bool:
    with store.write("rebuild fees") as txn:
        rows = _fees_by_month(txn.conn, source, period).get((source, period), [])
        batch = txn.conn.execute(_ACTIVE, (source, EXPORT, period)).fetchone()
        if batch is not None and _adds_up(txn.conn, batch[0], rows):
            return False
        if batch is not None:
            _drop(txn, batch[0])
            digests.write(txn.conn, cost_scope(source, EXPORT, period), "")
        if rows:
            _change_month(txn, source, parse_month(period), [(1, row) for row in rows])
    return True


def _fees_by_month(
    conn: sqlite3.Connection, source: str = "", period: str = ""
) -> dict[tuple[str, str], list[FeeRow]]:
    start, end = -(10**9), 10**9
    if period:
        month = parse_month(period)
        start, end = month_start(month), month_start(month + 1)
    found: dict[tuple[str, str], list[FeeRow]] = defaultdict(list)
    for of, *row in conn.execute(
        f"SELECT source, {_COLUMNS} FROM stripe_fee"  # noqa: S608 (constants)
        " WHERE (?1 = '' OR source = ?1) AND day >= ?2 AND day < ?3",
        (source, start, end),
    ):
        fee = FeeRow(*row)
        found[of, month_text(month_of_day(fee.day))].append(fee)
    return found


def _adds_up(conn: sqlite3.Connection, batch: int, rows: Sequence[FeeRow]) -> bool:
    """Whether a batch says what its fees say, in days, months, totals, lines and digest."""
    daily: Counter[tuple[int, int]] = Counter()
    sums: Counter[str] = Counter()
    for row in rows:
        daily[row.day, row.dimension] += row.amount
        sums[row.currency] += row.amount
    stored = {(day, key): units for day, key, units in conn.execute(_DAYS, (batch,))}
    monthly = conn.execute("SELECT sum(effective), sum(quantity) FROM cost_monthly WHERE batch = ?", (batch,))
    totals = {(row[0], Decimal(row[1])) for row in conn.execute(_TOTALS, (batch,))}
    digest = digests.multiset_digest(map(_fact, rows))
    head = conn.execute("SELECT lines, digest FROM ingest_batch WHERE id = ?", (batch,)).fetchone()
    return (
        stored == daily
        and monthly.fetchone() == (sum(sums.values()), len(rows) * ONE)
        and totals == {(currency, to_decimal(units, currency)) for currency, units in sums.items()}
        and head == (len(rows), digest)
    )


def _change_month(txn: WriteTxn, source: str, month: int, changes: Sequence[Signed]) -> None:
    batch, lines, digest = _batch(txn, source, month)
    _change_rows(txn, batch, month, changes)
    _change_totals(txn, batch, changes)
    delta = sum(sign * digests.fact_hash(_fact(row)) for sign, row in changes)
    txn.add_facts(cost_scope(source, EXPORT, month_text(month)), delta)
    lines += sum(map(itemgetter(0), changes))
    if not lines:
        _drop(txn, batch)
        return
    digest = digests.digest_text((int(digest or "0", 16) + delta) % digests.MODULUS)
    txn.conn.execute(
        "UPDATE ingest_batch SET lines = ?1, digest = ?2,"
        " first_day = (SELECT min(day) FROM cost_daily WHERE batch = ?3),"
        " last_day = (SELECT max(day) FROM cost_daily WHERE batch = ?3) WHERE id = ?3",
        (lines, digest, batch),
    )


def _fact(row: FeeRow) -> tuple[object, ...]:
    """What a fee says, without where it was told or how the store numbers it."""
    return (row.id, row.identity, row.currency, row.amount, row.day)


def _batch(txn: WriteTxn, source: str, month: int) -> tuple[int, int, str]:
    """(id, lines, digest) of the batch of the source's fees of one month, begun when there is none."""
    period = month_text(month)
    row = txn.conn.execute(_ACTIVE, (source, EXPORT, period)).fetchone()
    if row is not None:
        return row[0], row[1], row[2]
    cursor = txn.conn.execute(
        "INSERT INTO ingest_batch(delivery, source, export, period, lines, digest, engine, state)"
        " VALUES (?, ?, ?, ?, 0, '', 'derived', 'active')",
        (_delivery(txn, source), source, EXPORT, period),
    )
    return int(cursor.lastrowid or 0), 0, ""


def _delivery(txn: WriteTxn, source: str) -> int:
    """What stands for a delivery behind derived batches: nobody brought them, nobody can undo them."""
    row = txn.conn.execute(
        "SELECT id FROM delivery WHERE kind = ? AND source = ?", (DERIVED_KIND, source)
    ).fetchone()
    if row is not None:
        return int(row[0])
    number = insert_delivery(txn, DERIVED_KIND, source, EXPORT, [], {})
    activate_delivery(txn, number, 0, [])
    return number


def _change_rows(txn: WriteTxn, batch: int, month: int, changes: Sequence[Signed]) -> None:
    daily: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    monthly: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for sign, row in changes:
        for sums in (daily[row.day, row.dimension], monthly[month, row.dimension]):
            sums[0] += sign * row.amount
            sums[1] += sign * ONE
    for (table, unit), found in zip(_TABLES, (daily, monthly), strict=True):
        txn.conn.executemany(
            f"INSERT INTO {table}(batch, {unit}, dimension, effective, billed, quantity)"  # noqa: S608 (constants)
            " VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT DO UPDATE SET effective = effective + ?4,"
            " billed = billed + ?4, quantity = quantity + ?5",
            [(batch, *place, *sums) for place, sums in found.items()],
        )
        txn.conn.executemany(
            f"DELETE FROM {table} WHERE batch = ? AND {unit} = ? AND dimension = ? AND quantity = 0",  # noqa: S608 (constants)
            [(batch, *place) for place in found],
        )


def _change_totals(txn: WriteTxn, batch: int, changes: Sequence[Signed]) -> None:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for sign, row in changes:
        sums[row.currency][0] += sign * row.amount
        sums[row.currency][1] += sign
    for currency, (units, lines) in sums.items():
        known = txn.conn.execute(
            "SELECT exact, lines FROM batch_total WHERE batch = ? AND currency = ? LIMIT 1", (batch, currency)
        ).fetchone() or ("0", 0)
        text = decimal_text(Decimal(known[0]) + to_decimal(units, currency))
        key = (batch, currency)
        txn.conn.execute("DELETE FROM batch_total WHERE batch = ? AND currency = ?", key)
        if known[1] + lines:
            txn.conn.executemany(
                "INSERT INTO batch_total(batch, currency, cost, exact, stored, residual, lines)"
                " VALUES (?1, ?2, ?3, ?4, ?4, '0', ?5)",
                [(*key, cost, text, known[1] + lines) for cost in ("effective", "billed")],
            )


def _drop(txn: WriteTxn, batch: int) -> None:
    """A month without fees has no batch."""
    for table in ("cost_daily", "cost_monthly", "batch_total"):
        txn.conn.execute(f"DELETE FROM {table} WHERE batch = ?", (batch,))  # noqa: S608 (constants)
    txn.conn.execute("DELETE FROM ingest_batch WHERE id = ?", (batch,))
