"""Deliveries: ranks, ties, cut lists, other versions, customers by metadata, files that are bad."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sync.stripe_shapes import (
    Json,
    at,
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
    refund,
    session,
    write,
)
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import ImportResult, import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError, UsageError

MONTH = line("il_1", 3100, "2019-01-01", "2019-02-01")


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def objects(books: Session, *items: Json) -> ImportResult:
    return import_stripe(books, "stripe-objects", [write(books.paths.store.parent / "objects.jsonl", items)])


def events(books: Session, *items: Json) -> ImportResult:
    return import_stripe(books, "stripe-events", [write(books.paths.store.parent / "events.jsonl", items)])


def test_a_later_state_is_never_taken_back_within_one_second(books: Session) -> None:
    now = at("2019-01-05")
    open_ = invoice("in_1", [MONTH], "2019-01-01", status="open")
    void = invoice("in_1", [MONTH], "2019-01-01", status="void", moves={"voided_at": now})
    events(books, event("evt_1", "invoice.voided", void, now), event("evt_2", "invoice.updated", open_, now))
    assert by_month(books) == {}
    gone = refund("re_1", "ch_1", 100, "2019-01-05", "failed")
    done = refund("re_1", "ch_1", 100, "2019-01-05")
    events(
        books, event("evt_3", "charge.succeeded", charge("ch_1", 500, "2019-01-04"), now),
        event("evt_4", "refund.failed", gone, now), event("evt_5", "refund.created", done, now),
    )  # fmt: skip
    assert by_month(books) == {"2019-01": 500}


def test_the_balance_transaction_that_comes_later_stays(books: Session) -> None:
    now = at("2019-01-05")
    with_it = charge("ch_1", 500, "2019-01-04", currency="eur", balance_transaction="txn_1")
    without = charge("ch_1", 500, "2019-01-04", currency="eur")
    objects(books, movement("txn_1", 600, "2019-01-06", "ch_1"))
    events(books, event("evt_1", "charge.updated", with_it, now))
    events(books, event("evt_2", "charge.succeeded", without, now))
    with books.store.read() as conn:
        rates = conn.execute("SELECT DISTINCT rate_numerator, rate_denominator FROM revenue_event").fetchall()
    assert rates == [("6", "5")]


def test_a_cut_list_takes_its_lines_from_the_complete_object(
    books: Session, tmp_path: Path, clock: Clock
) -> None:
    lines = [line(f"il_{n}", 100, "2019-01-01", "2019-02-01") for n in range(12)]
    whole = invoice("in_1", lines, "2019-01-01", status="open")
    cut = json.loads(json.dumps(whole | {"status": "uncollectible"}))
    cut["status_transitions"]["marked_uncollectible_at"] = at("2019-03-01")
    cut["lines"] = {"object": "list", "data": lines[:10], "has_more": True}
    wanted = {("2019-01", "subscription"): 1200, ("2019-03", "write_off"): -1200}
    late = event("evt_1", "invoice.marked_uncollectible", cut, at("2019-03-01"))
    events(books, late)
    assert finding_kinds(books) == ["stripe_invoice_lines", "stripe_unknown_price"][:1]
    assert cells(books) == {}
    objects(books, price("price_m"), whole)
    assert cells(books) == wanted
    assert finding_kinds(books) == []
    other = session(tmp_path / "other", clock)
    objects(other, price("price_m"), whole)
    events(other, late)
    assert cells(other) == wanted
    assert facts(other) == facts(books)


def test_another_api_release_waits_for_its_object(books: Session) -> None:
    bill = invoice("in_1", [MONTH], "2019-01-01")
    old = event("evt_1", "invoice.paid", bill, at("2019-01-02"), api_version="2022-11-15")
    result = events(books, old)
    assert result.counts["other_API_version"] == 1
    assert cells(books) == {}
    assert finding_kinds(books) == ["stripe_api_version"]
    objects(books, price("price_m"), bill)
    assert by_month(books) == {"2019-01": 3100}
    assert finding_kinds(books) == []


def test_only_live_mode_of_the_own_account_counts(books: Session) -> None:
    bill = invoice("in_1", [MONTH], "2019-01-01")
    now = at("2019-01-02")
    result = events(
        books, event("evt_1", "invoice.paid", bill, now, livemode=False),
        event("evt_2", "invoice.paid", bill, now, account="acct_1"),
        {"id": "evt_3", "object": "v2.core.event", "type": "v1.billing.meter.error"},
        event("evt_4", "zz_future.thing", {"anything": 1}, now),
    )  # fmt: skip
    assert cells(books) == {}
    assert (result.counts["test_mode"], result.counts["connected_account"]) == (1, 1)
    assert objects(books, bill | {"livemode": False}).counts["test_mode"] == 1
    assert cells(books) == {}


def test_lists_and_expanded_objects_are_taken_apart(books: Session) -> None:
    expanded = charge("ch_1", 500, "2019-01-04", currency="eur")
    expanded["balance_transaction"] = movement("txn_1", 600, "2019-01-06", "ch_1")
    bill = invoice("in_1", [line("il_1", 3100, "2019-01-01", "2019-02-01")], "2019-01-01")
    bill["payments"] = {"object": "list", "data": [payment("inpay_1", "in_1", 3100, "2019-01-02")]}
    bill["lines"]["data"][0]["pricing"]["price_details"]["price"] = price("price_m", metered=True)
    objects(books, {"object": "list", "data": [expanded, bill], "has_more": False})
    assert cells(books, "cash") == {("2019-01", "one_time"): 500, ("2019-01", "usage"): 3100}
    with books.store.read() as conn:
        rate = conn.execute("SELECT rate_numerator FROM revenue_event WHERE kind = 'one_time'").fetchone()
    assert rate == ("6",)


def customer(ident: str = "cus_1", **extra: Any) -> Json:
    return {
        "id": ident, "object": "customer", "created": at("2018-12-24"), "livemode": True, "name": "Acme Inc",
        "metadata": {"cohort": "2018-12", "customer_ref": "acme"},
    } | extra  # fmt: skip


def known(books: Session) -> dict[str, tuple[str, str, int]]:
    with books.store.read() as conn:
        rows = conn.execute("SELECT ref, name, plan, confirmed FROM customer")
        return {row[0]: row[1:] for row in rows}


def test_metadata_names_the_customer(books: Session) -> None:
    product = {"id": "prod_1", "object": "product", "name": "Pro", "livemode": True, "created": 1}
    objects(books, price("price_m"), product, customer(), invoice("in_1", [MONTH], "2019-01-01"))
    assert known(books) == {"acme": ("Acme Inc", "Pro", 1)}
    with books.store.read() as conn:
        assert conn.execute("SELECT kind, value, origin FROM customer_identity").fetchall() == [
            ("stripe", "cus_1", "stripe")
        ]
        assert conn.execute("SELECT key, value FROM customer_attribute").fetchall() == [("cohort", "2018-12")]
    objects(books, product | {"name": "Pro 2"})
    assert known(books) == {"acme": ("Acme Inc", "Pro 2", 1)}


def test_without_metadata_the_stripe_id_is_the_reference(books: Session) -> None:
    objects(books, price("price_m"), invoice("in_1", [MONTH], "2019-01-01"))
    assert known(books) == {"cus_1": ("", "prod_1", 0)}
    objects(books, customer(metadata={}))
    assert known(books) == {"cus_1": ("Acme Inc", "prod_1", 1)}


def test_plan_is_the_product_of_the_latest_subscription_line(books: Session) -> None:
    later = line("il_2", 100, "2019-02-01", "2019-03-01")
    later["pricing"]["price_details"]["product"] = "prod_2"
    objects(
        books, price("price_m"), customer(), invoice("in_2", [later], "2019-02-01"),
        invoice("in_1", [MONTH], "2019-01-01"),
    )  # fmt: skip
    assert known(books)["acme"][1] == "prod_2"


GOOD = json.dumps(invoice("in_1", [MONTH], "2019-01-01"))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (GOOD + "\n{", "line 2", "not JSON"),
        (GOOD + "\n[1]", "line 2", "not a JSON object"),
        (GOOD + '\n{"id": "in_2", "object": "invoice", "total": NaN}', "line 2", "NaN"),
        (
            GOOD + "\n" + GOOD.replace('"currency": "usd"', '"currency": "xxx"'),
            'line 2 column "currency"',
            "unknown",
        ),
        (
            GOOD + "\n" + GOOD.replace('"total": 3100', '"total": "3100"'),
            'line 2 column "total"',
            "whole number",
        ),
        (
            GOOD + "\n" + GOOD.replace('"total": 3100', '"total": 31.5'),
            'line 2 column "total"',
            "whole number",
        ),
        (
            GOOD + "\n" + GOOD.replace('"total": 3100', '"total": 99999999999999999'),
            'column "total"',
            "too large",
        ),
        (GOOD + '\n{"object": "invoice"}', 'line 2 column "id"', "without a usable id"),
        (GOOD + "\n" + "[" * 100_000, "line 2", "nested too deep"),
        (GOOD + '\n{"id": "x", "n": ' + "9" * 5000 + "}", "line 2", ""),
        ("", "", "empty"),
        ("\n \n", "", "empty"),
    ],
)
def test_a_bad_line_leaves_the_store_as_it_was(
    books: Session, tmp_path: Path, text: str, where: str, what: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        import_stripe(books, "stripe-objects", [path])
    assert "bad.jsonl" in caught.value.line()
    assert where in caught.value.line()
    assert what in caught.value.line()
    assert "\n" not in caught.value.line()
    with books.store.read() as conn:
        for table in ("stripe_object", "revenue_event", "delivery", "audit", "customer"):
            assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608


def test_truncated_gzip_wrong_encoding_and_a_giant_line(books: Session, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress((GOOD + "\n").encode() * 50)[:-20])
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(GOOD.encode() + b'\n{"id": "caf\xe9"}\n')
    giant = tmp_path / "giant.jsonl"
    giant.write_bytes(GOOD.encode() + b'\n{"id": "' + b"x" * (5 << 20) + b'"}\n')
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(b"\n" * (40 << 20)))
    for path, what in ((cut, "gzip"), (latin, "UTF-8"), (giant, "longer"), (bomb, "200 times")):
        with pytest.raises(DataError, match=what):
            import_stripe(books, "stripe-objects", [path])
    with pytest.raises(DataError, match="cannot be read"):
        import_stripe(books, "stripe-objects", [tmp_path / "missing.jsonl"])
    with pytest.raises(UsageError, match="twice"):
        import_stripe(books, "stripe-objects", [latin, latin])
    with pytest.raises(DataError, match="not a Stripe event"):
        import_stripe(books, "stripe-events", [write(tmp_path / "objects.jsonl", [json.loads(GOOD)])])


def test_the_time_of_an_object_file_orders_it_among_events(books: Session, tmp_path: Path) -> None:
    """Metadata carries no time of its own: a file written before an event does not override it."""
    import os

    events(books, event("evt_1", "customer.updated", customer(name="New"), at("2020-06-01")))
    path = write(tmp_path / "old.jsonl", [customer(name="Old")])
    before = datetime(2020, 5, 1, tzinfo=UTC).timestamp()
    os.utime(path, (before, before))
    import_stripe(books, "stripe-objects", [path])
    assert known(books)["acme"][0] == "New"
    os.utime(path, (before + 90 * 86400, before + 90 * 86400))
    import_stripe(books, "stripe-objects", [path])
    assert known(books)["acme"][0] == "Old"
