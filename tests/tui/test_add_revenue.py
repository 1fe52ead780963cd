"""Revenue added inside the app: the file previewed, columns recognised, errors by the field, who is who."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.imports import import_costs
from turbofinops_tui.actions.links import add_rule
from turbofinops_tui.actions.revenue_preview import complete_path
from turbofinops_tui.economics.types import Link, Match
from turbofinops_tui.screens.connect_form import ConnectForm
from turbofinops_tui.screens.revenue_form import RevenueForm
from turbofinops_tui.screens.unmatched import UnmatchedScreen
from turbofinops_tui.store.customers import load_identities

HEAD = "Invoice ID,Customer,Type,Total,Currency,Date,Product"
ROWS = (
    "1,acme,subscription,2000,USD,2026-10-05,pro",
    "2,Bolt Inc,subscription,500,USD,2026-10-06,pro",
    "3,globex,one_time,700,USD,2026-10-07,max",
    "4,acme,subscription,2000,USD,2026-09-05,pro",
)
MAPPING = ["day=day", "cost=cost", "currency=currency", "service=service", "tag:customer=who"]


@pytest.fixture
def costs(empty: Opener, tmp_path: Path) -> Opener:
    """Cost of acme 30, bolt 20, dune 15 and nobody 10 in September and October; a link on the tag."""
    session = empty.open()
    path = tmp_path / "bill.csv"
    rows = [
        f"2026-{month}-05,{cost},USD,Compute,{who}"
        for month in ("09", "10")
        for cost, who in ((30, "acme"), (20, "bolt"), (15, "dune"), (10, ""))
    ]
    path.write_text("\n".join(["day,cost,currency,service,who", *rows]) + "\n", "utf-8")
    import_costs(session, [path], "bill", MAPPING)
    add_rule(session, Link("", "tag", Match((("tag:customer", "*"),)), "{value}"))
    return empty


def paid(folder: Path, *rows: str, head: str = HEAD) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "paid.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


async def form(app: Any, pilot: Any, path: Path | str) -> RevenueForm:
    """The form with a path in it, previewed."""
    await press(pilot, "I")
    found = app.screen
    assert isinstance(found, RevenueForm)
    found.file.value = str(path)
    await settle(pilot)
    return found


async def test_a_file_is_shown_before_it_counts(costs: Opener, tmp_path: Path) -> None:
    async with running(costs) as (app, pilot):
        assert any("COST ONLY" in line for line in shown(app))
        await form(app, pilot, paid(tmp_path, *ROWS))
        lines = shown(app)
        assert any("4 rows, 3 customers, 1 of them with cost; not yet: globex, Bolt Inc" in x for x in lines)
        assert any(line.split() == ["2026-10", "$3,200"] for line in lines)
        assert any(line.split() == ["occurred_at", "Date"] for line in lines)
        await press(pilot, "enter")
        assert isinstance(app.screen, UnmatchedScreen)
        assert any("4 rows of crm: 4 new" in line for line in shown(app))
        await press(pilot, "escape")
        lines = shown(app)
        assert not any("COST ONLY" in line for line in lines)
        assert any("$3,200" in line for line in lines)


@pytest.mark.parametrize("size", SIZES)
async def test_names_of_one_side_become_identities_by_the_draft(
    costs: Opener, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with running(costs, size) as (app, pilot):
        await form(app, pilot, paid(tmp_path, *ROWS))
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, UnmatchedScreen)
        assert [(row.ref, row.amount.text()) for row in screen.costs.model.rows] == [
            ("bolt", "20.00"),
            ("dune", "15.00"),
        ]
        assert [row.ref for row in screen.pays.model.rows] == ["globex", "Bolt Inc"]
        assert any("Bolt Inc, 90 % like" in line for line in shown(app))
        assert any("may be bolt" in line for line in shown(app))
        await press(pilot, "a", "escape")
        await press(pilot, "W", "y")
    with costs.open().store.read() as conn:
        [identity] = load_identities(conn)
    assert (identity.customer, identity.kind, identity.value) == ("Bolt Inc", "tag:customer", "bolt")


async def test_an_error_stands_beside_its_field(costs: Opener, tmp_path: Path) -> None:
    async with running(costs) as (app, pilot):
        found = await form(app, pilot, tmp_path / "none.csv")
        assert any("there is no file" in line for line in shown(app))
        found.file.value = str(paid(tmp_path, *ROWS, head=HEAD.replace("Total", "Sum of it")))
        await settle(pilot)
        assert any(
            line.startswith(" amount") and "no column is called like this" in line for line in shown(app)
        )
        await press(pilot, "enter")
        assert app.screen is found, "nothing is imported that was not shown"
        found.fields["amount"].value = "Sum"
        await settle(pilot)
        assert any(line.startswith(" amount") and "has no column 'Sum'" in line for line in shown(app))
        found.fields["amount"].value = "Sum of it"
        await settle(pilot)
        assert any("4 rows" in line for line in shown(app))
        found.file.value = str(paid(tmp_path / "2", *ROWS, "5,acme,gift,1,USD,2026-10-08,x"))
        await settle(pilot)
        assert any(line.startswith(" kind") and "line 6" in line for line in shown(app))
        assert any("'gift' is no kind: kinds are subscription" in line for line in shown(app))
        found.file.value = str(paid(tmp_path, *ROWS))
        found.source.value = "stripe"
        await settle(pilot)
        await press(pilot, "enter")
        assert app.screen is found
        assert any("a name of its own" in line for line in shown(app))


async def test_stripe_has_a_form_of_its_own(costs: Opener) -> None:
    async with running(costs) as (app, pilot):
        await press(pilot, "I", "up", "right", "enter")
        assert isinstance(app.screen, ConnectForm)
        assert app.screen.kind.value == "stripe"


async def test_a_read_only_session_says_why(costs: Opener) -> None:
    async with running(Opener(costs.paths, read_only=True)) as (app, pilot):
        await press(pilot, "I")
        assert any("start without --read-only to add revenue" in line for line in shown(app))


async def test_no_screen_shows_a_margin_while_nobody_pays(costs: Opener) -> None:
    async with running(costs, (120, 40)) as (app, pilot):
        for keys in (("1",), ("2",), ("3",), ("4",), ("5",), ("5", "c"), ("7",), ("2", "enter")):
            await press(pilot, *keys)
            text = "\n".join(shown(app))
            assert "COST ONLY" in text, keys
            assert "loses" not in text, keys
            assert "-$" not in text, keys
            assert "n/a" not in text, keys
            assert "no rev" not in text.replace("no revenue yet", ""), keys
        await press(pilot, "escape", "3", "m")
        assert any("begin with the first revenue" in line for line in shown(app))


def test_a_path_is_completed(tmp_path: Path) -> None:
    paid(tmp_path / "revenue")
    assert complete_path(f"{tmp_path}/re") == f"{tmp_path}/revenue/"
    assert complete_path(f"{tmp_path}/revenue/p") == f"{tmp_path}/revenue/paid.csv"
    assert complete_path(f"{tmp_path}/revenue/x") is None
    assert complete_path("") is None
