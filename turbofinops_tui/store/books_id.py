"""The books id: same id, same numbers (numbers.md 5).

The facts part is a hash over the digest of every scope in scope order, so it
depends neither on the order of imports nor on row ids; the rules and settings
parts are hashes over their canonical form. Eight hex digits of each are shown.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3

from turbofinops_tui.economics.types import BooksId
from turbofinops_tui.store import digests
from turbofinops_tui.store.open import WriteTxn

LENGTH = 8


def short_hash(value: object) -> str:
    """The first 8 hex digits of SHA-256 over the canonical JSON of ``value``."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:LENGTH]


def facts_id(conn: sqlite3.Connection) -> str:
    """The fingerprint of all facts in the store."""
    rows = conn.execute("SELECT scope, digest FROM fact_digest").fetchall()
    return short_hash(sorted(list(row) for row in rows))


def books_id(conn: sqlite3.Connection, rules_id: str, settings_id: str) -> BooksId:
    """The id of the books that these rules and settings see in this snapshot."""
    facts = facts_id(conn)
    return BooksId(facts, rules_id, settings_id, whole_id(facts, rules_id, settings_id))


def whole_id(facts: str, rules: str, settings: str) -> str:
    """The id of the whole from its three parts."""
    return short_hash([facts, rules, settings])


def set_fact_digest(txn: WriteTxn, scope: str, digest: str) -> None:
    """Set the digest of a scope (for facts replaced as a whole, such as rates); empty removes it."""
    digests.write(txn.conn, scope, digest)
