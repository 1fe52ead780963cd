"""Connections: accounts and imported sources, their age, rows, days, last fetch and credentials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from rich.cells import chop_cells
from textual.widget import Widget

from turbofinops_tui.actions import connections_view as view
from turbofinops_tui.actions.connections_view import ConnectionLine
from turbofinops_tui.actions.sources_view import day_states
from turbofinops_tui.economics.periods import Days, Range, day_text, month_of_day, month_start
from turbofinops_tui.economics.types import DayState, Slice, SourceState
from turbofinops_tui.widgets.empty import show
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel, Span
from turbofinops_tui.widgets.paint import Lines, Spans

MARKS: dict[DayState, tuple[str, str]] = {
    "final": ("■", "gain"),
    "provisional": ("▪", "warn"),
    "missing": ("·", "loss"),
}
"""state -> (mark, role); the mark alone tells them apart"""
DAYS = 62
DETAILS = 11
"""lines below the list where there is room; 8 in a low terminal"""
LABEL = 13
LONGEST = 3
"""lines of one detail"""
EMPTY: tuple[tuple[Spans, str], ...] = (
    ((), ""),
    (((" No connections yet", "strong"),), ""),
    ((), ""),
    (((" n", "key"), ("  connect an account: AWS, Google Cloud, Azure, Stripe, Datadog, AI", "")), ""),
    ((), ""),
    (((" Files from a shell:  ", ""), ("turbofinops import focus FILE... --source aws", "accent")), ""),
)  # fmt: skip


class ConnectionsScreen(Frame):
    """Key 8."""

    ID = "connections"
    TITLE = "Connections"
    MONEY = False
    BINDINGS = bindings("connections")
    DEFAULT_CSS = """
    ConnectionsScreen #details { height: 8; }
    ConnectionsScreen.-tall #details { height: 11; }
    """

    def __init__(self) -> None:
        super().__init__()
        model: GridModel[ConnectionLine] = GridModel(
            lambda line: (line.name, line.source, line.export, line.kind),
            lambda line: f"{line.name} {line.source} {line.export} {line.kind}",
        )
        self.list = Grid(model, self.columns_for, id="sources")
        self.hint = Lines(id="empty", height=len(EMPTY))
        self.hint.set_lines(EMPTY)
        self.details = Lines(id="details", height=DETAILS)
        self.states: tuple[SourceState, ...] = ()
        self.origins: dict[str, str] = {}
        """connection -> where its secrets come from, as last looked for"""

    def body(self) -> Iterable[Widget]:
        """One grid and the details of its row, or how to begin."""
        self.hint.display = False
        yield self.list
        yield self.details
        yield self.hint

    # --- data -----------------------------------------------------------------------------

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

    def gather(self, session: Any, reports: Any) -> list[ConnectionLine]:
        """Connections and deliveries (in the thread)."""
        return view.connection_lines(session)

    def take(self, data: Any) -> None:
        """Show them; then look where the secrets come from, which may take a keyring seconds."""
        lines: list[ConnectionLine] = data
        self.list.set_rows(lines)
        show(self.hint, not lines)
        show(self.list, bool(lines))
        show(self.details, bool(lines))
        self._detail()
        names = [line.name for line in lines if line.name and line.name not in self.origins]
        if names:
            self.host.beside(
                lambda session: {name: view.credentials(session, name) for name in names}, self._know
            )

    def _know(self, origins: dict[str, str]) -> None:
        self.origins |= origins
        self._detail()

    # --- columns --------------------------------------------------------------------------

    def columns_for(self, width: int) -> Sequence[Column[ConnectionLine]]:
        """Connection or source, kind, age, rows, periods, totals, days."""
        rows = self.list.model.rows
        name = max(8, min(max((len(_title(line)) for line in rows), default=8), 24))
        columns = [
            Column[ConnectionLine]("source", "Source", name, lambda line, _: ((_title(line), ""),), _title),
            Column[ConnectionLine](
                "state", "", 1, lambda line, _: (_state(line),), lambda line: _state(line)[0]
            ),
        ]
        if width >= 130:
            columns.append(_word("export", "Export", 12, lambda line: line.export, "muted"))
        columns += [
            _word("kind", "Kind", 14 if width >= 100 else 10, lambda line: line.kind, "muted"),
            _word("age", "Last", 11, lambda line: line.age),
            Column[ConnectionLine](
                "lines", "Rows", 9, lambda line, _: ((f"{line.lines:,}", ""),), lambda line: line.lines,
                right=True,
            ),
        ]  # fmt: skip
        if width >= 110:
            columns.append(_word("periods", "Periods", 18, lambda line: line.periods, "muted"))
            total = lambda line, _: ((line.total, ""),)  # noqa: E731
            columns.append(Column[ConnectionLine]("total", "Total", 14, total, right=True, elastic=24))
        columns.append(Column[ConnectionLine]("days", "days to yesterday", 18, self._days, elastic=DAYS))
        return columns

    def _days(self, line: ConnectionLine, width: int) -> Sequence[Span]:
        if not line.facts:
            return (("", ""),)
        spans: list[Span] = []
        for state in day_states(self.states, line.source, self.days())[-width:]:
            mark, role = MARKS[state]
            if spans and spans[-1][1] == role:
                spans[-1] = (spans[-1][0] + mark, role)
            else:
                spans.append((mark, role))
        used = sum(len(text) for text, _ in spans)
        return [*spans, (" " * (width - used), "")]

    # --- details --------------------------------------------------------------------------

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """The row in words."""
        self._detail()

    def _detail(self) -> None:
        line = self.list.current
        if line is None:
            self.details.set_lines([])
            return
        parts: list[tuple[str, str, str]] = []
        if line.error:
            parts.append(("error", line.error, "error"))
        if line.name:
            account = line.account or "not tested yet"
            parts.append(("connection", f"{line.name}, {line.kind}, account {account}  {line.settings}", ""))
            parts.append(("last fetch", f"{line.last}   {line.step}", ""))
            parts.append(("credential", self.origins.get(line.name, "looking..."), ""))
        if line.facts:
            parts.append(("days", self._states(line), ""))
        if line.requests:
            parts.append(("requests", f"{line.requests:,} paid requests this month", "warn"))
        if line.left_out:
            again = "import with --include-tag KEY takes one in"
            parts.append(("left-out tags", f"{line.left_out}; {again}", "warn"))
        if line.warnings:
            parts.append(("notes", f"{line.warnings:,}: {line.first_warning}", "muted"))
        lines: list[tuple[Spans, str]] = [((), "rule")]
        for label, text, role in parts:
            for number, piece in enumerate(_pieces(text, max(20, self.size.width - LABEL - 3))[:LONGEST]):
                lines.append((((f" {'' if number else label:<{LABEL}} ", "muted"), (piece, role)), ""))
        self.details.set_lines(lines[:DETAILS])

    def _states(self, line: ConnectionLine) -> str:
        states = day_states(self.states, line.source, self.days())
        missing, provisional = states.count("missing"), states.count("provisional")
        final = len(states) - missing - provisional
        return f"last {DAYS}: {final} final ■, {provisional} provisional ▪, {missing} missing ·"

    # --- keys -----------------------------------------------------------------------------

    def _connection(self) -> str:
        """The connection under the cursor; says why there is none."""
        line = self.list.current
        if line is None or not line.name:
            self.say("these are imported files: n connects an account" if line else "n connects an account")
            return ""
        return line.name

    def sync_names(self) -> list[str] | None:
        """The connection under the cursor; all of them from a source of files."""
        line = self.list.current
        return [line.name] if line is not None and line.name else []

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Everything about the row."""
        from turbofinops_tui.actions.connection_story import story

        line: ConnectionLine = message.row
        self.host.beside(lambda session: story(session, line), lambda text: self._tell_all(line, text))

    def _tell_all(self, line: ConnectionLine, text: str) -> None:
        self.host.form("text", _title(line), text, "", then=lambda _: None)

    def action_sync_all(self) -> None:
        """Fetch from every connection."""
        self.host.fetch([])

    def action_add_connection(self) -> None:
        """The connect form, then the first fetch."""
        self.host.form("connect", then=self.host.connected)

    def action_edit_connection(self) -> None:
        """The same form with what is set; the secret of before stays unless another is typed."""
        name = self._connection()
        if name:
            self.host.beside(
                lambda session: view.settings_of(session, name), lambda found: self._edit(name, found)
            )

    def _edit(self, name: str, found: tuple[str, dict[str, str]]) -> None:
        def saved(_: str) -> None:
            self.origins.pop(name, None)
            self.host.load(self)
            self.say(f"{name} is changed: t tests it", "gain")

        self.host.form("connect", found[0], name, found[1], then=saved)

    def action_test_connection(self) -> None:
        """Ask the provider what the credential may."""
        from turbofinops_tui.actions.connections import probe_connection

        name = self._connection()
        if name:
            self.say(f"{name}: asking the provider")
            self.host.beside(
                lambda session: probe_connection(session, name), lambda found: self._tested(name, found)
            )

    def _tested(self, name: str, found: Any) -> None:
        self.host.load(self)
        self.say(f"{name}: {view.tested_words(found)}", "error" if found.missing else "gain")

    def action_backfill(self) -> None:
        """Ask from which day on."""
        name = self._connection()
        if not name:
            return
        first = day_text(month_start(month_of_day(self.host.desk.today) - 12))
        self.host.form(
            "line", f"Backfill {name}", "From this day on, YYYY-MM-DD", first, self._since,
            then=lambda text: self.host.fetch([name], since=self._since(text), backfill=True),
        )  # fmt: skip

    def _since(self, text: str) -> int:
        from turbofinops_tui.economics.periods import parse_day
        from turbofinops_tui.errors import UsageError

        day = parse_day(text.strip())
        if day > self.host.desk.today:
            raise UsageError(f"{text} is in the future", f"today is {day_text(self.host.desk.today)}")
        return day

    def action_remove_connection(self) -> None:
        """Ask, then remove the connection with its secrets; its facts stay."""
        from turbofinops_tui.actions.connections import remove

        name = self._connection()
        if not name:
            return

        def answered(yes: bool) -> None:
            if yes:
                self.host.beside(
                    lambda session: remove(session, name), self._removed, writes="remove connections"
                )

        question = "Its secrets leave the keyring; what it brought stays."
        self.host.form("confirm", f"Remove {name}?", question, then=answered)

    def _removed(self, gone: Any) -> None:
        self.host.load(self)
        self.say("   ".join([f"{gone.name} is removed", *gone.notes]), "gain")


def _state(line: ConnectionLine) -> Span:
    """How the last fetch ended: failed, never begun, well; nothing for files."""
    if not line.name:
        return " ", ""
    if line.error:
        return "✗", "loss"
    return ("○", "muted") if line.never else ("●", "gain")


def _pieces(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken between words where that is possible."""
    return [piece for line in wrap(text, width) or [""] for piece in chop_cells(line, width) or [""]]


def _title(line: ConnectionLine) -> str:
    return line.name or line.source


def _word(name: str, title: str, width: int, text: Any, role: str = "") -> Column[ConnectionLine]:
    return Column[ConnectionLine](name, title, width, lambda line, _: ((text(line), role),), text)
