"""What Stripe's objects mean for revenue beyond the worked examples: the traps of facts, one by one."""

from __future__ import annotations

from pathlib import Path

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

MONTH = line("il_1", 3100, "2019-01-01", "2019-02-01")


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, *objects: Json) -> None:
    path = write(books.paths.store.parent / "objects.jsonl", objects)
    import_stripe(books, "stripe-objects", [path])


def test_draft_books_nothing(books: Session) -> None:
    load(books, price("price_m"), invoice("in_1", [MONTH], "2019-01-01", status="draft"))
    assert cells(books) == {}


def test_discounts_and_applied_credit_reduce_the_net(books: Session) -> None:
    lines = [line("il_1", 3100, "2019-01-01", "2019-02-01", discount=100, credit=200)]
    load(books, price("price_m"), invoice("in_1", lines, "2019-01-01"))
    assert by_month(books) == {"2019-01": 2800}
    with books.store.read() as conn:
        assert conn.execute("SELECT credit_applied FROM revenue_event").fetchall() == [(1,)]


def test_lines_that_do_not_add_up_are_quarantined_and_heal(books: Session) -> None:
    bad = invoice("in_1", [MONTH], "2019-01-01", total_excluding_tax=3000)
    load(books, price("price_m"), bad, *(payment("inpay_1", "in_1", 3100, "2019-01-02", "pi_1"),))
    assert by_month(books) == {}
    assert by_month(books, "cash") == {}
    assert finding_kinds(books) == ["stripe_invoice_lines"]
    load(books, invoice("in_1", [MONTH], "2019-01-01"))
    assert by_month(books) == {"2019-01": 3100}
    assert finding_kinds(books) == []


@pytest.mark.parametrize(
    ("parent", "subscription", "known", "kind"),
    [
        ("subscription_item_details", "sub_1", price("price_m"), "subscription"),
        ("subscription_item_details", "sub_1", price("price_m", metered=True), "usage"),
        ("invoice_item_details", "sub_1", price("price_m", metered=True), "usage"),
        ("invoice_item_details", "sub_1", price("price_m"), "subscription"),
        ("invoice_item_details", "sub_1", price("price_m", recurring=False), "one_time"),
        ("invoice_item_details", None, price("price_m"), "one_time"),
    ],
)
def test_kinds(books: Session, parent: str, subscription: str | None, known: Json, kind: str) -> None:
    lines = [line("il_1", 3100, "2019-01-01", "2019-02-01", parent=parent, subscription=subscription)]
    load(books, known, invoice("in_1", lines, "2019-01-01"))
    assert cells(books) == {("2019-01", kind): 3100}


def test_a_price_that_comes_later_classifies_again(books: Session) -> None:
    load(books, invoice("in_1", [MONTH], "2019-01-01"))
    assert cells(books) == {("2019-01", "subscription"): 3100}
    assert finding_kinds(books) == ["stripe_unknown_price"]
    load(books, price("price_m", metered=True))
    assert cells(books) == {("2019-01", "usage"): 3100}
    assert finding_kinds(books) == []


def test_charge_counts_until_an_invoice_payment_refers_to_it(books: Session) -> None:
    load(books, charge("ch_1", 3100, "2019-01-03", "pi_1"))
    assert cells(books) == {("2019-01", "one_time"): 3100}
    assert cells(books, "cash") == {("2019-01", "one_time"): 3100}
    load(books, payment("inpay_1", "in_1", 3100, "2019-01-03", "pi_1"))
    assert cells(books) == {}, "its invoice is not here yet: nothing counts twice"
    load(books, price("price_m"), invoice("in_1", [MONTH], "2019-01-01"))
    assert cells(books) == {("2019-01", "subscription"): 3100}
    assert cells(books, "cash") == {("2019-01", "subscription"): 3100}


def test_refund_and_dispute_of_a_loose_charge_take_the_whole_amount_on_their_day(books: Session) -> None:
    moved = [movement("txn_1", -4000, "2019-03-01", "du_1"), movement("txn_2", 0, "2019-03-02", "du_1")]
    load(
        books, charge("ch_1", 5000, "2019-01-03"), refund("re_1", "ch_1", 1000, "2019-02-01"),
        refund("re_2", "ch_1", 700, "2019-02-01", "failed"),
        refund("re_3", "ch_1", 700, "2019-02-01", "pending"),
        dispute("du_1", "ch_1", 4000, moved),
    )  # fmt: skip
    expected = {("2019-01", "one_time"): 5000, ("2019-02", "refund"): -1000, ("2019-03", "dispute"): -4000}
    assert cells(books) == cells(books, "cash") == expected


