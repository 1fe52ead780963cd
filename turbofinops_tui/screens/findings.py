"""Findings: what wants action, with the money at stake; proposals for the cost that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions.findings import COSTS_ALONE, MARGIN_KINDS, NO_REVENUE, PAYS_ALONE
from turbofinops_tui.actions.findings_view import (
    Line,
    Queue,
    edits_of,
    plan_words,
    queue,
    rule_of,
    skip_change,
    step_change,
)
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Slice, View
from turbofinops_tui.widgets.empty import EmptyState, show
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel, SortKey, Span
from turbofinops_tui.widgets.paint import Lines, Spans

ROLES = {
    "open": "", "proposal": "accent", "planned": "accent", "done": "accent", "worked": "gain",
    "worse": "loss", "no effect": "warn", "accepted": "muted", "acknowledged": "", "skipped": "muted",
}  # fmt: skip
"""state -> role; the word alone tells them apart"""
LINKS = ("unattributed", "unmapped cost", "unmapped revenue", "left-out tag")
BELOW = 3
"""lines below the list about the finding under the cursor"""


class FindingsScreen(Frame):
    """Keys 7 and !."""

    ID = "findings"
    TITLE = "Findings"
    BINDINGS = bindings("findings")

    def __init__(self) -> None:
        super().__init__()
        model: GridModel[Line] = GridModel(
            lambda line: line.item.name,
            lambda line: f"{line.item.what} {line.item.detail} {line.state} {line.owner}",
        )
        self.list = Grid(model, self.columns_for, id="findings")
        self.list.empty_text = "Looking …"
        self.below = Lines(id="about", height=BELOW)
        self.empty = EmptyState()
        self.everything = False
        self.found: Queue | None = None

    def body(self) -> Iterable[Widget]:
        """The queue, and the one under the cursor in words."""
        yield self.list
        yield self.below
        yield self.empty

    # --- data -----------------------------------------------------------------------------

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The totals of the header strip."""
        measures = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")
        return {"now": self.host.desk.slice((), measures, view=self._view())}

    def _view(self) -> View:
        """The saved rules, or those of the draft: what is missing between them is no finding."""
        return "saved" if self.host.desk.scope.view == "saved" else "draft"

    def gather(self, session: Any, reports: Any) -> Queue:
        """The queue (in the thread)."""
        reports.refresh()
        return queue(reports, self.host.desk.slice((), ("cost",), view=self._view()), self.everything)

    def show(self, tables: Tables) -> None:
        """Nothing to find in an empty store."""
        self.empty.show_for(tables.get("now"), self.host.desk)
        for widget in (self.list, self.below):
            show(widget, not self.empty.display)

    def take(self, data: Any) -> None:
        """Show the queue."""
        self.found = data
        self.list.empty_text = "Nothing wants action in this period. A shows accepted ones."
        self.list.set_rows(data.lines)
        known = {line.item.name for line in data.lines}
        self.list.model.marks &= known
        self.refresh_frame()

    def crumbs(self) -> list[str]:
        """How many there are, and how many are put away."""
        if self.found is None:
            return [self.TITLE]
        proposals = sum(line.proposal is not None for line in self.found.lines)
        parts = [f"{len(self.found.lines) - proposals:,} to look at"]
        parts += [f"{proposals} proposals"] if proposals else []
        parts += [f"{self.found.hidden:,} put away"] if self.found.hidden else []
        return [self.TITLE, ", ".join(parts)]

    # --- columns --------------------------------------------------------------------------

    def columns_for(self, width: int) -> Sequence[Column[Line]]:
        """Money, what, since, state, who, until when."""
        wide = width >= 100
        columns = [
            Column[Line]("stake", "At stake", 10, _stake, _stake_key, _stake_exact, right=True),
            Column[Line](
                "what", "Finding", 24, _what, lambda line: line.item.what, elastic=64 if wide else 60
            ),
        ]
        if width >= 160:
            columns.append(
                Column[Line](
                    "detail", "Detail", 20, lambda line, _: ((line.item.detail, "muted"),), elastic=70
                )
            )
        columns.append(
            Column[Line](
                "since", "Since", 10 if wide else 8, lambda line, _: ((line.item.since, "muted"),),
                lambda line: line.item.since.strip("<") or None,
            )
        )  # fmt: skip
        columns.append(Column[Line]("state", "State", 12 if wide else 9, _state, lambda line: line.state))
        if wide:
            columns.append(
                Column[Line](
                    "owner", "Owner", 10, lambda line, _: ((line.owner, ""),), lambda line: line.owner or None
                )
            )
        columns.append(Column[Line]("due", "Due", 10, self._due, lambda line: line.due or None))
        return columns

    def _due(self, line: Line, _: int) -> Sequence[Span]:
        over = bool(line.due) and line.state == "planned" and line.due < self._today()
        return ((line.due, "warn" if over else ""),)

    def _today(self) -> str:
        from turbofinops_tui.economics.periods import day_text

        return day_text(self.host.desk.today)

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """What is known of the finding under the cursor."""
        line = self.list.current
        self.below.set_lines([] if line is None else _about(line))

    # --- steps ----------------------------------------------------------------------------

    def chosen(self, proposals: bool | None = None) -> list[Line]:
        """The marked lines, else the one under the cursor; only proposals or only findings where asked."""
        marks = self.list.model.marks
        lines = [line for line in self.list.model.rows if line.item.name in marks]
        if not lines and self.list.current is not None:
            lines = [self.list.current]
        if proposals is None:
            return lines
        return [line for line in lines if (line.proposal is not None) is proposals]

    def action_accept(self) -> None:
        """Proposals go into the draft, findings are accepted until a day; both after a preview."""
        proposals = self.chosen(True)
        if not proposals:
            self._ask("accept")
            return
        self.host.form(
            "finding_proposals", proposals, then=lambda yes: self._draft(proposals) if yes else None
        )

    def _draft(self, proposals: list[Line]) -> None:
        self.list.model.marks.clear()
        self.host.draft(edits_of(proposals), f"{len(proposals)} proposals")

    def action_plan_finding(self) -> None:
        """Who does what until when."""
        self._ask("plan")

    def action_finish(self) -> None:
        """What was planned is done."""
        self._ask("done")

    def action_note(self) -> None:
        """Write something down."""
        self._ask("note")

    def _ask(self, step: str, number: str | None = None) -> None:
        lines = self.chosen(False)
        if not lines:
            self.say("this is a proposal: a takes it into the draft, e edits it, z puts it away")
            return
        first = (
            f"remedy {number} of the list"
            if number
            else "the remedy that brings most"
            if step == "plan"
            else ""
        )
        self.host.form(
            "finding_step", step, lines, first, then=lambda said: self._take_step(lines, step, said, number)
        )

    def _take_step(self, lines: list[Line], step: str, said: Any, number: str | None) -> None:
        if said is not None:
            self.list.model.marks.clear()
            self.host.change(*step_change(lines, step, said, self.host.desk.slice((), ("cost",)), number))

    def action_skip(self) -> None:
        """Put proposals away."""
        lines = self.chosen(True)
        if not lines:
            self.say("only proposals are skipped: a accepts a finding until a day")
        else:
            self.list.model.marks.clear()
            self.host.change(*skip_change(lines))

    def action_edit_proposal(self) -> None:
        """The rule that a proposal would write, in the editor."""
        line = self.list.current
        rule = None if line is None else rule_of(line)
        if rule is None:
            self.say("e edits proposals of links; an identity is taken as it is with a")
        else:
            self.host.drill("rule_editor", rule)

    def action_everything(self) -> None:
        """All findings, or those that want action."""
        self.everything = not self.everything
        self.stale = True
        self.host.load(self)
        self.say("all findings" if self.everything else "findings that want action")

    def action_names(self) -> None:
        """Names that revenue or cost alone knows."""
        self.host.drill("unmatched")

    # --- going on -------------------------------------------------------------------------

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """The finding with its remedies; a proposal asks to be accepted."""
        line: Line = message.row
        if line.proposal is not None:
            self.action_accept()
            return
        self.host.form("finding", line, then=lambda chosen: self._go_on(line, chosen))

    def _go_on(self, line: Line, chosen: tuple[str, str | None] | None) -> None:
        if chosen is None:
            return
        step, number = chosen
        if step == "go":
            self._go(line)
            return
        self.list.model.marks.clear()
        self._ask(step, number)

    def action_go_there(self) -> None:
        """Where the finding is at home."""
        if self.list.current is not None:
            self._go(self.list.current)

    def _go(self, line: Line) -> None:
        item = line.item
        if item.kind == "customer":
            self.host.drill("customer", item.key, self.TITLE)
        elif item.kind in (PAYS_ALONE, COSTS_ALONE):
            self.host.drill("unmatched")
        elif item.kind == NO_REVENUE:
            self.app.call_later(self.app.run_action, "add_revenue")
        elif item.kind in MARGIN_KINDS:
            self.host.goto("customers")
            self.say(
                f"the customers behind {item.kind} {item.key}: f narrows them with {item.kind}={item.key}"
            )
        elif line.proposal is not None or item.kind in LINKS:
            self.host.goto("links")
        else:
            self.host.goto("connections")


