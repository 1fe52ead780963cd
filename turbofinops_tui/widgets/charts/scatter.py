"""Cost against revenue, both on a scale of powers of ten: above the line a customer loses money.

``x`` loses, ``◆`` is AI-heavy on a flat rate (the worst are named), ``•`` earns, ``◉`` is under the cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

from turbofinops_tui.economics.charted import HEAVY, LOSS, SAFE, Point, Scatter
from turbofinops_tui.economics.money import scale
from turbofinops_tui.widgets.charts.canvas import AXIS, SLOT, finish, plain_name, start, tick_text
from turbofinops_tui.widgets.paint import Spans

MARKS = {SAFE: ("•", "gain"), LOSS: ("x", "loss"), HEAVY: ("◆", "warn")}
"""kind -> (character, role)"""
CHOSEN = "◉"
NAMED = 8
"""AI-heavy customers that are named at most"""
NAME = 18


def draw(data: Scatter, width: int, height: int, markers: str) -> list[Spans]:
    """``data`` as painted lines."""
    plotext, figure = start(width, height)
    low, high = _limits(data)
    figure.ruler("x").lim(low, high)
    figure.ruler("y").lim(low, high)
    line = figure.segment([low, high], [low, high], marker=plotext.marker(markers, SLOT["rule"]))
    figure.draw(line)
    one = scale(data.currency)
    spots = {
        point.name: (_place(point.revenue, one, low), _place(point.cost, one, low)) for point in data.points
    }
    for kind, (mark, role) in MARKS.items():
        group = [spots[point.name] for point in data.points if point.kind == kind]
        if group:
            xs, ys = [x for x, _ in group], [y for _, y in group]
            figure.draw(figure.signal(xs, ys, marker=plotext.marker(mark, SLOT[role])))
    _names(plotext, figure, data, spots, (low, high), width - AXIS, height - 2)
    ticks = [float(power) for power in range(int(low), int(high) + 1)]
    words = [tick_text(one * 10 ** int(tick), data.currency) for tick in ticks]
    figure.ruler("y").ticks(ticks, [word.rjust(AXIS - 1) for word in words])
    figure.ruler("x").ticks(ticks, words)
    return finish(figure, height)


def _limits(data: Scatter) -> tuple[float, float]:
    """From 1 to the power of ten above the largest amount."""
    one = scale(data.currency)
    sizes = [max(point.revenue, point.cost) for point in data.points]
    largest = max(sizes, default=one)
    smallest = min((size for size in sizes if size > 0), default=one)
    top = max(1, len(str(max(one, largest) // one)))
    return float(max(0, min(top - 1, len(str(max(one, smallest) // one)) - 1))), float(top)


def _place(units: int, one: int, low: float) -> float:
    """Where an amount stands; zero and below stand on the edge."""
    return max(low, log10(units / one)) if units > 0 else low


def _names(
    plotext: Any,
    figure: Any,
    data: Scatter,
    spots: dict[str, tuple[float, float]],
    limits: tuple[float, float],
    cells: int,
    rows: int,
) -> None:
    """The chosen customer first, then the worst AI-heavy ones; a name never covers another."""
    low, high = limits
    heavy = sorted((p for p in data.points if p.kind == HEAVY), key=lambda p: (p.revenue - p.cost, p.name))
    chosen = [point for point in data.points if point.name == data.chosen]
    taken: set[int] = set()
    for point in [*chosen, *(p for p in heavy if p.name != data.chosen)][: NAMED + 1]:
        x, y = spots[point.name]
        column = round((x - low) * (cells - 1) / (high - low))
        row = round((y - low) * (rows - 1) / (high - low))
        name = plain_name(point.name, NAME)
        at = column + 2 if column + 2 + len(name) <= cells else column - 1 - len(name)
        mine = point.name == data.chosen
        if mine:
            figure.draw(figure.signal([x], [y], marker=plotext.marker(CHOSEN, SLOT["strong"])))
        if at < 0 or (row in taken and not mine):
            continue
        taken.add(row)
        label = plotext.colorize(name, SLOT["strong" if mine else "warn"])
        figure.draw(figure.text(low + at * (high - low) / (cells - 1), y, label))


def worst_first(points: Sequence[Point]) -> list[Point]:
    """AI-heavy ones first, then by loss."""
    return sorted(points, key=lambda p: (p.kind != HEAVY, p.revenue - p.cost, p.name))
