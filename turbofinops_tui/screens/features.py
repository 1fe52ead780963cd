"""Features: margin per feature as chart and table, and the map from products to features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.containers import Horizontal
from textual.widget import Widget

from turbofinops_tui.actions import features_view as data
from turbofinops_tui.actions.features_view import Mapped
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Condition, Slice, Sort, Table
from turbofinops_tui.widgets.charts import ranked
from turbofinops_tui.widgets.charts.canvas import Chart
from turbofinops_tui.widgets.charts.ranked import Ranked
from turbofinops_tui.widgets.empty import EmptyState, show
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.money_rows import (
    MoneyRow,
    bar_column,
    money_column,
    money_width,
    name_column,
    percent_column,
    rows_of,
    share_column,
    worst_first,
)

TOTALS = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")


class FeaturesScreen(Frame):
    """Key 4."""

    ID = "features"
    TITLE = "Features"
    BINDINGS = bindings("features")
    DEFAULT_CSS = """
    FeaturesScreen #split { layout: vertical; height: 3fr; }
    FeaturesScreen Chart { height: 2fr; display: none; margin-bottom: 1; }
    FeaturesScreen.-tall Chart { display: block; }
    FeaturesScreen #features { height: 3fr; }
    FeaturesScreen #products { height: 2fr; margin-top: 1; }
    FeaturesScreen.-huge.-tall #split { layout: horizontal; }
    FeaturesScreen.-huge.-tall Chart { width: 2fr; height: 1fr; margin: 0; }
    FeaturesScreen.-huge.-tall #features { width: 3fr; height: 1fr; margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.chart: Chart[Ranked] = Chart(id="chart")
        self.list = Grid(worst_first(), self._columns, id="features")
        model: GridModel[Mapped] = GridModel(lambda row: row.product, lambda row: row.product or "")
        self.products = Grid(model, _product_columns, id="products")
        self.rows: list[MoneyRow] = []
        self.total: MoneyRow | None = None
        self.empty = EmptyState()

    def body(self) -> Iterable[Widget]:
        """Chart and table of the features, then the map of the products."""
        self.chart.markers = self.host.charts
        with Horizontal(id="split"):
            yield self.chart
            yield self.list
        yield self.products
        yield self.empty

    # --- data -----------------------------------------------------------------------------

    def view(self) -> Slice:
        """One row per feature, or per product."""
        if self.focused is self.products:
            return self._products_slice()
        return self.host.desk.slice(("feature",), data.MEASURES, sort=(Sort("margin", ascending=True),))

    def _products_slice(self, *where: Condition) -> Slice:
        desk = self.host.desk
        return desk.slice(("product",), ("revenue",), where=(*desk.scope.where, *where))

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """Totals, features, products and the part of them that no feature gets."""
        desk = self.host.desk
        return {
            "now": desk.slice((), TOTALS),
            "features": desk.slice(("feature",), data.MEASURES, sort=(Sort("margin", ascending=True),)),
            "products": self._products_slice(),
            "unmapped": self._products_slice(Condition("feature", "")),
        }

    def gather(self, session: Any, reports: Any) -> list[Mapped] | None:
        """The rules of the products beside their money."""
        tables = self.tables
        if "products" not in tables or "unmapped" not in tables:
            return None
        rules = reports.rules()
        if self.host.desk.scope.view != "saved" and reports.drafts.load() is not None:
            rules = reports.drafts.outcome().rules
        return data.products(rules, tables["products"], tables["unmapped"])

    def take(self, data: Any) -> None:
        """Fill the map."""
        self.products.empty_text = "No product has revenue in this period, and none is mapped."
        self.products.set_rows(data)

    def show(self, tables: Tables) -> None:
        """Fill chart and table."""
        self.empty.show_for(tables.get("now"), self.host.desk)
        show(self.query_one("#split"), not self.empty.display)
        show(self.products, not self.empty.display and not self.costs_alone())
        table = tables.get("features")
        if table is None or self.empty.display:
            return
        self.rows, self.total = rows_of(data.parted(table))
        self.list.empty_text = "No revenue and no cost in this period. Press [ for an earlier one."
        self.list.set_rows(self.rows, self.total)
        # After a refresh: plotext must not be imported before the first paint.
        self.app.call_after_refresh(self._draw, table)

    def _draw(self, table: Table) -> None:
        alone = self.costs_alone()
        measure = "cost" if alone else "margin"
        bars = [(row.label, amount.units) for row in self.rows if (amount := row.money(measure)) is not None]
        bars.sort(key=lambda bar: -bar[1])
        self.chart.show(Ranked(tuple(bars), table.currency, cost=alone), ranked.draw)

    def crumbs(self) -> list[str]:
        """The period's features."""
        return [self.TITLE, f"{'cost' if self.costs_alone() else 'margin'} per feature"]

    # --- columns --------------------------------------------------------------------------

    def _columns(self, width: int) -> Sequence[Column[MoneyRow]]:
        def money(measure: str, title: str, *, signed: bool = False) -> Column[MoneyRow]:
            return money_column(measure, title, money_width(self.rows, self.total, measure, 7), signed=signed)

        costs = [money("cost", "Cost"), money("direct_cost", "Direct"), money("shared_cost", "Shared")]
        if self.costs_alone():
            share = share_column("cost", lambda: self.total)
            return [name_column("Feature", 19, 30), *costs, money("ai_cost", "AI"), share]
        columns = [name_column("Feature", 19, 30), money("revenue", "Revenue"), costs[0]]
        if width >= 100:
            columns += [*costs[1:], money("ai_cost", "AI")]
        columns += [money("margin", "Margin", signed=True), percent_column("margin_pct", "%")]
        return [*columns, bar_column("margin", 8, 40, lambda: True)]

    # --- keys -----------------------------------------------------------------------------

    def action_part(self, step: int) -> None:
        """Between the features and the map of the products."""
        (self.list if self.products.has_focus or not self.products.display else self.products).focus()

    def action_map_revenue(self) -> None:
        """Say which features the product under the cursor pays for."""
        row = self.products.current
        if row is None:
            self.say("no product to map: revenue without a product stays unmapped")
        elif row.product is None:
            self.say("revenue without a product cannot be mapped: import it with a product or a feature")
        else:
            names = {
                bar.key for bar in self.rows if bar.key and bar.key not in (data.UNMAPPED, data.NO_FEATURE)
            }
            self.host.drill("revenue_map", row, tuple(sorted(names)))

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """A feature: its customers. A product: its map."""
        from turbofinops_tui.actions.explaining import literal

        if message.grid is self.products:
            self.action_map_revenue()
            return
        key = message.row.key or ""
        none = key in (data.UNMAPPED, data.NO_FEATURE)
        only = (Condition("feature", "" if none else literal(key)),)
        self.host.drill("customers", (self.TITLE, message.row.label), only, None)


