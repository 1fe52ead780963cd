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
    """The last ``width`` values as bars between their smallest and largest; ``·`` is no value.

    The scale starts at the smallest value, so that movement shows: sparklines say
    how, the figure beside them says how much. Values below zero hang from the top.
    """
    shown = list(values[-width:]) if width > 0 else []
    known = [value for value in shown if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    low = low - (high - low) // 6 if low > 0 else 0
    return "".join(_bar(value, max(0, low), max(high, -min(known, default=0))) for value in shown).rjust(
        width
    )


def _bar(value: int | None, low: int, high: int) -> str:
    if value is None:
        return NONE
    if value < 0:
        return HANGING[min(1, 2 * -value // max(1, high))]
    if high <= low:
        return RISING[0 if value == 0 else 3]
    return RISING[min(6, max(0, 7 * (value - low) // (high - low)))]


# Braille dots of the left and the right half: rows are 01 08, 02 10, 04 20, 40 80 from the top.
_ABOVE = ((0, 0), (0x02, 0x10), (0x03, 0x18))
_DOWN = ((0, 0), (0x04, 0x20), (0x44, 0xA0))
"""nothing, small, large; by (left, right)"""


def pulse(values: Sequence[int | None], width: int, markers: str = "braille") -> str:
    """The last ``2 x width`` values as dots above (profit) or below (loss) the middle of the line.

    Two values a cell, small and large by half of the largest absolute value. With
    another ``markers`` than braille: ``spark`` of the last ``width`` values.
    """
    if markers != "braille":
        return spark(values, width)
    if width <= 0:
        return ""
    shown: list[int | None] = list(values[-2 * width :])
    blank: list[int | None] = [None] * (2 * width - len(shown))
    shown = blank + shown
    largest = max((abs(value) for value in shown if value is not None), default=0)
    cells = [
        chr(0x2800 | _dots(left, 0, largest) | _dots(right, 1, largest))
        for left, right in zip(shown[::2], shown[1::2], strict=True)
    ]
    return "".join(" " if cell == "\u2800" else cell for cell in cells)


def _dots(value: int | None, half: int, largest: int) -> int:
    if not value:
        return 0
    size = 2 if 2 * abs(value) > largest else 1
    return (_ABOVE if value > 0 else _DOWN)[size][half]


def loss_bar(percent: Fraction | None, left: int, right: int, scale: int = 100) -> tuple[str, str]:
    """A bar on either side of a rule: (text left of it, text right of it), ``left`` and ``right`` cells.

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
