"""The worked examples of numbers.md 6, through objects in Stripe's own shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sync.stripe_shapes import (
    Json,
    at,
    by_month,
    cells,
    charge,
    dispute,
    finding_kinds,
    invoice,
    line,
    movement,
    note,
    payment,
    price,
    refund,
    session,
    write,
)
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock

QUARTER = line("il_q", 9000, "2019-01-01", "2019-04-01")
MONTHLY = line("il_m", 3100, "2019-01-15", "2019-02-15")


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, *objects: Json) -> None:
    path = write(books.paths.store.parent / "objects.jsonl", [price("price_m"), *objects])
    import_stripe(books, "stripe-objects", [path])


def paid(of: Json, when: str, intent: str = "pi_1") -> tuple[Json, Json]:
    return payment("inpay_1", of["id"], of["total"], when, intent), charge("ch_1", of["total"], when, intent)


def test_s1(books: Session) -> None:
    load(books, invoice("in_1", [MONTHLY], "2019-01-15"))
    assert by_month(books) == {"2019-01": 1700, "2019-02": 1400}


def test_s3_proration(books: Session) -> None:
    april = invoice("in_1", [line("il_1", 9000, "2019-04-01", "2019-05-01")], "2019-04-01")
    lines = [
        line("il_2", -3000, "2019-04-21", "2019-05-01", parent="invoice_item_details", proration=True),
        line("il_3", 4000, "2019-04-21", "2019-05-01", parent="invoice_item_details", proration=True),
        line("il_4", 12000, "2019-05-01", "2019-06-01"),
    ]
    load(books, april, invoice("in_2", lines, "2019-05-01"))
    assert cells(books) == {("2019-04", "subscription"): 10000, ("2019-05", "subscription"): 12000}


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(900, [3100, 2210, 2790]), (9000, [3100, -3100])],
)
def test_s5_s6_refund(books: Session, amount: int, expected: list[int]) -> None:
    bill = invoice("in_1", [QUARTER], "2019-01-01")
    load(books, bill, *paid(bill, "2019-01-01"), refund("re_1", "ch_1", amount, "2019-02-01"))
    assert list(by_month(books).values()) == expected


def test_s7_dispute_won(books: Session) -> None:
    bill = invoice("in_1", [QUARTER], "2019-01-01")
    moved = [movement("txn_1", -9000, "2019-02-01", "du_1"), movement("txn_2", 9000, "2019-04-01", "du_1")]
    load(books, bill, *paid(bill, "2019-01-01"), dispute("du_1", "ch_1", 9000, moved, "won"))
    assert by_month(books) == {"2019-01": 3100, "2019-02": -3100, "2019-04": 9000}
    assert by_month(books, "cash") == {"2019-01": 9000, "2019-02": -9000, "2019-04": 9000}


def test_s8_credit_note_on_an_unpaid_invoice(books: Session) -> None:
    bill = invoice("in_1", [QUARTER], "2019-01-01", status="open")
    load(books, bill, note("cn_1", "in_1", [("il_q", 4500)], "2019-02-01"))
    assert by_month(books) == {"2019-01": 3100, "2019-02": -150, "2019-03": 1550}


def test_s10_credit_note_on_the_first_day(books: Session) -> None:
    bill = invoice("in_1", [line("il_1", 12000, "2026-01-01", "2026-04-01")], "2026-01-01", status="open")
    load(books, bill, note("cn_1", "in_1", [("il_1", 3000)], "2026-01-01"))
    assert by_month(books) == {"2026-01": 3100, "2026-02": 2800, "2026-03": 3100}


@pytest.mark.parametrize(
    ("status", "moves", "kind"),
    [
        ("uncollectible", {"marked_uncollectible_at": at("2019-02-01")}, "write_off"),
        ("void", {"voided_at": at("2019-02-01")}, "void"),
    ],
)
def test_s11_uncollectible_or_void(books: Session, status: str, moves: dict[str, Any], kind: str) -> None:
    load(books, invoice("in_1", [MONTHLY], "2019-01-15", status=status, moves=moves))
    assert by_month(books) == {"2019-01": 1700, "2019-02": -1700}
    assert cells(books)["2019-02", kind] == -3100


def test_s13_a_line_without_a_period(books: Session) -> None:
    fee = line("il_f", 500, "2019-01-15", "2019-01-15", parent="invoice_item_details", subscription=None)
    load(books, invoice("in_1", [MONTHLY, fee], "2019-01-15"))
    assert cells(books) == {
        ("2019-01", "subscription"): 1700, ("2019-01", "one_time"): 500, ("2019-02", "subscription"): 1400,
    }  # fmt: skip


def test_s16_billed_in_arrears(books: Session) -> None:
    usage = line("il_u", 9200, "2024-10-01", "2025-01-01", price="price_u")
    load(books, price("price_u", metered=True), invoice("in_1", [usage], "2024-11-01"))
    assert cells(books) == {
        ("2024-10", "usage"): 3100,
        ("2024-11", "usage"): 3000,
        ("2024-12", "usage"): 3100,
    }


@pytest.mark.parametrize(("amount", "behaviour"), [(3100, "exclusive"), (3410, "inclusive")])
def test_s17_tax_is_never_revenue(books: Session, amount: int, behaviour: str) -> None:
    taxed = line("il_1", amount, "2019-01-01", "2019-02-01", taxes=((310, behaviour),))
    bill = invoice("in_1", [taxed], "2019-01-01")
    assert bill["total"] == 3410
    load(books, bill, *paid(bill, "2019-01-05"))
    assert by_month(books) == {"2019-01": 3100}
    assert by_month(books, "cash") == {"2019-01": 3100}


def test_s19_customer_balance_is_not_cash(books: Session) -> None:
    bill = invoice("in_1", [MONTHLY], "2019-01-15", starting_balance=-1100, amount_paid=2000)
    load(books, bill, payment("inpay_1", "in_1", 2000, "2019-02-09"))
    assert by_month(books) == {"2019-01": 1700, "2019-02": 1400}
    assert by_month(books, "cash") == {"2019-02": 2000}


@pytest.mark.parametrize(("settled", "rate"), [(3300, ("11", "10")), (3301, ("3301", "3000"))])
def test_s21_the_rate_of_an_invoice_is_its_settlement(
    books: Session, settled: int, rate: tuple[str, str]
) -> None:
    bill = invoice("in_1", [line("il_1", 3000, "2019-01-01", "2019-02-01")], "2019-01-01", currency="eur")
    inpay, ch = paid(bill, "2019-01-03")
    ch |= {"currency": "eur", "balance_transaction": "txn_1"}
    load(books, bill, inpay, ch, movement("txn_1", settled, "2019-01-04", "ch_1", "usd"))
    with books.store.read() as conn:
        rows = conn.execute(
            "SELECT rate_numerator, rate_denominator, rate_currency, rate_day * 86400, convert_group"
            " FROM revenue_event WHERE basis = 'recognised'"
        ).fetchall()
    assert rows == [(*rate, "USD", at("2019-01-04"), "in_1")]


def test_s21_across_exponents(books: Session) -> None:
    bill = invoice("in_1", [line("il_1", 3000, "2019-01-01", "2019-02-01")], "2019-01-01", currency="jpy")
    inpay, ch = paid(bill, "2019-01-03")
    ch |= {"currency": "jpy", "balance_transaction": "txn_1"}
    load(books, bill, inpay, ch, movement("txn_1", 2000, "2019-01-04", "ch_1", "usd"))
    with books.store.read() as conn:
        row = conn.execute("SELECT rate_numerator, rate_denominator FROM revenue_event").fetchone()
    assert row == ("1", "150")  # 20.00 USD for 3000 yen


def test_s22_two_payments_both_refunded(books: Session) -> None:
    bill = invoice(
        "in_1", [line("il_1", 9100, "2019-01-01", "2019-02-01", taxes=((900, "exclusive"),))], "2019-01-01"
    )
    load(
        books, bill,
        payment("inpay_1", "in_1", 5000, "2019-01-01", "pi_1"), charge("ch_1", 5000, "2019-01-01", "pi_1"),
        payment("inpay_2", "in_1", 5000, "2019-01-02", "pi_2"), charge("ch_2", 5000, "2019-01-02", "pi_2"),
        refund("re_1", "ch_1", 5000, "2019-01-10"), refund("re_2", "ch_2", 5000, "2019-01-11"),
    )  # fmt: skip
    assert cells(books, "cash") == {("2019-01", "subscription"): 9100, ("2019-01", "refund"): -9100}
    assert by_month(books) == {}
    assert finding_kinds(books) == []
