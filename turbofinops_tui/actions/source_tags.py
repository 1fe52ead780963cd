"""Tags that a provider could group its cost by, where cost comes without tags (Cost Explorer).

Cost Explorer gives two keys to group by, so its cost comes by account until a connection names the tag.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from turbofinops_tui.actions.connections import change_settings, list_connections
from turbofinops_tui.actions.suggesting import TagKey
from turbofinops_tui.economics.money import EXPONENTS, Money, scale
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.suggest import SAMPLES, sounds_like_customer
from turbofinops_tui.errors import TurboError
from turbofinops_tui.store.customers import load_customers
from turbofinops_tui.sync.runner import is_cost_kind

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.pull.aws_tags import SourceTag, SourceTags

ASKED_OF = "aws"
SHOWN_INACTIVE = 3


@dataclass(frozen=True, slots=True)
class ProviderTags:
    """What the provider said: keys to choose from, and a sentence about them."""

    connection: str
    keys: tuple[TagKey, ...] = ()
    words: str = ""


def untagged(session: Session, name: str = "") -> str:
    """The connection whose cost comes without tags because none is named to its provider; empty: none."""
    for item in list_connections(session):
        if name in ("", item.name) and _by_account(item):
            return item.name
    return ""


def _by_account(item: Connection) -> bool:
    settings = item.settings
    explorer = settings.get("mode") == "cost-explorer" or not (settings.get("bucket") or settings.get("mode"))
    return item.kind == ASKED_OF and explorer and not settings.get("tag_key")


def ask_provider(session: Session, name: str) -> ProviderTags:
    """The tag keys of a connection's provider, the likeliest first; errors are its ``words``."""
    from turbofinops_tui.actions.cost_sync import open_cost
    from turbofinops_tui.store.cost_cursors import save_outcome

    connection = next(item for item in list_connections(session) if item.name == name)
    try:
        source = open_cost(session, connection, threading.Event())
        found: SourceTags = source.source_tags()  # type: ignore[attr-defined]
    except TurboError as error:
        return ProviderTags(name, (), f"the tags are not known: {error.line()}")
    if not session.read_only and is_cost_kind(connection.kind):
        with session.store.write("count requests") as txn:
            save_outcome(txn, name, "", found.requests)
    known = _known(session)
    keys = [_key(tag, known) for tag in found.tags]
    keys.sort(key=lambda key: (-key.known, not sounds_like_customer(key.key), -key.cost.units, key.key))
    return ProviderTags(name, tuple(keys), _words(found))


def _key(tag: SourceTag, known: frozenset[str]) -> TagKey:
    matches = sum(fold(value) in known for value, _ in tag.values)
    currency = tag.currency if tag.currency in EXPONENTS else "USD"
    cost = Money(round(Fraction(tag.cost) * scale(currency)), currency)
    reason = f"{matches:,} of {len(tag.values):,} are customers" if matches else ""
    reason = reason or ("sounds like a customer" if sounds_like_customer(tag.key) else "")
    samples = tuple(value for value, _ in tag.values[:SAMPLES])
    return TagKey(tag.key, cost, len(tag.values), matches, samples, reason if tag.asked else "not asked for")


def _known(session: Session) -> frozenset[str]:
    with session.store.read() as conn:
        return frozenset(fold(customer.ref) for customer in load_customers(conn))


def _words(found: SourceTags) -> str:
    """Why a key may be missing, and what the look cost."""
    asked = f"{found.requests:,} paid requests told them"
    if found.inactive:
        names, more = ", ".join(found.inactive[:SHOWN_INACTIVE]), len(found.inactive) - SHOWN_INACTIVE
        rest = f" and {more:,} more" if more > 0 else ""
        return f"{asked}; inactive at AWS (Billing > Cost allocation tags): {names}{rest}"
    return asked if found.tags else "AWS knows no tag: activate one in Billing > Cost allocation tags"


def group_by(session: Session, name: str, key: str) -> str:
    """Let the provider group by ``key``: what came so far comes again with it. Returns the name."""
    change_settings(session, name, {"tag_key": key})
    return name
