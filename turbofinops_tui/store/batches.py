"""Bulk cost: staged in short transactions, made valid by one (trust.md 2).

A batch is one (source, export, billing period) of a delivery. Its rows go in
while it is *staged* and no read sees it; publishing retires the batch that it
replaces, and writes digests, findings, new customers and the audit row in the
same transaction. Rows of retired batches are collected afterwards.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.errors import ConflictError, DataError, StoreError
from turbofinops_tui.store import digests
from turbofinops_tui.store.collect import collect_retired
from turbofinops_tui.store.customers import register_unconfirmed
from turbofinops_tui.store.deliveries import (
    FileRecord,
    abandon_delivery,
    activate_delivery,
    begin_delivery,
    hold,
    load_delivery,
    release,
)
from turbofinops_tui.store.dimensions import DimensionKey, intern_dimensions, intern_tag_sets, tags_json
from turbofinops_tui.store.findings import Finding, drop_findings, record_findings
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.pace import Pace
from turbofinops_tui.store.packs import pack_staged

__all__ = [
    "BatchChange",
    "BatchTotal",
    "DimensionKey",
    "FileRecord",
    "Finding",
    "LeftOutTag",
    "Reread",
    "StagedBatch",
    "abandon_delivery",
    "begin_delivery",
    "changes_of",
    "collect_retired",
    "cost_scope",
    "intern_dimensions",
    "intern_tag_sets",
    "publish_delivery",
    "remove_delivery",
    "stage_batch",
    "tags_json",
]

Also = Callable[[WriteTxn, int], object]
"""(transaction, delivery): writes what stands and falls with it"""
Figures = dict[tuple[str, str], Decimal]
"""(currency, effective|billed) -> exact source total in major units"""


@dataclass(frozen=True, slots=True)
class BatchTotal:
    """The proof of one batch, currency and cost basis, in major units: exact - stored = residual."""

    currency: str
    cost: Literal["effective", "billed"]
    exact: Decimal
    stored: Decimal
    residual: Decimal
    lines: int


@dataclass(frozen=True, slots=True)
class LeftOutTag:
    """A tag key that the cardinality guard left out, with the effective cost that carried it."""

    key: str
    distinct_values: int
    currency: str
    effective: Decimal


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """A batch without its rows. ``digest`` names the content (dimension attributes, days, amounts,
    totals), never row ids, so that the same delivery has the same digest in every store."""

    period: str
    """billing period ``YYYY-MM``"""
    lines: int
    first_day: int | None
    last_day: int | None
    digest: str
    engine: str
    totals: Sequence[BatchTotal]
    left_out: Sequence[LeftOutTag] = ()


@dataclass(frozen=True, slots=True)
class BatchChange:
    """What publishing a batch changes: totals and lines of its period before and after."""

    source: str
    export: str
    period: str
    old: Figures
    new: Figures
    old_lines: int
    new_lines: int
    same: bool
    """the content is what was there already"""

    def facts(self) -> dict[str, object]:
        """The change as audit facts."""
        return {
            "period": self.period,
            "lines": [self.old_lines, self.new_lines],
            "totals": {
                f"{currency} {cost}": [
                    decimal_text(self.old.get((currency, cost), Decimal(0))),
                    decimal_text(self.new.get((currency, cost), Decimal(0))),
                ]
                for currency, cost in sorted({*self.old, *self.new})
            },
        }


@dataclass(frozen=True, slots=True)
class Reread:
    """After an undo: the earlier delivery whose files hold these periods, to be read again."""

    delivery: int
    source: str
    export: str
    periods: list[str] = field(default_factory=list)


def cost_scope(source: str, export: str, period: str) -> str:
    """The scope of a batch in the facts id; colons inside names are escaped."""
    parts = (part.replace("%", "%25").replace(":", "%3A") for part in (source, export, period))
    return "cost:" + ":".join(parts)


def stage_batch(
    store: Store,
    delivery: int,
    batch: StagedBatch,
    daily: Iterable[tuple[int, int, int, int, int]],
    monthly: Iterable[tuple[int, int, int, int, int]],
) -> int:
    """Store a batch that no read sees yet; returns its id.

    ``daily`` is (day, dimension, effective, billed, quantity), best in key order;
    ``monthly`` the same by month. DataError when an amount does not fit int64.
    """
    hold(store, delivery)
    with store.write("stage batch", durable=False) as txn:
        number = _insert_batch(txn, delivery, batch)
    pace = Pace()
    for table, unit, rows in (("cost_daily", "day", daily), ("cost_monthly", "month", monthly)):
        statement = (
            f"INSERT INTO {table}(batch, {unit}, dimension, effective, billed, quantity)"  # noqa: S608 (constants)
            f" VALUES ({number}, ?, ?, ?, ?, ?)"
        )
        for chunk in pace.chunks(rows):
            try:
                with store.write("stage rows", durable=False) as txn, pace.measured():
                    _require_staged(txn, delivery, number)
                    txn.conn.executemany(statement, chunk)
            except OverflowError:
                hint = "amounts are limited to about nine billion a key"
                raise DataError("an amount is too large to store", hint) from None
    pack_staged(store, number)
    return number


def publish_delivery(
    store: Store,
    delivery: int,
    warnings: Sequence[str],
    findings: Sequence[Finding],
    new_customers: Iterable[str] = (),
    also: Also | None = None,
) -> list[BatchChange]:
    """Make a staged delivery count, in one short transaction; returns old and new totals per period.

    A delivery that was read again (rebuild, undo) keeps its own lines and warnings. ``also`` writes what
    stands and falls with it (a cursor) into the same transaction.
    """
    with store.write("publish delivery") as txn:
        _require_staged(txn, delivery)
        changes = changes_of(txn.conn, delivery)
        replaced = _activate_batches(txn, delivery)
        kind, source, export, state = txn.conn.execute(
            "SELECT kind, source, export, state FROM delivery WHERE id = ?", (delivery,)
        ).fetchone()
        activate_delivery(txn, delivery, sum(change.new_lines for change in changes), warnings)
        _mark_replaced(txn, replaced)
        record_findings(txn, findings, delivery)
        added = register_unconfirmed(txn, new_customers, f"delivery:{delivery}")
        if also is not None:
            also(txn, delivery)
        after: dict[str, object] = {
            "kind": kind, "source": source, "export": export, "replaces": sorted(replaced),
            "periods": [change.facts() for change in changes], "unconfirmed": len(added),
        }  # fmt: skip
        action = "import" if state == "staged" else "read import again"
        txn.audit(action, "delivery", str(delivery), None, after)
    release(store, delivery)
    return changes


def changes_of(conn: sqlite3.Connection, delivery: int) -> list[BatchChange]:
    """What publishing ``delivery`` would change now, per period (for the shrink guard)."""
    staged = conn.execute(
        "SELECT id, source, export, period, lines, digest FROM ingest_batch"
        " WHERE delivery = ? AND state = 'staged' ORDER BY source, export, period",
        (delivery,),
    ).fetchall()
    changes = []
    for number, source, export, period, lines, digest in staged:
        old = conn.execute(
            "SELECT id, lines, digest FROM ingest_batch"
            " WHERE source = ? AND export = ? AND period = ? AND state = 'active'",
            (source, export, period),
        ).fetchone() or (0, 0, "")
        before, after = _figures(conn, old[0]), _figures(conn, number)
        changes.append(BatchChange(source, export, period, before, after, old[1], lines, old[2] == digest))
    return changes


def remove_delivery(store: Store, delivery: int) -> list[Reread]:
    """Undo a cost delivery: its periods stop counting; returns which earlier deliveries to read again.

    ConflictError when it no longer counts; NotFoundError for an unknown id.
    """
    with store.write("remove delivery") as txn:
        found = load_delivery(txn.conn, delivery)
        if found.state != "active":
            raise ConflictError(f"import {delivery} is {found.state}", "only an active import can be removed")
        batches = txn.conn.execute(
            "SELECT id, source, export, period FROM ingest_batch WHERE delivery = ? AND state = 'active'",
            (delivery,),
        ).fetchall()
        figures = {
            f"{period} {currency} {cost}": decimal_text(value)
            for number, _, _, period in batches
            for (currency, cost), value in _figures(txn.conn, number).items()
        }
        for number, source, export, period in batches:
            txn.conn.execute("UPDATE ingest_batch SET state = 'retired' WHERE id = ?", (number,))
            digests.write(txn.conn, cost_scope(source, export, period), "")
        txn.conn.execute("UPDATE delivery SET state = 'removed' WHERE id = ?", (delivery,))
        drop_findings(txn, delivery)
        rereads = _earlier(txn.conn, [(source, export, period) for _, source, export, period in batches])
        txn.audit("remove import", "delivery", str(delivery), figures, None)
    collect_retired(store)
    return rereads


def empty_periods(txn: WriteTxn, source: str, export: str, periods: Iterable[str]) -> list[BatchChange]:
    """Retire periods that a source delivered before and now has no row of; audited. Returns what goes."""
    gone: list[BatchChange] = []
    for period in periods:
        row = txn.conn.execute(
            "UPDATE ingest_batch SET state = 'retired' WHERE source = ? AND export = ? AND period = ?"
            " AND state = 'active' RETURNING id, delivery, lines",
            (source, export, period),
        ).fetchone()
        if row is not None:
            change = BatchChange(source, export, period, _figures(txn.conn, row[0]), {}, row[2], 0, False)
            digests.write(txn.conn, cost_scope(source, export, period), "")
            _mark_replaced(txn, {row[1]})
            txn.audit("empty period", "delivery", str(row[1]), None, change.facts())
            gone.append(change)
    return gone


def _insert_batch(txn: WriteTxn, delivery: int, batch: StagedBatch) -> int:
    source, export = txn.conn.execute(
        "SELECT source, export FROM delivery WHERE id = ?", (delivery,)
    ).fetchone()
    cursor = txn.conn.execute(
        "INSERT INTO ingest_batch(delivery, source, export, period, lines, first_day, last_day, digest,"
        " engine, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'staged')",
        (
            delivery, source, export, batch.period, batch.lines, batch.first_day, batch.last_day,
            batch.digest, batch.engine,
        ),
    )  # fmt: skip
    number = int(cursor.lastrowid or 0)
    txn.conn.executemany(
        "INSERT INTO batch_total(batch, currency, cost, exact, stored, residual, lines)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number, total.currency, total.cost, decimal_text(total.exact), decimal_text(total.stored),
                decimal_text(total.residual), total.lines,
            )
            for total in batch.totals
        ],
    )  # fmt: skip
    txn.conn.executemany(
        "INSERT INTO left_out_tag(batch, key, distinct_values, currency, effective) VALUES (?, ?, ?, ?, ?)",
        [
            (number, tag.key, tag.distinct_values, tag.currency, decimal_text(tag.effective))
            for tag in batch.left_out
        ],
    )
    return number


def _require_staged(txn: WriteTxn, delivery: int, batch: int | None = None) -> None:
    """Refuse to go on with a delivery that is no longer there (the store was restored meanwhile)."""
    query = (
        "SELECT 1 FROM delivery d LEFT JOIN ingest_batch b ON b.delivery = d.id AND b.state = 'staged'"
        " WHERE d.id = ?1 AND (b.id = ?2 OR (?2 IS NULL AND (b.id IS NOT NULL OR d.state = 'staged')))"
    )
    if txn.conn.execute(query, (delivery, batch)).fetchone() is None:
        raise StoreError(
            f"import {delivery} is no longer there", "the store was replaced meanwhile; import again"
        )


def _activate_batches(txn: WriteTxn, delivery: int) -> set[int]:
    """Swap the staged batches in; returns the deliveries that lost a batch."""
    losers: set[int] = set()
    staged = txn.conn.execute(
        "SELECT id, source, export, period, digest FROM ingest_batch WHERE delivery = ? AND state = 'staged'",
        (delivery,),
    ).fetchall()
    for number, source, export, period, digest in staged:
        old = txn.conn.execute(
            "UPDATE ingest_batch SET state = 'retired' WHERE source = ? AND export = ? AND period = ?"
            " AND state = 'active' RETURNING delivery",
            (source, export, period),
        ).fetchall()
        losers.update(row[0] for row in old)
        txn.conn.execute("UPDATE ingest_batch SET state = 'active' WHERE id = ?", (number,))
        digests.write(txn.conn, cost_scope(source, export, period), digest)
    return losers - {delivery}


def _mark_replaced(txn: WriteTxn, candidates: set[int]) -> None:
    for number in candidates:
        left = txn.conn.execute(
            "SELECT 1 FROM ingest_batch WHERE delivery = ? AND state = 'active' LIMIT 1", (number,)
        ).fetchone()
        if left is None:
            txn.conn.execute("UPDATE delivery SET state = 'replaced' WHERE id = ?", (number,))
            drop_findings(txn, number)


def _figures(conn: sqlite3.Connection, batch: int) -> Figures:
    rows = conn.execute("SELECT currency, cost, exact FROM batch_total WHERE batch = ?", (batch,))
    return {(currency, cost): Decimal(exact) for currency, cost, exact in rows}


def _earlier(conn: sqlite3.Connection, keys: list[tuple[str, str, str]]) -> list[Reread]:
    """Per removed period the last delivery before it that still stands, grouped by delivery."""
    wanted: dict[int, Reread] = {}
    for source, export, period in keys:
        row = conn.execute(
            "SELECT b.delivery FROM ingest_batch b JOIN delivery d ON d.id = b.delivery"
            " WHERE b.source = ? AND b.export = ? AND b.period = ? AND b.state = 'retired'"
            " AND d.state IN ('active', 'replaced') ORDER BY b.id DESC LIMIT 1",
            (source, export, period),
        ).fetchone()
        if row is not None:
            wanted.setdefault(row[0], Reread(row[0], source, export)).periods.append(period)
    return [wanted[number] for number in sorted(wanted)]
