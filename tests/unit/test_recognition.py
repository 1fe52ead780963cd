"""Recognition and contra: the worked examples of numbers.md 6 and their laws."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics.periods import day_of, month_start, month_text, parse_month
from turbofinops_tui.economics.recognition import (
    Piece,
    before_day,
    contra,
    cumulative_shares,
    share_by_net,
    shared_payments,
    spread,
    spread_units,
)


def day(month: int, number: int, year: int = 2019) -> int:
    return day_of(date(year, month, number))


def by_month(pieces: Iterable[Piece], first: str, count: int) -> list[int]:
    """Minor units per month, ``count`` months from ``first``; fails if something lies elsewhere."""
    rows = list(pieces)
    start = parse_month(first)
    months = [
        sum(
            spread(amount, begin, end, month_start(month), month_start(month + 1))
            for amount, begin, end in rows
        )
        for month in range(start, start + count)
    ]
    assert sum(months) == sum(amount for amount, _, _ in rows), month_text(start)
    return months


YEAR_END = day(12, 31) + 1
DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


@pytest.mark.parametrize(
    ("name", "pieces", "first", "expected"),
    [
        ("S1", [(3100, day(1, 15), day(2, 15))], "2019-01", [1700, 1400]),
        ("S2", [(36500, day(1, 1), YEAR_END)], "2019-01", [days * 100 for days in DAYS_OF_MONTHS]),
        (
            "S3",
            [(9000, day(4, 1), day(5, 1)), (-3000, day(4, 21), day(5, 1)), (4000, day(4, 21), day(5, 1)),
             (12000, day(5, 1), day(6, 1))],
            "2019-04",
            [10000, 12000],
        ),
        ("S12", [(9000, day(1, 1), day(4, 1))], "2019-01", [3100, 2800, 3100]),
        ("S13", [(3100, day(1, 15), day(2, 15)), (500, day(1, 15), day(1, 15))], "2019-01", [2200, 1400]),
        ("S16", [(9200, day(10, 1, 2024), day(1, 1, 2025))], "2024-10", [3100, 3000, 3100]),
        ("S20", [(9000, day(1, 1), day(4, 1))], "2019-01", [3100, 2800, 3100]),
    ],
)  # fmt: skip
def test_worked_example_lines(name: str, pieces: list[Piece], first: str, expected: list[int]) -> None:
    assert by_month(pieces, first, len(expected)) == expected, name


QUARTER = (9000, day(1, 1), day(4, 1))
MONTHLY = (3100, day(1, 15), day(2, 15))


@pytest.mark.parametrize(
    ("name", "line", "takes", "expected"),
    [
        ("S5", QUARTER, [(-900, day(2, 1))], [3100, 2210, 2790]),
        ("S6", QUARTER, [(-9000, day(2, 1))], [3100, -3100, 0]),
        ("S7", QUARTER, [(-9000, day(2, 1)), (9000, day(4, 1))], [3100, -3100, 0, 9000]),
        ("S8", QUARTER, [(-4500, day(2, 1))], [3100, -150, 1550]),
        ("S11", MONTHLY, [(-3100, day(2, 1))], [1700, -1700]),
    ],
)
def test_worked_example_contra(
    name: str, line: Piece, takes: list[tuple[int, int]], expected: list[int]
) -> None:
    amount, start, end = line
    pieces = [(amount, start, end)]
    for share, on in takes:
        pieces += contra(share, start, end, on)
    assert by_month(pieces, "2019-01", len(expected)) == expected, name


def test_s10_credit_note_on_the_first_day_spreads_whole() -> None:
    start, end = day(1, 1, 2026), day(4, 1, 2026)
    pieces = [(12000, start, end), *contra(-3000, start, end, start)]
    assert by_month(pieces, "2026-01", 3) == [3100, 2800, 3100]


def test_s5_earned_part() -> None:
    assert contra(-900, *QUARTER[1:], day(2, 1)) == [
        (-310, day(2, 1), day(2, 1)),
        (-590, day(2, 1), day(4, 1)),
    ]


def test_s22_refunds_take_back_the_whole_net() -> None:
    assert shared_payments([5000, 5000], [9100], 10000) == [[4550], [4550]]
    assert cumulative_shares([5000, 5000], 9100, 10000) == [4550, 4550]
    assert sum(cumulative_shares([3333, 3333, 3334], 9101, 10000)) == 9101


def test_empty_period_books_on_its_day_and_contra_on_its_own() -> None:
    assert spread(500, 10, 10, 10, 11) == 500
    assert spread(500, 10, 10, 0, 10) == 0
    assert contra(-500, 10, 10, 12) == [(-500, 12, 12)]
    assert contra(-500, 0, 10, 10) == [(-500, 10, 10)]
    assert contra(-500, 20, 30, 12) == [(-500, 20, 30)]
    assert contra(0, 0, 10, 5) == []


amounts = st.integers(-(10**13), 10**13)
starts = st.integers(-400, 400)
lengths = st.integers(0, 800)


@given(amounts, starts, lengths, st.lists(st.integers(-1500, 1500), min_size=1, max_size=8))
def test_any_partition_adds_up(amount: int, start: int, length: int, cuts: list[int]) -> None:
    edges = [-2000, *sorted(cuts), 2000]
    parts = [spread(amount, start, start + length, a, b) for a, b in pairwise(edges)]
    assert sum(parts) == amount
    assert all(part == 0 or (part > 0) == (amount > 0) for part in parts), "monotone"


@given(amounts, starts, st.integers(1, 400))
def test_days_are_even_to_one_unit_and_mirror(amount: int, start: int, length: int) -> None:
    days = [spread(amount, start, start + length, d, d + 1) for d in range(start, start + length)]
    assert max(days) - min(days) <= 1
    assert [-x for x in days] == [
        spread(-amount, start, start + length, d, d + 1) for d in range(start, start + length)
    ]


@given(amounts, starts, lengths, st.integers(-1500, 1500))
def test_contra_adds_up_and_never_precedes_its_day(amount: int, start: int, length: int, on: int) -> None:
    pieces = contra(amount, start, start + length, on)
    assert sum(piece[0] for piece in pieces) == amount
    assert all(piece[1] >= min(on, start) and piece[1] >= on for piece in pieces)


@given(amounts, st.lists(st.integers(-(10**9), 10**9), max_size=12))
def test_shares_add_up(amount: int, nets: list[int]) -> None:
    total = sum(nets)
    shares = share_by_net(amount, nets, total)
    assert sum(shares) == (amount if total else 0)
    if total:
        assert share_by_net(total, nets, total) == nets


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=5),
)
def test_payments_of_a_whole_invoice_pay_every_line(payments: list[int], nets: list[int]) -> None:
    total = sum(payments)
    rows = shared_payments(payments, nets, total)
    assert [sum(column) for column in zip(*rows, strict=True)] == nets


def test_units_spread_in_minor_units_unless_finer() -> None:
    assert [spread_units(10_000_000, 10_000_000, 0, 3, d, d + 1) for d in range(3)] == [0, 10_000_000, 0]
    assert [spread_units(5, 10_000_000, 0, 3, d, d + 1) for d in range(3)] == [2, 1, 2]
    assert before_day(10, 0, 4, 2) == 5
