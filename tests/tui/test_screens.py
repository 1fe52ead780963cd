"""Screens on a real small store: the same numbers as the report, one grammar, nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Link, Slice, Table
from turbofinops_tui.screens.customer import CustomerScreen
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.links import LinksScreen
from turbofinops_tui.screens.overview import OverviewScreen


def _report(opener: Opener, asked: Slice) -> Table:
    return Reports(opener.open()).table(asked)


def _customers(app: TurboApp) -> CustomersScreen:
    assert isinstance(app.screen, CustomersScreen)
    return app.screen


def _losers(opener: Opener) -> list[tuple[str | None, int]]:
    table = _report(opener, Slice(measures=("margin",), range=Range("last-month")))
    pairs = [(row.key[0], row.values[0].units) for row in table.rows if isinstance(row.values[0], Money)]
    return sorted((pair for pair in pairs if pair[1] < 0), key=lambda pair: (pair[1], pair[0] or ""))


async def test_the_overview_answers_who_since_when_and_because_of_what(opener: Opener) -> None:
    async with running(opener) as (app, _):
        screen = app.screen
        assert isinstance(screen, OverviewScreen)
        rows = [(row.key, row.values["margin"].units) for row in screen.rows]  # type: ignore[union-attr]
        assert rows == _losers(opener)
        worst = next(row for row in screen.rows if row.key is not None)
        assert worst.since
        assert worst.note.endswith("of cost")
        lines = shown(app)
        assert any(worst.label in line and worst.since in line and worst.note in line for line in lines)
        losing = sum(key is not None for key, _ in rows)
        assert any(f"{losing}  of" in line for line in lines)


@pytest.mark.parametrize("size", SIZES)
async def test_customers_are_the_cells_of_the_report_and_add_up(
    opener: Opener, size: tuple[int, int]
) -> None:
    async with running(opener, size, "customers") as (app, _):
        screen = _customers(app)
        table = _report(opener, screen.view())
        assert [row.key for row in screen.rows] == [row.key[0] for row in table.rows]
        for row, source in zip(screen.rows, table.rows, strict=True):
            assert list(row.values.values()) == list(source.values)
        assert screen.total is not None
        for measure in ("revenue", "cost", "margin"):
            assert sum(row.shown[measure][0] for row in screen.rows) == screen.total.shown[measure][0]


async def test_losing_only_top_and_back_to_all(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        screen = _customers(app)
        everybody = len(screen.rows)
        await press(pilot, "a")
        assert [row.key for row in screen.rows] == [key for key, _ in _losers(opener)]
        await press(pilot, "a", "t")
        assert screen.crumbs() == ["Customers", "all, top 10"]
        assert [row.label for row in screen.rows if row.others] == ["(others)"]
        assert len([row for row in screen.rows if row.key is not None and not row.others]) == 10
        await press(pilot, "t", "t", "t")
        assert len(screen.rows) == everybody


async def test_filter_narrows_while_typed_enter_keeps_it_and_esc_shows_all(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        screen = _customers(app)
        label = screen.rows[3].label
        await press(pilot, "slash", *label[:4].replace("-", "_").split("_")[0])
        assert 0 < len(screen.list.model) < len(screen.rows)
        await press(pilot, "enter")
        assert screen.focused is screen.list
        assert "esc shows all" in screen.status.text
        await press(pilot, "escape")
        assert len(screen.list.model) == len(screen.rows)


async def test_any_column_sorts_both_ways(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        screen = _customers(app)
        screen.list.column_id = "revenue"
        await press(pilot, "s")
        order = [screen.rows[index].money("revenue") for index in screen.list.model.order]
        units = [amount.units for amount in order if amount is not None]
        assert units == sorted(units, reverse=True)
        assert "Revenue↓" in shown(app)[3]
        await press(pilot, "S")
        assert "Revenue↑" in shown(app)[3]


async def test_drill_down_and_back_keeps_the_place(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        screen = _customers(app)
        await press(pilot, "down", "down", "enter")
        customer = app.screen
        assert isinstance(customer, CustomerScreen)
        chosen = screen.list.current
        assert chosen is not None
        assert customer.crumbs() == ["Customers", chosen.key]
        parts = customer.totals["provider"]
        assert parts is not None
        assert parts.values["cost"] == chosen.values["cost"]
        await press(pilot, "tab")
        assert customer.view().by == ("customer", "service")
        await press(pilot, "backspace")
        assert app.screen is screen
        assert screen.list.current is chosen
        await press(pilot, "enter", "q")
        assert app.screen is screen


async def test_the_period_moves_and_stops_at_the_running_month(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "left_square_bracket")
        assert "2026-09 · 30 of 30 days" in shown(app)[2]
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "2026-11" in shown(app)[2]
        assert "of 30 days, provisional" in shown(app)[2]
        await press(pilot, "right_square_bracket")
        assert app.frame is not None
        assert app.frame.status.text == "this is the running period"


async def test_a_rule_switched_off_moves_its_dollars_and_comes_back_by_undo(opener: Opener) -> None:
    async with running(opener, (120, 40), "links") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LinksScreen)
        place = next(i for i, line in enumerate(screen.list.model.rows) if line.kind == "tag")
        screen.list.move_to(place)
        rule = screen.list.current
        assert rule is not None
        before = screen.tables["now"]
        await press(pilot, "o")
        assert not _enabled(opener, rule.place)
        after = screen.tables["now"]
        column = before.column("direct_cost")
        assert _units(after, column) < _units(before, column)
        assert after.books.rules != before.books.rules
        await press(pilot, "u")
        assert screen.tables["now"] == replace(before, as_of=screen.tables["now"].as_of)
        await press(pilot, "U")
        assert not _enabled(opener, rule.place)
        assert app.screen.status.text.startswith(f"disabled {rule.id}")  # type: ignore[attr-defined]


def _enabled(opener: Opener, place: int) -> bool:
    rule = rules_of(opener.open(), "links")[place - 1]
    assert isinstance(rule, Link)
    return rule.enabled


def _units(table: Table, column: int) -> int:
    value = table.totals[0].values[column]
    assert isinstance(value, Money)
    return value.units


async def test_moving_a_rule_changes_the_order_within_its_list(opener: Opener) -> None:
    async with running(opener, (120, 40), "links") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LinksScreen)
        ids = [rule.id for rule in rules_of(opener.open(), "links")]
        place = next(i for i, line in enumerate(screen.list.model.rows) if line.id == ids[0])
        screen.list.move_to(place)
        await press(pilot, "J")
        assert [rule.id for rule in rules_of(opener.open(), "links")][:2] == [ids[1], ids[0]]
        await press(pilot, "u")
        assert [rule.id for rule in rules_of(opener.open(), "links")] == ids


async def test_read_only_refuses_with_the_reason(opener: Opener) -> None:
    async with running(replace(opener, read_only=True), screen="links") as (app, pilot):
        await press(pilot, "o")
        assert app.frame is not None
        assert "read-only" in app.frame.status.text


@pytest.mark.parametrize("ending", ["csv", "json"])
async def test_export_writes_what_is_on_screen(opener: Opener, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "x")
        app.screen.query_one("Input").value = str(target)  # type: ignore[attr-defined]
        await press(pilot, "enter")
        screen = _customers(app)
        table = _report(opener, screen.view())
        text = target.read_text("utf-8")
        if ending == "json":
            document = json.loads(text)
            assert document["books"] == table.books.whole
            assert len(document["rows"]) == len(table.rows)
        else:
            assert text.splitlines()[0].startswith("customer,revenue,cost")
            assert len(text.splitlines()) == len(table.rows) + 1
        await press(pilot, "x")
        app.screen.query_one("Input").value = str(target)  # type: ignore[attr-defined]
        target.write_text("mine", "utf-8")
        await press(pilot, "enter", "enter")  # the question's focus is on "no"
        assert target.read_text("utf-8") == "mine"


async def test_the_copied_command_prints_this_view(opener: Opener) -> None:
    import shlex

    from turbofinops_tui.cli.options import slice_from_args
    from turbofinops_tui.cli.parsing import Parser
    from turbofinops_tui.cli.reports import register

    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "a", "y")
        assert app.clipboard.startswith("-")
        view = _customers(app).view()
        await press(pilot, "Y")
        words = shlex.split(app.clipboard)
        assert words[:2] == ["turbofinops", "report"]
        parser = Parser(prog="x")
        register(parser)
        asked = slice_from_args(parser.parse_args(words[2:]), Slice(), app.desk.today)
        assert asked == view


async def test_the_slice_form_keeps_what_cannot_be_read_and_applies_what_can(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "f")
        app.screen.query_one("#period").value = "soon"  # type: ignore[attr-defined]
        await press(pilot, "enter")
        assert any("'soon' is not a period" in line for line in shown(app))
        app.screen.query_one("#period").value = "2026-Q3"  # type: ignore[attr-defined]
        app.screen.query_one("#where").value = "provider=aws"  # type: ignore[attr-defined]
        await press(pilot, "enter")
        view = _customers(app).view()
        assert view.range == Range("2026-Q3")
        assert [(c.dimension, c.pattern) for c in view.where] == [("provider", "aws")]
        assert "provider=aws" in shown(app)[1]


async def test_the_palette_runs_a_command_by_name(opener: Opener) -> None:
    async with running(opener) as (app, pilot):
        await press(pilot, "colon", *"links", "enter")
        assert isinstance(app.screen, LinksScreen)


async def test_an_empty_store_teaches(empty: Opener) -> None:
    async with running(empty) as (app, pilot):
        lines = "\n".join(shown(app))
        assert "No data yet" in lines
        assert "turbofinops import focus" in lines
        for key in ("2", "6", "8", "1"):
            await press(pilot, key)
        assert "No data yet" in "\n".join(shown(app))
        await pilot.press("d")
    assert app.return_value == 100


@pytest.mark.parametrize("size", [(80, 24), (60, 18), (200, 60)])
async def test_no_line_is_wider_than_the_terminal(opener: Opener, size: tuple[int, int]) -> None:
    from rich.cells import cell_len

    async with running(opener, size) as (app, pilot):
        for key in (
            "1",
            "2",
            "6",
            "8",
            "2",
            "down",
            "enter",
            "escape",
            "question_mark",
            "escape",
            "colon",
            "escape",
        ):
            await press(pilot, key)
            assert max(cell_len(line) for line in shown(app)) <= size[0], key


async def test_cost_alone_is_a_state_of_its_own(empty: Opener, tmp_path: Path) -> None:
    from turbofinops_tui.actions.imports import import_costs
    from turbofinops_tui.actions.links import add_rule
    from turbofinops_tui.economics.types import Match

    bill = tmp_path / "bill.csv"
    bill.write_text(
        "day,cost,currency,service,who\n2026-10-05,70.5,USD,EC2,acme\n2026-10-06,9.5,USD,S3,\n", "utf-8"
    )
    session = empty.open()
    words = ["day=day", "cost=cost", "currency=currency", "service=service", "tag:customer=who"]
    import_costs(session, [bill], "bill", words)
    add_rule(session, Link("all", "tag", Match((("tag:customer", "*"),)), "{value}"))
    async with running(empty) as (app, pilot):
        lines = "\n".join(shown(app))
        assert "COST ONLY  no revenue yet, so no margins   I adds it" in lines
        assert "Gross margin" not in lines
        assert "$80.00" in lines
        await press(pilot, "2")
        screen = _customers(app)
        assert [column.id for column in screen.list.columns][:2] == ["name", "cost"]
        assert "—" not in "\n".join(line for line in shown(app) if "acme" in line)


async def test_a_newer_store_ends_the_app_with_its_code(opener: Opener) -> None:
    import sqlite3

    conn = sqlite3.connect(opener.paths.store)
    conn.execute("PRAGMA user_version = 9999")
    conn.commit()
    conn.close()
    app = TurboApp(opener)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
    assert app.return_value == 5
    assert "9999" in app.last_line
