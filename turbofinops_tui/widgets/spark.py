"""Small pictures made of characters: sparklines and loss bars. Sign is direction, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

RISING = "▁▂▃▄▅▆▇"
"""no full block: it would fuse rows into a slab"""
HANGING = "▔▀"
"""below zero: hangs from the top, small and large"""
NONE = "·"


def spark(values: Sequence[int | None], width: int) -> str:
    """The last ``width`` values as bars: up from the line, or hanging when negative; ``·`` is no value.

    All bars share one scale, the largest absolute value.
    """
    shown = list(values[-width:]) if width > 0 else []
    largest = max((abs(value) for value in shown if value is not None), default=0)
    return "".join(_bar(value, largest) for value in shown).rjust(width)


def _bar(value: int | None, largest: int) -> str:
    if value is None:
        return NONE
    if value < 0:
        return HANGING[min(1, 2 * -value // largest)]
    if largest == 0:
        return RISING[0]
    return RISING[min(6, 7 * value // largest)]


def loss_bar(percent: Fraction | None, left: int, right: int, scale: int = 100) -> tuple[str, str]:
    """A bar on either side of a rule: (text left of the rule, text right of it), ``left`` and ``right`` cells.

    ``scale`` percent fill a side; what is off the scale ends in ``◀``. Half
    cells are ``╸`` and ``╺``.
    """
    if percent is None:
        return " " * left, " " * right
    if percent < 0:
        return _leftward(-percent, left, scale), " " * right
    halves = min(2 * right, _halves(percent, right, scale))
    return " " * left, ("━" * (halves // 2) + "╸" * (halves % 2)).ljust(right)


def _leftward(size: Fraction, width: int, scale: int) -> str:
    if width <= 0:
        return ""
    if size > scale:
        return "◀" + "━" * (width - 1)
    halves = _halves(size, width, scale)
    return ("╺" * (halves % 2) + "━" * (halves // 2)).rjust(width)


def _halves(size: Fraction, width: int, scale: int) -> int:
    halves = round(size * 2 * width / scale)
    return max(1, int(halves)) if size > 0 else 0
