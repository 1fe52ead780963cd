"""The Stripe sample joined with the generated bills against both expected results, computed apart from us.

Margin here is nothing but their difference: revenue of the Stripe sample minus the cost
of the tag value that an identity gives to that customer, in native currency.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.one_number.conftest import pairs
from tests.one_number.program import Program
from turbofinops_tui.economics.money import exponent

NATIVE = ("--currency", "native", "--period", "2026-07..2026-08")
MONTHS = ("2026-07", "2026-08")
Cells = dict[tuple[str, str, str], Decimal]
TOLERANCE = Decimal("0.000001")


def _revenue(shared: Path) -> Cells:
    """(customer, currency, month) -> recognised revenue in major units."""
    customers = json.loads((shared / "stripe" / "expected.json").read_text(encoding="utf-8"))["customers"]
    cells: Cells = defaultdict(Decimal)
    for customer, figures in customers.items():
        currency = figures["currency"].upper()
        for month, kinds in figures["accrual"].items():
            cells[customer, currency, month] += Decimal(sum(kinds.values())).scaleb(-exponent(currency))
    return cells


def _fees(shared: Path) -> Cells:
    """(customer, settlement currency, month) -> processing fees of the Stripe sample."""
    expected = json.loads((shared / "stripe" / "expected.json").read_text(encoding="utf-8"))
    currency = expected["meta"]["settlement_currency"].upper()
    return {
        (customer, currency, month): Decimal(minor).scaleb(-exponent(currency))
        for customer, figures in expected["customers"].items()
        for month, minor in figures.get("fees", {}).items()
        if month in MONTHS
    }


def _cost(shared: Path) -> Cells:
    """(customer, currency, month) -> effective cost with tax of matched tag values, and fees."""
    with gzip.open(shared / "cloud" / "generated" / "expected.json.gz", "rt", encoding="utf-8") as file:
        currencies: dict[str, Any] = json.load(file)["states"]["base"]["currencies"]
    cells: Cells = defaultdict(Decimal, _fees(shared))
    for customer, value in pairs(shared).items():
        for currency, sections in currencies.items():
            for month, figures in sections["by_customer_month"].get(value, {}).items():
                cells[customer, currency, month] += Decimal(figures["effective"])
    return cells


def _report(program: Program, measure: str) -> Cells:
    words = ("--by", "customer,month", "--measure", measure, "--tax", "in", *NATIVE)
    rows = program.json("report", *words)["rows"]
    return {
        (row["customer"], row["currency"], row["month"]): Decimal(row[measure])
        for row in rows
        if row["customer"] is not None and row[measure] is not None
    }


def _same(ours: Cells, theirs: Cells) -> None:
    wrong = {
        key: (ours.get(key, Decimal(0)), theirs.get(key, Decimal(0)))
        for key in ours.keys() | theirs.keys()
        if abs(ours.get(key, Decimal(0)) - theirs.get(key, Decimal(0))) > TOLERANCE
    }
    assert not wrong, f"{len(wrong)} cells differ: {sorted(wrong.items())[:5]}"


def test_every_pair_is_matched(shared_data: Path) -> None:
    assert len(pairs(shared_data)) == 60


def test_revenue_is_the_sample_s(joined: Program, shared_data: Path) -> None:
    theirs = {key: value for key, value in _revenue(shared_data).items() if key[2] in MONTHS}
    assert len(theirs) > 50
    _same(_report(joined, "revenue"), theirs)


def test_direct_cost_is_the_sample_s(joined: Program, shared_data: Path) -> None:
    theirs = _cost(shared_data)
    assert len(theirs) > 100
    _same(_report(joined, "direct_cost"), theirs)


def test_margin_is_their_difference(joined: Program, shared_data: Path) -> None:
    revenue, cost = _revenue(shared_data), _cost(shared_data)
    shared = _report(joined, "shared_cost")
    keys = {key for key in revenue.keys() | cost.keys() | shared.keys() if key[2] in MONTHS}
    none = Decimal(0)
    theirs = {key: revenue.get(key, none) - cost.get(key, none) - shared.get(key, none) for key in keys}
    _same(_report(joined, "margin"), theirs)
