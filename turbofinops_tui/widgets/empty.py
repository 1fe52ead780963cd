"""Empty states that teach: what to press or type when there is nothing to show yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from turbofinops_tui.economics.types import Table
from turbofinops_tui.widgets.header_text import total_units
from turbofinops_tui.widgets.paint import Lines, Spans

if TYPE_CHECKING:
    from turbofinops_tui.actions.screens_data import Desk

NO_DATA: tuple[tuple[Spans, str], ...] = (
    ((), ""),
    (((" No data yet", "strong"),), ""),
    ((), ""),
    (((" c", "key"), ("  connect an account: AWS, Google Cloud, Azure, Stripe, AI providers", "")), ""),
    (((" d", "key"), ("  open the demo: a business of a few hundred customers over 18 months", "")), ""),
    ((), ""),
    (((" Or bring files, from a shell; this screen follows:", ""),), ""),
    ((), ""),
    (((" turbofinops import focus FILE... --source aws", "accent"), ("     a cloud bill", "muted")), ""),
    (
        ((" turbofinops import stripe-events FILE", "accent"), ("             what customers pay", "muted")),
        "",
    ),
    (
        (
            (" turbofinops import revenue FILE --source crm", "accent"),
            ("      the same from any system", "muted"),
        ),
        "",
    ),
    ((), ""),
    (((" ctrl+l", "key"), ("  look again          ", ""), ("?", "key"), ("  help", "")), ""),
)


class EmptyState(Lines):
    """Takes the place of a screen's body while the store has neither revenue nor cost."""

    def __init__(self) -> None:
        super().__init__(id="empty", height=len(NO_DATA))
        self.display = False
        self.set_lines(NO_DATA)

    def show_for(self, now: Table | None, desk: Desk) -> None:
        """Appear when ``now`` is known and nothing was ever delivered."""
        show(self, now is not None and not desk.age_text)


def show(widget: Widget, wanted: bool) -> None:
    """Show or hide ``widget``; nothing is laid out again when it is so already."""
    if widget.display is not wanted:
        widget.display = wanted


class CostOnlyBar(Lines):
    """One line on every money screen while there is cost and no revenue: what is missing, and the key."""

    def __init__(self) -> None:
        super().__init__(id="cost-only")
        self.display = False

    def show_for(self, wanted: bool, key: str) -> None:
        """Appear when wanted; ``key`` adds revenue."""
        if wanted and not self.display:
            told: Spans = ((" COST ONLY ", "tab"), (" no revenue yet, so no margins   ", "text"))
            self.set_lines([((*told, (key, "key"), (" adds it: Stripe or a CSV file", "text")), "strip")])
        show(self, wanted)


NO_REVENUE = "what customers pay is not known yet"
"""said where revenue would stand"""


def cost_only(now: Table | None, desk: Desk) -> bool:
    """True when there is cost and no revenue at all: a state of its own, not columns of dashes.

    A period or a customer without revenue, in books that have some, is a loss like any other.
    """
    if now is None or now.slice.view == "difference" or desk.no_revenue is False:
        return False
    return not total_units(now, "revenue") and bool(total_units(now, "cost"))
