"""Revenue and cost over months as lines, margin as bars from zero, on plotext 6.

plotext is imported when the first chart is drawn, never before first paint. Its
figure is one global; charts are drawn on the main thread only. plotext works in
floats: here they place pixels and never hold an amount that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import compact_text
from turbofinops_tui.widgets.paint import Painted, Span, Spans

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_SLOTS = ("", "line", "line2", "good_bar", "bar", "rule")
"""plotext colour number -> role; charts follow the theme, no ANSI reaches the terminal"""
_LINE, _LINE2, _GOOD, _BAD, _RULE = 1, 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Trend:
    """What a trend chart shows: one entry per month; amounts in store units of one currency."""

    labels: tuple[str, ...]
    revenue: tuple[int | None, ...]
    cost: tuple[int | None, ...]
    margin: tuple[int | None, ...]
    currency: str
    bars: bool = True


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
    import plotext  # type: ignore[import-untyped]  # 30 ms: never before first paint

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    months, cells = len(trend.labels), max(1, width - 8)
    bars = trend.bars and height >= 10
    top, bottom = _limits(trend, bars)
    figure.ruler("y").lim(float(bottom), float(top))
    left, right = -0.5, _right_end(months, cells)
    figure.ruler("x").lim(left, right)
    if bars:
        _bars(plotext, figure, trend.margin)
    for values, slot in ((trend.cost, _LINE2), (trend.revenue, _LINE)):
        _line(plotext, figure, values, slot, markers)
    _names(plotext, figure, trend, (bottom, top), height, months - 1 + 1.5 * (right - left) / cells)
    step = _round_step(top - bottom, max(2, (height - 2) // 3))
    ticks = list(range(-(-bottom // step) * step, top + 1, step))
    figure.ruler("y").ticks(ticks, [_tick(tick, trend.currency).rjust(6) for tick in ticks])
    every = max(1, -(-months * 9 // cells))
    places = list(range((months - 1) % every, months, every))
    figure.ruler("x").ticks(places, [trend.labels[place] for place in places])
    for axis, side in (("x", 1), ("y", 1)):
        figure.axes(False, axis=axis, side=side)
    return [_spans(line) for line in figure.build().string().rstrip("\n").split("\n")[:height]]


def _limits(trend: Trend, bars: bool) -> tuple[int, int]:
    """(top, bottom) of the canvas: from zero, or below it when something shown is."""
    shown = (trend.revenue, trend.cost, trend.margin) if bars else (trend.revenue, trend.cost)
    known = [value for row in shown for value in row if value is not None]
    bottom = min(0, min(known, default=0))
    top = max(known, default=1)
    return (top if top > bottom else bottom + 1), bottom


NAME_CELLS = 9
"""cells right of the last month, for the names of the lines"""


def _right_end(months: int, cells: int) -> float:
    """The x of the canvas' right edge: the last month stands NAME_CELLS before it."""
    part = min(0.5, NAME_CELLS / cells)
    return (months - 1 + part / 2) / (1 - part)


def _tick(units: int, currency: str) -> str:
    return compact_text(Money(units, currency)).replace(".0", "") if units else "0"


def _round_step(span: int, count: int) -> int:
    """A step of 1, 2 or 5 times a power of ten that needs at most ``count`` steps for ``span``."""
    raw = max(1, -(-span // count))
    power = 10 ** (len(str(raw)) - 1)
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw))


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
    for name, values, slot in (("revenue", trend.revenue, _LINE), ("cost", trend.cost, _LINE2)):
        last = next((i for i in range(len(values) - 1, -1, -1) if values[i] is not None), None)
        if last is None:
            continue
        row = round((values[last] or 0) - limits[0]) * (canvas - 1) // span
        while row in rows:
            row = row - 1 if row > 0 else row + 2
        rows.add(row)
        label = plotext.colorize(name, slot)
        figure.draw(figure.text(x, limits[0] + row * span / (canvas - 1), label))


def _spans(line: str) -> list[Span]:
    """One line of plotext's output as spans: its colour numbers are our roles."""
    spans: list[Span] = []
    role, position = "muted", 0
    for match in _SGR.finditer(line):
        if match.start() > position:
            spans.append((line[position : match.start()], role))
        role, position = _role(match[1]), match.end()
    if position < len(line):
        spans.append((line[position:], role))
    return spans


def _role(codes: str) -> str:
    parts = codes.split(";")
    for index, part in enumerate(parts):
        if part == "5" and index and parts[index - 1] == "38" and index + 1 < len(parts):
            return _slot(int(parts[index + 1]))
        if part.isdigit() and 30 <= int(part) <= 37:
            return _slot(int(part) - 30)
    return "muted"


def _slot(number: int) -> str:
    return _SLOTS[number] if 0 < number < len(_SLOTS) else "muted"
