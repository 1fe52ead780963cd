"""The draft: rule edits held apart from the saved rules, as steps that can be undone and done again.

A draft is a list of steps, each one or more edits that stand or fall together. It knows the id of the
saved rules that it was begun on. Edits are applied by the same functions that change saved rules, on a
``Scratch`` copy while it is a draft and in one transaction when it is kept.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args

from turbofinops_tui.errors import UsageError
from turbofinops_tui.store import connect, evidence_rules, rules
from turbofinops_tui.store.customers import add_identity, parse_identity, remove_identity
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.rule_rows import TABLES, Rule, Section, facts_of, rule_from, section_of, values_of

Operation = Literal["add", "edit", "remove", "move", "enable", "disable", "say", "reassign", "drop", "set"]
"""say, reassign and drop are of identities and trace ids, set is of the keys of evidence"""
_COPIED = ("setting", "customer", "customer_attribute", "customer_identity", *TABLES.values())
_EMPTY = ("customer_given", "audit", "fact_digest")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the rules, as data; what an operation does not use is left at its default."""

    operation: Operation
    section: Section | Literal["identities", "traces", "evidence"]
    id: str = ""
    """of the rule (``add`` may leave it to be generated), ``KIND:VALUE`` of the identity, the trace id, or
    the setting of evidence keys"""
    rule: Rule | None = None
    """of ``add`` and ``edit``"""
    before: str = ""
    """of ``add``: the rule to stand in front of"""
    to: int = 0
    """of ``move``: the place, counted from 1"""
    customer: str = ""
    """of ``say`` and ``reassign``"""
    value: str = ""
    """of ``set``"""


def adds(rule: Rule, before: str = "") -> Edit:
    """The edit that adds ``rule`` at the end of its list, or in front of rule ``before``."""
    return Edit("add", section_of(rule), rule.id, rule, before)


def edits(rule: Rule) -> Edit:
    """The edit that replaces the rule of the same id in its place."""
    return Edit("edit", section_of(rule), rule.id, rule)


@dataclass(frozen=True, slots=True)
class Step:
    """Edits that are done and undone together, under a label for the eye."""

    number: int
    label: str
    edits: tuple[Edit, ...]
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of a store; ``undone`` steps wait for a redo, the next one first."""

    rules: str
    """id of the saved rules that it was begun on"""
    began_at: str
    steps: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Every edit of every step that is done."""
        return tuple(edit for step in self.steps for edit in step.edits)


def load_draft(conn: sqlite3.Connection) -> Draft | None:
    """The draft, or None when there is none."""
    row = conn.execute("SELECT rules, began_at FROM draft").fetchone()
    if row is None:
        return None
    found = [
        Step(number, label, tuple(map(_decode, json.loads(body))), bool(undone))
        for number, label, body, undone in conn.execute(
            "SELECT number, label, edits, undone FROM draft_step ORDER BY number"
        )
    ]
    done = tuple(step for step in found if not step.undone)
    return Draft(row[0], row[1], done, tuple(step for step in found if step.undone))


def begin(txn: WriteTxn, rules_id: str) -> None:
    """Begin a draft on the saved rules of ``rules_id``, or put the present one on them."""
    txn.conn.execute(
        "INSERT INTO draft(id, rules, began_at) VALUES (1, ?, ?)"
        " ON CONFLICT(id) DO UPDATE SET rules = excluded.rules",
        (rules_id, txn.now),
    )


def add_step(txn: WriteTxn, label: str, changes: Sequence[Edit]) -> None:
    """Append a step; what was undone can no longer be done again."""
    txn.conn.execute("DELETE FROM draft_step WHERE undone")
    body = json.dumps([_encode(edit) for edit in changes], ensure_ascii=False, separators=(",", ":"))
    txn.conn.execute("INSERT INTO draft_step(label, edits) VALUES (?, ?)", (label, body))


def set_undone(txn: WriteTxn, step: Step, undone: bool) -> None:
    """Mark a step as undone or done."""
    txn.conn.execute("UPDATE draft_step SET undone = ? WHERE number = ?", (int(undone), step.number))


def remove_draft(txn: WriteTxn) -> None:
    """Take the draft and its steps away."""
    txn.conn.execute("DELETE FROM draft_step")
    txn.conn.execute("DELETE FROM draft")


