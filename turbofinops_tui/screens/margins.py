"""Margins: the trend, what cost is made of, cost against revenue; one chart at a time with its figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from textual.containers import Horizontal
from textual.widget import Widget

from turbofinops_tui.actions import margins_view as data
from turbofinops_tui.actions.overview_data import trend_of
from turbofinops_tui.economics.charted import HEAVY, Composition, Scatter
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Slice, Sort
from turbofinops_tui.errors import TurboError, UsageError
from turbofinops_tui.widgets.charts import scatter, stacked, trend
from turbofinops_tui.widgets.charts.canvas import Chart
from turbofinops_tui.widgets.charts.trend import Trend
from turbofinops_tui.widgets.draft_bar import counted
from turbofinops_tui.widgets.empty import EmptyState, show
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.money_rows import (
    MoneyRow,
    explained_row,
    money_column,
    money_width,
    name_column,
    percent_column,
    rows_of,
    share_column,
)
from turbofinops_tui.widgets.paint import Lines, Spans, fitting

TREND, PARTS, SCATTER = "trend", "composition", "scatter"
CHARTS = (TREND, PARTS, SCATTER)
TITLES = {TREND: "trend", PARTS: "cost by {}", SCATTER: "cost against revenue"}
TOTALS = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")
COSTS = ("cost", "direct_cost", "shared_cost")
POINTS = ("revenue", "cost", "margin", "margin_pct", "ai_share")
MONTHS = 18


class MarginsScreen(Frame):
    """Key 5."""

    ID = "margins"
    TITLE = "Margins"
    BINDINGS = bindings("margins")
    DEFAULT_CSS = """
    MarginsScreen #split { layout: vertical; height: 1fr; }
    MarginsScreen Chart { height: 3fr; }
    MarginsScreen #split Grid { height: 2fr; }
    MarginsScreen.-wide.-tall #split, MarginsScreen.-huge.-tall #split { layout: horizontal; }
    MarginsScreen.-wide.-tall Chart, MarginsScreen.-huge.-tall Chart { width: 3fr; height: 1fr; }
    MarginsScreen.-wide.-tall #split Grid { width: 2fr; height: 1fr; margin-left: 2; }
    MarginsScreen.-huge.-tall #split Grid { width: 2fr; height: 1fr; margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.chosen = TREND
        self.part = data.PARTS[0]
        self.chart: Chart[Any] = Chart(id="chart")
        self.about = Lines(id="about")
        self.empty = EmptyState()
        self.totals: dict[str, MoneyRow | None] = {}
        self.scatter = Scatter((), "USD")
        self.composed: Composition | None = None
        self.grids: dict[str, Grid[MoneyRow]] = {}
        for name, columns in ((TREND, self._months), (PARTS, self._parts), (SCATTER, self._points)):
            model: GridModel[MoneyRow] = GridModel(lambda row: (row.label, row.key), lambda row: row.label)
            self.grids[name] = Grid(model, columns, id=f"margins-{name}")
            self.grids[name].display = name == TREND
            self.grids[name].column_id = "name"

    def body(self) -> Iterable[Widget]:
        """The chart with its list; below them what its signs mean."""
        self.chart.markers = self.host.charts
        with Horizontal(id="split"):
            yield self.chart
            yield from self.grids.values()
        yield self.about
        yield self.empty

    @property
    def shown_list(self) -> Grid[MoneyRow]:
        """The list of the chart that is shown."""
        return self.grids[self.chosen]

    # --- data -----------------------------------------------------------------------------

    def view(self) -> Slice:
        """What the list shows."""
        desk = self.host.desk
        months = desk.months_back(MONTHS)
        if self.chosen == TREND:
            return desk.slice(("month",), TOTALS, range=months, sort=(Sort("month"),))
        if self.chosen == PARTS:
            return desk.slice((self.part,), COSTS, range=months, sort=(Sort("cost"),))
        return desk.slice(("customer",), POINTS, sort=(Sort("margin", ascending=True),))

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The header's totals, the list, and what the chart needs beside it."""
        desk = self.host.desk
        wanted = {"now": desk.slice((), TOTALS), self._list_name(): self.view()}
        if self.chosen == PARTS:
            by = ("month", self.part)
            wanted[f"months by {self.part}"] = desk.slice(by, ("cost",), range=desk.months_back(MONTHS))
        elif self.chosen == SCATTER:
            wanted["kinds"] = desk.slice(("customer", "kind"), ("revenue",))
        return wanted

    def _list_name(self) -> str:
        return f"by {self.part}" if self.chosen == PARTS else self.chosen

    def show(self, tables: Tables) -> None:
        """Fill list and chart of what is chosen."""
        self.empty.show_for(tables.get("now"), self.host.desk)
        for widget in (self.query_one("#split"), self.about):
            show(widget, not self.empty.display)
        if self._list_name() not in tables or self.empty.display:
            return
        {TREND: self._show_trend, PARTS: self._show_parts, SCATTER: self._show_scatter}[self.chosen](tables)
        # After a refresh: plotext must not be imported before the first paint.
        self.app.call_after_refresh(self._draw)

    def _show_trend(self, tables: Tables) -> None:
        rows, total = rows_of(tables[TREND])
        self._fill(rows, total)

    def _show_parts(self, tables: Tables) -> None:
        months = tables.get(f"months by {self.part}")
        if months is None:
            return
        table = tables[self._list_name()]
        self.composed = data.composition(table, months)
        rows, total = rows_of(table, data.part_name(None, self.part))
        count = len(self.composed.names)
        rest = count > 0 and self.composed.names[-1] == "all others"
        for place, row in enumerate(rows):
            row.note = stacked.fill(min(place, count - 1), count, rest=rest)[0] if count else ""
        self._fill(rows, total)

    def _show_scatter(self, tables: Tables) -> None:
        if "kinds" not in tables:
            return
        table = tables[SCATTER]
        self.scatter = data.scatter(table, tables["kinds"])
        kinds = {point.name: point.kind for point in self.scatter.points}
        rows, total = rows_of(table)
        rows = [row for row in rows if row.key in kinds or row.key is None]
        for row in rows:
            row.note = scatter.MARKS[kinds[row.key]][0] if row.key in kinds and row.key else ""
        order = {point.name: place for place, point in enumerate(scatter.worst_first(self.scatter.points))}
        rows.sort(key=lambda row: order.get(row.key or "", len(order)))
        self._fill(rows, total)

    def _fill(self, rows: Sequence[MoneyRow], total: MoneyRow | None) -> None:
        self.totals[self.chosen] = total
        self.shown_list.empty_text = "nothing in this period"
        self.shown_list.set_rows(rows, total)

    # --- the chart ------------------------------------------------------------------------

    def _draw(self) -> None:
        if self.chosen == TREND and TREND in self.tables:
            months = trend_of(self.tables[TREND])
            self.chart.show(Trend(*months, cost_only=self.costs_alone()), trend.draw)
        elif self.chosen == PARTS and self.composed is not None:
            self.chart.show(self.composed, stacked.draw)
        elif self.chosen == SCATTER:
            self.chart.show(self._with_chosen(), scatter.draw)
        self._tell()

    def _with_chosen(self) -> Scatter:
        row = self.shown_list.current
        name = row.key if row is not None and row.key else ""
        return Scatter(self.scatter.points, self.scatter.currency, name)

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """The customer under the cursor stands out among the points."""
        if self.chosen == SCATTER and message.grid is self.shown_list and self.scatter.points:
            self._draw()

    def on_resize(self) -> None:
        """As many words as fit."""
        self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        self.about.set_lines([(fitting(self._legend(), self.size.width - 1), "")])

    def _legend(self) -> list[Spans]:
        if self.chosen == TREND:
            bars: Spans = ((" ┃", "good_bar"), (" margin of the month, below zero a loss", "muted"))
            if self.costs_alone():
                bars = ((" cost of the months", "text"),)
            return [
                bars,
                (("   c", "key"), (" next chart", "muted")),
                (("   w", "key"), (" waterfall", "muted")),
            ]
        if self.chosen == PARTS:
            what = f" cost of {MONTHS} months by {self.part}"
            return [
                ((what, "text"),),
                (("   b", "key"), (" another part", "muted")),
                (("   c", "key"), (" next chart", "muted")),
            ]
        heavy = sum(point.kind == HEAVY for point in self.scatter.points)
        words: list[Spans] = [
            (
                (" ◆", "warn"),
                (f" {counted(heavy, 'customer')} on a flat rate, {data.AI_HEAVY} % or more AI", "text"),
            ),
            (("  x", "loss"), (" loses", "muted")),
            (("  •", "gain"), (" earns", "muted")),
            (("  ◉", "strong"), (" chosen", "muted")),
        ]
        return [*words, (("   above the line cost is larger than revenue", "muted"),)]

    def crumbs(self) -> list[str]:
        """Which chart."""
        return [self.TITLE, TITLES[self.chosen].format(self.part)]

    def explained(self) -> tuple[Slice, str | None, str] | None:
        """A customer's figure."""
        return explained_row(self.shown_list, self.view()) if self.chosen == SCATTER else None

    # --- columns --------------------------------------------------------------------------

    def _money(self, measure: str, title: str, *, signed: bool = False) -> Column[MoneyRow]:
        rows, total = self.grids[self.chosen].model.rows, self.totals.get(self.chosen)
        return money_column(measure, title, money_width(rows, total, measure, 7), signed=signed)

    def _months(self, width: int) -> Sequence[Column[MoneyRow]]:
        if self.costs_alone():
            costs = (("cost", "Cost"), ("direct_cost", "Direct"), ("shared_cost", "Shared"))
            share = share_column("cost", lambda: self.totals.get(TREND))
            return [name_column("Month", 8), *(self._money(*one) for one in costs), share]
        columns = [name_column("Month", 8), self._money("revenue", "Revenue"), self._money("cost", "Cost")]
        if width >= 64:
            columns += [self._money("direct_cost", "Direct"), self._money("shared_cost", "Shared")]
        return [*columns, self._money("margin", "Margin", signed=True), percent_column("margin_pct", "%")]

    def _parts(self, width: int) -> Sequence[Column[MoneyRow]]:
        columns = [_sign(), name_column(self.part.capitalize(), 16, 29), self._money("cost", "Cost")]
        if width >= 64:
            columns += [self._money("direct_cost", "Direct"), self._money("shared_cost", "Shared")]
        return [*columns, share_column("cost", lambda: self.totals.get(PARTS))]

    def _points(self, width: int) -> Sequence[Column[MoneyRow]]:
        columns = [_sign(), name_column("Customer", 14, 30)]
        if width >= 56:
            columns.append(self._money("revenue", "Revenue"))
        columns += [self._money("cost", "Cost"), self._money("margin", "Margin", signed=True)]
        if width >= 64:
            columns.append(percent_column("margin_pct", "%"))
        return [*columns, percent_column("ai_share", "AI%", 4, digits=0, signed=False)]

    # --- keys -----------------------------------------------------------------------------

    def action_chart(self, step: int) -> None:
        """The next chart."""
        focused = self.shown_list.has_focus
        self.shown_list.display = False
        charts = CHARTS[:2] if self.costs_alone() else CHARTS  # points stand over revenue
        place = charts.index(self.chosen) + step if self.chosen in charts else 0
        self.chosen = charts[place % len(charts)]
        self.shown_list.display = True
        if focused:
            self.shown_list.focus()
        self._changed()

    def action_part(self) -> None:
        """Divide cost by the next dimension."""
        if self.chosen != PARTS:
            self.say("cost has parts in the composition: c goes there")
            return
        self.part = data.PARTS[(data.PARTS.index(self.part) + 1) % len(data.PARTS)]
        self.composed = None
        self._changed()

    def _changed(self) -> None:
        """What is known at once, then what is new from the thread."""
        self.refresh_frame()
        self.show(self.tables)
        self.host.load(self)

    def action_waterfall(self) -> None:
        """Why the margin changed since the period before."""
        self.host.drill("bridge")

    def action_export_text(self) -> None:
        """Write the chart as it stands to a text file."""
        name = f"margins-{self.chosen}.txt"
        self.host.form("line", "Export the chart as text", "File, .txt", name, text_target, then=self._write)

    def _write(self, text: str) -> None:
        from turbofinops_tui.actions.exporting import write_text

        try:
            path = text_target(text)
            write_text(self.chart.text(), path)
        except TurboError as error:
            self.say(error.line(), "error")
        else:
            self.say(f"the chart is written to {path}", "gain")

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """A month: its customers. A part: the customers it is spent on. A customer: the customer."""
        row: MoneyRow = message.row
        if self.chosen == SCATTER:
            if row.key is not None:
                self.host.drill("customer", row.key, self.TITLE)
            else:
                self.say("cost that no link gives to a customer: press 6 for the links")
        elif self.chosen == TREND and row.key is not None:
            self.host.drill("customers", (self.TITLE, row.key), (), Range(row.key))
        else:
            self._open_part(row)

    def _open_part(self, row: MoneyRow) -> None:
        from turbofinops_tui.actions.explaining import literal
        from turbofinops_tui.economics.types import Condition

        only = Condition(self.part, literal(row.key or ""))
        span = self.host.desk.months_back(MONTHS)
        self.host.drill("customers", (self.TITLE, row.label), (only,), span)


def text_target(text: str) -> Path:
    """The text file meant by ``text``; UsageError unless it ends in .txt and its directory exists."""
    path = Path(text.strip()).expanduser()
    if path.suffix.lower() != ".txt":
        raise UsageError(f"{path.name or text!r} does not end in .txt", "write such as margins.txt")
    if not path.parent.is_dir():
        raise UsageError(f"there is no directory {path.parent}", "create it, or give another path")
    return path


ROLES = dict((*stacked.FILLS, *scatter.MARKS.values()))
"""sign -> the role it has in its chart"""


def _sign() -> Column[MoneyRow]:
    """The row's sign in the chart, painted as there."""
    return Column("sign", "", 1, lambda row, _: ((row.note, ROLES.get(row.note, "muted")),))
