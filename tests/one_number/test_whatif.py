"""What-if: without a change it is the report; with one the difference is what the change says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.one_number.program import Failed, Program

CELLS = ("revenue", "cost", "ai_cost", "margin", "margin_pct")


def _report(program: Program, customer: str, *words: str) -> dict[str, dict[str, Any]]:
    """month -> the customer's cells of the report."""
    found = program.json(
        "report", "--by", "month", "--measure", ",".join(CELLS), "--where", f"customer={customer}", *words
    )
    return {row.pop("month"): row for row in found["rows"]}


def _customers(program: Program) -> list[str]:
    rows = program.json("report", "customers", "--sort", "cost", "--top", 3)["rows"]
    return [row["customer"] for row in rows if row["customer"] not in (None, "(others)")]


@pytest.mark.parametrize(
    "words", [(), ("--cost", "billed"), ("--period", "last-month"), ("--shared", "even")]
)
def test_without_a_change_it_is_the_report(program: Program, words: tuple[str, ...]) -> None:
    for customer in _customers(program):
        document = program.json("whatif", "--customer", customer, *words)
        cells = _report(program, customer, *words)
        for side in ("now", "then"):
            assert {row["month"]: row[side] for row in document["rows"]} == cells
        assert document["totals"]["change"] == "0.00"
        assert document["everybody"]["now"] == document["everybody"]["then"]


def test_a_monthly_price_is_the_revenue_of_every_whole_month_and_moves_no_cost(demo: Program) -> None:
    customer = _customers(demo)[0]
    whole = [row["month"] for row in demo.json("whatif", "--customer", customer)["rows"]][1:]
    document = demo.json("whatif", "--customer", customer, "--price", "1234.56", "--shared", "keep")
    for row in document["rows"]:
        assert row["then"]["cost"] == row["now"]["cost"]
        if row["month"] in whole:
            assert row["then"]["revenue"] == "1234.56"
    change = Decimal(document["totals"]["then"]["revenue"]) - Decimal(document["totals"]["now"]["revenue"])
    assert Decimal(document["totals"]["change"]) == change
    assert document["everybody"]["change"] == document["totals"]["change"]


def test_a_cap_leaves_what_is_below_it_and_cuts_the_rest(demo: Program) -> None:
    customer = _customers(demo)[0]
    document = demo.json("whatif", "--customer", customer, "--cap", "ai_cost=100.5", "--shared", "keep")
    for row in document["rows"]:
        before, after = (Decimal(row[side]["ai_cost"] or 0) for side in ("now", "then"))
        assert after == min(before, Decimal("100.5"))
        assert Decimal(row["now"]["cost"]) - Decimal(row["then"]["cost"]) == before - after
        assert row["then"]["revenue"] == row["now"]["revenue"]


def test_percent_moves_what_recurs_and_nothing_else(joined: Program) -> None:
    rows = joined.json("report", "--by", "customer,kind", "--measure", "revenue", "--sort", "revenue")["rows"]
    customer = next(row["customer"] for row in rows if row["kind"] == "subscription")
    same = joined.json("whatif", "--customer", customer, "--price", "+0%")
    assert same["totals"]["now"] == same["totals"]["then"]
    kinds = {r["kind"]: Decimal(r["revenue"]) for r in rows if r["customer"] == customer and r["revenue"]}
    free = joined.json("whatif", "--customer", customer, "--price", "-100%")
    assert Decimal(free["totals"]["then"]["revenue"]) == sum(
        amount for kind, amount in kinds.items() if kind not in ("subscription", "usage")
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--cap", "requests=1"), "saves no bill"),
        (("--cap", "ai_cost"), "MEASURE=N"),
        (("--price", "-5"), "below 0"),
        (("--price", "ten"), "not a number"),
        (("--model", "a"), "A=B"),
        (("--model", "big=small"), "no cost of model big"),
        (("--price", "1", "--basis", "cash"), "cash basis"),
        (("--price", "1", "--plan", "team"), "exclude"),
        (("--currency", "native"), "cannot be replayed"),
    ],
)
def test_what_cannot_be_answered_is_said(demo: Program, words: tuple[str, ...], text: str) -> None:
    with pytest.raises(Failed, match=text):
        demo.call("whatif", "--customer", _customers(demo)[0], *words)
