"""A text to select with the terminal's own mouse (shift), for terminals that refuse OSC 52."""

from __future__ import annotations

from rich.cells import chop_cells
from textual import events
from textual.app import ComposeResult

from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.paint import Lines
from turbofinops_tui.widgets.panel import Panel


class TextPanel(Panel[None]):
    """Shows one text, wrapped at the width of the terminal; any of esc, q, enter closes it."""

    BINDINGS = [("escape,q,enter,backspace", "back", "Close")]  # noqa: RUF012 - Textual declares it so

    def __init__(self, title: str, text: str, note: str) -> None:
        super().__init__(title, ((f"{note}   " if note else "", "muted"), ("esc", "key"), (" close", "")))
        self.text = text
        self.lines = Lines(height=1)

    def body(self) -> ComposeResult:
        """The text alone."""
        yield self.lines

    def on_resize(self, event: events.Resize) -> None:
        """Wrap again."""
        parts = [
            part
            for line in self.text.split("\n")
            for part in chop_cells(str(safe(line, 4000)), max(10, event.size.width - 2)) or [""]
        ]
        self.lines.styles.height = len(parts) + 1
        self.lines.set_lines([(((part, ""),), "") for part in parts])
