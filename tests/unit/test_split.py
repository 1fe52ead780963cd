"""Exact splits: examples A2, A6 and A10 of numbers.md, and both implementations against each other."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from turbofinops_tui.economics.evaluate.split_sums import summed_splits
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


WIDE: dict[str, Callable[[int], list[int]]] = {
    "different": lambda n: [n * 7919 % 10_007 * 10**8 + n + 1 for n in range(n)],
    "few prices": lambda n: [(49, 99, 199, 999, 20)[k % 5] * 10**9 for k in range(n)],
    "small numbers": lambda n: [k * 7 % 11 + 1 for k in range(n)],
    "equal": lambda n: [3] * n,
    "one large": lambda n: [*range(1, n), 10**15],
    "beyond floats": lambda n: [10**17 + k * 10**15 for k in range(n)],
}


@pytest.mark.parametrize("kind", WIDE)
@pytest.mark.parametrize("width", [2, 30, 900])
@pytest.mark.parametrize("size", [3, 10**4, 10**9, 10**17])
def test_sums_of_splits_are_sums_of_the_parts(kind: str, width: int, size: int) -> None:
    weights = WIDE[kind](width)
    amounts = [(n * 104_729 + 17) * size // 31 % (2 * size) - size // 3 for n in range(12)]
    outcome = np.array([0, 0, 0, 1, 1, 3, 3, 3, 3, 4, 4, 5])
    found = summed_splits(np.array(amounts), np.array(weights), outcome, 6)
    expected = [[0] * width for _ in range(6)]
    for amount, of in zip(amounts, outcome.tolist(), strict=True):
        for at, part in enumerate(largest_remainder(amount, weights)):
            expected[of][at] += part
    assert found.tolist() == expected


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=5), WEIGHTS)
def test_sums_of_any_splits(amounts: list[int], weights: list[int]) -> None:
    kept = [weight for weight in weights if weight]
    outcome = np.zeros(len(amounts), dtype=np.int64)
    found = summed_splits(np.array(amounts), np.array(kept), outcome, 1)
    assert (found == summed_splits(np.array(amounts), np.array(kept, dtype=object), outcome, 1)).all()
    parts = [largest_remainder(amount, kept) for amount in amounts]
    assert found.tolist() == [[sum(column) for column in zip(*parts, strict=True)]]


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
