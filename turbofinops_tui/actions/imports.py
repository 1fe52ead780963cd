"""Bring in cost files: one command is one delivery, all or nothing (interface.md, trust.md 7)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from turbofinops_tui.actions.deliveries import prune_received
from turbofinops_tui.actions.left_out import warn_left_out
from turbofinops_tui.economics.periods import month_text, parse_month
from turbofinops_tui.economics.types import Rules
from turbofinops_tui.errors import DataError, UsageError
from turbofinops_tui.store.batches import Also, BatchChange, abandon_delivery, begin_delivery
from turbofinops_tui.store.deliveries import Delivery, FileRecord, load_deliveries, load_delivery
from turbofinops_tui.store.received import keep as keep_file
from turbofinops_tui.store.received import open_received
from turbofinops_tui.store.rules import load_rules
from turbofinops_tui.store.settings import all_settings, load_settings
from turbofinops_tui.sync import deliver
from turbofinops_tui.sync.deliver import Target
from turbofinops_tui.sync.read import csv_costs
from turbofinops_tui.sync.read.files import sha256
from turbofinops_tui.sync.read.limits import Limits, limits_from
from turbofinops_tui.sync.read.recognise import LayoutOf, recognise
from turbofinops_tui.sync.read.tags import fold_key
from turbofinops_tui.sync.rollup.sources import layout_of, left_out_keys

if TYPE_CHECKING:
    import sqlite3

    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.sync.rollup.canonical import TagOptions
    from turbofinops_tui.sync.rollup.result import PeriodRollup
    from turbofinops_tui.sync.rollup.run import Delivered

Progress = Callable[[str, int, int], None]
_WHOLE = (
    "SELECT delivery FROM ingest_batch GROUP BY delivery"
    " HAVING count(DISTINCT period) = count(DISTINCT CASE WHEN state = 'active' THEN period END)"
)
"""deliveries all of whose billing periods count"""


@dataclass(slots=True)
class ImportedPeriod:
    """One billing period of a delivery: exact totals before and after."""

    period: str
    lines: int
    old_lines: int
    totals: dict[tuple[str, str], str]
    """(currency, effective|billed) -> exact decimal text"""
    old_totals: dict[tuple[str, str], str]
    residuals: dict[tuple[str, str], str]
    same: bool = False


@dataclass(slots=True)
class ImportedFinding:
    """Something kept honestly: what, how often, and the cost at stake."""

    kind: str
    detail: str
    count: int
    amount: str = ""
    currency: str = ""


@dataclass(slots=True)
class ImportResult:
    """What an import did. ``unchanged`` means that the very same delivery counts already."""

    delivery: int
    source: str
    export: str
    format: str
    lines: int
    periods: list[ImportedPeriod] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    findings: list[ImportedFinding] = field(default_factory=list)
    new_customers: int = 0
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """One delivery as asked for."""

    kind: str
    target: Target
    paths: tuple[Path, ...]
    layout_of: LayoutOf
    options: dict[str, object]
    """stored with the delivery: enough to read its files again"""
    limits: Limits
    tags: TagOptions
    month: int | None = None
    keep: bool = False
    names: tuple[str, ...] = ()
    """what the files are called, in their order; empty: their paths"""
    trusted: bool = False
    """the provider itself says that this is the whole month, so it may shrink"""
    also: Also | None = None
    """writes into the transaction that makes the delivery count"""


def import_focus(
    session: Session,
    files: Sequence[Path],
    source: str,
    export: str = "main",
    *,
    period: str = "",
    include_tags: Sequence[str] = (),
    keep: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import FOCUS, CUR or Azure files as one delivery of (source, export); replaces its billing periods.

    The same files again change nothing. DataError names file, line and column of
    the first thing that cannot be read; ConflictError refuses a period that would
    lose more than half (unless the session says yes). The store stays as it was then.
    """
    options: dict[str, object] = {"include_tags": sorted(set(include_tags))} | (
        {"period": period} if period else {}
    )
    plan = _plan(session, "focus", files, source, export, recognise, options)
    plan = replace(plan, month=parse_month(period) if period else None, keep=keep)
    return _import(session, plan, progress)


