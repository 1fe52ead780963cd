from __future__ import annotations

import pytest

from turbofinops_tui.economics.types import Customer
from turbofinops_tui.errors import UsageError
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.customers import (
    add_identity,
    find_customer,
    load_customers,
    load_records,
    parse_identity,
    register_unconfirmed,
    save_customer,
)
from turbofinops_tui.store.open import Store


def facts(store: Store) -> str:
    with store.read() as conn:
        return facts_id(conn)


def test_save_merges_and_what_is_none_stays(store: Store) -> None:
    with store.write("c") as txn:
        save_customer(
            txn, "Acme", name="Acme Inc", plan="pro", signup_day=5, attributes={"region": "eu", "tier": "1"}
        )
        save_customer(txn, " ACME ", attributes={"tier": "", "size": "9"}, confirmed=False)
    with store.read() as conn:
        assert load_customers(conn) == [
            Customer("Acme", "Acme Inc", "pro", 5, True, {"region": "eu", "size": "9"})
        ]
    with pytest.raises(UsageError), store.write("c") as txn:
        save_customer(txn, "  ")


def test_order_is_by_reference_bytes(store: Store) -> None:
    with store.write("c") as txn:
        for ref in ("zeta", "Ärger", "alpha", "Beta"):
            save_customer(txn, ref)
    with store.read() as conn:
        assert [item.ref for item in load_customers(conn)] == ["Beta", "alpha", "zeta", "Ärger"]
        assert [item.customer.ref for item in load_records(conn)] == ["Beta", "alpha", "zeta", "Ärger"]


def test_the_facts_id_sees_plans_and_attributes_but_not_names(store: Store) -> None:
    with store.write("c") as txn:
        save_customer(txn, "acme", plan="pro")
        save_customer(txn, "beta")
    start = facts(store)
    with store.write("c") as txn:
        save_customer(txn, "acme", name="Somebody")
    assert facts(store) == start
    with store.write("c") as txn:
        save_customer(txn, "acme", attributes={"region": "eu"})
    changed = facts(store)
    assert changed != start
    with store.write("c") as txn:
        save_customer(txn, "acme", attributes={"region": ""})
    assert facts(store) == start
    assert all(line.ok for line in check_store(store))


def test_unconfirmed_customers_take_the_smallest_spelling_and_known_names_are_left(store: Store) -> None:
    with store.write("c") as txn:
        save_customer(txn, "known")
        add_identity(txn, "known", "tag:customer", "Alias")
        assert register_unconfirmed(txn, ["beta", "Beta", "BETA ", "alias", "KNOWN", " "], "delivery:1") == [
            "BETA"
        ]
        assert register_unconfirmed(txn, ["bEtA"], "delivery:2") == []
    with store.read() as conn:
        assert [(item.ref, item.confirmed) for item in load_customers(conn)] == [
            ("BETA", False),
            ("known", True),
        ]
        origins = {item.customer.ref: item.origin for item in load_records(conn)}
    assert origins == {"BETA": "delivery:1", "known": "import"}
    with store.write("c") as txn:
        save_customer(txn, "beta")
    with store.read() as conn:
        assert next((item.ref, item.confirmed) for item in load_customers(conn)) == ("BETA", True)


def test_a_customer_is_found_by_reference_before_identity(store: Store) -> None:
    with store.write("c") as txn:
        save_customer(txn, "acme")
        save_customer(txn, "beta")
        add_identity(txn, "beta", "stripe", "ACME")
        add_identity(txn, "beta", "tag:team", "web")
    with store.read() as conn:
        assert find_customer(conn, "Acme") == "acme"
        assert find_customer(conn, "stripe:acme") == "beta"
        assert find_customer(conn, "WEB") == "beta"
        assert find_customer(conn, "ghost") is None


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("stripe:cus_1", ("stripe", "cus_1")),
        ("TAG:Customer=Acme=1", ("tag:customer", "Acme=1")),
        ("trace: x:y ", ("trace", "x:y")),
        ("meter:9", ("meter", "9")),
    ],
)
def test_identities_are_parsed(text: str, parsed: tuple[str, str]) -> None:
    assert parse_identity(text) == parsed


@pytest.mark.parametrize(
    "text", ["cus_1", "mail:x", "stripe:", "tag:=x", "tag:customer", "tag:customer=", ""]
)
def test_what_is_no_identity_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_identity(text)
