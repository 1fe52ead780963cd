"""``digest``: the week in one text, by the numbers of reports and of the last check; it judges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from turbofinops_tui.actions.watching import Watcher, span
from turbofinops_tui.economics import watch
from turbofinops_tui.economics.money import Money, Ratio, rounded_text
from turbofinops_tui.economics.periods import Days, day_text
from turbofinops_tui.economics.shown import percent_parts
from turbofinops_tui.economics.types import Slice, Table

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

LOSERS = 10
OWN_ACTIONS = ("check", "alert", "alert again", "withdraw alert", "notify")
"""actions of checks themselves: the digest tells them in their own section"""


@dataclass(slots=True)
class Digest:
    """Titles and lines, ready to be laid out; ``day`` follows the days that it is about."""

    title: str
    day: int
    sections: list[tuple[str, list[str]]] = field(default_factory=list)

    def markdown(self) -> str:
        """The text as Markdown."""
        parts = [f"# {self.title}"]
        for title, lines in self.sections:
            parts.append(f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines))
        return "\n\n".join(parts)

    def plain(self) -> str:
        """The text for a terminal or a message."""
        parts = [self.title]
        for title, lines in self.sections:
            parts.append("\n".join([f"{title}:", *(f"  {line}" for line in lines)]))
        return "\n\n".join(parts)


def digest(session: Session) -> Digest:
    """The week that ``check`` would judge; where it would refuse, the last seven days, and that is said."""
    from turbofinops_tui.actions.reports import Reports

    watcher = Watcher(Reports(session))
    judged = watch.judged_days(watcher.sources(), watcher.today, watcher.settings.check_late_days)
    days = judged.days or Days(watcher.today - watch.WINDOW, watcher.today)
    found = Digest(f"TurboFinOps, {day_text(days.start)} to {day_text(days.end - 1)} UTC", days.end)
    found.sections.append(("Margin", _margin(watcher, days, judged)))
    found.sections.append(("Losing money", _losers(watcher, days)))
    found.sections.append(("Crossed a floor", _crossings(session, days)))
    found.sections.append(("Coverage", [_coverage(watcher, days)]))
    found.sections.append(("Score", [_score(session, days)]))
    found.sections.append(("What changed", _changed(session, watcher.today)))
    return found


def _ask(watcher: Watcher, days: Days, measures: tuple[str, ...], by: tuple[str, ...] = ()) -> Table:
    return watcher.reports.table(Slice(by, measures, span(days)))


def _text(value: object) -> str:
    return (
        f"{rounded_text(value.units, value.currency)} {value.currency}"
        if isinstance(value, Money)
        else "none"
    )


def _margin(watcher: Watcher, days: Days, judged: watch.Judged) -> list[str]:
    measures = ("revenue", "cost", "margin", "margin_pct")
    now = _ask(watcher, days, measures)
    before = _ask(watcher, Days(days.start - watch.WINDOW, days.start), measures)
    lines = []
    for place, name in enumerate(measures[:3]):
        new, old = now.totals[0].values[place], before.totals[0].values[place]
        lines.append(f"{name} {_text(new)}, the week before {_text(old)}")
    shares = [
        value.text(1) + " %" if isinstance(value := t.totals[0].values[3], Ratio) else "none"
        for t in (now, before)
    ]
    lines.append(f"margin percent {shares[0]}, the week before {shares[1]}")
    if judged.days is None:
        lines.append("not complete: a source is missing, these figures will change")
    elif any(state.state == "provisional" for state in now.states):
        lines.append("provisional: days of it may still be restated")
    return lines + [f"not judged: {item.source} {item.reason}" for item in judged.late]


def _losers(watcher: Watcher, days: Days) -> list[str]:
    week = watcher.week(days, ("customer",))
    losing = sorted(
        (figures.margin, key, figures)
        for (by, key), figures in week.figures.items()
        if by == "customer" and figures.margin < 0
    )
    lines = []
    for margin, key, figures in losing[:LOSERS]:
        share = f" ({Ratio(margin, figures.revenue).text(1)} %)" if figures.revenue > 0 else ", no revenue"
        lines.append(f"{key} {rounded_text(margin, watcher.currency)} {watcher.currency}{share}")
    if len(losing) > LOSERS:
        rest = sum(item[0] for item in losing[LOSERS:])
        lines.append(f"and {len(losing) - LOSERS:,} more, {rounded_text(rest, watcher.currency)} together")
    if week.left_out:
        lines.append(f"{len(week.left_out):,} customers are not judged (unbilled usage, or no exchange rate)")
    return lines or ["nobody"]


def _crossings(session: Session, days: Days) -> list[str]:
    from turbofinops_tui.files.watch_forms import alert_text, causes_text, withdrawn_text
    from turbofinops_tui.store.watch import load_alerts

    with session.own.read() as conn:
        alerts = load_alerts(conn, days.end - watch.WINDOW + 1, days.end + 1)
    lines = []
    for alert in alerts:
        if alert.withdrawn_at:
            lines.append(withdrawn_text(alert))
        else:
            why = causes_text(alert)
            lines.append(alert_text(alert) + (f"; because: {why}" if why else ""))
    return lines or ["nothing did"]


def _coverage(watcher: Watcher, days: Days) -> str:
    table = _ask(watcher, days, ("direct_cost", "shared_cost", "cost"))
    direct, shared, cost = (
        value.units if isinstance(value, Money) else 0 for value in table.totals[0].values
    )
    if cost <= 0:
        return "no cost"
    parts = percent_parts((direct, shared, cost - direct - shared))
    text = f"{parts[0]} % direct, {parts[1]} % shared, {parts[2]} % unattributed"
    return f"{text} ({rounded_text(cost - direct - shared, watcher.currency)} {watcher.currency})"


def _score(session: Session, days: Days) -> str:
    from turbofinops_tui.store.watch import load_scores

    with session.own.read() as conn:
        scores = load_scores(conn, days.end - 5 * watch.WINDOW, days.end + 1, "")
    if not scores:
        return "none yet: `turbofinops check` judges and stores it"
    trend = [scores[-1], *(s for s in reversed(scores) if s.day <= scores[-1].day - watch.WINDOW)]
    text = f"{Ratio(trend[0].healthy, trend[0].revenue).text(1)} of 100"
    if len(trend) > 1:
        text += f", {Ratio(trend[1].healthy, trend[1].revenue).text(1)} on {day_text(trend[1].day - 1)}"
    return f"{text}: the share of revenue from healthy customers"


def _changed(session: Session, today: int) -> list[str]:
    """Actions of the last seven days by kind, the most frequent first."""
    from turbofinops_tui.store.audit import rows

    since = day_text(today - watch.WINDOW)
    with session.store.read() as conn:
        counted = Counter(
            row.action for row in rows(conn) if row.at >= since and row.action not in OWN_ACTIONS
        )
    order = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [f"{action}: {count:,}" for action, count in order] or ["nothing"]