def import_costs(
    session: Session,
    files: Sequence[Path],
    source: str,
    mapping: Sequence[str],
    export: str = "main",
    *,
    include_tags: Sequence[str] = (),
    keep: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import any CSV of costs by ``FIELD=COLUMN`` words; otherwise as ``import_focus``."""
    fields = csv_costs.parse_map(mapping)
    layout_of: LayoutOf = partial(csv_costs.layout, mapping=fields, source=source)
    options: dict[str, object] = {"include_tags": sorted(set(include_tags)), "map": fields}
    plan = replace(_plan(session, "costs", files, source, export, layout_of, options), keep=keep)
    return _import(session, plan, progress)


def import_fetched(
    session: Session,
    files: Sequence[Path],
    source: str,
    export: str,
    *,
    connection: str = "",
    names: Sequence[str] = (),
    keep: bool = True,
    trusted: bool = False,
    also: Also | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import what a cost source handed over, as ``import_focus`` does; ``also`` writes its cursor with it.

    ``names`` are what the files are called at the source, since the fetched ones do not stay. Local files
    (not ``keep``) may be half-copied: a period that shrinks by more than half is refused as ever. Errors name
    files as ``names`` does.
    """
    options: dict[str, object] = {"include_tags": []} | ({"connection": connection} if connection else {})
    plan = _plan(session, "focus", files, source, export, recognise, options)
    plan = replace(plan, keep=keep, trusted=trusted, names=tuple(names), also=also)
    try:
        return _import(session, plan, progress)
    except DataError as error:
        called = dict(zip(map(str, files), names, strict=False))
        error.file = called.get(error.file, error.file)
        raise


def read_again(session: Session, delivery: int, periods: Sequence[str] | None = None) -> list[BatchChange]:
    """Read a delivery's files again and make ``periods`` of it count (all of them when None).

    For rebuild, and for undoing what replaced it. DataError when a file is gone or is not what was imported.
    """
    from turbofinops_tui.sync.rollup.engine import Engine
    from turbofinops_tui.sync.rollup.run import roll_up

    with session.store.read() as conn:
        item = load_delivery(conn, delivery)
    with ExitStack() as opened:
        paths = [_received(session, opened, record) for record in item.files]
        plan = _again(session, item, paths)
        with Engine(session.paths.store.parent) as engine:
            done = roll_up(engine, plan.paths, plan.layout_of, plan.limits, plan.tags)
            chosen = [
                period
                for period in done.rollup.periods
                if periods is None or month_text(period.period) in periods
            ]
            warn_left_out(done.rollup)
            _drop_staged(session, delivery)
            new = deliver.stage(session.store, delivery, plan.target, done.rollup, chosen)
            changes = deliver.publish(session.store, delivery, plan.target, done.rollup, new)
    return changes


def _again(session: Session, item: Delivery, paths: Sequence[Path]) -> _Plan:
    """The plan that gave ``item``, on the files as they lie now."""
    return _plan(session, item.kind, paths, item.source, item.export, layout_of(item), dict(item.options))


def _received(session: Session, opened: ExitStack, record: FileRecord) -> Path:
    found = opened.enter_context(open_received(session.paths.received, record))
    if found.path is None:
        raise DataError(found.reason, "fetch it and import it again", file=record.path)
    return found.path


def _drop_staged(session: Session, delivery: int) -> None:
    """What a crash left of an earlier attempt to read this delivery again."""
    with session.store.write("clear staged batches") as txn:
        txn.conn.execute(
            "UPDATE ingest_batch SET state = 'retired' WHERE delivery = ? AND state = 'staged'", (delivery,)
        )


def _plan(
    session: Session,
    kind: str,
    files: Sequence[Path],
    source: str,
    export: str,
    layout_of: LayoutOf,
    options: dict[str, object],
) -> _Plan:
    from turbofinops_tui.sync.rollup.canonical import TagOptions

    for name, text in (("--source", source), ("--export", export)):
        if not text.strip() or text != text.strip() or len(text) > 100:
            raise UsageError(f"{name} {text!r} is no name", "give a short name without outer blanks")
    if not files:
        raise UsageError("no file given", "name at least one file")
    with session.store.read() as conn:
        limits = limits_from(all_settings(conn))
        prefixes = load_settings(conn).tag_prefixes
        include = {str(key) for key in cast("list[Any]", options["include_tags"])}
        # A key that a rule names always enters, and one that was asked for stays asked for.
        include |= _rule_keys(load_rules(conn)) | _asked_before(conn, source, export)
    folded = sorted({fold_key(key, prefixes) for key in include})
    options = options | {"include_tags": folded, "tag_prefixes": list(prefixes)}
    return _Plan(
        kind, Target(source, export), tuple(files), layout_of, options, limits, TagOptions(prefixes, folded)
    )


def _rule_keys(rules: Rules) -> set[str]:
    """Tag keys that a rule or an identity names."""
    matches = [
        *(rule.match for rule in rules.classes),
        *(rule.match for rule in rules.links),
        *(rule.match for rule in rules.shared),
    ]
    names = [name for match in matches for name, _ in match.terms]
    names += [identity.kind for identity in rules.identities]
    names += [name for rule in rules.shared for name in rule.within]
    return {name[4:] for name in names if name.startswith("tag:")}


def _asked_before(conn: sqlite3.Connection, source: str, export: str) -> set[str]:
    return {
        str(key)
        for item in _active(conn, source, export)
        for key in cast("list[Any]", item.options.get("include_tags", []))
    }


def _active(conn: sqlite3.Connection, source: str, export: str) -> list[Delivery]:
    return [
        item
        for item in load_deliveries(conn)
        if (item.source, item.export, item.state) == (source, export, "active")
        and item.kind in ("focus", "costs")
    ]


def _import(session: Session, plan: _Plan, progress: Progress | None) -> ImportResult:
    from turbofinops_tui.sync.rollup.engine import Engine
    from turbofinops_tui.sync.rollup.run import roll_up

    known = _same_delivery(session, plan)
    if known is not None:
        if plan.also is not None:
            with session.store.write("nothing new") as txn:
                plan.also(txn, known.id)
        return ImportResult(
            known.id, plan.target.source, plan.target.export, plan.kind, known.lines,
            warnings=["the same files count already: nothing was changed"], unchanged=True,
        )  # fmt: skip
    with Engine(session.paths.store.parent) as engine:
        done = roll_up(engine, plan.paths, plan.layout_of, plan.limits, plan.tags, progress)
        if plan.month is not None:
            from turbofinops_tui.sync.rollup.outside import check_period

            check_period(engine, done, plan.month, plan.limits)
    warn_left_out(done.rollup)
    if not session.yes and not plan.trusted:
        deliver.check_shrinking(session.store, plan.target, done.rollup.periods)
    return _store(session, plan, done)


def _store(session: Session, plan: _Plan, done: Delivered) -> ImportResult:
    """Stage and publish; on any error the store is as it was."""
    store = session.store
    records = [
        FileRecord(os.path.abspath(read.file.path), read.sha256, read.file.size, read.lines)
        for read in done.files
    ]
    if plan.keep:
        records = [keep_file(session.paths.received, record) for record in records]
        prune_received(session)
    if plan.names:
        records = [replace(record, path=name) for record, name in zip(records, plan.names, strict=True)]
    delivery = begin_delivery(store, plan.kind, plan.target.source, plan.target.export, records, plan.options)
    try:
        new = deliver.stage(store, delivery, plan.target, done.rollup, done.rollup.periods)
        changes = deliver.publish(store, delivery, plan.target, done.rollup, new, plan.also)
    except BaseException:
        abandon_delivery(store, delivery)
        raise
    return _result(plan, delivery, done, changes, len(new))


def _same_delivery(session: Session, plan: _Plan) -> Delivery | None:
    """The active delivery of the very same files and options, all of whose periods still count; or None.

    Sizes first: files are hashed only when their sizes already match.
    """
    with session.store.read() as conn:
        whole = {row[0] for row in conn.execute(_WHOLE)}
        candidates = [
            item
            for item in _active(conn, plan.target.source, plan.target.export)
            if item.id in whole and item.kind == plan.kind and _same_options(conn, item, plan.options)
        ]
    if not candidates or not all(path.is_file() for path in plan.paths):
        return None  # opening a file that is none says it better
    sizes = sorted(path.stat().st_size for path in plan.paths)
    found = [item for item in candidates if sorted(record.bytes for record in item.files) == sizes]
    hashes = sorted(map(sha256, plan.paths)) if found else []
    return next((item for item in found if sorted(record.sha256 for record in item.files) == hashes), None)


def _same_options(conn: sqlite3.Connection, item: Delivery, options: dict[str, object]) -> bool:
    """True when reading with ``options`` now would give what the delivery holds."""
    new = {str(key) for key in cast("list[Any]", options["include_tags"])}
    if new & left_out_keys(conn, item.id):
        return False
    asked = {"include_tags": options["include_tags"]}
    return {**item.options, **asked} == options


def _result(
    plan: _Plan, delivery: int, done: Delivered, changes: Sequence[BatchChange], new_customers: int
) -> ImportResult:
    by_period = {change.period: change for change in changes}
    return ImportResult(
        delivery=delivery,
        source=plan.target.source,
        export=plan.target.export,
        format=", ".join(dict.fromkeys(read.layout.format for read in done.files)),
        lines=done.rollup.lines,
        periods=[_period(period, by_period[month_text(period.period)]) for period in done.rollup.periods],
        warnings=list(done.rollup.warnings),
        findings=[
            ImportedFinding(item.kind, item.detail, item.count, item.amount, item.currency)
            for item in done.rollup.findings
        ],
        new_customers=new_customers,
    )


def _period(period: PeriodRollup, change: BatchChange) -> ImportedPeriod:
    from turbofinops_tui.economics.money import decimal_text

    return ImportedPeriod(
        period=change.period,
        lines=period.lines,
        old_lines=change.old_lines,
        totals={(total.currency, total.cost): decimal_text(total.exact) for total in period.totals},
        old_totals={key: decimal_text(value) for key, value in change.old.items()},
        residuals={(total.currency, total.cost): decimal_text(total.residual) for total in period.totals},
        same=change.same,
    )
