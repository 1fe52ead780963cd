"""Usage evidence in the store: replaced by scope, part of the facts id, reading kept."""

from __future__ import annotations

import pytest

from turbofinops_tui.economics.types import EvidenceKey, EvidenceRow, Link, Match
from turbofinops_tui.economics.usage import Measures
from turbofinops_tui.errors import DataError
from turbofinops_tui.store import rules
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.customers import add_identity, load_customers, save_customer
from turbofinops_tui.store.evidence import evidence_scopes, load_evidence, replace_evidence
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.reading import load_reading, stale_scopes
from turbofinops_tui.store.rebuild import rebuild_digests
from turbofinops_tui.store.rule_rows import RouteRule
from turbofinops_tui.store.settings import set_setting


def usage(calls: int = 0, requests: int = 0, self_time: int = 0) -> Measures:
    """Measures that are zero but for these."""
    return (calls, 0, requests, 0, self_time, 0, 0, 0, 0, 0)


def row(day: int, customer: str, requests: int, **key: object) -> EvidenceRow:
    """Requests of a customer's spans."""
    found = EvidenceKey(feed="otlp", customer_kind="trace", customer=customer, **key)  # type: ignore[arg-type]
    return EvidenceRow(day, found, usage(requests=requests))


def put(store: Store, scope: str, *rows: EvidenceRow, reading: str = "") -> list[str]:
    """Replace one scope in a transaction of its own."""
    with store.write("test") as txn:
        return replace_evidence(txn, scope, rows, feed="otlp", reading=reading)


def facts(store: Store) -> str:
    """The facts id of now."""
    with store.read() as conn:
        return facts_id(conn)


def test_a_scope_is_replaced_and_the_facts_follow(store: Store) -> None:
    empty = facts(store)
    assert put(store, "otlp:1", row(1, "Acme", 2), row(1, "Acme", 3), row(2, "Zed", 1)) == ["Acme", "Zed"]
    with store.read() as conn:
        assert [(r.day, r.key.customer, r.measures[2]) for r in load_evidence(conn)] == [
            (1, "Acme", 5), (2, "Zed", 1),
        ]  # fmt: skip
        assert [r.day for r in load_evidence(conn, 2, 3)] == [2]
    first = facts(store)
    put(store, "otlp:1", row(1, "Acme", 6))
    other = facts(store)
    assert len({empty, first, other}) == 3
    put(store, "otlp:1", row(2, "Zed", 1), row(1, "Acme", 5))
    assert facts(store) == first  # neither order nor row ids matter
    put(store, "otlp:1")
    with store.read() as conn:
        assert not list(load_evidence(conn))
        assert not evidence_scopes(conn)


def test_digests_are_checked_and_counted_again(store: Store) -> None:
    put(store, "otlp:1", row(1, "Acme", 2))
    assert rebuild_digests(store) == []
    with store.write("damage") as txn:
        txn.conn.execute("UPDATE evidence_daily SET requests = 9")
    assert any("evidence:otlp:1" in text for line in check_store(store) for text in line.problems)
    assert rebuild_digests(store) == ["evidence:otlp:1"]
    assert all(line.ok for line in check_store(store))


def test_a_value_that_an_identity_names_makes_no_customer(store: Store) -> None:
    with store.write("test") as txn:
        save_customer(txn, "acme")
        add_identity(txn, "acme", "trace", "t-17")
    assert put(store, "a", row(1, "T-17", 1), row(1, "new", 1), row(1, "NEW", 1)) == ["NEW"]
    with store.read() as conn:
        assert [(c.ref, c.confirmed) for c in load_customers(conn)] == [("NEW", False), ("acme", True)]


def test_a_sum_past_the_store_is_refused(store: Store) -> None:
    with pytest.raises(DataError):
        put(store, "a", row(1, "x", 1 << 62), row(1, "x", 1 << 62))


def test_reading_changes_name_the_scopes_to_resolve_again(store: Store) -> None:
    with store.read() as conn:
        before = load_reading(conn)
    put(store, "spans", row(1, "x", 1), reading=before.id)
    put(store, "meter", row(1, "x", 1))
    with store.write("test") as txn:
        set_setting(txn, "evidence.customer_keys", "org.id")
        rules.save_rule(txn, RouteRule("", "/v1/chat/{id}", "chat"))
        link = Link("late", "feature", Match((("route", "POST /v1/*"),)), feature="api", start=10)
        rules.save_rule(txn, link)
        rules.save_rule(txn, Link("vip", "trace", Match((("trace", "4bf9*"),)), customer="x"))
    with store.read() as conn:
        after = load_reading(conn)
        assert after.customer_keys == ("org.id",)
        assert stale_scopes(conn, after) == ["spans"]
        assert stale_scopes(conn, before) == []
    assert after.feature_of_route("GET", "/v1/chat/{id}", 1) == "chat"
    assert after.feature_of_route("POST", "/v1/other", 9) == ""
    assert after.feature_of_route("POST", "/v1/other", 10) == "api"
    assert after.customer_of_trace("4BF92F", 1) == "x"
    assert after.customer_of_trace("5", 1) == ""
