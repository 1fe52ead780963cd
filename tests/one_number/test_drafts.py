"""A draft shows what keeping it gives, and the difference is one minus the other, cell by cell."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program
from tests.one_number.ways import open_on, slice_of
from turbofinops_tui.actions.drafts import Edit, adds
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.view_difference import number_of

SLICES = (
    ("customers", "--period", "-3m"),
    ("--by", "customer,month", "--period", "-3m", "--measure", "revenue,direct_cost,shared_cost,margin"),
    ("--by", "week", "--period", "-6w", "--measure", "cost,direct_cost,shared_cost"),
    ("--by", "day,feature", "--period", "-20d", "--measure", "cost,direct_cost,margin"),
    ("--by", "cohort,age", "--measure", "revenue,cost,margin", "--period", "-4m"),
    ("--by", "link", "--period", "-2m", "--measure", "cost,direct_cost"),
    ("--by", "provider,service", "--period", "-2m", "--measure", "cost,opex_cost,coverage"),
    ("customers", "--tax", "in", "--credits", "out", "--period", "last-month"),
)


def some_edits() -> list[Edit]:
    """A template that names new customers, a part, a class, a method, an identity that moves."""
    team = t.Match((("tag:team", "*"),))
    return [
        adds(t.Link("team", "tag", team, "{value}", "{value}")),
        adds(t.SharedRule("rest", t.Match((("provider", "*"),)), "revenue", within=("account",))),
        adds(t.ClassRule("none", t.Match((("service", "*ata*"),)), "opex", "data")),
    ]


@pytest.fixture
def edited(demo: Program, tmp_path: Path) -> Program:
    root = tmp_path / "root"
    (root / "data").mkdir(parents=True, mode=0o700)
    demo.call("db", "backup", root / "data" / "store.db")
    return Program(root, demo.today)


def rows(table: t.Table) -> dict[Any, tuple[t.Value, ...]]:
    return {(row.key, row.currency): row.values for row in table.rows}


def test_what_a_draft_shows_is_what_keeping_it_gives(edited: Program) -> None:
    session = open_on(edited)
    reports = Reports(session)
    reports.drafts.add(some_edits())
    asked = [slice_of(edited, (*words, "--view", "draft")) for words in SLICES]
    drafted = [reports.table(one) for one in asked]
    differences = [reports.table(slice_of(edited, (*words, "--view", "difference"))) for words in SLICES]
    saved = [reports.table(slice_of(edited, words)) for words in SLICES]
    # every path of the command line says the same
    document = edited.json("report", *SLICES[0], "--view", "draft")
    assert [row["cost"] for row in document["rows"]] == [r.values[1].text() for r in drafted[0].rows]  # type: ignore[union-attr]
    reports.drafts.keep()
    again = Reports(session)
    for words, shown, change, before in zip(SLICES, drafted, differences, saved, strict=True):
        kept = again.table(slice_of(edited, words))
        assert rows(kept) == rows(shown), words
        assert [row.values for row in kept.totals] == [row.values for row in shown.totals]
        check_difference(before, shown, change)
    assert rows(saved[0]) != rows(drafted[0])
    session.store.close()


def check_difference(before: t.Table, after: t.Table, change: t.Table) -> None:
    """Every cell of the difference is the draft's less the saved one's."""
    old, new, found = rows(before), rows(after), rows(change)
    assert set(found) == {*old, *new}
    for key, values in found.items():
        for at, value in enumerate(values):
            one = number_of(new[key][at]) if key in new else Fraction(0)
            two = number_of(old[key][at]) if key in old else Fraction(0)
            if one is not None and two is not None and value is not None:
                assert number_of(value) == one - two, (key, at)
            else:
                assert value is None
