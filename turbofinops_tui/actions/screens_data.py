"""The desk: the slice that all screens share, and the tables they are given.

``stored`` runs before first paint on the main thread and touches stdlib sqlite3
only; ``fresh`` runs in a thread and is the first to import numpy and the books.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from turbofinops_tui.actions import first_paint
from turbofinops_tui.actions.draft_view import DraftInfo, DraftKey, draft_info, draft_key
from turbofinops_tui.actions.memory import give_back
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.periods import (
    Days,
    Range,
    day_text,
    month_of_day,
    month_start,
    month_text,
)
from turbofinops_tui.economics.types import Condition, Having, Slice, Sort, Table
from turbofinops_tui.paths import Paths
from turbofinops_tui.store.open import Store

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.verdict import Verdict

CACHE = 64
"""tables kept per books id"""
MOST_MADE = 10_000
"""rows of a table up to which they are made before it is shown; of larger ones only those looked at"""
FEW = 1000
"""customers up to which their months are computed with their totals, and painted once"""


class Opener(Protocol):
    """What a front end starts the app with: places and flags, nothing opened yet."""

    @property
    def paths(self) -> Paths:
        """Where everything lives."""

    @property
    def clock(self) -> Clock:
        """The injected clock."""

    @property
    def read_only(self) -> bool:
        """True when nothing may be written."""

    def open(self) -> Session:
        """The session, its store opened and migrated."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the slice form and the period keys set for every money screen."""

    range: Range = field(default_factory=lambda: Range("last-month"))
    revenue: Any = "recognised"
    cost: Any = "effective"
    currency: str = ""
    tax: Any = "out"
    credits: Any = "in"
    estimates: Any = "in"
    shared: Any = None
    view: Any = "saved"
    """which rules: saved, draft or difference"""
    where: tuple[Condition, ...] = ()
    having: tuple[Having, ...] = ()


