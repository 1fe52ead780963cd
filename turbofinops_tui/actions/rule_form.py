"""A rule as the fields of a form, and what it would do: the use case behind the rule editor."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from turbofinops_tui.actions import said
from turbofinops_tui.actions.drafts import Edit, adds, edits
from turbofinops_tui.actions.rule_words import (
    match_words,
    parse_match,
    parse_optional_day,
    parse_percent,
    parse_split,
)
from turbofinops_tui.actions.said import Keys, Named
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

Editable = ClassRule | Link | SharedRule | FeatureRule | RouteRule | Named | Keys
Texts = Mapping[str, str]
SAID = ("identity", "trace id", "keys")
KINDS: tuple[str, ...] = (*get_args(LinkKind), "class", "shared", "product", "route", *SAID)
"""what a rule can be: the kinds of links, a class or shared rule, a product's features, a route's feature,
whose an identity or a trace is, the attributes of spans that name customer and feature"""
OF_LISTS = KINDS[len(get_args(LinkKind)) :]
"""kinds that are a list of their own: a rule never goes from one to another"""
WEIGHTS: tuple[str, ...] = get_args(Weight)
RESTS: tuple[str, ...] = get_args(Rest)
USAGE = "usage"
"""in place of a product's split: by the customer's evidence"""
METHODS: tuple[str, ...] = get_args(Method)
_DATED = ("start", "end", "enabled")
_GIVES = ("match", "customer", "feature", "percent")
_FIELDS = {
    "tag": (*_GIVES, "split", *_DATED),
    "trace": (*_GIVES, "split", "evidence", "weight", "rest", *_DATED),
    "identity": ("identity", "customer", "take"),
    "trace id": ("trace", "customer"),
    "keys": ("customer_keys", "feature_keys", "exclusive_scopes"),
    "product": ("product", "split", "enabled"),
    "route": ("pattern", "feature", "enabled"),
    "class": ("match", "cost_class", "name", *_DATED),
    "shared": ("match", "method", "split", "within", *_DATED),
}


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields that a rule of ``kind`` has, in form order."""
    return _FIELDS.get(kind, (*_GIVES, *_DATED))


def kind_of(rule: Editable) -> str:
    """The word of ``KINDS`` for a rule."""
    words: dict[type, str] = {
        ClassRule: "class", SharedRule: "shared", FeatureRule: "product", RouteRule: "route", Keys: "keys",
    }  # fmt: skip
    return rule.kind if isinstance(rule, Link | Named) else words[type(rule)]


def blank(kind: str) -> Editable:
    """A new rule of ``kind`` that matches nothing yet."""
    others: dict[str, Editable] = {
        "class": ClassRule("", Match(()), "opex"), "shared": SharedRule("", Match(()), "revenue"),
        "product": FeatureRule("", ""), "route": RouteRule("", "", ""), "identity": Named("identity"),
        "trace id": Named("trace id"), "keys": Keys(),
    }  # fmt: skip
    if kind in others:
        return others[kind]
    found: Any = kind
    return Link("", found, Match(()), customer="{value}" if kind == "tag" else "")


def texts_of(rule: Editable) -> dict[str, str]:
    """Every field of the rule in the words of the command line."""
    if isinstance(rule, Named | Keys):
        return said.texts_of(rule)
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
        found |= {"customer": rule.customer, "feature": rule.feature, "percent": percent, "split": ""}
        return found | {"evidence": _joined(rule.evidence), "weight": rule.weight, "rest": rule.rest}
    if isinstance(rule, ClassRule):
        return found | {"cost_class": rule.cost_class, "name": rule.name}
    return found | {"method": rule.method, "split": _split(rule.split), "within": _joined(rule.within)}


def _split(pairs: Iterable[tuple[str, Decimal]]) -> str:
    return _joined(f"{name}={decimal_text(percent)}" for name, percent in pairs)


