from __future__ import annotations

import sqlite3
from decimal import Decimal

import pytest

from tests.store.sample import DAY, Deliver, active_sum, batch, key, stage
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import ConflictError, DataError, NotFoundError, StoreError
from turbofinops_tui.store import deliveries
from turbofinops_tui.store.batches import (
    Finding,
    abandon_delivery,
    begin_delivery,
    changes_of,
    collect_retired,
    intern_dimensions,
    intern_tag_sets,
    publish_delivery,
    remove_delivery,
    stage_batch,
)
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.dimensions import load_dimensions
from turbofinops_tui.store.findings import load_findings
from turbofinops_tui.store.open import Store


def rows_stored(store: Store) -> int:
    with store.read() as conn:
        return int(conn.execute("SELECT count(*) FROM cost_daily").fetchone()[0])


def facts(store: Store) -> str:
    with store.read() as conn:
        return facts_id(conn)


def test_staged_rows_are_invisible_until_published(store: Store) -> None:
    delivery = stage(store, 1_000, "d1", rows=10)
    assert active_sum(store) == 0
    assert rows_stored(store) == 10
    with store.read() as conn:
        assert deliveries.load_deliveries(conn) == []
    change = publish_delivery(
        store, delivery, ["note"], [Finding("tag", "k", "acme", "broken tag")], ["Zeta"]
    )[0]
    assert active_sum(store) == 1_000
    assert (change.old, change.new) == (
        {},
        {("USD", "effective"): Decimal("0.000001"), ("USD", "billed"): Decimal("0.000001")},
    )
    with store.read() as conn:
        assert deliveries.load_delivery(conn, delivery).warnings == ("note",)
        assert [item.finding.kind for item in load_findings(conn)] == ["tag"]
        assert conn.execute("SELECT ref, confirmed FROM customer").fetchall() == [("Zeta", 0)]
        actions = [row[0] for row in conn.execute("SELECT action FROM audit ORDER BY id")]
    assert actions == ["new customer", "import"]


def test_a_period_is_replaced_and_other_exports_add_up(store: Store, deliver: Deliver) -> None:
    first = deliver(1_000, "d1")
    deliver(500, "d2", "2026-03")
    second = deliver(1_200, "d3")
    assert active_sum(store) == 1_700
    with store.read() as conn:
        states = {item.id: item.state for item in deliveries.load_deliveries(conn)}
    assert states[first] == "replaced"
    assert states[second] == "active"
    assert rows_stored(store) == 3
    assert collect_retired(store) == 1
    assert rows_stored(store) == 2
    assert active_sum(store) == 1_700


def test_preview_of_changes_before_publishing(store: Store, deliver: Deliver) -> None:
    deliver(1_000, "d1")
    delivery = stage(store, 400, "d2")
    with store.read() as conn:
        change = changes_of(conn, delivery)[0]
    assert change.old[("USD", "effective")] == Decimal("0.000001")
    assert change.new[("USD", "effective")] == Decimal("0.0000004")
    assert not change.same
    abandon_delivery(store, delivery)
    assert active_sum(store) == 1_000
    assert rows_stored(store) == 1


