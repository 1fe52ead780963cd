"""Fetching from accounts inside the app: in a thread, told at most twice a second, ended by esc.

``r`` on a store of one's own syncs; on books that a team published it takes the newest ones.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from turbofinops_tui.drafting import Drafting
from turbofinops_tui.errors import TurboError
from turbofinops_tui.safe_text import safe

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.actions.syncing import Ask, Plan, SyncLine

TOLD_EVERY = 0.5
ANSWER_SECONDS = 0.1
READ_ONLY = "this session is read-only: start without --read-only to {}"


class Fetching(Drafting):
    """The part of the app that fetches, and that runs what must not hold up the tables."""

    opener: Any
    """places and flags; a reader's has ``published`` and ``renewed``"""

    def __init__(self) -> None:
        super().__init__()
        self.fetching: threading.Event | None = None
        """set it to end the fetch under way; None: there is none"""
        self.progress = ""
        """what the fetch under way was last said to do"""
        self._next_telling = 0.0
        self._leaving = False

    # --- work that is no table -------------------------------------------------------------

    def session(self) -> Session:
        """The session, opened under the desk's lock (thread only)."""
        found: Session = self.desk.call(lambda session, _: session)
        return found

    def beside(
        self, work: Callable[[Session], Any], then: Callable[[Any], object], *, writes: str = ""
    ) -> None:
        """Run ``work`` in a thread beside the tables, then ``then`` with what it gave.

        ``writes`` says what it changes, for the sentence that a read-only session gets.
        """
        if writes and self.read_only:
            self.say(READ_ONLY.format(writes), "error")
            return

        def run() -> None:
            try:
                found = work(self.session())
            except TurboError as error:
                self._post(self.say, error.line(), "error")
                return
            self._post(then, found)

        self.run_worker(run, thread=True, group="task", exit_on_error=False)

    def form(self, name: str, *args: Any, then: Callable[[Any], object]) -> None:
        """Show a form by its name; ``then`` gets what it gave, unless it was closed."""
        from turbofinops_tui import screens

        def take(found: Any) -> None:
            if found is not None:
                then(found)

        self.push_screen(screens.make_deep(name, *args), take)

    def _post(self, call: Callable[..., object], *args: object) -> None:
        """Call in the app's thread, unless the app is leaving."""
        if not self._leaving and self.is_running:
            self.call_from_thread(call, *args)

    def on_unmount(self) -> None:
        """Nothing goes on behind a terminal that is restored."""
        self._leaving = True
        self.stop_fetching()

    def _busy(self) -> bool:
        return any(worker.is_running and worker.group != "fetch" for worker in self.workers)

    # --- fetching --------------------------------------------------------------------------

    async def action_back(self) -> None:
        """Esc: close the filter, go back, and at the top end the fetch under way."""
        frame = self.frame
        if frame is not None and frame.close_filter():
            return
        if len(self.screen_stack) > 2:
            self.pop_screen()
        elif self.fetching is not None:
            self.stop_fetching()
            self.say("stopping: what has come is kept")

    def action_sync(self) -> None:
        """Fetch what is new; for readers of a team's books, take the newest ones."""
        if self.frame is None:
            return
        if getattr(self.opener, "published", ""):
            self._renew()
            return
        names = self.frame.sync_names()
        if names is not None:
            self.fetch(names)

    def action_connect(self) -> None:
        """The connect form, then the first fetch."""
        from turbofinops_tui.actions.connections_view import next_kind

        self.beside(
            next_kind,
            lambda kind: self.form("connect", kind, then=self.connected),
            writes="connect accounts",
        )

    def action_add_revenue(self) -> None:
        """From Stripe, or from a file that is shown before it counts."""
        if self.read_only:
            self.say(READ_ONLY.format("add revenue"), "error")
        else:
            self.form("revenue", then=self._add_revenue)

    def _add_revenue(self, wanted: Any) -> None:
        """Import the file in a thread; Stripe has a form of its own."""
        if wanted.path is None:
            self.form("connect", "stripe", then=self.connected)
            return

        def work(session: Session) -> Any:
            from turbofinops_tui.actions.revenue_imports import import_revenue

            return import_revenue(session, wanted.path, wanted.source, wanted.mapping)

        self.say(f"importing {wanted.path.name}", "accent")
        self.beside(work, self._revenue_came, writes="import revenue")

    def _revenue_came(self, result: Any) -> None:
        """What came, then who is on one side alone."""
        self._came()
        self.drill("unmatched")
        counts = result.counts
        self.say(
            f"{result.lines:,} rows of {result.source}: {counts['new']:,} new, {counts['changed']:,} changed"
            f"   turbofinops imports remove {result.delivery} undoes it",
            "gain",
        )

    def connected(self, name: str) -> None:
        """The first fetch of a new connection; on an empty store with what it brings on screen."""
        self.fetch([name])
        if not self.desk.delivered_at:
            self.drill("start", name)

    def fetch(self, names: Sequence[str], since: int | None = None, backfill: bool = False) -> None:
        """Sync, or backfill from the day ``since``, in a thread; no names: every connection."""
        from turbofinops_tui.actions.syncing import Ask

        if self.fetching is not None:
            self.say("a sync is under way: esc stops it")
        elif self.read_only:
            self.say(READ_ONLY.format("sync"), "error")
        else:
            stop = self.fetching = threading.Event()
            ask = Ask(since=since, backfill=backfill)
            self._told("asking what is new")
            self.run_worker(
                lambda: self._fetch(list(names), ask, stop), thread=True, group="fetch", exit_on_error=False
            )

    def stop_fetching(self) -> None:
        """Ask the fetch under way to end soon."""
        if self.fetching is not None:
            self.fetching.set()

    def _fetch(self, names: list[str], ask: Ask, stop: threading.Event) -> None:
        """In the thread: one connection after the other; screens load again when something came."""
        from turbofinops_tui.actions.syncing import sync

        lines: list[SyncLine] = []
        seen = [("", 0)]

        def tick(name: str, progress: Any) -> None:
            done = getattr(progress, "done", 0)
            if seen[0][0] == name and done > seen[0][1]:
                self._post(self._came)
            if (name, done) != seen[0] and hasattr(progress, "done"):
                seen[0] = (name, done)
            if time.monotonic() >= self._next_telling:
                self._next_telling = time.monotonic() + TOLD_EVERY
                self._post(self._told, words_of(name, progress))

        def confirm(name: str, plan: Plan) -> bool:
            return self._confirmed(name, plan, stop)

        def show(name: str, plan: Plan) -> None:
            if plan.items:
                self._post(self._told, plan_words(name, plan))

        try:
            for line in sync(self.session(), names, ask, tick, show=show, confirm=confirm, stop=stop):
                lines.append(line)
                self._post(self._came)
        except TurboError as error:
            self._post(self._ended, lines, error.line())
            return
        finally:
            self.fetching = None
        self._post(self._ended, lines, "")

    def _confirmed(self, name: str, plan: Plan, stop: threading.Event) -> bool:
        """Ask the person before money is spent; no answer is no."""
        answered = threading.Event()
        answers: list[bool] = []

        def take(yes: bool | None) -> None:
            answers.append(bool(yes))
            answered.set()

        title = f"Backfill {name} for {plan.price}?"
        self._post(self._ask, title, plan_words(name, plan), take)
        while not answered.wait(ANSWER_SECONDS) and not stop.is_set():
            continue
        return bool(answers and answers[0])

    def _told(self, text: str) -> None:
        self.progress = text
        self.say(f"{text}   esc stops", "accent")

    def _came(self) -> None:
        """Something new is in the store: every screen is old."""
        self.desk.forget()
        self.reload_all()

    def _ended(self, lines: list[SyncLine], error: str) -> None:
        self.progress = ""
        failed = [line for line in lines if line.error]
        if error:
            self.say(error, "error")
        elif not lines:
            self.say("there are no connections: press 8, then n")
        elif failed:
            more = f"   and {len(failed) - 1} more" if len(failed) > 1 else ""
            self.say(f"{failed[0].name}: {failed[0].error}{more}", "error")
        else:
            notes = [note for line in lines for note in (*line.changes, *line.notes)]
            told = "; ".join(f"{line.name}: {ended_words(line)}" for line in lines)
            self.say(f"{told}   {by_keys(notes[0])}" if notes else told, "gain")
        self.reload_all()

    # --- readers of published books --------------------------------------------------------

    def _renew(self) -> None:
        from turbofinops_tui.actions.screens_data import Desk

        def run() -> None:
            try:
                newest = self.opener.renewed()
            except TurboError as error:
                self._post(self.say, error.line(), "error")
                return
            self._post(take, newest)

        def take(newest: Any) -> None:
            if newest is self.opener:
                self.say("these are the newest published books")
                return
            scope, self.opener = self.desk.scope, newest
            self.desk = Desk(newest)
            self.desk.scope = scope
            self.reload_all()
            self.say(f"the newest published books: {newest.published}", "gain")

        self.run_worker(run, thread=True, group="task", exit_on_error=False)