def test_only_what_was_captured_counts(books: Session) -> None:
    load(
        books, charge("ch_1", 5000, "2019-01-03", amount_captured=3000),
        charge("ch_2", 5000, "2019-01-03", amount_captured=0, captured=False),
        charge("ch_3", 5000, "2019-01-03", status="failed"),
    )  # fmt: skip
    assert cells(books) == {("2019-01", "one_time"): 3000}


def whole(books: Session, *more: Json) -> None:
    load(
        books, price("price_m"), invoice("in_1", [MONTH], "2019-01-01"),
        payment("inpay_1", "in_1", 3100, "2019-01-01", "pi_1"), charge("ch_1", 3100, "2019-01-01", "pi_1"),
        *more,
    )  # fmt: skip


def test_refund_of_a_credit_note_is_taken_once(books: Session) -> None:
    listed = [{"refund": "re_1", "amount_refunded": 1000}]
    whole(
        books,
        note("cn_1", "in_1", [("il_1", 1000)], "2019-02-01", refunds=listed),
        refund("re_1", "ch_1", 1000, "2019-02-01"),
    )
    assert cells(books) == {("2019-01", "subscription"): 3100, ("2019-02", "credit_note"): -1000}
    assert cells(books, "cash") == {("2019-01", "subscription"): 3100, ("2019-02", "refund"): -1000}


def test_voided_credit_note_is_reversed_under_its_kind(books: Session) -> None:
    whole(
        books,
        note("cn_1", "in_1", [("il_1", 1000)], "2019-02-01", status="void", voided_at=at("2019-03-01")),
    )
    assert cells(books) == {
        ("2019-01", "subscription"): 3100, ("2019-02", "credit_note"): -1000,
        ("2019-03", "credit_note"): 1000,
    }  # fmt: skip


def test_refund_and_dispute_on_one_charge(books: Session) -> None:
    whole(
        books, refund("re_1", "ch_1", 1000, "2019-02-01"),
        dispute("du_1", "ch_1", 2100, [movement("txn_1", -2100, "2019-03-01", "du_1")]),
    )  # fmt: skip
    assert cells(books) == {
        ("2019-01", "subscription"): 3100, ("2019-02", "refund"): -1000, ("2019-03", "dispute"): -2100,
    }  # fmt: skip


def test_write_off_paid_later_is_reversed_on_that_day(books: Session) -> None:
    moves = {"marked_uncollectible_at": at("2019-02-10"), "paid_at": at("2019-04-01")}
    load(
        books, price("price_m"), invoice("in_1", [MONTH], "2019-01-01", moves=moves),
        payment("inpay_1", "in_1", 3100, "2019-04-01", "pi_1"),
    )  # fmt: skip
    assert cells(books) == {
        ("2019-01", "subscription"): 3100, ("2019-02", "write_off"): -3100, ("2019-04", "write_off"): 3100,
    }  # fmt: skip
    assert cells(books, "cash") == {("2019-04", "subscription"): 3100}


def test_write_off_of_what_a_part_payment_left(books: Session) -> None:
    moves = {"marked_uncollectible_at": at("2019-02-10"), "paid_at": None}
    bill = invoice(
        "in_1",
        [MONTH],
        "2019-01-01",
        status="uncollectible",
        moves=moves,
        amount_paid=1000,
        amount_remaining=2100,
    )
    load(books, price("price_m"), bill, payment("inpay_1", "in_1", 1000, "2019-01-20", "pi_1"))
    assert cells(books) == {("2019-01", "subscription"): 3100, ("2019-02", "write_off"): -2100}


def test_write_off_then_void(books: Session) -> None:
    moves = {"marked_uncollectible_at": at("2019-02-10"), "voided_at": at("2019-03-10")}
    load(books, price("price_m"), invoice("in_1", [MONTH], "2019-01-01", status="void", moves=moves))
    assert cells(books) == {
        ("2019-01", "subscription"): 3100, ("2019-02", "write_off"): -3100, ("2019-03", "write_off"): 3100,
        ("2019-03", "void"): -3100,
    }  # fmt: skip


def test_void_takes_back_every_line_even_when_they_cancel(books: Session) -> None:
    lines = [
        line("il_1", -3100, "2019-01-01", "2019-02-01"), line("il_2", 3100, "2019-01-01", "2019-03-04"),
    ]  # fmt: skip
    moves = {"voided_at": at("2019-01-01")}
    load(books, price("price_m"), invoice("in_1", lines, "2019-01-01", status="void", moves=moves))
    assert by_month(books) == {}


