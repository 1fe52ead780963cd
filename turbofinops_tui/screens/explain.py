"""Explain: one figure with its formula, the parts that add up to it, and the source rows of each part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Condition, Slice
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel, Span
from turbofinops_tui.widgets.header_text import days_text
from turbofinops_tui.widgets.paint import Lines

if TYPE_CHECKING:
    from turbofinops_tui.actions.explaining import Explanation, Part, SourceRow

TOTALS = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")


class ExplainScreen(Frame):
    """Pushed by ``i`` on an amount."""

    ID = "explain"
    TITLE = "Explain"

    def __init__(self, asked: Slice, customer: str | None, measure: str) -> None:
        super().__init__()
        self.asked, self.customer, self.measure = asked, customer, measure
        self.story = Lines(id="story", height=2)
        parts: GridModel[tuple[int, Part]] = GridModel(
            lambda pair: pair[0], lambda pair: f"{pair[1].bucket} {pair[1].link or ''} {pair[1].why}"
        )
        rows: GridModel[tuple[int, SourceRow]] = GridModel(
            lambda pair: pair[0], lambda pair: f"{pair[1].source} {pair[1].file} {pair[1].object}"
        )
        self.parts = Grid(parts, part_columns, id="explain-parts")
        self.rows = Grid(rows, row_columns, id="explain-rows")
        self.rows.empty_text = "no source rows"

    def body(self) -> Iterable[Widget]:
        """The formula, the parts, the rows of the part under the cursor."""
        yield self.story
        yield self.parts
        yield self.rows

    def crumbs(self) -> list[str]:
        """Whose figure this is."""
        name = "(unattributed)" if self.customer is None else self.customer
        return [name, self.measure.replace("_", " ")]

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The totals of the header strip."""
        from turbofinops_tui.actions.explaining import literal

        where = (*self.asked.where, Condition("customer", literal(self.customer or "")))
        plain = replace(
            self._viewed(), by=("customer",), measures=TOTALS, where=where, having=(), sort=(), top=None
        )
        return {"now": plain}

    def _viewed(self) -> Slice:
        """The figure under the rules that are shown now: saved, draft or difference."""
        return replace(self.asked, view=self.host.desk.scope.view)

    def on_mount(self) -> None:
        """Finding the rows reads the delivered files: say so."""
        self.story.set_lines([(((" reading the delivered files", "muted"),), ""), ((), "")])

    def gather(self, session: Any, reports: Any) -> Explanation:
        """The parts and their rows (in the thread)."""
        from turbofinops_tui.actions.explaining import explain

        return explain(reports, self._viewed(), self.customer or "", self.measure)

    def take(self, data: Any) -> None:
        """Show the explanation."""
        found: Explanation = data
        value = found.value.text() if isinstance(found.value, Money | Ratio) else "none"
        days = days_text(self.tables["now"].days) if "now" in self.tables else ""
        name = self.measure.replace("_", " ")
        self.story.set_lines(
            [
                (((f" {name} ", "muted"), (value, "strong"), (f"  {days}", "muted")), ""),
                (((f" {found.formula}", "text"),), ""),
            ]
        )
        self.parts.set_rows(list(enumerate(found.parts)))
        self._show_rows()

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """The rows of the part under the cursor; its reason in full."""
        if message.grid is self.parts:
            self._show_rows()

    def _show_rows(self) -> None:
        pair = self.parts.current
        rows = pair[1].rows if pair is not None else ()
        self.rows.set_rows(list(enumerate(rows)))
        if pair is not None:
            self.say(f"{len(rows):,} rows · {pair[1].why}")

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Enter on a part goes to its rows, on a row to who carries it."""
        if message.grid is self.parts:
            self.rows.focus()
            return
        row: SourceRow = message.row[1]
        if row.object or not row.line:
            self.say("an object of a source: its revenue is all this customer's")
        else:
            self.host.drill("explain_row", self.asked, f"{row.source}:{row.file}:{row.line}")


def part_columns(width: int) -> Sequence[Column[tuple[int, Part]]]:
    """Amount, bucket, rule, number of rows, why."""

    def amount(pair: tuple[int, Part], _: int) -> Sequence[Span]:
        return ((money_text(pair[1].amount), "loss" if pair[1].amount.units < 0 else ""),)

    return (
        Column(
            "amount",
            "Amount",
            15,
            amount,
            lambda p: p[1].amount.units,
            lambda p: p[1].amount.text(),
            right=True,
        ),
        Column("bucket", "Bucket", 12, lambda p, _: ((p[1].bucket, "accent"),), lambda p: p[1].bucket),
        Column("link", "Rule", 14, lambda p, _: ((p[1].link or "—", "" if p[1].link else "muted"),)),
        Column(
            "rows",
            "Rows",
            7,
            lambda p, _: ((f"{len(p[1].rows):,}", ""),),
            lambda p: len(p[1].rows),
            right=True,
        ),
        Column("why", "Why", 20, lambda p, _: ((p[1].why, "muted"),), exact=lambda p: p[1].why, elastic=200),
    )


def row_columns(width: int) -> Sequence[Column[tuple[int, SourceRow]]]:
    """Source, and file with line or object."""

    def place(pair: tuple[int, SourceRow], _: int) -> Sequence[Span]:
        return ((_place(pair[1]), ""),)

    return (
        Column("source", "Source", 16, lambda p, _: ((p[1].source, "accent"),), lambda p: p[1].source),
        Column("place", "Row", 20, place, lambda p: _place(p[1]), lambda p: _place(p[1]), elastic=200),
    )


def _place(row: SourceRow) -> str:
    return row.object or f"{row.file}:{row.line}"
