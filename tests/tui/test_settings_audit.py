"""Settings and Audit in the app, the mouse, and ``r`` of a reader of published books."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.conftest import NOW, Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.auditing import audit_rows
from turbofinops_tui.actions.publishing import newest, publish
from turbofinops_tui.actions.settings import get_setting, set_setting
from turbofinops_tui.cli.context import Context
from turbofinops_tui.screens.audit import AuditScreen
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.forms import LineForm
from turbofinops_tui.screens.settings import SettingsScreen


@pytest.mark.parametrize("size", SIZES)
async def test_a_setting_is_checked_set_audited_and_undone(opener: Opener, size: tuple[int, int]) -> None:
    async with running(opener, size) as (app, pilot):
        await press(pilot, "comma")
        screen = app.screen
        assert isinstance(screen, SettingsScreen)
        await press(pilot, "slash", *"final_after", "enter", "enter")
        form: object = app.screen
        assert isinstance(form, LineForm)
        form.input.value = "-3"
        await press(pilot, "enter")
        assert app.screen.is_modal
        assert any("is not a whole number" in line for line in shown(app))
        form.input.value = "21"
        await press(pilot, "enter")
        assert get_setting(opener.open(), "final_after_days") == "21"
        assert screen.crumbs()[1].endswith("changed")
        row = audit_rows(opener.open())[-1]
        assert (row.entity, row.entity_id, row.after) == ("setting", "final_after_days", '{"value":"21"}')
        await press(pilot, "u")
        assert get_setting(opener.open(), "final_after_days") != "21"


async def test_read_only_refuses_with_a_sentence(opener: Opener) -> None:
    async with running(replace(opener, read_only=True)) as (app, pilot):
        await press(pilot, "comma", "enter")
        form = app.screen
        assert isinstance(form, LineForm)
        form.input.value = "EUR"
        await press(pilot, "enter")
        assert app.frame is not None
        assert "start without --read-only" in app.frame.status.text
    assert get_setting(opener.open(), "currency") == "USD"


def _alter(path: Path) -> None:
    """Change a row behind the program's back."""
    with contextlib.closing(sqlite3.connect(path)) as conn:
        query = "SELECT name FROM sqlite_master WHERE tbl_name = 'audit' AND type = 'trigger'"
        for (name,) in conn.execute(query).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("UPDATE audit SET after = 'x' WHERE entity = 'setting'")
        conn.commit()


@pytest.mark.parametrize("size", SIZES)
async def test_the_audit_is_listed_filtered_and_verified(opener: Opener, size: tuple[int, int]) -> None:
    set_setting(opener.open(), "currency", "EUR")
    async with running(opener, size) as (app, pilot):
        await press(pilot, "L")
        screen = app.screen
        assert isinstance(screen, AuditScreen)
        assert screen.list.model.rows[0].entity == "setting"
        assert any('{"value":"EUR"}' in line for line in shown(app))
        await press(pilot, "v")
        assert "every one follows the one before" in screen.status.text
        await press(pilot, "slash", *"setting:currency", "enter")
        assert len(screen.list.model) == 1
        _alter(opener.open().store.path)
        await press(pilot, "v")
        assert "was changed after it was written" in screen.status.text


async def test_click_chooses_opens_and_sorts_and_the_wheel_scrolls(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, CustomersScreen)
        await pilot.click("#customers", offset=(5, 4))
        await settle(pilot)
        assert screen.list.cursor == 3
        screen.list._wheel(3)
        await settle(pilot)
        assert screen.list.top == 3
        await pilot.click("#customers", offset=(3, 0))
        await settle(pilot)
        assert screen.list.model.sort_id == "name" or screen.list.model.sort_id
        await pilot.click("#customers", offset=(5, 2), times=2)
        await settle(pilot)
        assert app.frame is not None
        assert app.frame.ID == "customer"


async def test_a_reader_gets_the_newest_books_only_by_r(opener: Opener, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    own = opener.open()
    publish(own, shared)
    path, books = newest(str(shared))
    paths = replace(opener.paths, store=path, data=tmp_path / "reader")
    context = Context(paths, NOW, workspace=str(shared), published=books)
    async with running(context, screen="customers") as (app, pilot):
        first = app.desk.books_id
        assert first == books
        assert any("PUBLISHED" in line for line in shown(app))
        await press(pilot, "r")
        assert app.frame is not None
        assert "are the newest" in app.frame.status.text
        set_setting(own, "final_after_days", "30")
        publish(own, shared)
        app.action_reload()
        await settle(pilot)
        assert app.desk.books_id == first, "a publish changes nothing under a reader"
        await press(pilot, "r")
        assert app.desk.books_id == newest(str(shared))[1] != first
        assert app.frame.tables["customers"].books.whole == app.desk.books_id
