from __future__ import annotations

import sqlite3

import pytest

from tests.store.sample import Deliver
from turbofinops_tui.errors import NotFoundError, UsageError
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.customers import save_customer
from turbofinops_tui.store.figures import figures_due, latest_figures, record_figures
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.rebuild import rebuild_digests, rebuild_months
from turbofinops_tui.store.settings import SETTINGS, all_settings, load_settings, set_setting
from turbofinops_tui.store.stored_tables import load_table, save_table


def bad(store: Store) -> list[str]:
    return [line.name for line in check_store(store) if not line.ok]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE cost_daily SET effective = effective + 1", "totals against daily rows"),
        ("UPDATE cost_daily SET billed = 0", "totals against daily rows"),
        ("DELETE FROM cost_monthly", "months against days"),
        ("UPDATE cost_monthly SET month = month + 1", "months against days"),
        ("UPDATE batch_total SET residual = '0.1'", "residuals"),
        ("UPDATE fact_digest SET digest = 'x'", "digests of facts"),
        ("UPDATE customer SET plan = 'other'", "digests of facts"),
        ("PRAGMA foreign_keys=OFF; DELETE FROM tag_set", "references"),
        ("DELETE FROM cost_daily", "totals against daily rows"),
    ],
)
def test_each_damage_to_the_books_is_found(store: Store, deliver: Deliver, statement: str, name: str) -> None:
    deliver(1_000, "d1", rows=5)
    with store.write("c") as txn:
        save_customer(txn, "acme", plan="pro")
    assert bad(store) == []
    store.close()
    conn = sqlite3.connect(store.path, isolation_level=None)
    for part in statement.split("; "):
        conn.execute(part)
    conn.close()
    assert name in bad(store)


def test_rebuild_repairs_what_is_derived(store: Store, deliver: Deliver) -> None:
    deliver(1_000, "d1", rows=5)
    deliver(1_000, "d2", "2026-03", rows=5)
    with store.write("damage") as txn:
        txn.conn.execute("DELETE FROM cost_monthly WHERE batch = 1")
        txn.conn.execute("UPDATE fact_digest SET digest = 'x' WHERE scope LIKE 'cost:%'")
    assert bad(store) == ["months against days", "digests of facts"]
    assert rebuild_months(store) == 1
    assert rebuild_digests(store) == ["cost:acme:main:2026-02", "cost:acme:main:2026-03"]
    assert bad(store) == []
    assert rebuild_months(store) == 0
    assert rebuild_digests(store) == []


def test_only_changed_figures_are_stored(store: Store) -> None:
    cells: dict[tuple[str | None, int], tuple[int | None, int | None]] = {
        ("a", 1): (10, 5),
        (None, 1): (0, 7),
    }
    with store.read() as conn:
        assert figures_due(conn, "b1")
    assert record_figures(store, "b1", "USD", cells) == 2
    with store.read() as conn:
        assert not figures_due(conn, "b1")
        assert figures_due(conn, "b2")
    assert record_figures(store, "b2", "USD", {("a", 1): (10, 6), ("b", 2): (None, 1)}) == 3
    assert record_figures(store, "b2", "USD", {("a", 1): (10, 6), ("b", 2): (None, 1)}) == 0
    with store.read() as conn:
        assert latest_figures(conn, "USD") == {("a", 1): (10, 6), (None, 1): (0, 0), ("b", 2): (None, 1)}
        assert latest_figures(conn, "EUR") == {}
        assert latest_figures(conn, "USD", "2020") == {}


def test_figures_cut_off_by_a_crash_are_completed(store: Store) -> None:
    with store.write("half") as txn:
        txn.conn.execute(
            "INSERT INTO figures(books, at, customer, month, revenue, cost, currency)"
            " VALUES ('b1', 'x', 'a', 1, 1, 1, 'USD')"
        )
    assert record_figures(store, "b1", "USD", {("a", 1): (1, 1), ("b", 1): (2, 2)}) == 1


def test_stored_tables_carry_their_books(store: Store) -> None:
    with store.write("t") as txn:
        save_table(txn, "overview", "abc", "{}")
        save_table(txn, "overview", "def", "[]")
    with store.read() as conn:
        found = load_table(conn, "overview")
        assert found is not None
        assert (found.books, found.body) == ("def", "[]")
        assert load_table(conn, "none") is None


def test_settings_are_checked_audited_and_part_of_the_id(store: Store) -> None:
    with store.read() as conn:
        start = load_settings(conn)
        assert all_settings(conn).keys() == SETTINGS.keys()
    with store.write("s") as txn:
        assert set_setting(txn, "currency", " eur ")
        assert not set_setting(txn, "currency", "EUR")
        assert set_setting(txn, "floors.watch", "12.50%")
        assert set_setting(txn, "ai_services", "Bedrock, My LLM,bedrock")
        assert set_setting(txn, "lag_days.ai", "4")
    with store.read() as conn:
        found = load_settings(conn)
        changes = conn.execute("SELECT entity_id, before, after FROM audit ORDER BY id LIMIT 1").fetchone()
    assert (found.currency, str(found.watch_floor), found.ai_services) == (
        "EUR",
        "12.5",
        ("bedrock", "my llm"),
    )
    assert dict(found.lag_days)["ai"] == 4
    assert changes == ("currency", '{"value":"USD"}', '{"value":"EUR"}')
    assert found.id != start.id
    with store.write("s") as txn:
        for key, item in SETTINGS.items():
            set_setting(txn, key, item.default)
    with store.read() as conn:
        assert load_settings(conn).id == start.id


@pytest.mark.parametrize(
    ("key", "value"),
    [("currency", "XYZ"), ("final_after_days", "-1"), ("final_after_days", "1.5"), ("limits.rows", "0"),
     ("floors.watch", "NaN"), ("floors.watch", "many")],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(store: Store, key: str, value: str) -> None:
    with pytest.raises(UsageError, match=key), store.write("s") as txn:
        set_setting(txn, key, value)
    with pytest.raises(NotFoundError), store.write("s") as txn:
        set_setting(txn, "theme", "dark")
