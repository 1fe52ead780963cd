"""A rule as the fields of a form, and what it would do: the use case behind the rule editor."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from turbofinops_tui.actions.drafts import Edit, adds, edits
from turbofinops_tui.actions.rule_words import (
    match_words,
    parse_match,
    parse_optional_day,
    parse_percent,
    parse_split,
)
from turbofinops_tui.economics.money import Money, decimal_text
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.types import (
    ClassRule,
    FeatureRule,
    Link,
    LinkKind,
    Match,
    Method,
    Rest,
    SharedRule,
    Slice,
    Weight,
)
from turbofinops_tui.errors import TurboError, UsageError
from turbofinops_tui.store.rule_checks import SPAN_DIMENSIONS
from turbofinops_tui.store.rule_rows import RouteRule

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.consequences import Difference

Editable = ClassRule | Link | SharedRule | FeatureRule | RouteRule
Texts = Mapping[str, str]
KINDS: tuple[str, ...] = (*get_args(LinkKind), "class", "shared", "product", "route")
"""what a rule can be: the kinds of links, a class or shared rule, a product's features, a route's feature"""
OF_LISTS = KINDS[len(get_args(LinkKind)) :]
"""kinds that are a list of their own: a rule never goes from one to another"""
WEIGHTS: tuple[str, ...] = get_args(Weight)
RESTS: tuple[str, ...] = get_args(Rest)
USAGE = "usage"
"""in place of a product's split: by the customer's evidence"""
METHODS: tuple[str, ...] = get_args(Method)
MOST_VALUES = 2000
"""values of one key that completion offers"""
_DATED = ("start", "end", "enabled")
_LINK = ("match", "customer", "feature", "percent", *_DATED)
_FIELDS = {
    "trace": ("match", "customer", "feature", "percent", "evidence", "weight", "rest", *_DATED),
    "product": ("product", "split", "enabled"),
    "route": ("pattern", "feature", "enabled"),
    "class": ("match", "cost_class", "name", *_DATED),
    "shared": ("match", "method", "split", "within", *_DATED),
}


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields that a rule of ``kind`` has, in form order."""
    return _FIELDS.get(kind, _LINK)


def kind_of(rule: Editable) -> str:
    """The word of ``KINDS`` for a rule."""
    words = {ClassRule: "class", SharedRule: "shared", FeatureRule: "product", RouteRule: "route"}
    return rule.kind if isinstance(rule, Link) else words[type(rule)]


def blank(kind: str) -> Editable:
    """A new rule of ``kind`` that matches nothing yet."""
    others: dict[str, Editable] = {
        "class": ClassRule("", Match(()), "opex"), "shared": SharedRule("", Match(()), "revenue"),
        "product": FeatureRule("", ""), "route": RouteRule("", "", ""),
    }  # fmt: skip
    if kind in others:
        return others[kind]
    found: Any = kind
    return Link("", found, Match(()), customer="{value}" if kind == "tag" else "")


def texts_of(rule: Editable) -> dict[str, str]:
    """Every field of the rule in the words of the command line."""
    on = {"kind": kind_of(rule), "enabled": "yes" if rule.enabled else "no"}
    if isinstance(rule, RouteRule):
        return on | {"pattern": rule.pattern, "feature": rule.feature}
    if isinstance(rule, FeatureRule):
        return on | {"product": rule.product, "split": USAGE if rule.usage else _split(rule.split)}
    found = on | {
        "match": _joined(match_words(rule.match)),
        "start": "" if rule.start is None else day_text(rule.start),
        "end": "" if rule.end is None else day_text(rule.end),
    }
    if isinstance(rule, Link):
        percent = decimal_text(rule.percent)
        found |= {"customer": rule.customer, "feature": rule.feature, "percent": percent}
        return found | {"evidence": _joined(rule.evidence), "weight": rule.weight, "rest": rule.rest}
    if isinstance(rule, ClassRule):
        return found | {"cost_class": rule.cost_class, "name": rule.name}
    return found | {"method": rule.method, "split": _split(rule.split), "within": _joined(rule.within)}


def _split(pairs: Iterable[tuple[str, Decimal]]) -> str:
    return _joined(f"{name}={decimal_text(percent)}" for name, percent in pairs)


