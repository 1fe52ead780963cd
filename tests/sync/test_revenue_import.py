"""RevenueEvents from any system: rows, signs, replacement, bad files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sync.stripe_shapes import by_month, cells, digest, facts, session
from turbofinops_tui.actions.revenue_imports import import_revenue, read_again
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError, UsageError
from turbofinops_tui.sync.derive import derive_all

HEADER = "id,customer,kind,amount,currency,occurred_at,period_start,period_end,product\n"
ROWS = (
    "1,acme,subscription,90.00,USD,2019-01-01,2019-01-01,2019-04-01,pro\n"
    "2,acme,refund,-9,USD,2019-02-01,,,pro\n"
    "3,globex,usage,0.000001,USD,2019-02-01T23:30:00-02:00,,,\n"
    "4,globex,write_off,-1.5,USD,2019-03-01,,,\n"
)


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(
    books: Session, text: str, *, replace: bool = False, mapping: tuple[str, ...] = ()
) -> dict[str, int]:
    path = books.paths.store.parent / "revenue.csv"
    path.write_text(text, encoding="utf-8")
    return import_revenue(books, path, "billing", mapping, replace=replace).counts


def stored(books: Session) -> list[tuple[object, ...]]:
    with books.store.read() as conn:
        return conn.execute(
            "SELECT source_object, kind, basis, identity, amount, period_end - period_start, position"
            " FROM revenue_event ORDER BY source_object, basis DESC"
        ).fetchall()


def test_rows_as_signed_over_their_periods(books: Session) -> None:
    assert load(books, HEADER + ROWS)["new_customers"] == 2
    assert stored(books) == [
        ("1", "subscription", "recognised", "acme", 90 * 10**9, 90, "revenue.csv:2"),
        ("1", "subscription", "cash", "acme", 90 * 10**9, 0, "revenue.csv:2"),
        ("2", "refund", "recognised", "acme", -9 * 10**9, 0, "revenue.csv:3"),
        ("2", "refund", "cash", "acme", -9 * 10**9, 0, "revenue.csv:3"),
        ("3", "usage", "recognised", "globex", 1000, 0, "revenue.csv:4"),
        ("3", "usage", "cash", "globex", 1000, 0, "revenue.csv:4"),
        ("4", "write_off", "recognised", "globex", -15 * 10**8, 0, "revenue.csv:5"),
    ]
    assert by_month(books) == {"2019-01": 3100, "2019-02": 1900, "2019-03": 2950}
    with books.store.read() as conn:
        assert conn.execute("SELECT ref, confirmed FROM customer ORDER BY ref").fetchall() == [
            ("acme", 0), ("globex", 0),
        ]  # fmt: skip


def test_the_same_id_replaces_and_replace_drops_the_rest(books: Session) -> None:
    load(books, HEADER + ROWS)
    before = facts(books), digest(books, "revenue:billing")
    counts = load(books, HEADER + ROWS)
    assert (counts["new"], counts["changed"]) == (0, 0)
    assert (facts(books), digest(books, "revenue:billing")) == before
    counts = load(books, HEADER + "2,acme,refund,-8,USD,2019-02-01,,,pro\n")
    assert (counts["new"], counts["changed"], counts["removed"]) == (0, 1, 0)
    assert cells(books)["2019-02", "refund"] == -800
    counts = load(books, HEADER + "9,acme,usage,5,USD,2019-02-01,,,\n", replace=True)
    assert (counts["new"], counts["removed"]) == (1, 4)
    assert cells(books) == {("2019-02", "usage"): 500}


def test_a_dispute_won_is_positive_and_mapped_columns(books: Session) -> None:
    text = (
        "Invoice;Client;What;Net;Cur;Day\nA;acme;dispute;9.50;eur;2019-05-01\n"
        "B;acme;one-time;1.0000000000;eur;2019-05-02\n"
    )
    words = ("id=Invoice", "customer=Client", "kind=What", "amount=Net", "currency=Cur", "occurred_at=Day")
    load(books, text, mapping=words)
    assert cells(books) == {("2019-05", "dispute"): 950, ("2019-05", "one_time"): 100}


def test_json_lines_keep_every_digit(books: Session, tmp_path: Path) -> None:
    path = tmp_path / "revenue.jsonl"
    row = {"id": 7, "customer": "acme", "kind": "usage", "currency": "USD", "occurred_at": "2019-05-01"}
    text = json.dumps(row)[:-1] + ', "amount": 0.123456789}\n'
    path.write_text(text, encoding="utf-8")
    import_revenue(books, path, "meter")
    assert stored(books)[0][4] == 123456789


def test_rebuild_and_reading_again_give_equal_rows(books: Session) -> None:
    load(books, HEADER + ROWS)
    before = facts(books)
    with books.store.write("break") as txn:
        txn.conn.execute("UPDATE revenue_event SET amount = 5 WHERE source_object = '1'")
        txn.conn.execute("DELETE FROM revenue_event WHERE source_object = '2'")
    derive_all(books.store)
    assert facts(books) == before
    read_again(books, 1)
    assert facts(books) == before


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("1,acme,refund,5,USD,2019-01-01,,,", "amount", "above 0"),
        ("1,acme,void,0.01,USD,2019-01-01,,,", "amount", "above 0"),
        ("1,acme,gift,5,USD,2019-01-01,,,", "kind", "no kind"),
        ("1,acme,usage,NaN,USD,2019-01-01,,,", "amount", "finite"),
        ("1,acme,usage,1 000,USD,2019-01-01,,,", "amount", "not a number"),
        ("1,acme,usage,1e99,USD,2019-01-01,,,", "amount", "nine billion"),
        ("1,acme,usage,0.0000000001,USD,2019-01-01,,,", "amount", "decimals"),
        ("1,acme,usage,5,XXX,2019-01-01,,,", "currency", "unknown currency"),
        ("1,acme,usage,5,USD,01/02/2019,,,", "occurred_at", "not a date"),
        ("1,acme,usage,5,USD,2019-02-30,,,", "occurred_at", "not a date"),
        ("1,acme,usage,5,USD,1019-02-03,,,", "occurred_at", "not a date"),
        ("1,acme,usage,5,USD,2019-01-01,2019-01-01,,", "period_end", "empty"),
        ("1,acme,usage,5,USD,2019-01-01,2019-02-01,2019-01-01,", "period_end", "before it starts"),
        ("1,,usage,5,USD,2019-01-01,,,", "customer", "empty"),
        (",acme,usage,5,USD,2019-01-01,,,", "id", "empty"),
        ("1,acme,usage,5,USD,2019-01-01,,", "", "8 fields"),
        ('1,acme,usage,5,USD,2019-01-01,,,"' + "x" * (1 << 20) + 'y"', "", "larger than 1 MiB"),
        ('1,"acme', "", "not CSV"),
    ],
)
def test_a_bad_row_names_its_place_and_nothing_is_stored(
    books: Session, row: str, column: str, what: str
) -> None:
    with pytest.raises(DataError) as caught:
        load(books, HEADER + ROWS + "\n" + row + "\n")
    where = f'revenue.csv line 7 column "{column}":' if column else "revenue.csv line 7:"
    assert caught.value.line().startswith(where)
    assert what in caught.value.line()
    assert stored(books) == []


def test_columns_sources_and_words(books: Session) -> None:
    with pytest.raises(DataError, match="missing") as caught:
        load(books, "id,customer,kind,currency,occurred_at\n")
    assert caught.value.column == "amount"
    with pytest.raises(DataError, match="no rows"):
        load(books, HEADER)
    with pytest.raises(DataError, match="twice"):
        load(books, HEADER.replace("product", "id"))
    with pytest.raises(DataError, match="empty"):
        load(books, "")
    with pytest.raises(UsageError, match="no field"):
        load(books, HEADER + ROWS, mapping=("price=Total",))
    with pytest.raises(UsageError, match="cannot be used"):
        import_revenue(books, books.paths.store, "stripe")
