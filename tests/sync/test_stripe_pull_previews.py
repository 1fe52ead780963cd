"""Previews of metered subscriptions are fetched with every sync; a key that may not is told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.fakes.stripe_server import StripeServer
from tests.sync.stripe_pulling import connect, puller
from tests.sync.stripe_shapes import Json, at, invoice, line, price, session
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.sync.pull import stripe_previews

NOW = datetime(2026, 9, 11, 0, tzinfo=UTC)
START, END = at("2026-09-01"), at("2026-10-01")


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10):
        yield


def subscription(ident: str, usage: str = "metered", status: str = "active") -> Json:
    item = {
        "id": f"si_{ident}", "object": "subscription_item", "current_period_start": START,
        "current_period_end": END, "price": price("price_u", metered=usage == "metered"),
    }  # fmt: skip
    return {
        "id": ident, "object": "subscription", "status": status, "created": at("2026-07-01"),
        "livemode": True, "customer": "cus_1", "items": {"object": "list", "data": [item], "has_more": False},
    }  # fmt: skip


def billed(ident: str, of: str) -> Json:
    details: dict[str, Any] = {"type": "subscription_details", "subscription_details": {"subscription": of}}
    lines = [line(f"il_{ident}", 3000, "2026-08-01", "2026-09-01", price="price_u", subscription=of)]
    return invoice(ident, lines, "2026-09-01", parent=details)


@pytest.fixture
def server() -> Iterator[StripeServer]:
    subscriptions = [
        subscription("sub_m"), subscription("sub_f", "licensed"), subscription("sub_c", status="canceled"),
    ]  # fmt: skip
    invoices = [billed(f"in_{item['id']}", item["id"]) for item in subscriptions]
    with StripeServer([*subscriptions, *invoices], now=lambda: int(NOW.timestamp())) as running:
        yield running


@pytest.fixture
def books(tmp_path: Path, server: StripeServer) -> Session:
    found = session(tmp_path, Clock(NOW))
    connect(found, server)
    return found


def previews(books: Session) -> list[str]:
    with books.store.read() as conn:
        return [
            row[0] for row in conn.execute("SELECT id FROM stripe_object WHERE object = 'invoice_preview'")
        ]


def asked(server: StripeServer) -> list[str]:
    return [str(item.query["subscription"]) for item in server.state.asked if item.method == "POST"]


def test_running_metered_subscriptions_are_previewed(books: Session, server: StripeServer) -> None:
    puller(books).sync()
    assert asked(server) == ["sub_m"]
    assert previews(books) == ["preview:sub_m"]
    with books.store.read() as conn:
        rows = conn.execute(
            "SELECT amount / 10000000, period_end - period_start FROM revenue_event"
            " WHERE estimated AND basis = 'recognised'"
        ).fetchall()
    assert rows == [(3000, 10)]


def test_a_key_that_may_not_preview_is_told_once(books: Session, server: StripeServer) -> None:
    server.state.put(*(subscription(f"sub_{n}") for n in range(30)))
    server.state.denied = {"create_preview"}
    done = puller(books).sync()
    assert done.notes == [stripe_previews.NOT_PERMITTED]
    assert len(asked(server)) == 1
    assert previews(books) == []


def test_of_many_only_the_stale_ones_are_asked_for(
    books: Session, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    puller(books).sync()
    puller(books).sync()
    assert asked(server) == ["sub_m", "sub_m"]
    monkeypatch.setattr(stripe_previews, "ALWAYS", 0)
    puller(books).sync()
    assert len(asked(server)) == 2
