"""Stored Stripe objects around what changed, grouped into payment components."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from turbofinops_tui.errors import DataError
from turbofinops_tui.store.findings import Finding
from turbofinops_tui.sync.derive_component import Component, Origin
from turbofinops_tui.sync.derive_facts import MONEY_KINDS, fact
from turbofinops_tui.sync.derive_inbox import WHOLE
from turbofinops_tui.sync.derive_invoices import OBJECT_FINDING
from turbofinops_tui.sync.derive_previews import is_replaced
from turbofinops_tui.sync.derive_types import CreditNote, Fact, Invoice, Metered, Preview, Price
from turbofinops_tui.sync.read.stripe_objects import PREVIEW, Json, references, unpack

READ_FINDING = OBJECT_FINDING
_KINDS = json.dumps(sorted(set(MONEY_KINDS) - {"price"}))
_SCOPE = "source = ? AND account = ? AND livemode = ?"
_OBJECTS = (
    f"SELECT id, object, event, complete, version, body FROM stripe_object WHERE {_SCOPE}"  # noqa: S608 (constants)
    " AND id IN (SELECT value FROM json_each(?)) AND object IN (SELECT value FROM json_each(?))"
)
_REFERRING = (
    f"SELECT target, id FROM stripe_reference WHERE {_SCOPE}"  # noqa: S608 (constants)
    " AND target IN (SELECT value FROM json_each(?))"
)


@dataclass(slots=True)
class Loaded:
    """The closure of some changed ids: facts by id, and which ids hang together."""

    origin: Origin
    facts: dict[str, Fact] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def load_closure(conn: sqlite3.Connection, origin: Origin, seeds: Iterable[str]) -> Loaded:
    """Everything that money ties to ``seeds``: breadth first over references, both ways."""
    key = (origin.source, origin.account, int(origin.livemode))
    loaded = Loaded(origin)
    frontier = set(seeds)
    while frontier:
        loaded.ids |= frontier
        wanted = json.dumps(sorted(frontier))
        found: set[str] = set()
        alone: set[str] = set()
        for ident, kind, event, complete, version, body in conn.execute(_OBJECTS, (*key, wanted, _KINDS)):
            obj = json.loads(unpack(body))
            if not complete:
                _complete_lines(conn, key, ident, obj)
            found.update(_take_in(loaded, ident, kind, event, obj))
            value = loaded.facts.get(ident)
            if isinstance(value, Preview):
                replaced = is_replaced(conn, key, value, version)
                loaded.facts[ident] = replace(value, fetched=version, replaced=replaced)
            elif isinstance(value, Metered):
                alone.add(ident)  # its invoices stand on their own
        wanted = json.dumps(sorted(frontier - alone)) if alone else wanted
        for target, ident in conn.execute(_REFERRING, (*key, wanted)):
            loaded.edges.append((target, ident))
            found.add(ident)
        frontier = found - loaded.ids
    return loaded


def _take_in(loaded: Loaded, ident: str, kind: str, event: str, obj: Json) -> list[str]:
    """Keep one object's fact; returns the ids that it refers to."""
    try:
        value = fact(obj, kind, bounded=False)
    except DataError as error:
        detail = f"{error.line()} (not counted)"
        loaded.findings.append(Finding(READ_FINDING, ident, loaded.origin.source, detail))
        return []
    if value is None:
        return []
    loaded.facts[ident] = value
    loaded.events[ident] = event
    if kind in ("invoice", PREVIEW):
        return []
    targets = list(references(obj, kind))
    if kind == "charge":
        transaction = obj.get("balance_transaction")
        if isinstance(transaction, str):
            targets.append(transaction)
    loaded.edges += [(target, ident) for target in targets]
    return targets


def _complete_lines(conn: sqlite3.Connection, key: tuple[str, str, int], ident: str, obj: Json) -> None:
    """A cut object takes its lines from the complete snapshot kept beside it, when there is one."""
    row = conn.execute(
        f"SELECT body FROM stripe_object WHERE {_SCOPE} AND id = ?",  # noqa: S608 (constants)
        (*key, ident + WHOLE),
    ).fetchone()
    if row is not None:
        obj["lines"] = json.loads(unpack(row[0])).get("lines")


def components(conn: sqlite3.Connection, loaded: Loaded) -> list[Component]:
    """The loaded facts as components, with the prices that their lines name."""
    parent = {ident: ident for ident in loaded.ids}

    def root(ident: str) -> str:
        while parent[ident] != ident:
            parent[ident] = parent[parent[ident]]
            ident = parent[ident]
        return ident

    for first, second in loaded.edges:
        parent[root(first)] = root(second)
    grouped: dict[str, Component] = {}
    for ident in loaded.ids:
        top = root(ident)
        if top not in grouped:
            grouped[top] = Component(loaded.origin)
        value = loaded.facts.get(ident)
        if value is None:
            grouped[top].ids.add(ident)
        else:
            grouped[top].add(ident, value, loaded.events[ident])
    prices = _load_prices(conn, loaded)
    for component in grouped.values():
        for invoice in (*component.invoices, *(item.invoice for item in component.previews)):
            named = ((line.price, prices.get(line.price)) for line in invoice.lines)
            component.prices.update({ident: price for ident, price in named if price is not None})
    return list(grouped.values())


def _load_prices(conn: sqlite3.Connection, loaded: Loaded) -> dict[str, Price]:
    invoices = [value for value in loaded.facts.values() if isinstance(value, Invoice)]
    invoices += [value.invoice for value in loaded.facts.values() if isinstance(value, Preview)]
    named = sorted({line.price for invoice in invoices for line in invoice.lines if line.price})
    key = (loaded.origin.source, loaded.origin.account, int(loaded.origin.livemode))
    prices: dict[str, Price] = {}
    for ident, kind, _, _, _, body in conn.execute(_OBJECTS, (*key, json.dumps(named), '["price"]')):
        value = fact(json.loads(unpack(body)), kind)
        if isinstance(value, Price):
            prices[ident] = value
    return prices


def finding_keys(component: Component) -> list[str]:
    """The objects of a component that findings can name."""
    named: list[Invoice | CreditNote] = [*component.invoices, *component.notes]
    return [item.id for item in named] + [item.id for item in component.previews]
