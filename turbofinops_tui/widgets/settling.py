"""Settling: what an edit still moves is marked until it is computed, and what must be right waits for it.

The period on screen comes first, all other periods, verdicts and screens in the loader's thread behind it.
Until all is there the header says ``~ settling``, and so do the cells whose figures are still to come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from turbofinops_tui.economics.types import Slice
from turbofinops_tui.economics.verdict import VERDICT_MEASURES
from turbofinops_tui.widgets.frame import Frame
from turbofinops_tui.widgets.host import Host

if TYPE_CHECKING:
    from turbofinops_tui.actions.screens_data import Desk

SIGN = "~"
MARK = f"{SIGN} settling"
"""sign and word of a figure that an edit may still move"""


def period_first(desk: Desk, wanted: Mapping[str, Slice]) -> list[dict[str, Slice]]:
    """``wanted`` in the order to compute it: figures of the period on screen, then the rest."""
    days = desk.days()

    def now(asked: Slice) -> bool:
        slow = any(measure in VERDICT_MEASURES for measure in asked.measures)
        return not slow and asked.range.resolve(desk.today) == days

    first = {name: asked for name, asked in wanted.items() if now(asked)}
    rest = {name: asked for name, asked in wanted.items() if name not in first}
    return [batch for batch in (first, rest) if batch]


class Settling(Host):
    """The part of the app that knows whether the figures on screen are those of the rules of now."""

    def __init__(self) -> None:
        super().__init__()
        self.edits = 0
        """edits so far: a load that began under an earlier one settles nothing"""
        self._waiting: list[Callable[[], None]] = []

    @property
    def shown_frame(self) -> Frame | None:
        """The uppermost screen with figures, be there a form over it or not."""
        return next((s for s in reversed(self.screen_stack) if isinstance(s, Frame)), None)

    def unsettle(self) -> None:
        """An edit is on its way: mark the figures from this moment on."""
        self.edits += 1
        self.desk.settling = True
        self._repaint_mark()

    def settled(self, edits: int) -> None:
        """All is computed under edit number ``edits``; do what waited, unless another edit came."""
        if edits != self.edits or not self.desk.settling:
            return
        self.desk.settling = False
        frame = self.shown_frame
        if frame is not None and frame.tables:
            frame.show(frame.tables)  # cells whose mark no further table takes away
        self._repaint_mark()
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()

    def when_settled(self, what: str, then: Callable[[], None]) -> None:
        """Do ``then`` now, or once the figures have settled; ``what`` waits: ``the export``."""
        if not self.desk.settling:
            then()
            return
        self._waiting.append(then)
        self.say(f"{what} waits until the figures have settled")

    def _repaint_mark(self) -> None:
        frame = self.shown_frame
        if frame is not None and frame.is_mounted:
            frame.refresh_frame()
