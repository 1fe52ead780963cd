"""Deliveries: what came in, from which files, and whether it counts.

A delivery is *staged* while its rows go in (invisible to every read), *active*
when it counts, *replaced* when later deliveries took over all of its periods,
*removed* when a person undid it. The process that stages one holds a file lock,
which the kernel frees whatever kills it: a staged delivery without a lock is the
rest of a crash and the next run removes it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, cast

from turbofinops_tui.errors import ConflictError, NotFoundError
from turbofinops_tui.store import locks
from turbofinops_tui.store.open import Store, WriteTxn

COST_KINDS = ("focus", "costs")
DERIVED_KIND = "fees"
"""stands behind cost that is derived from received objects: no file brought it, so no list shows it"""
Kind = Literal["focus", "costs", "revenue", "customers", "rates", "stripe-events", "stripe-objects", "otlp"]
DeliveryState = Literal["staged", "active", "replaced", "removed"]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a delivery: where it was, what it was, and whether a copy lies in ``received/``."""

    path: str
    sha256: str
    """of the bytes as received"""
    bytes: int
    lines: int = 0
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the delivery table."""

    id: int
    kind: str
    source: str
    export: str
    files: tuple[FileRecord, ...]
    options: Mapping[str, object]
    """what is needed to read the files again"""
    lines: int
    received_at: str
    state: DeliveryState
    warnings: tuple[str, ...]


def begin_delivery(
    store: Store,
    kind: str,
    source: str,
    export: str,
    files: Sequence[FileRecord],
    options: Mapping[str, object],
) -> int:
    """A new staged delivery, locked by this process until published or abandoned; returns its id.

    Removes first what crashed runs left behind. ConflictError for an export that is derived.
    """
    from turbofinops_tui.store.collect import collect_retired

    collect_retired(store)
    with store.write("begin delivery") as txn:
        derived = "SELECT 1 FROM delivery WHERE kind = ? AND source = ? AND export = ?"
        if txn.conn.execute(derived, (DERIVED_KIND, source, export)).fetchone() is not None:
            what = f"the export {export!r} of {source!r} is derived from what was received"
            raise ConflictError(what, "give the file another --export")
        delivery = insert_delivery(txn, kind, source, export, files, options)
        # The lock stands before the row can be seen, so that nobody takes a living run for a dead one.
        descriptor = locks.open_lock_file(lock_path(store.path, delivery))
        locks.try_lock(descriptor)
        store.delivery_locks[delivery] = descriptor
    return delivery


def insert_delivery(
    txn: WriteTxn,
    kind: str,
    source: str,
    export: str,
    files: Sequence[FileRecord],
    options: Mapping[str, object],
) -> int:
    """A staged delivery row inside the caller's transaction (small imports stage and activate in one)."""
    cursor = txn.conn.execute(
        "INSERT INTO delivery(kind, source, export, files, options, received_at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, 'staged')",
        (kind, source, export, files_json(files), _json(options), txn.now),
    )
    return int(cursor.lastrowid or 0)


def activate_delivery(txn: WriteTxn, delivery: int, lines: int, warnings: Sequence[str]) -> None:
    """Make a delivery count, with its line count and warnings; one read again keeps those it has."""
    txn.conn.execute(
        "UPDATE delivery SET lines = ?, warnings = ? WHERE id = ? AND state = 'staged'",
        (lines, _json(list(warnings)), delivery),
    )
    txn.conn.execute("UPDATE delivery SET state = 'active' WHERE id = ?", (delivery,))


def abandon_delivery(store: Store, delivery: int) -> None:
    """Give up a staged delivery after an error: its rows go, as if it had never begun."""
    from turbofinops_tui.store.collect import collect_retired

    release(store, delivery)
    collect_retired(store)


def hold(store: Store, delivery: int) -> None:
    """Take the lock of a delivery that is being staged or read again, unless this process has it.

    ConflictError when another process works on it.
    """
    if delivery in store.delivery_locks:
        return
    descriptor = locks.open_lock_file(lock_path(store.path, delivery))
    if not locks.try_lock(descriptor):
        os.close(descriptor)
        raise ConflictError(f"another program reads import {delivery}", "wait for its end and run this again")
    store.delivery_locks[delivery] = descriptor


def release(store: Store, delivery: int) -> None:
    """Give back the lock of a delivery that this process staged."""
    descriptor = store.delivery_locks.pop(delivery, None)
    if descriptor is not None:
        lock_path(store.path, delivery).unlink(missing_ok=True)
        os.close(descriptor)


def is_running(store: Store, delivery: int) -> bool:
    """True while the process that stages ``delivery`` lives."""
    if delivery in store.delivery_locks:
        return True
    path = lock_path(store.path, delivery)
    if not path.exists():
        return False
    descriptor = locks.open_lock_file(path)
    try:
        return not locks.try_lock(descriptor)
    finally:
        os.close(descriptor)


def lock_path(store_path: Path, delivery: int) -> Path:
    """The lock file of a delivery, beside the store."""
    return store_path.with_name(f"{store_path.name}.delivery-{delivery}.lock")


def load_deliveries(conn: sqlite3.Connection, *, staged: bool = False) -> list[Delivery]:
    """All deliveries by id; staged ones only on demand, since they do not count."""
    query = (
        "SELECT id, kind, source, export, files, options, lines, received_at, state, warnings FROM delivery"
        " WHERE kind <> ? AND (? OR state <> 'staged') ORDER BY id"
    )
    return [_delivery(row) for row in conn.execute(query, (DERIVED_KIND, staged))]


def load_delivery(conn: sqlite3.Connection, delivery: int) -> Delivery:
    """One delivery; NotFoundError when there is none of that id."""
    row = conn.execute(
        "SELECT id, kind, source, export, files, options, lines, received_at, state, warnings FROM delivery"
        " WHERE id = ?",
        (delivery,),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"there is no import {delivery}", "see `turbofinops imports list`")
    return _delivery(row)


def files_json(files: Sequence[FileRecord]) -> str:
    """The stored form of a delivery's files."""
    return _json([asdict(record) for record in files])


def parse_files(text: str) -> tuple[FileRecord, ...]:
    """The files of the stored form."""
    return tuple(FileRecord(**item) for item in json.loads(text))


def _delivery(row: tuple[int, str, str, str, str, str, int, str, str, str]) -> Delivery:
    return Delivery(
        id=row[0],
        kind=row[1],
        source=row[2],
        export=row[3],
        files=parse_files(row[4]),
        options=json.loads(row[5]),
        lines=row[6],
        received_at=row[7],
        state=cast(DeliveryState, row[8]),
        warnings=tuple(json.loads(row[9])),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
