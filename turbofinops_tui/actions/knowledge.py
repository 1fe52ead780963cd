"""The knowledge bridge: one period, the books then and now, by what came in between (numbers.md 5).

What was known then stands in the figures (per customer and month); each state since added one thing to
it. The sums are those of the stored figures, so the causes add up to the change of the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from turbofinops_tui.actions import causes as why
from turbofinops_tui.actions.figures import FACTS, RULES, SETTINGS, cells_of, follow_up
from turbofinops_tui.economics.bridge import Bridge, Cause, rank
from turbofinops_tui.economics.measures import Cell as Sums
from turbofinops_tui.economics.periods import Range, day_text, month_text, parse_day
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import NotFoundError, UsageError
from turbofinops_tui.store.audit import AuditRow, rows
from turbofinops_tui.store.books_seen import Seen, state_before, state_of_books, states_seen
from turbofinops_tui.store.figures import Amounts, Cell, figures_between, figures_until

if TYPE_CHECKING:
    import sqlite3

    from turbofinops_tui.actions.reports import Reports

BY = ("customer", "cohort", "plan")
"""what figures are known by: the customer, and what can be said of a customer today"""
NOTHING = Seen(0, "", "", "", "", "", 0, 0, {})
Sum = dict[tuple[str | None, str], int]


@dataclass(frozen=True, slots=True)
class Change:
    """What one cause did to the revenue or the cost of one customer (None: nobody) in one month."""

    customer: str | None
    month: int
    side: why.Side
    cause: str
    units: int
    """store units by which the margin moved"""


def state_at(conn: sqlite3.Connection, since: str) -> Seen:
    """The state of the books that a date (what was known before that day) or a books id means.

    NotFoundError for a books id that this store never had; a date before all books is the empty state.
    """
    books = since.replace("-", "").casefold()
    if len(books) == 8 and all(char in "0123456789abcdef" for char in books):
        found = state_of_books(conn, books)
        if found is not None:
            return found
    try:
        day = parse_day(since)
    except UsageError:
        raise NotFoundError(
            f"this store never had the books {since!r}", "give a books id of one of its reports, or a date"
        ) from None
    return state_before(conn, f"{day_text(day)}T") or NOTHING


def check_slice(by: str, asked: Slice) -> None:
    """UsageError for what the kept figures cannot tell."""
    if by not in BY and not by.startswith("attr:"):
        raise UsageError(
            f"what was known then is kept per customer and month, not by {by}",
            "use --by customer, cohort, plan or attr:KEY",
        )
    plain = Slice(range=asked.range)
    if asked != plain:
        raise UsageError(
            "what was known then is kept as recognised revenue and effective cost of every customer",
            "leave the options that change numbers out, or compare two periods",
        )


@dataclass(slots=True)
class _Walk:
    """The way from the state then to now."""

    wanted: range
    """months of the period"""
    cells: dict[Cell, Amounts]
    events: Sequence[AuditRow]
    changes: list[Change] = field(default_factory=list)

    def step(self, changed: Mapping[Cell, Amounts], before: int, state: Seen) -> None:
        """Book what one state changed, cell by cell, under its causes."""
        new = [row for row in self.events if before < row.id <= state.audit]
        facts = why.fact_events(new)
        for cell, amounts in changed.items():
            old = self.cells.get(cell, (0, 0))
            self.cells[cell] = amounts
            if cell[1] not in self.wanted:
                continue
            revenue, cost = ((b or 0) - (a or 0) for a, b in zip(old, amounts, strict=True))
            month = month_text(cell[1])
            if revenue:
                cause = self._label(state, facts, new, "revenue", month)
                self.changes.append(Change(cell[0], cell[1], "revenue", cause, revenue))
            if cost:
                cause = self._label(state, facts, new, "cost", month)
                self.changes.append(Change(cell[0], cell[1], "cost", cause, -cost))

    def _label(
        self, state: Seen, facts: Sequence[why.Event], new: Sequence[AuditRow], side: why.Side, month: str
    ) -> str:
        what = state.cause.get("what", "")
        if what == RULES:
            return why.rule_label(state.cause, [row for row in self.events if row.id <= state.audit])
        if what == SETTINGS:
            return why.settings_label(new or [row for row in self.events if row.id <= state.audit])
        told = "" if what == FACTS else why.opinion_label(new)
        if told and facts:
            return f"{told}; with {why.fact_label(facts, side, month)}"
        return told or why.fact_label(facts, side, month)


def knowledge_bridge(reports: Reports, since: str, by: str, asked: Slice) -> Bridge:
    """Why the margin of the period of ``asked`` is not what it was in the books of ``since``.

    ``since`` is a books id or a date (what was known before that day); the period is of whole months.
    Raises UsageError for what the kept figures cannot tell, NotFoundError for unknown books.
    """
    check_slice(by, asked)
    session = reports.session
    days = asked.range.resolve(session.clock.today())
    if not days.whole_months():
        raise UsageError(
            "what was known then is kept by whole months", "give --period 2026-10 or A..B of months"
        )
    start, then, changes = changes_since(reports, since, days.months())
    sums: Sum = {}
    for item in changes:
        sums[item.customer, item.cause] = sums.get((item.customer, item.cause), 0) + item.units
    margins = (then, then + sum(item.units for item in changes))
    return Bridge(
        by, (start.books or since, reports.ids().whole), days, days, reports.books().settings.currency,
        reports.ids(), session.clock.stamp(), _rows(reports, sums, by), margins, warnings=_notes(start, by),
    )  # fmt: skip


def changes_since(reports: Reports, since: str, months: range) -> tuple[Seen, int, list[Change]]:
    """(the state that ``since`` means, the margin of ``months`` then, what changed it cell by cell)."""
    session = reports.session
    follow_up(session, reports)
    books = reports.refresh()
    currency = books.settings.currency
    now = cells_of(reports, books, reports.rules())
    with session.store.read() as conn:
        start = state_at(conn, since)
        held = figures_until(conn, currency, start.figure)
        walk = _Walk(months, held, [row for row in rows(conn) if row.id > start.audit])
        then = _margin(walk.cells, months)
        last = start
        for state in states_seen(conn, start.id):
            walk.step(figures_between(conn, currency, last.figure, state.figure), last.audit, state)
            last = state
    _to_now(walk, now, last)
    return start, then, walk.changes


def _to_now(walk: _Walk, now: Mapping[Cell, Amounts], last: Seen) -> None:
    """What no state tells yet (a read-only store, an import of this moment)."""
    changed = {cell: amounts for cell, amounts in now.items() if walk.cells.get(cell, (0, 0)) != amounts}
    changed |= {cell: (0, 0) for cell, held in walk.cells.items() if cell not in now and held != (0, 0)}
    latest = max((row.id for row in walk.events), default=last.audit)
    walk.step(changed, last.audit, Seen(0, "", "", "", "", "", 0, latest, {}))


def _margin(cells: Mapping[Cell, Amounts], wanted: range) -> int:
    held = [amounts for cell, amounts in cells.items() if cell[1] in wanted]
    sums = Sums(revenue=sum(r or 0 for r, _ in held), direct=sum(c or 0 for _, c in held))
    return sums.margin or 0


def _rows(reports: Reports, sums: Sum, by: str) -> tuple[Cause, ...]:
    if by != "customer":
        labels = _labels(reports, by)
        grouped: Sum = {}
        for (customer, cause), units in sums.items():
            key = (labels.get(customer), cause)
            grouped[key] = grouped.get(key, 0) + units
        sums = grouped
    order = sorted(sums, key=lambda at: (at[0] is None, (at[0] or "").encode(), rank(at[1])))
    return tuple(Cause(*at, sums[at]) for at in order if sums[at])


def _labels(reports: Reports, by: str) -> dict[str | None, str | None]:
    """Customer -> what is said of it today."""
    months = reports.books().facts.months()
    span = Range(start=day_text(months[0].start), end=day_text(months[-1].end)) if months else Range()
    table = reports.table(Slice(by=("customer", by), measures=("revenue", "cost"), range=span))
    return {row.key[0]: row.key[1] for row in table.rows}


def _notes(start: Seen, by: str) -> tuple[str, ...]:
    notes = []
    if not start.id:
        notes.append("nothing was known then: all of it came since")
    if by != "customer":
        notes.append(f"{by} is today's value")
    return tuple(notes)
