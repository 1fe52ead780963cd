"""One way into plotext 6 for all charts: a clean figure, axes with our ticks, its output as spans with roles.

plotext is imported when the first chart is drawn, never before first paint. Its
figure is one global; charts are drawn on the main thread only. plotext works in
floats: here they place pixels and never hold an amount that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from rich.cells import cell_len

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.shown import compact_text
from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.paint import Painted, Span, Spans

D = TypeVar("D")
Drawer = Callable[[D, int, int, str], list[Spans]]
"""(data, width, height, markers) -> lines"""
_NOTHING = re.compile(r"\.0+(?=[kMB]|$)")
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
SLOTS = ("", "line", "line2", "good_bar", "bar", "rule", "warn", "accent", "strong", "gain", "loss", "muted")
"""plotext colour number -> role; charts follow the theme, no ANSI reaches the terminal"""
SLOT = {role: number for number, role in enumerate(SLOTS) if role}
AXIS = 7
"""cells left of the canvas: the labels of the y axis and its line"""


def start(width: int, height: int) -> tuple[Any, Any]:
    """(plotext, its empty figure) of ``width`` x ``height`` cells."""
    import plotext  # type: ignore[import-untyped]  # 30 ms: never before first paint

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    return plotext, figure


def finish(figure: Any, height: int) -> list[Spans]:
    """What was drawn, as painted lines; only the left and the lower axis are shown."""
    for axis, side in (("x", 1), ("y", 1)):
        figure.axes(False, axis=axis, side=side)
    return [spans_of(line) for line in figure.build().string().rstrip("\n").split("\n")[:height]]


def money_ticks(figure: Any, bottom: int, top: int, height: int, currency: str) -> None:
    """Ticks of the y axis at round amounts."""
    step = round_step(top - bottom, max(2, (height - 2) // 3))
    ticks = list(range(-(-bottom // step) * step, top + 1, step))
    figure.ruler("y").ticks(ticks, [tick_text(tick, currency).rjust(AXIS - 1) for tick in ticks])


def tick_text(units: int, currency: str) -> str:
    """A round amount beside an axis: ``$5k``, ``$20``, without decimals that say nothing."""
    return _NOTHING.sub("", compact_text(Money(units, currency))) if units else "0"


def round_step(span: int, count: int) -> int:
    """A step of 1, 2 or 5 times a power of ten that needs at most ``count`` steps for ``span``."""
    raw = max(1, -(-span // count))
    power = 10 ** (len(str(raw)) - 1)
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw))


def even_step(count: int, room: int) -> tuple[int, int]:
    """(cells from one month to the next, months shown): a whole number, so that no bar stands apart.

    A few of the oldest months give way when the rest then fills the room.
    """
    step = max(1, room // max(1, count - 1))
    fewer = room // (step + 1) + 1
    if fewer * 6 >= count * 5:
        return step + 1, min(count, fewer)
    return step, min(count, room // step + 1)


def plain_name(text: str, width: int) -> str:
    """A name for inside a chart: safe, one cell a character, at most ``width``."""
    narrow = "".join(char if cell_len(char) == 1 else "?" for char in safe(text))
    return narrow if len(narrow) <= width else narrow[: width - 1] + "…"


def spans_of(line: str) -> list[Span]:
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
    return SLOTS[number] if 0 < number < len(SLOTS) else "muted"


class Chart(Painted, Generic[D]):
    """A chart that fills its widget and is drawn anew when data, drawer or size changed."""

    DEFAULT_CSS = "Chart { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.markers = "braille"
        self._data: Any = None
        self._drawer: Drawer[Any] | None = None
        self._drawn: object = None
        self._lines: list[Spans] = []

    def show(self, data: D, drawer: Drawer[D]) -> None:
        """Show ``data`` as ``drawer`` draws it."""
        if (data, drawer) != (self._data, self._drawer):
            self._data, self._drawer = data, drawer
            old = self._lines
            self._draw()
            height = max(len(old), len(self._lines))
            self.repaint(*(y for y in range(height) if old[y : y + 1] != self._lines[y : y + 1]))

    def _draw(self) -> None:
        size = (self.size.width, self.size.height)
        wanted = (self._data, self._drawer, size, self.markers)
        if self._drawer is None or size[0] < 24 or size[1] < 5:
            self._lines, self._drawn = [], None
        elif self._drawn != wanted:
            markers = "braille" if self.markers == "braille" else "hd"
            self._lines, self._drawn = self._drawer(self._data, *size, markers), wanted

    def line(self, y: int) -> tuple[Spans, str]:
        """The chart's line ``y``."""
        if y == 0:
            self._draw()
        return (self._lines[y], "") if y < len(self._lines) else ((), "")

    def text(self) -> str:
        """The chart as it stands, as plain text: what ``x`` writes into a .txt file."""
        return "".join("".join(safe(part) for part, _ in line).rstrip() + "\n" for line in self._lines)
