"""Composition over months: stacked bars, each layer with a character of its own: no colour needed."""

from __future__ import annotations

from dataclasses import replace

from turbofinops_tui.economics.charted import Composition
from turbofinops_tui.widgets.charts.canvas import AXIS, SLOT, finish, money_ticks, start
from turbofinops_tui.widgets.paint import Spans

FILLS = (
    ("█", "line2"), ("▓", "good_bar"), ("▒", "warn"), ("░", "bar"), ("▚", "accent"), ("╳", "line"),
    ("·", "muted"),
)  # fmt: skip
"""(character, role) of the layers, bottom first; the last is the rest"""


def fill(place: int, count: int, *, rest: bool) -> tuple[str, str]:
    """The character and role of layer ``place`` of ``count``."""
    return FILLS[-1] if rest and place == count - 1 else FILLS[min(place, len(FILLS) - 2)]


def draw(data: Composition, width: int, height: int, markers: str) -> list[Spans]:
    """``data`` as painted lines: losses (credits) below zero, everything else above."""
    plotext, figure = start(width, height)
    cells = max(2, width - AXIS)
    step, months = _bars(len(data.labels), cells - 1)
    data = replace(data, labels=data.labels[-months:], layers=tuple(row[-months:] for row in data.layers))
    thick = max(1, step - 1 if step < 8 else step - 2)
    figure.ruler("x").lim(0.0, float(cells - 1))
    above = [sum(max(0, row[i]) for row in data.layers) for i in range(months)]
    below = [sum(min(0, row[i]) for row in data.layers) for i in range(months)]
    top, bottom = max([*above, 1]), min([*below, 0])
    figure.ruler("y").lim(float(bottom), float(top))
    rows = max(2, height - 2)
    for month in range(months):
        for first, last, place in _stack([row[month] for row in data.layers], bottom, top, rows):
            mark, role = fill(place, len(data.layers), rest=data.names[-1] == "all others")
            for x in range(1 + month * step, min(cells, 1 + month * step + thick)):
                low, high = (bottom + row * (top - bottom) / (rows - 1) for row in (first, last))
                figure.draw(figure.segment([x, x], [low, high], marker=plotext.marker(mark, SLOT[role])))
    money_ticks(figure, bottom, top, height, data.currency)
    every = max(1, -(-7 // step))
    places = list(range((months - 1) % every, months, every))
    figure.ruler("x").ticks([1 + p * step + thick // 2 for p in places], [data.labels[p] for p in places])
    return finish(figure, height)


def _bars(count: int, room: int) -> tuple[int, int]:
    """(cells of a bar with its gap, months shown): all bars are whole and alike."""
    step = max(1, room // max(1, count))
    wider = room // (step + 1)
    return (step + 1, min(count, wider)) if wider * 6 >= count * 5 else (step, min(count, room // step))


def _stack(amounts: list[int], bottom: int, top: int, rows: int) -> list[tuple[int, int, int]]:
    """(first row, last row, layer) of one bar, rows from the bottom; layers thinner than a row may vanish."""

    def row(amount: int) -> int:
        return round((amount - bottom) * (rows - 1) / (top - bottom))

    found: list[tuple[int, int, int]] = []
    up = down = 0
    for place, amount in enumerate(amounts):
        begin = up if amount >= 0 else down
        end = begin + amount
        if amount >= 0:
            up = end
        else:
            down = end
        low, high = sorted((row(begin), row(end)))
        if high > low or (not found and amount):
            found.append((low + (1 if found and amount > 0 else 0), high, place))
    return found
