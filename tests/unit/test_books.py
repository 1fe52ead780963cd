"""Books on spans: months against days, conversion of cost and revenue, closed forms over columns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.small_books import NANO, books, day, dimension, nano, revenue
from turbofinops_tui.economics.books.revenue import revenue_facts
from turbofinops_tui.economics.books.rows import exact, sum_by, total
from turbofinops_tui.economics.fx import RateTable, to_reporting
from turbofinops_tui.economics.money import minor_factor
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.recognition import spread_units
from turbofinops_tui.economics.types import Rate, Revenue

EC2 = dimension(0)
EURO = dimension(1, currency="EUR")


def test_months_run_from_the_first_fact_to_the_last() -> None:
    found = books([(EC2, "2026-03-05", "1")], [revenue("a", "31", "2026-01-15", "2026-02-15")])
    assert [span.start for span in found.spans] == [day("2026-01-01"), day("2026-02-01"), day("2026-03-01")]
    assert books().spans == ()


def test_windows_hold_what_the_months_hold() -> None:
    lines = [(EC2, f"2026-01-{n:02d}", str(n)) for n in range(1, 32)] + [(EC2, "2026-02-01", "100")]
    facts = books(lines)
    whole = int(facts.rows.effective[facts.rows.when == 0].sum())
    spans = [Days(day("2026-01-01"), day("2026-01-10")), Days(day("2026-01-10"), day("2026-02-01"))]
    window = facts.window(spans)
    assert window.rows.when.tolist() == [0, 1]
    assert window.rows.effective.tolist() == [45 * NANO, (496 - 45) * NANO]
    assert int(window.rows.effective.sum()) == whole
    gap = facts.window(
        [Days(day("2026-01-01"), day("2026-01-02")), Days(day("2026-02-01"), day("2026-02-02"))]
    )
    assert gap.rows.effective.tolist() == [NANO, 100 * NANO]


def test_cost_converts_each_stored_row_at_the_rate_of_its_day() -> None:
    rates = [("EUR", "USD", day("2026-01-01"), "1.1"), ("EUR", "USD", day("2026-01-02"), "1.2")]
    lines = [
        (EURO, "2026-01-01", "0.000000005"),
        (EURO, "2026-01-02", "10"),
        (EURO, "2026-01-12", "3"),
        (EC2, "2026-01-01", "1"),
    ]
    facts = books(lines, rates=rates)
    entries = facts.entries("effective", "USD")
    sums = dict(zip(entries.dimension.tolist(), entries.amount.tolist(), strict=True))
    assert sums == {0: NANO, 1: 6 + 12 * NANO}  # 5.5 nano rounds half-even to 6
    daily = facts.day_cost("effective", "USD", np.array([1]))
    assert daily.unconverted.when.tolist() == [day("2026-01-12")]  # its last rate is ten days old
    assert daily.unconverted.effective.tolist() == [3 * NANO]


def test_an_invoice_converts_cumulatively_and_adds_up() -> None:
    """S21: 30 EUR settled as 33.01 USD is recognised as 33.01, to the last digit."""
    rate = Rate(3301, 3000, "USD", day("2026-01-01"))
    lines = [
        revenue("a", "20", "2026-01-01", "2026-02-01", currency="EUR", group="in_1", sequence=1, rate=rate),
        revenue("a", "10", "2026-01-01", "2026-03-01", currency="EUR", group="in_1", sequence=2, rate=rate),
    ]
    facts = revenue_facts(lines, RateTable())
    months = [Days(day("2026-01-01"), day("2026-02-01")), Days(day("2026-02-01"), day("2026-03-01"))]
    assert sum(facts.entries(months, "USD").amount.tolist()) == nano("33.01")
    days = [Days(d, d + 1) for d in range(day("2026-01-01"), day("2026-03-01"))]
    by_day, by_month = facts.entries(days, "USD"), facts.entries(months, "USD")
    for row in (0, 1):
        assert by_day.amount[by_day.row == row].sum() == by_month.amount[by_month.row == row].sum()


def test_other_rows_convert_day_by_day() -> None:
    table = RateTable([("EUR", "USD", day("2026-01-01"), "1.111111111")])
    row = revenue("a", "1.00", "2026-01-01", "2026-01-04", currency="EUR", rate_day=day("2026-01-01"))
    facts = revenue_facts([row], table)
    found = facts.entries([Days(day("2026-01-01"), day("2026-01-04"))], "USD")
    expected = sum(
        to_reporting(nano(part), "EUR", "USD", 1111111111, 1000000000) for part in ("0.33", "0.34", "0.33")
    )
    assert found.amount.tolist() == [expected]


def test_without_a_rate_an_amount_is_unconverted_never_one_to_one() -> None:
    facts = revenue_facts([revenue("a", "5", "2026-01-01", currency="GBP")], RateTable())
    found = facts.entries([Days(day("2026-01-01"), day("2026-02-01"))], "USD")
    assert (found.native.tolist(), found.amount.tolist(), found.converted.tolist()) == (
        [5 * NANO],
        [0],
        [False],
    )


ROWS = st.builds(
    lambda units, start, length, fine: Revenue(
        "s", "a", "usage", "recognised", "USD", units * (1 if fine else 10**7), start, start + length
    ),
    st.integers(-(10**9), 10**9),
    st.integers(20_400, 20_500),
    st.integers(0, 400),
    st.booleans(),
)


@given(st.lists(ROWS, min_size=1, max_size=5), st.lists(st.integers(20_380, 20_950), min_size=2, max_size=6))
def test_columns_spread_like_the_definition(rows: list[Revenue], cuts: list[int]) -> None:
    bounds = sorted(set(cuts))
    spans = [Days(a, b) for a, b in pairwise(bounds)]
    facts = revenue_facts(rows, RateTable())
    row, span, amount = facts.native(spans)
    found = {(r, s): a for r, s, a in zip(row.tolist(), span.tolist(), amount.tolist(), strict=True)}
    for index, source in enumerate(facts.rows):
        for number, days in enumerate(spans):
            expected = spread_units(
                source.units, minor_factor("USD"), source.start, source.end, days.start, days.end
            )
            assert found.get((index, number), 0) == expected


@pytest.mark.parametrize("units", [2**62, -(2**62)])
def test_amounts_past_the_columns_are_done_in_python(units: int) -> None:
    facts = revenue_facts(
        [Revenue("s", "a", "usage", "recognised", "USD", units, 20_000, 20_365)], RateTable()
    )
    _, _, amount = facts.native([Days(20_000, 20_100), Days(20_100, 20_365)])
    assert sum(amount.tolist()) == units


def test_sums_that_could_wrap_are_python_integers() -> None:
    values = np.array([2**62, 2**62, 2**62], dtype=np.int64)
    assert exact(values).dtype == object
    assert total(values) == 3 * 2**62
    assert sum_by(np.array([1, 0, 1]), exact(values))[1].tolist() == [2**62, 2**63]


def test_facts_are_ordered_alike_however_they_arrive() -> None:
    rows = [revenue(c, "1", f"2026-0{m}-01") for c in "ab" for m in (1, 2)]
    assert revenue_facts(rows, RateTable()).rows == revenue_facts(rows[::-1], RateTable()).rows
