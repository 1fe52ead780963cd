"""The app: screens, themes, keys, the loader thread, the error boundary. No SQL and no arithmetic."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.filter import LineFilter, NoColor
from textual.worker import get_current_worker

from turbofinops_tui import config, keymap
from turbofinops_tui.actions import app_state
from turbofinops_tui.actions.screens_data import Desk, Opener, Scope
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Slice, Table
from turbofinops_tui.errors import TurboError, UsageError
from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.backstop import Backstop
from turbofinops_tui.widgets.frame import Frame, Host
from turbofinops_tui.widgets.grid import bindings
from turbofinops_tui.widgets.themes import PALETTES

if TYPE_CHECKING:
    from textual.screen import Screen

Change = tuple[str, Callable[..., Any], Callable[..., Any]]
OPEN_DEMO = 100
"""return value of the app when the user asked for the demo"""


class TurboApp(Host):
    """One run on one store."""

    TITLE = "turbofinops"
    CSS_PATH: ClassVar[list[str]] = [f"screens/{name}.tcss" for name in ("app", "overview", "customer")]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = bindings("app")  # noqa: RUF012 - Textual declares it so
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-narrow"), (100, "-wide"), (160, "-huge")]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-short"), (32, "-tall")]

    def __init__(self, opener: Opener, *, screen: str | None = None) -> None:
        self.colourless = "NO_COLOR" in os.environ
        super().__init__()
        self.opener = opener
        self.desk = Desk(opener)
        self.taste = config.load(opener.paths.config)
        self.charts = self.taste.charts
        self.state = app_state.load(opener.paths.state)
        self.keys = {command.id: command.keys for command in keymap.COMMANDS} | dict(self.taste.keys)
        self.set_keymap(dict(self.taste.keys))
        self.animation_level = "none"
        self._lines: list[LineFilter] = []
        self._named: dict[str, Frame] = {}
        self._undo: list[Change] = []
        self._redo: list[Change] = []
        self._first = screen if screen in keymap.TOP else None
        self._use_theme(self.taste.theme or self.state.theme or "dark")
        self._use_state()

    # --- looks ----------------------------------------------------------------------------

    def _use_theme(self, name: str) -> None:
        chosen = "mono" if self.colourless else name if name in PALETTES else "dark"
        palette = PALETTES[chosen]
        if f"tfo-{chosen}" not in self.available_themes:
            self.register_theme(palette.theme())
        self.theme = f"tfo-{chosen}"
        plain = [NoColor()] if chosen == "mono" else []
        self._lines = [Backstop(), *plain]

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, then the backstop that no control character and no link passes."""
        if self.theme == "tfo-mono":
            return self._lines
        return [*super().get_line_filters(), *self._lines]

    def action_theme(self) -> None:
        """The next theme."""
        names = [name for name in PALETTES if name != "mono"]
        current = self.theme.removeprefix("tfo-")
        chosen = names[(names.index(current) + 1) % len(names)] if current in names else names[0]
        self._use_theme(chosen)
        self.state.theme = self.theme.removeprefix("tfo-")
        if self.colourless:
            self.say("NO_COLOR is set: monochrome")
            return
        self.refresh_css(animate=False)
        self.say(f"theme: {PALETTES[chosen].title}")

    # --- state between runs ---------------------------------------------------------------

    def _use_state(self) -> None:
        state = self.state
        written = Range(state.period)
        try:
            written.resolve(self.desk.today)
        except UsageError:
            written = Range("last-month")
        revenue = state.basis if state.basis in ("recognised", "cash") else "recognised"
        cost = state.cost if state.cost in ("effective", "billed") else "effective"
        self.desk.scope = Scope(range=written, revenue=revenue, cost=cost)

    def keep_state(self) -> None:
        """Write what the next run starts from; a state directory that cannot be written is no error."""
        state, scope = self.state, self.desk.scope
        if scope.range.period:
            state.period = scope.range.period
        state.basis, state.cost = scope.revenue, scope.cost
        for screen in self._named.values():
            screen.remember(state)
        try:
            app_state.save(self.opener.paths.state, state)
        except OSError:
            return

    # --- screens --------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the first screen."""
        start = self._first or (self.state.screen if self.state.screen in keymap.TOP else "overview")
        self.push_screen(self._screen(start))

    def _screen(self, name: str) -> Frame:
        if name not in self._named:
            self._named[name] = _make(name, self.state)
            # Installed: a screen that is not would be torn down when another takes its place.
            self.install_screen(self._named[name], name)
        return self._named[name]

    @property
    def frame(self) -> Frame | None:
        """The screen on top, when it is one of ours with a frame."""
        return self.screen if isinstance(self.screen, Frame) else None

    def goto(self, screen: str) -> None:
        """Show a top-level screen; deeper ones close."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if self.frame is None or self.frame.ID != screen:
            self.switch_screen(self._screen(screen))
        self.state.screen = screen

    def drill(self, screen: str, *args: Any) -> None:
        """Push a deeper screen."""
        self.push_screen(_make_deep(screen, *args))

    def action_go(self, name: str) -> None:
        """A digit."""
        self.goto(name)

    async def action_back(self) -> None:
        """Esc: close the filter, else go back; nothing at the top."""
        frame = self.frame
        if frame is not None and frame.close_filter():
            return
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def action_leave(self) -> None:
        """q: back from a deeper screen, else quit."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.exit(0)

    def action_palette(self) -> None:
        """Find a command by name."""
        from turbofinops_tui.screens.palette import PaletteScreen

        self.push_screen(PaletteScreen(self.frame.ID if self.frame else "", self.keys), self._run_command)

    def action_help(self) -> None:
        """Keys and signs of the screen on top."""
        from turbofinops_tui.screens.help import HelpScreen

        frame = self.frame
        if frame is not None:
            self.push_screen(HelpScreen(frame.ID, frame.TITLE, self.keys))

    async def _run_command(self, chosen: str | None) -> None:
        if chosen is None:
            return
        command = keymap.BY_ID[chosen]
        target: Any = self if command.scope == "app" else self.screen
        if command.scope == "grid" and self.frame is not None:
            target = self.frame.grid
        if target is not None:
            await self.run_action(command.action, target)

    # --- tables ---------------------------------------------------------------------------

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
        self.run_worker(
            lambda: self._work(screen), thread=True, exclusive=True, group=f"load {screen.ID}", exit_on_error=False,
            name=screen.ID,
        )  # fmt: skip

    def _work(self, screen: Frame) -> None:
        """In the thread: batch after batch until the screen plans nothing new."""
        worker = get_current_worker()
        known: dict[str, Table] = {}
        try:
            while not worker.is_cancelled:
                wanted = {name: asked for name, asked in screen.plan(known).items() if name not in known}
                if not wanted:
                    break
                fresh = self.desk.fresh(wanted)
                first = not known
                known |= fresh
                if worker.is_cancelled:
                    return
                self.call_from_thread(self._give, screen, fresh)
                if first:
                    self.desk.keep({f"{screen.ID}.{name}": table for name, table in fresh.items()})
            data = self.desk.call(screen.gather)
            if data is not None and not worker.is_cancelled:
                self.call_from_thread(screen.take, data)
        except TurboError as error:
            self.call_from_thread(self._problem, screen, error)

    def _give(self, screen: Frame, tables: Mapping[str, Table]) -> None:
        self.desk.stored = False
        screen.give(tables)

    def _problem(self, screen: Frame, error: TurboError) -> None:
        screen.problem(error)

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

    def action_period(self, step: int) -> None:
        """Move the period."""
        if self.frame is None or not self.frame.MONEY:
            return
        if self.desk.shift(step):
            self.reload_all()
            self.frame.refresh_frame()
        else:
            self.say("this is the running period")

    # --- changes, undone and done again ---------------------------------------------------

    def change(self, what: str, do: Callable[..., Any], undo: Callable[..., Any]) -> None:
        """Do a change in a thread; on success it can be undone."""
        self._redo.clear()
        self._run_change((what, do, undo), forwards=True)

    def _run_change(self, change: Change, *, forwards: bool) -> None:
        if self.opener.read_only:
            self.say("this session is read-only: start without --read-only to change rules", "error")
            return
        what, do, undo = change

        def work() -> None:
            try:
                self.desk.call(do if forwards else undo)
            except TurboError as error:
                self.call_from_thread(self.say, error.line(), "error")
                return
            self.desk.forget()
            self.call_from_thread(done)

        def done() -> None:
            (self._undo if forwards else self._redo).append(change)
            self.reload_all()
            key = keymap.key_text(self.keys["change.undo" if forwards else "change.redo"])
            self.say(f"{what}; {key} undoes it" if forwards else f"undone: {what}; {key} does it again", "gain")

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

    # --- filter, copy, export -------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the filter line."""
        if self.frame is not None:
            self.frame.open_filter()

    def say(self, text: str, role: str = "") -> None:
        """One line in the status line of the screen on top."""
        if self.frame is not None:
            self.frame.say(text, role)

    def action_copy_value(self) -> None:
        """Copy the exact value under the cursor."""
        frame = self.frame
        text = frame.grid.copy_value() if frame is not None and frame.grid is not None else ""
        if text:
            self.copy_to_clipboard(safe(text))
            self.say(f"copied  {text}")

    def action_copy_command(self) -> None:
        """Copy the command line that prints this view, and show it to select."""
        from turbofinops_tui.files.slice_words import command_line
        from turbofinops_tui.screens.text_panel import TextPanel

        view = self.frame.view() if self.frame is not None else None
        if view is None:
            return
        text = str(safe(command_line(view), 4000))
        self.copy_to_clipboard(text)
        self.push_screen(TextPanel("The command that prints this view", text, "copied; select it here otherwise"))

    def action_slice(self) -> None:
        """Edit the slice of all money screens."""
        from turbofinops_tui.screens.slice_form import SliceForm

        self.push_screen(SliceForm(self.desk.scope, self.desk.today), self._take_scope)

    def _take_scope(self, scope: Scope | None) -> None:
        if scope is not None and scope != self.desk.scope:
            self.desk.scope = scope
            self.reload_all()

    def action_export(self) -> None:
        """Write this view to a file."""
        from turbofinops_tui.actions import exporting
        from turbofinops_tui.screens.forms import LineForm

        frame = self.frame
        table = frame.shown_table() if frame is not None else None
        if frame is None or table is None:
            self.say("nothing to export yet")
            return
        title = f"Export {len(table.rows):,} rows"
        form = LineForm(title, "File, .csv or .json", exporting.suggestion(frame.ID, table), exporting.target)
        self.push_screen(form, lambda text: self._export(table, text))

    def _export(self, table: Table, text: str | None, replace: bool = False) -> None:
        from turbofinops_tui.actions import exporting
        from turbofinops_tui.errors import ConflictError
        from turbofinops_tui.screens.forms import Confirm

        if text is None:
            return
        try:
            path = exporting.target(text)
            rows = exporting.write(table, path, replace=replace)
        except ConflictError as error:
            question = Confirm("Replace the file?", error.message)
            self.push_screen(question, lambda yes: self._export(table, text, True) if yes else None)
        except TurboError as error:
            self.say(error.line(), "error")
        else:
            self.say(f"{rows:,} rows written to {path}", "gain")

    def action_explain(self) -> None:
        """Open the figure under the cursor."""
        frame = self.frame
        asked = frame.explained() if frame is not None else None
        if asked is None:
            self.say("put the cursor on an amount of a customer: ←→ choose the column")
        else:
            self.drill("explain", *asked)

    def copy_to_clipboard(self, text: str) -> None:
        """The one OSC 52 of the program; wrapped for tmux, which passes it on to the outer terminal."""
        self._clipboard = text
        if self._driver is None:
            return
        import base64

        code = base64.b64encode(text.encode("utf-8")).decode("ascii")
        sequence = f"\x1b]52;c;{code}\x07"
        if os.environ.get("TMUX"):
            sequence = "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        self._driver.write(sequence)

    # --- the error boundary ---------------------------------------------------------------

    def _fatal_error(self) -> None:
        """One line and where the log is; never a traceback with values on the screen (trust.md 12)."""
        error = sys.exc_info()[1] or self._exception
        from turbofinops_tui.actions.crash_log import write

        where = write(self.opener.paths.state, self.opener.clock, error)
        kind = type(error).__name__
        self.crash_line = f"error: unexpected {kind}: the details are in {where}; the store is as it was"
        self._close_messages_no_wait()

    crash_line = ""


