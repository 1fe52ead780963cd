"""The filter line: one line of input that narrows a grid while it is typed. Its cursor does not blink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Input

if TYPE_CHECKING:
    from turbofinops_tui.widgets.grid import Grid

LONGEST = 200


class Prompt(Input):
    """Hidden until ``ask``."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__(
            id="prompt",
            placeholder="filter: type a part of a name, enter keeps it, esc shows all",
            max_length=LONGEST,
        )
        self.cursor_blink = False
        self.grid: Grid[Any] | None = None

    def ask(self, grid: Grid[Any]) -> None:
        """Open for ``grid`` with the filter that it has."""
        self.grid = grid
        self.value = grid.model.needle
        self.display = True
        self.focus()
