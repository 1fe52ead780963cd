"""Verdicts: the example of numbers.md 5, and the same as asking for every method one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from tests.unit.small_books import TODAY, ask, books, dimension, revenue, shared_rule, tag_link
from tests.unit.test_evaluate_invariants import LINES, LINKS, SHARED, random_rules, units
from turbofinops_tui.actions.verdicts import losers_of
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.evaluate.verdict import verdict_of
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.errors import UsageError
from turbofinops_tui.files.report_json import dumps, loads
from turbofinops_tui.files.slice_words import parse_having

A, B, C = (dimension(number, tags={"customer": name}) for number, name in enumerate("abc"))
POOL = dimension(3, service="Shared")
FACTS = books(
    [(A, "2026-01-05", "120"), (B, "2026-01-05", "60"), (C, "2026-01-05", "10"), (POOL, "2026-01-05", "150")],
    [revenue("a", "100", "2026-01-01"), revenue("b", "100", "2026-01-01")],
    "a b c",
)
RULES = t.Rules(links=(tag_link("c", {"tag:customer": "*"}, customer="{value}"),))
MEASURES = "margin margin_best margin_worst verdict"


def rounded(table: t.Table) -> dict[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    for row in table.rows:
        found[row.key[0]] = [f"{v.units / 10**9:.2f}" if isinstance(v, Money) else str(v) for v in row.values]
    return found


def test_the_worked_example() -> None:
    found = rounded(ask(FACTS, RULES, "customer", MEASURES))
    assert found == {
        "a": ["-20.00", "-20.00", "-114.74", "loses anyway"],
        "b": ["40.00", "40.00", "-35.00", "depends"],
        "c": ["-10.00", "-10.00", "-60.00", "loses anyway"],
        None: ["-150.00", "None", "None", "None"],
    }


def test_the_methods_on_each_side() -> None:
    found = verdict_of(FACTS, RULES, t.Slice(range=Range("2026")), today=TODAY)
    assert found["b"].losing == ("even", "revenue", "direct")
    assert found["b"].holding == ("keep", "saved")
    assert found["a"].word == "loses anyway"
    assert not found["a"].holding


def test_the_saved_rules_are_one_of_the_methods() -> None:
    saved = replace(RULES, shared=(shared_rule("f", {"service": "*"}, "fixed", split=(("c", 100),)),))
    found = verdict_of(FACTS, saved, t.Slice(range=Range("2026")), today=TODAY)
    assert dict(found["c"].margins)["saved"].text() == "-160.00"
    assert found["c"].worst.text() == "-160.00"


def test_filter_order_totals_and_the_file() -> None:
    depends = ask(FACTS, RULES, "customer", MEASURES, having=(parse_having("verdict=depends"),))
    assert [row.key[0] for row in depends.rows] == ["b"]
    losing = ask(FACTS, RULES, "customer", MEASURES, having=(parse_having("verdict = loses anyway"),))
    assert [row.key[0] for row in losing.rows] == ["a", "c"]
    worst = ask(FACTS, RULES, "customer", MEASURES, having=(parse_having("margin_worst<-100"),))
    assert [row.key[0] for row in worst.rows] == ["a"]
    ordered = ask(FACTS, RULES, "customer", MEASURES, sort=(t.Sort("verdict"), t.Sort("margin_worst", True)))
    assert [row.key[0] for row in ordered.rows] == ["b", "a", "c", None]
    assert ordered.totals[0].values[1:] == (None, None, None)
    assert loads(dumps(losing)).rows == list(losing.rows)
    assert loads(dumps(losing)).slice.having == losing.slice.having
    assert ask(FACTS, RULES, "month", MEASURES).rows[0].values[1:] == (None, None, None)
    with pytest.raises(UsageError, match="cannot be read"):
        parse_having("verdict=maybe")
    with pytest.raises(UsageError, match="cannot be read"):
        parse_having("verdict<safe")


def test_losers_by_kind() -> None:
    found = losers_of(ask(FACTS, RULES, "customer", MEASURES))
    assert found.text() == "2 lose: 2 anyway, 0 depend"
    even = losers_of(ask(FACTS, RULES, "customer", MEASURES, shared="even"))
    assert (even.lose, even.anyway, even.depend) == (3, 2, 1)


@settings(max_examples=40, deadline=None)
@given(LINES, LINKS, SHARED)
def test_the_same_as_asking_for_each_method(lines: list[Any], links: list[Any], shared: list[Any]) -> None:
    sales = [revenue("acme", "30", "2026-01-01", "2026-02-01"), revenue("beta", "9", "2026-02-03")]
    facts = books(lines, sales, "acme beta free")
    rules = random_rules(links, shared)
    for by in ("customer", "month customer", "customer feature"):
        found = ask(facts, rules, by, MEASURES)
        asked = [
            ask(facts, rules, by, "margin", shared=m) for m in (None, "keep", "even", "revenue", "direct")
        ]
        margins = [{row.key: units(row.values[0]) for row in table.rows} for table in asked]
        at = by.split().index("customer")
        for row in found.rows:
            if row.key[at] is None:
                assert row.values[1:] == (None, None, None)
                continue
            every = [margin.get(row.key, 0) for margin in margins]
            assert (units(row.values[1]), units(row.values[2])) == (max(every), min(every))
