"""``--period``: rows of other billing periods are refused, the first one named."""

from __future__ import annotations

from turbofinops_tui.economics.periods import month_of_day, month_text
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.values import parse_day, parse_period
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.parts import Problem
from turbofinops_tui.sync.rollup.run import Delivered, bad_row


def check_period(engine: Engine, done: Delivered, month: int, limits: Limits) -> None:
    """DataError naming the first row whose billing period is not ``month``."""
    if all(period.period == month for period in done.rollup.periods):
        return
    message, hint = (
        f"{{text}} is not in {month_text(month)}",
        "import other periods without --period, or split the file",
    )
    for number, read in enumerate(done.files):
        rows = engine.run("SELECT DISTINCT period, day FROM part WHERE file = ?", [number])
        periods = {period for period, _ in rows if period and parse_period(period) != month}
        days = {day for period, day in rows if not period and month_of_day(parse_day(day) or 0) != month}
        problems = [
            Problem(name, tuple(sorted(texts)), message, hint)
            for name, texts in (("period", periods), ("day", days))
            if texts
        ]
        if problems:
            raise bad_row(engine, read.file, read.layout, problems, limits, limits.field)
    raise DataError(f"rows lie outside {month_text(month)}", hint)
