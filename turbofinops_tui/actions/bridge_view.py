"""A bridge as its screen shows it: steps of the waterfall, and rows with amounts that add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.economics.bridge import Bridge, Cause
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range, day_text
from turbofinops_tui.economics.shown import money_text, shown_digits
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

Step = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a bridge is asked about: two ranges, or one range and the books that we knew; and options."""

    before: Range
    now: Range
    options: Slice
    since: str = ""
    """a books id or a date: then it is a bridge of knowledge on ``now``"""


def found(reports: Reports, asked: Asked) -> Bridge:
    """The bridge by customer (in a thread). Raises UsageError and NotFoundError as the bridges do."""
    from turbofinops_tui.actions.bridge import time_bridge
    from turbofinops_tui.actions.knowledge import knowledge_bridge

    if asked.since:
        return knowledge_bridge(reports, asked.since, "customer", Slice(range=asked.now))
    today = reports.session.clock.today()
    first, second = (_written(span, today) for span in (asked.before, asked.now))
    return time_bridge(reports, first, second, "customer", asked.options)


def _written(span: Range, today: int) -> str:
    """A range by its days: ``2026-10``, months ``A..B``, or days ``A..B``."""
    days = span.resolve(today)
    if days.whole_months():
        first, last = day_text(days.start)[:7], day_text(days.end - 1)[:7]
        return first if first == last else f"{first}..{last}"
    return f"{day_text(days.start)}..{day_text(days.end - 1)}"


def about(bridge: Bridge, customer: str | None, *, one: bool) -> Bridge:
    """The bridge of one customer alone when ``one`` (its margins begin at 0 in the sums of its causes)."""
    if not one:
        return bridge
    rows = bridge.of(customer)
    change = sum(row.units for row in rows)
    from dataclasses import replace

    return replace(bridge, rows=rows, margins=(0, change))


def carriers(bridge: Bridge, cause: str) -> tuple[Cause, ...]:
    """Who a cause moved, the largest first."""
    rows = [row for row in bridge.rows if row.cause == cause]
    return tuple(sorted(rows, key=lambda row: (-abs(row.units), row.key is None, row.key or "")))


def story(bridge: Bridge) -> str:
    """``2026-09 to 2026-10: margin +$9,143``."""
    return f"{bridge.ends[0]} to {bridge.ends[1]}: margin {signed(bridge.total, bridge.currency)}"


def signed(units: int, currency: str) -> str:
    """An amount with its sign, also when it is a gain."""
    text = money_text(Money(units, currency), shown_digits(units, currency))
    return f"+{text}" if units > 0 else text


def looked(reports: Reports, books: str, asked: Slice) -> Bridge | None:
    """What changed in the period since this user last looked; None when nothing did or nobody can say."""
    reports.refresh()
    if not books or books == reports.ids().whole:
        return None
    from turbofinops_tui.actions.knowledge import knowledge_bridge

    try:
        bridge = knowledge_bridge(reports, books, "customer", Slice(range=asked.range))
    except (NotFoundError, UsageError):
        return None  # another store, or a period that is not of whole months
    return bridge if bridge.rows else None


def looked_spans(bridge: Bridge, looked_at: str, key: str, width: int) -> list[tuple[str, str]]:
    """``Since you last looked (2026-11-20): margin -$12.40 · facts: delivery 4 -$2.31 · B shows all``."""
    code = bridge.currency
    role = "loss" if bridge.total < 0 else "gain"
    when = f" ({looked_at[:10]})" if looked_at else ""
    spans = [(f" Since you last looked{when}: ", "muted"), (f"margin {signed(bridge.total, code)}", role)]
    end = (f" · {key} shows all", "muted")
    room = width - sum(len(text) for text, _ in (*spans, end))
    for row in sorted(bridge.summed, key=lambda row: -abs(row.units)):
        text = f" · {row.cause} {signed(row.units, code)}"
        if len(text) <= room:
            spans.append((text, "text"))
            room -= len(text)
    return [*spans, end]
