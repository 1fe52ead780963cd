"""Margin per feature as bars from zero: losses to the left of the rule, the amount beside each bar."""

from __future__ import annotations

from dataclasses import dataclass

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import compact_text
from turbofinops_tui.widgets.charts.canvas import SLOT, finish, plain_name, round_step, start, tick_text
from turbofinops_tui.widgets.paint import Spans

NAME = 18
"""cells of a name beside the axis"""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Bars from top to bottom: name and amount in store units."""

    bars: tuple[tuple[str, int], ...]
    currency: str
    cost: bool = False
    """amounts of cost: more is neither good nor bad"""


def draw(data: Ranked, width: int, height: int, markers: str) -> list[Spans]:
    """``data`` as painted lines: as many bars as there are lines, the rest is told."""
    plotext, figure = start(width, height)
    rows = max(1, height - 2)
    step = 2 if len(data.bars) * 2 <= rows else 1
    shown = data.bars[: rows // step]
    names = [plain_name(name, NAME) for name, _ in shown]
    low, high = min([0, *(units for _, units in shown)]), max([1, *(units for _, units in shown)])
    room = max(8, width - NAME - 2)
    slack = (high - low) * 9 // max(1, room - 18)
    left, right = float(low - (slack if low < 0 else 0)), float(high + slack)
    figure.ruler("x").lim(left, right)
    figure.ruler("y").lim(0.0, float(rows - 1))
    places = [rows - 1 - index * step for index in range(len(shown))]
    for place, (_, units) in zip(places, shown, strict=True):
        role = "line2" if data.cost else "good_bar" if units >= 0 else "bar"
        mark = plotext.marker("━", SLOT[role])
        figure.draw(figure.segment([0.0, float(units)], [place, place], marker=mark))
        figure.draw(figure.segment([0.0, 0.0], [place, place], marker=plotext.marker("│", SLOT["rule"])))
        text = compact_text(Money(units, data.currency))
        cells = (right - left) / room
        at = units + 2 * cells if units >= 0 else units - (len(text) + 2) * cells
        figure.draw(
            figure.text(
                at,
                place,
                plotext.colorize(text, SLOT[role if data.cost else "gain" if units >= 0 else "loss"]),
            )
        )
    figure.ruler("y").ticks(places, [name.rjust(NAME) for name in names])
    ticks = round_step(high - low, max(2, room // 12))
    marks = list(range(-(-low // ticks) * ticks, high + 1, ticks))
    figure.ruler("x").ticks(marks, [tick_text(mark, data.currency) for mark in marks])
    return finish(figure, height)
