"""Bridge: why the margin changed, as a waterfall and as a list; enter on a cause shows whom it moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal
from textual.widget import Widget

from turbofinops_tui.actions import bridge_view as view
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import shown_digits, shown_parts
from turbofinops_tui.economics.types import Condition, Slice, View
from turbofinops_tui.errors import TurboError
from turbofinops_tui.widgets.charts.waterfall import Waterfall, WaterfallChart
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.money_rows import UNATTRIBUTED, MoneyRow, money_column, money_width, name_column
from turbofinops_tui.widgets.paint import Lines

if TYPE_CHECKING:
    from turbofinops_tui.economics.bridge import Bridge, Cause

TOTALS = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")


class BridgeScreen(Frame):
    """Pushed by ``b`` on the overview (all customers) or a customer, and by ``B``: since you last looked."""

    ID = "bridge"
    TITLE = "Bridge"
    BINDINGS = bindings("bridge")
    DEFAULT_CSS = """
    BridgeScreen #story { margin-bottom: 1; }
    BridgeScreen #split { layout: vertical; height: 1fr; }
    BridgeScreen WaterfallChart { height: 1fr; margin-bottom: 1; }
    BridgeScreen #causes { height: 1fr; }
    BridgeScreen.-wide.-tall #split, BridgeScreen.-huge.-tall #split { layout: horizontal; }
    BridgeScreen.-wide.-tall WaterfallChart, BridgeScreen.-huge.-tall WaterfallChart { width: 3fr; }
    BridgeScreen.-wide.-tall #causes, BridgeScreen.-huge.-tall #causes { width: 2fr; margin-left: 2; }
    """

    def __init__(self, ref: str | None = None, since: str = "", cause: str = "", found: Any = None) -> None:
        super().__init__()
        self.ref, self.since, self.cause = ref, since, cause
        self.found: Bridge | None = found
        self.story = Lines(id="story", height=1)
        self.chart = WaterfallChart()
        model: GridModel[MoneyRow] = GridModel(lambda row: (row.label, row.key), lambda row: row.label)
        self.list = Grid(model, self.columns_for, id="causes")

    def body(self) -> Iterable[Widget]:
        """What changed in one line, the waterfall, the causes."""
        yield self.story
        with Horizontal(id="split"):
            yield self.chart
            yield self.list

    def crumbs(self) -> list[str]:
        """Whose margin, and which cause."""
        what = "since you last looked" if self.since else "Bridge"
        return [text for text in (self.ref, what, self.cause) if text]

    # --- data -----------------------------------------------------------------------------

    def _where(self) -> tuple[Condition, ...]:
        from turbofinops_tui.actions.explaining import literal

        if self.ref is None:
            return self.host.desk.scope.where
        return (*self.host.desk.scope.where, Condition("customer", literal(self.ref)))

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The totals of the header strip."""
        return {"now": replace(self.host.desk.slice((), TOTALS, where=self._where()), view=self._view())}

    def _view(self) -> View:
        """Which rules: what was known before has no draft."""
        return "saved" if self.since else self.host.desk.scope.view

    def forget(self) -> None:
        """The bridge goes with the numbers."""
        super().forget()
        self.found = None

    def gather(self, session: Any, reports: Any) -> Bridge:
        """The bridge, unless the screen before had it (in the thread)."""
        desk = self.host.desk
        if self.found is not None:
            return self.found
        plain = desk.slice((), ())
        options = Slice(
            revenue=plain.revenue, cost=plain.cost, currency=plain.currency, tax=plain.tax,
            credits=plain.credits, estimates=plain.estimates, shared=plain.shared, where=self._where(),
            view=self._view(),
        )  # fmt: skip
        asked = view.Asked(desk.before(), desk.so_far(), options, self.since)
        found = view.found(reports, asked)
        return view.about(found, self.ref, one=self.ref is not None and bool(self.since))

    def take(self, data: Any) -> None:
        """Fill story, chart and list."""
        found: Bridge = data
        self.found = found
        rows = view.carriers(found, self.cause) if self.cause else found.summed
        total = sum(row.units for row in rows)
        text = f"{self.cause}: {view.signed(total, found.currency)}" if self.cause else view.story(found)
        self.story.set_lines([(((f" {text}", "loss" if total < 0 else "gain"),), "")])
        self.say("; ".join(found.warnings))
        self.list.empty_text = "nothing changed"
        self.list.set_rows(*_rows(rows, found.currency, self.cause))
        self.app.call_after_refresh(self._chart, rows)

    def _chart(self, rows: Sequence[Cause]) -> None:
        # After a refresh: plotext must not be imported before the first paint.
        found = self.found
        if found is None:
            return
        steps = tuple((_label(row, self.cause), row.units) for row in rows)
        start, end = found.margins
        if self.cause:
            start, end = 0, sum(units for _, units in steps)
        names = ("nothing", self.cause) if self.cause else tuple(f"margin {name}" for name in found.ends)
        self.chart.set_data(Waterfall((names[0], start), steps, (names[1], end), found.currency))

    # --- columns --------------------------------------------------------------------------

    def columns_for(self, width: int) -> Sequence[Column[MoneyRow]]:
        """The cause (or the customer) and what it moved."""
        rows = self.list.model.rows
        pinned = self.list.model.pinned
        amounts = money_column("change", "Change", money_width(rows, pinned, "change", 9), signed=True)
        return [name_column("Customer" if self.cause else "Cause", 20, 60), amounts]

    # --- keys -----------------------------------------------------------------------------

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Down: from a cause to whom it moved, from a customer to its screen."""
        row: MoneyRow = message.row
        if self.cause:
            if row.key is not None:
                self.host.drill("customer", row.key)
        elif row.key is not None and self.ref is None:
            self.host.drill("bridge", None, self.since, row.key, self.found)

    def action_export_bridge(self) -> None:
        """Write the causes to a .csv, .json or .txt file."""
        if self.found is None:
            self.say("nothing to export yet")
            return
        if self.host.hidden():
            return
        title = f"Export {len(self.found.rows):,} causes"
        self.host.form(
            "line", title, "File, .csv, .json or .txt", f"bridge-{self.found.books.whole}.csv", _target,
            then=self._write,
        )  # fmt: skip

    def _write(self, text: str) -> None:
        from turbofinops_tui.actions.bridge import write

        if self.found is None:
            return
        try:
            path = write(self.found, text)
        except TurboError as error:
            self.say(error.line(), "error")
        else:
            self.say(f"{len(self.found.rows):,} causes written to {path}", "gain")


def _target(text: str) -> Any:
    from turbofinops_tui.actions.bridge import target

    return target(text)


def _label(row: Cause, cause: str) -> str:
    return (row.key if row.key is not None else UNATTRIBUTED) if cause else row.cause


def _rows(causes: Sequence[Cause], currency: str, cause: str) -> tuple[list[MoneyRow], MoneyRow | None]:
    """Rows whose shown amounts add up to the change below them."""
    total = sum(row.units for row in causes)
    digits = shown_digits(max([abs(total), *(abs(row.units) for row in causes)]), currency)
    parts = shown_parts([row.units for row in causes], currency, digits)
    rows = []
    for row, part in zip(causes, parts, strict=True):
        made = MoneyRow(
            _label(row, cause), row.key if cause else row.cause, {"change": Money(row.units, currency)}
        )
        made.shown["change"] = (part, digits)
        rows.append(made)
    if not rows:
        return [], None
    whole = MoneyRow("Change", None, {"change": Money(total, currency)}, total=True)
    whole.shown["change"] = (sum(parts), digits)
    return rows, whole
