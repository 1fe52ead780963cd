"""A waterfall: from one margin to the next, one bar a cause, each beginning where the last one ended.

Lines lie: a cause a row, its name and its signed amount before the bar, so that nothing hangs on colour. The
causes that do not fit are one row. plotext is imported when the first chart is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.charts.trend import spans_of, tick_text
from turbofinops_tui.widgets.paint import Painted, Span, Spans, fit

_WHOLE, _GOOD, _BAD = 1, 3, 4
"""plotext colour numbers of the roles line, good_bar and bar"""
LEAST = 5
"""rows of the smallest waterfall: two ends, two causes, the axis"""
AMOUNT = 9
TINY = 200
"""a step this many times smaller than the largest is shown with the others"""
Step = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What it shows: where it starts, every cause in order, where it ends; store units of one currency."""

    start: Step
    steps: tuple[Step, ...]
    end: Step
    currency: str


class WaterfallChart(Painted):
    """A waterfall that fills its widget; empty until it is given data."""

    DEFAULT_CSS = "WaterfallChart { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.data: Waterfall | None = None
        self._drawn: tuple[Waterfall, tuple[int, int]] | None = None
        self._lines: list[Spans] = []

    def set_data(self, data: Waterfall) -> None:
        """Show ``data``."""
        if data != self.data:
            self.data = data
            self.refresh()

    def line(self, y: int) -> tuple[Spans, str]:
        """The chart's line ``y``, drawn anew when data or size changed."""
        data, size = self.data, (self.size.width, self.size.height)
        if data is None or size[0] < 40 or size[1] < LEAST:
            return (), ""
        if self._drawn != (data, size):
            self._lines = list(draw(data, *size))
            self._drawn = (data, size)
        return (self._lines[y], "") if y < len(self._lines) else ((), "")


def fitted(steps: Sequence[Step], most: int) -> list[Step]:
    """At most ``most`` steps in their order: the largest, and all others as one (their sum is kept).

    Steps too small for a cell are among the others, unless there is one of them alone.
    """
    least = max((abs(units) for _, units in steps), default=0) // TINY
    seen = sum(abs(units) > least for _, units in steps)
    room = len(steps) if len(steps) - seen < 2 else seen + 1
    if len(steps) <= min(most, room):
        return list(steps)
    most = min(most, room)
    largest = sorted(range(len(steps)), key=lambda at: -abs(steps[at][1]))[: max(0, most - 1)]
    kept = [steps[at] for at in sorted(largest)]
    rest = sum(units for _, units in steps) - sum(units for _, units in kept)
    return [*kept, (f"({len(steps) - len(kept)} others)", rest)]


def draw(data: Waterfall, width: int, height: int) -> list[list[Span]]:
    """``data`` as painted lines of ``width`` x ``height`` cells."""
    import plotext  # type: ignore[import-untyped]  # 30 ms: never before first paint

    rows = _rows(data, height - 1)
    names = max(10, min(max(len(name) for name, _, _, _ in rows), width // 2 - AMOUNT))
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, len(rows) + 1)
    low, high = _limits(rows)
    figure.ruler("x").lim(float(low), float(high))
    figure.ruler("y").lim(0.0, float(len(rows) - 1))
    labels = []
    for place, (name, first, last, amount) in enumerate(reversed(rows)):
        _bar(plotext, figure, place, (max(first, low), max(last, low)), place in (0, len(rows) - 1))
        labels.append(f" {fit(name, names)} {fit(amount, AMOUNT, 'right')} ")
    figure.ruler("y").ticks(list(range(len(rows))), labels)
    ticks = _ticks(low, high, max(2, (width - names - AMOUNT) // 12))
    figure.ruler("x").ticks(ticks, [tick_text(tick, data.currency) for tick in ticks])
    for axis, side in (("x", 0), ("x", 1), ("y", 0), ("y", 1)):
        figure.axes(False, axis=axis, side=side)
    return [spans_of(line) for line in figure.build().string().rstrip("\n").split("\n")[:height]]


_Row = tuple[str, int, int, str]
"""name, where its bar begins and ends, its amount as text"""


def _rows(data: Waterfall, most: int) -> list[_Row]:
    rows: list[_Row] = [(safe(data.start[0]), 0, data.start[1], tick_text(data.start[1], data.currency))]
    at = data.start[1]
    for name, units in fitted(data.steps, most - 2):
        text = tick_text(units, data.currency)
        sign = "+" if units > 0 and not text.startswith("<") else ""
        rows.append((safe(name), at, at + units, sign + text))
        at += units
    return [*rows, (safe(data.end[0]), 0, data.end[1], tick_text(data.end[1], data.currency))]


def _limits(rows: Sequence[_Row]) -> tuple[int, int]:
    """(low, high): from zero, or from a point below the smallest end where zero would flatten the steps."""
    ends = [end for row in rows[1:-1] for end in row[1:3]] + [rows[0][2], rows[-1][2]]
    low, high = min(ends), max(ends)
    if low > 0 and high - low < high // 2:
        low -= max(1, (high - low) // 4)
    else:
        low = min(0, low)
    return low, max(high, low + 1)


def _bar(plotext: Any, figure: Any, place: int, ends: tuple[int, int], whole: bool) -> None:
    slot = _WHOLE if whole else _GOOD if ends[1] >= ends[0] else _BAD
    marker = plotext.marker("█" if whole else "▓" if ends[1] >= ends[0] else "▒", slot)
    figure.draw(figure.segment([float(ends[0]), float(ends[1])], [place, place], marker=marker))


def _ticks(low: int, high: int, count: int) -> list[int]:
    step = max(1, -(-(high - low) // count))
    power = 10 ** (len(str(step)) - 1)
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step)
    return list(range(-(-low // step) * step, high + 1, step))
