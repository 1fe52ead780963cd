"""Keys of the draft: which numbers are shown, keep, discard, undo and redo of its edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from turbofinops_tui.errors import TurboError
from turbofinops_tui.widgets.draft_bar import counted
from turbofinops_tui.widgets.loader import Loader

if TYPE_CHECKING:
    from turbofinops_tui.actions.drafts import Edit

VIEWS = ("saved", "draft", "difference")


class Drafting(Loader):
    """The part of the app that owns the draft's keys."""

    def action_view(self) -> None:
        """Saved numbers, those of the draft, or what it changes."""
        if self.desk.draft is None:
            self.say("no draft: e on a rule of Links (6) begins one")
            return
        view = VIEWS[(VIEWS.index(self.desk.scope.view) + 1) % len(VIEWS)]
        self._use_view(view)
        self.say(
            {"saved": "the saved rules", "draft": "the rules of the draft"}.get(view, "draft minus saved")
        )

    def _use_view(self, view: str) -> None:
        self.desk.scope = replace(self.desk.scope, view=view)
        self.reload_all()

    def draft(self, edits: Sequence[Edit], label: str = "") -> None:
        """Add edits to the draft in a thread and show its numbers."""
        self._do(
            lambda drafts: drafts.add(edits, label), "in the draft; W keeps it, u takes it back", "draft"
        )

    def action_keep_draft(self) -> None:
        """Ask, then write the draft to the saved rules."""
        info = self.desk.draft
        if info is None:
            self.say("no draft to keep")
        elif not info.edits:
            self.say("every edit of the draft is undone: U brings one back, D discards the draft")
        else:
            text = f"{counted(info.edits, 'edit')} become the saved rules, in one transaction."
            self._ask("Keep the draft?", text, self._keep)

    def _keep(self, yes: bool | None) -> None:
        def keep() -> None:
            self._do(lambda drafts: drafts.keep(), "the draft is kept: these are the saved rules", "saved")

        if yes:
            self.when_settled("keeping the draft", keep)

    def action_discard_draft(self) -> None:
        """Ask, then throw the draft away."""
        info = self.desk.draft
        if info is None:
            self.say("no draft to discard")
        else:
            text = f"{counted(info.edits, 'edit')} will be gone; the saved rules stay as they are."
            self._ask("Discard the draft?", text, self._discard)

    def _discard(self, yes: bool | None) -> None:
        if yes:
            self._do(lambda drafts: drafts.discard(), "the draft is discarded", "saved")

    def _ask(self, title: str, text: str, then: Callable[[bool | None], None]) -> None:
        from turbofinops_tui.screens.forms import Confirm

        self.push_screen(Confirm(title, text), then)

    def action_undo(self) -> None:
        """Undo the last edit of the draft; without one the last change."""
        if self.desk.draft is None:
            super().action_undo()
        else:
            self._do(lambda drafts: drafts.undo(), "undone in the draft; U does it again", "")

    def action_redo(self) -> None:
        """Do the undone edit of the draft again; without one the undone change."""
        if self.desk.draft is None:
            super().action_redo()
        else:
            self._do(lambda drafts: drafts.redo(), "done again in the draft", "")

    def _do(self, work: Callable[[Any], Any], done: str, view: str) -> None:
        """Change the draft in a thread, then load everything again; ``view``: shown from then on."""
        if self.read_only:
            self.say("this session is read-only: start without --read-only to change rules", "error")
            return

        self.unsettle()
        edits = self.edits

        def run() -> None:
            try:
                found = self.desk.call(lambda _, reports: work(reports.drafts))
            except TurboError as error:
                self.call_from_thread(self.settled, edits)
                self.call_from_thread(self.say, error.line(), "error")
                return
            self.call_from_thread(after, found)

        def after(found: object) -> None:
            if view:
                self.desk.scope = replace(self.desk.scope, view=view)
            self.reload_all()
            self.say(
                done if found is not None else "nothing left of that in the draft", "gain" if found else ""
            )

        self.run_worker(run, thread=True, group="change", exit_on_error=False)
