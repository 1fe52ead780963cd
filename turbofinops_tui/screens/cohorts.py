"""Cohorts: a heat grid of margin by first-revenue month, plan or attribute, and month of age or calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rich.cells import cell_len
from textual.widget import Widget

from turbofinops_tui.actions import cohorts_view
from turbofinops_tui.actions.cohorts_view import MEASURES, METRICS, TITLES, heat_of
from turbofinops_tui.economics.charted import LEVELS, NO_COHORT, Heat, HeatRow, Look
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Range, month_text, parse_month
from turbofinops_tui.economics.shown import money_text, percent_text
from turbofinops_tui.economics.types import Condition, Slice, Table, Value
from turbofinops_tui.widgets.charts.heat import EVEN, HeatGrid
from turbofinops_tui.widgets.draft_bar import counted
from turbofinops_tui.widgets.empty import EmptyState, show
from turbofinops_tui.widgets.frame import Frame, Tables, same
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.money_rows import UNATTRIBUTED
from turbofinops_tui.widgets.paint import Lines, Spans, fit, fitting

FIGURES = (("margin", "margin"), ("margin_pct", "%"), ("revenue", "revenue"), ("cost", "cost"))
PARTS = ("groups", "cells", "cells_sum", "all", "all_sum")
COSTS = Look(by="customer", calendar=True, cumulative=False, metric="cost")
"""what the grid shows while there is no revenue: cohorts begin with the first of it"""


class CohortsScreen(Frame):
    """Key 3; with ``inside``, one row per customer of one group (enter on its name)."""

    ID = "cohorts"
    TITLE = "Cohorts"
    BINDINGS = bindings("cohorts")

    def __init__(self, look: Look | None = None, inside: str | None = None) -> None:
        super().__init__()
        self.look = look or Look()
        self.inside = inside
        self.groupings: tuple[str, ...] = cohorts_view.GROUPINGS
        self.heat: Heat | None = None
        self.map = HeatGrid(id="cohorts" if inside is None else None)
        self.about = Lines(id="about", height=2)
        self.empty = EmptyState()
        self._shown: dict[str, Table] = {}

    def body(self) -> Iterable[Widget]:
        """The grid; below it the figures of the cell under the cursor, and what the signs mean."""
        yield self.map
        yield self.about
        yield self.empty

    # --- data -----------------------------------------------------------------------------

    def _rows_by(self) -> str:
        return self.look.by if self.inside is None else "customer"

    def _slice(self, by: tuple[str, ...], **changes: Any) -> Slice:
        desk = self.host.desk
        return desk.slice(by, MEASURES, range=desk.history(), where=desk.narrowed(*self._only()), **changes)

    def _only(self) -> tuple[Condition, ...]:
        from turbofinops_tui.actions.explaining import literal

        return () if self.inside is None else (Condition(self.look.by, literal(self.inside)),)

    def view(self) -> Slice:
        """What the cells show."""
        return self._slice((self._rows_by(), self.look.time), cumulative=self.look.running)

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The header's totals; the grid as soon as it is known since when there are facts."""
        desk = self.host.desk
        wanted = {"now": desk.slice((), ("revenue", "cost", "direct_cost", "shared_cost", "margin"))}
        if desk.first_day is None:
            return wanted
        rows, time = self._rows_by(), self.look.time
        return wanted | {
            "groups": self._slice((rows,)),
            "cells": self._slice((rows, time)),
            "cells_sum": self._slice((rows, time), cumulative=True),
            "all": self._slice((time,)),
            "all_sum": self._slice((time,), cumulative=True),
        }

    def gather(self, session: Any, reports: Any) -> tuple[str, ...]:
        """What the rows can be grouped by."""
        return cohorts_view.groupings(reports)

    def take(self, data: Any) -> None:
        """Remember the groupings for the key."""
        self.groupings = data

    def show(self, tables: Tables) -> None:
        """Fill the grid."""
        self.empty.show_for(tables.get("now"), self.host.desk)
        for widget in (self.map, self.about):
            show(widget, not self.empty.display)
        alone = self.costs_alone() if "now" in tables else self.look == COSTS
        if alone is not (self.look == COSTS) and self.inside is None and (alone or self.look == COSTS):
            self._use(COSTS if alone else Look())
        if not all(name in tables for name in PARTS) or self.empty.display:
            return
        known = all(same(self._shown.get(name), tables[name]) for name in PARTS)
        if known and self.heat is not None and self.heat.look == self.look:
            return
        self._shown = {name: tables[name] for name in PARTS}
        self._draw()

    def _draw(self) -> None:
        if not self._shown:
            return
        self.heat = heat_of(self.look, self._shown, UNATTRIBUTED)
        self.map.empty_text = "No customers in this period. Press [ for an earlier one."
        self.map.show(self.heat, self._title())
        self._tell()

    def _title(self) -> str:
        return {"cohort": "Cohort", "plan": "Plan", "customer": "Customer"}.get(
            self._rows_by(), self._rows_by().removeprefix("attr:")
        )

    def crumbs(self) -> list[str]:
        """What the grid is grouped by, or the group whose customers it shows."""
        if self.look == COSTS:
            return [self.TITLE, "cost by customer and month, until there is revenue"]
        return [self.TITLE, f"by {self._grouping()}" if self.inside is None else self.inside]

    def _grouping(self) -> str:
        name = self.look.by.removeprefix("attr:")
        return {"cohort": "first-revenue month", "plan": "plan (today's)"}.get(name, f"{name} (today's)")

    # --- the lines below ------------------------------------------------------------------

    def on_grid_moved(self, _: Grid.Moved) -> None:
        """The figures of the cell under the cursor."""
        self._tell()

    def _tell(self) -> None:
        row, column = self.map.current, self.map.chosen_month
        width = self.size.width - 1
        spans = [] if row is None else fitting(_figures(row, column, self.look), width)
        self.about.set_lines([(spans, ""), (fitting(self._legend(), width), "")])

    def on_resize(self) -> None:
        """As many figures as fit."""
        self.call_after_refresh(self._tell)

    def _legend(self) -> list[Spans]:
        look = self.look
        running = "cumulative " if look.running else "monthly " if look.metric not in LEVELS else ""
        money = look.metric in ("margin", "revenue", "cost") and self._shown
        unit = f" in {self._shown['cells'].currency}" if money else ""
        what = f" {running}{TITLES[look.metric]}{unit} by {'month' if look.calendar else 'age'}"
        if look == COSTS:
            return [((what, "text"),), (("   cohorts begin with the first revenue", "muted"),)]
        signs = (
            (EVEN, "breaks even for good"),
            ("-", "loss"),
            ("·", "nothing yet"),
            ("<-99", "off the scale"),
        )
        return [((what, "text"),), *(((f"   {sign} ", "strong"), (word, "muted")) for sign, word in signs)]

    def _waits(self) -> bool:
        """Whether there is but one look, as long as nobody pays; says so."""
        if self.look == COSTS:
            self.say("cohorts, ages and margins begin with the first revenue")
        return self.look == COSTS

    # --- keys -----------------------------------------------------------------------------

    def _use(self, look: Look) -> None:
        """Another look: the same tables where they hold it, else new ones."""
        again = (look.by, look.calendar) != (self.look.by, self.look.calendar)
        self.look = look
        if again:
            self._shown = {}
            self.forget()
            self.host.load(self)
        else:
            self._draw()
        self.refresh_frame()

    def action_metric(self, step: int) -> None:
        """The next metric."""
        if self._waits():
            return
        place = METRICS.index(self.look.metric) + step
        self._use(replace(self.look, metric=METRICS[place % len(METRICS)]))

    def action_group(self) -> None:
        """Group by the next dimension."""
        if self.inside is not None:
            self.say("these are the customers of one group: esc goes back to all groups")
            return
        if self._waits():
            return
        names = self.groupings
        place = names.index(self.look.by) + 1 if self.look.by in names else 0
        self._use(replace(self.look, by=names[place % len(names)]))

    def action_calendar(self) -> None:
        """Months of age, or of the calendar."""
        if not self._waits():
            self._use(replace(self.look, calendar=not self.look.calendar))

    def action_cumulative(self) -> None:
        """Each month alone, or everything since the first."""
        if self._waits():
            return
        if self.look.metric in LEVELS:
            self.say(f"{TITLES[self.look.metric]} is of one month: m shows an amount")
            return
        self._use(replace(self.look, cumulative=not self.look.cumulative))

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """A cell: its customers in that month. A name: one row per customer in the same grid."""
        row, column = message.row, self.map.chosen_month
        if row.key is None:
            self.say("cost that no link gives to a customer: press 6 for the links")
        elif self.inside is not None or self.look == COSTS:
            self.host.drill("customer", row.key, self.inside or self.TITLE)
        elif column is None:
            self.host.drill("cohorts", self.look, row.key)
        else:
            self._open_cell(row, column)

    def _open_cell(self, row: HeatRow, column: str) -> None:
        from turbofinops_tui.actions.explaining import literal

        if column not in row.cells:
            self.say("nothing in this cell")
            return
        only = [Condition(self.look.by, literal(row.key or ""))]
        span, when = self.host.desk.history(), f"month {column}"
        if self.look.calendar:
            span, when = Range(column), column
        elif self.look.by == "cohort" and row.key != NO_COHORT:
            when = month_text(parse_month(row.key or "") + int(column))
            span = Range(when)
        else:
            only.append(Condition("age", column))
        self.host.drill("customers", (self.TITLE, row.label, when), tuple(only), span)

    def explained(self) -> tuple[Slice, str | None, str] | None:
        """A cell of a customer; groups have no formula of their own."""
        row = self.map.current
        if (self.inside is None and self.look != COSTS) or row is None or row.special:
            return None
        column, view = self.map.chosen_month, self._slice(("customer",))
        if column is not None:
            view = replace(view, where=(*view.where, Condition(self.look.time, column)))
        measure = "margin" if self.look.metric in ("retained", "customers") else self.look.metric
        return view, row.key, measure


