"""The frame of every screen: tabs, header strip, breadcrumbs, body, status line, key line.

A screen names the slices it needs (``plan``) and shows the tables it is given
(``show``). Everything else, from first paint to period keys, is here once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from turbofinops_tui.economics.types import Slice, Table
from turbofinops_tui.errors import TurboError
from turbofinops_tui.widgets.bars import HeaderStrip, KeyLine, StatusLine, TabLine
from turbofinops_tui.widgets.draft_bar import DraftBar
from turbofinops_tui.widgets.empty import CostOnlyBar, cost_only
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from turbofinops_tui.actions.app_state import AppState
    from turbofinops_tui.actions.draft_view import DraftInfo

Tables = Mapping[str, Table]


class Frame(Screen[None]):
    """Base of all screens with a header strip; ``name`` is the screen's id in keymap.py."""

    AUTO_FOCUS = "Grid"
    ID: ClassVar[str] = ""
    TITLE: ClassVar[str] = ""
    MONEY: ClassVar[bool] = True
    """shows money: has the header strip and listens to period, slice and export keys"""
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """as in panel.py: what has the focus shows it itself"""

    def __init__(self) -> None:
        super().__init__(name=self.ID)
        self.tables: dict[str, Table] = {}
        self.stale = True
        self.tabs = TabLine()
        self.header = HeaderStrip()
        self.draft_bar = DraftBar()
        self.cost_bar = CostOnlyBar()
        self.status = StatusLine()
        self.key_line = KeyLine()
        self.prompt = Prompt()

    @property
    def host(self) -> Host:
        """The app, with the methods that screens use."""
        return cast(Host, self.app)

    # --- what a screen gives ---------------------------------------------------------------

    def body(self) -> Iterable[Widget]:
        """The widgets between header and status line."""
        return ()

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """Slices by name, given the tables known so far; called until it names nothing new."""
        return {}

    def show(self, tables: Tables) -> None:
        """Put the tables on screen; called once per batch, with all tables known."""

    def gather(self, session: Any, reports: Any) -> Any:
        """What the screen shows beside tables, read in the thread; None: nothing."""
        return None

    def take(self, data: Any) -> None:
        """Show what ``gather`` read."""

    def crumbs(self) -> list[str]:
        """Breadcrumbs: where this screen stands."""
        return [self.TITLE]

    def view(self) -> Slice | None:
        """The slice that ``Y``, ``x`` and ``f`` are about."""
        return None

    def shown_table(self) -> Table | None:
        """The table of ``view()``: what ``x`` writes."""
        wanted = self.view()
        return next((table for table in self.tables.values() if table.slice == wanted), None)

    def explained(self) -> tuple[Slice, str | None, str] | None:
        """(slice, customer, measure) of the figure under the cursor, when there is one to explain."""
        return None

    def adopt(self, asked: Slice) -> bool:
        """Take the screen's own switches from a saved slice; whether it then asks just that."""
        return self.view() == asked

    def sync_names(self) -> list[str] | None:
        """The connections that ``r`` fetches from: empty all of them, None (and said) nothing."""
        return []

    # --- frame ----------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Tabs, header, body, status, keys: top to bottom."""
        yield self.tabs
        yield self.header
        yield self.draft_bar
        yield self.cost_bar
        # No container around the body: each one costs a layout, and each layout a whole frame.
        yield from self.body()
        yield self.status
        yield self.key_line

    def on_mount(self) -> None:
        """Sort as in the last run, and paint what is known at once."""
        for grid in self.query(Grid):
            if grid.id is not None and grid.id in self.host.sorts:
                grid.model.sort_id, grid.model.descending = self.host.sorts[grid.id]
        self.refresh_frame()
        self.host.load(self)

    def on_screen_resume(self) -> None:
        """Coming back: repaint the frame, and load again when something changed meanwhile."""
        self.refresh_frame()
        if self.stale and self.is_mounted:
            self.host.load(self)

    def give(self, tables: Tables) -> None:
        """Take tables from the app and show them."""
        self.tables |= tables
        self.show(self.tables)
        self.refresh_frame()

    def forget(self) -> None:
        """The slice or the store changed: what is shown is old."""
        self.stale = True
        self.tables = {}

    def refresh_frame(self) -> None:
        """Repaint tabs, header strip and key line."""
        desk = self.host.desk
        self.tabs.show(self.ID, self.books_id(), desk)
        self.header.show(self.header_table(), self.crumbs(), desk, money=self.MONEY)
        self.key_line.show(self.ID, self.host.keys)
        self.show_draft(desk.draft)
        if self.MONEY and self.header_table() is not None:
            self.cost_bar.show_for(self.costs_alone(), self.host.keys["revenue.add"].partition(",")[0])

    def show_draft(self, info: DraftInfo | None) -> None:
        """The bar of the draft, on screens that show money."""
        if self.MONEY:
            self.draft_bar.show(info, self.host.desk.scope.view)

    def header_table(self) -> Table | None:
        """The table whose period, states and coverage the header strip shows."""
        return self.tables.get("now")

    def costs_alone(self) -> bool:
        """Whether there is cost and no revenue at all, so that margins say nothing yet."""
        return cost_only(self.header_table(), self.host.desk)

    def books_id(self) -> str:
        """The books id of what is on screen, grouped ``7f3a-21c9``."""
        table = self.header_table()
        whole = table.books.whole if table is not None else self.host.desk.books_id
        return f"{whole[:4]}-{whole[4:]}" if whole else ""

    def say(self, text: str, role: str = "") -> None:
        """One line in the status line."""
        self.status.say(text, role)

    @property
    def grid(self) -> Grid[Any] | None:
        """The focused grid, else the first."""
        if isinstance(self.focused, Grid):
            return self.focused
        return next(iter(self.query(Grid)), None)

    # --- keys that every screen has -------------------------------------------------------

    async def open_filter(self) -> None:
        """The filter line in place of the status line."""
        grid = self.grid
        if grid is None:
            return
        if not self.prompt.is_mounted:
            # Mounted when first asked for: an input line at start would delay the first paint.
            await self.mount(self.prompt, before=self.key_line)
        self.status.display = False
        self.prompt.ask(grid)

    def close_filter(self) -> bool:
        """Close and clear the filter; False when there was none."""
        grid = self.prompt.grid if self.prompt.grid is not None else self.grid
        open_now = self.prompt.is_mounted and self.prompt.display
        if grid is None or not (open_now or grid.model.needle):
            return False
        grid.narrow("")
        if self.prompt.is_mounted:
            self.prompt.value = ""
            self._end_filter(grid)
        self.say("")
        return True

    def _end_filter(self, grid: Grid[Any]) -> None:
        self.prompt.display = False
        self.status.display = True
        grid.focus()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Narrow while typing."""
        if message.input is self.prompt and self.prompt.display and self.prompt.grid is not None:
            self.prompt.grid.narrow(message.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Enter keeps the filter and goes to the rows."""
        grid = self.prompt.grid
        if message.input is self.prompt and grid is not None:
            self._end_filter(grid)
            shown, every = len(grid.model), len(grid.model.rows)
            self.say(
                f"{shown:,} of {every:,} rows hold {message.value!r}; esc shows all" if message.value else ""
            )

    def remember(self, state: AppState) -> None:
        """Put into ``state`` what the next run should start from."""
        for grid in self.query(Grid):
            if grid.id and grid.model.sort_id:
                state.sorts[grid.id] = [grid.model.sort_id, grid.model.descending]

    def problem(self, error: TurboError) -> None:
        """An error as one line that names the next step."""
        self.say(error.line(), "error")


def same(shown: Table | None, fresh: Table) -> bool:
    """Whether two tables differ in nothing but the moment they were made."""
    return shown is not None and replace(shown, as_of=fresh.as_of) == fresh
