"""Editing the rules: links, classes, shared rules, feature map, routes and identities.

Each call is one transaction: the rule, its audit row, and the customers that a
template or an identity now names but nobody knew (numbers.md 4: unconfirmed
customers come at import or rule edit, never by a report).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.links import Directory, unregistered
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.store import rules as store_rules
from turbofinops_tui.store.customers import (
    add_identity,
    load_customers,
    load_identities,
    parse_identity,
    register_unconfirmed,
    remove_identity,
)
from turbofinops_tui.store.dimensions import load_live_dimensions
from turbofinops_tui.store.rules import RouteRule, Rule, Section
from turbofinops_tui.store.settings import load_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.open import WriteTxn

__all__ = ["RouteRule", "Rule", "Section"]
_T = TypeVar("_T")


def rules_of(session: Session, section: Section) -> list[Rule]:
    """The rules of one section, in their order."""
    with session.store.read() as conn:
        return store_rules.load_section(conn, section)


def rule_of(session: Session, section: Section, rule_id: str) -> Rule:
    """The rule of an id; NotFoundError when there is none."""
    with session.store.read() as conn:
        return store_rules.get_rule(conn, section, rule_id)


def add_rule(session: Session, rule: Rule, before: str = "") -> str:
    """Write a new rule at the end of its list, or in front of rule ``before``; returns its id."""
    return _write(session, "add rule", lambda txn: store_rules.save_rule(txn, rule, before=before))


def edit_rule(session: Session, rule: Rule) -> str:
    """Replace the rule of the same id in its place; returns the id."""
    return _write(session, "edit rule", lambda txn: store_rules.save_rule(txn, rule, edit=True))


def remove_rule(session: Session, section: Section, rule_id: str) -> Rule:
    """Remove a rule; returns it as it was."""
    return _write(session, "remove rule", lambda txn: store_rules.delete_rule(txn, section, rule_id))


def move_rule(session: Session, section: Section, rule_id: str, to: int) -> int:
    """Put a rule at place ``to`` of its list, counted from 1 (beyond the end: last); returns its place."""
    _write(session, "move rule", lambda txn: store_rules.move_rule(txn, section, rule_id, to))
    return 1 + [rule.id for rule in rules_of(session, section)].index(rule_id)


def enable_rule(session: Session, section: Section, rule_id: str, enabled: bool) -> bool:
    """Switch a rule on or off; True when that changed something."""
    return _write(session, "switch rule", lambda txn: store_rules.enable_rule(txn, section, rule_id, enabled))


def class_id(session: Session, name: str) -> str:
    """The id of a new class rule: its name while that is free (one opex may have several), else empty."""
    taken = {rule.id for rule in rules_of(session, "classes")}
    return name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) and name not in taken else ""


# --- identities -------------------------------------------------------------------------------


def identities_of(session: Session) -> list[t.Identity]:
    """Every identity with its customer, in (kind, value) order."""
    with session.store.read() as conn:
        return load_identities(conn)


def identity_id(identity: t.Identity) -> str:
    """``stripe:cus_1`` or ``tag:KEY=VALUE``: what ``identities add`` takes and prints."""
    return f"{identity.kind}{'=' if identity.kind.startswith('tag:') else ':'}{identity.value}"


def say_identity(session: Session, customer: str, text: str) -> str:
    """Say that ``KIND:VALUE`` is ``customer``; returns the identity's id.

    NotFoundError for an unknown customer, ConflictError (with both names) when it belongs to another.
    """
    kind, value = parse_identity(text)

    def work(txn: WriteTxn) -> str:
        ref = store_rules.existing_customer(txn.conn, customer)
        add_identity(txn, ref, kind, value)
        return identity_id(t.Identity(ref, kind, value))

    return _write(session, "add identity", work)


def reassign_identity(session: Session, text: str, customer: str) -> str:
    """Give an identity to another customer, with its whole history; returns the identity's id."""
    kind, value = parse_identity(text)

    def work(txn: WriteTxn) -> str:
        ref = store_rules.existing_customer(txn.conn, customer)
        remove_identity(txn, kind, value)
        add_identity(txn, ref, kind, value)
        return identity_id(t.Identity(ref, kind, value))

    return _write(session, "edit identity", work)


def drop_identity(session: Session, text: str) -> str:
    """Take an identity away; returns the customer it belonged to."""
    kind, value = parse_identity(text)
    return _write(session, "remove identity", lambda txn: remove_identity(txn, kind, value))


# --- figures of rules -------------------------------------------------------------------------


def dollars_of_links(session: Session) -> tuple[str, dict[str, Money]]:
    """The last whole month (``2026-10``) and the cost that each link gave away in it.

    Cost without a rate to the reporting currency is not in it (the report lists it).
    """
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.periods import Range, month_of_day, month_text

    asked = t.Slice(by=("link",), measures=("cost",), range=Range(period="last-month"))
    table = Reports(session).table(asked)
    found = {
        row.key[0]: row.values[0]
        for row in table.rows
        if row.key[0] is not None and isinstance(row.values[0], Money)
    }
    return month_text(month_of_day(table.days.start)), {
        k: v for k, v in found.items() if isinstance(v, Money)
    }


# --- the one way to write ---------------------------------------------------------------------


def _write(session: Session, action: str, work: Callable[[WriteTxn], _T]) -> _T:
    from turbofinops_tui.actions.otlp_imports import refresh_spans

    with session.store.write(action) as txn:
        result = work(txn)
        register_named(txn)
    refresh_spans(session)  # routes, and links that say how spans are read
    return result


def register_named(
    txn: WriteTxn, links: Sequence[t.Link] | None = None, spared: frozenset[str] = frozenset()
) -> None:
    """Register customers that enabled templates and sources name and nobody knew, as unconfirmed.

    ``links`` are those stored unless given; nobody is made of the folded spellings in ``spared``.
    """
    links = store_rules.load_rules(txn.conn).links if links is None else links
    if not any(link.enabled and link.customer == "{value}" for link in links):
        return
    prefixes = load_settings(txn.conn).tag_prefixes
    directory = Directory(load_customers(txn.conn), load_identities(txn.conn), prefixes)
    dimensions, first = load_live_dimensions(txn.conn)
    new = unregistered(dimensions, links, directory, first)
    names = (item.spelling for item in new if fold(item.spelling) not in spared)
    register_unconfirmed(txn, names, "rule")
