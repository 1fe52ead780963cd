"""From a figure to its parts and places, and the buckets behind ``reconcile``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.small_books import TODAY, ask, books, day, dimension, nano, revenue, shared_rule, tag_link
from turbofinops_tui.actions.explaining import literal
from turbofinops_tui.actions.reconcile import amount_text
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate.origins import CostPart, cost_parts, revenue_parts
from turbofinops_tui.economics.evaluate.proof import bucket_proof
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.patterns import Pattern
from turbofinops_tui.economics.periods import Days, Range

ROW = dimension(10, tags={"customer": "acme", "team": "search"})
POOL = dimension(11, service="Cluster")
TAX = dimension(12, charge_category="Tax")
DEV = dimension(13, tags={"env": "dev"})
TAGGED = tag_link("tagged", {"tag:customer": "*"}, customer="{value}")


def parts(facts: FactBooks, rules: t.Rules, customer: str | None, period: str = "2026") -> list[CostPart]:
    days = Range(period).resolve(TODAY)
    refs = [found.ref for found in facts.customers]
    position = -1 if customer is None else refs.index(customer)
    return cost_parts(facts, rules, t.Slice(range=Range(period)), days, position)


def shop() -> FactBooks:
    lines = [
        (ROW, "2026-01-05", "50"),
        (ROW, "2026-01-25", "10"),
        (POOL, "2026-01-10", "8"),
        (TAX, "2026-01-31", "3"),
        (DEV, "2026-01-31", "4"),
    ]
    sales = [
        revenue("acme", "31", "2026-01-01", "2026-02-01", object_id="in_1"),
        revenue("acme", "31", "2026-02-01", "2026-03-01", object_id="in_2"),
        revenue("acme", "9", "2026-01-02", kind="one_time", object_id="ch_1"),
    ]
    return books(lines, sales, "acme beta")


def test_a_part_says_who_won_and_why_the_others_lost() -> None:
    links = (
        tag_link("old", {"tag:team": "search"}, customer="beta", end="2025-12-31"),
        tag_link("off", {"tag:team": "search"}, customer="beta", enabled=False),
        TAGGED,
        tag_link("later", {"service": "EC2"}, customer="beta"),
        tag_link("route", {"service": "EC2"}, customer="beta", kind="feature"),
        tag_link("other", {"tag:team": "billing"}, customer="beta"),
    )
    (part,) = parts(shop(), t.Rules(links=links), "acme")
    assert (part.bucket, part.link, part.amount) == ("direct", "tagged", nano(60))
    assert part.why == (
        "tag link `tagged` won: tag:customer=* gives the value; `old` lost: dates (it holds to 2025-12-30);"
        " `off` lost: disabled; `later` lost: later in order;"
        " `route` lost: feature links come after tag links"
    )
    assert part.places == {10: [Days(day("2026-01-01"), day("2026-02-01"))]}


def test_dated_parts_hold_their_own_days() -> None:
    dated = tag_link("dated", {"tag:team": "search"}, customer="beta", start="2026-01-20", percent="50")
    facts = shop()
    rules = t.Rules(links=(dated, TAGGED))
    (beta,) = parts(facts, rules, "beta")
    assert (beta.amount, beta.places) == (nano(5), {10: [Days(day("2026-01-20"), day("2026-02-01"))]})
    assert "50 % of the row from 2026-01-20" in beta.why
    (acme,) = parts(facts, rules, "acme")
    assert acme.amount == nano(55)
    assert "`dated` lost: earlier in order, it takes 50 %" in acme.why


def test_shared_parts_name_the_rule_and_the_days_of_the_pool() -> None:
    rule = shared_rule("spread", {"service": "Cluster"}, "direct", within=("tag:env",))
    whole = t.Rules(links=(TAGGED,), shared=(shared_rule("spread", {"service": "Cluster"}, "even"),))
    direct, shared = parts(shop(), whole, "acme")
    assert (direct.bucket, shared.bucket, shared.link, shared.amount) == (
        "direct",
        "shared",
        "spread",
        nano(8),
    )
    assert shared.places == {11: [Days(day("2026-01-10"), day("2026-01-11"))]}
    assert "shared rule `spread` (service=Cluster) spreads it evenly" in shared.why
    assert "inside each tag:env" in parts(shop(), t.Rules(links=(TAGGED,), shared=(rule,)), "acme")[-1].why


def test_nobodys_parts_by_bucket() -> None:
    rules = t.Rules(
        links=(TAGGED, tag_link("ghost", {"service": "Cluster"}, customer="ghost")),
        classes=(t.ClassRule("staging", t.Match((("tag:env", "dev"),)), "opex"),),
    )
    found = {part.bucket: part for part in parts(shop(), rules, None)}
    assert {name: part.amount for name, part in found.items()} == {
        "unattributed": nano(8), "opex": nano(4), "tax": nano(3),
    }  # fmt: skip
    assert "`ghost` lost: its customer does not exist" in found["unattributed"].why
    assert "class rule `staging`" in found["opex"].why


def test_revenue_parts_hold_the_rows_behind_them() -> None:
    facts = shop()
    days = Range("2026-01").resolve(TODAY)
    found = revenue_parts(facts, t.Rules(), t.Slice(range=Range("2026-01")), days, 0)
    assert [(p.kind, p.amount, [row.object_id for row in p.rows]) for p in found] == [
        ("one_time", nano(9), ["ch_1"]),
        ("subscription", nano(31), ["in_1"]),
    ]


@pytest.mark.parametrize("text", ["acme", "a*b", "x|y", "re:x", "what?", "a-b (c)*"])
def test_a_literal_matches_itself_alone(text: str) -> None:
    found = Pattern(literal(text))
    assert found.matches(text)
    assert not found.matches(text + "z")


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("12.3", "USD", "12.30"), ("-0.000000005968845", "USD", "-0.000000005968845"), ("5", "JPY", "5"),
     ("0", "KWD", "0.000"), ("1E+3", "EUR", "1000.00")],
)  # fmt: skip
def test_amounts_of_a_proof_are_exact_text(amount: str, currency: str, expected: str) -> None:
    assert amount_text(Decimal(amount), currency) == expected


LINES = st.lists(
    st.tuples(
        st.sampled_from([ROW, POOL, TAX, DEV]),
        st.sampled_from(["2026-01-05", "2026-01-06", "2026-02-01"]),
        st.integers(-99, 99).map(lambda n: str(Decimal(n).scaleb(-9))),
        st.just("0.000000001"),
        st.sampled_from(["main", "late", "more"]),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from(["even", "direct", "keep"]), st.sampled_from(["100", "50", "33.3"]))
def test_proofs_add_up_to_the_delivery_and_to_the_report(
    lines: list[Any], method: t.Method, share: str
) -> None:
    facts = books(lines, [revenue("beta", "1", "2026-01-01")], "acme beta")
    rules = t.Rules(
        classes=(t.ClassRule("staging", t.Match((("tag:env", "dev"),)), "opex", start=day("2026-01-06")),),
        links=(tag_link("part", {"tag:team": "search"}, customer="beta", percent=share), TAGGED),
        shared=(shared_rule("pool", {"service": "Cluster"}, method),),
    )
    proof = bucket_proof(facts, rules, "effective")
    delivered: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line[4], line[1][:7])
        delivered[key] = delivered.get(key, 0) + nano(line[2])
    for batch in facts.batches:
        assert sum(proof[batch.id, "USD"].values()) == delivered[batch.export, batch.period]
    table = ask(facts, rules, "month", "direct_cost shared_cost cost opex_cost tax")
    direct, shared, cost, opex, tax = (
        value.units for value in table.totals[0].values if isinstance(value, Money)
    )
    reported = {
        "direct": direct, "shared": shared, "unattributed": cost - direct - shared, "opex": opex, "tax": tax,
    }  # fmt: skip
    assert {name: sum(sums[name] for sums in proof.values()) for name in reported} == reported


def test_no_facts_no_proof() -> None:
    assert bucket_proof(books(), t.Rules(), "billed") == {}
