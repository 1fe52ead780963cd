"""Cohorts, Features and Margins on a terminal: every size, every key, bad input, nothing clipped."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.imports import import_costs
from turbofinops_tui.actions.links import add_rule
from turbofinops_tui.actions.revenue_imports import import_revenue
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.charted import HEAVY, SAFE, Composition, Point, Scatter
from turbofinops_tui.economics.types import Link, Match
from turbofinops_tui.screens.cohorts import CohortsScreen
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.features import FeaturesScreen
from turbofinops_tui.screens.margins import MarginsScreen
from turbofinops_tui.screens.revenue_map import RevenueMap
from turbofinops_tui.widgets.charts import ranked, scatter, stacked
from turbofinops_tui.widgets.charts.heat import EVEN
from turbofinops_tui.widgets.paint import Spans

ONE = 10**9
LONG = "x" * 500
NAMES = (
    "acme",
    LONG,
    "\u05e9\u05dc\u05d5\u05dd",
    "\u5317\u4eac\u5ba2\u6237\u6709\u9650\u516c\u53f8",
    "[red]x[/red]",
    "re:(",
)


def make(opener: Opener, folder: Path, names: tuple[str, ...], months: int) -> None:
    """Customers that begin a month after each other; every third month has no revenue, some a refund."""
    folder.mkdir(exist_ok=True)
    session = opener.open()
    costs, revenue = folder / "costs.csv", folder / "revenue.csv"
    with costs.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "cost", "currency", "service", "who"])
        for index, name in enumerate(names):
            for month in range(index % months, months):
                writer.writerow([_day(month), f"{40 + index % 7}.5", "USD", f"service {name}", name])
    with revenue.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "customer", "kind", "amount", "currency", "occurred_at", "product"])
        for index, name in enumerate(names):
            for month in range(index % months, months):
                if month % 3 == 1:
                    continue
                kind, amount = ("refund", "-900") if month % 7 == 6 else ("subscription", "60")
                writer.writerow(
                    [f"{index}-{month}", name, kind, amount, "USD", f"{_day(month)}T10:00:00Z", name]
                )
    fields = ["day=day", "cost=cost", "currency=currency", "service=service", "tag:customer=who"]
    import_costs(session, [costs], "bill", fields)
    add_rule(session, Link("all", "tag", Match((("tag:customer", "*"),)), "{value}"))
    import_revenue(session, revenue, "crm")
    session.store.close()


def _day(month: int) -> str:
    year, rest = divmod(2026 * 12 + 9 - 40 + month, 12)
    return f"{year}-{rest + 1:02}-05"


def _crumbs(app: TurboApp) -> str:
    """Where the list of customers on top was opened from."""
    assert isinstance(app.screen, CustomersScreen)
    return app.screen.crumbs()[0]


def _fits(lines: list[str], width: int) -> None:
    assert all(cell_len(line) <= width for line in lines)
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("screen", ["cohorts", "features", "margins"])
async def test_every_size(opener: Opener, screen: str, size: tuple[int, int]) -> None:
    async with running(opener, size, screen) as (app, pilot):
        _fits(shown(app), size[0])
        text = "\n".join(shown(app))
        wanted = {"cohorts": EVEN, "features": "(no feature)", "margins": "revenue"}[screen]
        assert wanted in text
        await pilot.resize_terminal(61, 17)
        await pilot.resize_terminal(*size)
        await settle(pilot)
        assert "\n".join(shown(app)) == text


@pytest.mark.parametrize("screen", ["cohorts", "features", "margins"])
async def test_without_data_the_screen_teaches(empty: Opener, screen: str) -> None:
    async with running(empty, screen=screen) as (app, pilot):
        assert any("No data yet" in line for line in shown(app))
        await pilot.press("c", "b", "m", "C", "tab", "e", "enter", "escape", "i")
        await press(pilot, "x")
        assert app.is_running


async def test_eighteen_months_in_eighty_columns(opener: Opener) -> None:
    async with running(opener, (80, 24), "cohorts") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, CohortsScreen)
        assert screen.map.cell == 4
        assert (80 - 7 - 1) // screen.map.cell == 18
        await press(pilot, "m")
        assert "cumulative margin in USD" in "\n".join(shown(app))
        await press(pilot, "C")
        assert "monthly margin in USD" in "\n".join(shown(app))
        await press(pilot, "M", "M")
        assert screen.look.metric == "customers"
        await press(pilot, "C")  # of one month: nothing to add up
        assert not screen.look.running


async def test_down_from_a_name_and_from_a_cell(opener: Opener) -> None:
    async with running(opener, (120, 40), "cohorts") as (app, pilot):
        top = app.screen
        assert isinstance(top, CohortsScreen)
        await press(pilot, "enter")
        inside = app.screen
        assert isinstance(inside, CohortsScreen)
        assert inside is not top
        assert inside.inside == top.map.model.rows[0].key
        await press(pilot, "escape")
        assert top.is_current
        await pilot.press("right", "right", "right")
        await press(pilot, "enter")
        assert _crumbs(app) == "Cohorts"
        await press(pilot, "escape")
        await press(pilot, "b")
        assert top.look.by == "plan"
        await press(pilot, "c")
        assert top.look.calendar
        assert "month" in "\n".join(shown(app))


async def test_hostile_and_odd_customers(empty: Opener, tmp_path: Path) -> None:
    make(empty, tmp_path / "in", NAMES, 30)
    async with running(empty, (80, 24), "cohorts") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, CohortsScreen)
        assert screen.heat is not None
        assert len(screen.heat.columns) >= 30
        await pilot.press(*["right"] * 32)
        assert screen.map.chosen_month == screen.heat.columns[-1]
        assert screen.map.first > 0
        assert any("‹" in line for line in shown(app))
        await pilot.press(*["left"] * 32)
        await settle(pilot)
        assert screen.map.column_id == "name"
        assert screen.map.first == 0
        await press(pilot, "enter")
        _fits(shown(app), 80)
        for key in ("4", "tab", "e", "escape", "5", "c", "b", "c", "down"):
            await press(pilot, key)
            _fits(shown(app), 80)


async def test_one_customer_and_one_month(empty: Opener, tmp_path: Path) -> None:
    make(empty, tmp_path / "in", ("alone",), 1)
    async with running(empty, (80, 24), "cohorts") as (app, pilot):
        for key in ("3", "c", "m", "enter", "escape", "4", "enter", "escape", "5", "c", "c", "enter"):
            await press(pilot, key)
            _fits(shown(app), 80)
        assert app.is_running


async def test_four_hundred_groups(empty: Opener, tmp_path: Path) -> None:
    make(empty, tmp_path / "in", tuple(f"customer {n}" for n in range(400)), 24)
    async with running(empty, (80, 24), "cohorts") as (app, pilot):
        top = app.screen
        assert isinstance(top, CohortsScreen)
        top._use(type(top.look)(by="customer"))
        await settle(pilot)
        assert top.heat is not None
        assert len(top.heat.rows) >= 400
        await press(pilot, "G", "g", "pagedown", "s", "slash", "3", "9", "9", "enter")
        assert any("customer 399" in line for line in shown(app))


async def test_revenue_is_mapped_in_the_draft(opener: Opener) -> None:
    async with running(opener, (120, 40), "features") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, FeaturesScreen)
        await press(pilot, "tab", "e")
        form = app.screen
        assert isinstance(form, RevenueMap)
        form.split.value = "core=60"
        await settle(pilot)
        assert any("100" in line for line in shown(app))  # refused beside the field
        await press(pilot, "enter")
        assert form.is_current
        form.split.value = "core=60 brand-new=40"
        await settle(pilot)
        assert any("brand-new" in line and "+" in line for line in shown(app))
        await press(pilot, "enter")
        assert app.desk.draft is not None
        assert app.desk.scope.view == "draft"
        assert any(row.label == "brand-new" for row in screen.list.model.rows)
        await press(pilot, "u")
        assert not any(row.label == "brand-new" for row in screen.list.model.rows)


async def test_customers_of_a_feature(opener: Opener) -> None:
    async with running(opener, (120, 40), "features") as (app, pilot):
        await press(pilot, "G", "enter")
        assert isinstance(app.screen, CustomersScreen)
        assert app.screen.crumbs()[0] == "Features"
        await press(pilot, "escape", "g", "enter")  # no feature
        assert isinstance(app.screen, CustomersScreen)


async def test_charts_change_by_one_key_and_are_written_as_text(opener: Opener, tmp_path: Path) -> None:
    async with running(opener, (120, 40), "margins") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, MarginsScreen)
        seen = [screen.chart.text()]
        for _ in range(2):
            await press(pilot, "c")
            seen.append(screen.chart.text())
        assert len({*seen}) == 3
        target = tmp_path / "chart.txt"
        screen._write(str(target))
        assert target.read_text("utf-8") == seen[2]
        assert target.stat().st_mode & 0o777 == 0o600
        screen._write(str(tmp_path / "chart.pdf"))
        assert any(".txt" in line for line in shown(app))
        named = screen._with_chosen().chosen
        await press(pilot, "down")
        assert screen._with_chosen().chosen != named
        await press(pilot, "c")
        assert screen.chart.text() == seen[0]


def _text(lines: Sequence[Spans]) -> list[str]:
    return ["".join(part for part, _ in line) for line in lines]


@pytest.mark.parametrize("size", [(30, 8), (76, 12), (140, 50)])
def test_charts_fill_their_size_whatever_the_amounts(size: tuple[int, int]) -> None:
    months = tuple(f"26-{month:02}" for month in range(1, 13))
    layers = tuple(
        tuple((-1) ** (m + layer) * 10 ** (m + layer) * ONE for m in range(12)) for layer in range(3)
    )
    names = ("a", LONG, "all others")
    points = tuple(
        Point(name, (-5 + 9**n) * ONE, n * ONE, HEAVY if n % 2 else SAFE) for n, name in enumerate(NAMES)
    )
    for lines in (
        stacked.draw(Composition(months, names, layers, "USD"), *size, "braille"),
        scatter.draw(Scatter(points, "USD", LONG), *size, "braille"),
        scatter.draw(Scatter((), "USD"), *size, "hd"),
        ranked.draw(
            ranked.Ranked(tuple((n, (i - 3) * ONE) for i, n in enumerate(NAMES)), "USD"), *size, "hd"
        ),
        ranked.draw(ranked.Ranked((), "USD"), *size, "hd"),
    ):
        text = _text(lines)
        assert len(text) == size[1]
        assert all(cell_len(line) <= size[0] for line in text)
        assert not any("\x1b" in line for line in text)


def test_bars_are_whole_and_alike() -> None:
    layers = (tuple([ONE] * 12),)
    months = tuple(f"26-{month:02}" for month in range(1, 13))
    for width in range(40, 130):
        line = _text(stacked.draw(Composition(months, ("a",), layers, "USD"), width, 9, "hd"))[3]
        bars = line[7:].split()
        assert len({len(bar) for bar in bars}) == 1
        assert len(bars) >= 10


def test_the_chosen_customer_is_marked_and_named() -> None:
    points = (Point("rich", 900 * ONE, ONE, SAFE), Point("heavy", 9 * ONE, 90 * ONE, HEAVY))
    text = "\n".join(_text(scatter.draw(Scatter(points, "USD", "rich"), 70, 16, "hd")))
    assert "◉ rich" in text or "rich ◉" in text
    assert "◆ heavy" in text