class Desk:
    """Shared view state and the one door to tables."""

    def __init__(self, opener: Opener) -> None:
        self.opener = opener
        self.today = opener.clock.today()
        self.scope = Scope()
        self.books_id = ""
        self.stored = True
        self.settling = False
        """an edit's figures are not all computed yet"""
        self.delivered_at = ""
        self._session: Session | None = None
        self._reports: Reports | None = None
        self._cache: dict[Slice, Table] = {}
        self._kept: set[str] = set()
        self._most_rows: int | None = None
        self.first_day: int | None = None
        """first day of the first month with facts; None until something was computed"""
        self.no_revenue: bool | None = None
        """the books hold no revenue of any time; None until something was computed"""
        self._lock = threading.Lock()
        self.draft: DraftInfo | None = None
        """the draft as last read"""
        self._draft_key: DraftKey = ()
        self._told: object = None
        self._verdicts: tuple[tuple[object, ...], dict[str, Verdict]] | None = None

    # --- slices ---------------------------------------------------------------------------

    def slice(self, by: tuple[str, ...], measures: tuple[str, ...], **changes: Any) -> Slice:
        """A slice over the shared scope; ``changes`` override it. The scope's ``having`` is not taken:
        it belongs to the screen whose rows it names."""
        scope = self.scope
        base = Slice(
            by=by, measures=measures, range=scope.range, revenue=scope.revenue, cost=scope.cost,
            currency=scope.currency, tax=scope.tax, credits=scope.credits, estimates=scope.estimates,
            shared=scope.shared, where=scope.where, view=scope.view,
        )  # fmt: skip
        return replace(base, **changes)

    def narrowed(self, *only: Condition) -> tuple[Condition, ...]:
        """The shared filters with those of one figure, which take the place of filters on the same dimension
        (the figure passed them; the same dimension twice would be OR)."""
        own = {condition.dimension for condition in only}
        return (*(c for c in self.scope.where if c.negated or c.dimension not in own), *only)

    def days(self) -> Days:
        """The days of the shared period."""
        return self.scope.range.resolve(self.today)

    def months_back(self, count: int) -> Range:
        """``count`` whole months ending with the month that holds the period's last day."""
        last = month_of_day(self.days().end - 1)
        return Range(f"{month_text(last - count + 1)}..{month_text(last)}")

    def history(self) -> Range:
        """Whole months from the first fact to the month that holds the period's last day."""
        last = month_of_day(self.days().end - 1)
        first = last if self.first_day is None else min(last, month_of_day(self.first_day))
        return Range(f"{month_text(first)}..{month_text(last)}")

    def before(self) -> Range:
        """The stretch that the period is compared with.

        The month before for a month; for all else as many days right before. A
        running period is compared with as many days of the one before.
        """
        days = self.days()
        if days.whole_months():
            months = len(days.months())
            start = month_start(month_of_day(days.start) - months)
            if days.end <= self.today:
                return Range(start=day_text(start), end=day_text(days.start))
            return Range(
                start=day_text(start), end=day_text(min(days.start, start + self.today - days.start))
            )
        return Range(start=day_text(days.start - len(days)), end=day_text(days.start))

    def so_far(self) -> Range:
        """The period cut at today, for comparing equal day counts; the period itself when it is over."""
        days = self.days()
        if days.end <= self.today or days.start >= self.today:
            return self.scope.range
        return Range(start=day_text(days.start), end=day_text(self.today))

    def shift(self, step: int) -> bool:
        """Move the period by its own length; False at the running period."""
        days = self.days()
        if days.whole_months():
            count = len(days.months())
            first = month_of_day(days.start) + step * count
            if month_start(first) > self.today:
                return False
            last = first + count - 1
            text = month_text(first) if count == 1 else f"{month_text(first)}..{month_text(last)}"
            self.scope = replace(self.scope, range=Range(text))
            return True
        start = days.start + step * len(days)
        if start > self.today:
            return False
        self.scope = replace(self.scope, range=Range(start=day_text(start), end=day_text(start + len(days))))
        return True

    def period_text(self) -> str:
        """The period as written."""
        written = self.scope.range
        return written.period or f"{written.start} .. {written.end or 'today'}"

    def where_text(self) -> str:
        """``provider=aws service!=Tax*``: the shared filters in their own words."""
        return " ".join(f"{c.dimension}{'!=' if c.negated else '='}{c.pattern}" for c in self.scope.where)

    @property
    def age_text(self) -> str:
        """``data 3 h old``: since the newest delivery; empty without one."""
        if not self.delivered_at:
            return ""
        try:
            then = datetime.strptime(self.delivered_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            return ""
        return "data " + duration_text(int((self.opener.clock.now() - then).total_seconds()))

    # --- tables ---------------------------------------------------------------------------

    def first_tables(self, names: Mapping[str, Slice]) -> dict[str, Table]:
        """Stored tables for first paint (main thread, stdlib only)."""
        view = first_paint.read(Store(self.opener.paths.store, self.opener.clock, read_only=True), names)
        self.delivered_at = view.delivered_at
        for table in view.tables.values():
            self.books_id = table.books.whole
        return view.tables

    def session(self) -> Session:
        """The opened session (thread only: opening may migrate)."""
        if self._session is None:
            self._session = self.opener.open()
        return self._session

    def fresh(self, names: Mapping[str, Slice]) -> dict[str, Table]:
        """The tables of ``names``, computed on the books of now (thread only)."""
        with self._lock:
            reports = self._open_reports()
            reports.refresh()
            self._see_draft(reports)
            months = reports.books().facts.months()
            self.no_revenue = not len(reports.books().revenue)
            self.first_day = months[0].start if months else None
            if reports.ids().whole != self.books_id:
                self._cache.clear()
                self.books_id = reports.ids().whole
            found, computed = {}, False
            for name, asked in names.items():
                table = self._cache.get(asked)
                if table is None:
                    table = reports.table(asked)
                    make = getattr(table.rows, "make", None)
                    if make is not None and len(table.rows) <= MOST_MADE:
                        make()  # here in the thread, not where keys are waited for
                    self._remember(asked, table)
                    computed = True
                found[name] = table
            if computed:
                give_back()
            return found

    def keep(self, tables: Mapping[str, Table]) -> None:
        """Store tables for the next first paint, unless the same ones are stored already (thread only)."""
        with self._lock:
            fresh = {
                name: table
                for name, table in tables.items()
                if table.slice.view == "saved" and self._mark(name, table) not in self._kept
            }
            first_paint.keep(self.session().store, fresh)
            self._kept |= {self._mark(name, table) for name, table in fresh.items()}

    def stamp(self) -> tuple[int, ...]:
        """Changes when somebody wrote to the store's files; two stats, nothing is opened."""
        found = []
        for suffix in ("", "-wal"):
            try:
                info = os.stat(f"{self.opener.paths.store}{suffix}")
                found += [info.st_mtime_ns, info.st_size]
            except OSError:
                found += [0, 0]
        return tuple(found)

    def changed(self) -> bool:
        """Whether the store's books are others than those shown (thread only)."""
        with self._lock:
            reports = self._open_reports()
            reports.refresh()
            return reports.ids().whole != self.books_id or draft_key(reports.drafts.load()) != self._draft_key

    def look_for_draft(self) -> None:
        """Show the saved rules again when the draft is gone (thread only, before slices are planned)."""
        if self.scope.view != "saved" and self.call(lambda _, reports: reports.drafts.load()) is None:
            self.scope = replace(self.scope, view="saved")

    def read_draft(self) -> DraftInfo | None:
        """The draft and what it does in the shared slice; worked out once per change (thread only)."""
        with self._lock:
            reports = self._open_reports()
            reports.refresh()
            asked = replace(self.slice((), ("cost",)), view="saved")
            key = (draft_key(reports.drafts.load()), reports.ids().whole, asked)
            if key != self._told:
                self.draft, self._told = draft_info(reports, asked), key
            return self.draft

    def _see_draft(self, reports: Reports) -> None:
        """Forget tables of a draft that is another by now."""
        key = draft_key(reports.drafts.load())
        if key != self._draft_key:
            self._draft_key = key
            self._cache = {asked: table for asked, table in self._cache.items() if asked.view == "saved"}

    def call(self, work: Callable[[Session, Reports], Any]) -> Any:
        """Run ``work`` with session and reports, one at a time (thread only)."""
        with self._lock:
            return work(self.session(), self._open_reports())

    def verdicts(self, reports: Reports, asked: Slice) -> dict[str, Verdict]:
        """The verdict of every customer; those of the last question are kept (within ``call``)."""
        from turbofinops_tui.actions.verdicts import verdicts

        reports.refresh()
        key = (reports.ids().whole, asked, draft_key(reports.drafts.load()) if asked.view != "saved" else ())
        if self._verdicts is None or self._verdicts[0] != key:
            self._verdicts = (key, verdicts(reports, asked))
        return self._verdicts[1]

    def forget(self) -> None:
        """The store changed: compute again."""
        with self._lock:
            self._cache.clear()

    @staticmethod
    def _mark(name: str, table: Table) -> str:
        return f"{name} {table.books.whole} {hash(table.slice)}"

    def _remember(self, asked: Slice, table: Table) -> None:
        if len(self._cache) >= CACHE:
            self._cache.clear()
        if asked.view == "saved":
            self.books_id = table.books.whole
        self._cache[asked] = table
        if asked.by == ("customer",):
            self._most_rows = max(self._most_rows or 0, len(table.rows))
        elif not asked.by and "customers" in asked.measures and table.totals:
            count = table.totals[0].values[table.column("customers")]
            self._most_rows = max(self._most_rows or 0, count if isinstance(count, int) else 0)

    @property
    def few_customers(self) -> bool:
        """Whether a table of every customer and month is known to be cheap."""
        return self._most_rows is not None and self._most_rows <= FEW

    def _open_reports(self) -> Reports:
        session = self.session()
        if self._reports is None:
            from turbofinops_tui.actions.reports import Reports

            self._reports = Reports(session)
        with session.store.read() as conn:
            newest = conn.execute("SELECT max(received_at) FROM delivery WHERE state = 'active'").fetchone()[
                0
            ]
        self.delivered_at = newest or ""
        return self._reports


def duration_text(seconds: int) -> str:
    """``just in``, ``12 min old``, ``3 h old``, ``5 days old``."""
    if seconds < 60:
        return "just in"
    for size, unit in ((86400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size * (2 if unit == "day" else 1):
            count = seconds // size
            return f"{count} {unit}{'s' if unit == 'day' else ''} old"
    return "just in"


def worst_first() -> tuple[Sort, ...]:
    """Rank by loss; the evaluation breaks ties by name."""
    return (Sort("margin", ascending=True),)
