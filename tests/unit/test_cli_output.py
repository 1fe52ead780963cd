"""Text tables: aligned, rounded so that parts add up, and nothing foreign acts on the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.hostile import HOSTILE
from tests.unit.slices import simple_table
from turbofinops_tui.cli.output import cell_width, fit, grid, header_text, report_text
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import Money

USD = 10**9

GOLDEN = """\
2026-01-01 to 2026-01-31 UTC · recognised revenue, effective cost · USD · books 7f3a21c9

customer         revenue  cost    margin  margin_pct
--------------  --------  ----  --------  ----------
acme            1,234.50  0.01  1,234.49      100.0%
(unattributed)      0.00  5.00     -5.00           —
--------------  --------  ----  --------  ----------
total           1,234.50  5.01  1,229.49       99.6%
"""


def test_golden_report() -> None:
    table = simple_table({"acme": (1_234_500_000_000, 10_000_000), None: (0, 5 * USD)})
    assert report_text(table) == GOLDEN


def test_parts_add_up_to_their_sum() -> None:
    table = simple_table({"a": (0, 414_443_000), "b": (0, 585_557_000)})
    lines = report_text(table).splitlines()
    assert [line.split()[2] for line in lines[4:6]] == ["0.41", "0.59"]
    thirds = simple_table({name: (0, 333_333_333 + (name == "c")) for name in "abc"})
    lines = report_text(thirds).splitlines()
    assert [line.split()[2] for line in lines[4:7]] == ["0.33", "0.33", "0.34"]
    assert lines[8].split()[2] == "1.00"


def test_rows_that_are_no_parts_are_rounded_alone() -> None:
    table = simple_table({"a": (0, 4_999_999), "b": (0, 4_999_999)})
    cut = replace(table, totals=simple_table({"x": (0, 50 * USD)}).totals)
    assert [line.split()[2] for line in report_text(cut).splitlines()[4:6]] == ["0.00", "0.00"]
    assert [line.split()[2] for line in report_text(table).splitlines()[4:6]] == ["0.01", "0.00"]


def test_header_names_what_the_numbers_stand_on() -> None:
    table = simple_table({"a": (0, USD)})
    asked = replace(table.slice, tax="in", shared="even", where=(t.Condition("provider", "aws"),))
    money = tuple(Money(units * USD, "USD") for units in (100, 71, 22))
    coverage = replace(
        table,
        slice=replace(table.slice, measures=("cost", "direct_cost", "shared_cost")),
        totals=(t.Row((None,), money),),
    )
    assert header_text(replace(table, slice=asked), coverage) == (
        "2026-01-01 to 2026-01-31 UTC · recognised revenue, effective cost · USD · tax in the cost · "
        "shared by even (not the saved rules) · provider=aws · "
        "71 % direct, 22 % shared, 7 % unattributed · books 7f3a21c9"
    )


def test_states_unconverted_amounts_and_warnings_stand_below() -> None:
    table = replace(
        simple_table({}),
        states=(t.SourceState("aws", 20480, 20485, "provisional"),),
        unconverted=tuple([t.Unconverted(Money(5 * USD, "EUR"), "acme", "cost", "gcp", 20460)] * 7),
        warnings=("no rate for EUR",),
    )
    text = report_text(table)
    assert "provisional: aws 2026-01-27 to 2026-01-31\n" in text
    assert text.count("unconverted: 5.00 EUR of acme, cost, gcp, 2026-01-07\n") == 5
    assert "unconverted: 2 more (see --format json)\n" in text
    assert text.endswith("warning: no rate for EUR\n")
    assert "no rows" in text


@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_names_keep_their_place(name: str) -> None:
    table = replace(simple_table({name: (USD, 0)}), warnings=(name,))
    lines = report_text(table).splitlines()
    assert len(lines) == 9
    assert all(line.isprintable() for line in lines)


def test_a_narrow_terminal_cuts_names_and_never_numbers() -> None:
    text = grid(["name", "amount"], [["x" * 60, "1,234,567.89"], ["日本語株式会社" * 4, "1.00"]], {1}, 40)
    lines = text.splitlines()
    assert {cell_width(line) for line in lines} == {40}
    assert "1,234,567.89" in lines[2]
    assert "…" in lines[2]
    assert "…" in lines[3]


@given(st.text(max_size=30), st.integers(1, 30))
def test_fit_never_exceeds_its_width(text: str, width: int) -> None:
    clean = "".join(char for char in text if char.isprintable())
    assert cell_width(fit(clean, width)) <= width
