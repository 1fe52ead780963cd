"""Fees as cost: direct to the customer whose money moved, exact, and the same on every path."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.sync.stripe_shapes import (
    Json,
    charge,
    dispute,
    invoice,
    line,
    movement,
    payment,
    price,
    refund,
    session,
    write,
)
from turbofinops_tui.actions.deliveries import list_deliveries, remove
from turbofinops_tui.actions.explaining import explain
from turbofinops_tui.actions.reconcile import reconcile
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import StripeKind, import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.periods import Range, day_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import ConflictError
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.deliveries import begin_delivery
from turbofinops_tui.store.rebuild import rebuild_months
from turbofinops_tui.sync.derive import derive_all
from turbofinops_tui.sync.read.stripe_objects import unpack

Fees = dict[tuple[str, str], int]
"""(Stripe customer or empty, month) -> minor units of USD"""


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, *objects: Json) -> int:
    path = write(books.paths.store.parent / "objects.jsonl", objects)
    return import_stripe(books, "stripe-objects", [path]).delivery


def fees(of: Session) -> Fees:
    """What the active batches hold, after the proofs of the store and of ``reconcile``."""
    assert [check for check in check_store(of.store) if not check.ok] == []
    proof = reconcile(Reports(of))
    assert all(not row.difference and not row.residual for row in proof.rows)
    found: dict[tuple[str, str], int] = defaultdict(int)
    with of.store.read() as conn:
        for named, period, effective, billed in conn.execute(
            "SELECT d.names_customer, b.period, c.effective, c.billed FROM cost_daily c"
            " JOIN ingest_batch b ON b.id = c.batch AND b.state = 'active' AND b.export = 'fees'"
            " JOIN cost_dimension d ON d.id = c.dimension"
        ):
            assert effective == billed
            found[named.removeprefix("stripe:"), period] += effective // 10**7
    return {key: value for key, value in found.items() if value}


def state(of: Session) -> list[Any]:
    """Everything stored about fees, without row numbers."""
    with of.store.read() as conn:
        return [
            sorted(conn.execute(query).fetchall())
            for query in (
                "SELECT source_object, id, identity, currency, amount, day FROM stripe_fee",
                "SELECT b.period, c.day, d.digest, c.effective, c.billed, c.quantity FROM cost_daily c"
                " JOIN ingest_batch b ON b.id = c.batch JOIN cost_dimension d ON d.id = c.dimension",
                "SELECT source, export, period, lines, first_day, last_day, digest, state FROM ingest_batch",
                "SELECT currency, cost, exact, stored, residual, lines FROM batch_total",
                "SELECT scope, digest FROM fact_digest WHERE scope LIKE 'cost:%'",
            )
        ]


def sample(of: Session, shared_data: Path, *kinds: StripeKind) -> list[int]:
    files = {"stripe-events": "events", "stripe-objects": "objects"}
    paths = {kind: shared_data / "stripe" / f"{files[kind]}.jsonl.gz" for kind in kinds}
    return [import_stripe(of, kind, [paths[kind]]).delivery for kind in kinds]


def test_the_sample_per_customer_and_month(books: Session, shared_data: Path) -> None:
    sample(books, shared_data, "stripe-objects")
    expected = json.loads((shared_data / "stripe" / "expected.json").read_text())
    wanted = {
        (customer, month): value
        for customer, cells in expected["customers"].items()
        for month, value in cells.get("fees", {}).items()
        if value
    }
    found = fees(books)
    assert {key: value for key, value in found.items() if key[0]} == wanted
    assert len(wanted) > 200
    months: dict[str, dict[str, int]] = defaultdict(lambda: {"fee": 0, "gross": 0, "net": 0})
    with books.store.read() as conn:
        bodies = conn.execute(
            "SELECT body FROM stripe_object WHERE object = 'balance_transaction'"
        ).fetchall()
    from datetime import UTC, datetime

    for (body,) in bodies:
        moved = json.loads(unpack(body))
        month = months[datetime.fromtimestamp(moved["created"], UTC).strftime("%Y-%m")]
        for name, key in (("fee", "fee"), ("gross", "amount"), ("net", "net")):
            month[name] += moved[key]
    assert dict(months) == expected["settlement"]
    by_month: dict[str, int] = defaultdict(int)
    for (_, period), value in found.items():
        by_month[period] += value
    assert by_month == {month: cells["fee"] for month, cells in expected["settlement"].items()}


def test_any_order_again_and_rebuilt(books: Session, shared_data: Path, tmp_path: Path, clock: Clock) -> None:
    sample(books, shared_data, "stripe-objects")
    wanted = state(books)
    sample(books, shared_data, "stripe-objects", "stripe-events")
    assert state(books) == wanted
    other = session(tmp_path / "other", clock)
    sample(other, shared_data, "stripe-events", "stripe-objects")
    assert state(other) == wanted
    derive_all(other.store)
    assert state(other) == wanted
    with other.store.write("break") as txn:
        txn.conn.execute("UPDATE stripe_fee SET amount = amount + 1 WHERE day % 3 = 0")
        txn.conn.execute("INSERT INTO stripe_fee VALUES ('stripe','',1,'gone','gone','','USD',1,1,1)")
        txn.conn.execute("DELETE FROM cost_daily WHERE day % 4 = 0")
    assert state(other) != wanted
    derive_all(other.store)
    rebuild_months(other.store)
    assert state(other) == wanted


def test_a_file_cannot_take_the_place_of_fees(books: Session) -> None:
    load(books, movement("txn_1", 3100, "2019-01-15", "ch_1", fee=120))
    with pytest.raises(ConflictError):
        begin_delivery(books.store, "focus", "stripe", "fees", [], {})
    begin_delivery(books.store, "focus", "stripe", "main", [], {})
    assert fees(books) == {("", "2019-01"): 120}


def test_undone_with_its_import(books: Session, shared_data: Path) -> None:
    (delivery,) = sample(books, shared_data, "stripe-objects")
    assert [item.delivery.kind for item in list_deliveries(books)] == ["stripe-objects"]
    with pytest.raises(ConflictError):
        remove(books, delivery + 1)
    remove(books, delivery)
    assert state(books) == [[], [], [], [], []]


PAID = invoice("in_1", [line("il_1", 3100, "2019-01-15", "2019-02-15")], "2019-01-15")


def test_dispute_refund_and_account_fees(books: Session) -> None:
    moved = movement("txn_d", -3100, "2019-02-03", "dp_1", fee=1500) | {"reporting_category": "dispute"}
    load(
        books,
        price("price_m"), PAID, payment("inpay_1", "in_1", 3100, "2019-01-15", "pi_1"),
        charge("ch_1", 3100, "2019-01-15", "pi_1", balance_transaction="txn_1"),
        movement("txn_1", 3100, "2019-01-15", "ch_1", fee=120),
        refund("re_1", "ch_1", 100, "2019-01-31"), movement("txn_r", -100, "2019-01-31", "re_1", fee=-7),
        dispute("dp_1", "ch_1", 3100, [moved]),
        movement("txn_a", -250, "2019-02-28", "") | {"reporting_category": "fee", "type": "stripe_fee"},
    )  # fmt: skip
    wanted = {("cus_1", "2019-01"): 113, ("cus_1", "2019-02"): 1500, ("", "2019-02"): 250}
    assert fees(books) == wanted
    load(books, moved)  # the same movement as an object of its own
    assert fees(books) == wanted


def test_a_fee_that_comes_later_and_a_charge_that_names_nobody(books: Session) -> None:
    nobody = charge("ch_1", 3100, "2019-01-15", "pi_1", customer=None)
    load(books, movement("txn_1", 3100, "2019-01-15", "ch_1", fee=120))
    assert fees(books) == {("", "2019-01"): 120}
    load(books, nobody)
    assert fees(books) == {("", "2019-01"): 120}
    load(books, price("price_m"), PAID, payment("inpay_1", "in_1", 3100, "2019-01-15", "pi_1"))
    assert fees(books) == {("cus_1", "2019-01"): 120}


def test_fees_are_direct_cost_of_their_customer(books: Session) -> None:
    load(
        books,
        price("price_m"), {"id": "cus_1", "object": "customer", "metadata": {"customer_ref": "acme"}}, PAID,
        charge("ch_1", 3100, "2019-01-15", "pi_1"), movement("txn_1", 3100, "2019-01-15", "ch_1", fee=2),
        payment("inpay_1", "in_1", 3100, "2019-01-15", "pi_1"),
    )  # fmt: skip
    asked = Slice(
        by=("customer", "provider"), measures=("direct_cost", "cost"), range=Range(period="2019-01")
    )
    (row,) = Reports(books).table(asked).rows
    assert row.key == ("acme", "stripe")
    assert [getattr(value, "units", None) for value in row.values] == [2 * 10**7] * 2
    explained = explain(Reports(books), Slice(range=Range(period="2019-01")), "acme", "cost")
    assert [(part.bucket, [row.object for row in part.rows]) for part in explained.parts] == [
        ("direct", ["txn_1"])
    ]


def test_days_with_revenue_are_delivered_days_of_the_fees(books: Session) -> None:
    """A day without a payment is not a day that is missing, as long as the account told of something."""
    paid = charge("ch_1", 3100, "2026-11-02")
    load(books, price("price_m"), paid, movement("txn_1", 3100, "2026-11-02", "ch_1", fee=90))
    asked = Slice(measures=("margin",), range=Range(period="2026-11"))

    def missing() -> list[str]:
        states = Reports(books).table(asked).states
        return [day_text(state.start) for state in states if state.state == "missing"]

    assert missing() == ["2026-11-03"]
    load(books, invoice("in_1", [line("il_1", 3100, "2026-11-01", "2026-12-01")], "2026-11-20"))
    assert missing() == ["2026-11-21"]