def _figures(row: HeatRow, column: str | None, look: Look) -> list[Spans]:
    """All figures of one cell, or of the whole row on its name; the most important first."""
    cell = None if column is None else row.cells.get(column)
    values: Mapping[str, Value] = row.whole if column is None else {}
    if cell is not None:
        values = cell.running if look.running else cell.monthly
    when = "" if column is None else f" {column}" if look.calendar else f" month {column}"
    parts: list[Spans] = [((f" {fit(row.label, min(28, cell_len(row.label)))}{when}", "strong"),)]
    if not values:
        return [*parts, (("  nothing yet", "muted"),)]
    for measure, title in FIGURES[-1:] if look == COSTS else FIGURES:
        value = values.get(measure)
        loss = isinstance(value, Money) and value.units < 0 and measure == "margin"
        parts.append(((f"  {title} ", "muted"), (_text(value), "loss" if loss else "text")))
    if cell is not None and cell.retained is not None:
        parts.append((("  retained ", "muted"), (percent_text(cell.retained), "text")))
    count = (row.whole if cell is None else cell.monthly).get("customers")
    if isinstance(count, int) and count:
        parts.append(((f"  {counted(count, 'customer')}", "text"),))
    return parts


def _text(value: Value) -> str:
    if isinstance(value, Money):
        return money_text(value, 0)
    return percent_text(value) if isinstance(value, Ratio) or value is None else str(value)
