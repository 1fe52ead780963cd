"""Invariants of every table: groups add up to the whole, days to months, buckets to the delivery."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.small_books import ask, books, day, dimension, nano, revenue, tag_link
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import Money

ACME = dimension(0, tags={"customer": "acme"})
BETA = dimension(1, tags={"customer": "beta", "env": "prod"}, service="S3", provider="gcp", source="gcp")
FREE = dimension(2, tags={"customer": "free"})
NONE = dimension(3, service="Support", account="2")
TAX = dimension(4, charge_category="Tax", tags={"customer": "acme"})
CREDIT = dimension(5, charge_category="Credit", tags={"customer": "acme"})
BEDROCK = dimension(6, service="Amazon Bedrock", tags={"customer": "acme"})


def units(value: t.Value) -> int:
    assert value is None or isinstance(value, Money)
    return value.units if value is not None else 0


GRAINS = st.sampled_from(
    [
        *("customer", "month", "service", "customer month", "provider account", "cohort", "link"),
        *("feature", "week", "tag:env", "class", "day customer", "currency"),
    ]
)
DIMENSIONS = [ACME, BETA, FREE, NONE, TAX, CREDIT, BEDROCK]
LINES = st.lists(
    st.tuples(
        st.sampled_from(DIMENSIONS),
        st.sampled_from(["2026-01-05", "2026-01-31", "2026-02-01", "2026-03-17"]),
        st.integers(-(10**12), 10**12).map(lambda n: str(Decimal(n).scaleb(-9))),
    ),
    max_size=12,
)
LINKS = st.lists(
    st.builds(
        lambda match, customer, feature, percent, start: (match, customer, feature, percent, start),
        st.sampled_from([{"tag:customer": "*"}, {"service": "EC2"}, {"tag:env": "prod"}, {"account": "2"}]),
        st.sampled_from(["{value}", "beta", ""]),
        st.sampled_from(["", "search", "chat"]),
        st.sampled_from(["100", "60", "33.333"]),
        st.sampled_from([None, "2026-01-20", "2026-02-01"]),
    ),
    max_size=4,
)
SHARED = st.lists(
    st.tuples(
        st.sampled_from([{"service": "*"}, {"account": "2"}]),
        st.sampled_from(["even", "revenue", "direct", "keep", "evidence"]),
        st.sampled_from([(), ("tag:env",)]),
    ),
    max_size=2,
)


def random_rules(links: list[Any], shared: list[Any]) -> t.Rules:
    return t.Rules(
        classes=(t.ClassRule("dev", t.Match((("service", "Support"),)), "opex", start=day("2026-02-01")),),
        links=tuple(
            tag_link(f"l{i}", match, customer=c, feature=f, percent=p, start=s)
            for i, (match, c, f, p, s) in enumerate(links)
        ),
        shared=tuple(
            t.SharedRule(f"s{i}", t.Match(tuple(match.items())), method, within=within)
            for i, (match, method, within) in enumerate(shared)
        ),
    )


@settings(max_examples=60, deadline=None)
@given(LINES, LINKS, SHARED, GRAINS, st.sampled_from([None, "even", "direct"]))
def test_groups_add_up_to_the_whole_at_any_grain(
    lines: list[Any], links: list[Any], shared: list[Any], by: str, method: Any
) -> None:
    sales = [revenue("acme", "30", "2026-01-01", "2026-02-01"), revenue("beta", "9", "2026-02-03")]
    facts = books(lines, sales, "acme beta free")
    measures = ("direct_cost", "shared_cost", "cost", "opex_cost", "tax")
    table = ask(facts, random_rules(links, shared), by, " ".join(measures), shared=method)
    for column in range(len(measures)):
        assert sum(units(row.values[column]) for row in table.rows) == units(table.totals[0].values[column])
    direct, spread, cost, opex, tax = (units(value) for value in table.totals[0].values)
    assert cost + opex + tax == sum(nano(line[2]) for line in lines)
    assert direct + spread + units(table.unattributed[0].values[2]) == cost


@settings(max_examples=40, deadline=None)
@given(LINES, LINKS, SHARED)
def test_a_month_is_the_sum_of_its_days(lines: list[Any], links: list[Any], shared: list[Any]) -> None:
    sales = [revenue("acme", "30", "2026-01-01", "2026-02-01"), revenue("beta", "9", "2026-02-03")]
    facts = books(lines, sales, "acme beta free")
    rules = random_rules(links, shared)
    measures = "revenue direct_cost shared_cost cost"
    months = ask(facts, rules, "customer feature month", measures, period="2026-01..2026-03")
    days = ask(facts, rules, "customer feature day", measures, period="2026-01..2026-03")
    sums: dict[Any, list[int]] = {}
    for row in days.rows:
        key = (row.key[0], row.key[1], str(row.key[2])[:7])
        cell = sums.setdefault(key, [0] * 4)
        for position, value in enumerate(row.values):
            cell[position] += units(value)
    found = {row.key: [units(v) for v in row.values] for row in months.rows}
    assert {k: v for k, v in found.items() if any(v)} == {k: v for k, v in sums.items() if any(v)}
