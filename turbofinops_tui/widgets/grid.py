"""The money grid: virtual, sticky head and foot, one cursor, one grammar of keys for all tables.

A row move repaints two lines. Leaving the page moves it by half, so that
walking down a list does not repaint the page at each step.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar, Generic

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from turbofinops_tui import keymap
from turbofinops_tui.widgets.grid_model import Column, GridModel, R
from turbofinops_tui.widgets.paint import Painted, Span, Spans, fit, width_of

Columns = Callable[[int], Sequence[Column[R]]]
"""(width of the grid) -> its columns"""


def bindings(scope: str) -> list[BindingType]:
    """Textual's bindings of the commands in ``scope``, from the one table."""
    return [
        Binding(command.keys, command.action, command.help, id=command.id, show=False)
        for command in keymap.in_scope(scope)
    ]


class Grid(Painted, Generic[R], can_focus=True):
    """Rows of a ``GridModel`` on screen."""

    DEFAULT_CSS = "Grid { height: 1fr; width: 1fr; }"
    BINDINGS = bindings("grid")
    LEAD: ClassVar[int] = 1
    """cells before the first column, for the mark of a row"""

    class Opened(Message):
        """Enter or a click on the row under the cursor."""

        def __init__(self, grid: Grid[Any], row: Any) -> None:
            super().__init__()
            self.grid = grid
            self.row = row

    class Moved(Message):
        """The cursor stands on another row; bursts collapse into the last."""

        def __init__(self, grid: Grid[Any]) -> None:
            super().__init__()
            self.grid = grid

        def can_replace(self, message: Message) -> bool:
            """Only the last position matters."""
            return isinstance(message, Grid.Moved) and message.grid is self.grid

    class Sorted(Message):
        """The user sorted by another column."""

        def __init__(self, grid: Grid[Any]) -> None:
            super().__init__()
            self.grid = grid

    def __init__(
        self,
        model: GridModel[R],
        columns: Columns[R],
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
        headless: bool = False,
    ) -> None:
        super().__init__(id=id)
        self.model = model
        self._columns_for = columns
        self._columns: list[tuple[Column[R], int]] = []
        self._gap = 1
        self.cursor = 0
        self.top = 0
        self.column_id = ""
        self.headless = headless
        self.empty_text = ""
        self.always_cursor = False
        """show the cursor without the focus (the palette types elsewhere)"""

    # --- content --------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[R], pinned: R | None = None) -> None:
        """Show other rows; the cursor stays on its row when that is still there."""
        kept = self._identity()
        self.model.set_rows(rows, pinned)
        self._layout()
        self._settle(kept)

    def refresh_columns(self, *ids: str) -> None:
        """Repaint only some columns: what they show of the same rows has changed."""
        edge, height = self.LEAD, self.size.height
        for column, width in self._columns:
            if column.id in ids:
                self.refresh(Region(edge, 0, width, height))
            edge += width + self._gap

    def narrow(self, needle: str) -> None:
        """Show only rows that contain ``needle``, any case."""
        kept = self._identity()
        self.model.needle = needle
        self.model.arrange(self.columns)
        self._settle(kept)

    @property
    def columns(self) -> list[Column[R]]:
        """The columns at the present width."""
        return [column for column, _ in self._columns]

    @property
    def current(self) -> R | None:
        """The row under the cursor."""
        return self.model.row(self.cursor)

    @property
    def chosen(self) -> Column[R] | None:
        """The chosen column (sort, copy)."""
        return next((column for column in self.columns if column.id == self.column_id), None)

    def _identity(self) -> Hashable | None:
        row = self.current
        return None if row is None else self.model.identify(row)

    def _settle(self, kept: Hashable | None) -> None:
        position = None if kept is None else self.model.position(kept)
        self.cursor = position if position is not None else 0
        self.top = 0 if position is None else self.top
        self._follow()
        self.refresh()
        self.post_message(self.Moved(self))

    # --- geometry -------------------------------------------------------------------------

    @property
    def page_rows(self) -> int:
        """Rows that fit between head and foot."""
        foot = 1 if self.model.pinned is not None else 0
        return max(1, self.size.height - (0 if self.headless else 1) - foot)

    def on_resize(self) -> None:
        """Lay the columns out again."""
        self._layout()
        self._follow()
        self.refresh()

    def _layout(self) -> None:
        width = self.size.width
        if width <= 0:
            return
        columns = list(self._columns_for(width))
        self._gap = 2 if width >= 90 else 1
        room = width - 2 - sum(column.width for column in columns) - self._gap * (len(columns) - 1)
        sizes = [column.width for column in columns]
        for index, column in sorted(enumerate(columns), key=lambda pair: pair[1].elastic):
            if column.elastic and room > 0:
                extra = min(room, column.elastic - column.width)
                sizes[index] += max(0, extra)
                room -= max(0, extra)
        self._columns = list(zip(columns, sizes, strict=True))
        if self.chosen is None and columns:
            self.column_id = self.model.sort_id or columns[0].id
        self.model.arrange(columns)

    def _follow(self) -> bool:
        """Bring the cursor into the page; True when the page moved."""
        before, rows = self.top, self.page_rows
        self.cursor = max(0, min(self.cursor, len(self.model) - 1))
        if self.cursor < self.top or self.cursor >= self.top + rows:
            ahead = self.cursor - self.top
            near = -rows <= ahead < 2 * rows
            self.top = self.cursor - (rows // 2 if near else rows - 1 if ahead > 0 else 0)
        self.top = max(0, min(self.top, len(self.model) - rows))
        return self.top != before

    # --- painting -------------------------------------------------------------------------

    def line(self, y: int) -> tuple[Spans, str]:
        """Head, a row, or the pinned foot."""
        head = 0 if self.headless else 1
        if y < head:
            return self._head(), "head"
        if self.model.pinned is not None and y == head + min(self.page_rows, len(self.model)):
            return self._row(self.model.pinned, " "), "total"
        position = self.top + y - head
        row = self.model.row(position)
        if row is None or y - head >= self.page_rows:
            # A blank line is one segment: the first frame of a screen has many.
            return ([(f" {self.empty_text}", "muted")] if position == 0 and self.empty_text else []), ""
        lead = "▪" if self.model.identify(row) in self.model.marks else " "
        cursor = position == self.cursor and (self.has_focus or self.always_cursor)
        return [*self._row(row, lead), (self._thumb(y - head), "rule")], "cursor" if cursor else ""

    def _head(self) -> list[Span]:
        spans: list[Span] = [(" ", "")]
        for index, (column, width) in enumerate(self._columns):
            mark = ("↓" if self.model.descending else "↑") if column.id == self.model.sort_id else ""
            title = fit(column.title + mark, width, "right" if column.right else "left")
            if index:
                spans.append((" " * self._gap, ""))
            spans.append((title, "chosen" if column.id == self.column_id and self.has_focus else ""))
        return spans

    def _row(self, row: R, lead: str) -> list[Span]:
        spans: list[Span] = [(lead, "accent")]
        for index, (column, width) in enumerate(self._columns):
            if index:
                spans.append((" " * self._gap, ""))
            drawn = list(column.draw(row, width))
            if len(drawn) == 1:
                drawn = [(fit(drawn[0][0], width, "right" if column.right else "left"), drawn[0][1])]
            spans += drawn
        missing = self.size.width - 1 - width_of(spans)
        return [*spans, (" " * max(0, missing), "")]

    def _thumb(self, y: int) -> str:
        total, rows = len(self.model), self.page_rows
        if total <= rows:
            return " "
        size = max(1, rows * rows // total)
        start = (rows - size) * self.top // max(1, total - rows)
        return "▐" if start <= y < start + size else " "

    # --- keys and mouse -------------------------------------------------------------------

    def move_to(self, position: int) -> None:
        """Put the cursor on a shown position and repaint as little as possible."""
        before = self.cursor
        self.cursor = max(0, min(position, len(self.model) - 1))
        if self.cursor == before:
            return
        if self._follow():
            self.refresh()
        else:
            head = 0 if self.headless else 1
            self.repaint(before - self.top + head, self.cursor - self.top + head)
        self.post_message(self.Moved(self))

    def action_row(self, step: int) -> None:
        """One row up or down."""
        self.move_to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """One page up or down."""
        self.top = max(0, min(self.top + step * self.page_rows, len(self.model) - self.page_rows))
        self.cursor = max(0, min(self.cursor + step * self.page_rows, len(self.model) - 1))
        self._follow()
        self.refresh()
        self.post_message(self.Moved(self))

    def action_edge(self, side: int) -> None:
        """First or last row."""
        self.move_to(len(self.model) - 1 if side > 0 else 0)

    def action_column(self, step: int) -> None:
        """Choose the next column."""
        ids = [column.id for column in self.columns]
        if ids:
            index = ids.index(self.column_id) if self.column_id in ids else 0
            self.column_id = ids[max(0, min(index + step, len(ids) - 1))]
            self.repaint(0)

    def action_sort(self, descending: bool) -> None:
        """Sort by the chosen column."""
        column = self.chosen
        if column is None or column.key is None:
            self.app.bell()
            return
        self.model.sort(column, descending)
        self.model.arrange(self.columns)
        self.cursor = self.top = 0
        self.refresh()
        self.post_message(self.Sorted(self))
        self.post_message(self.Moved(self))

    def action_mark(self) -> None:
        """Mark the row and go to the next."""
        self.model.toggle_mark(self.cursor)
        self.repaint(self.cursor - self.top + (0 if self.headless else 1))
        self.action_row(1)

    def action_open(self) -> None:
        """Drill into the row."""
        row = self.current
        if row is not None:
            self.post_message(self.Opened(self, row))

    def copy_value(self) -> str:
        """The exact value under the cursor, or an empty string."""
        row, column = self.current, self.chosen
        if row is None or column is None:
            return ""
        if column.exact is not None:
            return column.exact(row)
        return "".join(text for text, _ in column.draw(row, column.width)).strip()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose by click; a click on the row under the cursor opens it; a click on the head sorts."""
        head = 0 if self.headless else 1
        if event.y < head:
            self._click_head(event.x)
            return
        position = self.top + event.y - head
        if position >= len(self.model) or event.y - head >= self.page_rows:
            return
        if position == self.cursor and self.has_focus and event.chain > 1:
            self.action_open()
        else:
            self.move_to(position)

    def _click_head(self, x: int) -> None:
        edge = self.LEAD
        for column, width in self._columns:
            if edge <= x < edge + width:
                same = self.model.sort_id == column.id
                self.column_id = column.id
                self.action_sort(not self.model.descending if same else True)
                return
            edge += width + self._gap

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the page, the cursor stays in it."""
        self._wheel(3)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the page, the cursor stays in it."""
        self._wheel(-3)
        event.stop()

    def _wheel(self, step: int) -> None:
        top = max(0, min(self.top + step, len(self.model) - self.page_rows))
        if top != self.top:
            self.top = top
            self.cursor = max(top, min(self.cursor, top + self.page_rows - 1))
            self.refresh()
            self.post_message(self.Moved(self))
