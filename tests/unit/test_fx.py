"""Rates and conversion: last published, seven days, crosses, exact and cumulative."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics.fx import RateTable, cumulative_convert, times, to_reporting
from turbofinops_tui.economics.money import scale

TABLE = RateTable(
    [
        ("EUR", "USD", 100, "1.1"),
        ("EUR", "USD", 103, "1.2"),
        ("EUR", "JPY", 100, "160"),
        ("EUR", "GBP", 90, "0.8"),
    ]
)


def test_last_published_on_or_before() -> None:
    assert TABLE.rate("EUR", "USD", 99) is None
    assert TABLE.rate("EUR", "USD", 100) == (11, 10)
    assert TABLE.rate("EUR", "USD", 102) == (11, 10)
    assert TABLE.rate("EUR", "USD", 103) == (6, 5)


def test_seven_days_and_no_more() -> None:
    assert TABLE.rate("EUR", "USD", 110) == (6, 5)
    assert TABLE.rate("EUR", "USD", 111) is None
    assert TABLE.rate("EUR", "GBP", 97) == (4, 5)
    assert TABLE.rate("EUR", "GBP", 98) is None


def test_inverse_cross_and_same() -> None:
    assert TABLE.rate("USD", "EUR", 100) == (10, 11)
    assert TABLE.rate("JPY", "USD", 101) == (Fraction("1.1") / 160).as_integer_ratio()
    assert TABLE.rate("CHF", "CHF", 1) == (1, 1)
    assert TABLE.rate("CHF", "USD", 101) is None


def test_a_table_of_one_of_the_two_comes_before_a_cross() -> None:
    table = RateTable([("AUD", "EUR", 1, "0.5"), ("AUD", "USD", 1, "0.7"), ("USD", "EUR", 1, "0.9")])
    assert table.rate("EUR", "USD", 1) == (10, 9)


def test_s21_settlement_rates() -> None:
    thirty = 30 * scale("EUR")
    assert to_reporting(thirty, "EUR", "USD", 3300, 3000) == 33 * scale("USD")
    whole = to_reporting(thirty, "EUR", "USD", 3301, 3000)
    assert whole == 33_010_000_000
    days = [cumulative_convert(d * 10**9, 10**9, "EUR", "USD", 3301, 3000) for d in range(30)]
    assert sum(days) == whole


def test_half_even_across_scales() -> None:
    assert to_reporting(1, "USD", "USD", 1, 2) == 0
    assert to_reporting(3, "USD", "USD", 1, 2) == 2
    assert to_reporting(-3, "USD", "USD", 1, 2) == -2
    assert to_reporting(-1, "USD", "USD", 1, 2) == 0
    assert to_reporting(10**6, "JPY", "USD", 1, 150) == round(Fraction(10**9, 150))


@given(
    st.lists(st.integers(-(10**15), 10**15), max_size=20),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
)
def test_cumulative_rows_add_up(rows: list[int], numerator: int, denominator: int) -> None:
    done = total = 0
    for row in rows:
        total += cumulative_convert(done, row, "EUR", "USD", numerator, denominator)
        done += row
    assert total == to_reporting(done, "EUR", "USD", numerator, denominator)


def test_two_legs() -> None:
    assert times((11, 10), (10, 11)) == (1, 1)
    assert times((3, 2), (4, 9)) == (2, 3)
