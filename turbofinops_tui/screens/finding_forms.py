"""The forms of findings: a step with its preview, and proposals with what they would move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from textual.app import ComposeResult
from textual.widgets import Input

from turbofinops_tui.actions.finding_steps import Said
from turbofinops_tui.actions.findings_view import Line, edits_of, sum_of
from turbofinops_tui.economics.consequences import Difference
from turbofinops_tui.economics.periods import parse_day
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.errors import TurboError
from turbofinops_tui.widgets.draft_bar import difference_spans
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines, Spans
from turbofinops_tui.widgets.panel import Panel, row_of

LABEL = 10
"""cells of the labels beside the fields"""
LISTED = 8
"""findings that a preview names; the rest is counted"""
FIELDS = {
    "plan": ("owner", "due", "note"),
    "accept": ("until", "note"),
    "done": ("note",),
    "note": ("note",),
}
HINTS = {
    "owner": "who does it; empty: you",
    "due": "2026-12-31; empty: in two weeks",
    "until": "2026-12-31; empty: for good",
    "note": "anything worth keeping",
}
TITLES = {
    "plan": "Plan: who does what until when",
    "accept": "Accept: live with it until a day",
    "done": "Done: judged four weeks from now",
    "note": "A note",
}


class StepForm(Panel[Said]):
    """What a person says with a step; above it what the step is about."""

    AUTO_FOCUS = "Input"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("down", "app.focus_next", "Next field"),
        ("up", "app.focus_previous", "Previous field"),
    ]

    def __init__(self, step: str, lines: Sequence[Line], first: str = "") -> None:
        keys = (
            ("enter", "key"),
            (" go on   ", ""),
            ("↓↑", "key"),
            (" field   ", ""),
            ("esc", "key"),
            (" close", ""),
        )
        super().__init__(TITLES[step], keys)
        self.step = step
        shown = preview(lines)
        if first:
            shown += [(((" ", ""), (first, "accent")), "")]
        self.about = Lines(height=len(shown) + 1)
        self.about.set_lines(shown)
        self.boxes: dict[str, Input] = {}
        self.error = Lines(height=2)

    def body(self) -> ComposeResult:
        """The findings, the fields, what is wrong with them."""
        yield self.about
        for name in FIELDS[self.step]:
            box = Input("", HINTS[name], id=name, max_length=2000)
            box.cursor_blink = False
            self.boxes[name] = box
            yield row_of(name.capitalize(), box, LABEL)
        yield self.error

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Give back what was said when it can be read."""
        texts = {name: box.value.strip() for name, box in self.boxes.items()}
        day = texts.get("due") or texts.get("until")
        try:
            due = parse_day(day) if day else None
            if due is not None and due < cast(Host, self.app).desk.today:
                raise TurboError(f"{day} is over", "give a day to come")
            if self.step == "note" and not texts["note"]:
                raise TurboError("there is no note", "write one, or esc")
        except TurboError as error:
            self.error.set_lines([(((error.line(), "error"),), "")])
            return
        self.dismiss(Said(texts.get("owner") or None, due, texts.get("note") or None))


class ProposalForm(Panel[bool]):
    """What accepting proposals would move, before they go into the draft."""

    AUTO_FOCUS = ""
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape,n,q", "back", "No"),
        ("enter,y", "yes", "Yes"),
    ]

    def __init__(self, lines: Sequence[Line]) -> None:
        keys = (("enter", "key"), (" into the draft   ", ""), ("esc", "key"), (" close", ""))
        count = len(lines)
        super().__init__(f"Accept {count} proposal{'s' if count > 1 else ''} into the draft", keys)
        self.lines = lines
        shown = [*preview(lines), ((), ""), *(_writes(line) for line in lines[:LISTED]), ((), "")]
        self.about = Lines(height=len(shown))
        self.about.set_lines(shown)
        self.what = Lines(id="what")
        self.what.styles.height = "1fr"
        self.what.set_lines([(((" working out what moves …", "muted"),), "")])

    def body(self) -> ComposeResult:
        """What is written, and what it does."""
        yield self.about
        yield self.what

    def on_mount(self) -> None:
        """Ask for the consequences in a thread."""
        self.run_worker(self._work, thread=True, group="preview", exit_on_error=False)

    def _work(self) -> None:
        host = cast(Host, self.app)
        asked = host.desk.slice((), ("cost",), view="saved")
        edits = edits_of(self.lines)
        found: Difference | TurboError
        try:
            found = host.desk.call(lambda _, reports: reports.difference(asked, edits))
        except TurboError as error:
            found = error
        host.call_from_thread(self._take, found)

    def _take(self, found: Difference | TurboError) -> None:
        if isinstance(found, TurboError):
            self.what.set_lines([(((f" {found.line()}", "error"),), "")])
            return
        lines: list[tuple[Spans, str]] = [(difference_spans(found, self.size.width >= 70), ""), ((), "")]
        for item in found.moved[: max(1, self.what.size.height - 3)]:
            names = f"{item.source or '(unattributed)'} → {item.target or '(unattributed)'}"
            lines.append((((f" {money_text(item.cost, 0):>11}  ", "strong"), (names, "")), ""))
        self.what.set_lines(lines)

    def action_yes(self) -> None:
        """Into the draft."""
        self.dismiss(True)


def preview(lines: Sequence[Line]) -> list[tuple[Spans, str]]:
    """The findings that a step is about, one a line, and their sum."""
    shown: list[tuple[Spans, str]] = []
    for line in lines[:LISTED]:
        stake = "" if line.item.stake is None else money_text(line.item.stake, 0)
        shown.append((((f" {stake:>11}  ", "strong"), (line.item.what, "")), ""))
    if len(lines) > LISTED:
        shown.append((((f" and {len(lines) - LISTED:,} more", "muted"),), ""))
    if len(lines) > 1:
        sums = " ".join(money_text(amount, 0) for amount in sum_of(lines))
        shown.append(
            (((f" {len(lines)} together about ", "muted"), (sums or "no known money", "strong")), "")
        )
    return shown


def _writes(line: Line) -> tuple[Spans, str]:
    return ((" turbofinops ", "muted"), (line.proposal.writes if line.proposal else "", "accent")), ""
