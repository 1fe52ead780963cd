"""Overview: the answer first. Revenue, cost, margin, who loses, since when and because of what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal
from textual.widget import Widget

from turbofinops_tui.actions.margins import carriers, streaks, trends
from turbofinops_tui.actions.overview_data import LOSING, losing_notes, tiles_of, trend_of
from turbofinops_tui.economics.types import Condition, Having, Slice, Sort
from turbofinops_tui.widgets.charts.trend import Trend, TrendChart
from turbofinops_tui.widgets.empty import EmptyState, cost_only, show
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column
from turbofinops_tui.widgets.money_rows import (
    MoneyRow,
    bar_column,
    explained_row,
    money_column,
    money_width,
    name_column,
    note_column,
    percent_column,
    rows_of,
    since_column,
    worst_first,
)
from turbofinops_tui.widgets.paint import Lines
from turbofinops_tui.widgets.settling import MARK, SIGN
from turbofinops_tui.widgets.tiles import Tile, Tiles

if TYPE_CHECKING:
    from turbofinops_tui.economics.bridge import Bridge

TOTALS = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")
LOSSES = ("revenue", "cost", "margin", "margin_pct", "ai_share")
MONTHS = 12
EXPLAINED = 60
"""losing customers whose since and because are worked out"""


class OverviewScreen(Frame):
    """Key 1, the screen that opens."""

    ID = "overview"
    TITLE = "Overview"

    BINDINGS = bindings("overview")

    def __init__(self, books: str = "", looked_at: str = "") -> None:
        super().__init__()
        self.books, self.looked_at = books, looked_at
        """the books that this user saw last, and when"""
        self.since = Lines(id="since", height=1)
        self.since.display = False
        self.tiles = Tiles()
        self.chart = TrendChart()
        self.rows: list[MoneyRow] = []
        self.cost_only = False
        self.list = Grid(worst_first(), self.columns_for, id="losses")
        self.empty = EmptyState()

    def body(self) -> Iterable[Widget]:
        """Tiles above; chart and biggest losses below."""
        yield self.tiles
        yield self.since
        with Horizontal(id="split"):
            yield self.chart
            yield self.list
        yield self.empty

    # --- data -----------------------------------------------------------------------------

    def view(self) -> Slice:
        """The biggest losses."""
        having = (*self.host.desk.scope.having, Having("margin", "<", Decimal(0)))
        return self.host.desk.slice(
            ("customer",), LOSSES, having=having, sort=(Sort("margin", ascending=True),)
        )

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """Totals, losses and months first; then what explains the worst of them."""
        desk = self.host.desk
        months = desk.months_back(MONTHS)
        wanted = {
            "now": desk.slice((), (*TOTALS, "customers")),
            "so_far": desk.slice((), TOTALS, range=desk.so_far()),
            "before": desk.slice((), TOTALS, range=desk.before()),
            "trend": desk.slice(("month",), TOTALS, range=months),
            "losses": self.view(),
        }
        if "losses" in tables:
            from turbofinops_tui.actions.explaining import literal

            worst = [row.key[0] for row in tables["losses"].rows if row.key[0] is not None and not row.others]
            if not cost_only(tables.get("now"), desk) and desk.scope.view != "difference":
                wanted["verdicts"] = desk.slice(("customer",), ("margin", "verdict"))
            if worst:
                only = tuple(Condition("customer", literal(ref)) for ref in worst[:EXPLAINED])
                where = (*desk.scope.where, *only)
                wanted["worst_months"] = desk.slice(
                    ("customer", "month"), ("margin",), range=months, where=where
                )
                wanted["worst_parts"] = desk.slice(("customer", "provider"), ("cost",), where=where)
        return wanted

    def show(self, tables: Tables) -> None:
        """Fill tiles, chart and list."""
        self.empty.show_for(tables.get("now"), self.host.desk)
        for widget in (self.tiles, self.query_one("#split")):
            show(widget, not self.empty.display)
        if "now" in tables and ("trend" in tables or self.host.desk.settling):
            self.cost_only = cost_only(tables["now"], self.host.desk)
            self.tiles.show(self._tiles(tables))
            self.app.call_after_refresh(self._chart)
        if "losses" in tables:
            self._losses(tables)

    def _tiles(self, tables: Tables) -> list[Tile]:
        """The tiles; how many lose whatever the split follows when it is worked out."""
        tiles = [Tile(*parts) for parts in tiles_of(tables, cost_only=self.cost_only)]
        settling = self.host.desk.settling
        notes = losing_notes(tables.get("verdicts"))
        if settling and "verdicts" not in tables:
            notes = (MARK,)
        months = (MARK,) if settling and "trend" not in tables else ()
        return [replace(tile, notes=notes if tile.label == LOSING else months) for tile in tiles]

    def _chart(self) -> None:
        # After a refresh: plotext must not be imported before the first paint.
        if "trend" in self.tables:
            self.chart.set_trend(Trend(*trend_of(self.tables["trend"]), cost_only=self.cost_only))

    def _losses(self, tables: Tables) -> None:
        self.rows, _ = rows_of(tables["losses"])
        since = streaks(tables["worst_months"]) if "worst_months" in tables else {}
        lines = trends(tables["worst_months"]) if "worst_months" in tables else {}
        because = carriers(tables["worst_parts"]) if "worst_parts" in tables else {}
        for row in self.rows:
            row.since = since.get(row.key, "")
            row.trend = lines.get(row.key, ())
            row.note = because.get(row.key, "")
            if self.host.desk.settling and "worst_months" not in tables:
                row.since, row.note = SIGN, MARK
            if row.key is None:
                row.note = "no link names a customer"
        self.list.empty_text = "Nobody loses money in this period."
        self.list.set_rows(self.rows)

    def gather(self, session: Any, reports: Any) -> Bridge | None:
        """What changed in this period since this user last looked (in the thread)."""
        from turbofinops_tui.actions.bridge_view import looked

        if self.host.desk.scope.view != "saved":
            return None
        return looked(reports, self.books, self.host.desk.slice((), ()))

    def take(self, data: Any) -> None:
        """One line under the tiles: the change and its largest causes."""
        from turbofinops_tui.actions.bridge_view import looked_spans

        key = self.host.keys["overview.looked"].partition(",")[0]
        self.since.set_lines([(looked_spans(data, self.looked_at, key, self.size.width), "")])
        show(self.since, not self.empty.display)

    def forget(self) -> None:
        """The line goes with the numbers."""
        super().forget()
        show(self.since, False)

    def explained(self) -> tuple[Slice, str | None, str] | None:
        """The figure under the cursor."""
        return explained_row(self.list, self.view())

    # --- columns --------------------------------------------------------------------------

    def columns_for(self, width: int) -> Sequence[Column[MoneyRow]]:
        """Who, how much, since when, because of what."""
        longest = max((len(row.label) for row in self.rows), default=12)
        name = max(12, min(longest, 30 if width >= 100 else 24 if width >= 64 else 16))
        margin = money_width(self.rows, None, "margin", 7)
        if self.cost_only:
            cost = money_column("cost", "Cost", money_width(self.rows, None, "cost", 8))
            return [name_column("Most cost", max(name, 16)), cost, note_column("mostly", 16, 60)]
        columns = [name_column("Biggest losses", max(name, 16))]
        if width >= 100:
            for measure, title in (("revenue", "Revenue"), ("cost", "Cost")):
                columns.append(money_column(measure, title, money_width(self.rows, None, measure, 7)))
        columns.append(money_column("margin", "Margin", margin, signed=True))
        if width >= 56:
            columns.append(percent_column("margin_pct", "%"))
        columns.append(since_column("since", 8))
        if width >= 50:
            columns.append(note_column("because", 16, 30))
        if width >= 90:
            columns.append(bar_column("loss", 8, 30, lambda: False))
        return columns

    # --- keys -----------------------------------------------------------------------------

    def action_bridge(self) -> None:
        """Why the margin changed since the period before."""
        self.host.drill("bridge")

    def action_looked(self) -> None:
        """What changed since this user last looked."""
        if self.books:
            self.host.drill("bridge", None, self.books)
        else:
            self.say("this is the first time that you look: from the next run on")

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Drill into the customer."""
        if message.row.key is None:
            self.host.goto("links")
        else:
            self.host.drill("customer", message.row.key)
