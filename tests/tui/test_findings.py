"""Findings: the queue with its money, steps that can be undone, proposals that go into the draft."""

from __future__ import annotations

import pytest

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.drafts import Drafts
from turbofinops_tui.actions.findings import findings, wanting
from turbofinops_tui.actions.links import remove_rule, rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.whatif import whatif
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.scenario import Scenario, parse_price
from turbofinops_tui.screens.finding import FindingPanel
from turbofinops_tui.screens.findings import FindingsScreen
from turbofinops_tui.screens.rule_editor import RuleEditor
from turbofinops_tui.screens.whatif import WhatIfPanel


def _screen(app: TurboApp) -> FindingsScreen:
    assert isinstance(app.screen, FindingsScreen)
    return app.screen


def _losers(opener: Opener) -> list[str]:
    found = findings(Reports(opener.open()))
    return [item.key for item in wanting(found) if item.kind == "customer"]


def _states(opener: Opener) -> dict[str, str]:
    found = findings(Reports(opener.open()))
    return {item.key: item.state(found.today) for item in found.items if item.kind == "customer"}


@pytest.fixture
def untied(opener: Opener) -> Opener:
    """The business without its first link, so that dollars have no customer and proposals come."""
    session = opener.open()
    for rule in rules_of(session, "links"):
        remove_rule(session, "links", rule.id)
    return opener


@pytest.mark.parametrize("size", SIZES)
async def test_the_queue_is_the_list_of_the_command_the_dearest_first(
    opener: Opener, size: tuple[int, int]
) -> None:
    async with running(opener, size, "findings") as (app, _):
        screen = _screen(app)
        found = wanting(findings(Reports(opener.open())))
        assert [line.item.name for line in screen.list.model.rows if line.proposal is None] == [
            item.name for item in found
        ]
        lines = shown(app)
        for item in found[: size[1] - 12]:
            assert any(item.what in line for line in lines)
        assert all(len(line) <= size[0] for line in lines)


async def test_both_keys_open_it(opener: Opener) -> None:
    async with running(opener) as (app, pilot):
        await press(pilot, "7")
        _screen(app)
        await press(pilot, "1", "exclamation_mark")
        _screen(app)


async def test_marked_findings_are_accepted_together_after_a_preview_and_undone(opener: Opener) -> None:
    losers = _losers(opener)[:2]
    async with running(opener, (80, 24), "findings") as (app, pilot):
        screen = _screen(app)
        for place, line in enumerate(screen.list.model.rows):
            if line.item.kind == "customer" and line.item.key in losers:
                screen.list.move_to(place)
                await press(pilot, "space")
        await press(pilot, "a")
        assert any("2 together about" in line for line in shown(app))
        await press(pilot, *("minus" if char == "-" else char for char in "2027-01-31"), "enter")
        assert {key: _states(opener)[key] for key in losers} == dict.fromkeys(losers, "accepted")
        keys = [line.item.key for line in screen.list.model.rows if line.item.kind == "customer"]
        assert not set(losers) & set(keys)
        await press(pilot, "A")
        assert any("accepted" in line and "2027-01-31" in line for line in shown(app))
        await press(pilot, "A", "u")
        assert {key: _states(opener)[key] for key in losers} == dict.fromkeys(losers, "open")


async def test_enter_shows_what_each_remedy_brings_and_plans_it(opener: Opener) -> None:
    loser = _losers(opener)[0]
    async with running(opener, (80, 24), "findings") as (app, pilot):
        screen = _screen(app)
        place = next(i for i, line in enumerate(screen.list.model.rows) if line.item.key == loser)
        screen.list.move_to(place)
        await press(pilot, "enter")
        panel = app.screen
        assert isinstance(panel, FindingPanel)
        offered = [remedy for _, remedy in panel.list.model.rows]
        gains = [remedy.gain.units for remedy in offered if remedy.gain is not None]
        assert gains == sorted(gains, reverse=True)
        assert offered[-1].kind == "accept"
        await press(pilot, "enter", "a", "n", "a", "enter")
        line = next(line for line in screen.list.model.rows if line.item.key == loser)
        assert (line.state, line.owner) == ("planned", "ana")
        assert line.item.path is not None
        assert offered[0].margin is not None
        assert line.item.path.plan["expected"] == offered[0].margin.text()
        await press(pilot, "c", "enter")
        assert _states(opener)[loser] == "done"
        await press(pilot, "o")
        assert app.screen.crumbs() == ["Findings", loser]  # type: ignore[attr-defined]


async def test_proposals_go_into_the_draft_are_skipped_and_edited(untied: Opener) -> None:
    async with running(untied, (120, 40), "findings") as (app, pilot):
        screen = _screen(app)
        places = [i for i, line in enumerate(screen.list.model.rows) if line.proposal is not None]
        above = screen.list.model.rows[places[0] - 1]
        assert above.item.kind == "unattributed"
        first = screen.list.model.rows[places[0]]
        assert first.proposal is not None
        assert first.proposal.proposal.kind == "template"
        screen.list.move_to(places[0])
        await press(pilot, "e")
        assert isinstance(app.screen, RuleEditor)
        await press(pilot, "escape")
        await press(pilot, "a")
        assert any("into the draft" in line for line in shown(app))
        await press(pilot, "enter")
        draft = Drafts(untied.open(), lambda: Reports(untied.open()).books()).load()
        assert draft is not None
        assert not rules_of(untied.open(), "links")
        await press(pilot, "u")
        screen.list.move_to(places[0])
        await press(pilot, "z")
        names = [line.item.name for line in screen.list.model.rows]
        assert first.item.name not in names


async def test_what_if_on_a_customer_is_the_command(opener: Opener) -> None:
    loser = _losers(opener)[0]
    async with running(opener, (80, 24), "customers") as (app, pilot):
        app.drill("customer", loser)
        await settle(pilot)
        await press(pilot, "w", "plus", "5", "0", "percent_sign")
        panel = app.screen
        assert isinstance(panel, WhatIfPanel)
        asked = app.desk.slice((), ("cost",), range=app.desk.months_back(12))
        answer = whatif(Reports(opener.open()), loser, Scenario(parse_price("+50%")), asked)
        assert panel.found is not None
        assert [row.values for row in panel.found.then.rows] == [row.values for row in answer.then.rows]
        assert panel.found.gain == answer.gain
        await press(pilot, "x")
        assert any("is not a number" in line for line in shown(app))


async def test_a_read_only_session_changes_nothing(opener: Opener) -> None:
    closed = Opener(opener.paths, opener.clock, read_only=True)
    async with running(closed, (80, 24), "findings") as (app, pilot):
        await press(pilot, "n", "x", "enter")
        assert any("read-only" in line for line in shown(app))
    assert set(_states(opener).values()) == {"open"}
