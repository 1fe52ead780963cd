"""Money in and out as text: exact both ways, never a float, no figure that is no figure."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics import money
from turbofinops_tui.errors import DataError

UNITS = st.integers(-money.INT64_MAX, money.INT64_MAX)
CURRENCIES = st.sampled_from(sorted(money.EXPONENTS))


@given(UNITS, CURRENCIES)
def test_exact_text_comes_back_as_the_same_units(units: int, currency: str) -> None:
    text = money.exact_text(units, currency)
    assert money.to_units(money.parse_decimal(text), currency) == units
    assert Decimal(text) == money.to_decimal(units, currency)


@given(UNITS, CURRENCIES)
def test_exact_text_keeps_the_minor_digits_and_no_useless_zero(units: int, currency: str) -> None:
    part = money.exact_text(units, currency).partition(".")[2]
    least = money.exponent(currency)
    assert len(part) >= least
    assert len(part) == least or not part.endswith("0")


@given(UNITS, CURRENCIES, st.integers(0, 9))
def test_rounded_text_is_within_half_a_step_and_grouped(units: int, currency: str, digits: int) -> None:
    text = money.rounded_text(units, currency, digits)
    shown = Fraction(text.replace(",", ""))
    assert abs(shown - Fraction(units, money.scale(currency))) <= Fraction(1, 2 * 10**digits)
    assert text == f"{Decimal(text.replace(',', '')):,.{digits}f}"


@given(UNITS, CURRENCIES)
def test_nothing_is_shown_as_minus_zero(units: int, currency: str) -> None:
    text = money.rounded_text(units, currency, 0)
    assert text != "-0"
    assert money.exact_text(0, currency)[0] == "0"


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_minor_units_are_whole_at_the_store_scale(minor: int, currency: str) -> None:
    units = money.from_minor(minor, currency)
    assert Fraction(units, money.scale(currency)) == Fraction(minor, 10 ** money.exponent(currency))


@given(st.fractions(-(10**9), 10**9), CURRENCIES)
def test_into_the_store_an_amount_is_rounded_once_half_even(value: Fraction, currency: str) -> None:
    error = money.to_units(value, currency) - value * money.scale(currency)
    assert abs(error) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "units"), [("0.0000000005", 0), ("0.0000000015", 2), ("-0.0000000015", -2)]
)
def test_ties_go_to_even(value: str, units: int) -> None:
    assert money.to_units(Decimal(value), "USD") == units


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9))
def test_half_up_goes_away_from_zero(numerator: int, denominator: int) -> None:
    rounded = money.half_up(numerator, denominator)
    assert rounded == -money.half_up(-numerator, denominator)
    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert money.half_up(1, 2) == 1


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "NaN", "-nan", "sNaN", "Infinity", "-inf", "1,000", "1_000", "١٢", "0x10", "1.2.3",
     "--1", "1e", "1e400", "1e999999999", "1e-999999999", "9" * 500, "$5", "5 USD", "1\x00"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        money.parse_decimal(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 1.5 ", "1.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("1E-7", "0.0000001"),
        ("+3", "3"),
        ("0e9", "0"),
        ("-0e999999999", "0"),
    ],
)
def test_plain_and_exponent_forms_are_read(text: str, value: str) -> None:
    assert money.parse_decimal(text) == Decimal(value)


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_a_data_error(text: str) -> None:
    with suppress(DataError):
        assert money.parse_decimal(text).is_finite()


def test_an_amount_past_the_store_is_refused() -> None:
    with pytest.raises(DataError, match="too large"):
        money.to_units(Decimal("9300000000"), "USD")


def test_two_currencies_never_add() -> None:
    with pytest.raises(ValueError, match="do not add"):
        money.Money(1, "USD") + money.Money(1, "EUR")


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**18))
def test_a_ratio_is_shown_within_half_a_step(numerator: int, denominator: int) -> None:
    ratio = money.Ratio(numerator, denominator)
    assert abs(Fraction(ratio.text()) - ratio.percent()) <= Fraction(1, 20000)
    assert not ratio.text().startswith("-0.0000") or Fraction(ratio.text()) != 0
