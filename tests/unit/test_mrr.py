"""Monthly recurring revenue: lines, movements and retention, with the worked examples."""

from __future__ import annotations

from datetime import date

import pytest

from turbofinops_tui.economics.mrr import (
    Change,
    MrrLine,
    changes,
    monthly_units,
    months_later,
    movement_totals,
    mrr_on,
    nrr,
    opening_day,
)
from turbofinops_tui.economics.periods import day_of

ONE = 10**9


def day(text: str) -> int:
    return day_of(date.fromisoformat(text))


@pytest.mark.parametrize(
    ("amount", "start", "end", "interval", "count", "wanted"),
    [
        (90, "2019-01-01", "2019-04-01", "month", 3, 30 * ONE),
        (500, "2019-01-01", "2020-01-01", "year", 1, 41_666_666_667),
        (31, "2019-01-15", "2019-02-15", "month", 1, 31 * ONE),
        (-30, "2019-04-21", "2019-05-01", "month", 1, -90 * ONE),
        (40, "2019-04-21", "2019-05-01", "month", 1, 120 * ONE),
        (10, "2019-01-31", "2019-02-28", "month", 1, 10 * ONE),
        (10, "2019-02-28", "2019-03-31", "month", 1, 10 * ONE),
        (7, "2019-01-07", "2019-01-14", "week", 1, 30_416_666_667),
        (14, "2019-01-07", "2019-01-21", "week", 2, 30_416_666_667),
        (90, "2019-01-01", "2019-04-01", "", 1, 30 * ONE),
        (12, "2019-01-01", "2019-01-13", "", 1, 30_416_666_667),
        (5, "2019-01-01", "2019-01-01", "month", 1, 0),
        (5, "2019-01-02", "2019-01-01", "month", 1, 0),
        (0, "2019-01-01", "2019-02-01", "month", 1, 0),
    ],
)
def test_a_line_per_month(amount: int, start: str, end: str, interval: str, count: int, wanted: int) -> None:
    assert monthly_units(amount * ONE, day(start), day(end), interval, count) == wanted


def test_months_keep_their_day_where_they_can() -> None:
    assert months_later(day("2019-01-31"), 1) == day("2019-02-28")
    assert months_later(day("2019-03-31"), -1) == day("2019-02-28")
    assert months_later(day("2020-02-29"), 12) == day("2021-02-28")


def test_four_yearly_plans_are_new() -> None:
    worth = monthly_units(500 * ONE, day("2019-01-01"), day("2020-01-01"), "year", 1)
    lines: list[MrrLine] = [(f"c{n}", day("2019-01-01"), day("2020-01-01"), worth) for n in range(4)]
    totals = movement_totals(changes(lines, day("2019-01-01"), day("2019-02-01")))
    assert round(totals["new"] / ONE, 2) == 166.67
    assert sum(totals.values()) == totals["new"]


def test_an_upgrade_halfway() -> None:
    start, half, end = day("2019-06-01"), day("2019-06-16"), day("2019-07-01")
    lines: list[MrrLine] = [
        ("a", start, end, monthly_units(10 * ONE, start, end, "month", 1)),
        ("a", half, end, monthly_units(-5 * ONE, half, end, "month", 1)),
        ("a", half, end, monthly_units(10 * ONE, half, end, "month", 1)),
    ]
    assert mrr_on(lines, half - 1) == {"a": 10 * ONE}
    assert mrr_on(lines, half) == {"a": 20 * ONE}
    assert mrr_on(lines, end) == {}
    assert changes(lines, start, end) == [
        Change(start, "a", "new", 10 * ONE), Change(half, "a", "expansion", 10 * ONE)
    ]  # fmt: skip


def test_every_movement_and_the_levels_add_up() -> None:
    lines: list[MrrLine] = [
        ("a", 0, 30, 10), ("a", 30, 60, 8), ("a", 90, 120, 9), ("b", 10, 70, 5), ("b", 40, 70, 2),
        (None, 5, 9, 1),
    ]  # fmt: skip
    found = [(change.day, change.customer, change.kind, change.units) for change in changes(lines, 0, 200)]
    assert found == [
        (0, "a", "new", 10), (5, None, "new", 1), (9, None, "churn", -1), (10, "b", "new", 5),
        (30, "a", "contraction", -2), (40, "b", "expansion", 2), (60, "a", "churn", -8),
        (70, "b", "churn", -7), (90, "a", "reactivation", 9), (120, "a", "churn", -9),
    ]  # fmt: skip
    for start, end in ((0, 50), (20, 95), (61, 130)):
        before, after = (sum(mrr_on(lines, at).values()) for at in (start - 1, end - 1))
        assert before + sum(movement_totals(changes(lines, start, end)).values()) == after


def test_retention() -> None:
    start: dict[str | None, int] = {"a": 60_000, "b": 32_000, "c": 8_000}
    end: dict[str | None, int] = {"a": 75_000, "b": 32_000, "new": 50_000}
    found = nrr(start, end)
    assert found is not None
    assert found.text() == "107.0000"
    assert nrr({}, end) is None


def test_what_a_range_opens_with() -> None:
    assert opening_day([("a", 0, 30, 1)], 10) == 9
    assert opening_day([("a", 10, 30, 1)], 10) == 10
