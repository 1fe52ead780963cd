"""The invariant of numbers.md 4 with pools that evidence splits: under every grain, filter and edit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.small_books import ask, books, cells, day, dimension, nano, shared_rule, tag_link, used
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate.proof import bucket_proof
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.types import Condition

POOLS = [
    dimension(1, service="EKS", tags={"cluster": "a"}),
    dimension(2, service="EKS", tags={"cluster": "b", "team": "beta"}),
    dimension(3, service="RDS", charge_category="Credit", account="2"),
]
DAYS = ["2026-01-05", "2026-01-31", "2026-02-01"]
LINES = st.lists(
    st.tuples(
        st.sampled_from(POOLS), st.sampled_from(DAYS),
        st.integers(-(10**11), 10**11).map(lambda n: str(Decimal(n).scaleb(-9))),
    ), max_size=8,
)  # fmt: skip
EVIDENCE = st.lists(
    st.tuples(
        st.sampled_from(DAYS), st.sampled_from(["acme", "beta", ""]), st.sampled_from(["", "chat", "search"]),
        st.sampled_from([(1, 1), (16, 11), (0, 1), (4, 1)]), st.sampled_from(["api", "web"]),
        st.integers(0, 10**9), st.integers(0, 9),
    ), max_size=8,
)  # fmt: skip
LINK = st.tuples(
    st.sampled_from([{"service": "EKS"}, {"tag:cluster": "a"}, {"account": "*"}]),
    st.sampled_from([(), ("api",), ("api", "web")]), st.sampled_from(["self_time", "requests"]),
    st.sampled_from(["keep", "spread"]), st.sampled_from(["", "base"]), st.sampled_from(["", "beta"]),
    st.sampled_from(["100", "60", "33.333"]), st.sampled_from([None, "2026-01-20"]),
)  # fmt: skip
METHODS = st.sampled_from([None, "even", "direct", "evidence"])


def rules_of(number: int, links: list[Any], method: t.Method | None) -> t.Rules:
    made = []
    for place, (match, services, weight, rest, feature, customer, percent, start) in enumerate(links):
        values: dict[str, Any] = {"start": day(start)} if start else {}
        values |= {"evidence": services, "weight": weight, "rest": rest, "feature": feature}
        made.append(tag_link(f"l{place}", match, kind="trace", customer=customer, percent=percent, **values))
    made.append(tag_link("tag", {"tag:team": "*"}, customer="{value}"))
    made.append(tag_link("f", {"tag:cluster": "b"}, kind="feature", feature="cluster"))
    shared = (shared_rule("all", {}, method),) if method else ()
    return t.Rules(links=tuple(made), shared=shared, id=f"rules {number}")


def shop(lines: list[Any], rows: list[Any]) -> FactBooks:
    evidence = [
        used(on, who, feature, count, service=service, self_time=time, requests=calls)
        for on, who, feature, count, service, time, calls in rows
    ]
    return books(lines, customers="acme beta", evidence=evidence)


def cost(table: t.Table) -> int:
    values = [row.values[0] for row in table.rows]
    return sum(value.units for value in values if isinstance(value, Money))


@settings(max_examples=60, deadline=None)
@given(LINES, EVIDENCE, st.lists(st.tuples(st.lists(LINK, max_size=2), METHODS), min_size=1, max_size=3))
def test_parts_add_up_and_edits_equal_anew(lines: list[Any], rows: list[Any], edits: list[Any]) -> None:
    live = shop(lines, rows)
    whole = sum(nano(amount) for _, _, amount in lines)
    for number, (links, method) in enumerate(edits):
        rules = rules_of(number, links, method)
        anew = shop(lines, rows)
        for by in ("customer", "customer feature", "day customer", "link", "service month", "tag:cluster"):
            table = ask(live, rules, by, "cost")
            assert cost(table) == whole
            assert cells(table) == cells(ask(anew, rules, by, "cost"))
        parts = [ask(live, rules, "customer feature", "cost", where=(Condition("service", s),)) for s in
                 ("EKS", "RDS")]  # fmt: skip
        assert sum(map(cost, parts)) == whole
        days = cells(ask(live, rules, "customer day", "direct_cost shared_cost"))
        months = cells(ask(live, rules, "customer", "direct_cost shared_cost"))
        for who, values in months.items():
            found = [Decimal(str(v[0])) for key, v in days.items() if key[0] == who[0]]
            assert sum(found, Decimal(0)) == Decimal(str(values[0]))


@settings(max_examples=30, deadline=None)
@given(LINES, EVIDENCE, st.lists(LINK, max_size=2), METHODS)
def test_the_proof_holds_per_delivery(
    lines: list[Any], rows: list[Any], links: list[Any], method: t.Method | None
) -> None:
    facts, rules = shop(lines, rows), rules_of(0, links, method)
    found = bucket_proof(facts, rules, "effective")
    proven = sum(units for buckets in found.values() for units in buckets.values())
    assert proven == sum(nano(amount) for _, _, amount in lines)
