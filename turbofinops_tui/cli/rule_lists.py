"""``links list`` and its sisters: rules in their order as a table or as JSON (schema of the rules file)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from turbofinops_tui.actions.rule_words import match_words
from turbofinops_tui.cli.output import grid, terminal_width, value_text
from turbofinops_tui.cli.printing import say, say_json
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.periods import day_text

if TYPE_CHECKING:
    from turbofinops_tui.actions.links import Rule, Section
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.money import Money

EMPTY = {
    "links": "no links: add one, such as: turbofinops links add --kind tag --match 'tag:customer=*'"
    " --customer '{value}'",
    "classes": "no class rules: all cost is cogs",
    "shared": "no shared rules: cost without a customer stays unattributed",
    "features": "no feature rules: revenue has no feature unless its source names one",
    "identities": "no identities: add one, such as: turbofinops identities add acme stripe:cus_1",
    "routes": "no routes",
}


def print_list(noun: str, form: str, session: Session) -> None:
    """Print every rule of ``noun``; links with the dollars of the last whole month."""
    from turbofinops_tui.actions import links as actions

    month, dollars = "", cast("Mapping[str, Money]", {})
    if noun == "identities":
        found = [
            {"id": actions.identity_id(i), "customer": i.customer, "origin": i.origin}
            for i in actions.identities_of(session)
        ]
    else:
        rules = actions.rules_of(session, cast("Section", noun))
        if noun == "links" and rules:
            month, dollars = actions.dollars_of_links(session)
        found = [_document(rule, dollars, month) for rule in rules]
    if form == "json":
        say_json({noun: found})
    elif not found:
        say(EMPTY[noun])
    else:
        say(_table(found, dollars, month), lines=True)


def _document(rule: Rule, dollars: Mapping[str, Money], month: str) -> dict[str, Any]:
    """A rule in the schema of the rules file; a link also with its ``cost`` of ``month``."""
    found: dict[str, Any] = {"id": rule.id}
    if isinstance(rule, t.Link):
        found |= {"kind": rule.kind, "match": _match(rule.match), "customer": rule.customer or None}
        found |= {"feature": rule.feature or None, "percent": decimal_text(rule.percent)}
        if rule.kind == "trace":
            found |= {"evidence": list(rule.evidence), "weight": rule.weight, "rest": rule.rest}
        amount = dollars.get(rule.id)
        found |= {"month": month, "cost": amount.text() if amount else None}
        found["currency"] = amount.currency if amount else None
    elif isinstance(rule, t.ClassRule):
        found |= {"match": _match(rule.match), "class": rule.cost_class, "name": rule.name or None}
    elif isinstance(rule, t.SharedRule):
        found |= {"match": _match(rule.match), "method": rule.method, "split": _split(rule.split)}
        found["within"] = list(rule.within)
    elif isinstance(rule, t.FeatureRule):
        found |= {"product": rule.product, "split": "usage" if rule.usage else _split(rule.split)}
    else:
        found |= {"pattern": rule.pattern, "feature": rule.feature}
    if isinstance(rule, t.Link | t.ClassRule | t.SharedRule):
        found |= {"from": _day(rule.start), "to": _day(rule.end)}
    return found | {"enabled": rule.enabled}


def _match(match: t.Match) -> dict[str, str] | list[str]:
    """``{D: PATTERN}``, or the words when one dimension stands twice."""
    pairs = dict(match.terms)
    return pairs if len(pairs) == len(match.terms) else match_words(match)


def _split(split: tuple[tuple[str, Decimal], ...]) -> dict[str, str]:
    return {name: decimal_text(percent) for name, percent in split}


def _day(day: int | None) -> str | None:
    return None if day is None else day_text(day)


def _table(found: list[dict[str, Any]], dollars: Mapping[str, Money], month: str) -> str:
    headers = [name for name in found[0] if name not in ("currency", "month")]
    headers = list(
        dict.fromkeys([*headers, *(k for d in found for k in d if k in ("evidence", "weight", "rest"))])
    )
    rows = []
    for place, document in enumerate(found, 1):
        cells = [_cell(name, document.get(name)) for name in headers]
        if "cost" in headers:
            cells[headers.index("cost")] = value_text(dollars.get(document["id"]))
        rows.append([str(place), *cells])
    right = {0} | {i for i, name in enumerate(headers, 1) if name in ("cost", "percent")}
    shown = [f"cost {month}" if name == "cost" else name for name in headers]
    return grid(["#", *shown], rows, right, terminal_width())


def _cell(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={text}" for key, text in value.items())
    if isinstance(value, list):
        return " ".join(map(str, value))
    if name == "enabled":
        return "yes" if value else "no"
    return "" if value is None else str(value)
