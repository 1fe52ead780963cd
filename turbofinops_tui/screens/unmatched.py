"""Who is who: references that revenue alone knows, names that cost alone knows, and which are likely one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions import matching
from turbofinops_tui.actions.matching import Matching, Name
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.widgets.draft_bar import counted
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.paint import Lines, Spans, fitting

ALL_MATCH = "Everybody who pays has cost, and all cost has somebody who pays."
NOTHING = "nobody: every name on this side is known on the other"


class UnmatchedScreen(Frame):
    """Opens after revenue came; from Findings with m."""

    ID = "unmatched"
    TITLE = "Who is who"
    AUTO_FOCUS = "#costs"
    BINDINGS = bindings("unmatched")
    DEFAULT_CSS = """
    UnmatchedScreen #told { margin-bottom: 1; }
    UnmatchedScreen #costs { height: 1fr; }
    UnmatchedScreen #pays { height: 1fr; margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.told = Lines(id="told", height=2)
        self.costs, self.pays = _grid("costs", _cost_columns), _grid("pays", _pay_columns)
        self.found: Matching | None = None

    def body(self) -> Iterable[Widget]:
        """How well both sides meet, then each side's own names."""
        yield self.told
        yield self.costs
        yield self.pays

    # --- data -----------------------------------------------------------------------------

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The totals of the header strip."""
        return {"now": self._slice()}

    def _slice(self) -> Slice:
        return self.host.desk.slice((), ("revenue", "cost", "direct_cost", "shared_cost"), view="saved")

    def gather(self, session: Any, reports: Any) -> Matching:
        """Both lists with the likely pairs (in the thread)."""
        reports.refresh()
        return matching.matching(reports, self._slice())

    def take(self, data: Any) -> None:
        """Show them."""
        self.found = data
        for grid, names in ((self.costs, data.costs), (self.pays, data.pays)):
            grid.empty_text = NOTHING
            grid.set_rows(names)
        self._tell()

    def _tell(self) -> None:
        found = self.found
        if found is None:
            return
        width = self.size.width - 1
        both = f" {counted(found.both, 'customer')} with revenue and cost"
        parts: list[Spans] = [((both, "strong"),)]
        if found.pays:
            parts.append(
                ((f"   {len(found.pays):,} only pay: ", "muted"), (money_text(found.paid, 0), "warn"))
            )
        if found.costs:
            parts.append(
                ((f"   {len(found.costs):,} only cost: ", "muted"), (money_text(found.cost, 0), "warn"))
            )
        likely = sum(name.proposal is not None for name in found.costs)
        how: list[Spans] = [((f" {ALL_MATCH}", "gain"),)]
        if found.pays or found.costs:
            how = [
                ((" a", "key"), (f" takes the likely ones into the draft ({likely:,})", "")),
                (("   !", "key"), (" all findings", ""), ("   6", "key"), (" the rules", "")),
            ]
        self.told.set_lines([(fitting(parts, width), ""), (fitting(how, width), "")])

    def on_resize(self) -> None:
        """As many words as fit."""
        self.call_after_refresh(self._tell)

    # --- keys -----------------------------------------------------------------------------

    def action_accept(self) -> None:
        """The marked likely pairs, else all of them: one customer under two names, into the draft."""
        rows: list[Name] = [row for row in self.costs.model.rows if row.proposal is not None]
        marked = [row for row in rows if row.ref in self.costs.model.marks]
        chosen = marked or rows
        if not chosen:
            self.say("no name is like one of those who pay: n on Links (6) writes a link or an identity")
            return
        self.costs.model.marks.clear()
        self.host.draft(matching.edits(chosen), f"{len(chosen)} names")

    def action_side(self, step: int) -> None:
        """The other list."""
        (self.pays if self.costs.has_focus else self.costs).focus()

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """The customer."""
        self.host.drill("customer", message.row.ref, self.TITLE)


def _grid(id: str, columns: Any) -> Grid[Name]:  # noqa: A002
    model: GridModel[Name] = GridModel(lambda row: row.ref, lambda row: f"{row.ref} {row.likely}")
    grid = Grid(model, columns, id=id)
    grid.empty_text = "Looking …"
    return grid


def _amount(title: str) -> Column[Name]:
    return Column[Name](
        "amount", title, 12, lambda row, _: ((money_text(row.amount, 0), ""),), lambda row: row.amount.units,
        lambda row: row.amount.text(), right=True,
    )  # fmt: skip


def _name(title: str, width: int) -> Column[Name]:
    return Column[Name]("name", title, width, lambda row, _: ((row.ref, "strong"),), lambda row: row.ref)


def _cost_columns(width: int) -> Sequence[Column[Name]]:
    return [
        _name("Only in cost", 22 if width < 100 else 34),
        _amount("Cost"),
        Column[Name]("likely", "likely", 20, lambda row, _: ((row.likely, "accent"),), elastic=60),
    ]


def _pay_columns(width: int) -> Sequence[Column[Name]]:
    return [
        _name("Only in revenue", 22 if width < 100 else 34),
        _amount("Revenue"),
        Column[Name]("likely", "", 20, lambda row, _: ((row.likely, "muted"),), elastic=60),
    ]
