"""The bridge on screen: the same causes as the command, a waterfall, and what changed since you looked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.bridge import time_bridge
from turbofinops_tui.actions.figures import follow_up
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics.money import Money
from turbofinops_tui.screens.bridge import BridgeScreen
from turbofinops_tui.store.rules import enable_rule
from turbofinops_tui.widgets.charts.waterfall import Waterfall, draw, fitted

N = 10**9


@pytest.mark.parametrize("size", SIZES)
async def test_the_screen_has_the_causes_of_the_command(opener: Opener, size: tuple[int, int]) -> None:
    asked = time_bridge(Reports(opener.open()), "2026-09", "2026-10", "customer")
    async with running(opener, size) as (app, pilot):
        await press(pilot, "b")
        screen = app.screen
        assert isinstance(screen, BridgeScreen)
        rows = [(row.key, row.values["change"]) for row in screen.list.model.rows]
        assert rows == [(row.cause, Money(row.units, "USD")) for row in asked.summed]
        total = screen.list.model.pinned
        assert total is not None
        assert total.values["change"] == Money(asked.total, "USD")
        lines = shown(app)
        assert any("margin 2026-09" in line for line in lines)
        assert any("margin 2026-10" in line and "█" in line for line in lines)
        assert all(cell_len(line) <= size[0] for line in lines)


async def test_enter_goes_from_a_cause_to_whom_it_moved_to_the_customer(opener: Opener) -> None:
    async with running(opener) as (app, pilot):
        await press(pilot, "b", "g", "enter")
        screen = app.screen
        assert isinstance(screen, BridgeScreen)
        assert screen.cause
        assert screen.found is not None
        moved = sum(row.units for row in screen.found.rows if row.cause == screen.cause)
        amounts = [row.money("change") for row in screen.list.model.rows]
        assert sum(amount.units for amount in amounts if amount is not None) == moved
        await press(pilot, "enter")
        assert app.screen.name == "customer"
        await press(pilot, "b")
        own: object = app.screen
        assert isinstance(own, BridgeScreen)
        assert own.ref == screen.list.model.rows[0].key


async def test_what_changed_since_the_last_look(opener: Opener) -> None:
    session = opener.open()
    reports = Reports(session)
    follow_up(session, reports)
    async with running(opener) as (app, pilot):
        await press(pilot, "B")
        assert any("first time that you look" in line for line in shown(app))
        assert not any("Since you last looked" in line for line in shown(app))
        app.keep_state()
    link = next(line.id for line in rules_of(session, "links"))
    with session.store.write("disable link") as txn:
        enable_rule(txn, "links", link, False)
    async with running(opener) as (app, pilot):
        line = next(line for line in shown(app) if "Since you last looked" in line)
        assert "(2026-11-24)" in line
        assert "B shows all" in line
        await press(pilot, "B")
        assert isinstance(app.screen, BridgeScreen)
        assert app.screen.found is not None
        causes = {row.cause.partition(", by ")[0] for row in app.screen.found.rows}
        assert causes == {f"rules: link {link}"}
        app.keep_state()
    async with running(opener) as (app, _):
        assert not any("Since you last looked" in line for line in shown(app))


async def test_the_causes_are_written_as_csv_json_and_text(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(opener, SIZES[2]) as (app, pilot):
        await press(pilot, "b", "x", "enter")
        (asked,) = tmp_path.glob("bridge-*.csv")
        assert asked.read_text().startswith("customer,cause,amount\n")
        screen = app.screen
        assert isinstance(screen, BridgeScreen)
        assert screen.found is not None
        for ending in ("csv", "json", "txt"):
            screen._write(str(tmp_path / f"out.{ending}"))
        screen._write(str(tmp_path / "out.csv"))
        await settle(pilot)
        assert any("is there already" in line for line in shown(app))
        found = screen.found
    document = json.loads((tmp_path / "out.json").read_text())
    assert len(document["rows"]) == len(found.rows)
    assert len((tmp_path / "out.csv").read_text().splitlines()) == len(found.rows) + 1
    assert "change" in (tmp_path / "out.txt").read_text()
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600


async def test_an_empty_store_says_so(empty: Opener) -> None:
    async with running(empty) as (app, pilot):
        await press(pilot, "b")
        assert isinstance(app.screen, BridgeScreen)
        assert any("nothing changed" in line for line in shown(app))


def test_every_bar_begins_where_the_last_one_ended() -> None:
    data = Waterfall(("then", 100 * N), (("up", 40 * N), ("down", -90 * N)), ("now", 50 * N), "USD")
    lines = draw(data, 80, 5)
    text = ["".join(part for part, _ in line) for line in lines]
    ends = [(line.find(mark), line.rfind(mark)) for line, mark in zip(text, "█▓▒█", strict=False)]
    assert ends[0][0] == ends[3][0]
    assert abs(ends[1][0] - ends[0][1]) <= 1
    assert abs(ends[2][1] - ends[1][1]) <= 1
    assert abs(ends[2][0] - ends[3][1]) <= 1
    assert all(cell_len(line) <= 80 for line in text)
    roles = {role for line in lines for _, role in line}
    assert {"line", "good_bar", "bar"} <= roles
    assert "$40" in text[1]
    assert "-$90" in text[2]


def test_what_does_not_fit_is_one_step_with_its_sum() -> None:
    steps = [(str(number), (-1) ** number * number) for number in range(10)]
    kept = fitted(steps, 4)
    assert len(kept) == 4
    assert kept[-1][0] == "(7 others)"
    assert sum(units for _, units in kept) == sum(units for _, units in steps)
    assert [name for name, _ in kept[:-1]] == ["7", "8", "9"]


@pytest.mark.parametrize("margins", [(0, 0), (-5, -3), (7, 7), (10**18, -(10**18))])
def test_any_margins_can_be_drawn(margins: tuple[int, int]) -> None:
    data = Waterfall(
        ("a\x1b[31m", margins[0]), (("x" * 500, margins[1] - margins[0]),), ("b", margins[1]), "USD"
    )
    lines = draw(data, 60, 6)
    assert all(cell_len("".join(part for part, _ in line)) <= 60 for line in lines)
    assert not any("\x1b" in part for line in lines for part, _ in line)
