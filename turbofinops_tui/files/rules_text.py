"""``RuleSet`` -> YAML: one rule a line, what is at its default left out, always the same text.

``load_rule_set(rules_text(rules))`` gives the same rules back; every text that could be read as something
else is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.types import ClassRule, FeatureRule, Link, Match, SharedRule
from turbofinops_tui.store.rule_rows import RouteRule, Rule
from turbofinops_tui.store.rule_sets import FILE_SECTIONS, Evidence, FileSection, Floors, Price, RuleSet
from turbofinops_tui.store.rules import default_id

Pairs = list[tuple[str, str]]
Entry = tuple[str, str]
"""what names a rule within its section (an id or a key), and its text without indent and dash"""
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./|-]*\Z")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
LISTS = ("classes", "links", "shared", "features", "prices")


def rules_text(rules: RuleSet) -> str:
    """The whole file, in the order of interface.md, with the sections that ``rules`` has."""
    parts = ["version: 1\n"]
    for name in FILE_SECTIONS:
        if getattr(rules, name) is not None:
            parts.append(section_text(name, entries(rules, name)))
    return "".join(parts)


def section_text(name: FileSection, found: Sequence[Entry]) -> str:
    """One section with its key, each line ended."""
    if not found:
        return f"{name}: {'[]' if name in LISTS else '{}'}\n"
    return f"{name}:\n" + "".join(entry_text(name, entry) for entry in found)


def entry_text(name: FileSection, entry: Entry) -> str:
    """One entry of a section as it stands in the file, its lines ended."""
    return f"  {'- ' if name in LISTS else ''}{entry[1]}\n"


def entries(rules: RuleSet, name: FileSection) -> list[Entry]:
    """The entries of one section, which must be there."""
    if name == "identities":
        return _identities(rules.identities or ())
    if name == "evidence":
        return _evidence(rules.evidence or Evidence())
    if name == "floors":
        return _floors(rules.floors or Floors())
    if name == "prices":
        return [(price_key(item), _flow(_price(item))) for item in rules.prices or ()]
    held: Sequence[Rule] = rules.section(name) or ()
    return [(rule.id, rule_text(rule)) for rule in held]


def rule_text(rule: Rule) -> str:
    """One rule as a mapping on one line; a route with its pattern before it."""
    if isinstance(rule, RouteRule):
        return _route(rule)
    return _flow(fields_of(rule))


def fields_of(rule: Rule) -> Pairs:
    """The fields of a rule with their YAML; those at their default are left out."""
    if isinstance(rule, ClassRule):
        return _class_fields(rule)
    if isinstance(rule, Link):
        return _link_fields(rule)
    if isinstance(rule, SharedRule):
        return _shared_fields(rule)
    if isinstance(rule, FeatureRule):
        return _feature_fields(rule)
    off = [] if rule.enabled else [("enabled", "false")]
    pattern, feature = (("pattern", scalar(rule.pattern)), ("feature", scalar(rule.feature)))
    return [("id", scalar(rule.id)), pattern, feature, *off]


def scalar(text: str) -> str:
    """``text`` as it stands, or quoted where YAML could take it for something else."""
    if _PLAIN.match(text) and text.casefold() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def price_key(price: Price) -> str:
    """What names a price in its section."""
    start = "" if price.start is None else day_text(price.start)
    return " ".join((price.provider, price.model, price.token_class, start)).strip()


# --- rules --------------------------------------------------------------------------------------


def _class_fields(rule: ClassRule) -> Pairs:
    named = rule.id if rule.cost_class == "opex" else ""
    found = [("id", scalar(rule.id)), ("match", _match(rule.match)), ("class", rule.cost_class)]
    return found + ([] if rule.name == named else [("name", scalar(rule.name))]) + _dated(rule)


def _link_fields(rule: Link) -> Pairs:
    found = [("id", scalar(rule.id)), ("kind", rule.kind), ("match", _match(rule.match))]
    if rule.evidence:
        found.append(("evidence", _list(rule.evidence)))
    plain = (
        ("weight", rule.weight, "self_time"), ("rest", rule.rest, "keep"), ("customer", rule.customer, ""),
        ("feature", rule.feature, ""),
    )  # fmt: skip
    found += [(name, scalar(value)) for name, value, default in plain if value != default]
    if rule.percent != 100:
        found.append(("percent", decimal_text(rule.percent)))
    return found + _dated(rule)


def _shared_fields(rule: SharedRule) -> Pairs:
    found = [("id", scalar(rule.id)), ("match", _match(rule.match)), ("method", rule.method)]
    if rule.split:
        found.append(("split", _split(rule.split)))
    if rule.within:
        found.append(("within", _list(rule.within)))
    return found + _dated(rule)


def _feature_fields(rule: FeatureRule) -> Pairs:
    named = [] if rule.id == default_id(rule) else [("id", scalar(rule.id))]
    split = "usage" if rule.usage else _split(rule.split)
    off = [] if rule.enabled else [("enabled", "false")]
    return [*named, ("product", scalar(rule.product)), ("split", split), *off]


def _dated(rule: ClassRule | Link | SharedRule) -> Pairs:
    found = []
    if rule.start is not None:
        found.append(("from", day_text(rule.start)))
    if rule.end is not None:
        found.append(("to", day_text(rule.end)))
    return found if rule.enabled else [*found, ("enabled", "false")]


def _match(match: Match) -> str:
    terms = [(scalar(name), scalar(wanted)) for name, wanted in match.terms]
    if len({name for name, _ in match.terms}) == len(terms):
        return _flow(terms)
    return "[" + ", ".join(_flow([term]) for term in terms) + "]"


def _split(split: Iterable[tuple[str, Decimal]]) -> str:
    return _flow([(scalar(name), decimal_text(percent)) for name, percent in split])


def _flow(pairs: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(scalar, texts)) + "]"


# --- the other sections -------------------------------------------------------------------------


def _identities(pairs: Iterable[tuple[str, str]]) -> list[Entry]:
    held: dict[str, list[str]] = {}
    for customer, value in pairs:
        held.setdefault(customer, []).append(value)
    return [(name, f"{scalar(name)}: {_list(values)}") for name, values in held.items()]


def _evidence(evidence: Evidence) -> list[Entry]:
    routes = "".join(f"\n    {_route(rule)}" for rule in evidence.routes) or " {}"
    traces = "".join(f"\n    {scalar(name)}: {scalar(who)}" for name, who in evidence.traces) or " {}"
    scopes = evidence.exclusive_scopes
    exclusive = [("exclusive_scopes", f"exclusive_scopes: {_list(scopes)}")] if scopes else []
    return [
        ("customer_keys", f"customer_keys: {_list(evidence.customer_keys)}"),
        ("feature_keys", f"feature_keys: {_list(evidence.feature_keys)}"),
        ("routes", f"routes:{routes}"),
        ("traces", f"traces:{traces}"),
        *exclusive,
    ]


def _route(rule: RouteRule) -> str:
    feature = scalar(rule.feature)
    named = [("id", scalar(rule.id))] if rule.id not in ("", default_id(rule)) else []
    off = [] if rule.enabled else [("enabled", "false")]
    value = _flow([*named, ("feature", feature), *off]) if named or off else feature
    return f"{scalar(rule.pattern)}: {value}"


def _price(price: Price) -> Pairs:
    start = [] if price.start is None else [("from", day_text(price.start))]
    return [
        ("provider", scalar(price.provider)), ("model", scalar(price.model)), ("class", price.token_class),
        *start, ("per_million", f'"{decimal_text(price.per_million)}"'), ("currency", price.currency),
    ]  # fmt: skip


def _floors(floors: Floors) -> list[Entry]:
    return [
        ("watch", f"watch: {decimal_text(floors.watch)}"),
        ("unprofitable", f"unprofitable: {decimal_text(floors.unprofitable)}"),
        ("min_revenue", f'min_revenue: "{decimal_text(floors.min_revenue)}"'),
        ("min_cost", f'min_cost: "{decimal_text(floors.min_cost)}"'),
    ]
