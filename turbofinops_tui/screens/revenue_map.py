"""Which features a product pays for: a split, or by usage; what moves is shown at every key. To the draft."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from textual.app import ComposeResult
from textual.widgets import Input

from turbofinops_tui.actions import features_view
from turbofinops_tui.actions.features_view import Mapped
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import TurboError
from turbofinops_tui.widgets.choice import Choice
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines, Spans, fit
from turbofinops_tui.widgets.panel import Panel, row_of

LABEL = 10
"""cells of the labels beside the fields"""
MOST = 12
"""features whose change is shown"""


class RevenueMap(Panel[None]):
    """``e`` on a product of the Features screen."""

    AUTO_FOCUS = "#split"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("enter", "save", "Save to the draft"),
        ("down", "app.focus_next", "Next field"),
        ("up", "app.focus_previous", "Previous field"),
    ]

    def __init__(self, mapped: Mapped, features: tuple[str, ...]) -> None:
        keys = (
            *(("enter", "key"), (" save to the draft   ", ""), ("↓↑", "key"), (" field   ", "")),
            *(("←→", "key"), (" choose   ", ""), ("esc", "key"), (" close", "")),
        )
        super().__init__(f"Revenue of {mapped.product}", keys)
        self.mapped, self.features = mapped, features
        words = ("split", "usage", "none") if mapped.rule is not None else ("split", "usage")
        self.how = Choice(words, "usage" if mapped.rule and mapped.rule.usage else "split", id="how")
        self.split = Input(
            features_view.split_text(mapped.rule),
            "FEATURE=PERCENT ..., adds to 100",
            id="split",
            max_length=2000,
        )
        self.split.cursor_blink = False
        self.error = Lines(id="error")
        self.hint = Lines(id="hint")
        self.what = Lines(id="what", height=MOST + 2)
        self._asked = 0
        self._refused = True

    @property
    def host(self) -> Host:
        """The app, with the methods that screens use."""
        return cast(Host, self.app)

    def body(self) -> ComposeResult:
        """How, the split, what moves."""
        yield row_of("By", self.how, LABEL)
        yield row_of("Split", self.split, LABEL)
        yield self.hint
        yield self.error
        yield self.what

    def on_mount(self) -> None:
        """Show the known features and the first consequences."""
        names = ", ".join(self.features[:20]) or "none yet: any name makes one"
        self.hint.set_lines([((("          features: ", "muted"), (names, "muted")), "")])
        self._changed()

    def on_input_changed(self, _: Input.Changed) -> None:
        """Every key counts."""
        self._changed()

    def on_choice_changed(self, _: Choice.Changed) -> None:
        """Usage and none have no split."""
        self._changed()

    def _changed(self) -> None:
        """Ask for the consequences in a thread; the last question wins."""
        self._asked += 1
        self._refused = True
        asked = self._asked
        view = self.host.desk.slice((), ("revenue",), view="saved")
        how, split = self.how.value, self.split.value
        self.run_worker(
            lambda: self._work(asked, view, how, split),
            thread=True, exclusive=True, group="preview", exit_on_error=False,
        )  # fmt: skip

    def _work(self, asked: int, view: Slice, how: str, split: str) -> None:
        try:
            edit = features_view.edit_of(self.mapped.product or "", self.mapped.rule, how, split)
            found = self.host.desk.call(partial(_moved, view, edit))
        except TurboError as error:
            self.app.call_from_thread(self._show, asked, [], error.line())
        else:
            self.app.call_from_thread(self._show, asked, found, "")

    def _show(self, asked: int, found: list[tuple[str, Money]], refused: str) -> None:
        if asked != self._asked or not self.is_attached:
            return
        self._refused = bool(refused)
        self.error.set_lines([((("          " + refused, "error"),), "")])
        lines: list[tuple[Spans, str]] = [((("what moves in this period", "muted"),), "")]
        if not found:
            lines.append(((("  nothing" if not refused else "", "muted"),), ""))
        for name, amount in found[:MOST]:
            sign = "" if amount.units < 0 else "+"
            role = "loss" if amount.units < 0 else "gain"
            lines.append((((f"  {fit(name, 26)}", ""), ((sign + money_text(amount)).rjust(16), role)), ""))
        self.what.set_lines(lines)

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Enter in the field saves too."""
        self.action_save()

    def action_save(self) -> None:
        """Put the map of this product into the draft."""
        if self._refused:
            return
        edit = features_view.edit_of(
            self.mapped.product or "", self.mapped.rule, self.how.value, self.split.value
        )
        self.dismiss(None)
        self.host.draft([edit])


def _moved(view: Slice, edit: Any, _: object, reports: Any) -> list[tuple[str, Money]]:
    return features_view.moved(reports, view, edit)
