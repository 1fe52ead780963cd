"""Revenue as columns says what the values say, in the same order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics.books.revenue import NEVER, revenue_facts
from turbofinops_tui.economics.books.revenue_columns import columns_of
from turbofinops_tui.economics.fx import RateTable
from turbofinops_tui.economics.types import Rate, Revenue

TEXT = st.sampled_from(["", "a", "b", "Ü", "日本", "stripe:cus_1", "z" * 40])
ROWS = st.lists(
    st.builds(
        Revenue,
        TEXT, TEXT, st.sampled_from(["usage", "subscription"]), st.sampled_from(["recognised", "cash"]),
        st.sampled_from(["USD", "EUR", "JPY"]), st.integers(-(2**62), 2**62), st.integers(0, 3),
        st.integers(0, 3), TEXT, TEXT, TEXT, st.booleans(), st.booleans(), TEXT, st.integers(0, 300),
        st.sampled_from([None, Rate(3, 2, "USD", 20_000), Rate(5, 7, "EUR", -3)]), st.integers(-200, 20_000),
        TEXT, TEXT, st.integers(-(2**40), 2**40),
    ),
    max_size=12,
)  # fmt: skip


@given(ROWS)
def test_columns_give_back_the_values(rows: list[Revenue]) -> None:
    columns = columns_of(rows)
    assert [columns.row(index) for index in range(len(columns))] == rows


@given(ROWS)
def test_the_order_is_that_of_the_definition(rows: list[Revenue]) -> None:
    expected = sorted(rows, key=lambda r: (r.identity, r.start, r.end, r.kind, r.object_id, r.units))
    assert list(revenue_facts(rows, RateTable()).rows) == expected


@given(st.integers(-(10**6), 10**6), st.sampled_from([1, 10**7]), st.integers(-400, 400), st.integers(0, 200))
def test_the_first_positive_day_is_the_first(minor: int, factor: int, start: int, length: int) -> None:
    row = Revenue(
        "s", "i", "subscription", "recognised", "USD", minor * factor, start, start + length, "", "", "",
        False, False, "", 0, None, start, "o", "", 0,
    )  # fmt: skip
    facts = revenue_facts([row], RateTable())
    days = range(start, start + max(1, length))
    positive = [day for day in days if facts.part(0, day, day + 1) > 0]
    assert facts.first_positive(np.arange(1)).tolist() == [positive[0] if positive else NEVER]
