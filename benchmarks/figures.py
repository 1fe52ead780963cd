"""The rows of the goals as they were measured: every comparison notes its own, one table shows them all.

``write`` puts the table between two marks of a page, with the machine, the versions and the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_HELD: list[Figure] = []


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: the number of its goal, what was measured against what, whether met."""

    row: int
    work: str
    against: str
    goal: str
    measured: str
    met: bool | None
    """None: not measured here, ``measured`` says why"""
    calibration: float


def note(
    row: int, work: str, against: str, goal: str, measured: str, met: bool | None, calibration: float
) -> None:
    """Keep one line for the table."""
    _HELD.append(Figure(row, work, against, goal, measured, met, calibration))


def rows() -> set[int]:
    """The numbers of the goals that have a line."""
    return {figure.row for figure in _HELD}


def table() -> str:
    """All lines by the number of their goal, as Markdown."""
    lines = [
        "| # | work | against | goal | measured | met | calibration |",
        "|---|---|---|---|---|---|---:|",
    ]
    words = {True: "yes", False: "no", None: "-"}
    lines += [
        f"| {f.row} | {f.work} | {f.against} | {f.goal} | {f.measured} | {words[f.met]}"
        f" | {f.calibration:.2f} |"
        for f in sorted(_HELD, key=lambda figure: figure.row)
    ]
    return "\n".join(lines) + "\n"


def write(page: Path, heading: str) -> None:
    """Replace what stands between the marks of ``page``; ValueError when it has none."""
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page}: no place for the table: {BEGIN} ... {END}")
    page.write_text(f"{before}{BEGIN}\n{heading}\n\n{table()}{END}{after}", "utf-8")
