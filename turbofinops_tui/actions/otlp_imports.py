"""Bring in traces: files, each a delivery of its own, and what the receiver has stored (interface.md)."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.actions.stripe_imports import file_records
from turbofinops_tui.economics.periods import day_text, parse_day
from turbofinops_tui.errors import ConflictError, DataError
from turbofinops_tui.store.deliveries import (
    Delivery,
    FileRecord,
    abandon_delivery,
    activate_delivery,
    begin_delivery,
    load_deliveries,
    load_delivery,
    release,
)
from turbofinops_tui.store.evidence import evidence_scopes, replace_evidence
from turbofinops_tui.store.findings import Finding, close_finding, record_findings
from turbofinops_tui.store.reading import load_reading, stale_scopes
from turbofinops_tui.store.received import keep, open_received
from turbofinops_tui.store.settings import all_settings
from turbofinops_tui.store.spans import (
    close_days,
    delete_parts,
    delivery_days,
    part_ids,
    reopen_days,
    settling,
    span_days,
)
from turbofinops_tui.sync.read.limits import limits_from
from turbofinops_tui.sync.read.otlp import Read
from turbofinops_tui.sync.settle_spans import (
    AFTER_CLOSE,
    FEED,
    TWICE,
    Intake,
    forget_days,
    publish,
    refresh,
    resolve_days,
    scope_of,
    settle_waiting,
)

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

KIND = "otlp"
PROCESSES = 2
"""readers of a large file beside the process that stores"""
REASONS = {
    "not_json": "messages are not JSON, or cut off",
    "not_protobuf": "messages cannot be read as protobuf",
    "not_zstd": "messages are damaged zstd",
    "no_object": "messages are no JSON object",
    "no_traces": "messages hold no resourceSpans",
    "cut_off": "messages are cut off at the end of the file",
    "too_long": "messages are longer than 128 MiB",
    "span_id": "spans have no valid trace or span id",
    "span_start": "spans have no start time",
    "no_span": "spans are no objects",
}


@dataclass(slots=True)
class OtlpResult:
    """What one file of traces brought."""

    file: str
    delivery: int
    """0 for a file that was imported before"""
    counts: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def import_otlp(
    session: Session,
    paths: Sequence[Path],
    *,
    keep_files: bool = False,
    reopen: Sequence[str] = (),
    processes: int = PROCESSES,
) -> list[OtlpResult]:
    """Import files of traces, one delivery each; a file imported before changes nothing.

    ``reopen``: days that are taken anew from these files alone. ``processes``: how many read a large file.
    DataError when a file cannot be read.
    """
    store = session.store
    days = frozenset(map(parse_day, reopen))
    records = file_records(paths)
    with settling(store):
        refresh(store)
        if days:
            _reopen(session, days)
        results = []
        for path, record in zip(paths, records, strict=True):
            earlier = _imported(session, record)
            if earlier and not days:
                seen = OtlpResult(path.name, 0, dict.fromkeys(_empty(), 0))
                seen.warnings.append(f"{path.name} was imported before (import {earlier}): nothing changed")
                results.append(seen)
            else:
                kept = keep(session.paths.received, record) if keep_files else record
                results.append(_import(session, path, kept, days if earlier else None, processes))
    return results


def settle_received(session: Session) -> int:
    """Bring spans that the receiver stored into the daily rows; returns how many were new."""
    with settling(session.store):
        refresh(session.store)
        return settle_waiting(session.store).counts.spans


def refresh_spans(session: Session) -> list[int]:
    """Resolve open days anew when the rules of reading are others; returns those days.

    Closed days stay as they were until ``db rebuild`` reads their files again.
    """
    with session.store.read() as conn:
        if session.read_only or not stale_scopes(conn, load_reading(conn)):
            return []
    with settling(session.store):
        return refresh(session.store)


def undo_otlp(session: Session, delivery: int) -> list[int]:
    """Take away what a delivery of traces brought; returns the deliveries to read again.

    Spans that it and another delivery both brought were kept once, so the others are read again.
    ConflictError when a day of it has closed: its spans are gone.
    """
    store = session.store
    with settling(store):
        refresh(store)
        with store.read() as conn:
            found = load_delivery(conn, delivery)
            if found.state != "active":
                raise ConflictError(
                    f"import {delivery} is {found.state}", "only an active import can be removed"
                )
            days = _days_of(found) | delivery_days(conn, delivery)
            if closed := sorted(day for day, shut in span_days(conn).items() if shut and day in days):
                what = f"import {delivery} reaches into {day_text(closed[0])}, which has closed"
                raise ConflictError(what, "take the day anew: `turbofinops import otlp FILE --reopen DAY`")
            others = [
                item.id
                for item in load_deliveries(conn)
                if _counts_as_file(item) and item.id != delivery and _days_of(item) & days
            ]
        resolve_days(store, days, without=delivery)
        with store.write("remove delivery") as txn:
            delete_parts(txn, part_ids(txn.conn, delivery))
            txn.conn.execute("UPDATE delivery SET state = 'removed' WHERE id = ?", (delivery,))
            txn.audit("remove import", "delivery", str(delivery), {"kind": KIND}, None)
    return others


def read_otlp_again(session: Session, item: Delivery) -> None:
    """Read the files of a delivery again for spans of open days that are kept no more, as that delivery.

    DataError when a file is gone or has other content.
    """
    store = session.store
    for record in item.files:
        with open_received(session.paths.received, record) as opened:
            if opened.path is None:
                raise DataError(opened.reason, "import the file again", file=record.path)
            with settling(store):
                refresh(store)
                _taken(session, opened.path, record.bytes, item.id, None, waiting=True)
                settle_waiting(store)


def rebuild_otlp(session: Session) -> list[str]:
    """Resolve spans anew where the rules of reading are others; returns what could not be, one line each.

    Open days from their kept spans; closed ones from the files of their deliveries, when all of them can
    still be read. A closed day stays as it is otherwise.
    """
    store = session.store
    missing: list[str] = []
    with settling(store):
        refresh(store)
        with store.read() as conn:
            stale = set(stale_scopes(conn, load_reading(conn)))
            items = [item for item in load_deliveries(conn) if item.kind == KIND and item.state == "active"]
            # a closed day of files without any row is what a killed rebuild left
            stale |= {scope_of(day) for item in items for day in _days_of(item)} - set(evidence_scopes(conn))
            days = {day for day, shut in span_days(conn).items() if shut and scope_of(day) in stale}
        for day in sorted(days):
            behind = [item for item in items if not item.files or day in _days_of(item)]
            if reason := _unreadable(session, behind):
                missing.append(
                    f"spans of {day_text(day)} stay as they were resolved ({reason}); take the day anew with"
                    f" `turbofinops import otlp FILE --reopen {day_text(day)}`"
                )
            else:
                _again(session, day, behind)
    return missing


def _unreadable(session: Session, items: Sequence[Delivery]) -> str:
    """Why the files of some deliveries cannot all be read; empty when they can."""
    for item in items:
        if not item.files:
            return "spans were received, no file holds them"
        for record in item.files:
            with open_received(session.paths.received, record) as opened:
                if opened.path is None:
                    return opened.reason
    return ""


def _again(session: Session, day: int, items: Sequence[Delivery]) -> None:
    """One closed day from its files; it closes again at once."""
    store = session.store
    with store.read() as conn:
        first = int(conn.execute("SELECT first FROM span_day WHERE day = ?", (day,)).fetchone()[0])
    _reopen(session, frozenset((day,)), first)
    for item in items:
        for record in item.files:
            with open_received(session.paths.received, record) as opened:
                if opened.path is not None:
                    _taken(session, opened.path, record.bytes, item.id, frozenset((day,)), waiting=True)
    settle_waiting(store)
    close_days(store)


def _reopen(session: Session, days: frozenset[int], first: int | None = None) -> None:
    """Forget what the days have; the files of this command are all that they will hold."""
    store = session.store
    now = int(store.clock.now().timestamp())
    forget_days(store, days)
    with store.write("reopen days") as txn:
        for day in sorted(days):
            replace_evidence(txn, scope_of(day), [], feed=FEED)
            close_finding(txn, TWICE, FEED, f"{FEED} {day_text(day)}")
            close_finding(txn, AFTER_CLOSE, FEED, day_text(day))
        reopen_days(txn, days, now if first is None else first)
        txn.audit("reopen days", "spans", FEED, None, {"days": sorted(days)})


def _import(
    session: Session, path: Path, record: FileRecord, only: frozenset[int] | None, processes: int
) -> OtlpResult:
    store = session.store
    delivery = begin_delivery(store, KIND, KIND, "main", [record], {})
    try:
        intake, read = _taken(session, path, record.bytes, delivery, only, processes=processes)
        result = OtlpResult(path.name, delivery, _counts(intake, read), dict(sorted(read.reasons.items())))
        result.warnings = _warnings(path.name, read, intake)
        with store.write("import otlp") as txn:
            made = publish(txn, intake.change, intake.reading, delivery)
            result.counts["new_customers"] = len(made)
            record_findings(txn, _findings(path.name, read), delivery)
            options = {"days": sorted(intake.change.days)}
            txn.conn.execute("UPDATE delivery SET options = ? WHERE id = ?", (json.dumps(options), delivery))
            activate_delivery(txn, delivery, read.spans, result.warnings)
            txn.audit("import", "delivery", str(delivery), None, {"kind": KIND, **result.counts})
    except BaseException:
        abandon_delivery(store, delivery)
        raise
    release(store, delivery)
    return result


def _taken(
    session: Session,
    path: Path,
    size: int,
    delivery: int,
    only: frozenset[int] | None,
    *,
    waiting: bool = False,
    processes: int = 1,
) -> tuple[Intake, Read]:
    """Every span of a file, kept as of ``delivery``; a large file by several processes."""
    from turbofinops_tui.sync.read.otlp_files import read_file
    from turbofinops_tui.sync.span_chunks import Order, is_large, read_large

    with session.store.read() as conn:
        reading, limits = load_reading(conn), limits_from(all_settings(conn))
    read = Read()
    intake = Intake(session.store, delivery, reading, only, waiting=waiting)
    collecting = gc.isenabled()
    gc.disable()  # spans hold no cycles, and looking for some in so many takes a quarter of the time
    try:
        if processes > 1 and is_large(path, size):
            order = Order(session.store.path, delivery, reading, intake.closed, only)
            read_large(path, size, limits, order, processes, intake, read)
        else:
            read_file(path, size, limits, intake.add, read)
        intake.flush()
    finally:
        if collecting:
            gc.enable()
    return intake, read


def _imported(session: Session, record: FileRecord) -> int:
    """The delivery that brought a file of this content, 0 for none."""
    with session.store.read() as conn:
        for item in load_deliveries(conn):
            same = any(file.sha256 == record.sha256 for file in item.files)
            if same and _counts_as_file(item):
                return item.id
    return 0


def _counts_as_file(item: Delivery) -> bool:
    return item.kind == KIND and item.state == "active" and bool(item.files)


def _days_of(item: Delivery) -> set[int]:
    days = item.options.get("days")
    return {day for day in days if isinstance(day, int)} if isinstance(days, list) else set()


def _empty() -> list[str]:
    return list(_counts(None, Read()))


def _counts(intake: Intake | None, read: Read) -> dict[str, int]:
    change = intake.change if intake is not None else None
    found = {
        "messages": read.messages,
        "malformed_lines": read.malformed,
        "rejected_spans": read.rejected_spans,
    }
    if change is None:
        from turbofinops_tui.economics.evidence import Counts

        return found | asdict(Counts()) | {"duplicate_spans": 0, "late_spans": 0}
    found |= asdict(change.counts)
    return found | {"duplicate_spans": change.duplicates, "late_spans": sum(change.late.values())}


def _warnings(name: str, read: Read, intake: Intake) -> list[str]:
    found = [f"{name}: {number} {REASONS[reason]}" for reason, number in sorted(read.reasons.items())]
    if read.broken_times:
        found.append(
            f"{name}: {read.broken_times} spans last longer than 36 years: their duration counts as 0"
        )
    if read.backward:
        found.append(
            f"{name}: {read.backward} spans have no end or end before they begin: their duration counts as 0"
        )
    if read.far_off:
        found.append(f"{name}: {read.far_off} spans begin before 2000 or after 2100: was a clock not set?")
    for day, number in sorted(intake.change.late.items()):
        found.append(
            f"{name}: {number} spans came after {day_text(day)} closed: not counted (--reopen takes it anew)"
        )
    return found


def _findings(name: str, read: Read) -> list[Finding]:
    return [
        Finding(
            "otlp_rejected", f"{name}:{reason}", KIND, REASONS[reason], read.first_position.get(reason, ""),
            count=number,
        )
        for reason, number in sorted(read.reasons.items())
    ]  # fmt: skip
