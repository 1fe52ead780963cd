"""Spans into daily evidence: what a trace adds is taken away and added anew when more of it comes.

The rows of a day are the sum over its traces, so a delivery costs only the traces that it touches, in
whatever order files and spans come. Everything here runs under ``store.spans.settling``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from turbofinops_tui.economics.evidence import Cell, Cells, Counts, Left, Resolver, add_trace
from turbofinops_tui.economics.money import decimal_text, scale
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.spans import NANOSECONDS_A_DAY, Span
from turbofinops_tui.economics.usage import USAGE_MEASURES, EvidenceKey, EvidenceRow
from turbofinops_tui.store.evidence import (
    Prepared,
    evidence_scopes,
    load_evidence,
    prepared,
    replace_scopes,
)
from turbofinops_tui.store.findings import Finding, close_finding, load_findings, record_findings
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.pace import Pace
from turbofinops_tui.store.reading import Reading, load_reading
from turbofinops_tui.store.spans import (
    Part,
    close_days,
    delete_parts,
    open_days,
    part_ids,
    parts_by_id,
    put_parts,
    settle_parts,
    settled_parts,
    span_days,
    traces_of_days,
    waiting_parts,
)
from turbofinops_tui.sync.kept_spans import part_of, spans_of
from turbofinops_tui.sync.read.otlp import Read
from turbofinops_tui.sync.span_calls import resolver_of

FEED = "otlp"
AT_ONCE = 20_000
"""spans held in memory before they are resolved and written"""
LATE = "late_spans"
TWICE, AFTER_CLOSE = "call_in_two_feeds", "calls_after_close"
PACE_ROWS = 500
MIXED = "mixed"
"""in place of a reading's id: its rows come of several"""


def scope_of(day: int) -> str:
    """The evidence scope of a day of spans."""
    return f"{FEED}:{day_text(day)}"


@dataclass(slots=True)
class Change:
    """What is to be added to the daily rows, and what was met on the way."""

    cells: Cells = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    duplicates: int = 0
    late: dict[int, int] = field(default_factory=dict)
    """closed day -> spans that came too late"""
    days: set[int] = field(default_factory=set)
    left: Left = field(default_factory=dict)
    """the resolver's: calls that a stronger feed tells"""

    def add(self, other: Change) -> None:
        """Add what ``other`` changes."""
        for key, figures in other.cells.items():
            held = self.cells.get(key)
            self.cells[key] = figures if held is None else [a + b for a, b in zip(held, figures, strict=True)]
        self.counts.add(other.counts)
        self.duplicates += other.duplicates
        for day, spans in other.late.items():
            self.late[day] = self.late.get(day, 0) + spans
        self.days |= other.days
        for place, (calls, units) in other.left.items():
            before = self.left.get(place, (0, Fraction(0)))
            self.left[place] = (before[0] + calls, before[1] + units)


class Digest(NamedTuple):
    """What a chunk of messages holds, resolved as if nothing else existed."""

    parts: list[Part]
    days: list[frozenset[int]]
    """of each part"""
    change: Change
    read: Read


