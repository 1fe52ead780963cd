"""One number: whatever way a figure takes out of the product, it is the same figure.

For a list of slices every path must give equal cells: the evaluation itself, JSON,
CSV, the printed table, the grid on screen, the tables stored for the first paint; and
equal documents after backup and restore, after a rebuild from what was received,
with imports in another order, and period by period instead of all at once.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number import paths, ways
from tests.one_number.conftest import JOINED_TODAY, join
from tests.one_number.program import Program
from turbofinops_tui.actions import first_paint
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.types import Slice


@pytest.mark.parametrize("words", paths.SLICES, ids=" ".join)
def test_json_csv_and_printed_table_are_the_evaluation(program: Program, words: tuple[str, ...]) -> None:
    table = ways.evaluated(program, words)
    cells = paths.table_cells(table)
    document = program.json("report", *words)
    assert paths.json_cells(document) == cells
    assert paths.csv_cells(program.call("report", *words, "--format", "csv")) == [
        {name: value or None for name, value in row.items()} for row in cells
    ]
    assert document["books"] == table.books.whole
    if cells:
        paths.assert_shown(paths.shown_rows(program.call("report", *words)), table)


@pytest.mark.parametrize("words", paths.SLICES, ids=" ".join)
def test_rows_add_up_to_the_totals(program: Program, words: tuple[str, ...]) -> None:
    table = ways.evaluated(program, words)
    if table.slice.having:
        return  # rows that were left out are in the totals still
    for place, name in enumerate(table.slice.measures):
        if name not in paths.measures_that_add(table.slice):
            continue
        sums: dict[str, int] = defaultdict(int)
        for row in table.rows:
            value = row.values[place]
            if value is None:
                break  # a dimension that this measure does not have: the whole stands in the totals
            assert isinstance(value, Money)
            sums[value.currency] += value.units
        else:
            for total in table.totals:
                value = total.values[place]
                assert isinstance(value, Money)
                assert sums.get(value.currency, 0) == value.units, name


def test_coarser_groups_are_sums_of_finer_ones(program: Program) -> None:
    measures = ("--measure", "revenue,direct_cost,shared_cost,cost,margin", "--period", "-4m")
    fine = program.json("report", "--by", "customer,month", *measures)
    by_month = program.json("report", "--by", "month", *measures)
    by_customer = program.json("report", "--by", "customer", *measures)
    for name, coarse in (("month", by_month), ("customer", by_customer)):
        for measure in ("revenue", "direct_cost", "shared_cost", "cost", "margin"):
            sums: dict[Any, Decimal] = defaultdict(Decimal)
            for row in fine["rows"]:
                sums[row[name]] += Decimal(row[measure])
            found = {row[name]: Decimal(row[measure]) for row in coarse["rows"]}
            assert {key: value for key, value in sums.items() if value} == {
                key: value for key, value in found.items() if value
            }, (name, measure)
    assert fine["totals"] == by_month["totals"] == by_customer["totals"]


def test_filters_are_parts_of_the_whole(program: Program) -> None:
    whole = program.json("report", "--by", "provider", "--measure", "cost", "--period", "-2m")
    for row in whole["rows"]:
        one = program.json(
            "report", "--measure", "cost", "--period", "-2m", "--where", f"provider={row['provider']}"
        )
        assert one["totals"]["cost"] == row["cost"]


def test_month_is_the_sum_of_its_days(program: Program) -> None:
    measures = ("--measure", "revenue,direct_cost,shared_cost,opex_cost,tax", "--period", "last-month")
    month = program.json("report", "--by", "customer,month", *measures)
    days = program.json("report", "--by", "customer,day", *measures)
    sums: dict[str | None, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    names = ("revenue", "direct_cost", "shared_cost", "opex_cost", "tax")
    for row in days["rows"]:
        for name in names:
            sums[row["customer"]][name] += Decimal(row[name])
    for row in month["rows"]:
        assert {name: Decimal(row[name]) for name in names} == {
            name: sums[row["customer"]][name] for name in names
        }, row["customer"]


def test_reconcile_ties_out(program: Program) -> None:
    answer = program.json("reconcile")
    assert answer["ok"] is True
    assert answer["rows"]
    assert all(Decimal(row["difference"]) == 0 for row in answer["rows"])


# --- the same store by another way ------------------------------------------------------------


def copy_of(program: Program, folder: Path) -> Program:
    """The whole root again, to be changed."""
    shutil.copytree(program.root, folder / "root")
    return Program(folder / "root", program.today)


def test_backup_and_restore(program: Program, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    program.call("db", "backup", backup)
    other = Program(tmp_path / "other", program.today)
    other.call("db", "restore", backup, "--yes")
    assert ways.documents(other) == ways.documents(program)


def test_rebuild_from_what_was_received(program: Program, tmp_path: Path) -> None:
    other = copy_of(program, tmp_path)
    other.call("db", "rebuild", "--yes")
    assert ways.documents(other) == ways.documents(program)
    assert other.json("reconcile") == program.json("reconcile")


def test_imports_in_another_order(joined: Program, shared_data: Path, tmp_path: Path) -> None:
    other = Program(tmp_path / "root", JOINED_TODAY)
    join(other, shared_data, tmp_path, reverse=True)
    assert ways.documents(other) == ways.documents(joined)


def test_the_same_demo_twice_has_the_same_books(demo: Program, tmp_path: Path) -> None:
    other = Program(tmp_path / "root", demo.today)
    made = other.json("demo", "--customers", 40, "--months", 6, "--seed", 3, "--no-tui")
    assert Path(made["store"]).parent.parent == other.root
    assert ways.documents(other) == ways.documents(demo)


def test_period_by_period_is_all_at_once(joined: Program, shared_data: Path, tmp_path: Path) -> None:
    other = copy_of(joined, tmp_path)
    base = shared_data / "cloud" / "generated" / "base"
    for file in sorted(base.rglob("*.csv.gz"), reverse=True):
        provider = file.relative_to(base).parts[0]
        other.call("import", "focus", file, "--source", provider)
    ours, theirs = other.json("reconcile"), joined.json("reconcile")
    assert ours == theirs
    assert ways.documents(other) == ways.documents(joined)


def test_a_rule_edit_and_its_undoing_come_back_to_the_same_books(program: Program, tmp_path: Path) -> None:
    other = copy_of(program, tmp_path)
    before = ways.documents(other, paths.SLICES[:3])
    added = other.call(
        "links", "add", "--kind", "tag", "--match", "provider=aws", "--feature", "everything"
    ).strip()
    assert ways.documents(other, paths.SLICES[:3]) != before
    other.call("links", "remove", added, "--yes")
    assert ways.documents(other, paths.SLICES[:3]) == before


# --- the app ------------------------------------------------------------------------------------


def test_the_stored_tables_of_the_first_paint(program: Program, tmp_path: Path) -> None:
    session = ways.open_on(copy_of(program, tmp_path))
    reports = Reports(session)
    asked = {
        "customers": Slice(measures=("revenue", "cost", "margin", "margin_pct")),
        "trend": Slice(by=("month",), measures=("revenue", "cost", "margin", "coverage")),
    }
    tables = {name: reports.table(one) for name, one in asked.items()}
    first_paint.keep(session.store, tables)
    view = first_paint.read(session.store, asked)
    session.store.close()
    assert set(view.tables) == set(asked)
    for name, table in tables.items():
        stored = view.tables[name]
        assert paths.table_cells(stored) == paths.table_cells(table)
        assert stored.books == table.books
        assert [row.values for row in stored.totals] == [row.values for row in table.totals]


def test_losers_of_the_demo_are_those_of_the_report(tmp_path: Path) -> None:
    program = Program(tmp_path / "root", "2026-11-24")
    made = json.loads(
        program.call("demo", "--customers", 60, "--months", 4, "--seed", 9, "--no-tui", "--format", "json")
    )
    report = program.json(
        "report", "customers", "--period", "last-month", "--having", "margin<0", "--sort", "margin:asc"
    )
    rows = [row["customer"] for row in report["rows"] if row["customer"] is not None]
    assert made["losers"] == rows
    assert rows
