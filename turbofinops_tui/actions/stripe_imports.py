"""Bring in Stripe events and objects from files: stored as received, then derived (interface.md).

A file counts whole or not at all: it is read and checked outside, then stored and derived in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from turbofinops_tui.actions.session import Session
from turbofinops_tui.errors import UsageError
from turbofinops_tui.store.connections import load_connections
from turbofinops_tui.store.deliveries import (
    Delivery,
    FileRecord,
    activate_delivery,
    insert_delivery,
)
from turbofinops_tui.store.findings import Finding, close_finding, record_findings
from turbofinops_tui.store.joined import joined
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.pace import Pace
from turbofinops_tui.store.received import file_record
from turbofinops_tui.sync.derive import CACHE, Derived, derive_dirty
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.derive_customers import mark_customers, mark_customers_of_products
from turbofinops_tui.sync.derive_inbox import EventRow, put_events, put_snapshots
from turbofinops_tui.sync.read.stripe_events import Spool, read_file
from turbofinops_tui.sync.read.stripe_objects import Snapshot
from turbofinops_tui.sync.stripe_origin import SOURCE, stripe_origin

StripeKind = Literal["stripe-events", "stripe-objects"]
FIRST_CHUNK = 500
VERSION_FINDING = "stripe_api_version"


@dataclass(slots=True)
class ImportResult:
    """What one import of revenue, customers, rates or Stripe data did."""

    kind: str
    source: str
    delivery: int
    lines: int
    counts: dict[str, int] = field(default_factory=dict)
    """what was found, by its name; left-out records by reason"""
    warnings: list[str] = field(default_factory=list)


def file_records(paths: Sequence[Path]) -> list[FileRecord]:
    """The records of the files of one command; UsageError without any, or when one is given twice."""
    if not paths:
        raise UsageError("no file given", "name at least one file")
    if len({path.absolute() for path in paths}) < len(paths):
        raise UsageError("the same file is given twice", "name each file once")
    return [file_record(path) for path in paths]


def import_stripe(
    session: Session,
    kind: StripeKind,
    paths: Sequence[Path],
    *,
    origin: Origin | None = None,
    customer_key: str = "",
) -> ImportResult:
    """Read, store and derive Stripe files; a bad line leaves the store as it was.

    The same files again change nothing. Raises DataError with file, line and field.
    """
    store = session.store
    origin = origin or origin_of_files(store)
    files = file_records(paths)
    spool = _read(session, kind, paths, origin)
    options = {"account": origin.account, "livemode": origin.livemode}
    with joined(store, f"import {kind}") as inside:
        with inside.write("begin delivery") as txn:
            delivery = insert_delivery(txn, kind, origin.source, "main", files, options)
        fresh = _put(inside, origin, spool, delivery)
        derived = derive_dirty(inside, origin, customer_key=customer_key, delivery=delivery)
        return _publish(inside, origin, kind, delivery, spool, fresh, derived)


def read_stripe_again(session: Session, item: Delivery, path: Path) -> None:
    """One file of an earlier delivery once more, in that delivery's name (undo of a later one)."""
    kind: StripeKind = "stripe-events" if item.kind == "stripe-events" else "stripe-objects"
    account, livemode = item.options.get("account"), item.options.get("livemode")
    origin = Origin(item.source, str(account or ""), livemode is not False)
    spool = _read(session, kind, [path], origin)
    with joined(session.store, f"read {kind} again") as inside:
        _put(inside, origin, spool, item.id)
        derive_dirty(inside, origin, delivery=item.id)


def origin_of_files(store: Store) -> Origin:
    """Whose objects files hold: those of the one Stripe connection; with none or several, live ones.

    An object counts once by whatever path it comes, so files lie where that connection's objects lie.
    """
    with store.read() as conn:
        connections = load_connections(conn, "stripe")
    return stripe_origin(connections[0]) if len(connections) == 1 else Origin(SOURCE, "", True)


