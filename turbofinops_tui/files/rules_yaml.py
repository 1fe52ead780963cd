"""The rules file -> ``RuleSet``: the one schema behind file, command line and editor (interface.md).

Whatever the schema does not know is refused with its line. Numbers and dates are read from the text as it
stands, so that no percent passes through a float. Whether a rule may stand is checked where it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import currency_code, parse_decimal
from turbofinops_tui.economics.patterns import dimension_name
from turbofinops_tui.economics.periods import parse_day
from turbofinops_tui.errors import DataError, TurboError
from turbofinops_tui.files.yaml_nodes import Node, read_yaml
from turbofinops_tui.store.rule_rows import RouteRule
from turbofinops_tui.store.rule_sets import FILE_SECTIONS, Evidence, Floors, Price, RuleSet, TokenClass
from turbofinops_tui.store.rules import default_id, free_id

VERSION = "1"
_NAMED = ("classes", "links", "shared", "features")
_T = TypeVar("_T")
Decode = Callable[["Place", Node], Any]


@dataclass(frozen=True, slots=True)
class Place:
    """The file that is read, for errors."""

    file: str

    def error(self, node: Node, message: str, hint: str) -> DataError:
        """A refusal with the node's line."""
        return DataError(message, hint, file=self.file, line=node.line)


def load_rule_set(text: str, file: str) -> RuleSet:
    """The rules of ``text``; DataError with file and line for whatever does not fit the schema."""
    return rule_set_of(read_yaml(text, file), file)


def rule_set_of(root: Node, file: str) -> RuleSet:
    """The rules of a file's nodes; DataError with file and line."""
    place = Place(file)
    names = ("version", *FILE_SECTIONS)
    found = _fields(place, root, dict.fromkeys(names, _as_is), "the rules file", required=("version",))
    if found["version"].text != VERSION:
        raise place.error(found["version"], "this version of the rules file is not known", "write version: 1")
    lines: dict[tuple[str, int], int] = {}
    sections: dict[str, Any] = {}
    for name in FILE_SECTIONS:
        if name in found:
            node = found[name]
            sections[name] = _SECTIONS[name](place, node)
            held = node.items if node.kind == "list" else []
            lines |= {(name, number): item.line for number, item in enumerate(held)}
            lines[name, -1] = node.line
            if name == "evidence":
                lines |= _route_lines(node)
    return _with_ids(RuleSet(**sections, file=file, lines=lines))


def _with_ids(rules: RuleSet) -> RuleSet:
    """Rules without an id get the one that adding them would make, which depends on the file alone."""
    found: dict[str, Any] = {name: _named(getattr(rules, name)) for name in _NAMED}
    if rules.evidence is not None:
        found["evidence"] = replace(rules.evidence, routes=_named(rules.evidence.routes) or ())
    return replace(rules, **found)