def read(rule: Editable, texts: Texts) -> tuple[Editable, dict[str, str]]:
    """``rule`` with what the fields say, and what cannot be read: field -> one line.

    What is said beside the lists is read when its edits are made.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    base = rule if kind_of(rule) == texts["kind"] else blank(texts["kind"])
    if isinstance(base, Named | Keys):
        return base, {}
    if isinstance(rule, Link) and isinstance(base, Link):
        base = replace(rule, kind=base.kind)
        if base.kind != "trace":
            base = replace(base, evidence=(), weight="self_time", rest="keep")
    for name in fields_of(texts["kind"]):
        try:
            values[name] = _READERS.get(name, str.strip)(texts.get(name, ""))
        except TurboError as error:
            errors[name] = error.line()
    if isinstance(base, Link) and "split" in values:
        parts = values.pop("split")
        if parts:  # it says who has what, in place of customer and percent
            errors.pop("percent", None)
            values |= {"customer": parts[0][0], "percent": parts[0][1]}
    if isinstance(base, FeatureRule) and "split" in values:
        usage = texts.get("split", "").strip().casefold() == USAGE
        values |= {"usage": usage, "split": () if usage else values["split"]}
    return replace(base, **values), errors


def _joined(words: Iterable[str]) -> str:
    """Words as a field takes them: quotes only where a blank or a quote needs them."""
    return " ".join(shlex.quote(word) if set(word) & set(" \t\n'\"") or not word else word for word in words)


def _words(text: str) -> list[str]:
    """Words with quotes as in a shell; a backslash is itself, as expressions need it."""
    reader = shlex.shlex(text, posix=True, punctuation_chars=False)
    reader.whitespace_split, reader.commenters, reader.escape = True, "", ""
    try:
        return list(reader)
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


def edits_of(rule: Editable, texts: Texts, links: Sequence[Link] = ()) -> list[Edit]:
    """The edits that put ``rule`` (as ``read`` gave it) into the draft; ``links`` are those of the draft.

    A new rule has no id. The parts of a link's split stand one behind the other, where the link stood.
    """
    if isinstance(rule, Named | Keys):
        return said.edits_of(rule, texts)
    if isinstance(rule, Link):
        return _link_edits(rule, parse_split(_words(texts.get("split", "")), "CUSTOMER"), links)
    return [edits(rule) if rule.id else adds(rule)]


def _link_edits(link: Link, parts: Sequence[tuple[str, Decimal]], links: Sequence[Link]) -> list[Edit]:
    """The link with its first part, then new ones behind it."""
    places = {held.id: place for place, held in enumerate(links)}
    after = links[places[link.id] + 1 :][:1] if link.id in places else ()
    before = after[0].id if after else ""
    more = [replace(link, id="", customer=who, percent=part) for who, part in parts[1:]]
    return [edits(link) if link.id else adds(link), *(adds(part, before) for part in more)]


def field_of(message: str, kind: str) -> str:
    """The field that a refusal is about, by its words; the match when none is named."""
    words = (
        ("percents of a split", "split"), ("evidence", "evidence"), ("product", "product"),
        ("customer key", "customer_keys"),
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
    edits: tuple[Edit, ...] = ()
    """what saving puts into the draft; empty when nothing is another"""


def preview(reports: Reports, asked: Slice, rule: Editable, texts: Texts) -> Preview:
    """Try ``rule`` on the draft; nothing is stored. What refuses it is told, not raised."""
    try:
        reports.refresh()
        links = reports.drafts.outcome().rules.links if texts.get("split") else ()
        made = edits_of(rule, texts, links)
        outcome = reports.drafts.outcome(made)
        found = reports.compare_rules(outcome, asked)
        placed = None
        if isinstance(rule, Link | SharedRule) and _of_cost(rule):
            by_link = replace(asked, by=("link",), measures=("cost",), having=(), view="draft")
            placed = _placed(reports, by_link, made, outcome.ids[-len(made) :])
    except TurboError as error:
        return Preview(refused=error.line(), field=_field(error.message, texts))
    if isinstance(rule, FeatureRule | RouteRule | Named | Keys) or not _of_cost(rule):
        return Preview(difference=found, of_cost=False, edits=tuple(made))
    books = reports.books()
    matched = len(books.index.match(rule.match).positions)
    return Preview(matched, len(books.dimensions), placed, found, edits=tuple(made))


def _field(message: str, texts: Texts) -> str:
    found = field_of(message, texts["kind"])
    parted = bool(texts.get("split", "").strip()) and texts["kind"] in ("tag", "trace")
    return "split" if parted and found in ("customer", "percent") else found


def _of_cost(rule: ClassRule | Link | SharedRule) -> bool:
    """Whether a rule is on cost, not on spans alone."""
    return any(name not in SPAN_DIMENSIONS for name, _ in rule.match.terms)


def _placed(reports: Reports, asked: Slice, made: Sequence[Edit], names: Sequence[str]) -> Money:
    table = reports.table(asked, made)
    cells = [row.values[0] for row in table.rows if row.key[0] in names]
    amounts = [cell for cell in cells if isinstance(cell, Money)]
    return sum(amounts[1:], amounts[0]) if amounts else Money(0, table.currency)
