"""Explain backwards: one delivered line, who carries it by what rule, and in which cells it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel, Span
from turbofinops_tui.widgets.paint import Lines

if TYPE_CHECKING:
    from turbofinops_tui.actions.explaining_rows import RowExplanation
    from turbofinops_tui.economics.evaluate.carried import Carried

TOTALS = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")
Pair = tuple[int, "Carried"]


class ExplainRowScreen(Frame):
    """Pushed by enter on a source row of Explain."""

    ID = "explain"
    TITLE = "Row"
    DEFAULT_CSS = """
    ExplainRowScreen #story { margin-bottom: 1; }
    """

    def __init__(self, asked: Slice, row: str) -> None:
        super().__init__()
        self.asked, self.row = asked, row
        self.currency = ""
        self.story = Lines(id="story", height=3)
        model: GridModel[Pair] = GridModel(
            lambda pair: pair[0], lambda pair: f"{pair[1].customer or ''} {pair[1].link or ''} {pair[1].why}"
        )
        self.parts = Grid(model, self.columns_for, id="row-parts")
        self.parts.empty_text = "nobody: this row costs nothing, or nothing of it moves"

    def body(self) -> Iterable[Widget]:
        """The line and its cell in words, then who carries it."""
        yield self.story
        yield self.parts

    def crumbs(self) -> list[str]:
        """Which line this is."""
        return ["Explain", self.row]

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The totals of the header strip."""
        asked = replace(self.asked, view=self.host.desk.scope.view)
        return {"now": replace(asked, by=(), measures=TOTALS, having=(), sort=(), top=None)}

    def gather(self, session: Any, reports: Any) -> RowExplanation:
        """Who carries the line (in the thread)."""
        from turbofinops_tui.actions.explaining_rows import explain_row

        view = self.host.desk.scope.view
        asked = Slice(
            range=self.asked.range, cost=self.asked.cost, tax=self.asked.tax, credits=self.asked.credits,
            shared=self.asked.shared, currency=self.asked.currency, view=view,
        )  # fmt: skip
        return explain_row(reports, asked, self.row)

    def take(self, data: Any) -> None:
        """Show the explanation."""
        found: RowExplanation = data
        self.currency = found.value.currency
        keys = "  ".join(f"{name} {value}" for name, value in found.cell.items() if value)
        self.story.set_lines(
            [
                (((" row ", "muted"), (self.row, "strong")), ""),
                (((f" {found.formula}", "text"),), ""),
                (((" in the cells of ", "muted"), (keys, "text")), ""),
            ]
        )
        self.parts.set_rows(list(enumerate(found.parts)))
        self._tell()

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """The reason in full."""
        self._tell()

    def _tell(self) -> None:
        pair = self.parts.current
        if pair is not None:
            self.say(pair[1].why)

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Enter on a part opens its customer."""
        customer = message.row[1].customer
        if customer is None:
            self.say("nobody has this part")
        else:
            self.host.drill("customer", customer, self.TITLE)

    def columns_for(self, width: int) -> Sequence[Column[Pair]]:
        """Amount, bucket, customer, feature, rule, why."""

        def amount(pair: Pair, _: int) -> Sequence[Span]:
            value = Money(pair[1].amount, self.currency)
            return ((money_text(value), "loss" if value.units < 0 else ""),)

        def text(name: str) -> Any:
            return lambda p, _: ((getattr(p[1], name) or "—", "" if getattr(p[1], name) else "muted"),)

        exact = lambda p: Money(p[1].amount, self.currency).text()  # noqa: E731 (as a column takes it)
        return (
            Column("amount", "Amount", 13, amount, lambda p: p[1].amount, exact, right=True),
            Column("bucket", "Bucket", 12, lambda p, _: ((p[1].bucket, "accent"),), lambda p: p[1].bucket),
            Column("customer", "Customer", 16, text("customer"), lambda p: p[1].customer or ""),
            Column("feature", "Feature", 10, text("feature"), lambda p: p[1].feature or ""),
            Column("link", "Rule", 14, text("link"), lambda p: p[1].link or ""),
            Column(
                "why", "Why", 10, lambda p, _: ((p[1].why, "muted"),), exact=lambda p: p[1].why, elastic=200
            ),
        )
