"""Rows 11, 14 and 17: first paint, bytes on the wire and memory of the app, in a pty of 80x24.

First paint is measured against a bare Textual app that says hello, interleaved.
"""

from __future__ import annotations

import os
import re
import statistics
from dataclasses import dataclass
from pathlib import Path

from benchmarks import big_store, figures, harness
from benchmarks.terminal import Terminal

BOOKS = re.compile(r"books [0-9a-f]{4}-[0-9a-f]{4}")
"""the header names the books as soon as figures stand on screen"""


def painted(text: str) -> bool:
    """The frame of the app stands there."""
    return "Overview" in text


def filled(text: str) -> bool:
    """Figures stand there."""
    return painted(text) and BOOKS.search(text) is not None


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds to the first paint and to the data, megabytes then."""

    paint: float
    data: float
    paint_mb: float
    data_mb: float


def hello() -> float:
    """Seconds until a bare Textual app says hello."""
    terminal = Terminal(harness.python("-m", "benchmarks.peers", "textual_hello"), {})
    try:
        return terminal.until(lambda text: "Hello, world" in text)
    finally:
        terminal.close()


def open_app(root: Path, today: str) -> Terminal:
    """The app on a store."""
    return Terminal(harness.turbofinops("--root", root), {"TURBOFINOPS_TODAY": today})


def app(root: Path, today: str) -> Start:
    """One start of the app."""
    terminal = open_app(root, today)
    try:
        paint = terminal.until(painted)
        paint_mb = terminal.resident_mb()
        data = paint if filled(terminal.text()) else terminal.until(filled)
        terminal.read(10.0)  # the fresh books are loaded behind the stored ones
        return Start(paint, data, paint_mb, terminal.resident_mb())
    finally:
        terminal.close()


def first_paint(root: Path, today: str, rounds: int) -> str:
    """The table of rows 11 and 17."""
    app(root, today)  # the stored tables of the first paint are written by a run before
    hellos, starts = [], []
    for _ in range(rounds):
        hellos.append(hello())
        starts.append(app(root, today))
    base = statistics.median(hellos)
    paint = statistics.median(start.paint for start in starts)
    data = statistics.median(start.data for start in starts)
    first_mb = max(start.paint_mb for start in starts)
    most_mb = max(start.data_mb for start in starts)
    calibration = harness.calibration()
    against = f"bare Textual hello world, {base:.2f} s"
    for work, ratio, most in (("first paint", paint / base, 1.5), ("figures shown", data / base, 2.0)):
        measured = f"{ratio:.2f}x, {first_mb:.0f} MB"
        met = ratio <= most and first_mb < 110
        figures.note(11, work, against, f"<= {most:g}x, < 110 MB", measured, met, calibration)
    work = "memory of the app, Overview settled"
    figures.note(17, work, "-", "< 250 MB", f"{most_mb:.0f} MB", most_mb < 250, calibration)
    return "\n".join(
        [
            "### First paint (pty, 80x24)",
            "",
            "| | seconds | ratio | RSS MB |",
            "|---|---:|---:|---:|",
            f"| bare Textual hello world | {base:.3f} | 1.00 | |",
            f"| first paint | {paint:.3f} | {paint / base:.2f} | {first_mb:.0f} |",
            f"| figures shown, and the fresh books loaded | {data:.3f} | {data / base:.2f} | {most_mb:.0f} |",
            "",
        ]
    )


def wire(root: Path, today: str) -> str:
    """The table of row 14: bytes for idling, a row, a page and a screen."""
    terminal = open_app(root, today)
    try:
        terminal.until(filled)
        terminal.read(10.0)
        screen = terminal.press("2", 5.0)
        idle = terminal.read(5.0)
        rows = [terminal.press("j") for _ in range(5)]
        page = max(terminal.press("\x1b[6~"), terminal.press("\x1b[5~"))
        back = terminal.press("1", 1.5)
    finally:
        terminal.close()
    sizes, goals = (idle, max(rows), page, max(screen, back)), (0, 2048, 20480, 30720)
    met = all(size <= most for size, most in zip(sizes, goals, strict=True))
    measured = f"{idle} / {' / '.join(f'{size / 1024:.1f}' for size in sizes[1:])} KB"
    figures.note(14, "bytes: idle / row / page / screen, 80x24", "-", "0 / 2 / 20 / 30 KB", measured, met,
                 harness.calibration())  # fmt: skip
    return "\n".join(
        [
            "### Bytes on the wire (80x24)",
            "",
            "| | bytes | goal |",
            "|---|---:|---:|",
            f"| idle, 5 s | {idle} | 0 |",
            f"| a row | {max(rows)} | 2048 |",
            f"| a page of rows | {page} | 20480 |",
            f"| a screen | {max(screen, back)} | 30720 |",
            "",
        ]
    )


def main() -> None:
    """Print the tables."""
    args = harness.arguments(__doc__ or "", 10_000_000)
    root = big_store.build(harness.cache(args), args.lines).parents[1]
    os.environ.setdefault("TURBOFINOPS_TODAY", big_store.TODAY)
    print(first_paint(root, big_store.TODAY, args.rounds))
    print(wire(root, big_store.TODAY))


if __name__ == "__main__":
    main()
