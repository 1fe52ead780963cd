"""The draft on screen: its bar, its three views, keep, discard, undo, and that a restart keeps it."""

from __future__ import annotations

import pytest

from tests.tui.conftest import Opener
from tests.tui.driving import press, running, settle, shown
from turbofinops_tui.actions.drafts import Edit
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.shown import money_text, percent_text
from turbofinops_tui.economics.types import Link, Slice
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.links import LinksScreen

LAST = Slice(range=Range("last-month"))


def _link(opener: Opener) -> Link:
    """The link that gives most customers their cost."""
    links = [rule for rule in rules_of(opener.open(), "links") if isinstance(rule, Link)]
    return next(link for link in links if link.customer == "{value}")


def _drafted(opener: Opener) -> Reports:
    """A draft that switches that link off."""
    reports = Reports(opener.open())
    reports.drafts.add([Edit("disable", "links", _link(opener).id)])
    return reports


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_bar_says_what_the_draft_does(opener: Opener, size: tuple[int, int]) -> None:
    found = _drafted(opener).difference(LAST)
    assert found.moved
    async with running(opener, size) as (app, pilot):
        for key in ("1", "2", "6"):
            await press(pilot, key)
            bar = next(line for line in shown(app) if " DRAFT " in line)
            assert money_text(found.amount, 0) in bar
            assert f"▼{len(found.to_loss)}" in bar
            assert f"▲{len(found.to_profit)}" in bar
            assert f"{percent_text(found.before.ratio)} → {percent_text(found.after.ratio)}" in bar
            assert "1 edit" in bar


async def test_one_key_shows_saved_draft_and_difference(opener: Opener) -> None:
    reports = _drafted(opener)
    async with running(opener, screen="customers") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, CustomersScreen)
        for view, marker in (("saved", ""), ("draft", " DRAFT "), ("difference", " DIFFERENCE ")):
            table = reports.table(screen.view())
            assert table.slice.view == view
            assert [(row.key, list(row.values.values())) for row in screen.rows] == [
                (row.key[0], list(row.values)) for row in table.rows
            ]
            assert shown(app)[2].startswith(marker)
            await press(pilot, "v")
        assert screen.view().view == "saved"


async def test_keeping_asks_and_no_is_chosen(opener: Opener) -> None:
    _drafted(opener)
    name = _link(opener).id
    async with running(opener, screen="links") as (app, pilot):
        await press(pilot, "W", "enter")
        assert all(rule.enabled for rule in rules_of(opener.open(), "links") if rule.id == name)
        still = app.desk.draft
        assert still is not None
        await press(pilot, "W", "y")
        assert not any(rule.enabled for rule in rules_of(opener.open(), "links") if rule.id == name)
        assert app.desk.draft is None
        assert not any(" DRAFT " in line for line in shown(app))


async def test_discarding_leaves_the_saved_rules(opener: Opener) -> None:
    reports = _drafted(opener)
    before = reports.rules().id
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "v", "D", "y")
        assert isinstance(app.screen, CustomersScreen)
        assert app.screen.view().view == "saved"
        reports.refresh()
        assert (reports.drafts.load(), reports.rules().id) == (None, before)


async def test_undo_and_redo_walk_the_draft_and_outlive_a_restart(opener: Opener) -> None:
    reports = _drafted(opener)
    async with running(opener, screen="links") as (app, pilot):
        await press(pilot, "u")
        assert app.desk.draft is not None
        assert (app.desk.draft.edits, app.desk.draft.undone) == (0, 1)
    async with running(opener, screen="links") as (app, pilot):
        await press(pilot, "U")
        assert app.desk.draft is not None
        assert app.desk.draft.edits == 1
        draft = reports.drafts.load()
        assert draft is not None
        assert [edit.operation for edit in draft.edits] == ["disable"]


async def test_a_draft_made_elsewhere_appears_and_vanishes(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        assert not any(" DRAFT " in line for line in shown(app))
        reports = _drafted(opener)
        await press(pilot, "ctrl+l")
        assert any(" DRAFT " in line for line in shown(app))
        await press(pilot, "v")
        reports.drafts.discard()
        await press(pilot, "ctrl+l")
        assert not any(" DRAFT " in line for line in shown(app))
        await settle(pilot)


async def test_switching_a_rule_while_a_draft_waits_goes_to_the_draft(opener: Opener) -> None:
    reports = _drafted(opener)
    async with running(opener, screen="links") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LinksScreen)
        await press(pilot, "o")
        assert len(reports.drafts.load().edits) == 1  # type: ignore[union-attr]
        await press(pilot, "v")
        name = screen.list.current.id if screen.list.current is not None else ""
        await press(pilot, "o")
        draft = reports.drafts.load()
        assert draft is not None
        assert [edit.id for edit in draft.edits] == [_link(opener).id, name]
