"""Changing rules: add, edit, remove, move, enable; each audited in its own transaction."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.types import ClassRule, FeatureRule, Link, SharedRule
from turbofinops_tui.errors import ConflictError, NotFoundError, UsageError
from turbofinops_tui.store import rule_checks
from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.store.rule_checks import existing_customer
from turbofinops_tui.store.rule_rows import (
    SECTIONS,
    TABLES,
    WORDS,
    RouteRule,
    Rule,
    Section,
    facts_of,
    load_routes,
    load_rules,
    load_section,
    section_of,
    write_rule,
)
from turbofinops_tui.store.settings import load_settings

__all__ = [
    "SECTIONS",
    "RouteRule",
    "Rule",
    "Section",
    "check_unique",
    "default_id",
    "delete_rule",
    "enable_rule",
    "existing_customer",
    "free_id",
    "get_rule",
    "load_routes",
    "load_rules",
    "load_section",
    "move_rule",
    "save_rule",
]

MAX_ID = 48


def save_rule(txn: WriteTxn, rule: Rule, *, before: str = "", edit: bool = False) -> str:
    """Write a rule and return its id: at the end of its list, or in front of rule ``before``.

    An empty id is generated, readable and unique. ``edit`` replaces the rule of
    that id in its place. Raises ConflictError (id taken, over 100 percent on one
    match), NotFoundError (no such rule or customer) and UsageError.
    """
    section = section_of(rule)
    prefixes = load_settings(txn.conn).tag_prefixes
    rule = rule_checks.checked(txn.conn, rule)
    old = {item.id: item for item in load_section(txn.conn, section)}
    if edit and rule.id not in old:
        raise _unknown(section, rule.id)
    if not edit and rule.id in old:
        raise rule_checks.duplicate(rule)
    if not rule.id:
        rule = replace(rule, id=free_id(default_id(rule), set(old)))
    if isinstance(rule, Link):
        links = [item for item in old.values() if isinstance(item, Link)]
        rule_checks.check_percent(rule, links, prefixes)
    check_unique(rule, old.values())
    position = _position(txn.conn, section, rule.id) if edit else len(old) + 1
    write_rule(txn.conn, rule, position)
    if before:
        _place(txn.conn, section, rule.id, _position(txn.conn, section, before))
    previous = facts_of(old[rule.id]) if edit else None
    txn.audit("edit rule" if edit else "add rule", section, rule.id, previous, facts_of(rule))
    return rule.id


def delete_rule(txn: WriteTxn, section: Section, rule_id: str) -> Rule:
    """Remove a rule and return it as it was; NotFoundError when there is none."""
    rule = get_rule(txn.conn, section, rule_id)
    txn.conn.execute(f"DELETE FROM {TABLES[section]} WHERE id = ?", (rule.id,))  # noqa: S608 (constant)
    _renumber(txn.conn, section, [item.id for item in load_section(txn.conn, section)])
    txn.audit("remove rule", section, rule.id, facts_of(rule), None)
    return rule


def move_rule(txn: WriteTxn, section: Section, rule_id: str, to: int) -> None:
    """Put a rule at place ``to`` of its list, counted from 1 (beyond the end: last)."""
    rule = get_rule(txn.conn, section, rule_id)
    if to < 1:
        raise UsageError(f"place {to}", "places count from 1")
    was = _position(txn.conn, section, rule.id)
    _place(txn.conn, section, rule.id, to)
    now = _position(txn.conn, section, rule.id)
    txn.audit("move rule", section, rule.id, {"position": was}, {"position": now})


def enable_rule(txn: WriteTxn, section: Section, rule_id: str, enabled: bool) -> bool:
    """Switch a rule on or off; True when that changed something."""
    rule = get_rule(txn.conn, section, rule_id)
    if rule.enabled == enabled:
        return False
    if isinstance(rule, Link) and enabled:
        links = [item for item in load_section(txn.conn, section) if isinstance(item, Link)]
        rule_checks.check_percent(replace(rule, enabled=True), links, load_settings(txn.conn).tag_prefixes)
    txn.conn.execute(
        f"UPDATE {TABLES[section]} SET enabled = ? WHERE id = ?",  # noqa: S608 (constant)
        (int(enabled), rule.id),
    )
    txn.audit("enable rule" if enabled else "disable rule", section, rule.id, None, None)
    return True


def get_rule(conn: sqlite3.Connection, section: Section, rule_id: str) -> Rule:
    """The rule of an id; NotFoundError when there is none."""
    for rule in load_section(conn, section):
        if rule.id == rule_id:
            return rule
    raise _unknown(section, rule_id)


def _unknown(section: Section, rule_id: str) -> NotFoundError:
    return NotFoundError(f"there is no {WORDS[section]} {rule_id!r}", f"see `turbofinops {section} list`")


def check_unique(rule: Rule, others: Iterable[Rule]) -> None:
    """ConflictError when another rule has the product or the pattern of ``rule``."""
    for other in others:
        if other.id == rule.id:
            continue
        if isinstance(rule, FeatureRule) and isinstance(other, FeatureRule) and rule.product == other.product:
            raise ConflictError(
                f"product {rule.product!r} has the rule {other.id!r} already", "edit that one"
            )
        if isinstance(rule, RouteRule) and isinstance(other, RouteRule) and rule.pattern == other.pattern:
            raise ConflictError(f"route {rule.pattern!r} has the rule {other.id!r} already", "edit that one")


def _position(conn: sqlite3.Connection, section: Section, rule_id: str) -> int:
    row = conn.execute(f"SELECT position FROM {TABLES[section]} WHERE id = ?", (rule_id,)).fetchone()  # noqa: S608
    if row is None:
        raise _unknown(section, rule_id)
    return int(row[0])


def _place(conn: sqlite3.Connection, section: Section, rule_id: str, to: int) -> None:
    order = [item.id for item in load_section(conn, section) if item.id != rule_id]
    order.insert(min(to - 1, len(order)), rule_id)
    _renumber(conn, section, order)


def _renumber(conn: sqlite3.Connection, section: Section, order: list[str]) -> None:
    conn.executemany(
        f"UPDATE {TABLES[section]} SET position = ?1 WHERE id = ?2 AND position <> ?1",  # noqa: S608 (constant)
        list(enumerate(order, 1)),
    )


def default_id(rule: Rule) -> str:
    """A readable id from what the rule says: ``tag-customer``, ``opex-staging``, ``direct-support``."""
    if isinstance(rule, Link):
        words = [rule.kind, *(_word(*term) for term in rule.match.terms)]
    elif isinstance(rule, ClassRule):
        words = [rule.cost_class, rule.name or _word(*rule.match.terms[0])]
    elif isinstance(rule, SharedRule):
        words = [rule.method, _word(*rule.match.terms[0])]
    elif isinstance(rule, FeatureRule):
        words = ["product", rule.product]
    else:
        words = ["route", rule.pattern]
    text = re.sub(r"[^a-z0-9]+", "-", fold("-".join(words))).strip("-")
    return text[:MAX_ID].strip("-") or section_of(rule)


def _word(dimension: str, pattern: str) -> str:
    """A tag key names its rule; for another dimension the pattern does, unless it is a wildcard."""
    if fold(dimension).startswith("tag:"):
        return dimension[4:] if "*" in pattern or "?" in pattern else f"{dimension[4:]}-{pattern}"
    return dimension if pattern.strip() == "*" else pattern


def free_id(slug: str, taken: set[str]) -> str:
    """``slug``, with a number where that is taken."""
    name, number = slug, 1
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name
