"""A whole rule set in the store: read in one snapshot, replaced section by section in one transaction.

Every difference is audited on its own, as if it had been made by hand; what is equal is not written.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from turbofinops_tui.economics.money import decimal_text, parse_decimal
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.periods import day_text, parse_day
from turbofinops_tui.economics.types import Link
from turbofinops_tui.errors import ConflictError, DataError, TurboError
from turbofinops_tui.store import rule_checks, rules
from turbofinops_tui.store.customers import (
    add_identity,
    find_customer,
    load_identities,
    parse_identity,
    remove_identity,
)
from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.store.rule_rows import (
    SECTIONS,
    TABLES,
    RouteRule,
    Rule,
    Section,
    facts_of,
    load_routes,
    load_rules,
    load_section,
    write_rule,
)
from turbofinops_tui.store.rule_sets import Evidence, Floors, Price, RuleSet
from turbofinops_tui.store.settings import all_settings, load_settings, set_setting

Kind = Literal["add", "edit", "move", "remove"]
Register = Callable[[WriteTxn, Sequence[Link] | None, frozenset[str]], None]
"""makes the customers that links (None: those stored) newly name, but for the folded spellings given"""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule (or identity, or setting) that a rules file changes."""

    kind: Kind
    section: str
    id: str
    before: Rule | str | None = None
    after: Rule | str | None = None
    """texts for identities (the customer) and settings (the value)"""


def load_rule_set(conn: sqlite3.Connection) -> RuleSet:
    """Everything that a rules file says, of one moment; identities by customer, kind and value."""
    found = load_rules(conn)
    told = sorted(found.identities, key=lambda item: (item.customer.encode(), item.kind, fold(item.value)))
    values = all_settings(conn)
    return RuleSet(
        classes=found.classes,
        links=found.links,
        shared=found.shared,
        features=found.features,
        identities=tuple((item.customer, identity_text(item.kind, item.value)) for item in told),
        evidence=evidence_settings(conn, load_routes(conn), values),
        prices=tuple(map(_price, json.loads(values["prices"]))),
        floors=Floors(*(Decimal(values[f"floors.{name}"]) for name in _FLOORS)),
    )  # fmt: skip


def load_prices(conn: sqlite3.Connection) -> tuple[Price, ...]:
    """The user's own prices, in order."""
    return tuple(map(_price, json.loads(all_settings(conn)["prices"])))


def evidence_settings(
    conn: sqlite3.Connection, routes: tuple[RouteRule, ...], values: dict[str, str] | None = None
) -> Evidence:
    """How usage evidence is read: keys and trace ids of the settings, with ``routes``."""
    values = all_settings(conn) if values is None else values
    return Evidence(
        _names(values["evidence.customer_keys"]), _names(values["evidence.feature_keys"]),
        routes, tuple(json.loads(values["evidence.traces"]).items()),
        _names(values["evidence.exclusive_scopes"]),
    )  # fmt: skip


def identity_text(kind: str, value: str) -> str:
    """``stripe:cus_1`` or ``tag:KEY=VALUE``."""
    return f"{kind}{'=' if kind.startswith('tag:') else ':'}{value}"


def replace_rules(txn: WriteTxn, wanted: RuleSet, register: Register) -> list[RuleChange]:
    """Make the sections that ``wanted`` has what it says; returns what changed, in the file's order.

    Customers come before the rules that name them: identities whose customer exists, then templates and
    the customers these register, then all else. DataError with file and line for a rule that may not stand.
    """
    writer = _Writer(txn, wanted, register)
    return writer.write()


