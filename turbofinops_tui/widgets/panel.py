"""An opaque panel over the screen: one title line, a body, one line of keys."""

from __future__ import annotations

from typing import Generic

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget

from turbofinops_tui.widgets.paint import Lines, Spans


class Panel(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """Base of palette, help, forms and confirmations; ``esc`` closes it."""

    DEFAULT_CSS = """
    Panel { background: $background; align: left top; }
    Panel > Vertical { padding: 0 1; }
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual's own repaints the whole screen when another field has the focus; the fields show it."""

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


def row_of(label: str, field: Widget, width: int = 12) -> Widget:
    """One line of a form: a label of ``width`` cells and its field."""
    name = Lines()
    name.styles.width = width
    name.set_lines([(((label, "muted"),), "")])
    row = Horizontal(name, field)
    row.styles.height = 1
    return row
