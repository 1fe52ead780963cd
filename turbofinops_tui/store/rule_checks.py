"""What a rule must hold before it is written: refusals with their reason (numbers.md 4)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches

from turbofinops_tui.economics.patterns import EXPRESSION, Pattern, fold, fold_key
from turbofinops_tui.economics.types import ClassRule, FeatureRule, Link, Match, SharedRule
from turbofinops_tui.errors import ConflictError, NotFoundError, UsageError
from turbofinops_tui.store.customers import find_customer
from turbofinops_tui.store.rule_rows import WORDS, Rule, section_of

COST_DIMENSIONS = ("provider", "account", "service", "category", "source")
SPAN_DIMENSIONS = ("label", "route", "trace")
"""dimensions of usage evidence, which trace and feature links match"""
MATCH_DIMENSIONS = COST_DIMENSIONS + SPAN_DIMENSIONS
TEMPLATE = "{value}"
HUNDRED = Decimal(100)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_FOREVER = 10**9


def checked(conn: sqlite3.Connection, rule: Rule) -> Rule:
    """``rule`` with its customers in their stored spelling; raises what is wrong with it alone."""
    if rule.id and not _ID.match(rule.id):
        raise UsageError(
            f"{rule.id[:80]!r} is not a rule id", "use letters, digits, dot, dash, underscore; at most 64"
        )
    if isinstance(rule, ClassRule | Link | SharedRule):
        _check_match(rule.match)
        if rule.start is not None and rule.end is not None and rule.end <= rule.start:
            raise UsageError("the rule would never apply", "its end must lie after its start")
    if isinstance(rule, ClassRule | SharedRule):
        _no_spans(rule.match)
    if isinstance(rule, Link):
        return _checked_link(conn, rule)
    if isinstance(rule, SharedRule):
        return _checked_shared(conn, rule)
    if isinstance(rule, FeatureRule):
        _check_feature(rule)
    return rule


def check_percent(link: Link, others: Iterable[Link], tag_prefixes: tuple[str, ...]) -> None:
    """ConflictError when enabled links on the identical match give away over 100 percent on some day.

    Customer and feature are two walks: a link counts in each walk that it gives something to.
    """
    if not link.enabled:
        return
    same = [
        other for other in others
        if other.enabled and other.id != link.id and other.kind == link.kind
        and match_key(other.match, tag_prefixes) == match_key(link.match, tag_prefixes)
    ]  # fmt: skip
    for gives in (_gives_customer, _gives_feature):
        if gives(link):
            _check_days([link, *filter(gives, same)])


def check_percents(links: Iterable[Link], tag_prefixes: tuple[str, ...]) -> None:
    """``check_percent`` of a whole list at once."""
    for gives in (_gives_customer, _gives_feature):
        same: dict[object, list[Link]] = {}
        for link in links:
            if link.enabled and gives(link):
                same.setdefault((link.kind, match_key(link.match, tag_prefixes)), []).append(link)
        for held in same.values():
            if sum((link.percent for link in held), Decimal(0)) > HUNDRED:
                _check_days(held)


def match_key(match: Match, tag_prefixes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What makes two matches identical: folded keys and patterns in any order."""
    return tuple(
        sorted({(_dimension_key(name, tag_prefixes), _pattern_key(text)) for name, text in match.terms})
    )


def _dimension_key(name: str, tag_prefixes: tuple[str, ...]) -> str:
    folded = fold(name)
    return f"tag:{fold_key(folded[4:], tag_prefixes)}" if folded.startswith("tag:") else folded


def _pattern_key(text: str) -> str:
    return text if text.startswith(EXPRESSION) else "|".join(sorted({fold(part) for part in text.split("|")}))


def _check_days(links: list[Link]) -> None:
    """The sum on the first day of each link covers every combination that overlaps."""
    for day in {-_FOREVER if link.start is None else link.start for link in links}:
        active = [
            link
            for link in links
            if (link.start is None or link.start <= day) and day < (link.end or _FOREVER)
        ]
        total = sum((link.percent for link in active), Decimal(0))
        if total > HUNDRED:
            names = ", ".join(f"{link.id} {link.percent}" for link in active)
            raise ConflictError(
                f"links on one match give away {total} percent ({names})",
                "lower a percent, or set dates that do not overlap",
            )


def _gives_customer(link: Link) -> bool:
    return bool(link.customer) or not link.feature


def _gives_feature(link: Link) -> bool:
    return bool(link.feature) or (link.kind == "trace" and not link.customer)


