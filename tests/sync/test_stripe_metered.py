"""A metered subscription before its first invoice: its days are unbilled, not a loss (numbers.md 2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sync.stripe_shapes import Json, at, digest, facts, invoice, line, price, session
from tests.sync.test_stripe_previews import PARENT, PRICES, load, losing, preview, running
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.store.check import check_store
from turbofinops_tui.sync.derive import derive_all


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def subscription(start: str, end: str, *, metered: bool = True, **extra: Any) -> Json:
    """A subscription whose periods stand on its items, as the API of today sends it."""
    edges = {"current_period_start": at(start), "current_period_end": at(end)}
    items = [
        {"id": "si_1", "object": "subscription_item", "price": price("price_u", metered=metered)} | edges,
        {"id": "si_2", "object": "subscription_item", "price": price("price_m")} | edges,
    ]
    return {
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "currency": "usd", "livemode": True,
        "created": at(start), "status": "active",
        "items": {"object": "list", "data": items, "has_more": False},
    } | extra  # fmt: skip


def costing() -> list[Json]:
    """Fees without a charge that counts: cost of the customer in the running month."""
    made: list[Json] = []
    for day in range(3, 23):
        when = f"2026-11-{day:02d}"
        made += [
            {"id": f"ch_{day}", "object": "charge", "amount": 50, "amount_captured": 0, "currency": "usd",
             "customer": "cus_1", "created": at(when), "status": "failed", "livemode": True},
            {"id": f"txn_{day}", "object": "balance_transaction", "amount": 0, "currency": "usd", "fee": 20,
             "created": at(when), "source": f"ch_{day}", "reporting_category": "charge", "type": "charge"},
        ]  # fmt: skip
    return made


def unbilled_days(books: Session, **options: Any) -> list[tuple[str, str, str]]:
    found = running(books, **options).unbilled
    return [(item.customer, day_text(item.start), day_text(item.end)) for item in found]


def test_the_first_period_without_a_preview_is_unbilled(books: Session) -> None:
    load(books, "2026-11-24", *PRICES, *costing())
    assert losing(books) == "1"  # the control: nothing says that usage is billed later
    load(books, "2026-11-24", subscription("2026-11-05", "2026-12-05"))
    assert unbilled_days(books) == [("cus_1", "2026-11-05", "2026-11-25")]
    assert losing(books) == "0"
    assert all(line.ok for line in check_store(books.store))
    before = facts(books), digest(books)
    derive_all(books.store)
    assert (facts(books), digest(books)) == before


def test_a_preview_knows_the_days_even_when_nothing_was_used(books: Session) -> None:
    load(books, "2026-11-24", *PRICES, *costing(), subscription("2026-11-05", "2026-12-05"))
    load(books, "2026-11-24", preview(0, "2026-11-05", "2026-12-05"))
    assert unbilled_days(books) == []
    assert losing(books) == "1"  # it is known to be a loss
    assert unbilled_days(books, estimates="out") == [("cus_1", "2026-11-05", "2026-11-25")]


@pytest.mark.parametrize(
    "sold",
    [
        subscription("2026-11-05", "2026-12-05", metered=False),
        subscription("2026-11-05", "2026-12-05", status="trialing"),
        subscription("2026-11-05", "2026-12-05", status="canceled"),
        subscription("2026-07-05", "2026-08-05"),
    ],
    ids=["nothing metered", "a trial bills no usage", "ended", "long ago"],
)
def test_no_running_usage_no_unbilled_days(books: Session, sold: Json) -> None:
    load(books, "2026-11-24", *PRICES, *costing(), sold)
    assert unbilled_days(books) == []
    assert losing(books) == "1"


def test_an_invoice_of_nothing_ends_the_period_before(books: Session) -> None:
    lines = [line("il_1", 500, "2026-09-05", "2026-10-05", price="price_u")]
    empty = [line("il_2", 0, "2026-10-05", "2026-11-05", price="price_u")]
    load(
        books, "2026-11-24", *PRICES, *costing(), subscription("2026-11-05", "2026-12-05"),
        invoice("in_1", lines, "2026-10-05", parent=PARENT),
        invoice("in_2", empty, "2026-11-05", parent=PARENT),
    )  # fmt: skip
    assert unbilled_days(books) == [("cus_1", "2026-11-05", "2026-11-25")]


def test_an_ended_subscription_takes_its_mark_away(books: Session) -> None:
    load(books, "2026-11-23", *PRICES, *costing(), subscription("2026-11-05", "2026-12-05"))
    load(books, "2026-11-24", subscription("2026-11-05", "2026-12-05", status="canceled"))
    assert unbilled_days(books) == []
