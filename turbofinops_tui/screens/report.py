"""Any slice as a table: what ``report`` prints, in the grid. Presets that fit no other screen open here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from textual.widget import Widget

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.shown import MISSING, money_text, percent_text
from turbofinops_tui.economics.types import Row, Slice, Table, Value
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel

NO_KEY = {"customer": "(unattributed)", "feature": "(no feature)", "cohort": "(no customer)"}


class ReportScreen(Frame):
    """One slice, as it was saved."""

    ID = "report"
    TITLE = "Report"

    def __init__(self, asked: Slice, title: str) -> None:
        super().__init__()
        self.asked, self.name_shown = asked, title
        self.table: Table | None = None
        model: GridModel[Row] = GridModel(
            lambda row: (row.key, row.currency, row.others), lambda row: " ".join(map(str, row.key))
        )
        self.list = Grid(model, self.columns_for, id="report")
        self.list.empty_text = "Nothing of this slice is in the store."

    def body(self) -> Iterable[Widget]:
        """One grid."""
        yield self.list

    def view(self) -> Slice:
        """The slice of the preset."""
        return self.asked

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """That slice alone."""
        return {"now": self.asked}

    def show(self, tables: Tables) -> None:
        """Its rows, the total at the foot."""
        table = tables.get("now")
        if table is None or table is self.table:
            return
        self.table = table
        total = table.totals[0] if len(table.totals) == 1 else None
        self.list.set_rows(list(table.rows), total)
        if table.warnings:
            self.say(table.warnings[0], "warn")

    def crumbs(self) -> list[str]:
        """The preset's name."""
        return ["Presets", self.name_shown]

    def columns_for(self, width: int) -> Sequence[Column[Row]]:
        """Dimensions, then measures, as many as there is room for."""
        columns: list[Column[Row]] = []
        for at, name in enumerate(self.asked.by):
            columns.append(self._dimension(at, name, width))
        if self.table is not None and self.table.currency == "native":
            columns.append(Column("currency", "", 4, lambda row, _: ((row.currency, "muted"),)))
        for at, name in enumerate(self.asked.measures):
            columns.append(self._measure(at, name))
            if self.table is not None and self.table.compared is not None:
                columns.append(self._measure(at, name, previous=True))
        used = 2
        fitting: list[Column[Row]] = []
        for column in columns:
            used += column.width + 1
            if used > width and fitting:
                break
            fitting.append(column)
        return fitting

    def _dimension(self, at: int, name: str, width: int) -> Column[Row]:
        def text(row: Row) -> str:
            if not row.key:
                return "total" if at == 0 else ""
            if row.others and at == 0:
                return "(others)"
            key = row.key[at] if at < len(row.key) else None
            return NO_KEY.get(name, "(none)") if key is None else key

        longest = max((len(text(row)) for row in self.list.model.rows), default=8)
        size = max(len(name), min(longest, 28 if width >= 100 else 18))
        return Column(f"by-{name}", name, size, lambda row, _: ((text(row), ""),), text, text)

    def _measure(self, at: int, name: str, *, previous: bool = False) -> Column[Row]:
        value = _reader(at, previous)
        title = f"prev {name}" if previous else name
        rows = [*self.list.model.rows, *(self.table.totals if self.table is not None else ())]
        size = max([len(title) + 1, *(len(shown_text(value(row))) for row in rows)])
        return Column(
            title, title, size, lambda row, _: ((shown_text(value(row)), role_of(value(row))),),
            lambda row: sort_key(value(row)), lambda row: exact_text(value(row)), right=True,
        )  # fmt: skip


def _reader(at: int, previous: bool) -> Callable[[Row], Value]:
    def read(row: Row) -> Value:
        values = row.previous if previous else row.values
        return values[at] if at < len(values) else None

    return read


def shown_text(value: Value) -> str:
    """A cell for the eye."""
    if value is None:
        return MISSING
    if isinstance(value, Money):
        return money_text(value)
    if isinstance(value, Ratio):
        return percent_text(value)
    return f"{value:,}" if isinstance(value, int) else value


def exact_text(value: Value) -> str:
    """All stored digits."""
    if value is None:
        return ""
    return value.text() if isinstance(value, Money | Ratio) else str(value)


def role_of(value: Value) -> str:
    """Losses in their colour; the sign says it, too."""
    if value is None:
        return "muted"
    negative = (
        value.units < 0 if isinstance(value, Money) else isinstance(value, Ratio) and value.percent() < 0
    )
    return "loss" if negative else ""


def sort_key(value: Value) -> int | Fraction | str | None:
    """What a column sorts by."""
    if isinstance(value, Money):
        return value.units
    return value.percent() if isinstance(value, Ratio) else value
