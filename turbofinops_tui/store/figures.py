"""Changed figures per commit: what each (customer, month) was at each state of the books.

Written by a step after an import or rule edit. The marker under which books id
the figures are complete is written last, so a crash in between leaves them due
and the next run writes what is missing: only differences are ever stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from turbofinops_tui.economics.types import BooksId, NumberSettings, Rules
from turbofinops_tui.store.books_seen import keep_opinions, note_state
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.pace import Pace
from turbofinops_tui.store.stored_tables import load_table, save_table

MARKER = "figures"

Cell = tuple[str | None, int]
"""(customer reference or None for unattributed, month)"""
Amounts = tuple[int | None, int | None]
"""(revenue, cost) at the store scale of the currency; None where unconverted"""


def figures_due(conn: sqlite3.Connection, books: str) -> bool:
    """True when the figures of ``books`` (the whole id) are not stored completely."""
    marker = load_table(conn, MARKER)
    return marker is None or marker.books != books


def latest_figures(conn: sqlite3.Connection, currency: str, as_of: str = "") -> dict[Cell, Amounts]:
    """The last known figures per cell, or those known at ``as_of`` (ISO moment, inclusive)."""
    query = (
        "SELECT customer, month, revenue, cost FROM figures WHERE id IN (SELECT max(id) FROM figures"
        " WHERE currency = ?1 AND (?2 = '' OR at <= ?2) GROUP BY customer, month)"
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in conn.execute(query, (currency, as_of))}


def figures_until(conn: sqlite3.Connection, currency: str, figure: int) -> dict[Cell, Amounts]:
    """The figures per cell as they were when row ``figure`` was the last one."""
    query = (
        "SELECT customer, month, revenue, cost FROM figures WHERE id IN (SELECT max(id) FROM figures"
        " WHERE currency = ?1 AND id <= ?2 GROUP BY customer, month)"
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in conn.execute(query, (currency, figure))}


def figures_between(conn: sqlite3.Connection, currency: str, after: int, until: int) -> dict[Cell, Amounts]:
    """Cells that rows ``after`` (exclusive) to ``until`` (inclusive) set, with what they set last."""
    query = (
        "SELECT customer, month, revenue, cost FROM figures"
        " WHERE currency = ? AND id > ? AND id <= ? ORDER BY id"
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in conn.execute(query, (currency, after, until))}


@dataclass(frozen=True, slots=True)
class Picture:
    """All figures of one state of the books, and what it is a state of."""

    currency: str
    cells: Mapping[Cell, Amounts]
    rules: Rules
    settings: NumberSettings
    ids: BooksId | None = None
    """None: a state between two edits, under rules that were never saved together"""
    cause: Mapping[str, str] = field(default_factory=dict)


def record_picture(store: Store, picture: Picture) -> int:
    """Store the cells that differ from the last known ones, then the state; returns how many."""
    changed = _write_changes(store, picture.ids.whole if picture.ids else "", picture.currency, picture.cells)
    with store.write("changed figures") as txn:
        note_state(txn, picture.ids, picture.cause)
        keep_opinions(txn, picture.rules, picture.settings)
        if picture.ids is not None:
            save_table(txn, MARKER, picture.ids.whole, "")
    return changed


def record_figures(store: Store, books: str, currency: str, cells: Mapping[Cell, Amounts]) -> int:
    """Store the cells that differ from the last known ones, then the marker; returns how many.

    ``cells`` is the whole picture under ``books``: a known cell that is missing in it became zero.
    """
    changed = _write_changes(store, books, currency, cells)
    with store.write("changed figures") as txn:
        save_table(txn, MARKER, books, "")
    return changed


def _write_changes(store: Store, books: str, currency: str, cells: Mapping[Cell, Amounts]) -> int:
    with store.read() as conn:
        known = latest_figures(conn, currency)
    changed = {cell: amounts for cell, amounts in cells.items() if known.get(cell, (0, 0)) != amounts}
    changed |= {cell: (0, 0) for cell, amounts in known.items() if cell not in cells and amounts != (0, 0)}
    rows = [
        (books, customer, month, revenue, cost, currency)
        for (customer, month), (revenue, cost) in sorted(changed.items(), key=lambda item: _order(item[0]))
    ]
    pace, done = Pace(), 0
    while done < len(rows):
        chunk = rows[done : done + pace.rows]
        with store.write("changed figures", durable=False) as txn, pace.measured():
            txn.conn.executemany(
                "INSERT INTO figures(books, at, customer, month, revenue, cost, currency)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(row[0], txn.now, *row[1:]) for row in chunk],
            )
        done += len(chunk)
    return len(rows)


def _order(cell: Cell) -> tuple[bool, bytes, int]:
    return cell[0] is None, (cell[0] or "").encode(), cell[1]
