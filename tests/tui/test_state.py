"""What the app remembers: written private and whole, read with suspicion."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.tui.conftest import Opener
from tests.tui.driving import press, running
from turbofinops_tui.actions import app_state


def test_a_round_trip_is_private(tmp_path: Path) -> None:
    state = app_state.AppState(
        screen="links", period="2026-Q3", theme="light", sorts={"customers": ["cost", True]}
    )
    app_state.save(tmp_path / "state", state)
    assert app_state.load(tmp_path / "state") == state
    assert stat.S_IMODE((tmp_path / "state" / app_state.NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "state").iterdir()] == [app_state.NAME]


def test_what_cannot_be_read_counts_as_nothing(tmp_path: Path) -> None:
    file = tmp_path / app_state.NAME
    for text in ("", "[]", "{", '{"screen": 3, "sorts": {"a": 1}, "top": "x"}'):
        file.write_text(text, "utf-8")
        assert app_state.load(tmp_path) == app_state.AppState()
    file.write_text(json.dumps({"screen": "links", "unknown": 1}), "utf-8")
    assert app_state.load(tmp_path).screen == "links"


async def test_screen_period_and_toggle_survive_a_restart(opener: Opener) -> None:
    async with running(opener) as (app, pilot):
        await press(pilot, "2", "a", "left_square_bracket", "T", "left", "S")
        app.keep_state()
    async with running(opener) as (app, _):
        assert app.frame is not None
        assert (app.frame.ID, app.desk.scope.range.period, app.state.losing) == ("customers", "2026-09", True)
        assert app.theme == "tfo-light"
        assert app.frame.crumbs() == ["Customers", "loss-making"]
        assert app.frame.grid is not None
        assert (app.frame.grid.model.sort_id, app.frame.grid.model.descending) == ("cost", False)


async def test_a_period_that_no_longer_reads_falls_back(opener: Opener) -> None:
    app_state.save(opener.paths.state, app_state.AppState(period="soon", screen="nowhere", theme="none"))
    async with running(opener) as (app, _):
        assert app.desk.scope.range.period == "last-month"
        assert app.frame is not None
        assert app.frame.ID == "overview"
