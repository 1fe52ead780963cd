"""The time bridge: one worked example for every cause, and causes that always add up (numbers.md 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.small_books import TODAY, day, dimension, nano, revenue, shared_rule, tag_link
from tests.unit.test_evaluate_invariants import LINKS, SHARED, random_rules
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import Batch, FactBooks, MemoryCost, build
from turbofinops_tui.economics.bridge import Bridge, rounded
from turbofinops_tui.economics.evaluate import evaluate
from turbofinops_tui.economics.evaluate.bridging import causes
from turbofinops_tui.economics.fx import RateTable
from turbofinops_tui.economics.money import Money, exact_text
from turbofinops_tui.economics.periods import Days, Range, day_text, resolve_period
from turbofinops_tui.errors import UsageError

RULES = t.Rules(links=(tag_link("tagged", {"tag:customer": "*"}, customer="{value}"),))


def owned(number: int, customer: str, **changes: Any) -> t.CostDimension:
    return dimension(number, tags={"customer": customer}, **changes)


def used_books(
    lines: Iterable[Sequence[Any]] = (),
    sales: Iterable[t.Revenue] = (),
    customers: str = "acme beta",
    rates: Iterable[tuple[str, str, int, str]] = (),
) -> FactBooks:
    """Books of lines (dimension, day, effective, quantity)."""
    listed = list(lines)
    dimensions = sorted({line[0].id: line[0] for line in listed}.values(), key=lambda d: d.id)
    place = {found.id: number for number, found in enumerate(dimensions)}
    rows: dict[tuple[int, int, int], list[int]] = {}
    for line in listed:
        cell = rows.setdefault((place[line[0].id], 0, day(line[1])), [0, 0])
        cell[0] += nano(line[2])
        cell[1] += nano(line[3])
    days = [day(line[1]) for line in listed] or [0]
    return build(
        dimensions=dimensions,
        customers=[t.Customer(ref) for ref in customers.split()],
        cost=MemoryCost(
            [(*key, cost, cost, quantity) for key, (cost, quantity) in rows.items()],
            [Batch(1, "aws", "main", "2026-01", min(days), max(days))],
        ),
        revenue=sales,
        rates=RateTable(rates),
        facts_id="test",
    )


def bridge(facts: FactBooks, rules: t.Rules = RULES, before: str = "2026-01", after: str = "2026-02",
           **options: Any) -> Bridge:  # fmt: skip
    by = options.pop("by", "customer")
    old, new = resolve_period(before, TODAY), resolve_period(after, TODAY)
    return causes(facts, rules, old, new, today=TODAY, by=by, options=t.Slice(**options))


def lines_of(found: Bridge) -> list[tuple[str | None, str, str]]:
    return [(row.key, row.cause, exact_text(row.units, found.currency)) for row in found.rows]


def month_of(customer: str, amount: str, month: str, **values: Any) -> t.Revenue:
    return revenue(customer, amount, f"{month}-01", **values)


# --- worked by hand ---------------------------------------------------------------------------------


def test_a_customer_who_comes_and_one_who_goes() -> None:
    facts = used_books(
        [(owned(0, "acme", unit="Hrs"), "2026-02-03", "4", "2")],
        [month_of("acme", "10", "2026-02"), month_of("beta", "7", "2026-01")],
    )
    found = bridge(facts)
    assert lines_of(found) == [("acme", "new", "6.00"), ("beta", "lost", "-7.00")]
    assert found.total == -nano(1)
    assert [(row.cause, row.units) for row in found.summed] == [("new", nano(6)), ("lost", nano(-7))]


def test_plan_and_price_usage_revenue_and_take_backs() -> None:
    sales = [
        month_of("acme", "10", "2026-01"), month_of("acme", "15", "2026-02"),
        month_of("acme", "3", "2026-02", kind="one_time"),
        month_of("acme", "20", "2026-01", kind="usage"), month_of("acme", "12.5", "2026-02", kind="usage"),
        month_of("acme", "-1", "2026-01", kind="refund"),
        month_of("acme", "-2", "2026-02", kind="credit_note"),
        month_of("acme", "-0.25", "2026-02", kind="dispute"),
    ]  # fmt: skip
    found = bridge(used_books((), sales))
    assert lines_of(found) == [
        ("acme", "plan and price", "8.00"),
        ("acme", "usage revenue", "-7.50"),
        ("acme", "take-backs", "-1.25"),
    ]


def test_volume_and_unit_cost_of_a_service_with_one_unit() -> None:
    """q 10 -> 15 at 2.00 -> 2.40 each: volume -(15 - 10) x 20/10 = -10, unit cost -(36 - 15 x 2) = -6."""
    hours = owned(0, "acme", unit="Hrs", service="EC2")
    found = bridge(used_books([(hours, "2026-01-05", "20", "10"), (hours, "2026-02-05", "36", "15")]))
    assert lines_of(found) == [
        ("acme", "volume: aws EC2", "-10.00"),
        ("acme", "unit cost: aws EC2", "-6.00"),
    ]


def test_without_a_quantity_in_one_unit_the_cost_changes_as_a_whole() -> None:
    hours, gigabytes = owned(0, "acme", unit="Hrs"), owned(1, "acme", unit="GB")
    bare, fresh = owned(2, "acme", service="Support"), owned(3, "acme", service="S3", unit="GB")
    lines = [
        (hours, "2026-01-05", "20", "10"), (gigabytes, "2026-02-05", "36", "15"),
        (bare, "2026-01-05", "5", "0"), (bare, "2026-02-05", "4", "0"),
        (fresh, "2026-02-05", "2", "1"),
    ]  # fmt: skip
    assert lines_of(bridge(used_books(lines))) == [
        ("acme", "cost change: aws EC2", "-16.00"),
        ("acme", "cost change: aws S3", "-2.00"),
        ("acme", "cost change: aws Support", "1.00"),
    ]


def test_shared_change_and_what_nobody_owns() -> None:
    support, other = dimension(1, service="Support"), dimension(2, service="NAT", unit="GB")
    lines = [
        (owned(0, "acme", service="S3"), "2026-01-02", "1", "0"),
        (owned(0, "acme", service="S3"), "2026-02-02", "1", "0"),
        (support, "2026-01-02", "10", "0"), (support, "2026-02-02", "13", "0"),
        (other, "2026-01-02", "4", "2"), (other, "2026-02-02", "9", "3"),
    ]  # fmt: skip
    rules = t.Rules(links=RULES.links, shared=(shared_rule("s", {"service": "Support"}, "direct"),))
    found = bridge(used_books(lines), rules)
    assert lines_of(found) == [
        ("acme", "shared change", "-3.00"),
        (None, "volume: aws NAT", "-2.00"),
        (None, "unit cost: aws NAT", "-3.00"),
    ]


RATES = [("EUR", "USD", day("2026-01-01"), "1.1"), ("EUR", "USD", day("2026-01-31"), "1.25")]
"""EUR 1.10 in January, 1.25 in February (a rate holds for seven days)"""


def test_fx_is_what_the_rates_did_to_the_same_native_amounts() -> None:
    """Revenue 100 EUR -> 120 EUR: 110 -> 150 USD; at the old rate 132: price +22, FX +18."""
    sales = [
        month_of("acme", "100", "2026-01", currency="EUR"),
        month_of("acme", "120", "2026-02", currency="EUR"),
    ]
    cost = owned(0, "acme", currency="EUR", unit="Hrs")
    lines = [(cost, "2026-01-02", "10", "5"), (cost, "2026-02-02", "24", "8")]
    found = bridge(used_books(lines, sales, rates=RATES))
    # cost 10 EUR = 11 USD -> 24 EUR = 30 USD; at the old rate 26.40: FX -3.60, volume -6.60, price -8.80
    assert lines_of(found) == [
        ("acme", "plan and price", "22.00"),
        ("acme", "fx", "14.40"),
        ("acme", "volume: aws EC2", "-6.60"),
        ("acme", "unit cost: aws EC2", "-8.80"),
    ]


def test_a_currency_new_to_a_customer_takes_the_rate_of_all_the_books() -> None:
    sales = [
        month_of("acme", "1", "2026-01"), month_of("acme", "8", "2026-02", currency="EUR"),
        month_of("beta", "10", "2026-01", currency="EUR"), month_of("beta", "10", "2026-02", currency="EUR"),
    ]  # fmt: skip
    assert lines_of(bridge(used_books((), sales, rates=RATES))) == [
        ("acme", "plan and price", "7.80"),
        ("acme", "fx", "1.20"),
        ("beta", "fx", "1.50"),
    ]


def test_amounts_without_a_rate_are_told_and_nothing_of_that_currency_is_fx() -> None:
    sales = [
        month_of("acme", "10", "2026-01", currency="EUR"),
        month_of("acme", "10", "2026-02", currency="EUR"),
        month_of("acme", "5", "2026-03", currency="EUR", rate_day=day("2026-03-01")),
    ]
    found = bridge(used_books((), sales, rates=RATES), after="2026-02..2026-03")
    assert lines_of(found) == [("acme", "plan and price", "1.50")]
    assert any("no exchange rate" in text for text in found.warnings)


def test_percent_links_divide_the_quantity_like_the_cost() -> None:
    pool = dimension(0, service="EKS", unit="Hrs")
    rules = t.Rules(
        links=(
            tag_link("most", {"service": "EKS"}, customer="acme", percent="75"),
            tag_link("rest", {"service": "EKS"}, customer="beta", percent="25"),
        )
    )
    lines = [(pool, "2026-01-02", "8", "4"), (pool, "2026-02-02", "16", "8")]
    assert lines_of(bridge(used_books(lines), rules)) == [
        ("acme", "volume: aws EKS", "-6.00"),
        ("beta", "volume: aws EKS", "-2.00"),
    ]


def test_by_feature_and_by_plan_the_causes_of_the_customers_are_summed() -> None:
    sales = [
        month_of("acme", "5", "2026-01", feature="chat"), month_of("acme", "9", "2026-02", feature="chat"),
        month_of("acme", "2", "2026-02", feature="search"), month_of("beta", "4", "2026-02", feature="chat"),
    ]  # fmt: skip
    facts = used_books((), sales)
    assert lines_of(bridge(facts, by="feature")) == [
        ("chat", "new", "4.00"),
        ("chat", "plan and price", "4.00"),
        ("search", "plan and price", "2.00"),
    ]
    assert lines_of(bridge(facts, by="plan")) == [(None, "new", "4.00"), (None, "plan and price", "6.00")]


@pytest.mark.parametrize("by", ["provider", "kind", "month", "tag:env", "nonsense"])
def test_dimensions_that_a_bridge_is_not_by(by: str) -> None:
    with pytest.raises(UsageError):
        bridge(used_books(), by=by)


def test_unequal_months_are_named() -> None:
    assert any("31 and 28 days" in text for text in bridge(used_books()).warnings)


# --- they always add up -----------------------------------------------------------------------------


@given(st.lists(st.fractions(max_denominator=50), max_size=6))
def test_rounding_takes_nothing_and_adds_nothing(parts: list[Fraction]) -> None:
    parts.append(-sum(parts, Fraction(0)) % 1)
    found = rounded({str(number): part for number, part in enumerate(parts)})
    assert sum(found.values()) == sum(parts)
    assert all(abs(found[str(number)] - part) < 1 for number, part in enumerate(parts))


DIMENSIONS = [
    owned(0, "acme", unit="Hrs"), owned(1, "beta", unit="GB", service="S3", provider="gcp"),
    owned(2, "acme", unit="GB", currency="EUR"), dimension(3, service="Support", account="2", unit="Hrs"),
    owned(4, "free", service="Support"), dimension(5, charge_category="Credit", tags={"customer": "acme"}),
]  # fmt: skip
DAYS = st.sampled_from(["2026-01-05", "2026-01-31", "2026-02-01", "2026-02-03"])
AMOUNT = st.integers(-(10**12), 10**12).map(lambda n: str(Decimal(n).scaleb(-9)))
USED = st.lists(
    st.tuples(st.sampled_from(DIMENSIONS), DAYS, AMOUNT, st.integers(0, 20).map(str)), max_size=10
)
KINDS = {"subscription": 1, "usage": 1, "one_time": 1, "refund": -1, "dispute": -1, "void": -1}
SALES = st.lists(
    st.builds(
        lambda who, kind, cents, on, currency, feature: revenue(
            who, str(Decimal(KINDS[kind] * cents).scaleb(-2)), on, kind=kind, currency=currency,
            feature=feature,
        ),
        st.sampled_from(["acme", "beta", "nobody-known"]), st.sampled_from(sorted(KINDS)),
        st.integers(0, 10**6), DAYS, st.sampled_from(["USD", "EUR", "GBP"]), st.sampled_from(["", "chat"]),
    ),
    max_size=8,
)  # fmt: skip


def margins(facts: FactBooks, rules: t.Rules, days: Days, by: str) -> tuple[dict[str | None, int], int]:
    """Revenue less cost per key, and of the whole, from a report."""
    span = Range(start=day_text(days.start), end=day_text(days.end))
    asked = t.Slice(by=(by,), measures=("revenue", "cost", "margin"), range=span)
    table = evaluate(facts, rules, asked, today=TODAY, as_of="")

    def units(value: t.Value) -> int:
        return value.units if isinstance(value, Money) else 0

    rows = {row.key[0]: units(row.values[0]) - units(row.values[1]) for row in table.rows}
    return rows, units(table.totals[0].values[2])


@settings(max_examples=80, deadline=None)
@given(USED, SALES, LINKS, SHARED, st.sampled_from(["customer", "feature", "cohort"]))
def test_causes_are_the_difference_of_two_reports(
    lines: list[Any], sales: list[t.Revenue], links: list[Any], shared: list[Any], by: str
) -> None:
    facts, rules = used_books(lines, sales, "acme beta free", RATES), random_rules(links, shared)
    found = bridge(facts, rules, by=by)
    old, old_total = margins(facts, rules, found.before, by)
    new, new_total = margins(facts, rules, found.after, by)
    assert found.total == new_total - old_total == sum(row.units for row in found.rows)
    for key in {*old, *new}:
        assert sum(row.units for row in found.of(key)) == new.get(key, 0) - old.get(key, 0)
    assert sum(row.units for row in found.summed) == found.total
