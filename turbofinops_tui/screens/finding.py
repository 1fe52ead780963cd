"""One finding: what is known of it, the remedies with the money each brings, and its path so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from textual.app import ComposeResult

from turbofinops_tui.actions.finding_steps import steps_of, user_of
from turbofinops_tui.actions.findings_view import Line, plan_words
from turbofinops_tui.actions.remedies import Remedy, remedies
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.errors import TurboError
from turbofinops_tui.files.finding_forms import PathStep, step_of
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines, Spans
from turbofinops_tui.widgets.panel import Panel

STEPS_SHOWN = 5
Numbered = tuple[int, Remedy]
Chosen = tuple[str, str | None]
"""(step, number of the remedy)"""


class FindingPanel(Panel[Chosen]):
    """Enter on a finding; gives back the step that was chosen."""

    AUTO_FOCUS = "Grid"
    DEFAULT_CSS = "FindingPanel Grid { height: 1fr; min-height: 5; } FindingPanel #path { margin-top: 1; }"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape,q,backspace", "back", "Close"),
        ("p", "step('plan')", "Plan"),
        ("a", "step('accept')", "Accept"),
        ("c", "step('done')", "Done"),
        ("n", "step('note')", "Note"),
        ("o", "step('go')", "Go there"),
    ]

    def __init__(self, line: Line) -> None:
        keys = (
            ("enter", "key"), (" plan this   ", ""), ("a", "key"), (" accept   ", ""), ("c", "key"),
            (" done   ", ""), ("n", "key"), (" note   ", ""), ("o", "key"), (" go there   ", ""),
            ("esc", "key"), (" close", ""),
        )  # fmt: skip
        super().__init__(line.item.what, keys)
        self.line = line
        facts = _facts(line)
        self.facts = Lines(height=len(facts) + 1)
        self.facts.set_lines(facts)
        model: GridModel[Numbered] = GridModel(lambda row: row[0], lambda row: row[1].text)
        self.list = Grid(model, _columns, id="remedies")
        self.list.empty_text = "working out what each remedy brings …"
        self.path = Lines(id="path", height=STEPS_SHOWN)

    def body(self) -> ComposeResult:
        """Facts, remedies, path."""
        yield self.facts
        yield self.list
        yield self.path

    def on_mount(self) -> None:
        """Ask for remedies and steps in a thread."""
        self.run_worker(self._work, thread=True, group="remedies", exit_on_error=False)

    def _work(self) -> None:
        host = cast(Host, self.app)
        item, asked = self.line.item, host.desk.slice((), ("cost",), view="saved")

        def ask(session: Any, reports: Any) -> tuple[list[Remedy], list[PathStep]]:
            reports.refresh()
            found = [] if item.gone else remedies(reports, item, asked)
            rows = steps_of(session, item.name)
            return found, [step_of(row.at, user_of(row.who), row.action, row.after) for row in rows]

        try:
            found, steps = host.desk.call(ask)
        except TurboError as error:
            host.call_from_thread(self._problem, error)
            return
        host.call_from_thread(self._take, found, steps)

    def _take(self, found: list[Remedy], steps: list[PathStep]) -> None:
        self.list.empty_text = "its cause is gone: nothing to do"
        self.list.set_rows(list(enumerate(found, 1)))
        self.path.set_lines([(_step(step), "") for step in steps[-STEPS_SHOWN:]])

    def _problem(self, error: TurboError) -> None:
        self.list.empty_text = error.line()
        self.list.refresh()

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Plan with this remedy; the last one is to accept."""
        number, remedy = message.row
        self.dismiss(("accept", None) if remedy.kind == "accept" else ("plan", str(number)))

    def action_step(self, step: str) -> None:
        """A key of the foot."""
        row = self.list.current
        number = str(row[0]) if row is not None and row[1].kind != "accept" else None
        self.dismiss((step, number if step == "plan" else None))


def _facts(line: Line) -> list[tuple[Spans, str]]:
    item, path = line.item, line.item.path
    stake = "" if item.stake is None else money_text(item.stake, 2)
    first: list[tuple[str, str]] = [(" ", ""), (stake or "no known money", "strong"), (" at stake", "muted")]
    if item.since:
        first += [("  since ", "muted"), (item.since, "text")]
    first += [("  ", ""), (line.state, "accent")]
    found: list[tuple[Spans, str]] = [(first, ""), ((((" " + item.detail), "text"),), "")]
    if item.position:
        found.append((((" at ", "muted"), (item.position, "text")), ""))
    if path is not None:
        who = [
            (f"{name} ", text)
            for name, text in (("owner", line.owner), ("until" if path.until else "due", line.due))
            if text
        ]
        if who:
            found.append(
                ([part for name, text in who for part in ((f" {name}", "muted"), (text, "text"))], "")
            )
        if "expected" in path.plan:
            found.append(_plan(path.plan))
        if path.outcome:
            words = "  ".join(f"{name} {value}" for name, value in path.outcome.items())
            found.append((((" outcome ", "muted"), (line.state, "strong"), (f"  {words}", "text")), ""))
        if path.note:
            found.append((((" note ", "muted"), (path.note, "text")), ""))
    return found


def _plan(plan: dict[str, Any]) -> tuple[Spans, str]:
    remedy, expected = plan_words(plan)
    return ((" plan ", "muted"), (remedy, "text"), ("  expected margin ", "muted"), (expected, "text")), ""


def _step(step: PathStep) -> Spans:
    return (
        (f" {step.at[:16].replace('T', ' ')}  ", "muted"), (f"{step.action}  ", "text"), (step.who, "muted"),
        (f"  {step.after.get('state', '')}", "accent"),
    )  # fmt: skip


def _columns(width: int) -> Sequence[Column[Numbered]]:
    columns = [
        Column[Numbered]("number", "#", 2, lambda row, _: ((str(row[0]), "muted"),), right=True),
        Column[Numbered]("text", "Remedy", 24, lambda row, _: ((row[1].text, ""),), elastic=90),
        Column[Numbered]("gain", "Brings", 10, _gain, right=True),
        Column[Numbered]("margin", "Margin then", 12, _margin, right=True),
    ]
    if width >= 150:
        columns.append(
            Column[Numbered](
                "command", "Command", 40, lambda row, _: ((row[1].command, "muted"),), elastic=70
            )
        )
    return columns


def _gain(row: Numbered, _: int) -> Sequence[tuple[str, str]]:
    gain = row[1].gain
    return (("" if gain is None else f"+{money_text(gain, 0)}", "gain"),)


def _margin(row: Numbered, _: int) -> Sequence[tuple[str, str]]:
    margin = row[1].margin
    role = "loss" if margin is not None and margin.units < 0 else ""
    return (("" if margin is None else money_text(margin, 0), role),)
