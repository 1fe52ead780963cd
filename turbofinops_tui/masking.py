"""The key that masks names and amounts for screen sharing; what leaves the screen is refused meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui import keymap
from turbofinops_tui.keeping import Keeping
from turbofinops_tui.widgets.mask import Mask

if TYPE_CHECKING:
    from turbofinops_tui.widgets.frame import Frame


class Masking(Keeping):
    """The part of the app that hides."""

    mask: Mask | None = None

    def action_mask(self) -> None:
        """Mask, or show again."""
        if self.mask is not None:
            self._use_mask(None)
            self.say("names and amounts are shown again")
            return
        from turbofinops_tui.actions.masking import customer_names

        self.beside(customer_names, lambda names: self._use_mask(Mask(names)))

    def _use_mask(self, mask: Mask | None) -> None:
        self.mask = mask
        for screen in {*self._named.values(), *self.screen_stack}:
            for widget in (screen, *screen.walk_children()):
                widget.refresh()
        frame = self.frame
        if frame is not None:
            frame.refresh_frame()
        if mask is not None:
            key = keymap.key_text(self.keys["app.mask"])
            self.say(f"names and amounts are masked, exports and copies refused: {key} shows them again")

    def hidden(self) -> bool:
        """True, and said, while a mask is on: nothing true leaves the screen."""
        if self.mask is not None:
            key = keymap.key_text(self.keys["app.mask"])
            self.say(f"names and amounts are masked: {key} shows them, then this works", "error")
        return self.mask is not None

    def _work(self, screen: Frame) -> None:
        """In the thread: names that came meanwhile are masked before a table shows them."""
        if self.mask is not None:
            from turbofinops_tui.actions.masking import customer_names

            self.mask = Mask(customer_names(self.session()))
        super()._work(screen)

    def action_settings(self) -> None:
        """Settings that change numbers."""
        self.drill("settings")

    def action_audit(self) -> None:
        """Who changed what."""
        self.drill("audit")