# --- applying -----------------------------------------------------------------------------------


def apply_edits(txn: WriteTxn, changes: Iterable[Edit], register: Callable[[WriteTxn], None]) -> list[str]:
    """Apply edits in order and return the ids they are about; the first refusal raises.

    ``register`` makes the customers that an edit newly names; it runs after each edit that may.
    """
    found = []
    for edit in changes:
        found.append(_apply(txn, edit))
        if edit.section in ("links", "identities"):
            register(txn)
    return found


def _apply(txn: WriteTxn, edit: Edit) -> str:
    if edit.section == "identities":
        return _apply_identity(txn, edit)
    if edit.section == "traces":
        return evidence_rules.apply_trace(txn, edit.id, edit.customer if edit.operation != "drop" else "")
    if edit.section == "evidence":
        return evidence_rules.set_keys(txn, edit.id, edit.value)
    if edit.operation in ("add", "edit"):
        if edit.rule is None:
            raise UsageError(f"{edit.operation} without a rule", "give the rule as it is to be")
        return rules.save_rule(txn, edit.rule, before=edit.before, edit=edit.operation == "edit")
    if edit.operation == "remove":
        rules.delete_rule(txn, edit.section, edit.id)
    elif edit.operation == "move":
        rules.move_rule(txn, edit.section, edit.id, edit.to)
    else:
        rules.enable_rule(txn, edit.section, edit.id, edit.operation == "enable")
    return edit.id


def _apply_identity(txn: WriteTxn, edit: Edit) -> str:
    kind, value = parse_identity(edit.id)
    ref = rules.existing_customer(txn.conn, edit.customer) if edit.operation != "drop" else ""
    if edit.operation != "say":
        remove_identity(txn, kind, value)
    if edit.operation != "drop":
        add_identity(txn, ref, kind, value)
    return edit.id


class _Trial(WriteTxn):
    """A transaction of a copy: what it does is nobody's deed yet."""

    def audit(self, *_: object, **__: object) -> None:
        """Nothing: keeping the draft writes it."""


class Scratch:
    """A copy of the rules, customers and settings in memory, to try edits on; nothing of it is stored."""

    def __init__(self, store: Store, conn: sqlite3.Connection) -> None:
        self.conn = connect.memory()
        for table in (*_COPIED, *_EMPTY):
            statement = conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
            self.conn.execute(statement)
        for table in _COPIED:
            rows = conn.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 (constant)
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                self.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 (constant)
        self._now = store.clock.stamp()

    @contextmanager
    def trial(self) -> Iterator[WriteTxn]:
        """A transaction whose changes are gone at its end."""
        self.conn.execute("BEGIN")
        try:
            yield _Trial(self.conn, self._now, "draft")
        finally:
            self.conn.execute("ROLLBACK")


# --- edits as JSON ------------------------------------------------------------------------------


def _encode(edit: Edit) -> dict[str, Any]:
    found: dict[str, Any] = {"operation": edit.operation, "section": edit.section}
    found |= {
        name: value for name in ("id", "before", "to", "customer", "value") if (value := getattr(edit, name))
    }
    return found if edit.rule is None else found | {"rule": values_of(edit.rule)}


def _decode(found: dict[str, Any]) -> Edit:
    if found["operation"] not in get_args(Operation):
        raise UsageError(f"the draft holds an unknown edit {found['operation']!r}", "discard the draft")
    rule = rule_from(found["section"], found.pop("rule")) if "rule" in found else None
    return Edit(**found, rule=rule)


def edit_text(edit: Edit) -> str:
    """One line for the eye: ``edit links vip``, ``say tag:customer=acme-inc is acme`` (raw text)."""
    if edit.section in ("identities", "traces"):
        what = "trace " if edit.section == "traces" else ""
        return f"{edit.operation} {what}{edit.id}" + (f" is {edit.customer}" if edit.customer else "")
    if edit.section == "evidence":
        return f"set {edit.id} to {edit.value or 'nothing'}"
    place = f" to {edit.to}" if edit.operation == "move" else ""
    return f"{edit.operation} {edit.section} {edit.id or _words(edit)}{place}".strip()


def _words(edit: Edit) -> str:
    return "" if edit.rule is None else str(facts_of(edit.rule).get("match", ""))
