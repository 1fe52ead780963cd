"""The loader: stored tables at once, fresh ones from a thread, and changes that can be undone."""

from __future__ import annotations

import gc
from collections.abc import Mapping

from textual.worker import Worker, WorkerState, get_current_worker

from turbofinops_tui import keymap
from turbofinops_tui.economics.types import Table
from turbofinops_tui.errors import EXIT_NEWER_STORE, TurboError
from turbofinops_tui.widgets.frame import Frame, same
from turbofinops_tui.widgets.host import Change, Work
from turbofinops_tui.widgets.settling import Settling, period_first

FOLLOW_SECONDS = 5
FIRST_FRAME_SECONDS = 0.05


class Loader(Settling):
    """The part of the app that owns threads."""

    read_only: bool
    last_line = ""
    """printed after the terminal is restored: why the app ended"""

    def __init__(self) -> None:
        super().__init__()
        self._named: dict[str, Frame] = {}
        self._undo: list[Change] = []
        self._redo: list[Change] = []
        self._stamp: tuple[int, ...] | None = None

    @property
    def frame(self) -> Frame | None:
        """The screen on top, when it is one of ours with a frame."""
        return self.screen if isinstance(self.screen, Frame) else None

    def load(self, screen: Frame) -> None:
        """Stored tables at once, then fresh ones from a thread."""
        names = screen.plan({})
        if not screen.tables and self.desk.stored:
            found = self.desk.first_tables({f"{screen.ID}.{name}": asked for name, asked in names.items()})
            if found:
                screen.give({name.partition(".")[2]: table for name, table in found.items()})
        screen.stale = False
        # After the refresh: the thread's imports must not delay the first paint.
        self.call_after_refresh(self._start_loading, screen)

    def _start_loading(self, screen: Frame) -> None:
        if gc.isenabled():
            self._run_loader(screen)
            return
        # The first time. Collecting is off since the start of the program (cli/main.py): what is there by
        # now stays for good. The thread waits until the first frame is written: its imports hold the GIL.
        gc.freeze()
        gc.enable()
        self.set_timer(FIRST_FRAME_SECONDS, lambda: self._run_loader(screen))

    def _run_loader(self, screen: Frame) -> None:
        self.run_worker(
            lambda: self._work(screen),
            thread=True,
            exclusive=True,
            group=f"load {screen.ID}",
            exit_on_error=False,
            name=screen.ID,
        )

    def _work(self, screen: Frame) -> None:
        """In the thread: batch after batch until the screen plans nothing new."""
        worker, edits = get_current_worker(), self.edits
        known: dict[str, Table] = {}
        try:
            self.desk.look_for_draft()
            while True:
                wanted = {name: asked for name, asked in screen.plan(known).items() if name not in known}
                if not wanted:
                    break
                first = not known
                for batch in period_first(self.desk, wanted) if self.desk.settling else [wanted]:
                    fresh = self.desk.fresh(batch)
                    known |= fresh
                    if worker.is_cancelled:
                        return
                    self.call_from_thread(self._give, screen, fresh)
                if first and screen in self._named.values():
                    self.desk.keep({f"{screen.ID}.{name}": table for name, table in known.items()})
            data = self.desk.call(screen.gather)
            if data is not None and not worker.is_cancelled:
                self.call_from_thread(screen.take, data)
            told = self.desk.read_draft()
            if not worker.is_cancelled:
                self.call_from_thread(screen.show_draft, told)
            self._settle_rest(screen, edits)
        except TurboError as error:
            self.call_from_thread(self._problem, screen, error)
            self.call_from_thread(self.settled, edits)

    def _settle_rest(self, screen: Frame, edits: int) -> None:
        """In the thread, after the screen on top: what the screens seen before would show."""
        worker = get_current_worker()
        if not self.desk.settling or screen is not self.shown_frame:
            return
        for other in list(self._named.values()):
            known: dict[str, Table] = {}
            while other is not screen and other.stale and not worker.is_cancelled:
                wanted = {name: asked for name, asked in other.plan(known).items() if name not in known}
                if not wanted:
                    break
                known |= self.desk.fresh(wanted)
        if not worker.is_cancelled:
            self.call_from_thread(self.settled, edits)

    def _give(self, screen: Frame, tables: Mapping[str, Table]) -> None:
        self.desk.stored = False
        # What is on screen already is not painted again.
        new = {name: table for name, table in tables.items() if not same(screen.tables.get(name), table)}
        if new:
            screen.give(new)
        else:
            screen.refresh_frame()

    def _problem(self, screen: Frame, error: TurboError) -> None:
        if error.exit_code == EXIT_NEWER_STORE:
            # Nothing on this screen could be trusted: leave with the code that says so.
            self.last_line = f"error: {error.line()}"
            self.exit(error.exit_code)
        else:
            screen.problem(error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An unexpected error in a thread: one line and the log, and the app goes on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            where = self.log_error(event.worker.error)
            self.say(f"unexpected {type(event.worker.error).__name__}: the details are in {where}", "error")
            self.settled(self.edits)

    def log_error(self, error: BaseException | None) -> str:
        """Write the frames of ``error`` to the log; returns where that is."""
        raise NotImplementedError

    def watch_store(self) -> None:
        """Look every few seconds whether another process wrote; the screen follows. Costs no byte."""
        self.set_interval(FOLLOW_SECONDS, self._look)

    def _look(self) -> None:
        stamp = self.desk.stamp()
        if self._stamp is not None and stamp != self._stamp and not self._busy():
            self.run_worker(self._compare, thread=True, group="follow", exclusive=True, exit_on_error=False)
        self._stamp = stamp

    def _busy(self) -> bool:
        return any(worker.is_running for worker in self.workers)

    def _compare(self) -> None:
        """In the thread: load again only when the facts, rules or settings really differ."""
        try:
            changed = self.desk.changed()
        except TurboError as error:
            self.call_from_thread(self.say, error.line(), "error")
            return
        if changed:
            self.call_from_thread(self.reload_all)

    def reload_all(self) -> None:
        """The shared slice or the store changed: every screen is old, the one on top loads now."""
        for screen in (*self._named.values(), *self.screen_stack):
            if isinstance(screen, Frame):
                screen.forget()
        if self.frame is not None:
            self.load(self.frame)

    def action_reload(self) -> None:
        """Read the store again."""
        self.desk.forget()
        self.reload_all()
        self.refresh(repaint=True, layout=True)

    # --- changes, undone and done again ---------------------------------------------------

    def change(self, what: str, do: Work, undo: Work) -> None:
        """Do a change in a thread; on success it can be undone."""
        self._redo.clear()
        self._run_change((what, do, undo), forwards=True)

    def _run_change(self, change: Change, *, forwards: bool) -> None:
        if self.read_only:
            self.say("this session is read-only: start without --read-only to change rules", "error")
            return
        what, do, undo = change
        self.unsettle()
        edits = self.edits

        def work() -> None:
            try:
                self.desk.call(do if forwards else undo)
            except TurboError as error:
                self.call_from_thread(self.settled, edits)
                self.call_from_thread(self.say, error.line(), "error")
                return
            self.desk.forget()
            self.call_from_thread(done)

        def done() -> None:
            (self._undo if forwards else self._redo).append(change)
            self.reload_all()
            key = keymap.key_text(self.keys["change.undo" if forwards else "change.redo"])
            self.say(
                f"{what}; {key} undoes it" if forwards else f"undone: {what}; {key} does it again", "gain"
            )

        self.run_worker(work, thread=True, group="change", exit_on_error=False)

    def action_undo(self) -> None:
        """Undo the last change."""
        if self._undo:
            self._run_change(self._undo.pop(), forwards=False)
        else:
            self.say("nothing to undo in this session")

    def action_redo(self) -> None:
        """Do the undone change again."""
        if self._redo:
            self._run_change(self._redo.pop(), forwards=True)
        else:
            self.say("nothing to do again")
