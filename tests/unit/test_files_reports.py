"""Report JSON and CSV: the exact forms of interface.md, both ways, and no formula gets out."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.hostile import HOSTILE
from tests.unit.slices import simple_table, tables
from turbofinops_tui.cli.output import report_text
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.errors import DataError
from turbofinops_tui.files import report_json, table_csv

USD = 10**9


@given(tables())
@settings(max_examples=60)
def test_exact_json_gives_back_the_very_table(table: t.Table) -> None:
    assert report_json.loads(report_json.dumps(table, exact=True)) == _no_others(table)


@given(tables())
@settings(max_examples=60)
def test_plain_json_is_stable(table: t.Table) -> None:
    text = report_json.dumps(table)
    again = report_json.loads(text)
    assert report_json.dumps(again) == text
    assert text.isascii()


def _no_others(table: t.Table) -> t.Table:
    return replace(table, rows=list(table.rows))


def test_json_is_what_the_interface_says() -> None:
    table = simple_table({"acme": (12_300_000_000, 105_000), None: (0, 5 * USD)})
    document = json.loads(report_json.dumps(table))
    assert list(document) == [
        "slice", "currency", "books", "parts", "as_of", "states", "rows", "unattributed", "unconverted",
        "totals", "warnings",
    ]  # fmt: skip
    assert document["rows"] == [
        {
            "customer": "acme",
            "revenue": "12.30",
            "cost": "0.000105",
            "margin": "12.299895",
            "margin_pct": "99.9991",
        },
        {"customer": None, "revenue": "0.00", "cost": "5.00", "margin": "-5.00", "margin_pct": None},
    ]
    assert document["unattributed"] == {
        "revenue": "0.00",
        "cost": "5.00",
        "margin": "-5.00",
        "margin_pct": None,
    }
    assert document["totals"]["margin"] == "7.299895"
    assert document["books"] == "7f3a21c9"
    assert document["parts"] == {"facts": "11111111", "rules": "22222222", "settings": "33333333"}
    assert document["slice"]["days"] == {"from": "2026-01-01", "to": "2026-02-01"}


def test_native_rows_carry_their_currency_and_sums_are_lists() -> None:
    asked = t.Slice(measures=("cost",), currency="native")
    rows = [t.Row(("a",), (Money(1, "EUR"),), "EUR"), t.Row(("a",), (Money(2 * 10**6, "JPY"),), "JPY")]
    totals = tuple(t.Row((None,), row.values, row.currency) for row in rows)
    table = replace(
        simple_table({}), slice=asked, currency="native", rows=rows, unattributed=(), totals=totals
    )
    document = json.loads(report_json.dumps(table))
    assert document["rows"] == [
        {"customer": "a", "currency": "EUR", "cost": "0.000000001"},
        {"customer": "a", "currency": "JPY", "cost": "2"},
    ]
    assert document["unattributed"] == []
    assert document["totals"] == [
        {"currency": "EUR", "cost": "0.000000001"},
        {"currency": "JPY", "cost": "2"},
    ]
    assert table_csv.dumps(table) == "customer,currency,cost\na,EUR,0.000000001\na,JPY,2\n"


def test_others_no_feature_and_age() -> None:
    asked = t.Slice(by=("customer", "feature", "age"), measures=("customers",))
    rows = [t.Row(("a", None, "-3"), (1,)), t.Row(("(others)", None, None), (7,), others=True)]
    table = replace(simple_table({}), slice=asked, rows=rows, totals=(), unattributed=())
    document = json.loads(report_json.dumps(table))
    assert document["rows"] == [
        {"customer": "a", "feature": None, "age": -3, "customers": 1},
        {"customer": "(others)", "others": True, "feature": None, "age": None, "customers": 7},
    ]
    assert report_json.decode(document).rows == rows
    assert table_csv.dumps(table) == "customer,feature,age,customers\na,,-3,1\n(others),,,7\n"


def test_a_compared_period_stands_beside_every_row_but_the_rest() -> None:
    asked = t.Slice(measures=("cost",), compare="previous", top=1)
    rows = [
        t.Row(("a",), (Money(USD, "USD"),), previous=(Money(2 * USD, "USD"),)),
        t.Row(("(others)",), (Money(3 * USD, "USD"),), others=True),
    ]
    totals = (t.Row((None,), (Money(4 * USD, "USD"),)),)
    table = replace(
        simple_table({}), slice=asked, rows=rows, totals=totals, unattributed=(), compared=Days(20423, 20454)
    )
    document = json.loads(report_json.dumps(table))
    assert document["compared"] == {"from": "2025-12-01", "to": "2026-01-01"}
    assert document["rows"] == [
        {"customer": "a", "cost": "1.00", "previous": {"cost": "2.00"}},
        {"customer": "(others)", "others": True, "cost": "3.00"},
    ]
    assert report_json.decode(document) == table
    assert table_csv.dumps(table) == "customer,cost,previous_cost\na,1.00,2.00\n(others),3.00,\n"
    assert [line.split() for line in report_text(table).splitlines()[2:6:2]] == [
        ["customer", "cost", "previous", "cost"],
        ["a", "1.00", "2.00"],
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"slice": {"by": 3}}', "null", '"x"'])
def test_what_is_no_report_is_said_in_one_line(text: str) -> None:
    with pytest.raises(DataError, match="not a report"):
        report_json.loads(text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "\r=2", "\n-1"])
def test_formulas_are_defused_in_text_cells(text: str) -> None:
    assert table_csv.defuse(text).startswith("'")
    table = simple_table({text: (USD, 2 * USD)})
    name, revenue, cost, margin, percent = list(csv.reader(io.StringIO(table_csv.dumps(table))))[1]
    assert name.startswith("'")
    assert (revenue, cost, margin, percent) == ("1.00", "2.00", "-1.00", "-100.0000")


@given(st.text())
def test_defusing_keeps_honest_text_and_no_control_character(text: str) -> None:
    cell = table_csv.defuse(text)
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in cell)
    if text.isalnum():
        assert cell == text


@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_names_keep_one_line_per_row(name: str) -> None:
    text = table_csv.dumps(simple_table({name: (USD, 0)}))
    assert text.count("\n") == 2
    assert len(list(csv.reader(io.StringIO(text)))) == 2


def test_ratios_are_rounded_half_even_at_four_decimals() -> None:
    table = simple_table({"a": (49 * USD, 51_290_000_000)})
    assert table.rows[0].values[3] == Ratio(-2_290_000_000, 49 * USD)
    assert report_json.encode(table)["rows"][0]["margin_pct"] == "-4.6735"
