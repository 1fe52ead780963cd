"""Connections: what was delivered, how old it is, and which days are missing, provisional or final."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions.sources_view import SourceLine, day_states, source_lines
from turbofinops_tui.economics.periods import Days, Range, day_text
from turbofinops_tui.economics.types import DayState, Slice, SourceState
from turbofinops_tui.widgets.empty import EmptyState, show
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel, Span

MARKS: dict[DayState, tuple[str, str]] = {
    "final": ("■", "gain"),
    "provisional": ("▪", "warn"),
    "missing": ("·", "loss"),
}
"""state -> (mark, role); the mark alone tells them apart"""
WITHOUT_DAYS = ("customers", "rates")
"""kinds that are not facts of days"""
DAYS = 62


class ConnectionsScreen(Frame):
    """Key 8."""

    ID = "connections"
    TITLE = "Connections"
    MONEY = False

    def __init__(self) -> None:
        super().__init__()
        model: GridModel[SourceLine] = GridModel(
            lambda line: (line.source, line.export, line.kind),
            lambda line: f"{line.source} {line.export} {line.kind}",
        )
        self.list = Grid(model, self.columns_for, id="sources")
        self.list.empty_text = "Nothing was delivered yet: import a file, this screen follows."
        self.empty = EmptyState()
        self.states: tuple[SourceState, ...] = ()

    def body(self) -> Iterable[Widget]:
        """One grid, or how to begin."""
        yield self.list
        yield self.empty

    def days(self) -> Days:
        """The last days through yesterday."""
        today = self.host.desk.today
        return Days(today - DAYS, today)

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """Day states come with every table."""
        days = self.days()
        span = Range(start=day_text(days.start), end=day_text(days.end))
        return {"days": self.host.desk.slice((), ("cost",), range=span, where=())}

    def show(self, tables: Tables) -> None:
        """Remember the day states."""
        if "days" in tables:
            self.states = tables["days"].states
            self.list.refresh()

    def gather(self, session: Any, reports: Any) -> list[SourceLine]:
        """The deliveries by source (in the thread)."""
        return source_lines(session)

    def take(self, data: Any) -> None:
        """Show the sources."""
        lines: list[SourceLine] = data
        self.list.set_rows(lines)
        show(self.empty, not lines)
        show(self.list, bool(lines))

    def columns_for(self, width: int) -> Sequence[Column[SourceLine]]:
        """Source, kind, age, rows, periods, totals, days."""
        rows = self.list.model.rows
        name = max(8, min(max((len(line.source) for line in rows), default=8), 24))
        columns = [
            Column[SourceLine](
                "source", "Source", name, lambda line, _: ((line.source, ""),), lambda line: line.source
            ),
        ]
        if width >= 100:
            columns.append(
                Column[SourceLine]("export", "Export", 8, lambda line, _: ((line.export, "muted"),))
            )
        columns += [
            Column[SourceLine](
                "kind", "Kind", 14, lambda line, _: ((line.kind, "muted"),), lambda line: line.kind
            ),
            Column[SourceLine]("age", "Last", 11, lambda line, _: ((line.age, ""),)),
            Column[SourceLine](
                "lines",
                "Rows",
                9,
                lambda line, _: ((f"{line.lines:,}", ""),),
                lambda line: line.lines,
                right=True,
            ),
        ]
        if width >= 110:
            columns.append(
                Column[SourceLine]("periods", "Periods", 18, lambda line, _: ((line.periods, "muted"),))
            )
            columns.append(
                Column[SourceLine](
                    "total", "Total", 14, lambda line, _: ((line.total, ""),), right=True, elastic=24
                )
            )
        columns.append(Column[SourceLine]("days", "days to yesterday", 18, self._days, elastic=DAYS))
        return columns

    def _days(self, line: SourceLine, width: int) -> Sequence[Span]:
        if line.kind in WITHOUT_DAYS:
            return (("", ""),)
        states = day_states(self.states, line.source, self.days())[-width:]
        spans: list[Span] = []
        for state in states:
            mark, role = MARKS[state]
            if spans and spans[-1][1] == role:
                spans[-1] = (spans[-1][0] + mark, role)
            else:
                spans.append((mark, role))
        return [*spans, (" " * (width - len(states)), "")]

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """The states in words, and the first thing to know about the source."""
        line = self.list.current
        if line is None or line.kind in WITHOUT_DAYS:
            self.say("")
            return
        states = day_states(self.states, line.source, self.days())
        missing, provisional = states.count("missing"), states.count("provisional")
        final = len(states) - missing - provisional
        words = f"last {DAYS} days: {final} final ■, {provisional} provisional ▪, {missing} missing ·"
        if line.warnings:
            words += f"   {line.warnings} notes: {line.first_warning}"
        self.say(words)


def _total(line: SourceLine, _: int) -> Sequence[Span]:
    return ((line.total, ""),)
