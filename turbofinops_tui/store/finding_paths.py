"""What a person decided about a finding: state, owner, due day, plan and outcome, each step audited."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass, field, replace
from typing import Any

from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.store.open import WriteTxn

OPEN, ACKNOWLEDGED, PLANNED, DONE, ACCEPTED = "open", "acknowledged", "planned", "done", "accepted"
WORKED, NO_EFFECT, WORSE = "worked", "no effect", "worse"
STATES = (OPEN, ACKNOWLEDGED, PLANNED, DONE, ACCEPTED, WORKED, NO_EFFECT, WORSE)
ID_LENGTH = 8
Name = tuple[str, str, str]
"""(kind, source, key) of a finding"""


@dataclass(frozen=True, slots=True)
class FindingPath:
    """Where a finding stands; days are days since 1970-01-01."""

    name: Name
    state: str = OPEN
    owner: str = ""
    due: int | None = None
    until: int | None = None
    """first day on which an accepted finding is open again; None: for good"""
    note: str = ""
    plan: dict[str, Any] = field(default_factory=dict)
    """the remedy with the figures frozen when it was planned; money as exact decimal text"""
    done_day: int | None = None
    outcome: dict[str, Any] = field(default_factory=dict)
    """what the product found four weeks after it was done"""

    def facts(self) -> dict[str, Any]:
        """As the audit log keeps it: what is set."""
        days = {name: getattr(self, name) for name in ("due", "until", "done_day")}
        found: dict[str, Any] = {"state": self.state, "owner": self.owner, "note": self.note}
        found |= {name: day_text(day) for name, day in days.items() if day is not None}
        found |= {"plan": self.plan, "outcome": self.outcome}
        return {name: value for name, value in found.items() if value}


def finding_id(name: Name) -> str:
    """The short id of a finding: the same on every machine, as long as its cause has the same name."""
    return hashlib.sha256("\0".join(name).encode()).hexdigest()[:ID_LENGTH]


def load_paths(conn: sqlite3.Connection) -> dict[Name, FindingPath]:
    """Every finding that somebody did something about."""
    rows = conn.execute(
        "SELECT kind, source, key, state, owner, due, until, note, plan, done_day, outcome FROM finding_path"
    )
    return {
        (row[0], row[1], row[2]): FindingPath(
            (row[0], row[1], row[2]),
            row[3],
            row[4],
            row[5],
            row[6],
            row[7],
            json.loads(row[8]),
            row[9],
            json.loads(row[10]),
        )
        for row in rows
    }


def save_path(txn: WriteTxn, step: str, path: FindingPath) -> FindingPath | None:
    """Take a step on the path of a finding, audited; returns where it stood before (None: nowhere)."""
    before = load_paths(txn.conn).get(path.name)
    txn.conn.execute(
        "INSERT OR REPLACE INTO finding_path(kind, source, key, state, owner, due, until, note, plan,"
        " done_day, outcome, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *path.name, path.state, path.owner, path.due, path.until, path.note,
            json.dumps(path.plan, ensure_ascii=False, sort_keys=True), path.done_day,
            json.dumps(path.outcome, ensure_ascii=False, sort_keys=True), txn.now,
        ),
    )  # fmt: skip
    facts = None if before is None else before.facts()
    txn.audit(f"{step} finding", "finding", finding_id(path.name), facts, path.facts())
    return before


def restore_path(txn: WriteTxn, name: Name, path: FindingPath | None) -> None:
    """Put a finding's path back to where it stood (None: as if nothing had been done), audited."""
    before = load_paths(txn.conn).get(name)
    if path is None:
        txn.conn.execute("DELETE FROM finding_path WHERE kind = ? AND source = ? AND key = ?", name)
        facts = None if before is None else before.facts()
        txn.audit("undo finding", "finding", finding_id(name), facts, {"state": OPEN})
    else:
        save_path(txn, "undo", replace(path, name=name))
