"""Sources as the Connections screen shows them: deliveries, their age, rows, and the state of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from turbofinops_tui.actions.deliveries import list_deliveries
from turbofinops_tui.actions.screens_data import duration_text
from turbofinops_tui.economics.money import EXPONENTS, Money, parse_decimal, to_units
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.shown import SYMBOLS, money_text
from turbofinops_tui.economics.types import DayState, SourceState

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.delivery_figures import DeliveryLine


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source and export."""

    source: str
    export: str
    kind: str
    deliveries: int
    """that count"""
    lines: int
    age: str
    """since the newest of them"""
    periods: str
    total: str
    """exact totals by currency, largest first"""
    warnings: int
    first_warning: str


def source_lines(session: Session) -> list[SourceLine]:
    """Every source with a delivery that counts, in order of name."""
    groups: dict[tuple[str, str, str], list[DeliveryLine]] = {}
    for line in list_deliveries(session):
        item = line.delivery
        if item.state == "active":
            groups.setdefault((item.source, item.export, item.kind), []).append(line)
    return [_line(session, key, found) for key, found in sorted(groups.items())]


def _line(session: Session, key: tuple[str, str, str], found: list[DeliveryLine]) -> SourceLine:
    source, export, kind = key
    newest = max(line.delivery.received_at for line in found)
    warnings = [text for line in found for text in line.delivery.warnings]
    periods = sorted({period for line in found for period in line.periods})
    span = f"{periods[0]} .. {periods[-1]}" if len(periods) > 1 else "".join(periods)
    return SourceLine(
        source=source,
        export=export,
        kind=kind,
        deliveries=len(found),
        lines=sum(line.delivery.lines for line in found),
        age=_age(session, newest),
        periods=span,
        total=_totals(found),
        warnings=len(warnings),
        first_warning=warnings[0] if warnings else "",
    )


def _age(session: Session, at: str) -> str:
    then = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return duration_text(int((session.clock.now() - then).total_seconds()))


def _totals(found: list[DeliveryLine]) -> str:
    """Effective cost, or revenue, by currency: rounded for the eye."""
    sums: dict[str, Money] = {}
    for line in found:
        for (currency, measure), text in line.totals.items():
            if measure in ("effective", "revenue") and currency in EXPONENTS:
                amount = Money(to_units(parse_decimal(text), currency), currency)
                sums[currency] = sums[currency] + amount if currency in sums else amount
    parts = sorted(sums.values(), key=lambda amount: (-abs(amount.units), amount.currency))
    return " ".join(_named(amount) for amount in parts)


def _named(amount: Money) -> str:
    text = money_text(amount, 0)
    return text if amount.currency in SYMBOLS else f"{text} {amount.currency}"


def day_states(states: tuple[SourceState, ...], source: str, days: Days) -> list[DayState]:
    """The state of each day of ``days`` for one source; a day without a mark is final."""
    found: list[DayState] = ["final"] * len(days)
    for state in states:
        if state.source == source:
            for day in range(max(days.start, state.start), min(days.end, state.end)):
                found[day - days.start] = state.state
    return found
