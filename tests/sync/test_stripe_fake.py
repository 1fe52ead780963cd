"""The fake Stripe is faithful: answers fit the installed package, and it refuses what Stripe refuses."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from tests.fakes import stripe_shape
from tests.fakes.stripe_server import KEY, VERSION, StripeServer
from tests.sync.stripe_pulling import lines_of
from tests.sync.stripe_shapes import Json
from turbofinops_tui.sync.pull import stripe_lists
from turbofinops_tui.sync.read.stripe_objects import API_VERSION

NOW = 1_788_220_800
HEADERS = {"Authorization": f"Bearer {KEY}", "Stripe-Version": VERSION}


@pytest.fixture(scope="module")
def server(shared_data: Path) -> Iterator[StripeServer]:
    folder = shared_data / "stripe"
    objects = [*lines_of(folder / "objects.jsonl.gz"), *lines_of(folder / "events.jsonl.gz")]
    with StripeServer(objects, now=lambda: NOW) as running:
        yield running


def ask(server: StripeServer, path: str, status: int = 200, **headers: str) -> Json:
    answer = requests.get(server.url + path, headers=HEADERS | headers, timeout=5)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def pages(server: StripeServer, path: str) -> Iterator[Json]:
    after = ""
    while True:
        page = ask(server, f"{path}limit=100{after}")
        yield page
        if not page["has_more"]:
            return
        after = f"&starting_after={page['data'][-1]['id']}"


PLURALS = (
    "invoices", "charges", "refunds", "disputes", "credit_notes", "balance_transactions", "customers",
    "products", "prices", "subscriptions", "invoice_payments", "coupons", "payment_intents",
)  # fmt: skip


@pytest.mark.parametrize("plural", PLURALS)
def test_every_list_and_object_fits_the_package(server: StripeServer, plural: str) -> None:
    rows = []
    for page in pages(server, f"/v1/{plural}?"):
        assert page["url"] == f"/v1/{plural}"
        assert stripe_shape.wrong(page) == []
        rows += page["data"]
    created = [row["created"] for row in rows]
    assert created == sorted(created, reverse=True)
    assert rows
    assert ask(server, f"/v1/{plural}/{rows[0]['id']}") == rows[0]


def test_events_and_what_they_carry_fit_the_package(server: StripeServer) -> None:
    rows = [row for page in pages(server, "/v1/events?") for row in page["data"]]
    assert 10 < len(rows) < 1000
    assert min(row["created"] for row in rows) >= NOW - 30 * 86400
    for row in rows:
        assert stripe_shape.wrong(row) == []
        assert stripe_shape.wrong(row["data"]["object"]) == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/charges?expand[]=data.balance_transaction",
        "/v1/invoices?expand[]=data.payments&limit=50",
        "/v1/invoices?expand[0]=data.customer",
        "/v1/refunds?expand[]=data.charge.balance_transaction",
    ],
)
def test_expanded_answers_fit_the_package(server: StripeServer, path: str) -> None:
    page = ask(server, path)
    assert stripe_shape.wrong(page) == []
    name = path.partition("data.")[2].partition("&")[0].partition(".")[0]
    assert all(isinstance(row[name], dict) for row in page["data"])


def test_long_lists_are_cut_at_ten_and_paged(server: StripeServer) -> None:
    long = [
        row for page in pages(server, "/v1/invoices?") for row in page["data"] if row["lines"]["has_more"]
    ]
    assert len(long) == 3
    for row in long:
        assert len(row["lines"]["data"]) == 10
        first = ask(server, f"/v1/invoices/{row['id']}/lines?limit=8")
        rest = ask(server, f"/v1/invoices/{row['id']}/lines?starting_after={first['data'][-1]['id']}")
        assert first["has_more"]
        assert not rest["has_more"]
        assert len(first["data"]) + len(rest["data"]) == 14
        assert first["data"] == row["lines"]["data"][:8]
        assert stripe_shape.wrong(rest) == []


def test_filters_and_both_directions_of_paging(server: StripeServer) -> None:
    rows = [row for page in pages(server, "/v1/charges?") for row in page["data"]]
    middle = rows[100]
    before = ask(server, f"/v1/charges?limit=3&ending_before={middle['id']}")["data"]
    assert before == rows[97:100]
    bounds = f"created[gte]={rows[60]['created']}&created[lt]={rows[20]['created']}"
    inside = [row for page in pages(server, f"/v1/charges?{bounds}&") for row in page["data"]]
    assert inside == [row for row in rows if rows[60]["created"] <= row["created"] < rows[20]["created"]]
    assert {row["status"] for row in ask(server, "/v1/invoices?status=void")["data"]} == {"void"}
    statuses = {row["status"] for row in ask(server, "/v1/subscriptions?limit=100")["data"]}
    assert "canceled" not in statuses
    everything = ask(server, "/v1/subscriptions?limit=100&status=all")["data"]
    assert "canceled" in {row["status"] for row in everything}
    assert {row["active"] for row in ask(server, "/v1/prices")["data"]} == {True}


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/v1/invoices/in_none", 404, {}),
        ("/v1/invoices?limit=101", 400, {}),
        ("/v1/invoices?colour=blue", 400, {}),
        ("/v1/invoices?starting_after=in_none", 400, {}),
        ("/v1/invoices?expand[]=data.nothing", 400, {}),
        ("/v1/invoices?created[gte]=yesterday", 400, {}),
        ("/v1/nothing", 404, {}),
        ("/v1/events?" + "&".join(f"types[]=t{n}" for n in range(21)), 400, {}),
        ("/v1/invoices", 401, {"Authorization": "Bearer rk_live_other"}),
        ("/v1/invoices", 400, {"Stripe-Version": "2024-01-01"}),
    ],
)
def test_what_stripe_refuses(server: StripeServer, path: str, status: int, headers: dict[str, str]) -> None:
    assert ask(server, path, status, **headers)["error"]["message"]


def test_a_permission_error_names_it(server: StripeServer) -> None:
    server.state.denied = {"disputes"}
    try:
        error = ask(server, "/v1/disputes", 403)["error"]
    finally:
        server.state.denied = set()
    assert "rak_dispute_read" in error["message"]


def test_a_preview_is_an_invoice_of_the_running_period(server: StripeServer) -> None:
    subscription = ask(server, "/v1/subscriptions?limit=1")["data"][0]
    answer = requests.post(
        f"{server.url}/v1/invoices/create_preview",
        data={"subscription": subscription["id"]},
        headers=HEADERS,
        timeout=5,
    )
    found = answer.json()
    assert stripe_shape.wrong(found) == []
    item = subscription["items"]["data"][0]
    assert found["lines"]["data"][0]["period"]["start"] == item["current_period_start"]


def test_the_shape_check_sees_what_is_wrong(shared_data: Path) -> None:
    invoice = next(
        row for row in lines_of(shared_data / "stripe" / "objects.jsonl.gz") if row["object"] == "invoice"
    )

    def spoiled(change: Any) -> list[str]:
        copy = json.loads(json.dumps(invoice))
        change(copy)
        return stripe_shape.wrong(copy)

    assert spoiled(lambda obj: None) == []
    assert spoiled(lambda obj: obj.pop("total")) == ["invoice.total: missing"]
    assert spoiled(lambda obj: obj.update(charge="ch_1")) == ["invoice.charge: unknown field"]
    assert "amount" in spoiled(lambda obj: obj["lines"]["data"][0].update(amount="12"))[0]
    assert "currency" in spoiled(lambda obj: obj["lines"]["data"][0].pop("currency"))[0]
    assert "period" in spoiled(lambda obj: obj["lines"]["data"][0].update(period=7))[0]


def test_asked_event_types_exist_and_fit_in_a_call() -> None:
    hint = stripe.Event.__annotations__["type"]
    known = {name for part in typing.get_args(hint) for name in typing.get_args(part)} | set(
        typing.get_args(hint)
    )
    assert len(known) > 200
    for resource in stripe_lists.EVENTS:
        assert len(resource.params["types"]) <= 20
        assert set(resource.params["types"]) <= known
    assert API_VERSION == VERSION == stripe.api_version
