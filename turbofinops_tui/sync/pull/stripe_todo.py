"""Which objects are still to be fetched by their id, as the store itself tells.

Cut or differently shaped objects, references to what no list brought, and states that came twice within
one second. All of it is read from what is stored, so a run cut off anywhere finds the same work again.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.pull.stripe_lists import PATHS
from turbofinops_tui.sync.read.stripe_objects import rank, unpack

GONE_FINDING = "stripe_deleted"
_KEY = "source = ? AND account = ? AND livemode = ?"
_OF_REFERENCE = "r.source = ? AND r.account = ? AND r.livemode = ?"
_KINDS = {
    "in": "invoice", "ch": "charge", "py": "charge", "re": "refund", "pyr": "refund", "price": "price",
    "plan": "price", "sub": "",
}  # fmt: skip
"""prefix of an id -> object type of a reference; none for what money does not need"""
_MISSING = (
    f"SELECT DISTINCT r.target, o.object FROM stripe_reference r JOIN stripe_object o ON o.source = r.source"  # noqa: S608 (constants)
    " AND o.account = r.account AND o.livemode = r.livemode AND o.id = r.id"
    f" WHERE {_OF_REFERENCE}"
    " AND o.object IN ('invoice', 'invoice_payment', 'refund', 'dispute', 'credit_note')"
    " AND NOT EXISTS (SELECT 1 FROM stripe_object t WHERE t.source = r.source AND t.account = r.account"
    " AND t.livemode = r.livemode AND t.id = r.target)"
    " AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.kind = ? AND f.source = r.source AND f.key = r.target)"
)
_CUT = (
    f"SELECT id, object FROM stripe_object o WHERE {_KEY} AND NOT complete AND NOT EXISTS"  # noqa: S608 (constants)
    " (SELECT 1 FROM finding f WHERE f.kind = ? AND f.source = o.source AND f.key = o.id)"
)
_WAITING = (
    "SELECT object_id, body FROM stripe_event WHERE state = 'incomplete' AND account = ? AND livemode = ?"
    " AND object_id <> ''"
)
_TIES = (
    "WITH twice AS (SELECT object_id, created FROM stripe_event WHERE account = ?1 AND livemode = ?2"
    " AND created >= ?3 GROUP BY object_id, created HAVING count(*) > 1)"
    " SELECT e.object_id, o.object, o.rank, e.body FROM twice t JOIN stripe_object o ON o.source = ?4"
    " AND o.account = ?1 AND o.livemode = ?2 AND o.id = t.object_id AND o.version = t.created"
    " AND o.event <> ''"
    " JOIN stripe_event e ON e.account = ?1 AND e.livemode = ?2 AND e.object_id = t.object_id"
    " AND e.created = t.created"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object to fetch by its id."""

    kind: str
    id: str


def wanted(conn: sqlite3.Connection, origin: Origin, since: int) -> set[Wanted]:
    """All objects to fetch; ``since`` bounds how far back states of one second are looked for."""
    key = (origin.source, origin.account, int(origin.livemode))
    found = {Wanted(kind, ident) for ident, kind in conn.execute(_CUT, (*key, GONE_FINDING))}
    for target, kind in conn.execute(_MISSING, (*key, GONE_FINDING)):
        found.add(Wanted(kind_of_id(target, kind), target))
    for ident, body in conn.execute(_WAITING, key[1:]):
        found.add(Wanted(str(json.loads(unpack(body))["data"]["object"].get("object")), ident))
    return {item for item in found | _ties(conn, key, since) if item.kind in PATHS}


def kind_of_id(ident: str, referring: str) -> str:
    """The type of a referred object by its id; '' for what money does not need. Prices may have any id."""
    return _KINDS.get(ident.partition("_")[0], "price" if referring == "invoice" else "")


def _ties(conn: sqlite3.Connection, key: tuple[str, str, int], since: int) -> set[Wanted]:
    """Objects whose newest state is one of several different ones of the same second."""
    states: dict[Wanted, set[str]] = {}
    for ident, kind, known, body in conn.execute(_TIES, (*key[1:], since, key[0])):
        obj = json.loads(unpack(body))["data"]["object"]
        if rank(obj, kind) == known:  # a lower one has lost already
            states.setdefault(Wanted(kind, ident), set()).add(json.dumps(obj, sort_keys=True))
    return {item for item, found in states.items() if len(found) > 1}


def settle_events(txn: WriteTxn, origin: Origin, ident: str) -> None:
    """The object that some events waited for has come, or is gone: they are done."""
    txn.conn.execute(
        "UPDATE stripe_event SET state = 'done' WHERE state = 'incomplete' AND account = ? AND livemode = ?"
        " AND object_id = ?",
        (origin.account, int(origin.livemode), ident),
    )
