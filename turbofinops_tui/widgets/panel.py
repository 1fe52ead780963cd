"""An opaque panel over the screen: one title line, a body, one line of keys."""

from __future__ import annotations

from typing import Generic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen, ScreenResultType

from turbofinops_tui.widgets.paint import Lines, Spans


class Panel(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """Base of palette, help, forms and confirmations; ``esc`` closes it."""

    DEFAULT_CSS = """
    Panel { background: $background; align: left top; }
    Panel > Vertical { padding: 0 1; }
    """

    def __init__(self, title: str, keys: Spans) -> None:
        super().__init__()
        self.title_line = Lines(height=2)
        self.title_line.set_lines([(((title, "strong"),), ""), ((), "")])
        self.foot = Lines()
        self.foot.set_lines([(keys, "")])

    def body(self) -> ComposeResult:
        """What stands between title and keys."""
        yield from ()

    def compose(self) -> ComposeResult:
        """Title, body, keys."""
        with Vertical():
            yield self.title_line
            yield from self.body()
            yield self.foot

    def action_back(self) -> None:
        """Close without a result."""
        self.dismiss(None)
