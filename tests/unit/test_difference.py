"""What other rules do: dollars moved, signs changed, coverage; worked by hand and against full answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from tests.unit.small_books import TODAY, ask, books, dimension, revenue, shared_rule, tag_link
from tests.unit.test_evaluate_invariants import LINES, LINKS, SHARED, random_rules, units
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.consequences import OPEX, Difference
from turbofinops_tui.economics.evaluate.difference import difference
from turbofinops_tui.economics.periods import Range

TAGGED = dimension(0, tags={"customer": "acme"})
OTHER = dimension(1, tags={"team": "beta"})
SUPPORT = dimension(2, service="Support")
SALES = [revenue("acme", "30", "2026-01-01"), revenue("beta", "9", "2026-01-03")]
YEAR = t.Slice(range=Range("2026"))


def moved(found: Difference) -> dict[tuple[str | None, str | None], str]:
    return {(m.source, m.target): m.cost.text() for m in found.moved}


def test_a_new_link_takes_from_nobody() -> None:
    facts = books([(TAGGED, "2026-01-05", "10"), (OTHER, "2026-01-06", "20")], SALES, "acme beta")
    before = t.Rules(links=(tag_link("c", {"tag:customer": "*"}, customer="{value}"),))
    after = t.Rules(links=(*before.links, tag_link("t", {"tag:team": "*"}, customer="{value}")))
    found = difference(facts, before, after, YEAR, today=TODAY)
    assert moved(found) == {(None, "beta"): "20.00"}
    assert [(f.key, f.was.text(), f.now.text()) for f in found.flips] == [("beta", "9.00", "-11.00")]
    assert [f.key for f in found.cohorts] == []  # acme's 20.00 covers beta's -11.00
    assert found.before.ratio is not None
    assert found.before.ratio.text() == "33.3333"
    assert found.after.ratio is not None
    assert found.after.ratio.text() == "100.0000"
    assert difference(facts, before, before, YEAR, today=TODAY).empty


def test_a_cohort_turns_with_its_customers() -> None:
    facts = books([(OTHER, "2026-01-06", "50")], SALES, "acme beta")
    after = t.Rules(links=(tag_link("t", {"tag:team": "*"}, customer="{value}"),))
    found = difference(facts, t.Rules(), after, YEAR, today=TODAY)
    assert [(f.key, f.was.text(), f.now.text()) for f in found.cohorts] == [("2026-01", "39.00", "-11.00")]
    back = difference(facts, after, t.Rules(), YEAR, today=TODAY)
    assert [(f.key, f.was.text(), f.now.text()) for f in back.cohorts] == [("2026-01", "-11.00", "39.00")]


def test_credits_move_like_cost() -> None:
    facts = books([(TAGGED, "2026-01-05", "-5")], SALES, "acme beta")
    before = t.Rules(links=(tag_link("c", {"tag:customer": "*"}, customer="acme"),))
    after = t.Rules(links=(tag_link("c", {"tag:customer": "*"}, customer="beta"),))
    assert moved(difference(facts, before, after, YEAR, today=TODAY)) == {("acme", "beta"): "-5.00"}


def test_a_class_and_a_shared_rule() -> None:
    facts = books([(SUPPORT, "2026-01-05", "9"), (TAGGED, "2026-01-05", "1")], SALES, "acme beta")
    nothing = t.Rules()
    opex = t.Rules(classes=(t.ClassRule("s", t.Match((("service", "Support"),)), "opex", "s"),))
    even = t.Rules(shared=(shared_rule("e", {"service": "Support"}, "even"),))
    assert moved(difference(facts, nothing, opex, YEAR, today=TODAY)) == {(None, OPEX): "9.00"}
    assert moved(difference(facts, nothing, even, YEAR, today=TODAY)) == {
        (None, "acme"): "4.50", (None, "beta"): "4.50",
    }  # fmt: skip
    by_revenue = t.Rules(shared=(shared_rule("e", {"service": "Support"}, "revenue"),))
    found = difference(facts, even, by_revenue, YEAR, today=TODAY)
    assert list(moved(found)) == [("beta", "acme")]  # 9 x 30 / 39 is more than half


def holdings(facts: Any, rules: t.Rules) -> dict[str | None, int]:
    table = ask(facts, rules, "customer", "direct_cost shared_cost cost opex_cost tax")
    found: dict[str | None, int] = {row.key[0]: units(row.values[2]) for row in table.rows}
    found["(opex)"], found["(tax)"] = (units(value) for value in table.totals[0].values[3:])
    return found


@settings(max_examples=60, deadline=None)
@given(LINES, LINKS, SHARED, LINKS, SHARED)
def test_what_moves_is_the_change_of_every_holder(
    lines: list[Any], links: list[Any], shared: list[Any], others: list[Any], spread: list[Any]
) -> None:
    facts = books(lines, SALES, "acme beta free")
    before, after = random_rules(links, shared), random_rules(others, spread)
    found = difference(facts, before, after, YEAR, today=TODAY)
    changes: dict[str | None, int] = {}
    for item in found.moved:
        changes[item.source] = changes.get(item.source, 0) - item.cost.units
        changes[item.target] = changes.get(item.target, 0) + item.cost.units
    old, new = holdings(facts, before), holdings(facts, after)
    for holder in {*old, *new, *changes}:
        assert changes.get(holder, 0) == new.get(holder, 0) - old.get(holder, 0), holder
