"""MRR and NRR as measures of a table, from Stripe's lines to the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sync.stripe_shapes import Json, invoice, line, price, session, write
from turbofinops_tui.actions.mrr import movements
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Range, day_text
from turbofinops_tui.economics.types import Condition, Slice, Sort, Table
from turbofinops_tui.errors import UsageError

YEARLY = price("price_y") | {"recurring": {"interval": "year", "interval_count": 1, "usage_type": "licensed"}}
QUARTERLY = price("price_q") | {
    "recurring": {"interval": "month", "interval_count": 3, "usage_type": "licensed"}
}
PRICES = [price("price_m"), price("price_u", metered=True), YEARLY, QUARTERLY]


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, *objects: Json) -> None:
    path = write(books.paths.store.parent / "objects.jsonl", [*PRICES, *objects])
    import_stripe(books, "stripe-objects", [path])


def sold(ident: str, customer: str, *lines: Json, **extra: Any) -> Json:
    return invoice(ident, list(lines), "2019-01-01", customer=customer, **extra)


def table(books: Session, period: str, *by: str, **options: Any) -> Table:
    return Reports(books).table(Slice(by=by, measures=("mrr", "nrr"), range=Range(period=period), **options))


def texts(of: Table) -> dict[tuple[str | None, ...], tuple[str | None, ...]]:
    return {
        row.key: tuple(v.text() if isinstance(v, Money | Ratio) else None for v in row.values)
        for row in (*of.rows, *of.totals)
    }


def test_the_worked_lines(books: Session) -> None:
    load(
        books,
        sold("in_q", "cus_q", line("il_q", 9000, "2019-01-01", "2019-04-01", price="price_q")),
        *(
            sold(
                f"in_y{n}", f"cus_y{n}", line(f"il_y{n}", 50000, "2019-01-01", "2020-01-01", price="price_y")
            )
            for n in range(4)
        ),
        sold("in_u", "cus_u", line("il_u", 700, "2019-01-01", "2019-02-01", price="price_u")),
        sold("in_v", "cus_v", line("il_v", 700, "2019-01-01", "2019-02-01"), status="void"),
        sold("in_t", "cus_t", line("il_t", 2100, "2019-01-01", "2019-02-01", taxes=((100, "inclusive"),))),
    )
    found = texts(table(books, "2019-01", "customer"))
    assert found["cus_q",] == ("30.00", "100.0000")
    assert found["cus_y0",][0] == "41.666666667"
    assert found["cus_u",] == ("0.00", None)
    assert found["cus_v",] == ("0.00", None)
    assert found["cus_t",][0] == "20.00"
    assert found[None,][0] == "216.666666668"


def test_an_upgrade_halfway(books: Session) -> None:
    prorated: dict[str, Any] = {"parent": "invoice_item_details", "proration": True}
    load(
        books,
        sold("in_1", "cus_1", line("il_1", 1000, "2019-06-01", "2019-07-01")),
        sold("in_2", "cus_1", line("il_2", -500, "2019-06-16", "2019-07-01", **prorated),
             line("il_3", 1000, "2019-06-16", "2019-07-01", **prorated)),
    )  # fmt: skip
    assert texts(table(books, "2019-06-15..2019-06-16", "day")) == {
        ("2019-06-15",): ("10.00", "100.0000"), ("2019-06-16",): ("20.00", "200.0000"),
        (None,): ("20.00", "200.0000"),
    }  # fmt: skip
    assert texts(table(books, "2019-06"))[()] == ("20.00", "200.0000")
    found = movements(Reports(books), Slice(range=Range(period="2019-06..2019-07")))
    assert [(day_text(c.day), c.customer, c.kind, c.units // 10**7) for c in found] == [
        ("2019-06-01", "cus_1", "new", 1000), ("2019-06-16", "cus_1", "expansion", 1000),
        ("2019-07-01", "cus_1", "churn", -2000),
    ]  # fmt: skip
    with pytest.raises(UsageError):
        movements(Reports(books), Slice(currency="native"))


def test_retention_by_month_plan_and_customer(books: Session) -> None:
    def month(ident: str, customer: str, amount: int, start: str, end: str) -> Json:
        return sold(ident, customer, line(f"il_{ident}", amount, start, end))

    load(
        books,
        month("in_1", "cus_a", 6_000_000, "2019-01-01", "2019-02-01"),
        month("in_2", "cus_b", 3_200_000, "2019-01-01", "2019-02-01"),
        month("in_3", "cus_c", 800_000, "2019-01-01", "2019-02-01"),
        month("in_4", "cus_a", 7_500_000, "2019-02-01", "2019-03-01"),
        month("in_5", "cus_b", 3_200_000, "2019-02-01", "2019-03-01"),
        month("in_6", "cus_new", 5_000_000, "2019-02-01", "2019-03-01"),
    )
    found = texts(table(books, "2019-01..2019-02", "month"))
    assert found["2019-01",] == ("100000.00", "100.0000")
    assert found["2019-02",] == ("157000.00", "107.0000")
    assert found[None,] == ("157000.00", "107.0000")
    by_customer = texts(table(books, "2019-02", "customer"))
    assert by_customer["cus_a",] == ("75000.00", "125.0000")
    assert by_customer["cus_new",] == ("50000.00", None)
    one = table(books, "2019-02", "month", where=(Condition("customer", "cus_a"),))
    assert texts(one)["2019-02",] == ("75000.00", "125.0000")
    first = next(iter(table(books, "2019-02", "customer", sort=(Sort("mrr"),)).rows))
    assert first.key == ("cus_a",)
    assert {row.key[0] for row in table(books, "2019-02", "cohort").rows} == {"2019-01", "2019-02"}


def test_no_mrr_where_a_dimension_has_none(books: Session) -> None:
    load(books, sold("in_1", "cus_1", line("il_1", 1000, "2019-06-01", "2019-07-01")))
    found = texts(table(books, "2019-06", "feature"))
    assert found[None,] == ("10.00", "100.0000")  # the total; the rows have none
    euro = sold("in_2", "cus_2", line("il_2", 500, "2019-06-01", "2019-07-01"), currency="eur")
    load(books, euro)
    assert texts(table(books, "2019-06", "customer"))[None,][0] == "10.00"  # no rate: left out
    native = table(books, "2019-06", "customer", currency="native")
    assert [(row.currency, row.values[0]) for row in native.totals] == [
        ("EUR", Money(5 * 10**9, "EUR")), ("USD", Money(10 * 10**9, "USD"))
    ]  # fmt: skip


def test_imported_subscriptions_count_by_their_own_period(books: Session) -> None:
    from turbofinops_tui.actions.revenue_imports import import_revenue

    path = books.paths.store.parent / "revenue.csv"
    path.write_text(
        "id,customer,kind,amount,currency,occurred_at,period_start,period_end\n"
        "1,acme,subscription,90,USD,2019-01-01,2019-01-01,2019-04-01\n"
        "2,acme,usage,90,USD,2019-01-01,2019-01-01,2019-04-01\n"
        "3,acme,subscription,90,USD,2019-01-01,,\n",
        encoding="utf-8",
    )
    import_revenue(books, path, "crm")
    assert texts(table(books, "2019-02", "customer"))["acme",] == ("30.00", "100.0000")


def test_the_other_period_of_a_comparison_is_the_table_of_that_period(books: Session) -> None:
    load(
        books,
        sold("in_1", "cus_1", line("il_1", 2000, "2019-01-01", "2019-02-01")),
        sold("in_2", "cus_1", line("il_2", 3000, "2019-02-01", "2019-03-01")),
        sold("in_3", "cus_2", line("il_3", 1000, "2019-01-01", "2019-02-01")),
    )
    before = {row.key: row.values for row in table(books, "2019-01", "customer").rows}
    compared = table(books, "2019-02", "customer", compare="previous").rows
    assert {row.key: row.previous for row in compared} == before
    assert texts(table(books, "2019-01", "customer"))["cus_1",][0] == "20.00"
    assert {row.key: row.values for row in compared}["cus_1",] != before["cus_1",]
