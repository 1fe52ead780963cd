"""Books from the store: the one place where SQLite meets the books (plain sqlite3, straight to columns).

The monthly table, dimensions, customers, revenue and rates are read in one snapshot; daily rows are read
when an evaluation asks for them, for the batches of that snapshot.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

import numpy as np

from turbofinops_tui.economics.books import Batch, CostRows, FactBooks, build
from turbofinops_tui.economics.books.revenue_columns import RevenueColumns, columns_of_tuples
from turbofinops_tui.economics.books.revenue_packs import joined, packed, unpacked
from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.fx import RateTable
from turbofinops_tui.economics.types import NumberSettings
from turbofinops_tui.errors import StoreError
from turbofinops_tui.models.pack_schema import REVENUE_SHIFT
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.customers import load_customers
from turbofinops_tui.store.dimensions import load_dimensions
from turbofinops_tui.store.evidence_books import StoreEvidence
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.revenue import REVENUE_STRETCH, rate_of
from turbofinops_tui.store.settings import load_settings

SEEK_SHARE = 50
"""fewer than 1 / SEEK_SHARE of all dimensions are looked up day by day, more are filtered in a scan"""
CHUNK = 20_000
_AMOUNTS = "effective, billed, quantity"
_PACK = "SELECT body FROM packed WHERE part = ? AND number = ?"
_STRETCHES = (
    f"SELECT e.number, p.body FROM (SELECT DISTINCT id >> {REVENUE_SHIFT} AS number FROM revenue_event) e"  # noqa: S608
    " LEFT JOIN packed p ON p.part = 'revenue' AND p.number = e.number ORDER BY e.number"
)


class StoreCost:
    """A ``CostSource`` over the valid batches of one snapshot."""

    def __init__(self, store: Store, conn: sqlite3.Connection, dimensions: Sequence[int]) -> None:
        self._store = store
        self._ids = np.array(dimensions, dtype=np.int64)
        self._position = _positions(self._ids)
        self.batches: Sequence[Batch] = tuple(
            Batch(*row)
            for row in conn.execute(
                "SELECT id, source, export, period, first_day, last_day,"
                " (SELECT max(final_until) FROM cost_mark m WHERE m.source = b.source),"
                " (SELECT max(delivered_until) FROM cost_mark m WHERE m.source = b.source)"
                " FROM ingest_batch b WHERE state = 'active' ORDER BY source, export, period, id"
            )
        )
        self._batch_position = _positions(np.array([batch.id for batch in self.batches], dtype=np.int64))
        self._monthly = self._months(conn)

    def monthly(self) -> CostRows:
        """Every (dimension, batch, month)."""
        return self._monthly

    def daily(self, start: int, end: int, dimensions: Ints | None = None) -> CostRows:
        """Every (dimension, batch, day) of ``[start, end)``, all dimensions or the given positions."""
        if dimensions is not None and not len(dimensions):
            return CostRows.of(())
        query = f"SELECT c.dimension, c.batch, c.day, {_AMOUNTS} FROM "  # noqa: S608 (constant)
        inside = "c.batch = ?1 AND c.day >= ?2 AND c.day < ?3"
        wanted = "" if dimensions is None else json.dumps(self._ids[dimensions].tolist())
        if dimensions is None:
            query += f"cost_daily c WHERE {inside}"
        elif len(dimensions) * SEEK_SHARE < len(self._ids):
            query += (
                "json_each(?5) d CROSS JOIN json_each(?4) w CROSS JOIN cost_daily c"
                " ON c.batch = ?1 AND c.day = d.value AND c.dimension = w.value"
            )
        else:
            query += f"cost_daily c WHERE {inside} AND c.dimension IN (SELECT value FROM json_each(?4))"  # noqa: S608
        pieces = []
        with self._store.read() as conn:
            for batch in self.batches:
                low, high = (
                    max(start, _or(batch.first_day, start)),
                    min(end, _or(batch.last_day, end - 1) + 1),
                )
                if low >= high:
                    continue
                values: list[object] = [batch.id, low, high, wanted, json.dumps(list(range(low, high)))]
                used = 3 if dimensions is None else 5 if "?5" in query else 4
                pieces.append(self._placed(conn.execute(query, values[:used])))
        return CostRows.join(pieces)

    def _placed(self, rows: Iterable[Sequence[int]]) -> CostRows:
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
        table = flat.reshape(-1, 6)
        columns = [np.ascontiguousarray(table[:, column]) for column in range(6)]
        return CostRows(self._position[columns[0]], self._batch_position[columns[1]], *columns[2:])

    def _months(self, conn: sqlite3.Connection) -> CostRows:
        """The monthly table by dimension: the packed columns of a batch, else its rows."""
        pieces = []
        for batch in self.batches:
            body = conn.execute(_PACK, ("months", batch.id)).fetchone()
            with _whole_packs():
                pieces += self._unpacked(batch.id, body[0]) if body else self._month_rows(conn, batch.id)
        return CostRows.join(pieces).compact().by_dimension()

    def _unpacked(self, batch: int, body: bytes) -> list[CostRows]:
        """The columns of a pack (store/packs.py)."""
        count = int.from_bytes(body[:8], "little")
        dimension, month = (np.frombuffer(body, "<i4", count, 8 + 4 * count * n) for n in range(2))
        amounts = [np.frombuffer(body, "<i8", count, 8 + 8 * count * n) for n in range(1, 4)]
        place = np.full(count, self._batch_position[batch], dtype=np.int32)
        of_dimension = self._position[dimension].astype(np.int32)
        return [CostRows(of_dimension, place, month, *amounts).compact()]  # type: ignore[arg-type]

    def _month_rows(self, conn: sqlite3.Connection, batch: int) -> list[CostRows]:
        """The rows of a batch, a part at a time: never are all there as Python integers."""
        cursor = conn.execute(
            f"SELECT dimension, batch, month, {_AMOUNTS} FROM cost_monthly WHERE batch = ?",  # noqa: S608 (constant)
            (batch,),
        )
        pieces = []
        while rows := cursor.fetchmany(CHUNK):
            pieces.append(self._placed(rows).compact())
        return pieces


@contextmanager
def _whole_packs() -> Iterator[None]:
    """A pack that is not what was written becomes a StoreError."""
    try:
        yield
    except (ValueError, KeyError, IndexError, TypeError) as error:
        hint = "see `turbofinops db check`; `turbofinops db rebuild` makes packs again"
        raise StoreError(f"packed rows of the store are damaged ({type(error).__name__})", hint) from None


def _positions(ids: Ints) -> Ints:
    """id -> position, as a column indexed by id."""
    out = np.zeros(int(ids.max(initial=0)) + 1, dtype=np.int64)
    out[ids] = np.arange(len(ids), dtype=np.int64)
    return out


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def revenue_columns(conn: sqlite3.Connection) -> RevenueColumns:
    """Every revenue fact as columns, packed or from rows (``store.revenue.load_revenue`` gives values)."""
    pieces = []
    for number, body in conn.execute(_STRETCHES).fetchall():
        with _whole_packs():
            pieces.append(revenue_rows(conn, number) if body is None else unpacked(body))
    return joined(pieces) if pieces else revenue_rows(conn, 0)


def revenue_rows(conn: sqlite3.Connection, number: int) -> RevenueColumns:
    """The revenue rows of a stretch of ids as columns."""
    ids = (number << REVENUE_SHIFT, (number + 1) << REVENUE_SHIFT)
    return columns_of_tuples(conn.execute(REVENUE_STRETCH, ids), rate_of)


def revenue_pack(conn: sqlite3.Connection, number: int) -> bytes:
    """The pack of a stretch of ids (store/packs.py)."""
    return packed(revenue_rows(conn, number))


def load_rates(conn: sqlite3.Connection) -> RateTable:
    """The published exchange rates of the store."""
    return RateTable(conn.execute("SELECT base, currency, day, rate FROM fx_rate"))


def read_books(store: Store, conn: sqlite3.Connection, settings: NumberSettings) -> FactBooks:
    """The books of the snapshot that ``conn`` sees."""
    dimensions = list(load_dimensions(conn))
    return build(
        dimensions=dimensions,
        customers=load_customers(conn),
        cost=StoreCost(store, conn, [dimension.id for dimension in dimensions]),
        revenue=revenue_columns(conn),
        rates=load_rates(conn),
        settings=settings,
        facts_id=facts_id(conn),
        evidence=StoreEvidence(store, conn),
    )


def load_books(store: Store) -> FactBooks:
    """The books of now."""
    with store.read() as conn:
        return read_books(store, conn, load_settings(conn))