def _product_columns(width: int) -> Sequence[Column[Mapped]]:
    def money(id: str, title: str) -> Column[Mapped]:  # noqa: A002
        def value(row: Mapped) -> Money | None:
            found = getattr(row, id)
            return found if isinstance(found, Money) else None

        def draw(row: Mapped, _: int) -> Sequence[tuple[str, str]]:
            amount = value(row)
            waits = id == "unmapped" and amount is not None and amount.units != 0
            return ((money_text(amount, 0), "warn" if waits else ""),)

        def key(row: Mapped) -> int | None:
            amount = value(row)
            return None if amount is None else amount.units

        def exact(row: Mapped) -> str:
            amount = value(row)
            return "" if amount is None else amount.text()

        return Column(id, title, 11, draw, key, exact, right=True)

    name: Column[Mapped] = Column(
        "product", "Product", 20,
        lambda row, _: ((row.product or data.NO_PRODUCT, "" if row.product else "muted"),),
        lambda row: row.product, lambda row: row.product or "", elastic=34,
    )  # fmt: skip
    words: Column[Mapped] = Column(
        "words", "Pays for (e edits)", 18,
        lambda row, _: ((row.words or "not mapped", "" if row.words else "warn"),),
        lambda row: row.words or None, lambda row: row.words, elastic=80,
    )  # fmt: skip
    return [name, money("revenue", "Revenue"), money("unmapped", "Unmapped"), words]