def _check_match(match: Match) -> None:
    if not match.terms:
        raise UsageError("a rule needs something to match", "give --match D=PATTERN")
    for dimension, pattern in match.terms:
        folded = fold(dimension)
        if folded not in MATCH_DIMENSIONS and not (folded.startswith("tag:") and folded[4:].strip()):
            known = ("tag:KEY", *MATCH_DIMENSIONS)
            near = get_close_matches(folded, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
            raise UsageError(f"{dimension!r} cannot be matched", hint)
        if not pattern.strip():
            raise UsageError(f"the pattern for {dimension} is empty", "use * for any value")
        Pattern(pattern)  # an unreadable expression is refused here


def _checked_link(conn: sqlite3.Connection, link: Link) -> Link:
    if not 0 < link.percent <= HUNDRED:
        raise UsageError(f"{link.percent} percent", "give a percent above 0 and up to 100")
    if link.kind == "tag" and not link.customer and not link.feature:
        raise UsageError("a tag link gives nothing", "give --customer, --feature or both")
    if link.kind == "feature" and not link.feature:
        raise UsageError("a feature link gives no feature", "give --feature")
    if link.kind != "trace" and (link.evidence or link.weight != "self_time" or link.rest != "keep"):
        raise UsageError("evidence, weight and rest are of trace links", "use --kind trace")
    _check_spans(link)
    for text in (link.customer, link.feature):
        if TEMPLATE in text and text != TEMPLATE:
            raise UsageError(f"{text!r} is no template", f"write {TEMPLATE} alone, or a fixed name")
        if text == TEMPLATE and not any(fold(name).startswith("tag:") for name, _ in link.match.terms):
            raise UsageError(f"{TEMPLATE} needs a tag to take its value from", "add --match tag:KEY=*")
    if link.customer and link.customer != TEMPLATE:
        return replace(link, customer=existing_customer(conn, link.customer))
    return link


def _check_spans(link: Link) -> None:
    """A link is on cost or on spans: nothing has attributes of both, so mixed it would never apply."""
    names = [fold(name) for name, _ in link.match.terms]
    spans = [name for name in names if name in SPAN_DIMENSIONS]
    if not spans:
        return
    own = {"trace": ("trace",), "feature": ("label", "route")}.get(link.kind, ())
    if not own:
        _no_spans(link.match)
    strange = next((name for name in spans if name not in own), "")
    if strange:
        kind = "trace" if strange == "trace" else "feature"
        raise UsageError(f"a {link.kind} link never matches a {strange}", f"use --kind {kind}")
    if len(names) > 1:
        other = next((name for name in names if name != spans[0]), spans[0])
        raise UsageError(
            f"{spans[0]} and {other} never hold together: the first is of spans, and only once",
            f"match {spans[0]} alone (a|b for several), or cost alone",
        )
    _check_span_link(link, spans[0])


def _check_span_link(link: Link, dimension: str) -> None:
    """What a link on spans alone can say: whose traces they are, or the feature of a label or route."""
    if dimension == "trace" and not link.customer:
        raise UsageError("a link on traces names the customer of their spans", "give --customer")
    if dimension == "trace" and (link.feature or link.evidence or link.weight != "self_time"):
        raise UsageError(
            "a link on traces gives nothing but a customer", "leave out feature, evidence and weight"
        )
    if dimension != "trace" and link.customer:
        raise UsageError(f"a {dimension} names no customer", "leave out --customer")
    if link.percent != HUNDRED:
        raise UsageError(f"a {dimension} is named whole", "leave out --percent")


def _no_spans(match: Match) -> None:
    """Cost has no label, route or trace: a rule on one would never apply."""
    for name, _ in match.terms:
        if fold(name) in SPAN_DIMENSIONS:
            raise UsageError(f"no cost has a {fold(name)}", "match tag:KEY, provider, account, service, ...")


def _checked_shared(conn: sqlite3.Connection, rule: SharedRule) -> SharedRule:
    if (rule.method == "fixed") != bool(rule.split):
        raise UsageError(
            "--split goes with method fixed", "give --split CUSTOMER=PERCENT with --method fixed alone"
        )
    for name in rule.within:
        if fold(name) not in COST_DIMENSIONS and not fold(name).startswith("tag:"):
            raise UsageError(
                f"{name!r} makes no partitions", f"use tag:KEY or one of {', '.join(COST_DIMENSIONS)}"
            )
    if not rule.split:
        return rule
    _check_split(rule.split)
    return replace(
        rule, split=tuple((existing_customer(conn, name), percent) for name, percent in rule.split)
    )


def _check_feature(rule: FeatureRule) -> None:
    if not rule.product.strip():
        raise UsageError("a feature rule needs a product", "give --product")
    if rule.usage == bool(rule.split):
        raise UsageError(
            "a feature rule splits by fixed weights or by usage", "give --split F=PERCENT... or --split usage"
        )
    if rule.split:
        _check_split(rule.split)


def _check_split(split: tuple[tuple[str, Decimal], ...]) -> None:
    if len({fold(name) for name, _ in split}) != len(split) or any(percent < 0 for _, percent in split):
        raise UsageError(
            "a split names one target twice or takes a negative percent", "name each once, from 0 to 100"
        )
    total = sum((percent for _, percent in split), Decimal(0))
    if total != HUNDRED:
        raise UsageError(f"the split adds up to {total}", "percents of a split add up to 100")


def existing_customer(conn: sqlite3.Connection, text: str) -> str:
    """The reference that ``text`` means; NotFoundError with the nearest one when it means nobody."""
    found = find_customer(conn, text)
    if found is None:
        known = [str(row[0]) for row in conn.execute("SELECT ref FROM customer ORDER BY ref")]
        near = get_close_matches(text, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else "import it first, see `turbofinops customers list`"
        raise NotFoundError(f"there is no customer {text!r}", hint)
    return found


def duplicate(rule: Rule) -> ConflictError:
    """The refusal of a second rule of one id."""
    return ConflictError(
        f"there is a {WORDS[section_of(rule)]} {rule.id!r} already", "choose another --name, or edit it"
    )
