"""Invoices at the edges: nothing to pay, credits, trials, odd periods and statuses, nobody, big bad files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sync.stripe_shapes import (
    Json,
    by_month,
    cells,
    charge,
    event,
    facts,
    finding_kinds,
    invoice,
    line,
    movement,
    payment,
    price,
    session,
    write,
)
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import DataError

PRICES = [price("price_m"), price("price_u", metered=True)]


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, *objects: Json) -> None:
    path = write(books.paths.store.parent / "objects.jsonl", [*PRICES, *objects])
    import_stripe(books, "stripe-objects", [path])


def test_a_trial_has_no_rows(books: Session) -> None:
    load(books, invoice("in_1", [line("il_1", 0, "2019-01-01", "2019-01-15")], "2019-01-01"))
    assert facts(books) == []
    assert finding_kinds(books) == []


def test_lines_that_cancel_each_other_book_both_ways(books: Session) -> None:
    lines = [line("il_1", 3100, "2019-01-01", "2019-02-01"), line("il_2", -3100, "2019-02-01", "2019-03-01")]
    load(books, invoice("in_1", lines, "2019-01-01"))
    assert by_month(books) == {"2019-01": 3100, "2019-02": -3100}
    assert cells(books, "cash") == {}


def test_a_negative_invoice_moves_the_balance_and_is_no_cash(books: Session) -> None:
    lines = [line("il_1", -3100, "2019-01-01", "2019-02-01", proration=True)]
    load(books, invoice("in_1", lines, "2019-01-01", amount_paid=0, amount_remaining=0))
    assert by_month(books) == {"2019-01": -3100}
    assert cells(books, "cash") == {}


def test_a_period_that_ends_before_it_starts_books_on_its_first_day(books: Session) -> None:
    load(books, invoice("in_1", [line("il_1", 3100, "2019-02-10", "2019-01-10")], "2019-01-01"))
    assert by_month(books) == {"2019-02": 3100}


def test_paid_too_much_is_balance(books: Session) -> None:
    paid = invoice("in_1", [line("il_1", 3100, "2019-01-01", "2019-02-01")], "2019-01-01")
    load(
        books,
        paid,
        payment("inpay_1", "in_1", 2000, "2019-01-02"),
        payment("inpay_2", "in_1", 1500, "2019-01-05"),
    )
    assert by_month(books, "cash") == {"2019-01": 3100}


def test_an_unknown_status_is_a_finding_until_it_is_known(books: Session) -> None:
    odd = invoice("in_1", [line("il_1", 3100, "2019-01-01", "2019-02-01")], "2019-01-01", status="simmering")
    load(books, odd)
    assert facts(books) == []
    assert finding_kinds(books) == ["stripe_object"]
    load(books, invoice("in_1", odd["lines"]["data"], "2019-01-01"))
    assert by_month(books) == {"2019-01": 3100}
    assert finding_kinds(books) == []


@pytest.mark.parametrize("currency", ["zzz", "", None, "dollars", "us"])
def test_an_unknown_currency_is_refused_with_its_line(books: Session, currency: str | None) -> None:
    bad = invoice("in_1", [line("il_1", 3100, "2019-01-01", "2019-02-01")], "2019-01-01", currency=currency)
    with pytest.raises(DataError) as caught:
        load(books, bad)
    assert caught.value.column == "currency"
    assert facts(books) == []


def test_a_charge_without_a_customer_is_an_unattributed_row(books: Session) -> None:
    load(
        books,
        charge("ch_1", 3100, "2019-01-05", customer=None),
        charge("ch_2", 100, "2019-01-05", customer="cus_2"),
        movement("txn_1", 3100, "2019-01-05", "ch_1", fee=120),
    )
    asked = Slice(measures=("revenue", "cost", "margin"), range=Range(period="2019-01"))
    table = Reports(books).table(asked)
    found = {row.key: tuple(v.text() for v in row.values if isinstance(v, Money)) for row in table.rows}
    assert found == {(None,): ("31.00", "1.20", "29.80"), ("cus_2",): ("1.00", "0.00", "1.00")}
    (total,) = table.totals
    assert [v.text() for v in total.values if isinstance(v, Money)] == ["32.00", "1.20", "30.80"]


def test_a_large_file_with_one_broken_line_leaves_the_store_as_it_was(books: Session, tmp_path: Path) -> None:
    padding = "x" * 4000
    body = invoice(
        "in_1", [line("il_1", 3100, "2019-01-01", "2019-02-01")], "2019-01-01", description=padding
    )
    path = tmp_path / "events.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(600):
            made = event(f"evt_{number}", "invoice.paid", body | {"id": f"in_{number}"}, 1546300800)
            file.write(json.dumps(made)[: -9 if number == 570 else None] + "\n")
    with pytest.raises(DataError) as caught:
        import_stripe(books, "stripe-events", [path])
    assert "571" in caught.value.line()
    with books.store.read() as conn:
        left = [conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in  # noqa: S608 (constants)
                ("stripe_event", "stripe_object", "delivery", "revenue_event")]  # fmt: skip
    assert left == [0, 0, 0, 0]
