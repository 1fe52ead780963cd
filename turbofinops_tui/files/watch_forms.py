"""A check as JSON (interface.md) and as words for people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.money import Ratio, exact_text, rounded_text, to_units
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.watch import SEVERITY, WINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from turbofinops_tui.store.watch import Alert, Score

CAUSES_SHOWN = 3
MOST_TOLD = 20
"""crossings in one message"""


def percent(margin: int, revenue: int, digits: int = 4) -> str | None:
    """Margin percent as text; None without revenue."""
    return Ratio(margin, revenue).text(digits) if revenue > 0 else None


def alert_json(alert: Alert) -> dict[str, Any]:
    """One crossing as the document has it."""
    found: dict[str, Any] = {
        "by": alert.by,
        "key": alert.key,
        "was": alert.was,
        "now": alert.now,
        "since": day_text(alert.day - 1),
        "margin": exact_text(alert.margin, alert.currency),
        "margin_pct": percent(alert.margin, alert.revenue),
        "revenue": exact_text(alert.revenue, alert.currency),
        "cost": exact_text(alert.cost, alert.currency),
        "floor": alert.floor,
        "provisional": alert.provisional,
        "causes": [{"cause": cause, "amount": amount} for cause, amount in alert.causes],
    }
    if alert.withdrawn_at:
        found["withdrawn"] = {"at": alert.withdrawn_at, "cause": alert.withdrawn_why}
    return found


def score_json(score: Score | None) -> str | None:
    """A score as a decimal string; None where there is none."""
    return None if score is None else Ratio(score.healthy, score.revenue).text(4)


def alert_text(alert: Alert) -> str:
    """``cohort 2026-03: healthy -> unprofitable, margin -77.12 USD (-21.4 %, floor 0 %)...``."""
    share = percent(alert.margin, alert.revenue, 1)
    size = f"{share} %" if share is not None else "no revenue"
    money = f"{rounded_text(alert.margin, alert.currency)} {alert.currency}"
    sure = ", provisional" if alert.provisional else ""
    return (
        f"{alert.by} {alert.key}: {alert.was} -> {alert.now}, margin {money} ({size}, floor {alert.floor} %)"
        f" in the {WINDOW} days to {day_text(alert.day - 1)}{sure}"
    )


def causes_text(alert: Alert) -> str:
    """The largest causes of a crossing in one line; empty when none is known."""
    code = alert.currency
    shown = alert.causes[:CAUSES_SHOWN]
    told = [f"{cause} {rounded_text(to_units(Decimal(amount), code), code)}" for cause, amount in shown]
    more = len(alert.causes) - len(told)
    if not told:
        return ""
    return ", ".join(told) + (f" and {more} more" if more > 0 else "")


def withdrawn_text(alert: Alert) -> str:
    """What is said of a crossing that is there no more."""
    return f"withdrawn: {alert_text(alert)}; {alert.withdrawn_why}"


def message(alerts: Sequence[Alert], withdrawn: Sequence[Alert], notes: Sequence[str]) -> str:
    """The body of a notification: crossings with their causes, what is withdrawn, what was not judged."""
    lines: list[str] = []
    worst_first = sorted(alerts, key=lambda item: (-SEVERITY[item.now], item.margin, item.by, item.key))
    for alert in worst_first[:MOST_TOLD]:
        why = causes_text(alert)
        lines += [alert_text(alert), *([f"  because: {why}"] if why else [])]
    if len(alerts) > MOST_TOLD:
        lines.append(f"and {len(alerts) - MOST_TOLD:,} more: turbofinops check --format json")
    lines += [withdrawn_text(alert) for alert in withdrawn[:MOST_TOLD]]
    return "\n".join([*lines, *(f"note: {note}" for note in notes)])
