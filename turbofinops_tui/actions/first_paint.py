"""The tables that the first paint shows: stored by the last run, read by stdlib sqlite3 alone.

Nothing here may import numpy, the evaluation or SQLModel: it runs before the
first byte reaches the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from turbofinops_tui.economics.types import Slice, Table
from turbofinops_tui.errors import DataError, TurboError
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.stored_tables import load_table, save_table

MOST_ROWS = 1000
"""a larger table is not stored: decoding it would delay the first paint"""


@dataclass(frozen=True, slots=True)
class StoredView:
    """What is known before anything is computed."""

    tables: dict[str, Table] = field(default_factory=dict)
    delivered_at: str = ""
    """when the newest delivery arrived (ISO, UTC); empty: none yet"""


def read(store: Store, names: Mapping[str, Slice]) -> StoredView:
    """The stored tables under ``names`` that answer exactly the given slices; none when there is no store.

    A stored form that this version cannot read counts as not there: the thread
    computes it again.
    """
    from turbofinops_tui.files import report_json

    found: dict[str, Table] = {}
    if not store.path.exists():
        return StoredView()
    try:
        with store.read() as conn:
            for name, asked in names.items():
                kept = load_table(conn, name)
                if kept is None:
                    continue
                try:
                    table = report_json.loads(kept.body)
                except DataError:
                    continue
                if table.slice == asked:
                    found[name] = table
            newest = conn.execute("SELECT max(received_at) FROM delivery WHERE state = 'active'").fetchone()[
                0
            ]
    except TurboError:
        # An older, newer or damaged store: the thread that opens it says so in words.
        return StoredView()
    return StoredView(found, newest or "")


def keep(store: Store, tables: Mapping[str, Table]) -> None:
    """Store ``tables`` for the next first paint, in one short transaction; small ones only.

    And what the next books load instead of rows.
    """
    from turbofinops_tui.files import report_json
    from turbofinops_tui.store.packs import pack_missing

    bodies = {
        name: (table.books.whole, report_json.dumps(table, exact=True))
        for name, table in tables.items()
        if len(table.rows) <= MOST_ROWS
    }
    if store.read_only or not bodies:
        return
    with store.write("keep tables for the first paint") as txn:
        for name, (books, body) in bodies.items():
            save_table(txn, name, books, body)
    pack_missing(store)
