"""References under the metadata key of a connection added on the command line, by every path of data."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.fakes.stripe_server import KEY, StripeServer
from tests.sync.stripe_shapes import at, charge, session
from tests.sync.webhook_process import event
from turbofinops_tui.actions.receiving import Receiving
from turbofinops_tui.cli.main import run
from turbofinops_tui.clock import from_environment
from turbofinops_tui.store.connections import get_connection
from turbofinops_tui.sync.derive import derive_all
from turbofinops_tui.sync.read.stripe_events import read_event
from turbofinops_tui.sync.receive.stripe_webhook import Delivery
from turbofinops_tui.sync.stripe_origin import stripe_origin

Json = dict[str, object]
CREATED = at("2026-08-01")


def customer(number: int) -> Json:
    metadata = {"tenant_ref": f"tenant-{number}", "customer_ref": f"ref-{number}"}
    ident = f"cus_{number}"
    return {"id": ident, "object": "customer", "created": CREATED, "livemode": True, "metadata": metadata}


def test_sync_webhook_and_rebuild_read_the_key_of_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-09-01")
    monkeypatch.setenv("TURBOFINOPS_EU_API_KEY", KEY)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    books = session(tmp_path, from_environment())

    def refs() -> set[str]:
        with books.store.read() as conn:
            return {row[0] for row in conn.execute("SELECT ref FROM customer")}

    with StripeServer([customer(1), charge("ch_1", 100, "2026-08-01")]) as server:
        words = ("--set", "customer_key=tenant_ref", "--set", f"base_url={server.url}")
        assert run(["--root", str(tmp_path), "connect", "add", "stripe", "eu", *words]) == 0
        assert run(["--root", str(tmp_path), "sync", "eu"]) == 0
    assert refs() == {"tenant-1"}

    with books.store.read() as conn:
        made = get_connection(conn, "eu")
    value = event("evt_2", customer(2))
    found = read_event(value, json.dumps(value), livemode=True)
    assert found.event is not None
    receiving = Receiving(books.store, [made])
    assert receiving.commit([Delivery(stripe_origin(made), found.event, found.snapshots)]) == [True]
    receiving.derive()
    assert refs() == {"tenant-1", "tenant-2"}
    derive_all(books.store)
    assert refs() == {"tenant-1", "tenant-2"}
