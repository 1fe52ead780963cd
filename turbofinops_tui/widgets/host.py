"""What screens may ask of the app; the app itself lives in app.py, the loader thread in loader.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from turbofinops_tui.actions.drafts import Edit
    from turbofinops_tui.actions.screens_data import Desk
    from turbofinops_tui.widgets.frame import Frame

Work = Callable[..., Any]
Change = tuple[str, Work, Work]
"""(what it did, do, undo); both take (session, reports) and run in a thread"""


class Host(App[int]):
    """The app as screens see it."""

    desk: Desk
    keys: Mapping[str, str]
    """binding id -> keys, with the user's own"""
    sorts: Mapping[str, list[Any]]
    """grid id -> [column id, descending] of the last run"""
    charts: str
    """``braille``, or ``block`` for fonts without it"""
    fetching: Any
    """what ends the fetch under way; None: there is none"""

    def load(self, screen: Frame) -> None:
        """Compute what ``screen`` plans, in a thread, and give it the tables."""
        raise NotImplementedError

    def goto(self, screen: str) -> None:
        """Show a top-level screen."""
        raise NotImplementedError

    def drill(self, screen: str, *args: Any) -> None:
        """Push a deeper screen by name."""
        raise NotImplementedError

    def change(self, what: str, do: Work, undo: Work) -> None:
        """Do a change in a thread, remember how to undo it, and load again."""
        raise NotImplementedError

    def draft(self, edits: Sequence[Edit], label: str = "") -> None:
        """Add edits to the draft in a thread and show its numbers."""
        raise NotImplementedError

    def beside(self, work: Callable[[Any], Any], then: Callable[[Any], object], *, writes: str = "") -> None:
        """Run ``work(session)`` in a thread beside the tables, then ``then`` with what it gave."""
        raise NotImplementedError

    def form(self, name: str, *args: Any, then: Callable[[Any], object]) -> None:
        """Show a form by its name; ``then`` gets what it gave, unless it was closed."""
        raise NotImplementedError

    def open_preset(self, preset: Any) -> None:
        """The screen of the preset with its slice; a table of its own where no screen asks just that."""
        raise NotImplementedError

    def connected(self, name: str) -> None:
        """The first fetch of a new connection; on an empty store with what it brings on screen."""
        raise NotImplementedError

    def fetch(self, names: Sequence[str], since: int | None = None, backfill: bool = False) -> None:
        """Sync, or backfill from the day ``since``, in a thread; no names: every connection."""
        raise NotImplementedError

    def hidden(self) -> bool:
        """Whether names and amounts are masked; says so when they are."""
        raise NotImplementedError

    def say(self, text: str, role: str = "") -> None:
        """One line in the status line of the screen on top."""
        raise NotImplementedError
