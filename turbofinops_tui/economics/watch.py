"""What ``check`` decides, pure: which days are judged, the state of a key, what is a crossing (numbers.md 5).

A state is that of seven days against two floors of margin percent. Only days are judged on which no material
source is missing, so that late cost never looks like profit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from turbofinops_tui.economics.money import Ratio, scale
from turbofinops_tui.economics.number_settings import NumberSettings
from turbofinops_tui.economics.periods import Days, day_text, month_days, month_of_day, month_start

State = Literal["healthy", "watch", "unprofitable"]
SEVERITY: dict[str, int] = {"healthy": 0, "watch": 1, "unprofitable": 2}
WINDOW = 7
"""days that are judged together"""
TRAILING = 28
"""days whose cost says which sources matter, and whose revenue weighs the score"""
YOUNG = 28
"""days during which a cohort or a customer is watched and raises no alert"""
MATERIAL = Fraction(1, 20)
BY = ("cohort", "customer", "feature")
"""what can be judged, in the order of the answer"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Revenue and cost of a key over the judged days, in store units of the reporting currency."""

    revenue: int = 0
    cost: int = 0

    @property
    def margin(self) -> int:
        """revenue - cost."""
        return self.revenue - self.cost

    def plus(self, other: Figures) -> Figures:
        """Both together."""
        return Figures(self.revenue + other.revenue, self.cost + other.cost)


@dataclass(frozen=True, slots=True)
class SourceDays:
    """A cost source: what it cost in the trailing days, and the first day it is missing (None: none)."""

    name: str
    cost: int
    missing_from: int | None
    events: bool = False
    """its cost comes with single events (fees of payments): a day without any is not a missing one"""


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A source whose days could not be judged, and why."""

    source: str
    reason: str
    holds: bool = False
    """material: it moves the window"""


@dataclass(frozen=True, slots=True)
class Judged:
    """The days to judge, None when none can be; ``ends_earlier``: days that late sources take away."""

    days: Days | None
    late: tuple[NotJudged, ...] = ()
    ends_earlier: int = 0


def judged_days(sources: Sequence[SourceDays], today: int, most_late: int) -> Judged:
    """The last seven days on which no material source is missing; none when they end too long ago.

    ``most_late`` counts days between the end of the window (its first day that is not judged) and today.
    """
    total = sum(source.cost for source in sources)
    if not any(source.cost for source in sources):
        reason = f"no source has cost in the {TRAILING} days before {day_text(today)}"
        return Judged(None, (NotJudged("(all)", reason, True),))
    end, late = today, []
    for source in sorted(sources, key=lambda item: item.name.encode()):
        if source.missing_from is None or source.missing_from >= today:
            continue
        share = Fraction(source.cost, total) if total > 0 else Fraction(1)
        holds = share >= MATERIAL and not source.events
        late.append(NotJudged(source.name, _late_text(source, today, share, holds), holds))
        end = min(end, source.missing_from) if holds else end
    if today - end > most_late:
        kept = tuple(
            item for item in late if item.holds and _missing(sources, item.source) < today - most_late
        )
        return Judged(None, kept, today - end)
    return Judged(Days(end - WINDOW, end), tuple(late), today - end)


def _missing(sources: Sequence[SourceDays], name: str) -> int:
    return next(s.missing_from or 0 for s in sources if s.name == name)


def _late_text(source: SourceDays, today: int, share: Fraction, holds: bool) -> str:
    start = source.missing_from or 0
    days = today - start
    size = f"{Ratio(share.numerator, share.denominator).text(1)} % of cost"
    text = f"missing from {day_text(start)}, {days} day{'s' if days > 1 else ''} ({size})"
    return text if holds else f"{text}, not material: judged without"


# --- states -------------------------------------------------------------------------------------


def state_of(figures: Figures, settings: NumberSettings) -> State:
    """The state of a key by its margin percent; without revenue a loss is ``unprofitable``."""
    if figures.revenue <= 0:
        return "unprofitable" if figures.margin < 0 else "healthy"
    percent = Fraction(figures.margin * 100, figures.revenue)
    if percent < Fraction(settings.unprofitable_floor):
        return "unprofitable"
    return "watch" if percent < Fraction(settings.watch_floor) else "healthy"


def counts(figures: Figures, settings: NumberSettings, currency: str) -> bool:
    """Whether a key is big enough to be judged: its revenue and its cost reach their minimum."""
    one = scale(currency)
    enough = figures.cost >= Fraction(settings.min_cost) * one
    return enough and (not settings.min_revenue or figures.revenue >= Fraction(settings.min_revenue) * one)


def floor_of(state: str, settings: NumberSettings) -> Decimal:
    """The floor under which a state lies."""
    return settings.unprofitable_floor if state == "unprofitable" else settings.watch_floor


def worsened(was: str | None, now: str) -> bool:
    """Whether this is a crossing; the first state of a key is none."""
    return was is not None and SEVERITY[now] > SEVERITY[was]


def worst(states: Iterable[str]) -> str:
    """The worst of some states; healthy where there is none."""
    return max(states, key=lambda state: SEVERITY[state], default="healthy")


def is_young(first_day: int | None, end: int) -> bool:
    """Whether what began on ``first_day`` is younger than 28 days when the judged days end."""
    return first_day is not None and end - first_day < YOUNG


# --- causes -------------------------------------------------------------------------------------

Parts = Mapping[str, int]
"""what a margin is made of: ``revenue`` and ``cost of PROVIDER``, each as it counts towards the margin"""


def changes(before: Parts, after: Parts) -> tuple[tuple[str, int], ...]:
    """What moved a margin from one to the other, the largest first; they add up to the difference."""
    moved = {name: after.get(name, 0) - before.get(name, 0) for name in {*before, *after}}
    kept = [(name, amount) for name, amount in moved.items() if amount]
    return tuple(sorted(kept, key=lambda item: (-abs(item[1]), item[0].encode())))


# --- sources with monthly dollars only ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """A delivered billing period of a source: the first and last day with cost, days final before."""

    source: str
    period: str
    first_day: int | None
    last_day: int | None
    final_until: int | None = None


def monthly_sources(periods: Iterable[Period], today: int) -> dict[str, list[Period]]:
    """Sources whose every delivered month has all its cost on one day, with their months in order."""
    found: dict[str, list[Period]] = {}
    daily: set[str] = set()
    for item in periods:
        if item.first_day is None or item.last_day is None:
            continue
        if item.first_day != item.last_day:
            daily.add(item.source)
        found.setdefault(item.source, []).append(item)
    kept = {}
    for source, items in found.items():
        months = sorted({month_of_day(item.first_day or 0) for item in items})
        running = month_start(months[0] + 1) > today
        if source not in daily and len(months) == len({i.first_day for i in items}) and not running:
            kept[source] = sorted(items, key=lambda item: item.first_day or 0)
    return kept


def last_final_month(periods: Sequence[Period], today: int, final_after: int) -> int | None:
    """The last month of a monthly source that is not restated any more; None while there is none."""
    months = []
    for item in periods:
        month = month_of_day(item.first_day or 0)
        end = month_start(month + 1)
        if end + final_after <= today or (item.final_until is not None and item.final_until >= end):
            months.append(month)
    return max(months, default=None)


def daily_share(month_cost: int, month: int, days: int) -> int:
    """What ``days`` days cost at the daily rate of a month, half-even at store scale."""
    return round(Fraction(month_cost * days, month_days(month)))
