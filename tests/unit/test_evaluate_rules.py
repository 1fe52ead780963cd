"""Links, shared rules and feature maps: the ladder of numbers.md 4, case by case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.small_books import ask, books, cells, day, dimension, revenue, shared_rule, tag_link, totals
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import FactBooks

ROW = dimension(0, tags={"customer": "acme", "team": "search", "env": "prod"})
PLAIN = dimension(1, service="Support")
BY_TAG = tag_link("tagged", {"tag:customer": "*"}, customer="{value}")


def one_row(amount: str = "100", customers: str = "acme beta gamma") -> FactBooks:
    return books([(ROW, "2026-01-10", amount)], customers=customers)


def owners(facts: FactBooks, *links: t.Link, **options: Any) -> dict[t.Key, list[str | int | None]]:
    return cells(ask(facts, t.Rules(links=links), "customer feature link", "cost", **options))


# --- links ----------------------------------------------------------------------------------------


def test_the_first_link_that_gives_wins() -> None:
    first = tag_link("first", {"tag:team": "search"}, customer="beta")
    assert owners(one_row(), first, BY_TAG) == {("beta", None, "first"): ["100.00"]}
    assert owners(one_row(), BY_TAG, first) == {("acme", None, "tagged"): ["100.00"]}
    off = tag_link("first", {"tag:team": "search"}, customer="beta", enabled=False)
    assert owners(one_row(), off, BY_TAG) == {("acme", None, "tagged"): ["100.00"]}


def test_percent_is_of_the_full_row_and_takes_what_is_left() -> None:
    sixty = tag_link("a", {"tag:team": "search"}, customer="beta", percent="60")
    forty = tag_link("b", {"tag:env": "prod"}, customer="gamma", percent="40")
    assert owners(one_row(), sixty, forty) == {
        ("beta", None, "a"): ["60.00"],
        ("gamma", None, "b"): ["40.00"],
    }
    fifty = tag_link("b", {"tag:env": "prod"}, customer="gamma", percent="50")
    assert owners(one_row(), sixty, fifty, BY_TAG) == {
        ("beta", None, "a"): ["60.00"],
        ("gamma", None, "b"): ["40.00"],
    }
    assert owners(one_row(), sixty) == {("beta", None, "a"): ["60.00"], (None, None, None): ["40.00"]}


def test_parts_of_an_atom_add_up_to_the_last_unit() -> None:
    third = [
        tag_link(f"l{n}", {"tag:team": "search"}, customer=c, percent="33.3333")
        for n, c in enumerate(("gamma", "beta", "acme"))
    ]
    found = owners(one_row("0.00000001"), *third)
    # ten units by 33.3333 three times and 0.0001 for nobody: the tie goes to the first reference
    assert found == {
        ("acme", None, "l2"): ["0.000000004"],
        ("beta", None, "l1"): ["0.000000003"],
        ("gamma", None, "l0"): ["0.000000003"],
        (None, None, None): ["0.00"],
    }


def test_customer_and_feature_are_found_apart() -> None:
    feature = tag_link("f", {"tag:team": "search"}, feature="search", kind="feature")
    assert owners(one_row(), feature, BY_TAG) == {("acme", "search", "tagged"): ["100.00"]}
    assert owners(one_row(), feature) == {(None, "search", None): ["100.00"]}
    both = tag_link("both", {"tag:env": "prod"}, customer="beta", feature="{value}")
    only = tag_link("only", {"tag:team": "search"}, customer="acme")
    # the customer is taken already, so the link that gives both ends the feature walk alone
    assert owners(one_row(), only, both, feature) == {("acme", "prod", "only"): ["100.00"]}


def test_walks_overlap_where_both_are_partial() -> None:
    customer = tag_link("c", {"tag:team": "search"}, customer="beta", percent="60")
    feature = tag_link("f", {"tag:env": "prod"}, feature="chat", percent="50", kind="feature")
    assert owners(one_row(), customer, feature) == {
        ("beta", "chat", "c"): ["50.00"],
        ("beta", None, "c"): ["10.00"],
        (None, None, None): ["40.00"],
    }


def test_tag_links_come_before_feature_links_whatever_their_order() -> None:
    late = tag_link("late", {"tag:team": "search"}, customer="beta", kind="feature")
    assert owners(one_row(), late, BY_TAG) == {("acme", None, "tagged"): ["100.00"]}


def test_trace_links_wait_for_usage_evidence() -> None:
    trace = tag_link("t", {"service": "EC2"}, customer="beta", kind="trace")
    assert owners(one_row(), trace) == {(None, None, None): ["100.00"]}


def test_dates_are_compared_with_the_usage_day() -> None:
    facts = books([(ROW, f"2026-01-{n:02d}", "1") for n in range(1, 32)], customers="acme beta")
    dated = tag_link("d", {"tag:team": "search"}, customer="beta", start="2026-01-11", end="2026-01-21")
    assert owners(facts, dated, BY_TAG) == {
        ("acme", None, "tagged"): ["21.00"],
        ("beta", None, "d"): ["10.00"],
    }
    table = ask(facts, t.Rules(links=(dated,)), "customer day", "cost", period="2026-01")
    held = [row.key[1] for row in table.rows if row.key[0] == "beta"]
    assert (held[0], held[-1]) == ("2026-01-11", "2026-01-20")


def test_dates_on_month_boundaries_need_no_days() -> None:
    facts = books([(ROW, f"2026-{n:02d}-05", "1") for n in range(1, 4)], customers="acme beta")
    dated = tag_link("d", {"tag:team": "search"}, customer="beta", start="2026-02-01")
    table = ask(facts, t.Rules(links=(dated, BY_TAG)), "customer month", "cost")
    assert [row.key for row in table.rows] == [
        ("acme", "2026-01"),
        ("beta", "2026-02"),
        ("beta", "2026-03"),
    ]


def test_templates_go_through_identities() -> None:
    rules = t.Rules(links=(BY_TAG,), identities=(t.Identity("beta", "tag:Customer", "ACME"),))
    assert cells(ask(one_row(), rules, measures="cost")) == {("beta",): ["100.00"]}
    unknown = one_row(customers="beta")
    assert cells(ask(unknown, t.Rules(links=(BY_TAG,)), measures="cost")) == {(None,): ["100.00"]}


def test_a_source_that_names_the_customer_goes_first() -> None:
    fee = dimension(0, names_customer="stripe:cus_1", provider="stripe", tags={"customer": "acme"})
    facts = books([(fee, "2026-01-02", "0.02")], customers="acme beta")
    rules = t.Rules(links=(BY_TAG,), identities=(t.Identity("beta", "stripe", "cus_1"),))
    table = ask(facts, rules, "customer link", "direct_cost")
    assert cells(table) == {("beta", None): ["0.02"]}


def test_a_split_atom_is_one_over_several_deliveries() -> None:
    """Two exports of a day and dimension are one atom: 3 + 3 units by halves are 3 and 3, not 4 and 2."""
    lines = [(ROW, "2026-01-10", "0.000000003", "0", "main"), (ROW, "2026-01-10", "0.000000003", "0", "late")]
    halves = tag_link("h", {"tag:team": "search"}, customer="beta", percent="50")
    found = owners(books(lines, customers="acme beta"), halves)
    assert found == {("beta", None, "h"): ["0.000000003"], (None, None, None): ["0.000000003"]}


# --- shared rules ---------------------------------------------------------------------------------

CLUSTER = dimension(9, service="Cluster")


def shop(*extra: tuple[t.CostDimension, str, str]) -> FactBooks:
    """Direct cost 50 / 20 / 30 and revenue 100 / 300 / 0 in January, a pool of 100."""
    lines = [
        (dimension(n, tags={"customer": name}), "2026-01-05", amount)
        for n, (name, amount) in enumerate((("acme", "50"), ("beta", "20"), ("gamma", "30")), start=10)
    ]
    sales = [revenue("acme", "100", "2026-01-01"), revenue("beta", "300", "2026-01-31")]
    return books([*lines, (CLUSTER, "2026-01-20", "100"), *extra], sales, "acme beta gamma delta")


def spread(facts: FactBooks, *rules: t.SharedRule, **options: Any) -> dict[t.Key, list[str | int | None]]:
    table = ask(facts, t.Rules(links=(BY_TAG,), shared=rules), measures="shared_cost cost", **options)
    return {key: [values[0]] for key, values in cells(table).items()}


POOL = {"service": "Cluster"}


def test_a6_by_direct_cost() -> None:
    found = spread(shop(), shared_rule("s", POOL, "direct"))
    assert found == {("acme",): ["50.00"], ("beta",): ["20.00"], ("gamma",): ["30.00"]}


def test_by_revenue_of_the_month_whatever_the_slice_shows() -> None:
    rule = shared_rule("s", POOL, "revenue")
    assert spread(shop(), rule) == {("acme",): ["25.00"], ("beta",): ["75.00"], ("gamma",): ["0.00"]}
    one_day = spread(shop(), rule, period="2026-01-20", where=(t.Condition("customer", "acme"),))
    assert one_day == {("acme",): ["25.00"]}
    # a day outside the month of the revenue has no weights of its own
    february = shop((CLUSTER, "2026-02-01", "10"))
    assert spread(february, rule, period="2026-02") == {(None,): ["0.00"]}


def test_evenly_among_those_with_revenue_or_direct_cost() -> None:
    found = spread(shop(), shared_rule("s", POOL, "even"))
    assert found == {("acme",): ["33.333333334"], ("beta",): ["33.333333333"], ("gamma",): ["33.333333333"]}


def test_keep_and_evidence_leave_the_pool() -> None:
    for method in ("keep", "evidence"):
        rule = shared_rule("s", POOL, method)
        later = shared_rule("later", POOL, "even")
        table = ask(shop(), t.Rules(links=(BY_TAG,), shared=(rule, later)), measures="shared_cost cost")
        assert cells(table)[None,] == ["0.00", "100.00"]


def test_a9_fixed_within_environments() -> None:
    """60/30/10 in each environment on its own; each adds up."""
    split = (("acme", Decimal(60)), ("beta", Decimal(30)), ("gamma", Decimal(10)))
    rule = shared_rule("s", {"service": "Cluster"}, "fixed", split=split, within=("tag:env",))
    lines = [
        (dimension(1, service="Cluster", tags={"env": "prod"}), "2026-01-01", "0.000000011"),
        (dimension(2, service="Cluster", tags={"env": "dev"}), "2026-01-01", "1"),
    ]
    facts = books(lines, customers="acme beta gamma")
    table = ask(facts, t.Rules(shared=(rule,)), "tag:env customer", "shared_cost")
    assert cells(table) == {
        ("dev", "acme"): ["0.60"],
        ("dev", "beta"): ["0.30"],
        ("dev", "gamma"): ["0.10"],
        ("prod", "acme"): ["0.000000007"],
        ("prod", "beta"): ["0.000000003"],
        ("prod", "gamma"): ["0.000000001"],
    }


def test_direct_within_a_partition_weighs_that_partition() -> None:
    lines = [
        (dimension(1, tags={"customer": "acme", "env": "prod"}), "2026-01-01", "9"),
        (dimension(2, tags={"customer": "beta", "env": "dev"}), "2026-01-01", "1"),
        (dimension(3, service="Cluster", tags={"env": "dev"}), "2026-01-01", "10"),
        (dimension(4, service="Cluster"), "2026-01-01", "4"),
    ]
    rule = shared_rule("s", POOL, "direct", within=("tag:env",))
    found = spread(books(lines, customers="acme beta"), rule)
    assert found == {("acme",): ["0.00"], ("beta",): ["10.00"], (None,): ["0.00"]}


def test_a_negative_weight_counts_0_and_account_credits_never_weigh() -> None:
    lines = [
        (dimension(1, tags={"customer": "acme"}), "2026-01-01", "10"),
        (dimension(2, tags={"customer": "beta"}), "2026-01-01", "-5"),
        (dimension(3, account="acc-acme", charge_category="Credit"), "2026-01-01", "-8"),
        (dimension(4, account="acc-gamma"), "2026-01-01", "10"),
        (CLUSTER, "2026-01-01", "6"),
    ]
    links = (
        BY_TAG,
        tag_link("a", {"account": "acc-acme"}, customer="acme"),
        tag_link("g", {"account": "acc-gamma"}, customer="gamma"),
    )
    rules = t.Rules(links=links, shared=(shared_rule("s", POOL, "direct"),))
    table = ask(books(lines, customers="acme beta gamma"), rules, measures="shared_cost")
    assert cells(table) == {("acme",): ["3.00"], ("beta",): ["0.00"], ("gamma",): ["3.00"]}


def test_all_weights_0_is_unattributed() -> None:
    facts = books([(CLUSTER, "2026-01-01", "6")], customers="acme")
    table = ask(facts, t.Rules(shared=(shared_rule("s", POOL, "direct"),)), measures="shared_cost cost")
    assert cells(table) == {(None,): ["0.00", "6.00"]}


def test_a_negative_pool_is_split_by_size() -> None:
    facts = shop((dimension(8, service="Cluster", tags={"k": "v"}), "2026-01-21", "-0.000000005"))
    found = spread(facts, shared_rule("s", {"tag:k": "v"}, "even"))
    assert found["acme",] == ["-0.000000002"]
    assert found["gamma",] == ["-0.000000001"]


def test_pools_take_only_what_has_no_customer_and_keep_the_feature() -> None:
    feature = tag_link("f", {"service": "*"}, feature="chat", kind="feature")
    half = tag_link("h", {"service": "Cluster"}, customer="delta", percent="50")
    rules = t.Rules(links=(half, BY_TAG, feature), shared=(shared_rule("s", {"source": "*"}, "direct"),))
    table = ask(shop(), rules, "customer feature link", "direct_cost shared_cost")
    assert cells(table) == {
        ("acme", "chat", "s"): ["0.00", "16.666666667"],
        ("acme", "chat", "tagged"): ["50.00", "0.00"],
        ("beta", "chat", "s"): ["0.00", "6.666666667"],
        ("beta", "chat", "tagged"): ["20.00", "0.00"],
        ("delta", "chat", "h"): ["50.00", "0.00"],
        ("delta", "chat", "s"): ["0.00", "16.666666666"],
        ("gamma", "chat", "s"): ["0.00", "10.00"],
        ("gamma", "chat", "tagged"): ["30.00", "0.00"],
    }


def test_shared_rules_have_dates() -> None:
    facts = shop((CLUSTER, "2026-01-21", "100"))
    rule = shared_rule("s", POOL, "direct", start=day("2026-01-21"))
    assert spread(facts, rule)["acme",] == ["50.00"]


def test_one_method_for_the_whole_pool() -> None:
    saved = shared_rule("s", POOL, "direct")
    more = shop((PLAIN, "2026-01-02", "100"))
    assert spread(more, saved, shared="revenue") == {
        ("acme",): ["50.00"],
        ("beta",): ["150.00"],
        ("gamma",): ["0.00"],
    }
    kept = ask(more, t.Rules(links=(BY_TAG,), shared=(saved,)), measures="cost shared_cost", shared="keep")
    assert cells(kept)[None,] == ["200.00", "0.00"]
    assert kept.warnings == ("shared and unattributed cost is spread by keep, not by the saved rules",)


@pytest.mark.parametrize("method", ["direct", "revenue", "even"])
def test_large_pools_give_what_small_ones_give(method: t.Method, monkeypatch: pytest.MonkeyPatch) -> None:
    from turbofinops_tui.economics import split
    from turbofinops_tui.economics.evaluate import shared

    rule = shared_rule("s", POOL, method)
    extra = [
        (dimension(n, service="Cluster", account=str(n)), f"2026-01-{n:02d}", f"{n}.7") for n in range(20, 30)
    ]
    for by in ("customer", "account customer", "customer day", "provider"):
        rules = t.Rules(links=(BY_TAG,), shared=(rule,))
        small = cells(ask(shop(*extra), rules, by, "shared_cost cost", period="2026-01"))
        monkeypatch.setattr(shared, "MOST_KEPT", 0)
        monkeypatch.setattr(split, "_CHUNK", 7)
        large = cells(ask(shop(*extra), rules, by, "shared_cost cost", period="2026-01"))
        monkeypatch.undo()
        assert {k: v for k, v in large.items() if v[0] != "0.00"} == {
            k: v for k, v in small.items() if v[0] != "0.00"
        }


# --- feature maps ---------------------------------------------------------------------------------


def test_products_are_split_over_features_and_the_rows_own_feature_wins() -> None:
    sales = [
        revenue("acme", "100", "2026-01-01", "2026-02-01", product="Prod_Pro"),
        revenue("acme", "10", "2026-01-03", product="prod_pro", feature="support"),
        revenue("acme", "5", "2026-01-03", product="other"),
        revenue("acme", "7", "2026-01-03", product="prod_max"),
    ]
    features = (
        t.FeatureRule("a", "prod_pro", (("chat", Decimal(60)), ("search", Decimal("40.0")))),
        t.FeatureRule("b", "prod_max", usage=True),
    )
    table = ask(books([], sales, "acme"), t.Rules(features=features), "feature", "revenue")
    assert cells(table) == {
        ("chat",): ["60.00"],
        ("search",): ["40.00"],
        ("support",): ["10.00"],
        (None,): ["12.00"],
    }
    assert totals(table) == ["122.00"]


def test_product_weights_split_each_day_and_add_up() -> None:
    thirds = tuple((name, Decimal(1)) for name in ("a", "b", "c"))
    rules = t.Rules(features=(t.FeatureRule("x", "p", thirds),))
    sales = [revenue("acme", "0.02", "2026-01-01", "2026-01-03", product="p")]
    table = ask(books([], sales, "acme"), rules, "feature", "revenue")
    # two days of one cent each: the odd unit of each day goes to the first feature
    assert cells(table) == {
        ("a",): ["0.006666668"],
        ("b",): ["0.006666666"],
        ("c",): ["0.006666666"],
    }