def _named(held: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if held is None or all(rule.id for rule in held):
        return held
    taken = {rule.id for rule in held if rule.id}
    found = []
    for rule in held:
        name = rule.id or free_id(default_id(rule), taken)
        taken.add(name)
        found.append(rule if rule.id else replace(rule, id=name))
    return tuple(found)


def _route_lines(node: Node) -> dict[tuple[str, int], int]:
    for key, value in zip(node.keys, node.items, strict=False):
        if key.text == "routes":
            return {("routes", number): item.line for number, item in enumerate(value.keys)}
    return {}


# --- sections -----------------------------------------------------------------------------------


def _class_rule(place: Place, node: Node) -> t.ClassRule:
    shape = {"id": _text, "match": _match, "class": _choice("opex", "cogs"), "name": _optional, **_DATED}
    found = _fields(place, node, shape, "a class rule", required=("match", "class"))
    name = found.get("name", found.get("id", "") if found["class"] == "opex" else "")
    return t.ClassRule(
        found.get("id", ""), found["match"], found["class"], name, found.get("from"), found.get("to"),
        found.get("enabled", True),
    )  # fmt: skip


def _link(place: Place, node: Node) -> t.Link:
    shape = {
        "id": _text, "kind": _choice(*get_args(t.LinkKind)), "match": _match, "customer": _optional,
        "feature": _optional, "percent": _decimal, "evidence": _names, "weight": _choice(*get_args(t.Weight)),
        "rest": _choice(*get_args(t.Rest)), **_DATED,
    }  # fmt: skip
    found = _fields(place, node, shape, "a link", required=("kind", "match"))
    return t.Link(
        found.get("id", ""), found["kind"], found["match"], found.get("customer", ""),
        found.get("feature", ""), found.get("percent", Decimal(100)), found.get("from"), found.get("to"),
        found.get("enabled", True), found.get("evidence", ()), found.get("weight", "self_time"),
        found.get("rest", "keep"),
    )  # fmt: skip


def _shared_rule(place: Place, node: Node) -> t.SharedRule:
    shape = {
        "id": _text, "match": _match, "method": _choice(*get_args(t.Method)), "split": _split,
        "within": _dimensions, **_DATED,
    }  # fmt: skip
    found = _fields(place, node, shape, "a shared rule", required=("match", "method"))
    return t.SharedRule(
        found.get("id", ""), found["match"], found["method"], found.get("split", ()),
        found.get("within", ()), found.get("from"), found.get("to"), found.get("enabled", True),
    )  # fmt: skip


def _feature_rule(place: Place, node: Node) -> t.FeatureRule:
    shape = {"id": _text, "product": _text, "split": _split_or_usage, "enabled": _flag}
    found = _fields(place, node, shape, "a feature rule", required=("product", "split"))
    usage = found["split"] == "usage"
    split = () if usage else found["split"]
    return t.FeatureRule(found.get("id", ""), found["product"], split, usage, found.get("enabled", True))


def _identities(place: Place, node: Node) -> tuple[tuple[str, str], ...]:
    found = []
    for customer, values in _pairs(place, node, "identities", _names):
        if not customer.strip():
            raise place.error(node, "identities of a customer without a name", "name the customer")
        found += [(customer, value) for value in values]
    return tuple(found)


def _evidence(place: Place, node: Node) -> Evidence:
    shape = {
        "customer_keys": _names, "feature_keys": _names, "routes": _routes, "traces": _traces,
        "exclusive_scopes": _names,
    }  # fmt: skip
    return Evidence(**_fields(place, node, shape, "evidence"))


def _routes(place: Place, node: Node) -> tuple[RouteRule, ...]:
    pairs = _pairs(place, node, "routes", _route)
    return tuple(replace(route, pattern=pattern) for pattern, route in pairs)


def _route(place: Place, node: Node) -> RouteRule:
    """A route without its pattern, which is its key."""
    if node.kind == "scalar":
        return RouteRule("", "", _text(place, node))
    shape = {"id": _text, "feature": _text, "enabled": _flag}
    found = _fields(place, node, shape, "a route", required=("feature",))
    return RouteRule(found.get("id", ""), "", found["feature"], found.get("enabled", True))


def _traces(place: Place, node: Node) -> tuple[tuple[str, str], ...]:
    return tuple(_pairs(place, node, "traces", _text))


def _price(place: Place, node: Node) -> Price:
    shape = {
        "provider": _text, "model": _text, "class": _choice(*get_args(TokenClass)), "from": _day,
        "per_million": _amount, "currency": _currency,
    }  # fmt: skip
    needed = ("provider", "model", "class", "per_million", "currency")
    found = _fields(place, node, shape, "a price", required=needed)
    return Price(
        found["provider"], found["model"], found["class"], found["per_million"], found["currency"],
        found.get("from"),
    )  # fmt: skip


def _floors(place: Place, node: Node) -> Floors:
    shape = {"watch": _decimal, "unprofitable": _decimal, "min_revenue": _amount, "min_cost": _amount}
    return Floors(**_fields(place, node, shape, "floors"))


# --- values -------------------------------------------------------------------------------------


def _fields(
    place: Place, node: Node, shape: Mapping[str, Decode], what: str, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The decoded fields that are there; unknown and missing ones are refused."""
    if node.kind != "map":
        if node.null and not required:
            return {}
        raise place.error(node, f"{what} is not a mapping of fields", f"fields are {', '.join(shape)}")
    found = {}
    for key, value in zip(node.keys, node.items, strict=True):
        if key.text not in shape:
            near = get_close_matches(key.text, shape, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(shape)}"
            raise place.error(key, f"{what} has no field {key.text!r}", hint)
        found[key.text] = _told(place, key, shape[key.text], value)
    for name in required:
        if name not in found:
            raise place.error(node, f"{what} needs the field {name!r}", "add it")
    return found


def _told(place: Place, key: Node, decode: Decode, value: Node) -> Any:
    """The decoded value; what a parser of words refuses gets the file and the line."""
    try:
        return decode(place, value)
    except DataError as error:
        if error.file:
            raise
        raise place.error(value, f"{key.text}: {error.message}", error.hint) from None
    except TurboError as error:
        raise place.error(value, f"{key.text}: {error.message}", error.hint) from None


def _list_of(decode: Callable[[Place, Node], _T]) -> Callable[[Place, Node], tuple[_T, ...]]:
    def read(place: Place, node: Node) -> tuple[_T, ...]:
        if node.null:
            return ()
        if node.kind != "list":
            raise place.error(node, "this is not a list", "write '- ' before each, or [..., ...]")
        return tuple(decode(place, item) for item in node.items)

    return read


def _pairs(place: Place, node: Node, what: str, decode: Callable[[Place, Node], _T]) -> list[tuple[str, _T]]:
    if node.null:
        return []
    if node.kind != "map":
        raise place.error(node, f"{what} is not a mapping", "write NAME: value")
    return [
        (key.text, _told(place, key, decode, value)) for key, value in zip(node.keys, node.items, strict=True)
    ]


def _as_is(place: Place, node: Node) -> Node:
    return node


def _text(place: Place, node: Node) -> str:
    if node.kind != "scalar" or node.null or not node.text.strip():
        raise place.error(node, "a text is missing here", "write one, in quotes if it has special characters")
    return node.text


def _optional(place: Place, node: Node) -> str:
    if node.kind != "scalar":
        raise place.error(node, "this is not a text", "write one")
    return "" if node.null else node.text


def _decimal(place: Place, node: Node) -> Decimal:
    return parse_decimal(_text(place, node))


def _amount(place: Place, node: Node) -> Decimal:
    value = _decimal(place, node)
    if value < 0:
        raise place.error(node, f"{node.text} is below 0", "write 0 or more")
    return value


def _currency(place: Place, node: Node) -> str:
    return currency_code(_text(place, node))


def _day(place: Place, node: Node) -> int | None:
    return None if node.null else parse_day(_text(place, node).strip())


def _flag(place: Place, node: Node) -> bool:
    if node.kind != "scalar" or node.text.casefold() not in ("true", "false"):
        raise place.error(node, "this is neither true nor false", "write true or false")
    return node.text.casefold() == "true"


def _choice(*known: str) -> Decode:
    def read(place: Place, node: Node) -> str:
        word = _text(place, node)
        if word not in known:
            near = get_close_matches(word, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
            raise place.error(node, f"{word!r} is not known here", hint)
        return word

    return read


def _names(place: Place, node: Node) -> tuple[str, ...]:
    return (_text(place, node),) if node.kind == "scalar" and not node.null else _texts(place, node)


_texts = _list_of(_text)


def _dimensions(place: Place, node: Node) -> tuple[str, ...]:
    return tuple(map(dimension_name, _names(place, node)))


def _match(place: Place, node: Node) -> t.Match:
    """A mapping; or a list of mappings, where one dimension must match two patterns."""
    parts = node.items if node.kind == "list" else [node]
    terms: list[tuple[str, str]] = []
    for part in parts:
        terms += _pairs(place, part, "match", _text)
    return t.Match(tuple((dimension_name(name), wanted) for name, wanted in terms))


def _split(place: Place, node: Node) -> tuple[tuple[str, Decimal], ...]:
    return tuple(_pairs(place, node, "split", _decimal))


def _split_or_usage(place: Place, node: Node) -> tuple[tuple[str, Decimal], ...] | str:
    return "usage" if node.kind == "scalar" and node.text == "usage" else _split(place, node)


_DATED: dict[str, Decode] = {"from": _day, "to": _day, "enabled": _flag}
_SECTIONS: dict[str, Decode] = {
    "classes": _list_of(_class_rule),
    "links": _list_of(_link),
    "shared": _list_of(_shared_rule),
    "features": _list_of(_feature_rule),
    "identities": _identities,
    "evidence": _evidence,
    "prices": _list_of(_price),
    "floors": _floors,
}
