"""For screen sharing: names of customers and all figures are drawn as others of the same width.

A filter over whole lines, so that it reaches everything that is drawn, whatever widget draws it: cells,
breadcrumbs, status line, forms, charts. Days, months and books ids stay readable.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from turbofinops_tui.safe_text import safe

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
DOT = "\N{BULLET}"
LONGEST = 512
_KEPT = re.compile(
    r"\b[0-9]{4}-(?:[0-9]{2}(?:-[0-9]{2})?|W[0-9]{2}|Q[1-4])\b|\b[0-9]{2}:[0-9]{2}\b|\b[0-9a-f]{4}-[0-9a-f]{4}\b"
)
"""days, months, times, books ids"""
_FIGURE = re.compile(r"(?<![A-Za-z0-9])[$€£¥]?[0-9](?:[0-9,.]*[0-9])?(?=[kMB%]?(?![A-Za-z0-9]))[kMB%]?")
_START = re.compile(r"(?<![^\W_])\S")
Piece = tuple[int, int, str]
"""(start, end, what is drawn instead)"""


class Mask(LineFilter):
    """Draws ``names`` as ``client-1`` ...; in no order that says anything."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        folded = {str(safe(name, LONGEST)).strip().casefold() for name in names}
        self.names = sorted(name for name in folded if name)
        self.numbers = {name: number for number, name in enumerate(self.names, start=1)}
        self.most = max((len(name) for name in self.names), default=0)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line with what it hides."""
        text = "".join(segment.text for segment in segments if not segment.control)
        pieces = self.pieces(text)
        if not pieces:
            return segments
        found: list[Segment] = []
        at = 0
        for segment in segments:
            if segment.control:
                found.append(segment)
                continue
            end = at + len(segment.text)
            found.append(Segment(_part(text, at, end, pieces), segment.style))
            at = end
        return found

    def masked(self, text: str) -> str:
        """One line of text, masked."""
        return _part(text, 0, len(text), self.pieces(text))

    def pieces(self, text: str) -> list[Piece]:
        """What of a line is drawn otherwise, in order."""
        found = self._names_in(text)
        taken = [(start, end) for start, end, _ in found]
        taken += [match.span() for match in _KEPT.finditer(text)]
        for match in _FIGURE.finditer(text):
            start, end = match.span()
            # a single digit is a key, a place or a count
            lone = end - start == 1 and text[end : end + 2] != " %"
            if not lone and not any(first < end and start < last for first, last in taken):
                found.append((start, end, re.sub("[0-9]", DOT, match.group())))
        return sorted(found)

    def _names_in(self, text: str) -> list[Piece]:
        found: list[Piece] = []
        if not self.names:
            return found
        low = text.casefold()
        if len(low) != len(text):  # a few letters fold to two: then places would not agree
            low = text.lower() if len(text.lower()) == len(text) else text
        after = 0
        for match in _START.finditer(low):
            start = match.start()
            if start >= after and (piece := self._name_at(text, low, start)) is not None:
                found.append(piece)
                after = piece[1]
        return found

    def _name_at(self, text: str, low: str, start: int) -> Piece | None:
        """The name that begins here: one cut by an ellipsis, else the longest whole one."""
        cut = low.find(ELLIPSIS, start, start + self.most + 1)
        if cut > start:
            head = low[start:cut]
            place = bisect_left(self.names, head)
            if place < len(self.names) and self.names[place].startswith(head):
                return start, cut, _alias(place + 1, text[start:cut])
        for end in self._ends(low, start):
            number = self.numbers.get(low[start:end])
            if number is not None:
                return start, end, _alias(number, text[start:end])
        return None

    def _ends(self, low: str, start: int) -> list[int]:
        """Where a name that begins at ``start`` could end, the farthest first: before what is no letter."""
        last = min(len(low), start + self.most)
        place = bisect_left(self.names, low[start : start + 1])
        if place >= len(self.names) or not self.names[place].startswith(low[start]):
            return []
        ends = [end for end in range(start + 1, last + 1) if end == len(low) or not low[end].isalnum()]
        return ends[::-1]


def _alias(number: int, shown: str) -> str:
    width = cell_len(shown)
    name = f"client-{number}" if width >= len(f"client-{number}") else f"c{number}"
    return set_cell_size(name, width)


def _part(text: str, start: int, end: int, pieces: list[Piece]) -> str:
    """``text[start:end]`` with its pieces; one that lies across the edge is drawn where it begins."""
    out: list[str] = []
    at = start
    for first, last, instead in pieces:
        if last <= start or first >= end:
            continue
        out.append(text[at : max(at, first)])
        if first >= start:
            out.append(instead)
        at = max(at, min(last, end))
    out.append(text[at:end])
    return "".join(out)