def test_the_facts_id_depends_on_content_alone(
    tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> None:
    ids = set()
    for order in (("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a", "a")):
        other = Store.open(tmp_path_factory.mktemp("x") / "store.db", clock)
        for name in order:
            delivery = stage(other, 100, f"digest-{name}", f"2026-0{ord(name) - 96}")
            publish_delivery(other, delivery, [], [])
        ids.add(facts(other))
        other.close()
    assert len(ids) == 1


def test_removing_a_delivery_brings_the_facts_id_back(store: Store, deliver: Deliver) -> None:
    empty = facts(store)
    first = deliver(1_000, "d1")
    once = facts(store)
    second = deliver(1_200, "d2")
    assert facts(store) not in (empty, once)
    rereads = remove_delivery(store, second)
    assert [(item.delivery, item.periods) for item in rereads] == [(first, ["2026-02"])]
    assert facts(store) == empty
    assert active_sum(store) == 0
    with pytest.raises(ConflictError, match="removed"):
        remove_delivery(store, second)
    with pytest.raises(NotFoundError):
        remove_delivery(store, 99)


def test_a_dead_staged_delivery_goes_and_a_living_one_stays(store: Store, clock: Clock) -> None:
    dead, living = stage(store, 100, "d1"), stage(store, 200, "d2", "2026-03")
    deliveries.release(store, dead)  # what the kernel does when the process is killed
    other = Store.open(store.path, clock)
    assert deliveries.is_running(other, living)
    collect_retired(other)
    assert rows_stored(store) == 1
    publish_delivery(store, living, [], [])
    assert active_sum(store) == 200
    other.close()
    assert not list(store.path.parent.glob("*.lock"))


def test_dimensions_and_tag_sets_are_stored_once(store: Store) -> None:
    dims = [key("EC2", customer="a"), key("S3", customer="a"), key("S3", customer="b", env="prod")]
    first = intern_dimensions(store, dims)
    assert intern_dimensions(store, reversed(dims)) == first
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM tag_set").fetchone() == (2,)
        pairs = conn.execute("SELECT key, value FROM tag_pair ORDER BY 1, 2").fetchall()
        loaded = {item.id: item for item in load_dimensions(conn)}
    assert pairs == [("customer", "a"), ("customer", "b"), ("env", "prod")]
    assert loaded[first[dims[2]]].tags == {"customer": "b", "env": "prod"}
    assert loaded[first[dims[1]]].service == "S3"
    assert intern_tag_sets(store, ["{}"]).keys() == {"{}"}


def test_an_amount_past_int64_is_refused_and_nothing_counts(store: Store) -> None:
    delivery = begin_delivery(store, "focus", "acme", "main", [], {})
    with pytest.raises(DataError, match="too large"):
        stage_batch(store, delivery, batch("d", 1), [(DAY, 1, 2**63, 0, 0)], [])
    abandon_delivery(store, delivery)
    assert rows_stored(store) == 0


def test_many_rows_go_in_short_transactions(store: Store) -> None:
    """More rows than one chunk holds: all arrive, once, and collecting removes them all."""
    delivery = begin_delivery(store, "focus", "acme", "main", [], {})
    daily = [(DAY + number // 900, number % 900, 1, 1, 0) for number in range(45_000)]
    stage_batch(store, delivery, batch("d", 45_000), daily, [])
    assert rows_stored(store) == 45_000
    publish_delivery(store, delivery, [], [])
    assert active_sum(store) == 45_000
    remove_delivery(store, delivery)
    assert rows_stored(store) == 0


def test_two_active_batches_of_one_period_are_impossible(store: Store, deliver: Deliver) -> None:
    deliver(1, "d1")
    delivery = stage(store, 2, "d2")
    with pytest.raises(Exception, match="refused"), store.write("by hand") as txn:
        txn.conn.execute("UPDATE ingest_batch SET state = 'active' WHERE delivery = ?", (delivery,))
    with store.read() as conn, pytest.raises(sqlite3.OperationalError, match="readonly"):
        conn.execute("DELETE FROM delivery")


def restage(store: Store, delivery: int, amount: int, digest: str) -> None:
    number = next(iter(intern_dimensions(store, [key()]).values()))
    stage_batch(store, delivery, batch(digest, amount), [(DAY, number, amount, amount, 0)], [])


def test_a_delivery_read_again_counts_in_its_own_name(store: Store, deliver: Deliver) -> None:
    first = deliver(1_000, "d1", rows=3)
    deliver(7, "d2")
    restage(store, first, 1_000, "d1")
    assert active_sum(store) == 7
    publish_delivery(store, first, ["other words"], [])
    assert active_sum(store) == 1_000
    with store.read() as conn:
        states = [
            (item.id, item.state, item.lines, item.warnings) for item in deliveries.load_deliveries(conn)
        ]
    assert states == [(1, "active", 1, ()), (2, "replaced", 1, ())]


def test_a_reading_again_that_died_is_cleared_and_the_delivery_stays(
    store: Store, clock: Clock, deliver: Deliver
) -> None:
    first = deliver(1_000, "d1", rows=3)
    restage(store, first, 5, "x")
    other = Store.open(store.path, clock)
    with pytest.raises(ConflictError, match="another program reads"):
        restage(other, first, 6, "y")
    collect_retired(other)
    assert rows_stored(store) == 4, "rows of a living run are left alone"
    deliveries.release(store, first)
    collect_retired(other)
    assert rows_stored(store) == 3
    assert active_sum(store) == 1_000
    with store.read() as conn:
        assert deliveries.load_delivery(conn, first).state == "active"
    other.close()


def test_an_import_into_a_store_that_was_replaced_is_refused(store: Store, deliver: Deliver) -> None:
    deliver(1, "d1")
    with pytest.raises(StoreError, match="no longer there"):
        publish_delivery(store, 1, [], [])
    with pytest.raises(StoreError, match="no longer there"):
        publish_delivery(store, 99, [], [])