def words_of(name: str, progress: Any) -> str:
    """``aws: 3 of 14, main 2026-03``, ``stripe: 1,200 objects, 45 %``."""
    if hasattr(progress, "what"):
        place = f"{progress.done + 1} of {progress.of}, " if progress.of else ""
        return str(safe(f"{name}: {place}{progress.what}", 120))
    step = {"objects": "single objects", "revenue": "deriving revenue"}.get(progress.step)
    return f"{name}: {progress.objects:,} objects, {step or f'{int(progress.part * 100)} %'}"


def plan_words(name: str, plan: Plan) -> str:
    """``aws: 14 deliveries to read, 42 requests, about 0.42 USD``."""
    count = len(plan.items)
    words = f"{name}: {count:,} {'delivery' if count == 1 else 'deliveries'} to read"
    if plan.requests is not None:
        words += f", {plan.requests:,} requests"
    return words + (f", {plan.price}" if plan.price else "")


def by_keys(note: str) -> str:
    """A note as the app says it: history is fetched by keys here, not by a command."""
    before, command, after = note.partition("turbofinops backfill ")
    if not command:
        return note
    price = after.partition("(")[2].rpartition(")")[0].rpartition(", ")[2]
    return f"{before}8, then b{f' ({price})' if price else ''}"


def ended_words(line: SyncLine) -> str:
    """What a fetch brought."""
    if line.kind == "stripe":
        return f"{line.objects:,} objects, {line.rows:,} revenue rows"
    if not line.items:
        return "nothing new"
    return f"{line.items:,} {'delivery' if line.items == 1 else 'deliveries'}, {line.rows:,} rows"
