"""The states that the books went through, and the opinions of the last one.

A state says which rows of ``figures`` and of the audit belong to it: what was known then is read from the
figures, why it changed from the audit. A state is written with its figures (``store.figures``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from turbofinops_tui.economics.types import BooksId, Identity, NumberSettings, Rules
from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.store.rule_rows import Section, rule_from, values_of
from turbofinops_tui.store.stored_tables import load_table, save_table

OPINIONS = "figures of these opinions"
_SECTIONS: tuple[Section, ...] = ("classes", "links", "shared", "features")
_COLUMNS = "id, at, books, facts, rules, settings, figure, audit, cause"


@dataclass(frozen=True, slots=True)
class Seen:
    """One state; ``cause`` (JSON object) says what made it of the state before, where that is one thing."""

    id: int
    at: str
    books: str
    facts: str
    rules: str
    settings: str
    figure: int
    audit: int
    cause: Mapping[str, str]


def states_seen(conn: sqlite3.Connection, after: int = 0) -> list[Seen]:
    """Every state, oldest first; only those after state ``after``."""
    query = f"SELECT {_COLUMNS} FROM books_seen WHERE id > ? ORDER BY id"  # noqa: S608 (constant)
    return [_seen(row) for row in conn.execute(query, (after,))]


def _seen(row: Sequence[Any]) -> Seen:
    return Seen(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], json.loads(row[8] or "{}"))


def state_of_books(conn: sqlite3.Connection, books: str) -> Seen | None:
    """The last state with that books id (8 hex)."""
    found = [state for state in states_seen(conn) if state.books == books]
    return found[-1] if found else None


def state_before(conn: sqlite3.Connection, moment: str) -> Seen | None:
    """The last state before an ISO moment."""
    found = [state for state in states_seen(conn) if state.at < moment]
    return found[-1] if found else None


def note_state(txn: WriteTxn, ids: BooksId | None, cause: Mapping[str, str]) -> None:
    """Say that the figures so far are those of ``ids``; None: of a state between two edits."""
    own = ids or BooksId("", "", "", "")
    figure, audit = (
        txn.conn.execute(f"SELECT ifnull(max(id), 0) FROM {table}").fetchone()[0]  # noqa: S608 (constants)
        for table in ("figures", "audit")
    )
    txn.conn.execute(
        "INSERT INTO books_seen(at, books, facts, rules, settings, figure, audit, cause)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            txn.now, own.whole, own.facts, own.rules, own.settings, figure, audit,
            json.dumps(dict(cause)) if cause else "",
        ),
    )  # fmt: skip


# --- opinions ---------------------------------------------------------------------------------------


def keep_opinions(txn: WriteTxn, rules: Rules, settings: NumberSettings) -> None:
    """Keep the rules and settings that the last figures were found under."""
    body = {
        "rules": {name: [values_of(rule) for rule in getattr(rules, name)] for name in _SECTIONS},
        "identities": [[item.customer, item.kind, item.value, item.origin] for item in rules.identities],
        "id": rules.id,
        "settings": {key: _plain(value) for key, value in asdict(settings).items()},
    }
    save_table(txn, OPINIONS, rules.id, json.dumps(body))


def load_opinions(conn: sqlite3.Connection) -> tuple[Rules, NumberSettings] | None:
    """What was kept; None when nothing was, or an older program kept it in another form."""
    kept = load_table(conn, OPINIONS)
    if kept is None:
        return None
    try:
        body = json.loads(kept.body)
        sections: dict[str, Any] = {
            name: tuple(rule_from(name, values) for values in body["rules"][name]) for name in _SECTIONS
        }
        identities = tuple(Identity(*values) for values in body["identities"])
        return Rules(**sections, identities=identities, id=body["id"]), _settings(body["settings"])
    except (ValueError, KeyError, TypeError):
        return None


def _settings(values: Mapping[str, Any]) -> NumberSettings:
    default = NumberSettings()
    found: dict[str, Any] = {}
    for spec in fields(NumberSettings):
        value, like = values[spec.name], getattr(default, spec.name)
        if isinstance(like, Decimal):
            value = Decimal(value)
        elif isinstance(value, list):
            value = tuple(tuple(item) if isinstance(item, list) else item for item in value)
        found[spec.name] = value
    return NumberSettings(**found)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value
