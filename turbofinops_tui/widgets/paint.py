"""Painting: words with roles become terminal cells. The one place where text turns into segments.

Every string passes ``safe_text.safe`` here, whatever it passed before: our
widgets cannot show a control character even if a caller forgot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.themes import PALETTES

Span = tuple[str, str]
"""(text, roles): roles are names of themes.ROLES, later ones win, separated by blanks"""
Spans = Sequence[Span]

_pens: dict[tuple[str, str], Style] = {}


def pen(theme: str, roles: str) -> Style:
    """The style of blank-separated ``roles`` in a theme (``tfo-dark``), cached."""
    key = (theme, roles)
    style = _pens.get(key)
    if style is None:
        palette = PALETTES.get(theme.removeprefix("tfo-"), PALETTES["dark"])
        style = Style()
        names = roles.split()
        if palette.cursor_wins and "cursor" in names:
            names = [*(name for name in names if name != "cursor"), "cursor"]
        for role in names:
            style += Style.parse(palette.roles[role] or "none")
        _pens[key] = style
    return style


def fit(text: str, width: int, align: str = "left") -> str:
    """``text`` as exactly ``width`` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        text = set_cell_size(text, width - 1).rstrip() + "…"
    pad = " " * (width - cell_len(text))
    return pad + text if align == "right" else text + pad


def clean(spans: Iterable[Span]) -> list[Span]:
    """The spans with every text made safe."""
    return [(safe(text), roles) for text, roles in spans]


def width_of(spans: Iterable[Span]) -> int:
    """Cells that the spans take."""
    return sum(cell_len(text) for text, _ in spans)


def spread(left: Spans, right: Spans, width: int) -> list[Span]:
    """``left`` and ``right`` at the ends of ``width`` cells; the right end gives way first."""
    left, right = clean(left), clean(right)
    room = width - width_of(left)
    if width_of(right) + 1 > room:
        return list(left)
    return [*left, (" " * (room - width_of(right)), ""), *right]


def fitting(groups: Iterable[Spans], width: int) -> list[Span]:
    """The groups, in order, that fit whole into ``width``: what does not is left out, never cut."""
    found: list[Span] = []
    for group in groups:
        if width_of(clean(found)) + width_of(clean(group)) <= width:
            found += group
    return found


def _same_blank(one: Style, other: Style) -> bool:
    """Whether a blank looks the same in both styles: then it needs no codes of its own on the wire."""
    return (one.bgcolor, one.reverse, one.underline) == (other.bgcolor, other.reverse, other.underline)


class Painted(Widget):
    """A widget that paints lines of spans; subclasses give ``line(y)``."""

    ALLOW_SELECT = False

    def line(self, y: int) -> tuple[Spans, str]:
        """Spans of content line ``y`` and the roles of the whole line."""
        return (), ""

    def render_line(self, y: int) -> Strip:
        """One line: equal neighbours are joined, so that a line costs few bytes."""
        spans, roles = self.line(y)
        return self.strip(spans, roles)

    def strip(self, spans: Spans, roles: str = "") -> Strip:
        """``spans`` as a strip of this widget's width."""
        width = self.size.width
        own_style, theme = self.rich_style, self.app.theme
        base = own_style + pen(theme, roles)
        segments: list[Segment] = []
        held, style = "", base
        for text, own in clean(spans):
            mine = own_style + pen(theme, f"{roles} {own}") if own else base
            if mine == style or (held and text.isspace() and _same_blank(mine, style)):
                held += text
                continue
            if held:
                segments.append(Segment(held, style))
            held, style = text, mine
        if held:
            rest = width - sum(segment.cell_length for segment in segments) - cell_len(held)
            if rest > 0 and _same_blank(base, style):
                held += " " * rest
            segments.append(Segment(held, style))
        return Strip(segments).adjust_cell_length(width, base)

    def repaint(self, *lines: int) -> None:
        """Repaint only the given content lines."""
        width = self.size.width
        if lines:
            self.refresh(*(Region(0, y, width, 1) for y in lines))


class Lines(Painted):
    """Some fixed lines of spans, set at once; only lines that changed are repainted."""

    DEFAULT_CSS = "Lines { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None, height: int = 1) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: list[tuple[Spans, str]] = []
        self.styles.height = height

    def set_lines(self, lines: Sequence[tuple[Spans, str]]) -> None:
        """Show ``lines``: (spans, roles of the whole line) each."""
        old, self._lines = self._lines, [(clean(spans), roles) for spans, roles in lines]
        count = max(len(old), len(self._lines))
        changed = [y for y in range(count) if old[y : y + 1] != self._lines[y : y + 1]]
        self.repaint(*changed)

    def line(self, y: int) -> tuple[Spans, str]:
        """The spans set for line ``y``."""
        return self._lines[y] if y < len(self._lines) else ((), "")
