"""What a rule would do, in lines: matched, placed, who turns, from whom to whom, coverage."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from turbofinops_tui.economics.consequences import Difference, Flip, Moved
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.widgets.draft_bar import difference_spans
from turbofinops_tui.widgets.paint import Span, Spans, fit

if TYPE_CHECKING:
    from turbofinops_tui.actions.rule_form import Preview

Line = tuple[Spans, str]


def lines_of(found: Preview, period: str, drafted: int, width: int, height: int) -> list[Line]:
    """As many lines as fit into ``height``; the summary first, then who turns, then what moves."""
    difference = found.difference
    if difference is None:
        return [(((" no consequences: ", "muted"), (found.refused, "error")), "")]
    matched = f"{found.matched:,} of {found.dimensions:,} dimensions"
    first: list[Span] = [(" matches ", "muted"), (matched, "strong" if found.matched else "warn")]
    if not found.of_cost:
        first = [(" says how values, usage and revenue are read; it matches no cost itself", "muted")]
    if found.placed is not None:
        first += [("  places ", "muted"), (money_text(found.placed, 0), "strong"), (f" in {period}", "muted")]
    lines: list[Line] = [(first, ""), (difference_spans(difference, width >= 70), "")]
    if drafted:
        lines.append(((((f" with the {drafted} in the draft, against the saved rules"), "muted"),), ""))
    lines.append(((), ""))
    details = _details(difference, width)
    room = height - len(lines)
    if len(details) > room:
        left = len(details) - room + 1
        details = [*details[: max(0, room - 1)], (((f" and {left:,} more", "muted"),), "")]
    return [*lines, *details]


def _details(found: Difference, width: int) -> list[Line]:
    notes: list[Line] = [
        (((f" {line}", "warn"),), "")
        for note in found.notes
        for line in textwrap.wrap(note, max(20, width - 2))
    ]
    if found.empty:
        return [(((" no number changes", "muted"),), ""), *notes]
    return [
        *notes,
        *(_flip(flip, width) for flip in found.flips),
        *(_flip(replace(flip, key=f"cohort {flip.key}"), width) for flip in found.cohorts),
        *(_moved(item, width) for item in found.moved),
    ]


def _flip(flip: Flip, width: int) -> Line:
    losing = flip.now.units < 0
    sign, word, role = ("▼", "to loss", "loss") if losing else ("▲", "to profit", "gain")
    name = fit(flip.key, max(8, min(30, width - 40)))
    amounts = f"{money_text(flip.was, 0):>10} → {money_text(flip.now, 0):>10}"
    return ((f" {sign} ", role), (name, ""), (amounts, role), (f"  {word}", role)), ""


def _moved(item: Moved, width: int) -> Line:
    each = max(8, min(26, (width - 20) // 2))
    source, target = (fit(name or "(unattributed)", each) for name in (item.source, item.target))
    cost = f"{money_text(item.cost, 0):>11}"
    return ((("   "), ""), (source, "muted"), (" → ", "rule"), (target, ""), (cost, "strong")), ""
