from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.types import Rate
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.revenue import RevenueRow, load_revenue, remove_source, replace_rows

ROW = RevenueRow(
    "stripe",
    "",
    True,
    "in_1",
    "il_1",
    "subscription",
    "recognised",
    "stripe:cus_1",
    "USD",
    31_000_000_000,
    10,
    41,
    10,
)


def put(store: Store, object_id: str, *rows: RevenueRow) -> bool:
    with store.write("revenue") as txn:
        return replace_rows(txn, "stripe", "", True, object_id, rows)


def facts(store: Store) -> str:
    with store.read() as conn:
        return facts_id(conn)


def test_rows_come_back_as_revenue(store: Store) -> None:
    row = replace(
        ROW,
        product="prod",
        plan="pro",
        feature="chat",
        estimated=True,
        credit_applied=True,
        convert_group="in_1",
        convert_sequence=3,
        rate_numerator="33",
        rate_denominator="30",
        rate_currency="USD",
        rate_day=12,
        stripeEventId="evt_1",
        position="events.jsonl:4",
    )
    put(store, "in_1", row)
    with store.read() as conn:
        (found,) = load_revenue(conn)
    assert (found.source, found.identity, found.kind, found.basis) == (
        "stripe",
        "stripe:cus_1",
        "subscription",
        "recognised",
    )
    assert (found.currency, found.units, found.start, found.end) == ("USD", 31_000_000_000, 10, 41)
    assert (found.product, found.plan, found.feature) == ("prod", "pro", "chat")
    assert (found.estimated, found.credit_applied, found.group, found.sequence) == (True, True, "in_1", 3)
    assert (found.rate, found.rate_day, found.event_id) == (Rate(33, 30, "USD", 12), 12, "evt_1")


def test_replacement_counts_once_and_the_digest_follows(store: Store) -> None:
    empty = facts(store)
    assert put(store, "in_1", ROW)
    once = facts(store)
    assert not put(store, "in_1", ROW)
    assert not put(store, "in_1", replace(ROW, stripeEventId="evt_2", position="elsewhere:9", delivery=None))
    assert facts(store) == once
    assert put(store, "in_1", replace(ROW, amount=1))
    assert facts(store) != once
    assert put(store, "in_1", ROW)
    assert facts(store) == once
    assert put(store, "in_1")
    assert facts(store) == empty
    with store.read() as conn:
        assert list(load_revenue(conn)) == []


def test_rows_of_another_object_are_a_programming_error(store: Store) -> None:
    with pytest.raises(ValueError, match="another object"):
        put(store, "in_2", ROW)


def test_removing_a_source_leaves_no_trace(store: Store) -> None:
    empty = facts(store)
    put(store, "in_1", ROW)
    put(store, "in_2", replace(ROW, source_object="in_2"))
    with store.write("remove") as txn:
        assert remove_source(txn, "stripe") == 2
    assert facts(store) == empty


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-3, 3)), max_size=12), st.randoms(use_true_random=False)
)
def test_the_digest_depends_on_the_last_state_alone(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int]], random: Random
) -> None:
    """Any history of replacements gives the digest of its final rows, inserted in any order."""
    clock = Clock()
    one = Store.open(tmp_path_factory.mktemp("s") / "a.db", clock)
    two = Store.open(one.path.with_name("b.db"), clock)
    last: dict[int, RevenueRow] = {}
    for number, amount in edits:
        last[number] = replace(ROW, source_object=f"in_{number}", amount=amount)
        put(one, f"in_{number}", last[number])
    final = list(last.values())
    random.shuffle(final)
    for row in final:
        put(two, row.source_object, row)
    assert facts(one) == facts(two)
    assert all(line.ok for line in check_store(one))
    one.close()
    two.close()