def test_several_payments_add_up_to_every_line(books: Session) -> None:
    lines = [
        line(f"il_{n}", 1000 + n, "2019-01-01", "2019-02-01", taxes=((190, "exclusive"),)) for n in range(3)
    ]
    bill = invoice("in_1", lines, "2019-01-01")
    parts = [1111, 1111, bill["total"] - 2222]
    load(
        books, price("price_m"), bill,
        *(payment(f"inpay_{n}", "in_1", amount, f"2019-0{n + 1}-05") for n, amount in enumerate(parts)),
    )  # fmt: skip
    with books.store.read() as conn:
        rows = dict(
            conn.execute(
                "SELECT substr(part, instr(part, ':') + 1), sum(amount) / 10000000 FROM revenue_event"
                " WHERE basis = 'cash' GROUP BY 1"
            ).fetchall()
        )
    assert rows == {"il_0": 1000, "il_1": 1001, "il_2": 1002}


def test_one_charge_that_pays_two_invoices_is_shared_by_what_it_paid(books: Session) -> None:
    other = line("il_2", 6200, "2019-01-01", "2019-02-01")
    load(
        books, price("price_m"),
        invoice("in_1", [MONTH], "2019-01-01"), invoice("in_2", [other], "2019-01-01"),
        payment("inpay_1", "in_1", 3100, "2019-01-01", "pi_1"),
        payment("inpay_2", "in_2", 6200, "2019-01-01", "pi_1"),
        charge("ch_1", 9300, "2019-01-01", "pi_1"), refund("re_1", "ch_1", 3000, "2019-02-01"),
    )  # fmt: skip
    assert cells(books, "cash") == {("2019-01", "subscription"): 9300, ("2019-02", "refund"): -3000}


def test_shipping_is_one_time_on_the_day_of_finalisation(books: Session) -> None:
    bill = invoice("in_1", [MONTH], "2019-01-20", total=3600, total_excluding_tax=3600)
    bill["shipping_cost"] = {"amount_subtotal": 500, "amount_tax": 0, "amount_total": 500}
    load(books, price("price_m"), bill)
    assert cells(books) == {("2019-01", "subscription"): 3100, ("2019-01", "one_time"): 500}


def test_settlement_of_several_payments_and_of_none(books: Session) -> None:
    eur = {"currency": "eur"}
    bill = invoice("in_1", [MONTH], "2019-01-01", **eur)
    unpaid = invoice(
        "in_2", [line("il_9", 100, "2019-01-01", "2019-02-01")], "2019-01-07", status="open", **eur
    )
    load(
        books, price("price_m"), bill, unpaid,
        payment("inpay_1", "in_1", 1000, "2019-01-02", "pi_1"),
        charge("ch_1", 1000, "2019-01-02", "pi_1", balance_transaction="txn_1", **eur),
        movement("txn_1", 1100, "2019-01-03", "ch_1"),
        payment("inpay_2", "in_1", 2100, "2019-01-09", "pi_2"),
        charge("ch_2", 2100, "2019-01-09", "pi_2", balance_transaction="txn_2", **eur),
        movement("txn_2", 2400, "2019-01-11", "ch_2"),
    )  # fmt: skip
    with books.store.read() as conn:
        found = conn.execute(
            "SELECT DISTINCT source_object, basis, rate_numerator, rate_denominator, rate_currency,"
            " rate_day * 86400 FROM revenue_event ORDER BY 1, 2"
        ).fetchall()
    assert found == [
        ("in_1", "recognised", "35", "31", "USD", at("2019-01-11")),
        ("in_2", "recognised", "", "", "", at("2019-01-07")),
        ("inpay_1", "cash", "11", "10", "USD", at("2019-01-03")),
        ("inpay_2", "cash", "8", "7", "USD", at("2019-01-11")),
    ]


def test_contra_follows_the_lines_in_the_order_of_conversion(books: Session) -> None:
    whole(books, refund("re_1", "ch_1", 1000, "2019-01-11"))
    with books.store.read() as conn:
        rows = conn.execute(
            "SELECT convert_sequence, kind, amount / 10000000, convert_group FROM revenue_event"
            " WHERE basis = 'recognised' ORDER BY 1"
        ).fetchall()
    assert rows == [
        (0, "subscription", 3100, "in_1"), (1, "refund", -323, "in_1"), (2, "refund", -677, "in_1"),
    ]  # fmt: skip
