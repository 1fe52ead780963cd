"""Revenue and cost over months as lines, margin as bars from zero, on plotext 6.

How plotext is used stands in canvas.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from turbofinops_tui.widgets.charts.canvas import AXIS, SLOT, even_step, finish, money_ticks, start
from turbofinops_tui.widgets.charts.canvas import spans_of as spans_of
from turbofinops_tui.widgets.charts.canvas import tick_text as tick_text
from turbofinops_tui.widgets.paint import Painted, Spans

_LINE, _LINE2, _GOOD, _BAD = SLOT["line"], SLOT["line2"], SLOT["good_bar"], SLOT["bar"]


@dataclass(frozen=True, slots=True)
class Trend:
    """What a trend chart shows: one entry per month; amounts in store units of one currency."""

    labels: tuple[str, ...]
    revenue: tuple[int | None, ...]
    cost: tuple[int | None, ...]
    margin: tuple[int | None, ...]
    currency: str
    bars: bool = True
    cost_only: bool = False
    """there is no revenue at all: its line and the margin say nothing"""


class TrendChart(Painted):
    """A trend chart that fills its widget; empty until it is given data."""

    DEFAULT_CSS = "TrendChart { height: 1fr; width: 1fr; }"

    def __init__(self, *, markers: str = "braille", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.trend: Trend | None = None
        self.markers = "braille" if markers == "braille" else "hd"
        self._drawn: tuple[Trend, tuple[int, int]] | None = None
        self._lines: list[Spans] = []

    def set_trend(self, trend: Trend) -> None:
        """Show ``trend``."""
        if trend != self.trend:
            self.trend = trend
            self.refresh()

    def line(self, y: int) -> tuple[Spans, str]:
        """The chart's line ``y``, drawn anew when data or size changed."""
        trend, size = self.trend, (self.size.width, self.size.height)
        if trend is None or size[0] < 20 or size[1] < 4 or len(trend.labels) < 2:
            return (), ""
        if self._drawn != (trend, size):
            self._lines = draw(trend, size[0], size[1], self.markers)
            self._drawn = (trend, size)
        return (self._lines[y], "") if y < len(self._lines) else ((), "")


def draw(trend: Trend, width: int, height: int, markers: str) -> list[Spans]:
    """``trend`` as painted lines of ``width`` x ``height`` cells."""
    plotext, figure = start(width, height)
    cells = max(2, width - AXIS)
    step, months = even_step(len(trend.labels), max(1, cells - 2 - NAME_CELLS))
    trend = last_months(trend, months)
    bars = trend.bars and height >= 10 and not trend.cost_only
    top, bottom = _limits(trend, bars)
    figure.ruler("y").lim(float(bottom), float(top))
    # The first month stands on the second cell, every other one `step` cells further: bars are even.
    left = -1 / step
    figure.ruler("x").lim(left, left + (cells - 1) / step)
    if bars:
        _bars(plotext, figure, trend.margin)
    for _, values, slot in _lines_of(trend):
        _line(plotext, figure, values, slot, markers)
    _names(plotext, figure, trend, (bottom, top), height, months - 1 + 2 / step)
    money_ticks(figure, bottom, top, height, trend.currency)
    every = max(1, -(-9 // step))
    places = list(range((months - 1) % every, months, every))
    figure.ruler("x").ticks(places, [trend.labels[place] for place in places])
    return finish(figure, height)


def last_months(trend: Trend, count: int) -> Trend:
    """The last ``count`` months of ``trend``."""
    return replace(
        trend, labels=trend.labels[-count:], revenue=trend.revenue[-count:], cost=trend.cost[-count:],
        margin=trend.margin[-count:],
    )  # fmt: skip


def _limits(trend: Trend, bars: bool) -> tuple[int, int]:
    """(top, bottom) of the canvas: from zero, or below it when something shown is."""
    shown = (trend.revenue, trend.cost, trend.margin) if bars else (trend.revenue, trend.cost)
    known = [value for row in shown for value in row if value is not None]
    bottom = min(0, min(known, default=0))
    top = max(known, default=1)
    return (top if top > bottom else bottom + 1), bottom


NAME_CELLS = 9
"""cells right of the last month, for the names of the lines"""


def _lines_of(trend: Trend) -> list[tuple[str, tuple[int | None, ...], int]]:
    """(name, values, colour) of each line, the one on top last."""
    lines = [("cost", trend.cost, _LINE2), ("revenue", trend.revenue, _LINE)]
    return lines[:1] if trend.cost_only else lines


def _bars(plotext: Any, figure: Any, margin: Sequence[int | None]) -> None:
    """One thin stem per month from zero: light enough to leave the lines readable."""
    for place, value in enumerate(margin):
        if value:
            marker = plotext.marker("┃", _GOOD if value > 0 else _BAD)
            figure.draw(figure.segment([place, place], [0.0, float(value)], marker=marker))


def _line(plotext: Any, figure: Any, values: Sequence[int | None], slot: int, markers: str) -> None:
    runs: list[list[int]] = []
    for index, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    for run in runs:
        signal = figure.signal(
            run, [float(values[i] or 0) for i in run], marker=plotext.marker(markers, slot)
        )
        figure.draw(signal.lines(True))


def _names(plotext: Any, figure: Any, trend: Trend, limits: tuple[int, int], height: int, x: float) -> None:
    """Each line carries its name at its right end, so that no legend and no colour is needed."""
    rows: set[int] = set()
    span = limits[1] - limits[0]
    canvas = max(2, height - 2)
    for name, values, slot in reversed(_lines_of(trend)):
        last = next((i for i in range(len(values) - 1, -1, -1) if values[i] is not None), None)
        if last is None:
            continue
        row = round((values[last] or 0) - limits[0]) * (canvas - 1) // span
        while row in rows:
            row = row - 1 if row > 0 else row + 2
        rows.add(row)
        label = plotext.colorize(name, slot)
        figure.draw(figure.text(x, limits[0] + row * span / (canvas - 1), label))
