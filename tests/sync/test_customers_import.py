"""Customer files: attributes, identities, what a person's word stands above."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.stripe_shapes import at, invoice, line, price, session, write
from turbofinops_tui.actions.revenue_imports import import_customers, import_stripe
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import ConflictError, DataError
from turbofinops_tui.store.customers import load_records

FILE = (
    "customer,name,plan,signup_at,identity,identity_2,Segment\n"
    "acme,Acme Inc,Gold,2018-05-01,stripe:cus_1,tag:customer=acme-inc,smb\n"
    "globex,,,,,,\n"
)


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, text: str) -> dict[str, int]:
    path = books.paths.store.parent / "customers.csv"
    path.write_text(text, encoding="utf-8")
    return import_customers(books, path).counts


def known(books: Session) -> dict[str, tuple[object, ...]]:
    with books.store.read() as conn:
        return {
            item.customer.ref: (
                item.customer.name, item.customer.plan, item.customer.signup_day, item.customer.confirmed,
                dict(item.customer.attributes), [f"{i.kind}:{i.value}" for i in item.identities],
            )
            for item in load_records(conn)
        }  # fmt: skip


def test_all_columns(books: Session) -> None:
    assert load(books, FILE) == {"customers": 2, "identities": 2}
    assert known(books) == {
        "acme": (
            "Acme Inc",
            "Gold",
            17652,
            True,
            {"Segment": "smb"},
            ["stripe:cus_1", "tag:customer:acme-inc"],
        ),
        "globex": ("", "", None, True, {}, []),
    }  # fmt: skip
    load(books, "customer,plan\nACME,Silver\n")
    assert known(books)["acme"][1] == "Silver"


def stripe(books: Session) -> None:
    product = {"id": "prod_1", "object": "product", "name": "Pro", "livemode": True, "created": 1}
    customer = {
        "id": "cus_1", "object": "customer", "created": at("2018-12-24"), "livemode": True,
        "name": "From Stripe", "metadata": {"tier": "a"},
    }  # fmt: skip
    lines = [line("il_1", 3100, "2019-01-01", "2019-02-01")]
    path = write(
        books.paths.store.parent / "objects.jsonl",
        [price("price_m"), product, customer, invoice("in_1", lines, "2019-01-01")],
    )
    import_stripe(books, "stripe-objects", [path])


@pytest.mark.parametrize("stripe_first", [True, False])
def test_a_persons_word_stands_above_stripes_in_any_order(books: Session, stripe_first: bool) -> None:
    text = "customer,name,identity\nacme,Acme Inc,stripe:cus_1\n"
    if stripe_first:
        stripe(books)
    load(books, text)
    if not stripe_first:
        stripe(books)
    assert known(books)["acme"] == ("Acme Inc", "Pro", 17889, True, {"tier": "a"}, ["stripe:cus_1"])


def test_one_identity_on_two_customers_is_refused_with_both_names(books: Session) -> None:
    with pytest.raises(DataError, match=r"'acme' \(line 2\) and to 'globex'") as caught:
        load(books, "customer,identity\nacme,stripe:cus_1\nglobex,STRIPE:CUS_1\n")
    assert caught.value.line_number == 3
    load(books, FILE)
    with pytest.raises(ConflictError, match="belongs to customer 'acme', not to 'globex'"):
        load(books, "customer,identity\nhooli,stripe:cus_9\nglobex,stripe:cus_1\n")
    assert "hooli" not in known(books), "all or nothing"


def test_rows_of_one_customer_add_up_unless_they_differ(books: Session) -> None:
    load(books, "customer,plan,identity\nacme,Gold,stripe:cus_1\nAcme,,stripe:cus_2\n")
    assert known(books)["acme"][5] == ["stripe:cus_1", "stripe:cus_2"]
    with pytest.raises(DataError, match="differs") as caught:
        load(books, "customer,plan\nacme,Gold\nacme,Silver\n")
    assert (caught.value.line_number, caught.value.column) == (3, "plan")


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("name\nAcme\n", "customer", "missing"),
        ("customer,signup_at\nacme,05/06/2018\n", "signup_at", "not a date"),
        ("customer,identity\nacme,cus_1\n", "identity", "not an identity"),
        ("customer,name\n,Acme\n", "customer", "empty"),
        ("customer,name\n", "", "no rows"),
    ],
)
def test_bad_files(books: Session, text: str, column: str, what: str) -> None:
    with pytest.raises(DataError, match=what) as caught:
        load(books, text)
    assert caught.value.column == column
    assert known(books) == {}
