"""Colours of heat cells: eight roles a theme, each with a contrast of at least 4.5."""

from __future__ import annotations

LEVELS = 4
"""shades of a loss and of a gain; ``heat-4`` is the deepest loss, ``heat4`` the highest gain"""
HEAT: tuple[str, ...] = tuple(f"heat{level}" for level in range(-LEVELS, LEVELS + 1) if level)
LEAST_CONTRAST = 4.5
_PARTS = (14, 28, 42, 58)
"""percent of the colour in the background, by level"""
_ANSI = {1: "{0}", 2: "bold {0}", 3: "reverse {0}", 4: "bold reverse {0}"}
_MONO = {1: "", 2: "bold", 3: "reverse", 4: "bold reverse"}

Rgb = tuple[int, int, int]


def shaded(background: str, foreground: str, loss: str, gain: str) -> dict[str, str]:
    """Heat roles of a theme with its own colours (``#rrggbb``)."""
    found = {}
    for sign, colour in ((-1, loss), (1, gain)):
        for level, part in enumerate(_PARTS, 1):
            found[f"heat{sign * level}"] = _style(_rgb(background), _rgb(foreground), _rgb(colour), part)
    return found


def sixteen(loss: str, gain: str) -> dict[str, str]:
    """Heat roles of the terminal's own colours: text for small values, reversed for large ones."""
    return {
        f"heat{sign * level}": _ANSI[level].format(colour)
        for sign, colour in ((-1, loss), (1, gain))
        for level in _ANSI
    }


def plain() -> dict[str, str]:
    """Heat roles without any colour: size by weight, the sign stands in the cell."""
    return {f"heat{sign * level}": style for sign in (-1, 1) for level, style in _MONO.items()}


def _style(background: Rgb, foreground: Rgb, colour: Rgb, part: int) -> str:
    """The text colour that reads best on the blend; the blend grows weaker until it reads."""
    while True:
        ground = _blend(background, colour, part)
        text = max((foreground, (255, 255, 255), (0, 0, 0)), key=lambda ink: _rank(ink, foreground, ground))
        if contrast(text, ground) >= LEAST_CONTRAST or part <= 0:
            return f"{_hex(text)} on {_hex(ground)}"
        part -= 2


def _rank(ink: Rgb, foreground: Rgb, ground: Rgb) -> tuple[bool, float]:
    """The theme's own text colour where it reads, else the strongest contrast."""
    found = contrast(ink, ground)
    return ink == foreground and found >= LEAST_CONTRAST, found


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _light(colour: Rgb) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _blend(background: Rgb, colour: Rgb, part: int) -> Rgb:
    red, green, blue = ((b * (100 - part) + c * part) // 100 for b, c in zip(background, colour, strict=True))
    return red, green, blue


def _rgb(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
