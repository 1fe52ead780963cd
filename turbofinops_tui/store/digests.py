"""Part digests behind the facts id: additive multiset digests, so that order never matters.

The digest of a set of facts is the sum of the SHA-256 of each fact modulo 2**256.
Taking a fact away subtracts it, so a change costs only its own rows, and two
stores that hold the same facts hold the same digest whatever came first.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence

MODULUS = 1 << 256
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def fact_hash(values: Sequence[object]) -> int:
    """SHA-256 of the canonical JSON list of one fact's values, as an integer."""
    return int.from_bytes(hashlib.sha256(_encode(values).encode("ascii")).digest(), "big")


def multiset_digest(facts: Iterable[Sequence[object]]) -> str:
    """The digest of all ``facts``; empty text for no facts."""
    return digest_text(sum(map(fact_hash, facts)) % MODULUS)


def digest_text(value: int) -> str:
    """64 hex digits, or empty text for the empty set."""
    return f"{value:064x}" if value else ""


def read(conn: sqlite3.Connection, scope: str) -> str:
    """The stored digest of ``scope``, empty when it holds no facts."""
    row = conn.execute("SELECT digest FROM fact_digest WHERE scope = ?", (scope,)).fetchone()
    return str(row[0]) if row else ""


def write(conn: sqlite3.Connection, scope: str, digest: str) -> None:
    """Store the digest of ``scope``; an empty one removes the scope without a trace."""
    if digest:
        conn.execute(
            "INSERT INTO fact_digest(scope, digest) VALUES (?, ?)"
            " ON CONFLICT(scope) DO UPDATE SET digest = excluded.digest",
            (scope, digest),
        )
    else:
        conn.execute("DELETE FROM fact_digest WHERE scope = ?", (scope,))


def add(conn: sqlite3.Connection, scope: str, delta: int) -> None:
    """Add ``delta`` (a sum of fact hashes, negative for facts taken away) to the digest of ``scope``."""
    write(conn, scope, digest_text((int(read(conn, scope) or "0", 16) + delta) % MODULUS))
