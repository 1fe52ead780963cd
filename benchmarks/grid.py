"""Row 13: a table of 100k rows ready, and one page scrolled: our grid against Textual's DataTable.

Both get rows that are in memory already, run headless at 120x40, and are timed in
a fresh process each. ``pilot.pause`` is part of every figure.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable

from benchmarks import figures, harness
from benchmarks.harness import Contender, Result
from turbofinops_tui.economics.money import Money
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import GridModel
from turbofinops_tui.widgets.money_rows import MoneyRow, money_column, name_column

SIZE = (120, 40)
MEASURES = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "ai_cost", "tax")
PAGES = 20


def money_rows(count: int) -> list[MoneyRow]:
    """``count`` rows with seven amounts each."""
    rows = []
    for number in range(count):
        values = [(number * 7919 + place * 104729) % 9_000_000 - 1_000_000 for place in range(7)]
        shown = {measure: (value, 2) for measure, value in zip(MEASURES, values, strict=True)}
        money = {
            measure: Money(value * 10**7, "USD") for measure, value in zip(MEASURES, values, strict=True)
        }
        rows.append(MoneyRow(f"customer-{number:06d}", f"c{number}", dict(money), shown, "USD"))
    return rows


class Ours(App[None]):
    """The money grid alone."""

    def compose(self) -> ComposeResult:
        """One grid with a name and seven amounts."""
        model: GridModel[MoneyRow] = GridModel(lambda row: row.label, lambda row: row.label)
        columns = [name_column("customer", 20), *(money_column(name, name, 11) for name in MEASURES)]
        yield Grid(model, lambda _: columns)


class Theirs(App[None]):
    """Textual's own table."""

    def compose(self) -> ComposeResult:
        """One DataTable."""
        yield DataTable(cursor_type="row")


async def _time(
    pilot: Pilot[None], ready: Callable[[], None], scroll: Callable[[int], None]
) -> dict[str, float]:
    await pilot.pause()
    start = time.perf_counter()
    ready()
    await pilot.pause()
    filled = time.perf_counter() - start
    pages, pauses = [], []
    for number in range(PAGES):
        start = time.perf_counter()
        scroll(number)
        await pilot.pause()
        pages.append(time.perf_counter() - start)
        start = time.perf_counter()
        await pilot.pause()
        pauses.append(time.perf_counter() - start)
    return {
        "ready": filled,
        "page": statistics.median(pages),
        "pause": statistics.median(pauses),
    }


async def ours(count: int) -> dict[str, float]:
    """Seconds until our grid shows ``count`` rows, and per page."""
    app = Ours()
    rows = money_rows(count)
    async with app.run_test(size=SIZE) as pilot:
        grid = app.query_one(Grid)
        grid.focus()
        return await _time(pilot, lambda: grid.set_rows(rows), lambda _: grid.action_page(1))


async def datatable(count: int) -> dict[str, float]:
    """The same for DataTable, from ready-made text."""
    app = Theirs()
    text = [
        (row.label, *(f"{part / 100:,.2f}" for part, _ in row.shown.values())) for row in money_rows(count)
    ]
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(DataTable)
        table.add_columns("customer", *MEASURES)

        def fill() -> None:
            table.add_rows(text)

        return await _time(pilot, fill, lambda _: table.action_page_down())


MODES: dict[str, Callable[[int], Awaitable[dict[str, float]]]] = {"ours": ours, "datatable": datatable}


def compare(rows: int, rounds: int) -> tuple[list[Result], str]:
    """Whole runs, and a table of the figures inside them."""
    found = harness.compare(
        [
            Contender(mode, harness.python("-m", "benchmarks.grid", mode, str(rows)), most=most)
            for mode, most in (("ours", 99), ("datatable", 3))
        ],
        rounds,
    )
    medians = {
        result.name: {
            key: statistics.median(json.loads(sample.out)[key] for sample in result.samples)
            for key in ("ready", "page", "pause")
        }
        for result in found
    }
    lines = [
        f"### A table of {rows:,} rows (headless, 120x40)",
        "",
        "| | ready ms | page ms | of it pause ms |",
        "|---|---:|---:|---:|",
    ]
    for name, median in medians.items():
        cells = " | ".join(f"{median[key] * 1000:.1f}" for key in ("ready", "page", "pause"))
        lines.append(f"| {name} | {cells} |")
    times = medians["datatable"]["ready"] / medians["ours"]["ready"]
    calibration, ours = harness.calibration(), medians["ours"]
    page = max(0.0, ours["page"] - ours["pause"]) * 1000 / calibration
    work, against = f"{rows:,}-row table ready", f"Textual DataTable, {medians['datatable']['ready']:.1f} s"
    measured = f"{times:.0f}x ({ours['ready'] * 1000:.0f} ms)"
    figures.note(13, work, against, ">= 50x", measured, times >= 50, calibration)
    figures.note(13, "page scroll, the test's pause off", against, "< 10 ms", f"{page:.1f} ms", page < 10,
                 calibration)  # fmt: skip
    lines.append(f"\nReady {times:.0f} times as fast.\n")
    return found, "\n".join(lines)


def main() -> None:
    """A mode and a size: one timing as JSON; otherwise the comparison."""
    if len(sys.argv) == 3 and sys.argv[1] in MODES:

        async def once() -> dict[str, float]:
            return await MODES[sys.argv[1]](int(sys.argv[2]))

        print(json.dumps(asyncio.run(once())))
        return
    args = harness.arguments(__doc__ or "", 100_000)
    print(compare(args.lines, args.rounds)[1])


if __name__ == "__main__":
    main()