def _read(session: Session, kind: StripeKind, paths: Sequence[Path], origin: Origin) -> Spool:
    """Every line of the files, checked."""
    spool = Spool(account=origin.account, livemode=origin.livemode)
    now = int(session.clock.now().timestamp())
    for path in paths:
        written = min(now, int(path.stat().st_mtime))
        read_file(path, spool, written, events_only=kind == "stripe-events")
    return spool


def _put(store: Store, origin: Origin, spool: Spool, delivery: int) -> int:
    """Every record into the store, chunk by chunk; returns how many events were new."""
    pace = Pace()
    pace.rows = FIRST_CHUNK
    events: list[EventRow] = []
    snapshots: list[Snapshot] = []
    fresh = 0

    def flush() -> None:
        nonlocal fresh
        with pace.measured(), store.write("receive stripe", durable=False) as txn:
            txn.conn.execute(CACHE)
            fresh += put_events(txn, origin, events, delivery)
            put = put_snapshots(txn, origin, snapshots, delivery)
            mark_customers(txn, origin, put.customers)
            mark_customers_of_products(txn, origin, sorted(put.products))
        events.clear()
        snapshots.clear()

    for event, found in spool.records():
        if event is not None:
            events.append(event)
        snapshots.extend(found)
        if len(snapshots) + len(events) >= pace.rows:
            flush()
    flush()
    return fresh


def _publish(
    store: Store, origin: Origin, kind: str, delivery: int, spool: Spool, fresh: int, derived: Derived
) -> ImportResult:
    counts = {"events": spool.events, "duplicates": spool.events - fresh, "objects": spool.objects}
    if kind == "stripe-objects":
        counts = {"objects": spool.objects}
    counts |= {"revenue_rows": derived.rows, "customers": derived.customers}
    counts |= {reason.replace(" ", "_"): number for reason, number in sorted(spool.left_out.items())}
    warnings = [f"{number} {_plural(number)} {reason}" for reason, number in sorted(spool.left_out.items())]
    with store.write(f"import {kind}") as txn:
        waiting = settle_versions(txn, origin, delivery)
        if waiting:
            warnings.append(f"{waiting} events wait for their objects: use import stripe-objects")
        quarantined = txn.conn.execute(
            "SELECT count(*) FROM finding WHERE source = ? AND state = 'open'"
            " AND kind IN ('stripe_invoice_lines', 'stripe_credit_note_lines', 'stripe_object')",
            (origin.source,),
        ).fetchone()[0]
        if quarantined:
            warnings.append(f"{quarantined} objects are not counted: see the findings")
        counts["not_counted"] = quarantined
        activate_delivery(txn, delivery, spool.lines, warnings)
        facts: dict[str, object] = {"kind": kind, "source": origin.source, **counts}
        txn.audit("import", "delivery", str(delivery), None, facts)
    return ImportResult(kind, origin.source, delivery, spool.lines, counts, warnings)


def _plural(number: int) -> str:
    return "record is left out:" if number == 1 else "records are left out:"


def settle_versions(txn: WriteTxn, origin: Origin, delivery: int | None) -> int:
    """Events of another API version whose object has come since are done; returns how many still wait."""
    key = (origin.account, int(origin.livemode))
    txn.conn.execute(
        "UPDATE stripe_event SET state = 'done' WHERE state = 'incomplete' AND account = ? AND livemode = ?"
        " AND EXISTS (SELECT 1 FROM stripe_object o WHERE o.source = ? AND o.account = stripe_event.account"
        " AND o.livemode = stripe_event.livemode AND o.id = stripe_event.object_id"
        " AND o.version >= stripe_event.created)",
        (*key, origin.source),
    )
    waiting = int(
        txn.conn.execute(
            "SELECT count(*) FROM stripe_event WHERE state = 'incomplete' AND account = ? AND livemode = ?",
            key,
        ).fetchone()[0]
    )
    if waiting:
        detail = "events in another API version: their objects are not read from them"
        finding = Finding(VERSION_FINDING, origin.account, origin.source, detail, count=waiting)
        record_findings(txn, [finding], delivery)
    else:
        close_finding(txn, VERSION_FINDING, origin.source, origin.account)
    return waiting
