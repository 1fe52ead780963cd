"""Tiles: a figure with its change and its sparkline, side by side in three lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from turbofinops_tui.widgets.paint import Lines, Span, Spans, fit
from turbofinops_tui.widgets.spark import spark


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure. ``trend`` are its values over the months, oldest first."""

    label: str
    value: str
    change: str = ""
    role: str = "muted"
    """of the change: gain, loss or muted; the sign says the same"""
    trend: tuple[int | None, ...] = ()
    notes: tuple[str, ...] = ()
    """in place of the trend: the same said longer and shorter; the first that fits is shown"""


class Tiles(Lines):
    """As many tiles as fit, each at least 18 cells; the first ones matter most."""

    LEAST = 19

    def __init__(self) -> None:
        super().__init__(id="tiles", height=3)
        self._tiles: Sequence[Tile] = ()

    def show(self, tiles: Sequence[Tile]) -> None:
        """Show ``tiles``, most important first."""
        self._tiles = tiles
        self._draw()

    def on_resize(self) -> None:
        """As many as fit."""
        self._draw()

    def _draw(self) -> None:
        width = self.size.width
        tiles = self._tiles[: max(1, (width + 1) // (self.LEAST + 1))]
        if not tiles or width < self.LEAST:
            return
        each = (width - (len(tiles) - 1)) // len(tiles)
        rows: list[list[Span]] = [[], [], []]
        for index, tile in enumerate(tiles):
            for row, spans in zip(rows, _cell(tile, each), strict=True):
                if index:
                    row.append(("│", "rule"))
                row += spans
        self.set_lines([(row, "") for row in rows])


def _cell(tile: Tile, width: int) -> tuple[Spans, Spans, Spans]:
    label = ((fit(f" {tile.label}", width), "muted"),)
    room = max(0, width - 3 - len(tile.value))
    change = tile.change if len(tile.change) <= room else tile.change.removesuffix(" a day")
    value = ((f" {tile.value}", "strong"), (fit(f"  {change}", room + 2), tile.role))
    bars = min(len(tile.trend), width - 2)
    if tile.notes:
        note = next((note for note in tile.notes if cell_len(note) < width), tile.notes[-1])
        return label, value, ((fit(f" {note}", width), "text"),)
    trend = ((fit(" " + spark(tile.trend, bars), width), "accent"),)
    return label, value, trend
