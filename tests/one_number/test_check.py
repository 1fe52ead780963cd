"""``check`` judges the numbers of reports: the same margins, without customers whose usage is not billed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.one_number.program import Program


def margins(program: Program, answer: dict[str, Any], by: str) -> dict[str, Decimal]:
    """Margin per key over the judged days from reports alone."""
    left_out = {item["customer"] for item in answer["left_out"]}
    days = ("--from", answer["judged"]["from"], "--to", answer["judged"]["to"])
    dimensions = by if by == "customer" else f"{by},customer"
    rows = program.json("report", "--by", dimensions, "--measure", "margin", *days)["rows"]
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        owned = by == "feature" or row["customer"] is not None
        if owned and row[by] is not None and row["customer"] not in left_out:
            found[row[by]] += Decimal(row["margin"] or 0)
    return found


def test_every_margin_of_a_check_is_that_of_the_report(demo: Program) -> None:
    answer = demo.json("--read-only", "check")
    assert answer["left_out"]
    assert answer["standing"]
    by_dimension = {by: margins(demo, answer, by) for by in ("cohort", "customer", "feature")}
    for item in (*answer["standing"], *answer["items"]):
        assert Decimal(item["margin"]) == by_dimension[item["by"]][item["key"]], item
    below = {
        item["key"] for item in answer["standing"] if item["by"] == "customer" and item["now"] != "watch"
    }
    losing = {key for key, margin in by_dimension["customer"].items() if margin < 0}
    assert below <= losing


def test_who_is_left_out_is_unbilled_in_the_report(demo: Program) -> None:
    answer = demo.json("--read-only", "check", "--by", "customer")
    days = ("--from", answer["judged"]["from"], "--to", answer["judged"]["to"])
    report = demo.json("report", "customers", *days)
    assert [i["customer"] for i in answer["left_out"]] == sorted(i["customer"] for i in report["unbilled"])
    judged = {item["key"] for item in (*answer["standing"], *answer["items"])}
    assert not judged & {item["customer"] for item in answer["left_out"]}
