"""The heat grid: a money grid whose columns are months and whose cursor is one cell.

Every cell has its number and its sign, the break-even mark is a character; the
colour behind them comes last. What does not fit is reached by going past the edge.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Region

from turbofinops_tui.economics.charted import Heat, HeatRow, level
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import MISSING, tight_text
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel, SortKey
from turbofinops_tui.widgets.heat_roles import LEVELS
from turbofinops_tui.widgets.paint import Span, Spans, fit, width_of

EVEN = "◆"
"""stands before the first month from which the running margin stays at zero or above"""
NOTHING = "·"
SHORT = "unattr."
"""the row of nobody where its whole name does not fit"""
COUNT = 5
"""cells of the column that counts customers"""


class HeatGrid(Grid[HeatRow]):
    """Rows of a ``Heat``; ``chosen`` is the column of the cell cursor, ``name`` the row's name."""

    LEAD = 0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        model: GridModel[HeatRow] = GridModel(lambda row: (row.key, row.total), lambda row: row.label)
        super().__init__(model, self._heat_columns, id=id)
        self.heat: Heat | None = None
        self.name_title = ""
        self.name_cells = 7
        self.first = 0
        """index of the first column shown"""
        self.fits = 0
        """columns that fit"""

    def show(self, heat: Heat, title: str) -> None:
        """Show ``heat``; another set of columns starts at month 0, or at the last month of a calendar."""
        fresh = self.heat is None or self.heat.columns != heat.columns or self.heat.look.by != heat.look.by
        self.heat, self.name_title = heat, title
        longest = max((width_of([(row.label, "")]) for row in heat.rows if row.key is not None), default=7)
        self.name_cells = max(7, min(longest, 12 if self.app.size.width < 100 else 20))
        if fresh:
            self.column_id = "name"
            self.first = self._start()
        self.set_rows(heat.rows, heat.total if heat.rows else None)

    def _start(self) -> int:
        if self.heat is None:
            return 0
        if self.heat.look.calendar:
            return max(0, len(self.heat.columns) - self._room())
        return self.heat.columns.index("0") if "0" in self.heat.columns else 0

    # --- geometry -------------------------------------------------------------------------

    @property
    def cell(self) -> int:
        """Cells of a month: 18 of the smallest fit into 80."""
        width = self.size.width
        if width < 160 or self.heat is None:
            return 4 if width < 100 else 5
        return min(9, max(7, (width - self._fixed() - 1) // max(1, len(self.heat.columns))))

    def _name_width(self) -> int:
        return self.name_cells + (2 if self.size.width >= 100 else 0)

    def _fixed(self) -> int:
        return self._name_width() + (COUNT if self.size.width >= 100 else 0)

    def _room(self) -> int:
        return max(1, (self.size.width - self._fixed() - 1) // self.cell)

    def _layout(self) -> None:
        super()._layout()
        self._gap = 0
        ids = {column.id for column, _ in self._columns}
        if self.column_id not in ids and self._columns:
            self.column_id = "name"

    def on_resize(self) -> None:
        """As many months as fit now."""
        if self.heat is not None and self.fits in (0, len(self.heat.columns)):
            self.first = self._start()
        super().on_resize()

    def _heat_columns(self, width: int) -> Sequence[Column[HeatRow]]:
        name: Column[HeatRow] = Column(
            "name",
            self.name_title,
            self._name_width(),
            self._draw_name,
            self._name_key,
            lambda row: row.label,
        )
        if self.heat is None:
            return [name]
        columns = [name]
        if width >= 100:
            columns.append(Column("customers", "n", COUNT, _draw_count, _count_key, _count, right=True))
        self.fits = min(self._room(), len(self.heat.columns))
        self.first = max(0, min(self.first, len(self.heat.columns) - self.fits))
        shown = self.heat.columns[self.first : self.first + self.fits]
        return [*columns, *(self._month(self.heat, column) for column in shown)]

    def _month(self, heat: Heat, column: str) -> Column[HeatRow]:
        title = month_title(column, heat.look.calendar, self.cell).rjust(self.cell)

        def draw(row: HeatRow, size: int) -> Sequence[Span]:
            return (cell_span(heat, row, column, size),)

        def key(row: HeatRow) -> SortKey:
            cell = None if row.special else row.cells.get(column)
            value = cell.value(heat.look) if cell is not None else None
            if value is None or isinstance(value, str | int):
                return value
            return value.units if isinstance(value, Money) else value.percent()

        def exact(row: HeatRow) -> str:
            cell = row.cells.get(column)
            value = cell.value(heat.look) if cell is not None else None
            return "" if value is None else str(value) if isinstance(value, str | int) else value.text()

        return Column(column, title, self.cell, draw, key, exact, right=True)

    # --- painting -------------------------------------------------------------------------

    def _draw_name(self, row: HeatRow, width: int) -> Sequence[Span]:
        short = row.key is None and not row.total and width < len(row.label)
        return ((SHORT if short else row.label, "muted" if row.special and not row.total else ""),)

    @staticmethod
    def _name_key(row: HeatRow) -> SortKey:
        return None if row.special else row.label

    def _row(self, row: HeatRow, lead: str) -> list[Span]:
        current = row is self.current and self.has_focus
        spans: list[Span] = []
        for column, width in self._columns:
            text, role = column.draw(row, width)[0]
            if column.id == "name":
                marked = lead.strip()
                text = fit(marked + text[len(marked) :], width)
                role = f"{role} chosen" if current else role
            else:
                text = fit(text, width, "right")
            spans.append((text, f"{role} cursor" if current and column.id == self.column_id else role))
        if self.heat is not None and not row.total and not row.cells:
            spans = [spans[0], (self._whole(row), "muted")]
        missing = self.size.width - 1 - width_of(spans)
        return [*spans, (" " * max(0, missing), "")]

    def _whole(self, row: HeatRow) -> str:
        """What there is to say of a row without months: all of it in one figure."""
        heat = self.heat
        if heat is None or not row.whole:
            return ""
        amounts = {name: value for name, value in row.whole.items() if isinstance(value, Money)}
        parts = [f"{name} {tight_text(amounts.get(name), 5)}" for name in ("revenue", "cost", "margin")]
        when = "" if heat.look.calendar else "no age: "
        return fit(f"  {when}{', '.join(parts)} in all", max(0, self.size.width - self._name_width() - 1))

    def _head(self) -> list[Span]:
        """The titles, with ‹ and › where there are more months."""
        spans = super()._head()[1:]
        if self.heat is None:
            return spans
        if self.first:
            spans[0] = (spans[0][0][:-1] + "‹", spans[0][1])
        if self.first + self.fits < len(self.heat.columns):
            spans.append(("›", ""))
        return spans

    def line(self, y: int) -> tuple[Spans, str]:
        """A row without the bar of the row cursor: the cursor is one cell."""
        spans, roles = super().line(y)
        return spans, "" if roles == "cursor" else roles

    # --- keys and mouse -------------------------------------------------------------------

    @property
    def chosen_month(self) -> str | None:
        """The column of the cell under the cursor; None on the name."""
        if self.heat is None or self.column_id not in self.heat.columns:
            return None
        return self.column_id

    def move_to(self, position: int) -> None:
        """Move and repaint two names and two cells."""
        before, top = self.cursor, self.top
        self.cursor = max(0, min(position, len(self.model) - 1))
        if self.cursor == before:
            return
        if self._follow() or self.top != top:
            self.refresh()
        else:
            self._repaint_cells(before, self.cursor)
        self.post_message(self.Moved(self))

    def _repaint_cells(self, *rows: int) -> None:
        edge = 0
        for column, width in self._columns:
            if column.id in ("name", self.column_id):
                self.refresh(*(Region(edge, 1 + row - self.top, width, 1) for row in rows))
            edge += width

    def action_column(self, step: int) -> None:
        """The next month; past the edge the months move by half of what fits."""
        ids = [column.id for column in self.columns]
        if not ids or self.heat is None:
            return
        index = ids.index(self.column_id) if self.column_id in ids else 0
        months = self.heat.columns
        before = self.first
        if step > 0 and index == len(ids) - 1 and self.first + self.fits < len(months):
            self.first += max(1, self.fits // 2)
        elif step < 0 and self.first and ids[index] in months and ids[index] == months[self.first]:
            self.first -= max(1, self.fits // 2)
        if self.first != before:
            target = months[min(len(months) - 1, max(0, months.index(ids[index]) + step))]
            self._layout()
            self.column_id = target
            self.refresh()
        else:
            self._repaint_cells(self.cursor)
            self.column_id = ids[max(0, min(index + step, len(ids) - 1))]
            self._repaint_cells(self.cursor)
            self.repaint(0)
        self.post_message(self.Moved(self))

    def on_click(self, event: events.Click) -> None:
        """A click chooses the cell; on the cell under the cursor it opens it."""
        if event.y:
            edge = 0
            for column, width in self._columns:
                if edge <= event.x < edge + width and column.id != self.column_id:
                    self._repaint_cells(self.cursor)
                    self.column_id = column.id
                    self.repaint(0)
                    self._repaint_cells(self.cursor)
                    self.post_message(self.Moved(self))
                edge += width
        super().on_click(event)


def month_title(column: str, calendar: bool, width: int) -> str:
    """``m3`` for an age; ``26-03`` for a month, shortened to ``603`` where five cells do not fit."""
    if not calendar:
        return f"m{column}"
    return column[2:] if width > 5 else column[3:4] + column[5:] if width < 5 else column[2:4] + column[5:]


def cell_span(heat: Heat, row: HeatRow, column: str, width: int) -> Span:
    """The text of one cell with its role: mark, sign, number."""
    cell = row.cells.get(column)
    if cell is None:
        return NOTHING, "muted"
    value = cell.value(heat.look)
    if value is None or isinstance(value, str):
        return MISSING, "muted"
    text = tight_text(value, width - 1, signed=heat.look.metric == "margin_pct")
    role = "" if row.special else _heat_role(level(value, heat.look, heat.largest, LEVELS))
    if row.even == column and not row.total:
        room = width - 1
        text = EVEN + text.removeprefix("+").rjust(min(room, len(text.removeprefix("+"))))
    return text, role


def _heat_role(step: int) -> str:
    return f"heat{step}" if step else ""


def _draw_count(row: HeatRow, _: int) -> Sequence[Span]:
    return ((_count(row), "muted"),)


def _count(row: HeatRow) -> str:
    value = row.whole.get("customers")
    return tight_text(value, 4) if isinstance(value, int) and (row.key is not None or row.total) else ""


def _count_key(row: HeatRow) -> SortKey:
    value = row.whole.get("customers")
    return value if isinstance(value, int) and not row.special else None
