"""Every screen shows saved, draft or difference, says which, and has the report's cells of that view."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from tests.tui.conftest import Opener
from tests.tui.driving import press, running, settle, shown
from turbofinops_tui.actions.drafts import Edit, adds
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Link, Match, SharedRule, Slice, Sort, Table
from turbofinops_tui.widgets.frame import Frame

VIEWS = ("saved", "draft", "difference")
KEYS = {"1": "overview", "2": "customers", "3": "cohorts", "4": "features", "5": "margins", "6": "links",
        "7": "findings"}  # fmt: skip
LOSERS = Slice(measures=("margin",), range=Range("last-month"), sort=(Sort("margin", ascending=True),))


def _drafted(opener: Opener) -> Reports:
    """A draft that switches the main link off and spreads everything by revenue."""
    reports = Reports(opener.open())
    links = [rule for rule in rules_of(reports.session, "links") if isinstance(rule, Link)]
    link = next(link for link in links if link.customer == "{value}")
    spread = SharedRule("all", Match((("provider", "aws"),)), "revenue")
    reports.drafts.add([Edit("disable", "links", link.id), adds(spread)])
    return reports


def _frame(app: TurboApp) -> Frame:
    assert isinstance(app.screen, Frame)
    return app.screen


def _cells(table: Table) -> Any:
    return sorted((str(row.key), row.currency, str(row.values)) for row in table.rows), [
        row.values for row in table.totals
    ]


def _check(app: TurboApp, reports: Reports, view: str) -> None:
    screen = _frame(app)
    told = "draft" if screen.ID == "findings" and view == "difference" else view
    assert screen.tables, screen.ID
    for name, table in screen.tables.items():
        assert table.slice.view == told, (screen.ID, name)
        assert _cells(table) == _cells(reports.table(table.slice)), (screen.ID, name)
    marker = "" if told == "saved" else f" {told.upper()} "
    header = shown(app)[2]
    assert header.startswith(marker), (screen.ID, header)
    if not marker:
        assert not any(f" {word.upper()} " in header for word in VIEWS[1:]), header


async def _view(app: TurboApp, pilot: Pilot[int], view: str) -> None:
    while app.desk.scope.view != view:
        await press(pilot, "v")


async def test_every_top_screen_shows_the_view_and_says_so(opener: Opener) -> None:
    reports = _drafted(opener)
    async with running(opener, (120, 40)) as (app, pilot):
        for view in VIEWS:
            await _view(app, pilot, view)
            for key, name in KEYS.items():
                await press(pilot, key)
                assert name == _frame(app).ID
                _check(app, reports, view)


async def test_the_customer_its_bridge_and_its_figures_follow_the_view(opener: Opener) -> None:
    reports = _drafted(opener)
    ref = next(row.key[0] for row in reports.table(LOSERS).rows if row.key[0] is not None)
    values: dict[tuple[str, str], Any] = {}
    async with running(opener, (120, 40), "customers") as (app, pilot):
        app.drill("customer", ref)
        await settle(pilot)
        for view in VIEWS:
            await _view(app, pilot, view)
            screen: Any = _frame(app)
            assert screen.ID == "customer"
            _check(app, reports, view)
            assert (screen.verdict is None) is (view == "difference")
            values["margin", view] = _margin(screen.tables["now"])
            await press(pilot, "b")
            _check(app, reports, view)
            bridge: Any = _frame(app)
            own = [row for row in bridge.found.rows if row.key == ref] or bridge.found.rows
            values["bridge", view] = sum(row.units for row in own)
            await press(pilot, "escape")
            asked = reports_slice(app)
            app.drill("explain", asked, ref, "margin")
            await settle(pilot)
            _check(app, reports, view)
            explained: Any = _frame(app)
            parts = [pair[1].amount.units for pair in explained.parts.model.rows]
            values["explain", view] = sum(parts)
            await press(pilot, "escape")
    for name in ("margin", "bridge", "explain"):
        draft, saved = values[name, "draft"], values[name, "saved"]
        assert values[name, "difference"] == draft - saved, name
    for view in VIEWS:
        assert values["explain", view] == values["margin", view]
    assert values["margin", "difference"]


def reports_slice(app: TurboApp) -> Any:
    """The slice of the figure that is explained."""
    return app.desk.slice(("customer",), ("margin",))


def _margin(table: Table) -> int:
    value = table.totals[0].values[table.column("margin")]
    assert isinstance(value, Money)
    return value.units
