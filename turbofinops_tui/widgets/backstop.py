"""The last layer before the terminal: no control character, bidi sign or link gets past it."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from turbofinops_tui.safe_text import safe


@lru_cache(2048)
def _clean(text: str) -> str:
    return safe(text, max(len(text), 1))


@lru_cache(2048)
def _unlinked(style: Style) -> Style:
    return style.update_link(None) if style.link else style


class Backstop(LineFilter):
    """Replaces what a widget of anybody let through; texts of ours pass unchanged."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with clean text and without hyperlinks."""
        return [
            Segment(
                text if text.isascii() and text.isprintable() else _clean(text),
                None if style is None else _unlinked(style),
                control,
            )
            for text, style, control in segments
        ]