def _about(line: Line) -> list[tuple[Spans, str]]:
    """Three lines: what is known, what it is planned or judged as, what to press."""
    item, path = line.item, line.item.path
    second: list[Span] = [(" ", "")]
    if path is not None and "expected" in path.plan:
        remedy, expected = plan_words(path.plan)
        second += [("plan ", "muted"), (remedy, ""), ("  expected margin ", "muted"), (expected, "")]
    if path is not None and path.outcome:
        second += [("  outcome ", "muted"), (line.state, ROLES.get(line.state, ""))]
    if path is not None and path.note:
        second += [("  note ", "muted"), (path.note, "")]
    if line.proposal is not None:
        second += [("writes ", "muted"), (line.proposal.writes, "accent")]
    return [((), ""), (((" ", ""), (item.detail, "text")), ""), (second, "")]


def _stake(line: Line, _: int) -> Sequence[Span]:
    stake = line.item.stake
    return (("—" if stake is None else money_text(stake, 0), "muted" if stake is None else "strong"),)


def _stake_key(line: Line) -> SortKey:
    return None if line.item.stake is None else line.item.stake.units


def _stake_exact(line: Line) -> str:
    return "" if line.item.stake is None else line.item.stake.text()


def _what(line: Line, _: int) -> Sequence[Span]:
    text = f"↳ {line.item.what}" if line.proposal is not None else line.item.what
    return ((text, "muted" if line.item.gone else ""),)


def _state(line: Line, _: int) -> Sequence[Span]:
    return ((line.state, ROLES.get(line.state, "")),)