def read(rule: Editable, texts: Texts) -> tuple[Editable, dict[str, str]]:
    """``rule`` with what the fields say, and what cannot be read: field -> one line."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    base = rule if kind_of(rule) == texts["kind"] else blank(texts["kind"])
    if isinstance(rule, Link) and isinstance(base, Link):
        base = replace(rule, kind=base.kind)
        if base.kind != "trace":
            base = replace(base, evidence=(), weight="self_time", rest="keep")
    for name in fields_of(texts["kind"]):
        try:
            values[name] = _READERS.get(name, str.strip)(texts.get(name, ""))
        except TurboError as error:
            errors[name] = error.line()
    if isinstance(base, FeatureRule) and "split" in values:
        usage = texts.get("split", "").strip().casefold() == USAGE
        values |= {"usage": usage, "split": () if usage else values["split"]}
    return replace(base, **values), errors


def _joined(words: Iterable[str]) -> str:
    """Words as a field takes them: quotes only where a blank, a quote or a backslash needs them."""
    return " ".join(
        shlex.quote(word) if set(word) & set(" \t\n'\"\\") or not word else word for word in words
    )


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise UsageError("a quote is not closed", "write both quotes") from None


def _match(text: str) -> Match:
    words = _words(text)
    if not words:
        raise UsageError("a rule needs something to match", "write D=PATTERN, such as tag:customer=*")
    return parse_match(words)


_READERS: dict[str, Callable[[str], Any]] = {
    "match": _match,
    "percent": parse_percent,
    "start": parse_optional_day,
    "end": parse_optional_day,
    "enabled": lambda text: text == "yes",
    "split": lambda text: () if text.strip().casefold() == USAGE else parse_split(_words(text), "NAME"),
    "evidence": lambda text: tuple(_words(text)),
    "within": lambda text: tuple(_words(text)),
}


def edit_of(rule: Editable) -> Edit:
    """The edit that puts ``rule`` into the draft: a new one without an id, else in its place."""
    return edits(rule) if rule.id else adds(rule)


def field_of(message: str, kind: str) -> str:
    """The field that a refusal is about, by its words; the match when none is named."""
    words = (
        ("percents of a split", "split"), ("evidence", "evidence"), ("product", "product"),
        ("route", "pattern"),
        ("percent", "percent"), ("split", "split"), ("partitions", "within"), ("never apply", "end"),
        ("no customer", "customer"), ("gives nothing", "customer"), ("feature", "feature"),
        ("template", "customer"), ("{value}", "customer"),
    )  # fmt: skip
    found = next((name for word, name in words if word in message), "match")
    if found == "customer" and kind == "shared":
        found = "split"
    return found if found in fields_of(kind) else fields_of(kind)[0]


# --- what it would do ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would do on the days of a slice; with ``refused``, why it may not stand."""

    matched: int = 0
    dimensions: int = 0
    placed: Money | None = None
    """cost of the period that the rule gives away; None for rules that give none"""
    difference: Difference | None = None
    """the draft with this rule against the saved rules"""
    refused: str = ""
    field: str = ""
    of_cost: bool = True
    """whether the rule matches cost at all"""


def preview(reports: Reports, asked: Slice, rule: Editable) -> Preview:
    """Try ``rule`` on the draft; nothing is stored. What refuses it is told, not raised."""
    edit = edit_of(rule)
    try:
        reports.refresh()
        outcome = reports.drafts.outcome([edit])
        found = reports.compare_rules(outcome, asked)
        by_link = replace(asked, by=("link",), measures=("cost",), having=(), view="draft")
        gives = isinstance(rule, Link | SharedRule) and _of_cost(rule)
        placed = _placed(reports, by_link, edit, outcome.ids[-1]) if gives else None
    except TurboError as error:
        return Preview(refused=error.line(), field=field_of(error.message, kind_of(rule)))
    books = reports.books()
    if isinstance(rule, FeatureRule | RouteRule) or not _of_cost(rule):
        return Preview(difference=found, of_cost=False)
    matched = len(books.index.match(rule.match).positions)
    return Preview(matched, len(books.dimensions), placed, found)


def _of_cost(rule: ClassRule | Link | SharedRule) -> bool:
    """Whether a rule is on cost, not on spans alone."""
    return any(name not in SPAN_DIMENSIONS for name, _ in rule.match.terms)


def _placed(reports: Reports, asked: Slice, edit: Edit, rule_id: str) -> Money | None:
    table = reports.table(asked, [edit])
    cells = [row.values[0] for row in table.rows if row.key[0] == rule_id]
    amounts = [cell for cell in cells if isinstance(cell, Money)]
    return sum(amounts[1:], amounts[0]) if amounts else Money(0, table.currency)


# --- completion ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Completions:
    """Real words to complete from: match keys with their values, customers, features."""

    values: dict[str, list[str]] = field(default_factory=dict)
    customers: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    """of usage evidence"""
    products: list[str] = field(default_factory=list)


def completions(reports: Reports) -> Completions:
    """What the books hold: every dimension and tag key with its values, sorted."""
    books = reports.refresh()
    found: dict[str, set[str]] = {}
    for dimension in books.dimensions:
        for name in ("provider", "account", "service", "category", "source"):
            found.setdefault(name, set()).add(getattr(dimension, name))
        for key, value in dimension.tags.items():
            found.setdefault(f"tag:{key}", set()).add(value)
    rules = reports.rules()
    used = {key.feature for key in books.facts.evidence.keys} - {""}
    features = sorted({link.feature for link in rules.links if link.feature} | used | {"{value}"})
    services = sorted({key.service for key in books.facts.evidence.keys} - {""})
    labels = sorted({k.feature for k in books.facts.evidence.keys if k.feature_kind == "label"} - {""})
    products = sorted(set(books.revenue.labels["product"]) - {""})
    customers = ["{value}", *sorted(customer.ref for customer in books.customers)]
    values = {key: sorted(filter(None, held))[:MOST_VALUES] for key, held in sorted(found.items())}
    return Completions(values | {"label": labels}, customers, features, services, products)


def complete_last(text: str, words: list[str]) -> str | None:
    """Completes the last of several words."""
    head, blank_, word = text.rpartition(" ")
    found = complete(word, words)
    return None if found is None else f"{head}{blank_}{found}"


def complete(text: str, words: list[str]) -> str | None:
    """The first of ``words`` that begins with ``text``, spelt from there as the word is."""
    folded = text.casefold()
    found = next((word for word in words if word.casefold().startswith(folded)), None) if text else None
    return None if found is None else text + found[len(text) :]


def complete_match(text: str, known: Completions) -> str | None:
    """Completes the last word of a match: its key up to ``=``, then a value of that key."""
    head, blank_, word = text.rpartition(" ")
    name, equals, value = word.partition("=")
    if not equals:
        found = complete(name, [f"{key}=" for key in known.values])
    else:
        held = known.values.get(name.casefold(), [])
        tail = complete(value, [item for item in held if " " not in item])
        found = None if tail is None else f"{name}={tail}"
    return None if found is None else f"{head}{blank_}{found}"
