"""After an edit: the period on screen at once, the rest marked until it is there, and exports wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import Opener
from tests.tui.driving import press, running, settle, shown
from turbofinops_tui.actions.drafts import Edit
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.types import Link, Slice, Table
from turbofinops_tui.screens.forms import LineForm
from turbofinops_tui.widgets.frame import same
from turbofinops_tui.widgets.settling import MARK, Settling, period_first

LIMIT = 60
"""seconds that a thread may take to get where a test stops it"""


class Gate:
    """Stops the thread that passes until it is opened."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self.open.wait(LIMIT)

    async def until_reached(self, pilot: Pilot[int]) -> None:
        assert await asyncio.to_thread(self.reached.wait, LIMIT)
        for _ in range(3):
            await pilot.pause()


def _edit(opener: Opener) -> list[Edit]:
    """Switches the link off that gives most customers their cost."""
    links = [rule for rule in rules_of(opener.open(), "links") if isinstance(rule, Link)]
    return [Edit("disable", "links", next(link.id for link in links if link.customer == "{value}"))]


def _gate_before_other_periods(app: TurboApp, monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate, fresh = Gate(), app.desk.fresh

    def gated(names: Mapping[str, Slice]) -> dict[str, Table]:
        if app.desk.settling and all(asked.range != app.desk.scope.range for asked in names.values()):
            gate.wait()
        return fresh(names)

    monkeypatch.setattr(app.desk, "fresh", gated)
    return gate


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_period_first_and_the_rest_marked(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with running(opener, size) as (app, pilot):
        before = app.screen.tables["now"]  # type: ignore[attr-defined]
        gate = _gate_before_other_periods(app, monkeypatch)
        app.draft(_edit(opener))
        await gate.until_reached(pilot)
        now = app.screen.tables["now"]  # type: ignore[attr-defined]
        assert now.slice.view == "draft"
        assert now.totals != before.totals
        assert same(now, Reports(opener.open()).table(now.slice))
        assert "trend" not in app.screen.tables  # type: ignore[attr-defined]
        assert MARK in shown(app)[2]
        assert sum(line.count(MARK) for line in shown(app)[3:]) >= 2  # cells say so too
        gate.open.set()
        await settle(pilot)
        assert not any("~" in line for line in shown(app))
        assert "trend" in app.screen.tables  # type: ignore[attr-defined]


async def _exported_during_an_edit(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> tuple[Table | None, Table]:
    """What ``x`` takes while an edit is on its way, and what it should be."""
    taken: list[Table | None] = []
    async with running(opener, screen="customers") as (app, pilot):
        gate, call = Gate(), app.desk.call

        def gated(work: Callable[..., Any]) -> Any:
            if not gate.open.is_set():
                gate.wait()
            return call(work)

        monkeypatch.setattr(app.desk, "call", gated)
        monkeypatch.setattr(app, "_export_shown", lambda: taken.append(app.screen.shown_table()))  # type: ignore[attr-defined]
        app.draft(_edit(opener))
        await gate.until_reached(pilot)
        await pilot.press("x")
        gate.open.set()
        await settle(pilot)
        right = Reports(opener.open()).table(app.screen.view())  # type: ignore[attr-defined]
        assert right.slice.view == "draft"
    assert len(taken) == 1
    return taken[0], right


async def test_an_export_waits(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, right = await _exported_during_an_edit(opener, monkeypatch)
    assert same(taken, right)


async def test_an_export_that_does_not_wait_is_caught(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settling, "when_settled", lambda self, what, then: then())
    taken, right = await _exported_during_an_edit(opener, monkeypatch)
    assert taken is None or (not same(taken, right) and taken.rows != right.rows)


async def test_waiting_is_said_and_the_form_opens_by_itself(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(opener) as (app, pilot):
        gate = _gate_before_other_periods(app, monkeypatch)
        app.draft(_edit(opener))
        await gate.until_reached(pilot)
        await pilot.press("x")
        assert not isinstance(app.screen, LineForm)
        assert any("the export waits until the figures have settled" in line for line in shown(app))
        gate.open.set()
        await settle(pilot)
        assert isinstance(app.screen, LineForm)


async def test_screens_seen_before_settle_behind(opener: Opener) -> None:
    async with running(opener) as (app, pilot):
        await press(pilot, "2", "1")
        app.draft(_edit(opener))
        await settle(pilot)
        assert not app.desk.settling
        known = set(app.desk._cache)
        await press(pilot, "2")
        assert set(app.desk._cache) == known


async def test_a_later_edit_keeps_the_mark(opener: Opener) -> None:
    async with running(opener) as (app, _pilot):
        done: list[str] = []
        app.unsettle()
        app.when_settled("it", lambda: done.append("it"))
        app.unsettle()
        app.settled(app.edits - 1)
        assert (app.desk.settling, done) == (True, [])
        app.settled(app.edits)
        assert (app.desk.settling, done) == (False, ["it"])
        app.when_settled("it", lambda: done.append("at once"))
        assert done == ["it", "at once"]


async def test_an_edit_that_fails_leaves_no_mark(opener: Opener) -> None:
    async with running(opener, screen="links") as (app, pilot):
        app.draft([Edit("disable", "links", "there is no such link")])
        await settle(pilot)
        assert not app.desk.settling
        assert not any(MARK in line for line in shown(app))


async def test_the_order(opener: Opener) -> None:
    async with running(opener) as (app, _pilot):
        desk = app.desk
        asked = {
            "trend": desk.slice(("month",), ("cost",), range=desk.months_back(12)),
            "now": desk.slice((), ("cost",)),
            "verdicts": desk.slice(("customer",), ("margin", "verdict")),
        }
        assert [list(batch) for batch in period_first(desk, asked)] == [["now"], ["trend", "verdicts"]]