class _Writer:
    """One replacement."""

    def __init__(self, txn: WriteTxn, wanted: RuleSet, register: Register) -> None:
        self.txn, self.wanted, self.register = txn, wanted, register
        self.prefixes = load_settings(txn.conn).tag_prefixes
        self.changes: list[RuleChange] = []

    def write(self) -> list[RuleChange]:
        pending = self._identities()
        self._templates(pending)
        self._say(pending)
        for section in SECTIONS:
            if (held := self.wanted.section(section)) is not None:
                self._section(section, held)
        self.register(self.txn, None, frozenset())
        self._settings()
        order = {name: number for number, name in enumerate(("classes", "links", "shared", "features"))}
        self.changes.sort(key=lambda change: order.get(change.section, len(order)))
        return self.changes

    # --- identities -----------------------------------------------------------------------------

    def _identities(self) -> list[tuple[str, str, str]]:
        """Take away and say what can be; returns those whose customer does not exist yet."""
        if self.wanted.identities is None:
            return []
        told = self._told(self.wanted.identities)
        now = {(item.kind, fold(item.value)): item for item in load_identities(self.txn.conn)}
        for key, item in now.items():
            who = told[key][0] if key in told else None
            if who is None or fold(who) != fold(item.customer):
                remove_identity(self.txn, item.kind, item.value)
            if who is None:
                name = identity_text(item.kind, item.value)
                self.changes.append(RuleChange("remove", "identities", name, item.customer))
        new = []
        for key, (who, kind, value) in told.items():
            before = now[key].customer if key in now else None
            if before is None or fold(before) != fold(who):
                new.append((who, kind, value))
                change: Kind = "add" if before is None else "edit"
                self.changes.append(RuleChange(change, "identities", identity_text(kind, value), before, who))
        exists = [item for item in new if self._exists(item[0])]
        self._say(exists)
        return [item for item in new if item not in exists]

    def _told(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str, str]]:
        """(kind, folded value) -> (customer, kind, value); one identity on two customers is refused."""
        found: dict[tuple[str, str], tuple[str, str, str]] = {}
        for who, text in pairs:
            with self._at("identities", -1):
                kind, value = parse_identity(text)
                other = found.setdefault((kind, fold(value)), (who, kind, value))[0]
                if fold(other) != fold(who):
                    message = f"identity {identity_text(kind, value)} is on {other!r} and on {who!r}"
                    raise ConflictError(message, "keep one")
        return found

    def _exists(self, text: str) -> bool:
        return find_customer(self.txn.conn, text) is not None

    def _say(self, told: Sequence[tuple[str, str, str]]) -> None:
        for who, kind, value in told:
            with self._at("identities", -1):
                ref = rule_checks.existing_customer(self.txn.conn, who)
                add_identity(self.txn, ref, kind, value)

    def _templates(self, pending: Sequence[tuple[str, str, str]]) -> None:
        """Register whom the file's templates name, before anything names these customers itself."""
        links = self.wanted.links or ()
        if not pending and all(map(self._exists, self._targets())):
            return
        templates = []
        for number, link in enumerate(links):
            if link.enabled and link.customer == rule_checks.TEMPLATE:
                with self._at("links", number):
                    rule_checks.checked(self.txn.conn, link)
                templates.append(link)
        self.register(self.txn, templates, frozenset(fold(value) for _, _, value in pending))

    def _targets(self) -> Iterator[str]:
        """Every customer that the file names."""
        for link in self.wanted.links or ():
            if link.customer and link.customer != rule_checks.TEMPLATE:
                yield link.customer
        for rule in self.wanted.shared or ():
            yield from (name for name, _ in rule.split)
        if self.wanted.evidence is not None:
            yield from (name for _, name in self.wanted.evidence.traces)

    # --- lists of rules -------------------------------------------------------------------------

    def _section(self, section: Section, held: Sequence[Rule]) -> None:
        now = load_section(self.txn.conn, section)
        wanted = self._checked(section, held)
        if wanted == now:
            return
        old = {rule.id: rule for rule in now}
        new = {rule.id: rule for rule in wanted}
        gone = [name for name, rule in old.items() if new.get(name) != rule]
        self.txn.conn.executemany(
            f"DELETE FROM {TABLES[section]} WHERE id = ?",  # noqa: S608 (constant)
            [(name,) for name in gone],
        )  # before anything is written: a product or pattern may go from one rule to another
        for name in gone:
            if name not in new:
                self._note("remove", section, name, old[name], None)
        places = {name: place for place, name in enumerate(old)}
        stay = _in_order([places[name] for name in new if name in places])
        for position, rule in enumerate(wanted, 1):
            self._put(section, rule, position, old.get(rule.id), places.get(rule.id), stay)

    def _put(
        self,
        section: Section,
        rule: Rule,
        position: int,
        before: Rule | None,
        place: int | None,
        stay: set[int],
    ) -> None:
        """Write one rule at its place where it differs from ``before``, which stood at ``place`` from 0."""
        if before != rule:
            write_rule(self.txn.conn, rule, position)
            self._note("add" if before is None else "edit", section, rule.id, before, rule)
            return
        self.txn.conn.execute(
            f"UPDATE {TABLES[section]} SET position = ?1 WHERE id = ?2 AND position <> ?1",  # noqa: S608 (constant)
            (position, rule.id),
        )
        if place not in stay:
            self._note("move", section, rule.id, before, rule)

    def _checked(self, section: Section, held: Sequence[Rule]) -> list[Rule]:
        """The rules with customers as stored, each and all of them refused by what refuses one."""
        found: list[Rule] = []
        seen: set[str] = set()
        for number, rule in enumerate(held):
            with self._at(section, number):
                rule = rule_checks.checked(self.txn.conn, rule)
                if rule.id in seen:
                    raise rule_checks.duplicate(rule)
                seen.add(rule.id)
                if section in ("features", "routes"):
                    rules.check_unique(rule, found)
                found.append(rule)
        links = [rule for rule in found if isinstance(rule, Link)]
        with self._at(section, -1):
            rule_checks.check_percents(links, self.prefixes)
        return found

    def _note(self, kind: Kind, section: Section, name: str, before: Rule | None, after: Rule | None) -> None:
        shown = "evidence.routes" if section == "routes" else section
        self.changes.append(RuleChange(kind, shown, name, before, after))
        old, new = (None if rule is None else facts_of(rule) for rule in (before, after))
        self.txn.audit(f"{kind} rule", section, name, old, new)

    # --- settings -------------------------------------------------------------------------------

    def _settings(self) -> None:
        values: dict[str, str] = {}
        evidence = self.wanted.evidence
        if evidence is not None:
            values["evidence.customer_keys"] = ",".join(evidence.customer_keys)
            values["evidence.feature_keys"] = ",".join(evidence.feature_keys)
            values["evidence.exclusive_scopes"] = ",".join(evidence.exclusive_scopes)
            with self._at("evidence", -1):
                traces = {
                    name: rule_checks.existing_customer(self.txn.conn, who) for name, who in evidence.traces
                }
            values["evidence.traces"] = _json(traces)
        if self.wanted.prices is not None:
            values["prices"] = _json([_price_row(item) for item in self.wanted.prices])
        if self.wanted.floors is not None:
            for name in _FLOORS:
                values[f"floors.{name}"] = decimal_text(getattr(self.wanted.floors, name))
        now = all_settings(self.txn.conn)
        for key, value in values.items():
            section = key.partition(".")[0]
            with self._at(section, -1):
                if set_setting(self.txn, key, value):
                    self.changes.append(RuleChange("edit", section, key, now[key], value))

    # --- refusals -------------------------------------------------------------------------------

    @contextmanager
    def _at(self, section: str, number: int) -> Iterator[None]:
        try:
            yield
        except DataError:
            raise
        except TurboError as error:
            raise self._refusal(section, number, error) from None

    def _refusal(self, section: str, number: int, error: TurboError) -> TurboError:
        if not self.wanted.file:
            return error
        line = self.wanted.lines.get((section, number))
        return DataError(error.message, error.hint, file=self.wanted.file, line=line)


def _in_order(places: Sequence[int]) -> set[int]:
    """The members of a longest ascending run-with-gaps of ``places``: what need not be called moved."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(tails, place)
        before[place] = tails[at - 1] if at else None
        tails[at : at + 1] = [place]
    found: set[int] = set()
    last: int | None = tails[-1] if tails else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


_FLOORS = ("watch", "unprofitable", "min_revenue", "min_cost")


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _price(row: dict[str, str]) -> Price:
    start = row.get("from")
    return Price(
        row["provider"], row["model"], row["class"],  # type: ignore[arg-type]
        parse_decimal(row["per_million"]), row["currency"], None if start is None else parse_day(start),
    )  # fmt: skip


def _price_row(price: Price) -> dict[str, str]:
    start = {} if price.start is None else {"from": day_text(price.start)}
    return {
        "provider": price.provider, "model": price.model, "class": price.token_class, **start,
        "per_million": decimal_text(price.per_million), "currency": price.currency,
    }  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
