"""One customer: margin over the months, what it costs by provider, service, feature, link; what it pays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual.containers import Grid as GridLayout
from textual.containers import Horizontal
from textual.widget import Widget

from turbofinops_tui.actions.margins import carriers, streaks
from turbofinops_tui.actions.overview_data import trend_of
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.shown import money_text, percent_text
from turbofinops_tui.economics.types import Condition, Row, Slice, Sort, Table
from turbofinops_tui.economics.verdict import DEPENDS, LOSES, Verdict
from turbofinops_tui.widgets.charts.trend import Trend, TrendChart
from turbofinops_tui.widgets.empty import NO_REVENUE, cost_only
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Columns, Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.money_rows import (
    EXPLAINED,
    MoneyRow,
    money_column,
    money_width,
    name_column,
    rows_of,
    share_column,
    shown_money,
)
from turbofinops_tui.widgets.paint import Lines, Span, Spans

TOTALS = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct", "ai_share")
COSTS = ("cost", "direct_cost", "shared_cost")
MONTHS = 18


@dataclass(frozen=True, slots=True)
class Part:
    """One breakdown: dimensions after the customer, what to call it, its main measure."""

    name: str
    title: str
    by: tuple[str, ...]
    none: str
    measure: str = "cost"


PARTS = (
    Part("provider", "Cost by provider", ("provider",), "(none)"),
    Part("service", "Cost by service", ("service",), "(none)"),
    Part("feature", "Cost by feature", ("feature",), "(no feature)"),
    Part("link", "Cost by link", ("link",), "(named by the source)"),
    Part("revenue", "Revenue by kind", ("kind",), "(none)", "revenue"),
)


class CustomerScreen(Frame):
    """Pushed by enter on a customer."""

    ID = "customer"
    TITLE = "Customer"
    BINDINGS = bindings("customer")

    def __init__(self, ref: str, came_from: str = "Customers") -> None:
        super().__init__()
        self.ref = ref
        self.came_from = came_from
        self.story = Lines(id="story", height=3)
        self.verdict: Verdict | None = None
        self.chart = TrendChart()
        self.parts: dict[str, Grid[MoneyRow]] = {}
        self.totals: dict[str, MoneyRow | None] = {}
        for part in PARTS:
            model: GridModel[MoneyRow] = GridModel(
                lambda row: (row.label, row.currency), lambda row: row.label
            )
            model.sort_id = part.measure
            self.parts[part.name] = Grid(model, self._columns_of(part), id=f"by-{part.name}")

    def body(self) -> Iterable[Widget]:
        """The story in words, the chart, the breakdowns."""
        self.chart.markers = "braille" if self.host.charts == "braille" else "hd"
        yield self.story
        with Horizontal(id="split"):
            yield self.chart
            with GridLayout(id="parts"):
                yield from self.parts.values()

    def on_mount(self) -> None:
        """Only the first breakdown shows where there is room for one."""
        self._show_part("provider")

    # --- data -----------------------------------------------------------------------------

    def view(self) -> Slice:
        """The breakdown that has the focus."""
        return self._slice(self._part())

    def _part(self) -> Part:
        return next((p for p in PARTS if self.focused is self.parts[p.name]), PARTS[0])

    def _where(self) -> tuple[Condition, ...]:
        from turbofinops_tui.actions.explaining import literal

        return (*self.host.desk.scope.where, Condition("customer", literal(self.ref)))

    def _slice(self, part: Part) -> Slice:
        measures = ("revenue",) if part.measure == "revenue" else COSTS
        by = ("customer", *part.by)
        return self.host.desk.slice(by, measures, where=self._where(), sort=(Sort(part.measure),))

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """Totals and months first, then the breakdowns."""
        desk, where = self.host.desk, self._where()
        months = desk.slice(("customer", "month"), TOTALS, range=desk.months_back(MONTHS), where=where)
        wanted = {"now": desk.slice(("customer",), TOTALS, where=where), "months": months}
        if "now" in tables:
            wanted |= {part.name: self._slice(part) for part in PARTS}
        return wanted

    def forget(self) -> None:
        """The verdict goes with the numbers."""
        super().forget()
        self.verdict = None

    def gather(self, session: Any, reports: Any) -> Verdict | None:
        """The margins with every way of spreading (in the thread, after everything else)."""
        if cost_only(self.tables.get("now"), self.host.desk) or self.host.desk.scope.view == "difference":
            return None
        return self.host.desk.verdicts(reports, self.host.desk.slice(("customer",), TOTALS)).get(self.ref)

    def take(self, data: Any) -> None:
        """Show what the verdict hangs on."""
        self.verdict = data
        self._tell(self.tables)

    def show(self, tables: Tables) -> None:
        """Fill story, chart and breakdowns."""
        if "months" in tables:
            self.app.call_after_refresh(self._chart)
        for part in PARTS:
            if part.name in tables:
                rows, total = rows_of(self._mine(tables[part.name], len(part.by)), part.none)
                alone = part.measure == "revenue" and self.costs_alone()
                total = None if alone else total
                self.totals[part.name] = total
                self.parts[part.name].empty_text = NO_REVENUE if alone else "nothing in this period"
                self.parts[part.name].set_rows(rows, total)
        if "now" in tables:
            self._tell(tables)

    def _mine(self, table: Table, depth: int) -> Table:
        """The rows of this customer alone, keyed by what comes after it.

        Patterns of a slice ignore case and know wildcards: a name with a ``*``
        may bring in others.
        """
        rows = [Row(row.key[1:], row.values, row.currency) for row in table.rows if row.key[0] == self.ref]
        by = table.slice.by[1 : 1 + depth]
        return replace(table, slice=replace(table.slice, by=by), rows=rows, totals=_sum(rows, table))

    def _chart(self) -> None:
        if "months" in self.tables:
            months = trend_of(self._mine(self.tables["months"], 1))
            self.chart.set_trend(Trend(*months, cost_only=self.costs_alone()))

    def _tell(self, tables: Tables) -> None:
        """Who, how much, since when, because of what: two lines."""
        rows, _ = rows_of(tables["now"])
        row = next((row for row in rows if row.key == self.ref), None)
        if row is None:
            nothing = ((" nothing in this period: press [ for an earlier one", "muted"),)
            self.story.set_lines([(nothing, ""), ((), ""), ((), "")])
            return
        figures, because = _figures(row, self.costs_alone()), self._because(row, tables)
        self.story.set_lines([(figures, ""), (because, ""), (judgement(self.verdict), "")])

    def _because(self, row: MoneyRow, tables: Tables) -> Spans:
        spans: list[Span] = [(" ", "")]
        margin = None if self.costs_alone() else row.money("margin")
        if self.costs_alone():
            spans.append((NO_REVENUE, "muted"))
        since = streaks(tables["months"]).get(self.ref, "") if "months" in tables else ""
        if margin is not None and margin.units < 0:
            spans += [("loses money", "loss"), (f" since {since}" if since else "", "loss"), ("; ", "muted")]
        if "provider" in tables:
            main = carriers(tables["provider"]).get(self.ref, "")
            cost = row.money("cost")
            text = main or ("" if cost is not None and cost.units else "no cost")
            spans += [("; ", "muted"), (text, "text")] if text and self.costs_alone() else [(text, "text")]
        ai = row.ratio("ai_share")
        if ai is not None and ai.numerator:
            spans.append((f", AI {percent_text(ai, 0)}", "text"))
        return spans

    def crumbs(self) -> list[str]:
        """Where this customer was opened from."""
        return [self.came_from, self.ref]

    def explained(self) -> tuple[Slice, str | None, str] | None:
        """The part under the cursor; all of the customer's margin where there is none."""
        from turbofinops_tui.actions.explaining import literal

        part = self._part()
        row = self.parts[part.name].current
        view = self.host.desk.slice(("customer",), TOTALS)
        if row is None:
            return view, self.ref, "margin"
        column = self.parts[part.name].chosen
        measure = column.id if column is not None and column.id in EXPLAINED else part.measure
        only = Condition(part.by[0], literal(row.key or ""))
        return replace(view, where=(*view.where, only)), self.ref, measure

    # --- columns --------------------------------------------------------------------------

    def _columns_of(self, part: Part) -> Columns[MoneyRow]:
        def columns(width: int) -> Sequence[Column[MoneyRow]]:
            grid = self.parts[part.name]
            rows, total = grid.model.rows, self.totals.get(part.name)
            found = [name_column(part.title, 18, 40)]

            def money(measure: str, title: str) -> Column[MoneyRow]:
                return money_column(measure, title, money_width(rows, total, measure, 7))

            if part.measure == "revenue":
                return [
                    *found,
                    money("revenue", "Revenue"),
                    share_column("revenue", lambda: self.totals.get(part.name)),
                ]
            found.append(money("cost", "Cost"))
            if width >= 56:
                found += [money("direct_cost", "Direct"), money("shared_cost", "Shared")]
            return [*found, share_column("cost", lambda: self.totals.get(part.name))]

        return columns

    # --- keys -----------------------------------------------------------------------------

    def action_whatif(self) -> None:
        """Another price, plan, model or AI cap, replayed over the months."""
        self.host.drill("whatif", self.ref)

    def action_part(self, step: int) -> None:
        """The next breakdown."""
        names = [part.name for part in PARTS]
        current = next((name for name in names if self.parts[name].has_focus), names[0])
        self._show_part(names[(names.index(current) + step) % len(names)])

    def action_bridge(self) -> None:
        """Why this margin changed since the period before."""
        self.host.drill("bridge", self.ref)

    def _show_part(self, name: str) -> None:
        for other, grid in self.parts.items():
            grid.set_class(other == name, "-chosen")
        self.parts[name].focus()

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Down to the source rows."""
        self.app.call_later(self.app.run_action, "explain")


def _figures(row: MoneyRow, costs_alone: bool) -> Spans:
    """The most important first: what does not fit in a narrow terminal is the least of them."""
    if costs_alone:
        parts = [((f" {name.removesuffix('_cost')} ", "muted"), (shown_money(row, name), "strong"), (" ", ""))
                 for name in COSTS]  # fmt: skip
        return [span for part in parts for span in part]
    margin, ratio = row.money("margin"), row.ratio("margin_pct")
    role = "loss" if margin is not None and margin.units < 0 else "strong"
    spans: list[Span] = [(" margin ", "muted"), (shown_money(row, "margin"), role)]
    if ratio is not None:
        spans.append((f" {percent_text(ratio)}", "loss" if _negative(ratio) else "gain"))
    for measure in ("revenue", "cost", "direct_cost", "shared_cost"):
        spans += [(f"  {measure.removesuffix('_cost')} ", "muted"), (shown_money(row, measure), "strong")]
    return spans


def judgement(verdict: Verdict | None) -> Spans:
    """``depends: loses with even, saved · holds with cost, customers``: the methods on each side."""
    if verdict is None:
        return ()
    role = {LOSES: "loss", DEPENDS: "warn"}.get(verdict.word, "gain")
    spans: list[Span] = [(" ", ""), (verdict.word, role)]
    if verdict.word == DEPENDS:
        spans += [(": loses with ", "muted"), (", ".join(verdict.losing), "loss")]
        return [*spans, (" · holds with ", "muted"), (", ".join(verdict.holding), "gain")]
    spans.append((f": with all {len(verdict.margins)} ways of spreading ", "muted"))
    return [*spans, (f"{money_text(verdict.worst, 0)} .. {money_text(verdict.best, 0)}", "text")]


def _negative(ratio: Ratio | None) -> bool:
    return ratio is not None and ratio.percent() < 0


def _sum(rows: Sequence[Row], table: Table) -> tuple[Row, ...]:
    """The total of ``rows`` when all amounts are of one currency."""
    values = []
    for index, _ in enumerate(table.slice.measures):
        amounts = [value for row in rows if isinstance(value := row.values[index], Money)]
        currencies = {amount.currency for amount in amounts}
        one = currencies.pop() if len(currencies) == 1 else None
        values.append(Money(sum(a.units for a in amounts), one) if one else None)
    return (Row((None,), tuple(values)),)
