"""What changed the books, in words: a delivery, a rule with its author, prices, rates, settings.

Read from the audit between two states. A delivery answers for a figure only where it can: by its side
(revenue or cost) and by its billing periods. What several deliveries did together is said of them together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from turbofinops_tui.economics.rule_steps import WORDS
from turbofinops_tui.store.audit import AuditRow

Side = Literal["revenue", "cost"]
REVENUE_ALONE = ("revenue",)
BOTH = ("stripe-events", "stripe-objects", "rates", "customers")
"""kinds of deliveries that can move revenue; those of BOTH move cost as well (fees, rates, owners)"""
NAMES = dict(WORDS) | {"identities": "identity"}
_RULE_ENTITIES = {**{section: section for section, _ in WORDS}, "identity": "identities"}
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Event:
    """One change of the facts that the audit knows."""

    label: str
    """``delivery 12``"""
    about: str
    """``focus aws/main``"""
    rates: bool
    revenue: bool
    cost: bool
    periods: tuple[str, ...]
    """``2026-10``; empty: any"""


def fact_label(events: Sequence[Event], side: Side, month: str) -> str:
    """What moved a figure of ``side`` in ``month``: the one event that could, or all that could."""
    able = [event for event in events if (event.revenue if side == "revenue" else event.cost)] or list(events)
    found = [event for event in able if not event.periods or month in event.periods] or able
    if not found:
        return "facts: received from accounts"
    kind = "fx" if all(event.rates for event in found) else "facts"
    if len(found) == 1:
        return f"{kind}: {found[0].label}, {found[0].about}"
    named = ", ".join(event.label for event in found[:_MOST_NAMED])
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return f"{kind}: {named}{more} together"


def fact_events(rows: Iterable[AuditRow]) -> list[Event]:
    """The changes of facts among audit rows, one per delivery or source."""
    found: dict[str, Event] = {}
    for row in rows:
        event = _event(row)
        if event is not None:
            found.pop(event.label, None)
            found[event.label] = event
    return list(found.values())


def _event(row: AuditRow) -> Event | None:
    facts: dict[str, Any] = json.loads(row.after or row.before or "{}")
    if row.entity == "delivery":
        return _delivery(row, facts)
    if row.entity == "connection" and row.action in ("backfill", "events", "remove data"):
        return Event(f"{row.action} of {row.entity_id}", "account", False, True, True, ())
    if row.entity == "spans":
        return Event(row.action, "traces", False, False, True, ())
    if row.entity == "customer" and row.action not in ("new customer", "forget customer"):
        return Event(f"{row.action} {row.entity_id}", "customers", False, True, True, ())
    return None


def _delivery(row: AuditRow, facts: Mapping[str, Any]) -> Event:
    kind = str(facts.get("kind", ""))
    periods = facts.get("periods", ())
    named = tuple(str(item["period"]) for item in periods if isinstance(item, dict) and "period" in item)
    if row.action == "empty period" and "period" in facts:
        named = (str(facts["period"]),)
    removed = row.action == "remove import"
    label = f"delivery {row.entity_id}" + (" removed" if removed else "")
    source = "/".join(str(facts[name]) for name in ("source", "export") if facts.get(name, kind) != kind)
    any_kind = not kind or kind in BOTH
    about = " ".join(part for part in (kind, source) if part) or "import"
    return Event(
        label, about, kind == "rates", any_kind or kind in REVENUE_ALONE,
        any_kind or kind not in REVENUE_ALONE, named,
    )  # fmt: skip


def rule_label(cause: Mapping[str, str], rows: Sequence[AuditRow]) -> str:
    """``rules: link tagged, by ann``: an edit and who made it."""
    section, name = cause.get("section", ""), cause.get("id", "")
    entity = "identity" if section == "identities" else section
    author = ""
    for row in rows:
        if row.entity == entity and (row.entity_id == name or name == "order"):
            author = _user(row)
    what = f"{NAMES.get(section, section)} {name}" if name != "order" else f"order of the {section}"
    return f"rules: {what}" + (f", by {author}" if author else "")


def opinion_label(rows: Sequence[AuditRow]) -> str:
    """What edits of rules and settings did together, where they were not told apart; empty without any."""
    rules = [row for row in rows if row.entity in _RULE_ENTITIES]
    if rules:
        names = list(dict.fromkeys(f"{_RULE_ENTITIES[row.entity]} {row.entity_id}" for row in rules))
        return "rules: " + _listed(names) + f", by {_listed(list(dict.fromkeys(map(_user, rules))))}"
    return settings_label(rows) if any(row.entity == "setting" for row in rows) else ""


def settings_label(rows: Sequence[AuditRow]) -> str:
    """``settings: tag_prefixes, by ann``; prices are a cause of their own."""
    held = [row for row in rows if row.entity == "setting"]
    names = list(dict.fromkeys(row.entity_id for row in held))
    authors = _listed(list(dict.fromkeys(map(_user, held))))
    by = f", by {authors}" if authors else ""
    if names == ["prices"]:
        return f"prices: edited{by}"
    return f"settings: {_listed(names) or 'changed'}{by}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _user(row: AuditRow) -> str:
    try:
        return str(json.loads(row.who).get("user", ""))
    except (ValueError, AttributeError):
        return ""
