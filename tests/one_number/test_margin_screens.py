"""Cohorts, features and margins on screen are the report's own numbers, and they add up to its totals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.one_number import paths, ways
from tests.one_number.program import Program
from turbofinops_tui.actions.features_view import parted
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.cli.context import Context
from turbofinops_tui.clock import from_environment
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.types import Table
from turbofinops_tui.paths import resolve
from turbofinops_tui.screens.cohorts import CohortsScreen
from turbofinops_tui.screens.features import FeaturesScreen
from turbofinops_tui.screens.margins import MarginsScreen
from turbofinops_tui.widgets.frame import Frame


@asynccontextmanager
async def _opened(program: Program, screen: str) -> AsyncIterator[tuple[TurboApp, Pilot[int]]]:
    clock = from_environment({"TURBOFINOPS_TODAY": program.today})
    app = TurboApp(Context(resolve(root=str(program.root), environ={}), clock), screen=screen)
    async with app.run_test(size=(120, 40)) as pilot:
        await _settle(pilot)
        yield app, pilot


async def _settle(pilot: Pilot[int]) -> None:
    for _ in range(4):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def _same_as_evaluated(program: Program, screen: Frame) -> None:
    session = ways.open_on(program)
    try:
        reports = Reports(session)
        for name, shown in screen.tables.items():
            fresh = reports.table(shown.slice)
            assert paths.table_cells(shown) == paths.table_cells(fresh), name
            assert [row.values for row in shown.totals] == [row.values for row in fresh.totals], name
            assert shown.books == fresh.books
    finally:
        session.store.close()


def _sum(table: Table, measure: str) -> int:
    column = table.column(measure)
    return sum(value.units for row in table.rows if isinstance(value := row.values[column], Money))


def _total(table: Table, measure: str) -> int:
    value = table.totals[0].values[table.column(measure)]
    assert isinstance(value, Money)
    return value.units


@pytest.mark.parametrize("keys", ["", "c", "b", "bb"])
async def test_cohort_cells_are_the_report(program: Program, keys: str) -> None:
    async with _opened(program, "cohorts") as (app, pilot):
        for key in keys:
            await pilot.press(key)
            await _settle(pilot)
        screen = app.screen
        assert isinstance(screen, CohortsScreen)
        _same_as_evaluated(program, screen)
        heat, cells = screen.heat, screen.tables["cells"]
        assert heat is not None
        rows = {row.key: row for row in heat.rows}
        seen = 0
        for record, values in cells.records():
            group, time = record.key
            if time is not None:
                assert dict(rows[group].cells[time].monthly) == values
                seen += 1
        assert seen
        for measure in ("revenue", "cost", "margin"):
            whole = _total(screen.tables["groups"], measure)
            assert _sum(cells, measure) == _sum(screen.tables["groups"], measure) == whole
            assert _sum(screen.tables["all"], measure) == whole


async def test_customers_of_a_cell_add_up_to_it(program: Program) -> None:
    async with _opened(program, "cohorts") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, CohortsScreen)
        heat = screen.heat
        assert heat is not None
        row = next(row for row in heat.rows if row.cells and not row.special)
        column = next(iter(row.cells))
        screen.map.move_to(heat.rows.index(row))
        screen.map.column_id = column
        await pilot.press("enter")
        await _settle(pilot)
        opened = app.screen
        assert isinstance(opened, Frame)
        assert opened.ID == "customers"
        table = opened.tables["customers"]
        for measure in ("revenue", "cost", "margin"):
            value = row.cells[column].monthly[measure]
            assert isinstance(value, Money)
            assert _sum(table, measure) == value.units


async def test_customers_of_a_cohort_add_up_to_it(program: Program) -> None:
    async with _opened(program, "cohorts") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, CohortsScreen)
        assert screen.heat is not None
        row = screen.heat.rows[0]
        await pilot.press("enter")
        await _settle(pilot)
        inside = app.screen
        assert isinstance(inside, CohortsScreen)
        assert inside.inside == row.key
        assert inside.heat is not None
        for measure in ("revenue", "cost", "margin"):
            parts = [line.whole[measure] for line in inside.heat.rows]
            whole = row.whole[measure]
            assert isinstance(whole, Money)
            assert sum(part.units for part in parts if isinstance(part, Money)) == whole.units


async def test_features_add_up_with_the_rows_of_no_feature(program: Program) -> None:
    async with _opened(program, "features") as (app, _):
        screen = app.screen
        assert isinstance(screen, FeaturesScreen)
        _same_as_evaluated(program, screen)
        table = screen.tables["features"]
        for measure in ("revenue", "cost", "direct_cost", "shared_cost", "margin"):
            assert _sum(parted(table), measure) == _sum(table, measure) == _total(table, measure)
        assert screen.list.model.pinned is not None
        products = screen.products.model.rows
        revenue = [item.revenue for item in products]
        assert sum(v.units for v in revenue if isinstance(v, Money)) == _total(table, "revenue")


@pytest.mark.parametrize("keys", ["", "c", "cb", "cc"])
async def test_margins_lists_are_the_report(program: Program, keys: str) -> None:
    async with _opened(program, "margins") as (app, pilot):
        for key in keys:
            await pilot.press(key)
            await _settle(pilot)
        screen = app.screen
        assert isinstance(screen, MarginsScreen)
        _same_as_evaluated(program, screen)
        table = screen.shown_table()
        assert table is not None
        assert _sum(table, "cost") == _total(table, "cost")
        if screen.composed is not None and keys.startswith("c") and keys != "cc":
            assert sum(map(sum, screen.composed.layers)) == _total(table, "cost")
