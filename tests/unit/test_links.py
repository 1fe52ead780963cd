"""Matching over the inverted index, identities, and customers that nobody registered."""

from __future__ import annotations

import pytest

from tests.unit.small_books import dimension, tag_link
from turbofinops_tui.economics.links import DimensionIndex, Directory, split_identity, unregistered
from turbofinops_tui.economics.types import CostDimension, Customer, Identity, Match

PREFIXES = ("user:", "user_")


def index(*dimensions: CostDimension) -> DimensionIndex:
    return DimensionIndex(dimensions, PREFIXES)


def directory(refs: str, *identities: Identity) -> Directory:
    return Directory([Customer(ref) for ref in refs.split()], identities, PREFIXES)


def test_terms_are_all_needed_and_keys_fold() -> None:
    found = index(
        dimension(0, tags={"user:Env": "Prod"}),
        dimension(1, tags={"env": "prod"}, service="S3"),
        dimension(2, tags={"env": "dev"}),
    )
    assert found.match(Match((("tag:ENV", "prod"),))).positions == (0, 1)
    assert found.match(Match((("tag:env", "prod"), ("service", "s3")))).positions == (1,)
    assert found.match(Match((("tag:env", "prod"), ("service", "rds")))).positions == ()
    assert found.match(Match(())).positions == ()


def test_the_first_tag_term_gives_the_value_as_delivered() -> None:
    found = index(dimension(0, tags={"customer": "ACME", "env": "prod"}))
    matched = found.match(Match((("service", "ec2"), ("tag:customer", "*"), ("tag:env", "*"))))
    assert (matched.key, matched.values) == ("customer", ("ACME",))


def test_empty_values_and_foreign_dimensions_match_nothing() -> None:
    found = index(dimension(0, tags={"customer": " "}, account=""))
    for name in ("tag:customer", "account", "route", "label", "trace"):
        assert found.match(Match(((name, "*"),))).positions == ()


def test_a_value_is_looked_up_as_identity_then_reference_then_any_identity() -> None:
    found = directory(
        "acme beta gamma",
        Identity("beta", "tag:customer", "acme"),
        Identity("gamma", "stripe", "cus_1"),
    )
    assert found.find("tag:customer", "Acme") == 1  # the identity comes before the reference
    assert found.find("tag:tenant", "ACME") == 0
    assert found.find("", "cus_1") == 2  # any identity's value
    assert found.named("stripe:cus_1") == 2
    assert found.named("stripe:cus_9") is None
    assert found.find("tag:customer", "  ") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stripe:cus_1", ("stripe", "cus_1")),
        ("acme", ("", "acme")),
        ("acme:eu", ("", "acme:eu")),
        ("tag:customer=acme", ("tag:customer", "acme")),
    ],
)
def test_identities_as_sources_write_them(text: str, expected: tuple[str, str]) -> None:
    assert split_identity(text) == expected


TEMPLATE = tag_link("t", {"tag:customer": "*"}, customer="{value}")


def test_new_customers_take_the_smallest_spelling_of_the_first_delivery() -> None:
    dimensions = [
        dimension(1, tags={"customer": "acme"}),
        dimension(2, tags={"customer": "Acme"}),
        dimension(3, tags={"customer": "ACME"}),
        dimension(4, tags={"customer": "known"}),
        dimension(5, names_customer="stripe:cus_7"),
    ]
    first = {1: 1, 2: 1, 3: 2, 4: 1, 5: 2}
    found = unregistered(dimensions, [TEMPLATE], directory("known"), first)
    assert [(item.spelling, item.kind, item.dimensions) for item in found] == [
        ("Acme", "tag:customer", (1, 2, 3)),
        ("cus_7", "stripe", (5,)),
    ]


def test_disabled_templates_and_fixed_customers_register_nobody() -> None:
    dimensions = [dimension(1, tags={"customer": "acme"})]
    off = tag_link("t", {"tag:customer": "*"}, customer="{value}", enabled=False)
    fixed = tag_link("f", {"tag:customer": "*"}, customer="ghost")
    assert unregistered(dimensions, [off, fixed], directory("")) == []
