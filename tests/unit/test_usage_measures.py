"""Measures of usage evidence in reports: exact, by their own dimensions (interface.md, numbers.md 5)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.unit.small_books import ask, books, cells, dimension, totals, used
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.types import Condition, Having, Sort
from turbofinops_tui.economics.usage import usage_text

LINE = (dimension(1, service="EC2", model="", tags={"env": "prod"}), "2026-01-01", "5")


def shop() -> FactBooks:
    rows = [
        used(
            "2026-01-01",
            "acme",
            "chat",
            calls=1,
            input_tokens=7,
            model="m",
            provider="openai",
            count=(16, 11),
        ),
        used(
            "2026-01-01", "acme", "chat", calls=1, input_tokens=7, model="m", provider="openai", count=(1, 3)
        ),
        used("2026-02-02", "beta", self_time=1_500_000_000, requests=2, service="api"),
        used("2026-02-03", "", self_time=1, requests=1, service="api"),
    ]
    return books([LINE], customers="acme beta", evidence=rows)


def test_sums_are_exact_and_rounded_once() -> None:
    found = cells(ask(shop(), by="customer feature model", measures="calls input_tokens"))
    assert found == {("acme", "chat", "m"): [usage_text(Fraction(16, 11) + Fraction(1, 3)), "12.515151515"]}
    assert usage_text(Fraction(1, 2 * 10**9)) == "0.000000000"  # half-even
    assert usage_text(Fraction(3, 2 * 10**9)) == "0.000000002"


def test_times_are_seconds_by_service_customer_and_day() -> None:
    table = ask(shop(), by="service customer day", measures="self_time requests")
    assert cells(table) == {
        ("api", "beta", "2026-02-02"): ["1.500000000", "2.000000000"],
        ("api", None, "2026-02-03"): ["0.000000001", "1.000000000"],
    }
    assert totals(table) == ["1.500000001", "3.000000000"]
    assert [row.values for row in table.unattributed] == [("0.000000001", "1.000000000")]


def test_a_dimension_that_a_measure_lacks_leaves_its_whole_to_the_totals() -> None:
    table = ask(shop(), by="customer model", measures="calls requests cost")
    assert cells(table) == {
        ("acme", "m"): ["1.787878788", None, "0.00"], (None, None): ["0.000000000", None, "5.00"],
    }  # fmt: skip
    assert totals(table) == ["1.787878788", "3.000000000", "5.00"]
    assert "requests: no model: the whole stands in the totals alone" in table.warnings
    table = ask(shop(), by="tag:env", measures="calls cost")
    assert cells(table) == {("prod",): [None, "5.00"]}


@pytest.mark.parametrize(("name", "kept"), [("service", "0.000000000"), ("source", "1.787878788")])
def test_filters_on_what_a_measure_lacks_do_not_touch_it(name: str, kept: str) -> None:
    table = ask(shop(), measures="calls", where=(Condition(name, "nothing"),))
    assert totals(table) == [kept]
    assert any("does not touch" in text for text in table.warnings) == (name == "source")


def test_order_having_and_top_know_usage() -> None:
    facts = shop()
    sort = (Sort("requests"),)
    rows = ask(facts, by="customer", measures="requests", sort=sort).rows
    assert [row.key[0] for row in rows][:2] == ["beta", None]
    having = (Having("requests", ">", 1),)  # type: ignore[arg-type]
    assert set(cells(ask(facts, by="customer", measures="requests", having=having))) == {("beta",)}
    months = cells(ask(facts, by="month", measures="requests", cumulative=True))
    assert months[("2026-02",)] == ["3.000000000"]


def test_evidence_alone_makes_books() -> None:
    facts = books(customers="acme", evidence=[used("2026-01-01", "acme", requests=1)])
    assert cells(ask(facts, by="customer", measures="requests")) == {("acme",): ["1.000000000"]}
