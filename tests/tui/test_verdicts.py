"""Verdicts on screen: the words, counts and methods are those of the report."""

from __future__ import annotations

import pytest

from tests.tui.conftest import Opener
from tests.tui.driving import press, running, shown
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.verdicts import losers, verdicts
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.economics.verdict import DEPENDS, LOSES, SAFE, Verdict
from turbofinops_tui.screens.customer import CustomerScreen, judgement
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.widgets.money_rows import VERDICT_SIGNS
from turbofinops_tui.widgets.tiles import Tile, Tiles

LAST = Slice(range=Range("last-month"))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_overview_says_how_many_lose_anyway(opener: Opener, size: tuple[int, int]) -> None:
    found = losers(Reports(opener.open()), LAST)
    assert found.lose
    async with running(opener, size) as (app, _):
        text = " ".join(shown(app)).replace(",", "")
        assert f"{found.anyway} anyway {found.depend} depend" in text


@pytest.mark.parametrize(("size", "at"), [((80, 24), 1), ((120, 40), 0)])
async def test_customers_show_and_filter_by_verdict(opener: Opener, size: tuple[int, int], at: int) -> None:
    expected = {ref: found.word for ref, found in verdicts(Reports(opener.open()), LAST).items()}
    async with running(opener, size, "customers") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, CustomersScreen)
        rows = [row for row in screen.rows if row.key is not None]
        assert {row.key: row.verdict for row in rows} == {row.key: expected[str(row.key)] for row in rows}
        line = next(line for line in shown(app) if rows[0].label in line)
        assert VERDICT_SIGNS[rows[0].verdict][at] in line
        for word in (LOSES, DEPENDS, SAFE):
            await press(pilot, "V")
            assert {row.key for row in screen.rows if row.key is not None} == {
                row.key for row in rows if row.verdict == word
            }
            assert screen.crumbs()[-1] == word
        await press(pilot, "V")
        assert len([row for row in screen.rows if row.key is not None]) == len(rows)


async def test_a_customer_names_its_verdict(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, CustomerScreen)
        assert app.screen.verdict is not None
        assert app.screen.verdict == verdicts(Reports(opener.open()), LAST)[app.screen.ref]
        assert any(app.screen.verdict.word in line for line in shown(app))


def test_methods_stand_on_their_side() -> None:
    def text(*units: int) -> str:
        names = ("even", "revenue", "saved")
        pairs = tuple((name, Money(10**9 * u, "USD")) for name, u in zip(names, units, strict=True))
        return "".join(part for part, _ in judgement(Verdict("acme", pairs)))

    assert text(-5, 7, 0) == " depends: loses with even · holds with revenue, saved"
    assert text(-5, -7, -1) == " loses anyway: with all 3 ways of spreading -$7 .. -$1"
    assert text(5, 7, 9).startswith(" safe")


def test_a_tile_says_what_fits() -> None:
    tile = Tile("Losing", "9", notes=("4 anyway, 5 depend", "4 any. 5 dep."))
    from turbofinops_tui.widgets.tiles import _cell

    assert [part for part, _ in _cell(tile, 19)[2]] == [" 4 anyway, 5 depend"]
    assert [part for part, _ in _cell(tile, 18)[2]] == [" 4 any. 5 dep.    "]
    assert Tiles.LEAST <= 19