def _make(name: str, state: app_state.AppState) -> Frame:
    """A top-level screen; imported when first shown."""
    if name == "customers":
        from turbofinops_tui.screens.customers import CustomersScreen

        return CustomersScreen(losing=state.losing, top=state.top)
    if name == "links":
        from turbofinops_tui.screens.links import LinksScreen

        return LinksScreen()
    if name == "connections":
        from turbofinops_tui.screens.connections import ConnectionsScreen

        return ConnectionsScreen()
    from turbofinops_tui.screens.overview import OverviewScreen

    return OverviewScreen()


def _make_deep(name: str, *args: Any) -> Screen[Any]:
    """A deeper screen; imported when first shown."""
    if name == "explain":
        from turbofinops_tui.screens.explain import ExplainScreen

        return ExplainScreen(*args)
    from turbofinops_tui.screens.customer import CustomerScreen

    return CustomerScreen(*args)


def run_app(opener: Opener, *, screen: str | None = None) -> int:
    """Run the app until the user leaves; returns the exit code."""
    app = TurboApp(opener, screen=screen)
    result = app.run()
    app.keep_state()
    if app.crash_line:
        print(safe(app.crash_line, 2000), file=sys.stderr)  # noqa: T201 - talk on stderr
        return 1
    return result or 0
