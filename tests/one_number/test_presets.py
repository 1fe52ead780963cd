"""A preset opened in the app shows the cells that ``report --preset`` prints, whatever screen opens it."""

from __future__ import annotations

import json

import pytest

from tests.one_number import paths
from tests.one_number.program import Program
from turbofinops_tui.actions.presets import shelf_of
from turbofinops_tui.app import TurboApp
from turbofinops_tui.cli.context import Context
from turbofinops_tui.clock import from_environment
from turbofinops_tui.files import report_json
from turbofinops_tui.paths import resolve
from turbofinops_tui.widgets.frame import Frame

PRESETS = {
    "customers": (
        *("--by", "customer", "--measure", "revenue,cost,direct_cost,shared_cost,margin,margin_pct,ai_share"),
        *("--having", "margin<0", "--sort", "margin:asc", "--period", "last-month"),
    ),
    "table": ("--by", "provider,month", "--measure", "cost", "--cost", "billed"),
}


@pytest.mark.parametrize("name", sorted(PRESETS))
async def test_a_preset_reopened_is_the_same_number(program: Program, name: str) -> None:
    program.call("--yes", "presets", "save", name, *PRESETS[name])
    place = resolve(root=str(program.root), environ={})
    file = place.presets / f"{name}.tfpreset.json"
    if name == "customers":  # as the app's P writes it
        document = json.loads(file.read_text("utf-8")) | {"screen": "customers"}
        file.write_text(json.dumps(document), "utf-8")
    printed = paths.json_cells(program.json("report", "--preset", name))
    app = TurboApp(Context(place, from_environment({"TURBOFINOPS_TODAY": program.today})), screen="overview")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        app.open_preset(shelf_of(place, "").find(name).required())
        for _ in range(3):
            await pilot.pause()
            await app.workers.wait_for_complete()
        screen = app.screen
        assert isinstance(screen, Frame)
        assert ("customers" if name == "customers" else "report") == screen.ID
        table = screen.shown_table()
        assert table is not None
        assert paths.json_cells(json.loads(report_json.dumps(table))) == printed
