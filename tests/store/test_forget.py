from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from turbofinops_tui.cli.main import run
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.forget import blanked
from turbofinops_tui.store.open import Store


def test_personal_fields_go_and_amounts_ids_and_product_names_stay() -> None:
    invoice = {
        "object": "invoice", "id": "in_1", "customer": "cus_1", "customer_email": "a@b", "amount_due": 5,
        "number": "N-1",
        "customer_address": {"line1": "x"}, "metadata": {"customer_ref": "Acme", "contact": "Jane"},
        "lines": {"data": [{"object": "line_item", "description": "1 x Pro", "amount": 5}]},
        "charge": {"object": "charge", "billing_details": {"name": "Jane"}, "id": "ch_1"},
    }  # fmt: skip
    assert blanked(invoice, "acme") == {
        "object": "invoice", "id": "in_1", "customer": "cus_1", "customer_email": None, "amount_due": 5,
        "number": "N-1",
        "customer_address": None, "metadata": {"customer_ref": "Acme"},
        "lines": {"data": [{"object": "line_item", "description": "1 x Pro", "amount": 5}]},
        "charge": {"object": "charge", "billing_details": None, "id": "ch_1"},
    }  # fmt: skip


def bodies(store: Store) -> list[str]:
    with store.read() as conn:
        rows = conn.execute(
            "SELECT body FROM stripe_object UNION ALL SELECT body FROM stripe_event"
        ).fetchall()
    return [zlib.decompress(row[0]).decode() for row in rows]


def test_received_stripe_bodies_are_blanked_and_derive_the_same(
    tmp_path: Path, clock: Clock, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path))
    assert run(["import", "stripe-events", str(shared_data / "stripe" / "events.jsonl.gz")]) == 0
    store = Store.open(tmp_path / "data" / "store.db", clock)
    people = [item for text in bodies(store) if (item := json.loads(text)).get("object") == "customer"]
    person = next(item for item in people if item.get("name"))
    assert any(person["name"] in text for text in bodies(store))
    with store.read() as conn:
        before = conn.execute("SELECT sum(amount), count(*) FROM revenue_event").fetchone()
        ref = conn.execute("SELECT ref FROM customer WHERE name = ?", (person["name"],)).fetchone()[0]
    assert run(["forget", person["id"]]) == 0
    about = [text for text in bodies(store) if f'"{person["id"]}"' in text]
    assert about
    assert not [text for text in about if json.dumps(person["name"]) in text]
    with store.read() as conn:
        facts = facts_id(conn)
        assert conn.execute("SELECT name, forgotten FROM customer WHERE ref = ?", (ref,)).fetchone() == (
            "",
            1,
        )
    assert run(["db", "rebuild"]) == 0
    with store.read() as conn:
        assert facts_id(conn) == facts
        assert conn.execute("SELECT sum(amount), count(*) FROM revenue_event").fetchone() == before
        assert conn.execute("SELECT name FROM customer WHERE ref = ?", (ref,)).fetchone() == ("",)
    store.close()
