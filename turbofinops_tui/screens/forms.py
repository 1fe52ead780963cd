"""Small forms: one line to fill in, and the question before something is lost (its focus is on "no")."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap

from textual.app import ComposeResult
from textual.widgets import Input

from turbofinops_tui.errors import TurboError
from turbofinops_tui.widgets.choice import Choice
from turbofinops_tui.widgets.paint import Lines
from turbofinops_tui.widgets.panel import Panel

QUESTION = 76
"""cells of a line of a question: it fits the smallest terminal"""


class LineForm(Panel[str]):
    """Asks for one text; ``check`` raises a TurboError that stands below the field."""

    AUTO_FOCUS = "Input"
    BINDINGS = [("escape", "back", "Close")]  # noqa: RUF012 - Textual declares it so

    def __init__(self, title: str, label: str, value: str, check: Callable[[str], object]) -> None:
        super().__init__(title, (("enter", "key"), (" go on   ", ""), ("esc", "key"), (" close", "")))
        self.label = Lines()
        self.label.set_lines([(((label, "muted"),), "")])
        self.check = check
        self.input = Input(value=value, max_length=1000)
        self.input.cursor_blink = False
        self.error = Lines(height=2)

    def body(self) -> ComposeResult:
        """Label, field, what is wrong with it."""
        yield self.label
        yield self.input
        yield self.error

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Give the text back when it passes."""
        try:
            self.check(message.value)
        except TurboError as error:
            self.error.set_lines([(((error.line(), "error"),), "")])
            return
        self.dismiss(message.value)


class Confirm(Panel[bool]):
    """A question with "no" chosen; ``y`` or choosing yes answers yes."""

    AUTO_FOCUS = "Choice"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape,n,q", "back", "No"),
        ("y", "yes", "Yes"),
        ("enter", "answer", "Answer"),
    ]

    def __init__(self, title: str, question: str) -> None:
        keys = (
            ("←→", "key"),
            (" choose   ", ""),
            ("enter", "key"),
            (" answer   ", ""),
            ("esc", "key"),
            (" no", ""),
        )
        super().__init__(title, keys)
        lines = wrap(question, QUESTION) or [""]
        self.question = Lines(height=len(lines) + 1)
        self.question.set_lines([(((line, ""),), "") for line in lines])
        self.choice = Choice(("no", "yes"), "no")

    def body(self) -> ComposeResult:
        """Question and answers."""
        yield self.question
        yield self.choice

    def action_yes(self) -> None:
        """Yes."""
        self.dismiss(True)

    def action_answer(self) -> None:
        """What is chosen."""
        self.dismiss(self.choice.value == "yes")
