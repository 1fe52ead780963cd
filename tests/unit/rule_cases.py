"""Random rules of every kind that may stand, for the tests of rules files."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.store.rule_rows import RouteRule
from turbofinops_tui.store.rule_sets import Evidence, Floors, Price, RuleSet, TokenClass

CUSTOMERS = ("acme", "null", "007", "Ärger & Söhne: #1", "yes")
IDS = st.text("abcXYZ019._-", min_size=1, max_size=8).filter(lambda s: s[0].isalnum())
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=10).filter(
    lambda s: bool(s.strip()) and s == s.strip() and not s.startswith("re:")
)
ODD = st.sampled_from(
    ["null", "~", "yes", "1", "1.50", "2026-01-01", "a: b", "- x", "#", "{value", "*a", "&a", "'"]
)
TEXTS = st.one_of(WORDS, ODD)
KEYS = st.text("abZ-:= ", min_size=1, max_size=5).map(str.strip).filter(bool).map("tag:{}".format)
DIMENSIONS = st.one_of(KEYS, st.sampled_from(("provider", "account", "service")))
PATTERNS = st.one_of(TEXTS, st.just("*"), st.just("staging|dev"))
MATCHES = st.lists(st.tuples(DIMENSIONS, PATTERNS), min_size=1, max_size=3).map(lambda x: t.Match(tuple(x)))
PERCENTS = st.decimals("0.001", 100, places=3).map(lambda d: d.normalize() if d != 100 else Decimal(100))
DATES = st.sampled_from([(None, None), (20_000, None), (None, 20_100), (20_000, 20_031)])


def _dated(rule: Any, dates: tuple[int | None, int | None], enabled: bool) -> Any:
    return replace(rule, start=dates[0], end=dates[1], enabled=enabled)


CLASSES: st.SearchStrategy[t.ClassRule] = st.builds(
    _dated,
    st.builds(t.ClassRule, IDS, MATCHES, st.sampled_from(("opex", "cogs")), st.one_of(st.just(""), TEXTS)),
    DATES,
    st.booleans(),
)


@st.composite
def links(draw: st.DrawFn) -> t.Link:
    """A tag, trace or feature link that may stand; percents only where matches cannot be identical."""
    kind = draw(st.sampled_from(get_args(t.LinkKind)))
    name = draw(IDS)
    terms = (("tag:k", draw(PATTERNS)), ("source", name), *draw(MATCHES).terms)
    link = t.Link(name, kind, t.Match(terms), enabled=draw(st.booleans()))
    start, end = draw(DATES)
    link = replace(link, start=start, end=end, feature=draw(st.sampled_from(("chat", "{value}", "no"))))
    if kind == "trace":
        evidence = tuple(draw(st.lists(TEXTS, max_size=2)))
        weight = draw(st.sampled_from(get_args(t.Weight)))
        return replace(link, evidence=evidence, weight=weight, rest=draw(st.sampled_from(("keep", "spread"))))
    if kind == "tag":
        return replace(
            link, customer=draw(st.sampled_from(("", "{value}", *CUSTOMERS))), percent=draw(PERCENTS)
        )
    return link


def _split(names: list[str]) -> tuple[tuple[str, Decimal], ...]:
    first = Decimal("33.3")
    rest = [(name, Decimal(0)) for name in names[1:]]
    return (
        ((names[0], Decimal(100)),) if not rest else ((names[0], first), (names[1], 100 - first), *rest[1:])
    )


SPLITS = st.lists(st.sampled_from(CUSTOMERS), min_size=1, max_size=3, unique=True).map(_split)
SHARED: st.SearchStrategy[t.SharedRule] = st.builds(
    _dated,
    st.one_of(
        st.builds(t.SharedRule, IDS, MATCHES, st.just("fixed"), SPLITS),
        st.builds(
            t.SharedRule, IDS, MATCHES, st.sampled_from(("keep", "even", "revenue", "direct", "evidence")),
            st.just(()), st.lists(DIMENSIONS, max_size=2).map(tuple),
        ),
    ),
    DATES,
    st.booleans(),
)  # fmt: skip
FEATURES = st.one_of(
    st.builds(t.FeatureRule, IDS, TEXTS, SPLITS, st.just(False), st.booleans()),
    st.builds(t.FeatureRule, IDS, TEXTS, st.just(()), st.just(True), st.booleans()),
)
ROUTES = st.builds(RouteRule, IDS, TEXTS, TEXTS, st.booleans())
NAMES = st.lists(st.sampled_from(("customer.id", "tenant.id", "null", "a b")), unique=True, max_size=3).map(
    tuple
)
EVIDENCE = st.builds(
    Evidence,
    NAMES,
    NAMES,
    st.lists(ROUTES, max_size=3, unique_by=(lambda r: r.id, lambda r: r.pattern)).map(tuple),
    st.lists(st.tuples(st.text("0123456789abcdef", min_size=4, max_size=6), st.sampled_from(CUSTOMERS)),
             max_size=2, unique_by=lambda p: p[0]).map(tuple),
)  # fmt: skip
AMOUNTS = st.decimals(0, 1000, places=2)
PRICES = st.builds(
    Price, TEXTS, TEXTS, st.sampled_from(get_args(TokenClass)), AMOUNTS, st.sampled_from(("USD", "EUR")),
    st.sampled_from((None, 20_000)),
)  # fmt: skip
FLOORS = st.builds(Floors, st.decimals(-50, 100, places=1), st.decimals(-50, 100, places=1), AMOUNTS, AMOUNTS)
IDENTITIES = st.dictionaries(
    st.tuples(st.sampled_from(("stripe", "trace", "tag:customer")), TEXTS),
    st.sampled_from(CUSTOMERS),
    max_size=4,
).map(
    lambda held: tuple(
        (who, f"{kind}{'=' if kind.startswith('tag:') else ':'}{value}")
        for (kind, value), who in sorted(
            {(kind, fold(value)): ((kind, value), who) for (kind, value), who in held.items()}.values(),
            key=lambda item: (item[1].encode(), item[0][0], fold(item[0][1])),
        )
    )
)


def _unique(strategy: Any) -> Any:
    return st.lists(strategy, max_size=4, unique_by=lambda rule: rule.id).map(tuple)


def _features() -> Any:
    both = (lambda rule: rule.id, lambda rule: rule.product)
    return st.lists(FEATURES, max_size=4, unique_by=both).map(tuple)


RULE_SETS = st.builds(
    RuleSet, _unique(CLASSES), _unique(links()), _unique(SHARED), _features(), IDENTITIES, EVIDENCE,
    st.lists(PRICES, max_size=2).map(tuple), FLOORS,
)  # fmt: skip
