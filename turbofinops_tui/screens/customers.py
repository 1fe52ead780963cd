"""Customers: everybody or only who loses, by margin, with trend and loss bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions.app_state import AppState
from turbofinops_tui.actions.margins import streaks, trends
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Condition, Having, Slice, Sort, Table
from turbofinops_tui.economics.verdict import LOSES, SAFE, VERDICTS
from turbofinops_tui.widgets.empty import EmptyState, cost_only, show
from turbofinops_tui.widgets.frame import Frame, Tables, same
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column
from turbofinops_tui.widgets.money_rows import (
    MoneyRow,
    bar_column,
    explained_row,
    money_column,
    money_width,
    name_column,
    percent_column,
    rows_of,
    share_column,
    since_column,
    spark_column,
    verdict_column,
    worst_first,
)
from turbofinops_tui.widgets.settling import SIGN

MEASURES = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct", "ai_share")
VERDICT = ("margin", "margin_best", "margin_worst", "verdict")
TOPS = (0, 10, 25, 100)
MONTHS = 12
Only = tuple[tuple[str, ...], tuple[Condition, ...], Range | None]
"""breadcrumbs, filters and range (None: the shared one) of a list that another screen opened"""


class CustomersScreen(Frame):
    """Key 2; with ``only``, the customers behind a figure of another screen."""

    ID = "customers"
    TITLE = "Customers"
    BINDINGS = bindings("customers")

    def __init__(self, *, losing: bool = False, top: int = 0, only: Only | None = None) -> None:
        super().__init__()
        self.only = only
        self.losing = losing
        self.top_count = top if top in TOPS else 0
        self.rows: list[MoneyRow] = []
        self.verdict = ""
        """shown alone; empty: any"""
        self.cost_only = False
        self.shown: Table | None = None
        self.months: Table | None = None
        """the trends last shown: they stay until the fresh ones come"""
        self.total: MoneyRow | None = None
        self.judged: Table | None = None
        """the verdicts last shown"""
        self.list = Grid(worst_first(), self.columns_for, id="customers")
        self.empty = EmptyState()

    def body(self) -> Iterable[Widget]:
        """One grid; in its place what to do when there is nothing."""
        yield self.list
        yield self.empty

    # --- data -----------------------------------------------------------------------------

    def view(self) -> Slice:
        """One row per customer."""
        having = self.host.desk.scope.having
        if self.losing:
            having = (*having, Having("margin", "<", Decimal(0)))
        if self.verdict and self.host.desk.scope.view != "difference":
            having = (*having, Having("verdict", "=", self.verdict))
        sort = (Sort("margin", ascending=True),)
        return self._slice(("customer",), MEASURES, having=having, sort=sort, top=self.top_count or None)

    def _slice(self, by: tuple[str, ...], measures: tuple[str, ...], **changes: Any) -> Slice:
        """A slice over the shared scope, narrowed to what the screen was opened for."""
        desk = self.host.desk
        if self.only is not None:
            whole = "month" in by  # trends reach beyond the one month that was opened
            own = (condition for condition in self.only[1] if not (whole and condition.dimension == "age"))
            changes["where"] = desk.narrowed(*own)
            changes.setdefault("range", self.only[2] or desk.scope.range)
        return desk.slice(by, measures, **changes)

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The totals, the list, then the months behind the sparklines."""
        desk = self.host.desk
        wanted = {
            "now": self._slice((), ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")),
            "customers": self.view(),
        }
        if "customers" in tables or desk.few_customers:
            if not cost_only(tables.get("now"), desk) and tables and desk.scope.view != "difference":
                wanted["verdicts"] = self._slice(("customer",), VERDICT)
            months = desk.months_back(MONTHS)
            wanted["months"] = self._slice(("customer", "month"), ("margin",), range=months)
        return wanted

    def show(self, tables: Tables) -> None:
        """Fill the grid; when only the months are new, repaint what they are shown in."""
        table = tables.get("customers")
        if table is None:
            return
        if table is self.shown:
            if self._judge(tables.get("verdicts")):
                self.list.refresh_columns("verdict")
            if "months" in tables and not same(self.months, tables["months"]):
                self._trends(tables["months"])
                self.list.refresh_columns("trend", "since")
            return
        self.shown = table
        self.cost_only = cost_only(tables.get("now"), self.host.desk)
        self.rows, self.total = rows_of(table)
        months = tables.get("months", self.months)
        if self.host.desk.settling and "months" not in tables:
            self.months = None
            for row in self.rows:
                row.since = "" if row.others else SIGN
        elif months is not None:
            self._trends(months)
        self.judged = None
        self._judge(tables.get("verdicts"))
        self.list.empty_text = self._nothing()
        self.empty.show_for(tables.get("now"), self.host.desk)
        show(self.list, not self.empty.display)
        self.list.set_rows(self.rows, self.total)

    def _trends(self, months: Table) -> None:
        self.months = months
        lines = trends(months)
        since = streaks(months, lines)
        for row in self.rows:
            if not row.others:
                row.trend = lines.get(row.key, ())
                row.since = since.get(row.key, "")

    def _judge(self, table: Table | None) -> bool:
        """Give every row its verdict; False when there is nothing new."""
        if table is None or table is self.judged:
            return False
        self.judged = table
        at = table.column("verdict")
        words = {row.key[0]: str(row.values[at] or "") for row in table.rows if not row.others}
        for row in self.rows:
            row.verdict = "" if row.special else words.get(row.key, "")
        return True

    def _nothing(self) -> str:
        if self.verdict:
            return f"Nobody with the verdict {self.verdict!r} here. Press V for the next one."
        if self.losing:
            return "Nobody loses money in this period. Press a to see all customers."
        return "No customers in this period. Press [ for an earlier one."

    def adopt(self, asked: Slice) -> bool:
        """Losing, verdict and top of a saved slice."""
        kept = self.losing, self.verdict, self.top_count
        self.losing = Having("margin", "<", Decimal(0)) in asked.having
        words = [str(one.value) for one in asked.having if one.measure == "verdict"]
        self.verdict = words[0] if len(words) == 1 and words[0] in VERDICTS else ""
        self.top_count = asked.top or 0
        if self.top_count in TOPS and super().adopt(asked):
            return True
        self.losing, self.verdict, self.top_count = kept
        return False

    def remember(self, state: AppState) -> None:
        """The toggle and the length of the list, too."""
        super().remember(state)
        state.losing, state.top = self.losing, self.top_count

    def crumbs(self) -> list[str]:
        """What the list is narrowed to."""
        what = "loss-making" if self.losing else "all"
        if self.verdict:
            what = f"{what}, {self.verdict}" if self.losing else self.verdict
        if self.only is not None:
            return [*self.only[0], what] if what != "all" else list(self.only[0])
        return [self.TITLE, f"{what}, top {self.top_count}" if self.top_count else what]

    def explained(self) -> tuple[Slice, str | None, str] | None:
        """The figure under the cursor."""
        return explained_row(self.list, self.view())

    # --- columns --------------------------------------------------------------------------

    def columns_for(self, width: int) -> Sequence[Column[MoneyRow]]:
        """More columns with more room; the loss bar takes what is left."""
        wide, huge = width >= 110, width >= 160
        longest = max((len(row.label) for row in self.rows), default=12)
        name = max(12, min(longest, 40 if huge else 28 if wide else 22))

        def money(measure: str, title: str, *, signed: bool = False) -> Column[MoneyRow]:
            size = money_width(self.rows, self.total, measure, 7)
            return money_column(measure, title, size, signed=signed)

        if self.cost_only:
            shared = share_column("cost", lambda: self.total)
            costs = [money("cost", "Cost"), money("direct_cost", "Direct"), money("shared_cost", "Shared")]
            ai = percent_column("ai_share", "AI%", 4, digits=0, signed=False)
            return [name_column("Customer", name), *costs, ai, shared]
        columns = [name_column("Customer", name), money("revenue", "Revenue"), money("cost", "Cost")]
        if huge:
            columns += [money("direct_cost", "Direct"), money("shared_cost", "Shared")]
        columns += [money("margin", "Margin", signed=True), percent_column("margin_pct", "%")]
        columns.append(percent_column("ai_share", "AI%", 4, digits=0, signed=False))
        if wide:
            columns.append(since_column())
        columns.append(verdict_column(words=wide))
        columns.append(spark_column("trend", MONTHS // 2, self.host.charts))
        columns.append(
            bar_column("loss" if self.losing else "margin", 8, 60 if huge else 40, lambda: not self.losing)
        )
        return columns

    # --- keys -----------------------------------------------------------------------------

    def action_losing(self) -> None:
        """All customers, or only the losing ones."""
        self.losing = not self.losing
        self.forget()
        self.host.load(self)

    def action_verdict(self) -> None:
        """Everybody, or those of one verdict."""
        words = ("", *VERDICTS)
        self.verdict = words[(words.index(self.verdict) + 1) % len(words)]
        self.forget()
        self.host.load(self)
        meaning = {LOSES: "below zero however shared cost is spread", SAFE: "above zero whatever the way"}
        self.say(f"{self.verdict or 'all verdicts'}: {meaning.get(self.verdict, 'by the way it is spread')}")

    def action_top(self) -> None:
        """The next length of the list."""
        self.top_count = TOPS[(TOPS.index(self.top_count) + 1) % len(TOPS)]
        self.forget()
        self.host.load(self)

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Drill into a customer, or say what the row is."""
        row = message.row
        if row.others:
            self.say("the customers beyond the top: press t for more")
        elif row.key is None:
            self.say("cost that no link gives to a customer: press 6 for the links")
        else:
            self.host.drill("customer", row.key)
