"""Presets in the app: what a screen shows is saved, and opens again as just those cells."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions import presets
from turbofinops_tui.actions.presets import shelf_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Condition, Slice
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.forms import Confirm, LineForm
from turbofinops_tui.screens.presets import PresetsScreen
from turbofinops_tui.screens.report import ReportScreen, shown_text


def same_cells(app: TurboApp, opener: Opener, name: str) -> None:
    """The table on screen is what ``report --preset`` gives."""
    asked = shelf_of(opener.paths, "").find(name).required().slice
    table = Reports(opener.open()).table(asked)
    frame = app.frame
    assert frame is not None
    mine = frame.shown_table()
    assert mine is not None
    assert mine.slice == asked
    assert [(row.key, row.values) for row in mine.rows] == [(row.key, row.values) for row in table.rows]
    assert mine.books == table.books


async def save_as(app: TurboApp, pilot: object, name: str) -> None:
    """``P`` and a name."""
    await press(pilot, "P")  # type: ignore[arg-type]
    form = app.screen
    assert isinstance(form, LineForm)
    form.input.value = name
    await press(pilot, "enter")  # type: ignore[arg-type]


async def test_a_saved_view_opens_again_as_the_same_cells(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "a", "left_square_bracket")
        app.desk.scope = app.desk.scope.__class__(range=app.desk.scope.range, cost="billed")
        app.reload_all()
        await settle(pilot)
        await save_as(app, pilot, "my-losers")
        saved = app.frame.shown_table() if app.frame else None
        await press(pilot, "a", "right_square_bracket", "9")
        screen = app.screen
        assert isinstance(screen, PresetsScreen)
        assert [(line.entry.name, line.place) for line in screen.list.model.rows] == [
            ("my-losers", "private")
        ]
        await press(pilot, "enter")
        again = app.screen
        assert isinstance(again, CustomersScreen)
        assert again.losing
        same_cells(app, opener, "my-losers")
        found = again.shown_table()
        assert found is not None
        assert saved is not None
        assert [row.values for row in found.rows] == [row.values for row in saved.rows]


async def test_what_no_screen_asks_opens_as_a_table(opener: Opener) -> None:
    asked = Slice(
        by=("provider", "month"), measures=("cost", "margin_pct"), range=Range("2026-08..2026-10"),
        where=(Condition("service", "Amazon*"),), compare="previous",
    )  # fmt: skip
    presets.save(opener.open(), "clouds", asked)
    async with running(opener, (120, 40), "presets") as (app, pilot):
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, ReportScreen)
        same_cells(app, opener, "clouds")
        assert any("prev cost" in line for line in shown(app))
        first = screen.list.model.rows[0]
        assert any(shown_text(first.values[0]) in line for line in shown(app))
        await press(pilot, "escape")
        assert isinstance(app.screen, PresetsScreen)


async def test_over_another_of_that_name_is_asked(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await save_as(app, pilot, "mine")
        await press(pilot, "a")
        await save_as(app, pilot, "mine")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "enter")
        assert not shelf_of(opener.paths, "").find("mine").required().slice.having
        await save_as(app, pilot, "mine")
        await press(pilot, "y")
        assert shelf_of(opener.paths, "").find("mine").required().slice.having


async def test_delete_export_and_import_with_what_it_asks(opener: Opener, tmp_path: Path) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await save_as(app, pilot, "mine")
        await press(pilot, "9", "X")
        form = app.screen
        assert isinstance(form, LineForm)
        file = tmp_path / "mine.tfpreset.json"
        form.input.value = str(file)
        await press(pilot, "enter", "D", "enter")
        assert [entry.name for entry in shelf_of(opener.paths, "").entries()] == ["mine"]
        await press(pilot, "D", "y")
        assert shelf_of(opener.paths, "").entries() == []
        await press(pilot, "I")
        form = app.screen
        assert isinstance(form, LineForm)
        form.input.value = str(file)
        await press(pilot, "enter")
        assert any("+ --by customer" in line or "It asks" in line for line in shown(app))
        await press(pilot, "y")
        assert [entry.visibility for entry in shelf_of(opener.paths, "").entries()] == ["private"]


@dataclass(frozen=True, slots=True)
class TeamOpener(Opener):
    """With a workspace."""

    workspace: str = ""

    def open(self) -> Session:
        return open_session(self.paths, self.clock, workspace=self.workspace)


async def test_only_an_owner_promotes(opener: Opener, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    toml = '[roles.finance]\nlevel = "{}"\ngroup = "' + str(os.getgid()) + '"\n'
    for level, done in (("viewer", False), ("owner", True)):
        (shared / "workspace.toml").write_text(toml.format(level))
        async with running(TeamOpener(opener.paths, workspace=str(shared)), screen="customers") as (
            app,
            pilot,
        ):
            await save_as(app, pilot, "mine")
            await press(pilot, "9", "p")
            form: object = app.screen
            assert isinstance(form, LineForm)
            form.input.value = "somewhere"
            await press(pilot, "enter")
            assert isinstance(form, LineForm)
            assert app.screen.is_modal, "what is no place is said in the form"
            form.input.value = "team finance"
            await press(pilot, "enter")
            screen = app.screen
            assert isinstance(screen, PresetsScreen)
            places = [line.place for line in screen.list.model.rows]
            assert ("team finance" in places) is done
            assert done or "only an owner promotes" in screen.status.text


async def test_a_broken_file_is_listed_with_why(opener: Opener) -> None:
    folder = opener.paths.presets
    folder.mkdir(parents=True)
    (folder / "bad.tfpreset.json").write_text(json.dumps({"format": "turbofinops.preset", "version": 99}))
    async with running(opener, (120, 40), "presets") as (app, pilot):
        assert any("newer program" in line for line in shown(app))
        await press(pilot, "enter")
        assert isinstance(app.screen, PresetsScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_no_presets_teaches(empty: Opener, size: tuple[int, int]) -> None:
    async with running(empty, size, "presets") as (app, _):
        assert any("P  on any screen saves" in line for line in shown(app))
