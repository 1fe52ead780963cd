"""The append-only, hash-chained log of who changed what (trust.md 17).

Row n carries SHA-256 over its own canonical text and the hash of row n - 1, and
is written in the transaction of the action itself. It stores ids and
references, never names of people, never secrets. Limits: who owns the file can
write the chain anew or cut its tail; keep the head (``audit --verify`` prints
it) somewhere else to notice that.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

GENESIS = "0" * 64
NOT_KEPT = "(not kept)"
_SECRET_WORDS = ("secret", "password", "token", "api_key", "apikey", "credential", "authorization")

State = Mapping[str, object] | None
"""What an action saw or left, as JSON-able facts; None where there was nothing."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the log; ``before`` and ``after`` are JSON text or empty."""

    id: int
    at: str
    who: str
    action: str
    entity: str
    entity_id: str
    before: str
    after: str
    previous: str
    hash: str

    def computed_hash(self) -> str:
        """The hash that this row must carry."""
        content = [
            self.id, self.at, self.who, self.action, self.entity, self.entity_id,
            self.before, self.after, self.previous,
        ]  # fmt: skip
        text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of walking the chain: ``problem`` is empty when every row holds."""

    rows: int
    head: str
    problem: str


def who(environ: Mapping[str, str] | None = None) -> str:
    """The acting person as facts the system knows: uid, login, host, sudo and SSH origin (JSON)."""
    env = os.environ if environ is None else environ
    uid = os.getuid()
    facts: dict[str, object] = {"uid": uid, "user": _login(uid), "host": socket.gethostname()}
    if env.get("SUDO_UID", "").isdigit():
        facts["sudo_uid"] = int(env["SUDO_UID"])
    if env.get("SSH_CONNECTION"):
        facts["ssh"] = env["SSH_CONNECTION"].split(" ")[0][:64]
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def append(
    conn: sqlite3.Connection, at: str, action: str, entity: str, entity_id: str, before: State, after: State
) -> None:
    """Write the next row of the chain inside the caller's transaction."""
    last = conn.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone() or (0, GENESIS)
    row = AuditRow(
        last[0] + 1, at, who(), action, entity, entity_id, _text(before), _text(after), last[1], ""
    )
    conn.execute(
        "INSERT INTO audit(id, at, who, action, entity, entity_id, before, after, previous, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.id, row.at, row.who, row.action, row.entity, row.entity_id,
            row.before, row.after, row.previous, row.computed_hash(),
        ),
    )  # fmt: skip


def rows(conn: sqlite3.Connection, entity: str = "") -> Iterator[AuditRow]:
    """The log, oldest first; with ``entity`` only rows of that entity kind or ``kind:id``."""
    kind, _, item = entity.partition(":")
    query = (
        "SELECT id, at, who, action, entity, entity_id, before, after, previous, hash FROM audit"
        " WHERE (?1 = '' OR entity = ?1) AND (?2 = '' OR entity_id = ?2) ORDER BY id"
    )
    for values in conn.execute(query, (kind, item)):
        yield AuditRow(*values)


def verify(conn: sqlite3.Connection) -> Verification:
    """Walk the chain; a changed, removed, added or moved row breaks it at a named place."""
    previous, count = GENESIS, 0
    for row in rows(conn):
        count += 1
        if row.id != count:
            return Verification(
                count, previous, f"row {count} is missing: row {row.id} follows row {count - 1}"
            )
        if row.previous != previous:
            return Verification(count, previous, f"row {row.id} does not follow the row before it")
        if row.hash != row.computed_hash():
            return Verification(count, previous, f"row {row.id} was changed after it was written")
        previous = row.hash
    return Verification(count, previous, "")


def _text(state: State) -> str:
    if state is None:
        return ""
    return json.dumps(
        _without_secrets(state), ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str
    )


def _without_secrets(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            str(key): NOT_KEPT if _secret(str(key)) else _without_secrets(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return value


@lru_cache(maxsize=1024)
def _secret(key: str) -> bool:
    folded = key.casefold().replace("-", "_")
    return any(word in folded for word in _SECRET_WORDS)


@lru_cache
def _login(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""
