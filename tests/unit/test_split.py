"""Exact splits: examples A2, A6 and A10 of numbers.md, and both implementations against each other."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from turbofinops_tui.economics.split import largest_remainder, scaled_half_even, split_rows

AMOUNTS = st.integers(-(2**62), 2**62)
WEIGHTS = st.lists(st.integers(0, 10**15), min_size=1, max_size=80).filter(any)


def test_a2_35_by_30_30_10() -> None:
    assert largest_remainder(35, [30, 30, 10]) == [15, 15, 5]


def test_a6_support_fee_by_direct_cost() -> None:
    assert largest_remainder(100, [50, 20, 30]) == [50, 20, 30]


def test_a10_cents() -> None:
    assert largest_remainder(100, [414443, 585557]) == [41, 59]


def test_ties_go_to_the_lowest_index_and_the_sign_is_put_back() -> None:
    assert largest_remainder(5, [1, 1, 1]) == [2, 2, 1]
    assert largest_remainder(-5, [1, 1, 1]) == [-2, -2, -1]
    assert split_rows([5, -5], [1, 1, 1]).tolist() == [[2, 2, 1], [-2, -2, -1]]


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_weights_that_cannot_split_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(5, weights)
    with pytest.raises(ValueError, match="weights"):
        split_rows([5], weights)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_and_lie_within_one_unit(amount: int, weights: list[int]) -> None:
    parts = largest_remainder(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, total)) < 1
        assert weight or not part


@given(st.lists(AMOUNTS, min_size=1, max_size=6), WEIGHTS)
def test_numpy_equals_python(amounts: list[int], weights: list[int]) -> None:
    found = split_rows(amounts, weights).tolist()
    assert found == [largest_remainder(amount, weights) for amount in amounts]


@given(
    st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=4), st.integers(49, 300), st.integers(1, 9)
)
def test_wide_rows_equal_python(amounts: list[int], width: int, step: int) -> None:
    weights = [(index * step * 7919) % 1_000_003 for index in range(width)]
    weights[0] = 1
    found = split_rows(amounts, weights).tolist()
    assert found == [largest_remainder(amount, weights) for amount in amounts]


def test_amounts_and_weights_at_the_edge_of_int64_never_wrap() -> None:
    amounts, weights = [2**63 - 1, -(2**63) + 1], [2**62, 2**62 - 1, 3]
    assert split_rows(amounts, weights).tolist() == [largest_remainder(a, weights) for a in amounts]


def test_no_rows() -> None:
    assert split_rows([], [1, 2]).shape == (0, 2)


@given(
    st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=8),
    st.integers(1, 10**12),
    st.integers(1, 10**12),
)
@example([2**63 - 1], 10**12 - 1, 10**12)
@example([2**62 - 1, 2**62 + 1], 2, 1)
@example([2**63 - 1], 2**40 + 1, 2**40)
@pytest.mark.filterwarnings("error")
def test_scaling_is_exact_or_an_error(amounts: list[int], numerator: int, denominator: int) -> None:
    wanted = [round(Fraction(amount * numerator, denominator)) for amount in amounts]
    column = np.array(amounts, dtype=np.int64)
    if min(wanted) >= -(2**63) and max(wanted) < 2**63:
        assert scaled_half_even(column, numerator, denominator).tolist() == wanted
    else:
        with pytest.raises(OverflowError):
            scaled_half_even(column, numerator, denominator)


@pytest.mark.filterwarnings("error")
def test_one_part_of_the_largest_amount_is_the_amount() -> None:
    assert split_rows([2**63 - 1, 2**63 - 500], [1]).tolist() == [[2**63 - 1], [2**63 - 500]]
    assert split_rows([2**63 - 1], [1, 0]).tolist() == [[2**63 - 1, 0]]


def test_scaling_ties_go_to_the_even_unit() -> None:
    assert scaled_half_even(np.array([1, 3, -1, -3], dtype=np.int64), 1, 2).tolist() == [0, 2, 0, -2]


def test_scaling_past_int64_is_an_error() -> None:
    with pytest.raises(OverflowError):
        scaled_half_even(np.array([2**62], dtype=np.int64), 10**6, 1)


@pytest.mark.parametrize("shape", ["even", "skewed", "ties", "few large"])
@pytest.mark.parametrize("width", [49, 700])
def test_wide_rows_of_any_shape(shape: str, width: int) -> None:
    """Wider than what is sorted whole: the sample may mislead, the parts must not show it."""
    dice = random.Random(f"{shape} {width}")  # noqa: S311 (a test)
    kinds: dict[str, Callable[[], int]] = {
        "even": lambda: dice.randint(10**6, 10**9),
        "skewed": lambda: int(dice.paretovariate(0.3)) % 10**9 + 1,
        "ties": lambda: dice.choice((1, 2, 3)),
        "few large": lambda: 10**12 if dice.random() < 0.02 else dice.randint(0, 3),
    }
    weights = [kinds[shape]() for _ in range(width)]
    amounts = [dice.randint(-(10**11), 10**11) for _ in range(40)] + [0, 1, -1, width // 2]
    assert split_rows(amounts, weights).tolist() == [largest_remainder(a, weights) for a in amounts]
