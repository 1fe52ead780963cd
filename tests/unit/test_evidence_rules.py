"""Rules that go by usage evidence: trace links, evidence shared rules, features by usage (numbers.md 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.small_books import (
    ask,
    books,
    cells,
    day,
    dimension,
    revenue,
    shared_rule,
    tag_link,
    totals,
    used,
)
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate.origins import cost_parts
from turbofinops_tui.economics.periods import Range

POOL = dimension(1, service="AmazonEKS", tags={"cluster": "shared"})
OTHER = dimension(2, service="S3")
API = {"service": "AmazonEKS"}
NS = 1_000_000_000


def trace(name: str = "api", match: dict[str, str] = API, **values: Any) -> t.Link:
    values.setdefault("evidence", ("api",))
    return tag_link(name, match, kind="trace", **values)


def shop(evidence: Iterable[t.EvidenceRow], *lines: tuple[str, str]) -> FactBooks:
    listed = lines or (("2026-01-01", "100"),)
    return books([(POOL, on, amount) for on, amount in listed], customers="acme beta", evidence=evidence)


def split(facts: FactBooks, *links: t.Link, by: str = "customer feature", **rules: Any) -> dict[Any, Any]:
    return {
        key: values[0] for key, values in cells(ask(facts, t.Rules(links=links, **rules), by, "cost")).items()
    }


def test_a4_a_day_is_split_by_its_weights() -> None:
    rows = [used("2026-01-01", "acme", self_time=100045), used("2026-01-01", "beta", self_time=1000600)]
    assert split(shop(rows, ("2026-01-01", "1000000")), trace(), by="customer") == {
        ("acme",): "90896.701479587",
        ("beta",): "909103.298520413",
    }
    for part, percent in ((100045, "9.0897"), (1000600, "90.9103")):
        assert round(Fraction(part * 100, 1100645), 4) == Fraction(percent)


@pytest.mark.parametrize(
    ("on", "weights", "parts"),
    [
        ("2026-01-01", (825, 600), ("57.894737", "42.105263")),
        ("2026-01-02", (500, 200), ("71.428571", "28.571429")),
        ("2026-01-03", (723, 456), ("61.323155", "38.676845")),
    ],
)
def test_a5_each_day_goes_by_its_own_evidence(
    on: str, weights: tuple[int, int], parts: tuple[str, str]
) -> None:
    rows = [
        used(at, who, self_time=weight)
        for at, pair in (("2026-01-01", (825, 600)), ("2026-01-02", (500, 200)), ("2026-01-03", (723, 456)))
        for who, weight in zip(("acme", "beta"), pair, strict=True)
    ]
    facts = shop(rows, *((f"2026-01-0{n}", "100") for n in (1, 2, 3)))
    table = ask(facts, t.Rules(links=(trace(),)), "day customer", "cost")
    found = {key[1]: values[0] for key, values in cells(table).items() if key[0] == on}
    assert tuple(f"{float(str(found[name])):.6f}" for name in ("acme", "beta")) == parts
    assert totals(ask(facts, t.Rules(links=(trace(),)), "customer", "cost")) == ["300.00"]


def test_evidence_gives_customer_and_feature_together() -> None:
    rows = [
        used("2026-01-01", "acme", "chat", self_time=1), used("2026-01-01", "beta", "search", self_time=2),
        used("2026-01-01", "", "chat", self_time=1), used("2026-01-01", "beta", self_time=1),
        used("2026-01-01", "acme", "chat", service="other", self_time=9),
    ]  # fmt: skip
    facts = shop(rows)
    assert split(facts, trace()) == {
        ("acme", "chat"): "20.00", ("beta", "search"): "40.00", ("beta", None): "20.00",
        (None, "chat"): "20.00",
    }  # fmt: skip
    assert split(facts, trace(rest="spread")) == {
        ("acme", "chat"): "25.00", ("beta", "search"): "50.00", ("beta", None): "25.00",
    }  # fmt: skip
    assert split(facts, trace(feature="api")) == {
        ("acme", "api"): "20.00", ("beta", "api"): "60.00", (None, "api"): "20.00",
    }  # fmt: skip


def test_a_feature_link_takes_what_evidence_leaves_without() -> None:
    rows = [used("2026-01-01", "acme", "chat", self_time=1), used("2026-01-01", "beta", self_time=1)]
    rest = tag_link("f", {"tag:cluster": "shared"}, kind="feature", feature="base")
    assert split(shop(rows), trace(), rest) == {("acme", "chat"): "50.00", ("beta", "base"): "50.00"}


def test_percent_and_dates_and_the_shared_rule_of_the_rest() -> None:
    rows = [used(f"2026-01-0{n}", "acme", self_time=1) for n in (1, 2)]
    facts = shop(rows, ("2026-01-01", "10"), ("2026-01-02", "10"), ("2026-01-03", "10"))
    link = trace(percent="60", start=day("2026-01-02"))
    assert split(facts, link, by="customer") == {("acme",): "6.00", (None,): "24.00"}
    half = (shared_rule("half", {}, "fixed", split=(("acme", Decimal(50)), ("beta", Decimal(50)))),)
    assert split(facts, link, by="customer", shared=half) == {("acme",): "18.00", ("beta",): "12.00"}


def test_other_weights_and_adjusted_counts() -> None:
    rows = [
        used("2026-01-01", "acme", requests=1, input_tokens=5, count=(3, 1)),
        used("2026-01-01", "beta", requests=1, output_tokens=5),
    ]
    assert split(shop(rows), trace(weight="requests"), by="customer") == {
        ("acme",): "75.00",
        ("beta",): "25.00",
    }
    assert split(shop(rows), trace(weight="tokens"), by="customer") == {
        ("acme",): "75.00",
        ("beta",): "25.00",
    }
    assert split(shop(rows), trace(), by="customer") == {(None,): "100.00"}


def test_tag_links_come_first_and_labels_can_be_renamed() -> None:
    rows = [used("2026-01-01", "acme", "chat", self_time=1), used("2026-01-01", "beta", "x", self_time=3)]
    tagged = tag_link("t", {"tag:cluster": "shared"}, customer="beta")
    assert split(shop(rows), trace(), tagged) == {("beta", "chat"): "25.00", ("beta", "x"): "75.00"}
    label = tag_link("l", {"label": "ch*|x"}, kind="feature", feature="all")
    assert split(shop(rows), trace(), label) == {("acme", "all"): "25.00", ("beta", "all"): "75.00"}


def test_an_identity_names_who_the_evidence_means() -> None:
    rows = [used("2026-01-01", "t-9", self_time=1), used("2026-01-01", "unknown", self_time=1)]
    said = (t.Identity("acme", "trace", "T-9"),)
    assert split(shop(rows), trace(), by="customer", identities=said) == {
        ("acme",): "50.00",
        (None,): "50.00",
    }


def test_a_shared_rule_goes_by_the_evidence_of_the_month() -> None:
    rows = [used("2026-01-20", "acme", self_time=3), used("2026-01-02", "beta", self_time=1)]
    facts = books(
        [(OTHER, "2026-01-01", "40"), (OTHER, "2026-02-01", "8")], customers="acme beta", evidence=rows,
        sales=[revenue(who, "10", "2026-01-01") for who in ("acme", "beta")],
    )  # fmt: skip
    rule = (shared_rule("e", {}, "evidence"),)
    assert split(facts, by="customer", shared=rule) == {
        ("acme",): "30.00", ("beta",): "10.00", (None,): "8.00",
    }  # fmt: skip
    table = ask(facts, t.Rules(), "customer", "margin_worst")
    assert cells(table)[("acme",)] == ["-20.00"]


def test_revenue_by_usage_goes_by_the_customers_own_evidence() -> None:
    rows = [
        used("2026-01-20", "acme", "chat", self_time=3),
        used("2026-01-02", "acme", "search", self_time=1),
    ]
    rows.append(used("2026-01-02", "beta", "search", self_time=9))
    sold = [revenue("acme", "31", "2026-01-01", "2026-02-01", product="pro")]
    sold.append(revenue("acme", "28", "2026-02-01", "2026-03-01", product="pro"))
    facts = books(sales=sold, customers="acme beta", evidence=rows)
    rules = t.Rules(features=(t.FeatureRule("f", "pro", (), True),))
    assert cells(ask(facts, rules, "feature", "revenue")) == {
        ("chat",): ["23.25"], ("search",): ["7.75"], (None,): ["28.00"],
    }  # fmt: skip


def test_edits_of_trace_links_derive_what_binding_anew_gives() -> None:
    rows = [
        used("2026-01-01", "acme", self_time=1, requests=2),
        used("2026-01-01", "beta", self_time=3, requests=1),
    ]
    facts = shop(rows)
    one = trace()
    versions = [
        one, replace(one, weight="requests"), replace(one, rest="spread"), replace(one, enabled=False),
        replace(one, percent=one.percent / 4), replace(one, evidence=("none",)), replace(one, feature="f"),
    ]  # fmt: skip
    pool = (shared_rule("even", {}, "fixed", split=(("acme", Decimal(50)), ("beta", Decimal(50)))),)
    for number, link in enumerate(versions):
        for shared in ((), pool):
            rules = t.Rules(links=(link,), shared=shared, id=f"{number}{bool(shared)}")
            derived = cells(ask(facts, rules, "customer feature link", "cost"))
            assert derived == cells(ask(shop(rows), rules, "customer feature link", "cost"))


def test_explain_names_the_evidence_and_the_share() -> None:
    rows = [used("2026-01-01", "acme", self_time=1), used("2026-01-01", "beta", self_time=3)]
    rows.append(used("2026-01-02", "acme", self_time=1))
    facts = shop(rows, ("2026-01-01", "10"), ("2026-01-02", "10"), ("2026-01-03", "10"))
    rules, slice_ = t.Rules(links=(trace(),)), t.Slice(range=Range("2026-01"))
    days = slice_.range.resolve(day("2027-01-01"))
    (part,) = cost_parts(facts, rules, slice_, days, 0)
    assert (part.bucket, part.link, part.amount) == ("direct", "api", 12_500_000_000)
    assert "is split each UTC day by the self time of api" in part.why
    assert part.why.endswith("; 25.0000 to 100.0000 % of the weight of 2 days")
    (rest,) = cost_parts(facts, rules, slice_, days, -1)
    assert rest.bucket == "unattributed"
    assert "`api` lost: no usage evidence with a customer" in rest.why
    assert min(piece.start for held in rest.places.values() for piece in held) == day("2026-01-03")
