from __future__ import annotations

import json
import sqlite3

import pytest

from turbofinops_tui.errors import StoreError
from turbofinops_tui.store import audit
from turbofinops_tui.store.open import Store, WriteTxn

ROWS = 6


@pytest.fixture
def log(store: Store) -> sqlite3.Connection:
    """A log of six rows, opened by somebody who owns the file and took the triggers away."""
    for number in range(ROWS):
        with store.write("x") as txn:
            txn.audit("add rule", "links", f"id-{number}", None, {"n": number})
    store.close()
    conn = sqlite3.connect(store.path, isolation_level=None)
    conn.execute("DROP TRIGGER audit_no_update")
    conn.execute("DROP TRIGGER audit_no_delete")
    return conn


def test_the_untouched_chain_holds(store: Store, log: sqlite3.Connection) -> None:
    with store.read() as conn:
        found = audit.verify(conn)
    assert (found.rows, found.problem) == (ROWS, "")
    assert len(found.head) == 64


TAMPERING = {
    **{
        f"flip {column}": f"UPDATE audit SET {column} = {column} || 'x' WHERE id = 3"  # noqa: S608 (constants)
        for column in ("at", "who", "action", "entity", "entity_id", "before", "after", "previous", "hash")
    },
    "delete first": "DELETE FROM audit WHERE id = 1",
    "delete middle": "DELETE FROM audit WHERE id = 3",
    "delete and close the gap": "DELETE FROM audit WHERE id = 3; UPDATE audit SET id = id - 1 WHERE id > 3",
    "insert a copy at the end": "INSERT INTO audit SELECT 7, at, who, action, entity, entity_id, before,"
    " after, previous, hash FROM audit WHERE id = 6",
    "insert in front": "INSERT INTO audit SELECT 0, at, who, action, entity, entity_id, before, after,"
    " previous, hash FROM audit WHERE id = 1",
    "swap two": "UPDATE audit SET id = 100 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3;"
    " UPDATE audit SET id = 3 WHERE id = 100",
    "renumber": "UPDATE audit SET id = 60 WHERE id = 6",
}


@pytest.mark.parametrize("statements", TAMPERING.values(), ids=TAMPERING.keys())
def test_every_edit_is_found(store: Store, log: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split("; "):
        log.execute(statement)
    with store.read() as conn:
        assert audit.verify(conn).problem


def test_the_log_is_append_only(store: Store) -> None:
    with store.write("x") as txn:
        txn.audit("a", "b", "c")
    for statement in ("UPDATE audit SET action = 'z'", "DELETE FROM audit"):
        with pytest.raises(StoreError, match="append-only"), store.write("x") as txn:
            txn.conn.execute(statement)


def test_a_row_goes_with_its_action(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write("x") as txn:
        _audit_and_fail(txn)
    with store.read() as conn:
        assert audit.verify(conn).rows == 0


def _audit_and_fail(txn: WriteTxn) -> None:
    txn.audit("a", "b", "c")
    raise ZeroDivisionError


def test_who_is_what_the_system_knows() -> None:
    facts = json.loads(
        audit.who({"SUDO_UID": "1000", "SSH_CONNECTION": "10.0.0.7 50000 10.0.0.1 22", "USER": "liar"})
    )
    assert facts["sudo_uid"] == 1000
    assert facts["ssh"] == "10.0.0.7"
    assert facts["user"] != "liar"
    assert "sudo_uid" not in json.loads(audit.who({"SUDO_UID": "0; drop"}))


def test_secrets_are_not_kept_whatever_a_caller_hands_in(store: Store) -> None:
    with store.write("x") as txn:
        txn.audit(
            "connect",
            "connection",
            "s",
            None,
            {"api_key": "sk_live_1", "deep": [{"Auth-Token": "t0ps3cret"}]},
        )
    data = store.path.read_bytes() + store.path.with_name("store.db-wal").read_bytes()
    assert b"sk_live_1" not in data
    assert b"t0ps3cret" not in data


def test_rows_of_one_entity(store: Store) -> None:
    with store.write("x") as txn:
        txn.audit("a", "links", "one")
        txn.audit("a", "links", "two:x")
        txn.audit("a", "setting", "currency")
    with store.read() as conn:
        assert [row.entity_id for row in audit.rows(conn, "links")] == ["one", "two:x"]
        assert [row.entity_id for row in audit.rows(conn, "links:two:x")] == ["two:x"]
        assert len(list(audit.rows(conn))) == 3
