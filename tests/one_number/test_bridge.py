"""A bridge is the difference of two reports on every path: JSON, CSV, printed table, screen, since then."""

from __future__ import annotations

import csv
import io
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program
from tests.one_number.test_screen import _app
from turbofinops_tui.economics.money import exact_text
from turbofinops_tui.screens.bridge import BridgeScreen

CASES = [
    ("customer", "2026-07", "2026-08"),
    ("customer", "2026-W31", "2026-W33"),
    ("cohort", "2026-06..2026-07", "2026-08"),
    ("feature", "2026-Q2", "2026-Q3"),
]
OPTIONS: tuple[tuple[str, ...], ...] = (
    (),
    ("--basis", "cash", "--cost", "billed", "--tax", "in"),
    ("--shared", "even"),
)


def _margins(
    program: Program, by: str, period: str, options: tuple[str, ...]
) -> tuple[dict[Any, Decimal], Decimal]:
    words = ("report", "--by", by, "--measure", "revenue,cost,margin", "--period", period, *options)
    document = program.json(*words)
    rows = {row[by]: Decimal(row["revenue"]) - Decimal(row["cost"]) for row in document["rows"]}
    return rows, Decimal(document["totals"]["margin"])


@pytest.mark.parametrize(("by", "first", "second"), CASES)
def test_causes_add_up_to_the_difference_of_two_reports(
    program: Program, by: str, first: str, second: str
) -> None:
    for options in OPTIONS if second == "2026-08" else OPTIONS[:1]:
        bridge = program.json("bridge", "--by", by, "--from", first, "--to", second, *options)
        (old, before), (new, after) = (_margins(program, by, period, options) for period in (first, second))
        assert Decimal(bridge["total"]) == after - before
        sums: dict[Any, Decimal] = defaultdict(Decimal)
        for row in bridge["rows"]:
            sums[row[by]] += Decimal(row["amount"])
        wanted = {key: new.get(key, Decimal(0)) - old.get(key, Decimal(0)) for key in {*old, *new}}
        assert {k: v for k, v in sums.items() if v} == {k: v for k, v in wanted.items() if v}
        assert sum(Decimal(row["amount"]) for row in bridge["causes"]) == after - before


def test_csv_and_printed_table_say_the_same(program: Program) -> None:
    words = ("bridge", "--from", "2026-07", "--to", "2026-08")
    document = program.json(*words)
    rows = list(csv.DictReader(io.StringIO(program.call(*words, "--format", "csv"))))
    told = [(row["customer"] or None, row["cause"], row["amount"]) for row in rows]
    assert told == [(row["customer"], row["cause"], row["amount"]) for row in document["rows"]]
    shown = program.call(*words)
    total = Decimal(document["total"])
    assert f"{total:,.2f}" in shown or not total
    for row in document["causes"]:
        assert row["cause"] in shown


async def test_the_screen_says_the_same(program: Program) -> None:
    app = _app(program, "overview")
    async with app.run_test(size=(120, 40)) as pilot:
        for key in ("", "b"):
            if key:
                await pilot.press(key)
            for _ in range(4):
                await pilot.pause()
                await app.workers.wait_for_complete()
        screen = app.screen
        assert isinstance(screen, BridgeScreen)
        found = screen.found
        assert found is not None
    document = program.json("bridge", "--from", found.ends[0], "--to", found.ends[1])
    assert document["total"] == exact_text(found.total, found.currency)
    rows = [(row.key, row.cause, exact_text(row.units, found.currency)) for row in found.rows]
    assert rows == [(row["customer"], row["cause"], row["amount"]) for row in document["rows"]]
    assert document["books"] == found.books.whole


def test_since_then_is_the_difference_of_the_report_then_and_now(demo: Program, tmp_path: Path) -> None:
    shutil.copytree(demo.root, tmp_path / "root")
    program = Program(tmp_path / "root", demo.today)
    words = ("report", "--by", "customer", "--measure", "margin")
    then = program.json(*words)
    program.call("shared", "add", "--match", "category=*", "--method", "revenue", "--name", "everything")
    program.call("classes", "add", "--match", "provider=datadog", "--class", "opex", "--name", "tools")
    now = program.json(*words)
    bridge = program.json("bridge", "--since", then["books"])
    assert Decimal(bridge["total"]) == Decimal(now["totals"]["margin"]) - Decimal(then["totals"]["margin"])
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in bridge["rows"]:
        sums[row["customer"]] += Decimal(row["amount"])
    old, new = ({row["customer"]: Decimal(row["margin"] or 0) for row in d["rows"]} for d in (then, now))
    wanted = {key: new.get(key, Decimal(0)) - old.get(key, Decimal(0)) for key in {*old, *new}}
    assert {k: v for k, v in sums.items() if v} == {k: v for k, v in wanted.items() if v}
    assert {row["cause"].partition(", by ")[0] for row in bridge["rows"]} == {
        "rules: class rule tools", "rules: shared rule everything",
    }  # fmt: skip
