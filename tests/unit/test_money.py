"""Exact money: scales, rounding, texts; nothing is ever a float."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics.money import (
    EXPONENTS,
    INT64_MAX,
    Money,
    Ratio,
    currency_code,
    exact_text,
    from_minor,
    half_even,
    half_up,
    minor_factor,
    parse_decimal,
    rounded_text,
    scale,
    to_decimal,
    to_units,
)
from turbofinops_tui.errors import DataError

currencies = st.sampled_from(sorted(EXPONENTS))
units = st.integers(-INT64_MAX, INT64_MAX)


@pytest.mark.parametrize(
    ("code", "digits", "size"),
    [
        ("USD", 2, 10**9),
        ("JPY", 0, 10**6),
        ("KWD", 3, 10**9),
        ("IDR", 2, 10**6),
        ("VND", 0, 10**6),
        ("UGX", 2, 10**9),
    ],
)
def test_exponents_and_scales(code: str, digits: int, size: int) -> None:
    assert EXPONENTS[code] == digits
    assert scale(code) == size
    assert from_minor(1, code) == minor_factor(code) == size // 10**digits


def test_an_unknown_currency_is_an_error_never_two_decimals() -> None:
    assert currency_code(" usd ") == "USD"
    for text in ("XXX", "", "US", "BTC"):
        with pytest.raises(DataError, match="unknown currency"):
            currency_code(text)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(1, 2, 1), (-1, 2, -1), (1, 3, 0), (-5, 10, -1), (5, -10, -1), (0, 7, 0), (3, 2, 2), (-3, 2, -2)],
)
def test_half_up_is_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert half_up(numerator, denominator) == expected


def test_half_even() -> None:
    assert [half_even(Fraction(n, 2)) for n in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]
    assert to_units(Decimal("0.0000000005"), "USD") == 0
    assert to_units(Decimal("0.0000000015"), "USD") == 2


@given(units, currencies)
def test_texts_read_back(amount: int, code: str) -> None:
    text = exact_text(amount, code)
    assert to_units(parse_decimal(text), code) == amount
    assert to_decimal(amount, code) == Decimal(text)
    if EXPONENTS[code]:
        assert len(text.partition(".")[2]) >= EXPONENTS[code]


@pytest.mark.parametrize(
    ("amount", "code", "text"),
    [
        (12_300_000_000, "USD", "12.30"),
        (105_000, "USD", "0.000105"),
        (-1, "USD", "-0.000000001"),
        (5_000_000, "JPY", "5"),
        (5_500_000, "JPY", "5.5"),
        (1_234_000_000, "KWD", "1.234"),
    ],
)
def test_exact_text(amount: int, code: str, text: str) -> None:
    assert exact_text(amount, code) == text


def test_rounded_for_the_eye() -> None:
    assert rounded_text(1_234_565_000_000, "USD") == "1,234.56"
    assert rounded_text(1_234_575_000_000, "USD") == "1,234.58"
    assert rounded_text(-4_000_000, "USD") == "0.00"
    assert rounded_text(1_500_000, "JPY") == "2"


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "", "1,5", "0x10", "1_000", "--1", "1 2"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(DataError):
        parse_decimal(text)


def test_too_large_for_the_store() -> None:
    with pytest.raises(DataError, match="too large"):
        to_units(Decimal("9223372036.854775808"), "USD")
    assert to_units(Decimal("9223372036.854775807"), "USD") == INT64_MAX


def test_two_currencies_never_add() -> None:
    assert (Money(1, "USD") + Money(2, "USD") - Money(5, "USD")).units == -2
    with pytest.raises(ValueError, match="do not add"):
        Money(1, "USD") + Money(1, "EUR")


def test_ratios_of_the_worked_examples() -> None:
    cases = [("49", "51.29", "-4.6735"), ("49", "27.80", "43.2653"), ("29", "8.12", "72.0000")]
    for revenue, cost, text in cases:
        earned, spent = to_units(Decimal(revenue), "USD"), to_units(Decimal(cost), "USD")
        assert Ratio(earned - spent, earned).text() == text
    assert Ratio(-1, 3).text() == "-33.3333"
    assert Ratio(1, 1600000).text() == "0.0001"
