"""Value patterns and the linear engine behind ``re:``."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics.linear_regex import LinearRegex
from turbofinops_tui.economics.patterns import Pattern, fold, fold_key
from turbofinops_tui.errors import UsageError


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("acme", "ACME", True),
        ("acme", "acme-eu", False),
        ("acme*", "Acme-EU", True),
        ("a?me", "acme", True),
        ("staging|dev", "DEV", True),
        ("staging|dev*", "develop", True),
        ("staging|dev", "prod", False),
        ("*", "anything", True),
        ("*", "", False),
        ("*", "   ", False),
        ("[x]", "[X]", True),
        ("[xy]", "x", False),
        ("re:cust-\\d+", "CUST-12", True),
        ("re:cust-\\d+", "cust-12b", False),
        ("re:^(a|b)+$", "abba", True),
        ("straße", "STRASSE", True),
        ("e\u0301t\u00e9", "\u00c9t\u00e9", True),
        (" acme ", "acme", True),
    ],
)
def test_patterns(pattern: str, value: str, expected: bool) -> None:
    assert Pattern(pattern).matches(value) is expected


def test_keys_fold_and_drop_what_providers_put_before_them() -> None:
    assert fold_key("user:Customer") == fold_key("USER_customer") == fold_key("customer") == "customer"
    assert fold_key("user:Customer", ()) == "user:customer"
    assert fold(" \u00c9 ") == "\u00e9"


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(.*)*b", "(a|aa)+$b", ".*.*.*.*.*.*.*b"])
def test_no_expression_can_hang(pattern: str) -> None:
    """Each of these takes longer than the universe in a backtracking engine."""
    assert not LinearRegex(pattern).matches("a" * 5_000)


@pytest.mark.parametrize(
    "pattern",
    ["(a", "a)", "[a", "*a", "a{3,1}", "(?=a)", "(?P<n>a)", "\\1", "\\b", "a\\", "a{1000}b{1001}", "a*+"],
)
def test_what_cannot_be_read_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(UsageError):
        LinearRegex(pattern)


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "x", "\\."])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: f"({a}|{b})", inner, inner),
        st.builds(
            lambda a, r: f"(?:{a}){r}",
            inner,
            st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?"]),
        ),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS, st.text("abxA1.", max_size=8))
def test_the_linear_engine_agrees_with_re(expression: str, value: str) -> None:
    expected = re.fullmatch(expression, value, re.IGNORECASE) is not None
    assert LinearRegex(expression).matches(value) is expected
