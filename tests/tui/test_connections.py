"""The Connections screen: add by form, sync, backfill, test, remove; runs are told, and ended by esc."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions import connect_check, connections, connections_view, syncing
from turbofinops_tui.actions.connections import list_connections
from turbofinops_tui.actions.fetch_runs import runs_of
from turbofinops_tui.actions.syncing import Ask, CostProgress, Plan, SyncLine
from turbofinops_tui.app import TurboApp
from turbofinops_tui.screens.connect_form import ConnectForm
from turbofinops_tui.screens.connections import ConnectionsScreen
from turbofinops_tui.screens.forms import Confirm, LineForm
from turbofinops_tui.screens.start import StartScreen

HEADER = (
    "BillingPeriodStart,ChargePeriodStart,BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,"
    "ServiceName,Tags"
)
CANARY = "whsec_canary51HfQ0000"


def bills(folder: Path, cost: str = "20") -> Path:
    """A directory with one FOCUS file of October."""
    folder.mkdir(exist_ok=True)
    row = f'2026-10-01,2026-10-05,{cost},{cost},USD,Usage,AmazonEC2,"{{""customer"":""acme""}}"'
    (folder / "october.csv").write_text(f"{HEADER}\n{row}\n", "utf-8")
    return folder


async def connect_folder(app: TurboApp, pilot: Any, folder: Path) -> None:
    """Through the form: kind focus, its path."""
    await press(pilot, "n")
    form = app.screen
    assert isinstance(form, ConnectForm)
    form.kind.action_choose(-1)
    await settle(pilot)
    form.fields["path"].value = str(folder)
    await press(pilot, "enter")
    start = app.screen
    assert isinstance(start, StartScreen), "the first connection shows what comes in"
    assert "1 delivery, 1 row" in start.status.text
    await press(pilot, "escape")


async def test_a_connection_is_added_by_form_synced_and_shown(empty: Opener, tmp_path: Path) -> None:
    async with running(empty, screen="connections") as (app, pilot):
        assert any("connect an account" in line for line in shown(app))
        await connect_folder(app, pilot, bills(tmp_path / "bills"))
        screen = app.screen
        assert isinstance(screen, ConnectionsScreen)
        [line] = screen.list.model.rows
        assert (line.name, line.kind, line.lines, line.error) == ("focus", "focus", 1, "")
        assert "1 delivery, 1 row" in line.last
        bills(tmp_path / "bills", "15.50")
        await press(pilot, "r")
        assert "changed by -4.5 USD" in screen.status.text
    session = empty.open()
    assert [run.lines for run in runs_of(session, "focus")] == [1, 1]


async def test_a_form_that_is_wrong_stays_and_says_why(empty: Opener, tmp_path: Path) -> None:
    async with running(empty, screen="connections") as (app, pilot):
        await press(pilot, "n")
        form = app.screen
        assert isinstance(form, ConnectForm)
        form.fields["endpoint_url"].value = "http://example.com"
        await press(pilot, "enter")
        assert app.screen is form
        assert any("not encrypted" in line for line in shown(app))
    assert list_connections(empty.open()) == []


async def test_every_kind_has_a_form_that_names_what_is_wrong_by_the_field(empty: Opener) -> None:
    async with running(empty, (80, 40), "connections") as (app, pilot):
        for kind in connections_view.kind_names():
            form = ConnectForm(kind)
            app.push_screen(form)
            await pilot.pause()
            assert list(form.fields) == [item.name for item in connections_view.form_fields(kind)]
            form.fields["source"].value = "two words"
            await pilot.pause()
            needed, _ = connect_check.NEEDED.get(kind, ((), ""))
            form.action_save()
            await pilot.pause()
            wrong = {name for name, note in form.notes.items() if note.display}
            assert wrong == {"source", *needed[:1]}, kind
            assert any("✗ 'two words' is not a name: give one word" in line for line in shown(app)), kind
            form.fields["source"].value = ""
            await pilot.pause()
            assert not form.notes["source"].display, "typed anew it is not wrong yet"
            app.pop_screen()
    assert list_connections(empty.open()) == []


async def test_leaving_a_field_checks_it_and_a_taken_name_is_told_by_the_name(
    empty: Opener, tmp_path: Path
) -> None:
    async with running(empty, screen="connections") as (app, pilot):
        await connect_folder(app, pilot, bills(tmp_path / "bills"))
        await press(pilot, "n")
        form = app.screen
        assert isinstance(form, ConnectForm)
        form.fields["mode"].focus()
        form.fields["mode"].value = "exprt"
        await press(pilot, "down")
        assert any("✗ 'exprt' is not one of export, cost-explorer" in line for line in shown(app))
        form.fields["mode"].value = ""
        form.name_box.value = "focus"
        await press(pilot, "enter")
        assert app.screen is form
        lines = shown(app)
        at = next(place for place, line in enumerate(lines) if line.startswith(" Name"))
        assert "there is a connection 'focus' already" in lines[at + 1]


async def test_enter_tells_everything_about_a_connection(empty: Opener, tmp_path: Path) -> None:
    async with running(empty, (120, 40), "connections") as (app, pilot):
        await connect_folder(app, pilot, bills(tmp_path / "bills"))
        await press(pilot, "enter")
        text = "\n".join(shown(app))
        assert "sync 2026-11-24T12:00:00Z 1 delivery, 1 row" in text
        assert "2026-10  1 rows  20 USD billed, 20 USD effective" in text


async def test_a_secret_goes_to_the_keyring_and_nowhere_else(
    empty: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    monkeypatch.setattr(
        connections, "_keep", lambda item, field, value: kept.update({f"{item.name}/{field}": value})
    )
    monkeypatch.setattr(syncing, "sync", lambda *_, **__: iter([SyncLine("stripe", "stripe")]))
    async with running(empty, screen="connections") as (app, pilot):
        await press(pilot, "n")
        form = app.screen
        assert isinstance(form, ConnectForm)
        while form.kind.value != "stripe":
            form.kind.action_choose(1)
            await settle(pilot)
        form.fields["webhook_secret"].value = CANARY
        await settle(pilot)
        assert not any(CANARY in line for line in shown(app))
        await press(pilot, "enter")
        assert kept == {"stripe/webhook_secret": CANARY}
        assert not any(CANARY in line for line in shown(app))
    for path in empty.paths.data.parent.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


async def test_removing_asks_with_the_focus_on_no(empty: Opener, tmp_path: Path) -> None:
    async with running(empty, screen="connections") as (app, pilot):
        await connect_folder(app, pilot, bills(tmp_path / "bills"))
        await press(pilot, "D")
        question = app.screen
        assert isinstance(question, Confirm)
        await press(pilot, "enter")
        assert len(list_connections(empty.open())) == 1
        await press(pilot, "D", "y")
        assert list_connections(empty.open()) == []
        screen = app.screen
        assert isinstance(screen, ConnectionsScreen)
        assert [(line.name, line.source) for line in screen.list.model.rows] == [("", "focus")]


async def test_a_paid_backfill_asks_first_and_no_is_no(
    empty: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Ask, bool]] = []

    def fake(_: Any, names: list[str], ask: Ask, *__: Any, confirm: Any, **___: Any) -> Any:
        plan = Plan((), requests=42, price="about 0.42 USD")
        asked.append((ask, confirm(names[0], plan)))
        yield SyncLine(names[0], "focus")

    async with running(empty, screen="connections") as (app, pilot):
        await connect_folder(app, pilot, bills(tmp_path / "bills"))
        monkeypatch.setattr(syncing, "sync", fake)
        await press(pilot, "b")
        form = app.screen
        assert isinstance(form, LineForm)
        assert form.input.value == "2025-11-01"
        for answer in ("enter", "y"):
            if not isinstance(app.screen, LineForm):
                await press(pilot, "b")
            await pilot.press("enter")
            while not isinstance(app.screen, Confirm):
                await pilot.pause(0.01)
            assert any("42 requests, about 0.42 USD" in line for line in shown(app))
            await press(pilot, answer)
    assert [yes for _, yes in asked] == [False, True]
    assert asked[0][0].backfill


async def test_esc_ends_a_run_and_progress_is_told_at_most_twice_a_second(
    empty: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    told: list[str] = []

    def fake(_: Any, names: list[str], __: Ask, tick: Any, *, stop: threading.Event, **___: Any) -> Any:
        for number in range(1000):
            tick("focus", CostProgress("october", 0, 1000 + number))
        begun.set()
        assert stop.wait(10)
        yield SyncLine("focus", "focus", error="stopped: the same command goes on from here")

    async with running(empty, screen="connections") as (app, pilot):
        await connect_folder(app, pilot, bills(tmp_path / "bills"))
        monkeypatch.setattr(syncing, "sync", fake)
        monkeypatch.setattr(app, "_told", told.append)
        await pilot.press("r")
        while not begun.is_set():
            await pilot.pause(0.01)
        await pilot.pause()
        assert len(told) <= 4, "the key loop is told now and then, not for each tick"
        await pilot.press("r")
        assert "under way" in app.screen.status.text  # type: ignore[attr-defined]
        await press(pilot, "escape")
        assert app.fetching is None
        assert "stopped" in app.screen.status.text  # type: ignore[attr-defined]


async def test_a_test_names_what_is_missing(
    empty: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = connections.Tested("123", "env", "", ["s3:GetObject on arn:aws:s3:::b"], ["newest month 2026-10"])
    monkeypatch.setattr(connections, "probe_connection", lambda *_: found)
    async with running(empty, (120, 40), "connections") as (app, pilot):
        await connect_folder(app, pilot, bills(tmp_path / "bills"))
        await press(pilot, "t")
        text = app.screen.status.text  # type: ignore[attr-defined]
        assert "account 123   missing permission s3:GetObject" in text


async def test_a_read_only_session_changes_nothing_and_says_why(opener: Opener) -> None:
    reading = Opener(opener.paths, read_only=True)
    async with running(reading, screen="connections") as (app, pilot):
        await press(pilot, "r")
        assert "start without --read-only" in app.screen.status.text  # type: ignore[attr-defined]
        assert any("READ-ONLY" in line for line in shown(app))


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_sources_with_their_days(opener: Opener, size: tuple[int, int]) -> None:
    async with running(opener, size, "connections") as (app, pilot):
        lines = shown(app)
        assert any("■" in line for line in lines)
        await press(pilot, "down")
        assert any("provisional ▪" in line for line in lines)
