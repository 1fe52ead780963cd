"""Day states of cost sources: what is missing, what may still be restated (numbers.md 3)."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.economics.ai_names import AI_PROVIDERS
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.priced import EXPORT
from turbofinops_tui.economics.patterns import pattern
from turbofinops_tui.economics.periods import Days, month_of_day, month_start
from turbofinops_tui.economics.types import Condition, SourceState


def states(books: FactBooks, days: Days, today: int, where: Sequence[Condition]) -> tuple[SourceState, ...]:
    """Missing and provisional days of every cost source inside ``days``, in order of source."""
    last: dict[str, int] = {}
    final: dict[str, int] = {}
    priced: dict[str, Days] = {}
    for batch in books.batches:
        if batch.export == EXPORT and batch.id < 0 and batch.first_day is not None:
            held = priced.get(batch.source, Days(batch.first_day, batch.first_day))
            priced[batch.source] = Days(held.start, batch.last_day + 1 if batch.last_day else held.end)
            continue  # it ends where the bill has come: nothing of it is missing
        for day in (batch.last_day, None if batch.delivered_until is None else batch.delivered_until - 1):
            if day is not None:
                last[batch.source] = max(last.get(batch.source, day), day)
        if batch.final_until is not None:
            final[batch.source] = max(final.get(batch.source, batch.final_until), batch.final_until)
    for source, day in books.facts.once("days of revenue", lambda: _revenue_days(books)).items():
        if source in last:  # fees come with revenue: a day with a payment is a delivered one
            last[source] = max(last[source], day)
    lags = delays(books)
    found: list[SourceState] = []
    for source in sorted(last, key=str.encode):
        if _asked(source, where):
            watermark = last[source] - lags.get(source, dict(books.settings.lag_days).get("cloud", 2))
            # the first month that is not final yet: today lies before its end plus the days that make it
            # final; a source that says it itself knows better
            month = month_of_day(today - books.settings.final_after_days)
            found += _of_source(source, watermark, days, today, final.get(source, month_start(month)))
    for source, held in sorted(priced.items(), key=lambda item: item[0].encode()):
        start, end = max(days.start, held.start), min(days.end, held.end, today + 1)
        if start < end and _asked(source, where):
            found.append(SourceState(source, start, end, "provisional"))
    return tuple(found)


def _revenue_days(books: FactBooks) -> dict[str, int]:
    """The last day on which each source told of revenue."""
    facts = books.revenue
    days = facts.columns.numbers["rate_day"]
    codes = facts.codes["source"]
    return {label: int(days[codes == code].max()) for code, label in enumerate(facts.labels["source"])}


def delays(books: FactBooks) -> dict[str, int]:
    """Days that each cost source takes to deliver (the setting ``lag_days`` of its kind)."""
    return books.facts.once("lags", lambda: _lags(books))


def _lags(books: FactBooks) -> dict[str, int]:
    """Days that each source's kind takes to deliver; the longest of its providers' kinds."""
    lag_days = dict(books.settings.lag_days)
    found: dict[str, int] = {}
    for dimension in books.dimensions:
        kind = "ai" if dimension.provider in AI_PROVIDERS else dimension.provider
        lag = lag_days.get(kind, lag_days.get("cloud", 2))
        found[dimension.source] = max(found.get(dimension.source, 0), lag)
    return found


def _asked(source: str, where: Sequence[Condition]) -> bool:
    own = [condition for condition in where if condition.dimension == "source"]
    wanted = [condition for condition in own if not condition.negated]
    if wanted and not any(pattern(condition.pattern).matches(source) for condition in wanted):
        return False
    return not any(c.negated and pattern(c.pattern).matches(source) for c in own)


def _of_source(source: str, watermark: int, days: Days, today: int, open_from: int) -> list[SourceState]:
    found: list[SourceState] = []
    start, end = max(days.start, open_from), min(days.end, watermark + 1)
    if start < end:
        found.append(SourceState(source, start, end, "provisional"))
    start, end = max(days.start, watermark + 1), min(days.end, today + 1)
    if start < end:
        found.append(SourceState(source, start, end, "missing"))
    return found
