"""The evidence of open days as other rules of reading would have it: what keeping a draft gives.

Daily rows hold no spans, so a draft of routes, keys, trace ids and the links that name routes or traces
alone is tried on the kept spans of open days. Closed days have none: keeping changes nothing there either,
until ``db rebuild`` reads their files again, and the preview says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.economics.usage import EvidenceRow
from turbofinops_tui.store.books_id import facts_id, short_hash
from turbofinops_tui.store.evidence import evidence_scopes, register_used
from turbofinops_tui.store.spans import due_days, span_days, traces_of_days

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.open import WriteTxn
    from turbofinops_tui.store.reading import Reading

FEED = "otlp"
MOST_TRACES = 20_000
"""traces that are resolved for a preview; an editor asks at every key"""
KEPT = 4


@dataclass(frozen=True, slots=True)
class SpanPreview:
    """Rows that take the place of the spans' evidence on ``days``, and what cannot be shown."""

    key: str
    days: tuple[int, ...] = ()
    rows: tuple[EvidenceRow, ...] = ()
    notes: tuple[str, ...] = ()

    def register(self, txn: WriteTxn) -> list[str]:
        """Make the customers that the rows newly name, as resolving does: day by day; returns them."""
        made: list[str] = []
        for day in self.days:
            made += register_used(txn, {row.key for row in self.rows if row.day == day}, FEED)
        return made


class SpanPreviews:
    """Previews of one session's spans, the last few remembered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, SpanPreview] = {}

    def of(self, reading: Reading) -> SpanPreview:
        """What ``reading`` makes of the spans of now."""
        store = self._session.store
        with store.read() as conn:
            key = short_hash([facts_id(conn), reading.id])
            if key in self._known:
                return self._known[key]
            scopes = {name for name in evidence_scopes(conn) if name.startswith(f"{FEED}:")}
            shut = {day for day, closed in span_days(conn).items() if closed}
            shut.update(due_days(conn, store.clock.now()))
            days = [] if self._session.reader else sorted(set(span_days(conn)) - shut)
            traces = len(traces_of_days(conn, days)) if days else 0
        notes = [] if len(scopes) == len(days) else [self._closed(len(scopes) - len(days))]
        if traces > MOST_TRACES:
            days, notes = [], [*notes, _too_many(traces)]
        found = SpanPreview(key, tuple(days), tuple(self._rows(reading, days)), tuple(notes))
        while len(self._known) >= KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[key] = found
        return found

    def _rows(self, reading: Reading, days: Sequence[int]) -> list[EvidenceRow]:
        if not days:
            return []
        from turbofinops_tui.sync.settle_spans import rows_under

        return rows_under(self._session.store, reading, days)

    def _closed(self, number: int) -> str:
        days = f"{number:,} {'day' if number == 1 else 'days'} of traces"
        if self._session.reader:
            return f"{days} are shown as published: published books hold no spans to read anew"
        return (
            f"{days} {'has' if number == 1 else 'have'} closed: the customers and features found there stay,"
            " also when this is kept, until `turbofinops db rebuild` reads the files again"
        )


def _too_many(traces: int) -> str:
    return (
        f"open days hold {traces:,} traces, more than {MOST_TRACES:,}: what their customers and features"
        " become is not shown before this is kept"
    )
