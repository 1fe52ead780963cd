"""Views kept as presets, and presets opened: the same slice, so the same cells as ``report --preset``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from turbofinops_tui import keymap
from turbofinops_tui.errors import ConflictError
from turbofinops_tui.fetching import Fetching

if TYPE_CHECKING:
    from turbofinops_tui.economics.types import Slice
    from turbofinops_tui.files.preset_json import Preset
    from turbofinops_tui.widgets.frame import Frame


class Keeping(Fetching):
    """The part of the app that keeps views."""

    def _screen(self, name: str) -> Frame:
        raise NotImplementedError

    def action_save_preset(self) -> None:
        """Ask for a name and save what the screen shows as a private preset."""
        from turbofinops_tui.files.preset_json import check_name

        frame = self.frame
        asked = frame.view() if frame is not None else None
        if frame is None or asked is None:
            self.say("this screen has no slice to save: a money screen does")
            return
        screen = frame.ID if frame.ID in keymap.TOP else ""
        suggestion = f"{frame.ID}-{len(asked.where) + len(asked.having) or 'all'}"
        self.form(
            "line", "Save this view as a private preset", "Name: a-z, digits, dashes", suggestion,
            check_name, then=lambda name: self._save_preset(name, asked, screen),
        )  # fmt: skip

    def _save_preset(self, name: str, asked: Slice, screen: str, over: bool = False) -> None:
        def work(session: Any) -> Any:
            from turbofinops_tui.actions import presets

            try:
                return presets.save(session, name, asked, screen=screen, over=over)
            except ConflictError as error:
                return error

        def done(found: Any) -> None:
            if isinstance(found, ConflictError):
                self.form(
                    "confirm", f"Replace {name}?", found.message,
                    then=lambda yes: self._save_preset(name, asked, screen, True) if yes else None,
                )  # fmt: skip
            else:
                self.say(f"saved: 9 lists it, turbofinops report --preset {name} prints it", "gain")

        self.beside(work, done, writes="save presets")

    def open_preset(self, preset: Preset) -> None:
        """The screen of the preset with its slice; a table of its own where no screen asks just that."""
        asked = preset.slice
        frame = self._adopting(preset.screen, asked)
        if frame is not None:
            self.goto(frame.ID)
            self.reload_all()
        else:
            self.drill("report", asked, preset.name)

    def _adopting(self, screen: str, asked: Slice) -> Frame | None:
        """The screen whose question becomes ``asked``, the shared scope set for it; None: there is none."""
        from turbofinops_tui.actions.presets_view import found_scopes

        if screen not in keymap.TOP:
            return None
        before = self.desk.scope
        frame = self._screen(screen)
        for scope in found_scopes(asked):
            self.desk.scope = scope
            if frame.adopt(asked):
                return frame
        self.desk.scope = before
        return None
