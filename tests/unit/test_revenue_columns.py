"""Revenue as columns says what the values say, in the same order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics.books.revenue import revenue_facts
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
