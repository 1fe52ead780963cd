"""Packs are what their rows give, go with any change of a row, and books are the same without them."""

from __future__ import annotations

import sqlite3

import pytest

from tests.store.sample import Deliver
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.errors import StoreError
from turbofinops_tui.models.pack_schema import REVENUE_SHIFT
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.load_books import load_books
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.packs import pack_missing, rebuild_packs, wrong_packs
from turbofinops_tui.store.revenue import RevenueRow, load_revenue, replace_rows

STRETCH = 1 << REVENUE_SHIFT


def row(number: int, **changes: object) -> RevenueRow:
    values: dict[str, object] = {
        "source": "billing", "account": "", "livemode": True, "source_object": f"r{number}", "part": "",
        "kind": ("subscription", "usage")[number % 2], "basis": "recognised", "identity": f"c{number % 7}Ü",
        "currency": ("USD", "EUR")[number % 2], "amount": number * 10**7 - 10**9,
        "period_start": 20_500 + number, "period_end": 20_530 + number,
        "occurred_at": 20_500, "product": ("", "flat")[number % 2],
    }  # fmt: skip
    if number % 3 == 0:
        values |= {
            "rate_numerator": str(10**30 + number), "rate_denominator": "7", "rate_currency": "USD",
            "rate_day": 20_500, "convert_group": f"in_{number}", "convert_sequence": number,
        }  # fmt: skip
    return RevenueRow(**{**values, **changes})  # type: ignore[arg-type]


def fill(store: Store, deliver: Deliver) -> None:
    deliver(1_000, "d1", rows=5)
    deliver(-700, "d2", "2026-03", rows=3)
    with store.write("revenue") as txn:
        for number in range(40):
            replace_rows(txn, "billing", "", True, f"r{number}", [row(number)])
        # the second stretch of ids
        txn.conn.execute("UPDATE revenue_event SET id = id + ? WHERE id > 25", (STRETCH,))


def packs(store: Store) -> list[tuple[str, int]]:
    with store.read() as conn:
        return conn.execute("SELECT part, number FROM packed ORDER BY 1, 2").fetchall()


def facts(books: FactBooks) -> tuple[object, ...]:
    rows = books.rows
    columns = (rows.dimension, rows.batch, rows.when, rows.effective, rows.billed, rows.quantity)
    cells = sorted(zip(*(column.tolist() for column in columns), strict=True))
    return cells, list(books.revenue.rows), books.facts_id


def test_books_of_packs_are_books_of_rows(store: Store, deliver: Deliver) -> None:
    fill(store, deliver)
    pack_missing(store)
    assert packs(store) == [("months", 1), ("months", 2), ("revenue", 0), ("revenue", 1)]
    packed = facts(load_books(store))
    with store.write("forget") as txn:
        txn.conn.execute("DELETE FROM packed WHERE number = 1")
    some = facts(load_books(store))
    with store.write("forget") as txn:
        txn.conn.execute("DELETE FROM packed")
    with store.read() as conn:
        values = list(load_revenue(conn))
    assert packed == some == facts(load_books(store))
    order = sorted(values, key=lambda r: (r.identity, r.start, r.end, r.kind, r.object_id, r.units))
    assert packed[1] == order


def test_a_staged_batch_is_packed_and_nothing_is_missing(store: Store, deliver: Deliver) -> None:
    deliver(1_000, "d1", rows=5)
    assert packs(store) == [("months", 1)]
    assert pack_missing(store) == 0


@pytest.mark.parametrize(
    ("statement", "gone"),
    [
        ("UPDATE cost_monthly SET effective = effective + 1 WHERE batch = 1", ("months", 1)),
        ("DELETE FROM cost_monthly WHERE batch = 2", ("months", 2)),
        ("INSERT INTO cost_monthly VALUES (1, 9, 1, 1, 1, 1)", ("months", 1)),
        ("UPDATE revenue_event SET amount = amount + 1 WHERE id = 3", ("revenue", 0)),
        ("DELETE FROM revenue_event WHERE id > 4096", ("revenue", 1)),
        ("UPDATE revenue_event SET id = id + 4096 WHERE id = 25", ("revenue", 0)),
    ],
)
def test_whoever_changes_a_row_takes_its_pack_away(
    store: Store, deliver: Deliver, statement: str, gone: tuple[str, int]
) -> None:
    fill(store, deliver)
    pack_missing(store)
    conn = sqlite3.connect(store.path, isolation_level=None)
    conn.execute(statement)
    conn.close()
    assert gone not in packs(store)
    assert pack_missing(store) >= (0 if statement.startswith("DELETE") else 1)
    with store.read() as conn:
        assert list(wrong_packs(conn)) == []


def test_a_damaged_pack_is_found_and_made_again(store: Store, deliver: Deliver) -> None:
    fill(store, deliver)
    pack_missing(store)
    before = facts(load_books(store))
    with store.write("damage") as txn:
        txn.conn.execute("UPDATE packed SET body = CAST(substr(body, 1, length(body) - 1) || x'7f' AS BLOB)")
    assert [line.name for line in check_store(store) if not line.ok] == ["packs against rows"]
    assert rebuild_packs(store) == 4
    assert facts(load_books(store)) == before
    assert rebuild_packs(store) == 0


@pytest.mark.parametrize("part", ["months", "revenue"])
def test_books_of_a_broken_pack_are_refused_in_one_line(store: Store, deliver: Deliver, part: str) -> None:
    fill(store, deliver)
    pack_missing(store)
    with store.write("damage") as txn:
        txn.conn.execute("UPDATE packed SET body = x'78' WHERE part = ?", (part,))
    with pytest.raises(StoreError, match="packed rows of the store are damaged"):
        load_books(store)
    assert rebuild_packs(store) == 2
    assert len(load_books(store).revenue.rows) == 40
