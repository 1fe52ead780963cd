"""Backwards: the parts of every stored amount add up to every report, and words of a row are checked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.unit.small_books import ask, books, day
from tests.unit.test_difference import SALES
from tests.unit.test_evaluate_invariants import LINES, LINKS, SHARED, random_rules, units
from turbofinops_tui.actions.explaining_rows import parse_row
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.evaluate.carried import carriers
from turbofinops_tui.errors import UsageError


@settings(max_examples=60, deadline=None)
@given(LINES, LINKS, SHARED)
def test_parts_of_all_amounts_are_the_report(lines: list[Any], links: list[Any], shared: list[Any]) -> None:
    facts = books(lines, SALES, "acme beta free")
    rules = random_rules(links, shared)
    held: dict[tuple[str | None, str], int] = {}
    for dimension, when in {(line[0].id, line[1]) for line in lines}:
        for part in carriers(facts, rules, t.Slice(), day(when), dimension):
            key = (part.customer, part.bucket)
            held[key] = held.get(key, 0) + part.amount
            assert part.why
            assert (part.customer is None) == (part.bucket not in ("direct", "shared"))
    table = ask(facts, rules, "customer", "direct_cost shared_cost cost")
    for row in table.rows:
        direct, spread, cost = (units(value) for value in row.values)
        name = row.key[0]
        assert held.get((name, "direct"), 0) == direct
        assert held.get((name, "shared"), 0) == spread
        if name is None:
            assert held.get((None, "unattributed"), 0) == cost
    total = sum(
        held.get((who, bucket), 0) for who, bucket in held if bucket in ("direct", "shared", "unattributed")
    )
    assert total == units(table.totals[0].values[2])


@pytest.mark.parametrize(
    "text", ["", "aws", "aws:bill.csv", ":f:1", "aws::1", "aws:f:x", "aws:f:-1", "aws:f:1²"]
)
def test_what_is_no_row_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_row(text)
    assert parse_row("aws:a:b.csv:12") == ("aws", "a:b.csv", 12)
