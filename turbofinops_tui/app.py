"""The app: screens, themes, keys, the loader thread, the error boundary. No SQL and no arithmetic."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.filter import LineFilter, NoColor

from turbofinops_tui import config, keymap, screens
from turbofinops_tui.actions import app_state
from turbofinops_tui.actions.screens_data import Desk, Opener, Scope
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Table
from turbofinops_tui.errors import EXIT_FAILED, TurboError, UsageError
from turbofinops_tui.masking import Masking
from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.backstop import Backstop
from turbofinops_tui.widgets.frame import Frame
from turbofinops_tui.widgets.grid import bindings
from turbofinops_tui.widgets.themes import PALETTES

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.paths import Paths

DEMO_CUSTOMERS, DEMO_MONTHS = 300, 18
OPEN_DEMO = 100
"""return value of the app when the user asked for the demo"""


@dataclass(frozen=True, slots=True)
class DemoOpener:
    """Opens a demo store; taste and place stay the user's own."""

    paths: Paths
    clock: Clock
    read_only: bool = False

    def open(self) -> Session:
        """The session on the demo store."""
        from turbofinops_tui.actions.session import open_session

        return open_session(self.paths, self.clock)


class TurboApp(Masking):
    """One run on one store."""

    TITLE = "turbofinops"
    CSS_PATH = ["screens/app.tcss", "screens/overview.tcss", "screens/customer.tcss", "screens/explain.tcss"]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = bindings("app")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-huge")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    def __init__(self, opener: Opener, *, screen: str | None = None) -> None:
        self.colourless = "NO_COLOR" in os.environ
        super().__init__()
        self.opener = opener
        self.read_only = opener.read_only
        self.desk = Desk(opener)
        self.taste = config.load(opener.paths.config)
        self.charts = self.taste.charts
        self.state = app_state.load(opener.paths.state)
        self.keys = {command.id: command.keys for command in keymap.COMMANDS} | dict(self.taste.keys)
        self.set_keymap(dict(self.taste.keys))
        # Animated scrolling costs fifteen times the bytes of a jump.
        self.animation_level = "none"
        self._lines: list[LineFilter] = []
        self.sorts = self.state.sorts
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
        """The mask, Textual's own filters, then the backstop that no control character and no link passes."""
        masks = [] if self.mask is None else [self.mask]
        if self.theme == "tfo-mono":
            return [*masks, *self._lines]
        return [*masks, *super().get_line_filters(), *self._lines]

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
        if self.desk.books_id:
            state.books, state.looked_at = self.desk.books_id, self.opener.clock.stamp()
        for screen in self._named.values():
            screen.remember(state)
        try:
            app_state.save(self.opener.paths.state, state)
        except (OSError, TurboError):
            return

    # --- screens --------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the first screen."""
        start = self._first or (self.state.screen if self.state.screen in keymap.TOP else "overview")
        self.push_screen(self._screen(start))
        self.watch_store()

    def _screen(self, name: str) -> Frame:
        if name not in self._named:
            self._named[name] = screens.make(name, self.state)
            # Installed: a screen that is not would be torn down when another takes its place.
            self.install_screen(self._named[name], name)
        return self._named[name]

    def goto(self, screen: str) -> None:
        """Show a top-level screen; deeper ones close."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if self.frame is None or screen != self.frame.ID:
            self.switch_screen(self._screen(screen))
        self.state.screen = screen

    def drill(self, screen: str, *args: Any) -> None:
        """Push a deeper screen."""
        self.push_screen(screens.make_deep(screen, *args))

    def action_go(self, name: str) -> None:
        """A digit."""
        self.goto(name)

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

    # --- the shared slice ---------------------------------------------------------------

    def action_period(self, step: int) -> None:
        """Move the period."""
        if self.frame is None or not self.frame.MONEY:
            return
        if self.desk.shift(step):
            self.reload_all()
            self.frame.refresh_frame()
        else:
            self.say("this is the running period")

    # --- filter, copy, export -------------------------------------------------------------

    async def action_filter(self) -> None:
        """Open the filter line."""
        if self.frame is not None:
            await self.frame.open_filter()

    def say(self, text: str, role: str = "") -> None:
        """One line in the status line of the screen on top."""
        if self.frame is not None:
            self.frame.say(text, role)

    def action_demo(self) -> None:
        """From an empty store: build the demo and open the app on it."""
        if self.desk.delivered_at:
            self.say("this store has data: start the demo from a shell with turbofinops demo")
        else:
            self.exit(OPEN_DEMO)

    def action_copy_value(self) -> None:
        """Copy the exact value under the cursor."""
        if self.hidden():
            return
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
        if view is None or self.hidden():
            return
        text = str(safe(command_line(view), 4000))
        self.copy_to_clipboard(text)
        self.push_screen(
            TextPanel("The command that prints this view", text, "copied; select it here otherwise")
        )

    def action_slice(self) -> None:
        """Edit the slice of all money screens."""
        from turbofinops_tui.screens.slice_form import SliceForm

        self.push_screen(SliceForm(self.desk.scope, self.desk.today), self._take_scope)

    def _take_scope(self, scope: Scope | None) -> None:
        if scope is not None and scope != self.desk.scope:
            self.desk.scope = scope
            self.reload_all()

    def action_export(self) -> None:
        """Write this view to a file, once it has settled."""
        self.when_settled("the export", self._export_shown)

    def _export_shown(self) -> None:
        from turbofinops_tui.actions import exporting
        from turbofinops_tui.screens.forms import LineForm

        frame = self.frame
        if self.hidden():
            return
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
        where = self.log_error(error)
        kind = type(error).__name__
        self.last_line = f"error: unexpected {kind}: the details are in {where}; the store is as it was"
        self._close_messages_no_wait()

    def log_error(self, error: BaseException | None) -> str:
        """Frames without values into the log; returns its path."""
        from turbofinops_tui.actions.crash_log import write

        return write(self.opener.paths.state, self.opener.clock, error)


def run_app(opener: Opener, *, screen: str | None = None) -> int:
    """Run the app until the user leaves; returns the exit code."""
    app = TurboApp(opener, screen=screen)
    result = app.run()
    app.keep_state()
    if app.last_line:
        _tell(app.last_line)
        return result or EXIT_FAILED
    return _run_demo(opener) if result == OPEN_DEMO else result or 0


def _run_demo(opener: Opener) -> int:
    """A throw-away demo store, then the app on it."""
    from dataclasses import replace

    from turbofinops_tui.actions.demo import build

    paths, folder = build.place(None)
    try:
        build.make(paths, opener.clock, DEMO_CUSTOMERS, DEMO_MONTHS, 1, _tell)
        return run_app(DemoOpener(replace(opener.paths, store=paths.store), opener.clock))
    finally:
        if folder is not None:
            build.throw_away(folder)


def _tell(text: str) -> None:
    print(safe(text, 2000), file=sys.stderr)  # noqa: T201 - talk on stderr
