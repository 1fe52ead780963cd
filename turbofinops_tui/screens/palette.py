"""The palette: every command by name. Typing narrows, enter runs; no spinner, no blinking cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from turbofinops_tui import keymap
from turbofinops_tui.keymap import Command
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.panel import Panel


class PaletteScreen(Panel[str]):
    """``:`` or ctrl+p; gives the id of the chosen command, or None."""

    AUTO_FOCUS = "Input"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("down", "step(1)", "Down"),
        ("up", "step(-1)", "Up"),
        ("pagedown", "step(10)", "Down"),
        ("pageup", "step(-10)", "Up"),
    ]

    def __init__(self, screen: str, keys: Mapping[str, str]) -> None:
        super().__init__("Commands", (("enter", "key"), (" run   ", ""), ("esc", "key"), (" close", "")))
        self.keys = keys
        self.commands = [command for command in keymap.for_screen(screen) if command.palette]
        model: GridModel[Command] = GridModel(lambda c: c.id, lambda c: f"{c.label} {c.help} {c.id}")
        self.list = Grid(model, self._columns, headless=True)
        self.list.can_focus = False
        self.list.always_cursor = True
        self.input = Input(placeholder="type a part of a command's name", max_length=100)
        self.input.cursor_blink = False

    def body(self) -> ComposeResult:
        """The line to type in, the commands that hold it."""
        yield self.input
        yield self.list

    def on_mount(self) -> None:
        """All commands."""
        self.list.set_rows(self.commands)

    def _columns(self, width: int) -> Sequence[Column[Command]]:
        return (
            Column("key", "", 10, lambda c, _: ((keymap.key_text(self.keys.get(c.id, c.keys)), "key"),)),
            Column("label", "", 16, lambda c, _: ((c.label, ""),)),
            Column("help", "", 20, lambda c, _: ((c.help, "muted"),), elastic=90),
        )

    def on_input_changed(self, message: Input.Changed) -> None:
        """Narrow while typing."""
        self.list.narrow(message.value)

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Run the command under the cursor."""
        command = self.list.current
        self.dismiss(None if command is None else command.id)

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """A click runs it."""
        self.dismiss(message.row.id)

    def action_step(self, step: int) -> None:
        """Move the cursor from the input line."""
        self.list.move_to(self.list.cursor + step)