class Intake:
    """Takes the spans of one staged delivery; keeps them and sums up what they change.

    ``waiting``: the delivery counts already, so its spans wait for ``settle_waiting`` as received ones do.
    """

    def __init__(
        self,
        store: Store,
        delivery: int,
        reading: Reading,
        only: frozenset[int] | None = None,
        *,
        waiting: bool = False,
    ) -> None:
        self._waiting = waiting
        self._store, self._delivery, self._only = store, delivery, only
        self.reading = reading
        self.resolver = resolver_of(store, reading)
        self.change = Change(left=self.resolver.left)
        self._held: dict[str, list[Span]] = {}
        self._count = 0
        self._pace = Pace()
        self._pace.rows = PACE_ROWS
        with store.read() as conn:
            self.closed = frozenset(day for day, closed in span_days(conn).items() if closed)

    def add(self, trace: str, span: Span) -> None:
        """One accepted span; those of closed days are counted and left out."""
        day = span.start // NANOSECONDS_A_DAY
        if self._only is not None and day not in self._only:
            return
        if day in self.closed:
            self.change.late[day] = self.change.late.get(day, 0) + 1
            return
        held = self._held.get(trace)
        if held is None:
            self._held[trace] = [span]
        else:
            held.append(span)
        self._count += 1
        if self._count >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Keep what is held and sum up its change."""
        held, self._held, self._count = self._held, {}, 0
        if self._waiting:
            self._put([part_of(trace, self._delivery, held[trace]) for trace in sorted(held)])
            return
        with self._store.read() as conn:
            known = _known(settled_parts(conn, list(held), self._delivery))
        parts = []
        for trace in sorted(held):
            if fresh := merge(self.change, self.resolver, trace, known.pop(trace, []), held[trace]):
                parts.append(part_of(trace, self._delivery, fresh))
        self._put(parts)

    def join(self, digest: Digest) -> None:
        """Take what another process has read; traces that are known already are resolved here anew."""
        with self._store.read() as conn:
            known = _known(settled_parts(conn, [part.trace for part in digest.parts], self._delivery))
        change, resolver, parts = digest.change, self.resolver, []
        change.days.clear()
        for part, days in zip(digest.parts, digest.days, strict=True):
            if part.trace in known:
                spans = spans_of(part)
                add_trace(change.cells, part.trace, spans, resolver, change.counts, -1)
                if fresh := merge(change, resolver, part.trace, known[part.trace], spans):
                    parts.append(part_of(part.trace, self._delivery, fresh))
            else:
                parts.append(part)
                change.days |= days
        self.change.add(change)
        self._put(parts)

    def _put(self, parts: list[Part]) -> None:
        while parts:
            some, parts = parts[: self._pace.rows], parts[self._pace.rows :]
            with self._pace.measured(), self._store.write("stage spans", durable=False) as txn:
                put_parts(txn, some, settled=not self._waiting)


def _known(parts: Iterable[Part]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for part in parts:
        found.setdefault(part.trace, []).extend(spans_of(part))
    return found


def merge(
    change: Change, resolver: Resolver, trace: str, known: Sequence[Span], more: Sequence[Span]
) -> list[Span]:
    """Add to ``change`` what ``more`` spans of a trace alter; returns those not seen before."""
    seen = {span.id for span in known}
    fresh: list[Span] = []
    if not known and len({span.id for span in more}) == len(more):
        fresh, more = list(more), ()
    for span in more:
        if span.id not in seen:
            seen.add(span.id)
            fresh.append(span)
    change.duplicates += max(len(more) - len(fresh), 0)
    if fresh:
        add_trace(change.cells, trace, known, resolver, change.counts, -1)
        add_trace(change.cells, trace, [*known, *fresh], resolver, change.counts)
        change.days.update(span.start // NANOSECONDS_A_DAY for span in fresh)
    return fresh


def publish(
    txn: WriteTxn, change: Change, reading: Reading, delivery: int | None, anew: Iterable[int] | None = None
) -> list[str]:
    """Add a change to the rows of open days, or make it all that the days ``anew`` have.

    Returns the references of customers newly made.
    """
    days = span_days(txn.conn)
    scopes = evidence_scopes(txn.conn)
    wanted: dict[int, list[EvidenceRow]] = {} if anew is None else {day: [] for day in anew}
    for key, figures in change.cells.items():
        cell = Cell(*key)
        if days.get(cell.day) is not True and any(figures):
            wanted.setdefault(cell.day, []).append(_row(cell, figures))
    open_days(txn, change.days, _seconds(txn))
    ready: dict[str, dict[str, Prepared]] = {}
    for day in sorted(wanted):
        scope = scope_of(day)
        old = load_evidence(txn.conn, scope=scope) if anew is None else ()
        # rows of another reading among these: to be resolved anew by the next refresh
        same = anew is not None or scope not in scopes or scopes[scope][1] == reading.id
        ready.setdefault(reading.id if same else MIXED, {})[scope] = prepared([*old, *wanted[day]])
    made: list[str] = []
    for told, some in ready.items():
        made += replace_scopes(txn, some, feed=FEED, reading=told)
    late = [
        Finding(
            LATE, day_text(day), FEED,
            f"spans of {day_text(day)} came after the day closed: not counted (import otlp --reopen takes"
            " the day anew)", count=count,
        )
        for day, count in sorted(change.late.items())
    ]  # fmt: skip
    record_findings(txn, late, delivery)
    _tell_left(txn, change.left, None if anew is None else set(wanted))
    return made


def _tell_left(txn: WriteTxn, left: Left, anew: set[int] | None) -> None:
    """A finding a day of the calls that count elsewhere: added to what it says, or all that it says."""
    days: dict[int, list[tuple[int, Fraction, str]]] = {day: [] for day in anew or ()}
    for (day, currency), (calls, units) in left.items():
        amount = units / scale(currency) if currency else Fraction(0)
        days.setdefault(day, []).append((calls, amount, currency))
    known = (
        {} if anew is not None else {one.finding.key: one.finding for one in load_findings(txn.conn, TWICE)}
    )
    for day, held in sorted(days.items()):
        key = f"{FEED} {day_text(day)}"
        if (old := known.get(key)) is not None:
            held.append((old.count, Fraction(old.amount or 0), old.currency))
        count = sum(calls for calls, _, _ in held)
        if count <= 0:
            close_finding(txn, TWICE, FEED, key)
            continue
        currency = min((code for _, _, code in held if code), default="")
        amount = sum((part for _, part, code in held if code == currency), Fraction(0))
        text = f"calls of traces of {day_text(day)} that the meter or a gateway tells too: counted once"
        told = money_text(amount) if currency else ""
        record_findings(txn, [Finding(TWICE, key, FEED, text, "", told, currency, count)])


def money_text(amount: Fraction) -> str:
    """An amount as decimal text of 9 places, trailing zeros cut."""
    return decimal_text(Decimal(round(amount * 10**9)).scaleb(-9))


def _seconds(txn: WriteTxn) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(txn.now).timestamp())


def _row(cell: Cell, figures: Sequence[int]) -> EvidenceRow:
    key = EvidenceKey(
        FEED, cell.service, "", cell.provider, cell.model, cell.customer_kind, cell.customer,
        cell.feature_kind, cell.feature, cell.numerator, cell.denominator,
        cell.currency, cell.price, "priced" if cell.currency else "",
    )  # fmt: skip
    count = len(USAGE_MEASURES)
    return EvidenceRow(cell.day, key, tuple(figures[:count]), tuple(figures[count:]))  # type: ignore[arg-type]


def settle_waiting(store: Store, most: int = 5_000) -> Change:
    """Bring received parts into the daily rows, some thousand parts a transaction; returns all changes."""
    total = Change()
    while True:
        with store.read() as conn:
            parts = waiting_parts(conn, most)
            reading = load_reading(conn)
            closed = {day for day, shut in span_days(conn).items() if shut}
            known = _known(settled_parts(conn, list({part.trace for part in parts})))
        if not parts:
            return total
        resolver = resolver_of(store, reading)
        change = Change(left=resolver.left)
        whole, fresh_parts = [], []
        for part in parts:
            before = known.setdefault(part.trace, [])
            got = spans_of(part)
            spans = [span for span in got if span.start // NANOSECONDS_A_DAY not in closed]
            for span in got:
                if (day := span.start // NANOSECONDS_A_DAY) in closed:
                    change.late[day] = change.late.get(day, 0) + 1
            if fresh := merge(change, resolver, part.trace, before, spans):
                before.extend(fresh)
                if len(fresh) == len(got):
                    whole.append(part.id)
                else:
                    fresh_parts.append(part_of(part.trace, part.delivery, fresh))
        with store.write("settle spans") as txn:
            settle_parts(txn, whole)
            delete_parts(txn, {part.id for part in parts} - set(whole))
            put_parts(txn, fresh_parts, settled=True)
            publish(txn, change, reading, None)
        total.counts.add(change.counts)
        total.duplicates += change.duplicates


def resolve_days(store: Store, days: Iterable[int], without: int = 0) -> None:
    """Resolve open days anew from their kept spans, ``without`` those of one delivery."""
    with store.read() as conn:
        reading = load_reading(conn)
        wanted = [day for day in days if span_days(conn).get(day) is False]
    change = _resolved(store, reading, wanted, without)
    with store.write("resolve spans") as txn:
        publish(txn, change, reading, None, anew=wanted)


def rows_under(store: Store, reading: Reading, days: Sequence[int]) -> list[EvidenceRow]:
    """The daily rows that open days would have under another reading; nothing is stored."""
    cells = _resolved(store, reading, days).cells
    return [_row(Cell(*key), figures) for key, figures in cells.items() if any(figures)]


def _resolved(store: Store, reading: Reading, days: Sequence[int], without: int = 0) -> Change:
    """What the kept spans of ``days`` give under ``reading``, ``without`` those of one delivery."""
    with store.read() as conn:
        traces = traces_of_days(conn, days)
    resolver = resolver_of(store, reading)
    change = Change(left=resolver.left)
    for start in range(0, len(traces), 2_000):
        with store.read() as conn:
            parts = settled_parts(conn, traces[start : start + 2_000])
            known = _known(part for part in parts if part.delivery != without)
        for trace in sorted(known):
            add_trace(change.cells, trace, known[trace], resolver, change.counts)
    keep = set(days)
    change.cells = {cell: figures for cell, figures in change.cells.items() if cell[0] in keep}
    change.left = {place: held for place, held in change.left.items() if place[0] in keep}
    return change


def forget_days(store: Store, days: frozenset[int]) -> None:
    """Forget the kept spans of some days; open days that shared a trace with them are resolved anew."""
    others: set[int] = set()
    with store.read() as conn:
        gone = part_ids(conn, days=days)
        shared = [part for part in parts_by_id(conn, gone) if {part.first_day, part.last_day} - days]
    left = []
    for part in shared:
        spans = [span for span in spans_of(part) if span.start // NANOSECONDS_A_DAY not in days]
        others.update(span.start // NANOSECONDS_A_DAY for span in spans)
        left += [part_of(part.trace, part.delivery, spans)] if spans else []
    with store.write("forget spans") as txn:
        delete_parts(txn, gone)
        put_parts(txn, left, settled=True)
    if others:
        resolve_days(store, others)


def refresh(store: Store) -> list[int]:
    """Close what is due; resolve open days anew that another reading resolved; returns those days."""
    from turbofinops_tui.store.reading import stale_scopes

    close_days(store)
    with store.read() as conn:
        stale = set(stale_scopes(conn, load_reading(conn)))
        days = [day for day, shut in span_days(conn).items() if not shut and scope_of(day) in stale]
    if days:
        resolve_days(store, days)
    return days
