"""The grid on screen against the evaluation: same rows, same exact values, rounded from nothing else."""

from __future__ import annotations

import re

import pytest

from tests.one_number import paths, ways
from tests.one_number.program import Program
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.cli.context import Context
from turbofinops_tui.clock import from_environment
from turbofinops_tui.economics.types import Table
from turbofinops_tui.paths import resolve
from turbofinops_tui.widgets.frame import Frame
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.money_rows import MoneyRow

SIZES = [(80, 24), (120, 40), (200, 60)]


def _app(program: Program, screen: str) -> TurboApp:
    clock = from_environment({"TURBOFINOPS_TODAY": program.today})
    return TurboApp(Context(resolve(root=str(program.root), environ={}), clock), screen=screen)


def _evaluated(program: Program, tables: dict[str, Table]) -> dict[str, Table]:
    session = ways.open_on(program)
    try:
        reports = Reports(session)
        return {name: reports.table(table.slice) for name, table in tables.items()}
    finally:
        session.store.close()


def _same(shown: Table, evaluated: Table) -> None:
    assert paths.table_cells(shown) == paths.table_cells(evaluated)
    assert [row.values for row in shown.totals] == [row.values for row in evaluated.totals]
    assert [row.values for row in shown.unattributed] == [row.values for row in evaluated.unattributed]
    assert shown.books == evaluated.books


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_customers_grid(program: Program, size: tuple[int, int]) -> None:
    app = _app(program, "customers")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Frame)
        grid = screen.query_one("#customers", Grid)
        table = screen.tables["customers"]
        evaluated = _evaluated(program, {"customers": table})["customers"]
        _same(table, evaluated)
        _rows(grid, evaluated)
        _texts(grid, evaluated)


def _rows(grid: Grid[MoneyRow], table: Table) -> None:
    """Every row of the grid holds the exact values of its row in the table."""
    assert [(row.key, row.others, dict(row.values)) for row in grid.model.rows] == [
        (row.key[0], row.others, dict(zip(table.slice.measures, row.values, strict=True)))
        for row in table.rows
    ]


def _texts(grid: Grid[MoneyRow], table: Table) -> None:
    """What is drawn of money and percent columns is near the exact value, and ``y`` copies the exact one."""
    pinned = [grid.model.pinned] if grid.model.pinned is not None else []
    seen = 0
    for column in grid.columns:
        if column.id not in table.slice.measures:
            continue
        for row in [*grid.model.rows, *pinned]:
            value = row.values[column.id]
            text = "".join(part for part, _ in column.draw(row, column.width)).strip()
            assert column.exact is not None
            assert column.exact(row) == (paths.exact(value) or "")
            if not re.search("[<>]", text):  # a clamped figure is marked and says no number
                paths.assert_near(text, value)
            seen += 1
    assert seen >= 3 * len(grid.model.rows)


@pytest.mark.parametrize("name", ["overview", "customers", "links", "connections"])
async def test_every_table_of_every_screen(program: Program, name: str) -> None:
    app = _app(program, name)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Frame)
        tables = dict(screen.tables)
        assert not app.desk.stored or not tables
        for key, evaluated in _evaluated(program, tables).items():
            _same(tables[key], evaluated)


async def test_the_first_paint_of_the_second_start_is_what_the_first_one_kept(program: Program) -> None:
    first = _app(program, "customers")
    async with first.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await first.workers.wait_for_complete()
        await pilot.pause()
        screen = first.screen
        assert isinstance(screen, Frame)
        kept = dict(screen.tables)
    second = _app(program, "customers")
    stored = second.desk.first_tables({f"customers.{key}": table.slice for key, table in kept.items()})
    assert "customers.customers" in stored
    for key, table in stored.items():
        _same(table, kept[key.partition(".")[2]])
