"""Links: the rules in order, what they match, whom they give to, and the dollars they move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions.drafts import Edit
from turbofinops_tui.actions.rules_view import (
    Change,
    RuleLine,
    lines_of_view,
    move,
    remove,
    switch,
)
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.widgets.empty import show
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel, Span
from turbofinops_tui.widgets.paint import Lines, Spans

_EMPTY: tuple[tuple[Spans, str], ...] = (
    ((), ""),
    (((" No links yet", "strong"), ("   all cost is unattributed", "muted")), ""),
    ((), ""),
    (((" A link says which cost belongs to whom. Most bills name the customer in a tag:", ""),), ""),
    ((), ""),
    (((" turbofinops links add --kind tag --match 'tag:customer=*' --customer '{value}'", "accent"),), ""),
    ((), ""),
    (((" Which tags do the bills carry?  ", ""), ("turbofinops report unattributed", "accent")), ""),
)


class LinksScreen(Frame):
    """Key 6."""

    ID = "links"
    TITLE = "Links"
    BINDINGS = bindings("links")

    def __init__(self) -> None:
        super().__init__()
        model: GridModel[RuleLine] = GridModel(
            lambda line: (line.section, line.id), lambda line: f"{line.id} {line.match} {line.target}"
        )
        self.list = Grid(model, self.columns_for, id="rules")
        self.hint = Lines(id="empty", height=len(_EMPTY))
        self.hint.set_lines(_EMPTY)

    def body(self) -> Iterable[Widget]:
        """One grid, or how to begin."""
        self.hint.display = False
        yield self.list
        yield self.hint

    # --- data -----------------------------------------------------------------------------

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """The totals of the header strip."""
        measures = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct")
        return {"now": self.host.desk.slice((), measures)}

    def gather(self, session: Any, reports: Any) -> list[RuleLine]:
        """The rules with their dollars (in the thread)."""
        scope = self.host.desk.slice((), ("cost",))
        return lines_of_view(session, reports, scope)

    def take(self, data: Any) -> None:
        """Show the rules."""
        lines: list[RuleLine] = data
        some = any(line.gone is not None for line in lines)
        show(self.hint, not some)
        show(self.list, some)
        self.list.set_rows(lines)
        self.refresh_frame()

    def crumbs(self) -> list[str]:
        """How many rules there are, and how many are off."""
        lines = self.list.model.rows
        off = sum(not line.enabled for line in lines)
        rules = sum(line.listed for line in lines)
        return [self.TITLE, f"{rules} rules, {off} off" if rules else "none"]

    # --- columns --------------------------------------------------------------------------

    def columns_for(self, width: int) -> Sequence[Column[RuleLine]]:
        """Place, kind, id, match, target, dates, dollars."""
        rows = self.list.model.rows
        wide = width >= 100
        name = max(8, min(max((len(line.id) for line in rows), default=8), 26 if wide else 14))
        match = max((len(line.match) for line in rows), default=20)
        target = max((len(line.target) for line in rows), default=10)
        columns = [
            Column[RuleLine]("kind", "Kind", 8, _kind),
            Column[RuleLine]("place", "#", 3, lambda line, _: ((str(line.place), _role(line)),), right=True),
            Column[RuleLine](
                "id", "Id", name, lambda line, _: ((line.id, _role(line)),), lambda line: line.id
            ),
            Column[RuleLine](
                "match", "Match", 16, lambda line, _: ((line.match, _role(line)),), elastic=min(match, 70)
            ),
            Column[RuleLine]("target", "Gives to", 12, _target, elastic=min(target + 2, 42)),
        ]
        if wide:
            columns.append(Column[RuleLine]("dates", "Applies", 26, lambda line, _: ((line.dates, "muted"),)))
        columns.append(Column[RuleLine]("on", "On", 3, _switch))
        columns.append(Column[RuleLine]("cost", "Cost", 10, _cost, _cost_key, _cost_exact, right=True))
        return columns

    # --- keys -----------------------------------------------------------------------------

    def action_edit_rule(self) -> None:
        """Open the editor on the rule under the cursor."""
        line = self.list.current
        if line is not None and not self._elsewhere():
            self.host.drill("rule_editor", line.rule)

    def action_new_rule(self) -> None:
        """Open the editor on a new rule."""
        from turbofinops_tui.actions.rule_form import blank

        if not self._elsewhere():
            self.host.drill("rule_editor", blank("tag"))

    def action_switch_rule(self) -> None:
        """Enable or disable."""
        line = self.list.current
        if line is None or self._elsewhere():
            return
        if not line.listed:
            self.say(
                f"this has no switch: {'e edits the keys' if line.gone is None else 'delete removes it'}"
            )
        elif self.host.desk.draft is not None:
            self.host.draft([Edit("disable" if line.enabled else "enable", line.section, line.id)])
        else:
            self.host.change(*switch(line))

    def action_remove_rule(self) -> None:
        """Take the rule out; undo brings it back."""
        line = self.list.current
        if line is None or self._elsewhere():
            return
        gone = line.gone
        if gone is None:
            self.say("the keys stay: e edits them")
        elif self.host.desk.draft is not None or not line.listed:
            self.host.draft([gone])
        else:
            self.host.change(*remove(line))

    def _elsewhere(self) -> bool:
        """True (and said) when a draft waits but the saved rules are listed: a change goes to the draft."""
        away = self.host.desk.draft is not None and self.host.desk.scope.view == "saved"
        if away:
            self.say("a draft waits and these are the saved rules: v shows the draft, W keeps it")
        return away

    def action_shift(self, step: int) -> None:
        """Earlier or later in its list."""
        line = self.list.current
        if line is None or self._elsewhere():
            return
        if not line.listed:
            self.say("identities, trace ids and keys have no order")
            return
        if self.list.model.sort_id or self.list.model.needle:
            self.say("the list is sorted or filtered: esc and ctrl+l show the rules in their order")
            return
        change = move(line, step)
        if change is None:
            self.say(f"{line.id} is the {'first' if step < 0 else 'last'} of its list")
        else:
            self._move(line, step, change)

    def _move(self, line: RuleLine, step: int, change: Change) -> None:
        if self.host.desk.draft is not None:
            self.host.draft([Edit("move", line.section, line.id, to=line.place + step)])
        else:
            self.host.change(*change)

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """The whole rule in one line."""
        line = message.row
        state = "" if line.enabled else " · off"
        self.say(f"{line.id}: {line.match} → {line.target} · {line.dates}{state}", "text")


def _role(line: RuleLine) -> str:
    return "" if line.enabled else "muted"


def _kind(line: RuleLine, _: int) -> Sequence[Span]:
    return ((line.kind, "accent" if line.enabled else "muted"),)


def _target(line: RuleLine, _: int) -> Sequence[Span]:
    return ((f"→ {line.target}" if line.target else "→ nobody", _role(line)),)


def _switch(line: RuleLine, _: int) -> Sequence[Span]:
    return (("on" if line.enabled else "off", "gain" if line.enabled else "warn"),)


def _cost(line: RuleLine, _: int) -> Sequence[Span]:
    return ((money_text(line.cost, 0) if line.cost is not None else "—", "" if line.cost else "muted"),)


def _cost_key(line: RuleLine) -> int | None:
    return None if line.cost is None else line.cost.units


def _cost_exact(line: RuleLine) -> str:
    return "" if line.cost is None else line.cost.text()
