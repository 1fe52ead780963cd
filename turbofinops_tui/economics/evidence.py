"""Usage evidence from traces: who and what each span worked for, and how much (numbers.md 4.3).

Pure. A trace is a list of distinct spans in the order they were first seen; what it adds to the daily
cells depends on nothing else than the spans, the trace's id and the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from turbofinops_tui.economics.spans import (
    ENTRY_KINDS,
    MODEL,
    NANOSECONDS_A_DAY,
    PROVIDER,
    RESPONSE_ID,
    Source,
    Span,
    call_role,
    first_text,
    has_usage,
    text_of,
    tokens_of,
)
from turbofinops_tui.economics.usage import (
    COST_CLASSES,
    NO_COSTS,
    USAGE_MEASURES,
    Costs,
    CustomerKind,
    FeatureKind,
)

METHODS = ("http.request.method", "http.method")
ROUTE = "http.route"
MOST_REMEMBERED = 100_000
_CALL = (5, 6, 7, 8, 9, 0, 1)
"""places of a call's figures in a row's measures (``USAGE_MEASURES``)"""
_NOTHING = (0,) * (len(USAGE_MEASURES) + len(COST_CLASSES))
_COST = len(USAGE_MEASURES)
"""place of a call's first cost, which follow the measures"""


class Cell(NamedTuple):
    """What the figures of a day are kept by; plain tuples of the same fields while they are summed up."""

    day: int
    service: str
    provider: str
    model: str
    customer_kind: CustomerKind
    customer: str
    """as found, empty for none"""
    feature_kind: FeatureKind
    feature: str
    numerator: int
    denominator: int
    currency: str
    price: str


CellKey = tuple[int, str, str, str, CustomerKind, str, FeatureKind, str, int, int, str, str]
Cells = dict[CellKey, list[int]]
"""fields of a ``Cell`` -> measures in the order of ``USAGE_MEASURES``, then costs by ``COST_CLASSES`` in
store units of the currency; each to be multiplied by the count"""
Who = tuple[CustomerKind, str, FeatureKind, str, int, int]
Figures = tuple[int, int, int, int, int, int, int]
"""four token classes, reasoning, calls, failed calls"""
SpanCost = tuple[str, str, Costs]
"""currency, id of the price, costs"""


class Elsewhere(Protocol):
    """What is known of calls beside their spans."""

    def told(self, ids: Sequence[str]) -> set[str]:
        """Those response ids under which a stronger feed tells the call."""

    def priced(
        self, provider: str, model: str, second: int, tokens: tuple[int, int, int, int]
    ) -> Sequence[SpanCost]:
        """What a call cost, by currency; empty without a price."""


class Nowhere:
    """Nothing is known of any call."""

    def told(self, ids: Sequence[str]) -> set[str]:
        """None of them."""
        return set()

    def priced(
        self, provider: str, model: str, second: int, tokens: tuple[int, int, int, int]
    ) -> Sequence[SpanCost]:
        """No price."""
        return ()


class SpanReading(Protocol):
    """The opinions that resolve spans (``store.reading`` keeps them)."""

    @property
    def customer_keys(self) -> tuple[str, ...]:
        """Attributes that name the customer, strongest first."""

    @property
    def feature_keys(self) -> tuple[str, ...]:
        """Attributes that name the feature, strongest first."""

    def feature_of_route(self, method: str, route: str, day: int) -> str:
        """The feature that a route stands for; empty: unmapped."""

    def customer_of_trace(self, trace: str, day: int) -> str:
        """The customer reference that an explicit trace id names; empty: none."""


class Resolver:
    """A reading with what it has answered: few routes are distinct, and every span asks."""

    def __init__(
        self,
        reading: SpanReading,
        exclusive_scopes: frozenset[str] = frozenset(),
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.elsewhere: Elsewhere = elsewhere or Nowhere()
        self.customer_keys = reading.customer_keys
        self.exclusive_scopes = exclusive_scopes
        """scopes (``name`` or ``name@version``) whose input counts never include cached tokens"""
        self._reading = reading
        self._labels = reading.feature_keys
        self._words = frozenset((*reading.feature_keys, ROUTE))
        self._routes: dict[tuple[str, str, int], str] = {}
        self._traces: dict[tuple[str, int], str] = {}

    def feature_of(self, span: Span) -> str:
        """What the span itself says, a label or a mapped route, as ``kind`` + word; empty for neither."""
        attributes = span.attributes
        if self._words.isdisjoint(attributes):
            return ""
        for key in self._labels:
            if label := text_of(attributes.get(key)):
                return "label" + label
        route = text_of(attributes.get(ROUTE))
        if not route:
            return ""
        asked = (first_text(attributes, METHODS), route, span.start // NANOSECONDS_A_DAY)
        found = self._routes.get(asked)
        if found is None:
            found = self._reading.feature_of_route(*asked)
            _remember(self._routes, asked, found)
        return found and "route" + found

    def customer_of(self, trace: str, day: int) -> str:
        """The customer that a rule gives to a trace on a day."""
        found = self._traces.get((trace, day))
        if found is None:
            found = self._reading.customer_of_trace(trace, day)
            _remember(self._traces, (trace, day), found)
        return found


_Key = TypeVar("_Key")


def _remember(answers: dict[_Key, str], asked: _Key, found: str) -> None:
    if len(answers) >= MOST_REMEMBERED:
        answers.clear()
    answers[asked] = found


@dataclass(slots=True)
class Counts:
    """What is told about resolved traces; each adds up over traces."""

    spans: int = 0
    traces: int = 0
    unknown_probability_spans: int = 0
    same_response_id: int = 0
    lost_roots: int = 0
    exclusive_cache_spans: int = 0
    told_elsewhere: int = 0
    """calls that the meter or a gateway tells under the same response id: left out here"""

    def add(self, other: Counts, sign: int = 1) -> None:
        """Add ``other``, or take it away."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))


def add_trace(
    cells: Cells, trace: str, spans: Sequence[Span], rules: Resolver, counts: Counts, sign: int = 1
) -> None:
    """Add what a trace's spans weigh to ``cells`` (``sign`` -1 takes it away), and to ``counts``."""
    if not spans:
        return
    tree = _Tree(spans)
    customers = _inherited(tree, _own_customers(spans, rules.customer_keys))
    features = _features(tree, [rules.feature_of(span) for span in spans])
    calls, same = _calls(tree)
    calls, elsewhere = _own_calls(tree, calls, rules.elsewhere)
    counts.told_elsewhere += sign * elsewhere
    counts.spans += sign * len(spans)
    counts.traces += sign
    counts.same_response_id += sign * same
    counts.lost_roots += sign * tree.rootless
    unknown = 0
    for index, span in enumerate(spans):
        _, _, start, length, kind, numerator, denominator, known, _, source, _ = span
        unknown += not known
        if not numerator:
            continue
        day, customer, feature = start // NANOSECONDS_A_DAY, customers[index], features[index]
        named: CustomerKind = "trace"
        if not customer:
            customer = rules.customer_of(trace, day)
            named = "reference" if customer else ""
        how: FeatureKind = feature[:5]  # type: ignore[assignment]
        who = (named, customer, how, feature[5:], numerator, denominator)
        held = _held(cells, (day, source.service, "", "", *who, "", ""))
        if kind in ENTRY_KINDS:
            held[2] += sign
            held[3] += sign * length
        held[4] += sign * tree.self_time(index, span)
        if index in calls:
            figures = _tokens(span, rules, counts, sign)
            _add_call(cells, (day, source.service), who, span, figures, rules.elsewhere, sign)
    counts.unknown_probability_spans += sign * unknown


def _add_call(
    cells: Cells, place: tuple[int, str], who: Who, span: Span, figures: Figures, known: Elsewhere, sign: int
) -> None:
    """Add an AI call with what it cost: figures once, costs by price and currency."""
    provider, model = first_text(span.attributes, PROVIDER), first_text(span.attributes, MODEL)
    second = span.start // 1_000_000_000
    costs = known.priced(provider, model, second, figures[:4]) if any(figures[:4]) else ()
    for number, (currency, price, amounts) in enumerate(costs or (("", "", NO_COSTS),)):
        held = _held(cells, (*place, provider, model, *who, currency, price))
        for at, figure in zip(_CALL, figures, strict=True) if not number else ():
            held[at] += sign * figure
        for at, amount in enumerate(amounts, start=_COST):
            held[at] += sign * amount


def _held(cells: Cells, key: CellKey) -> list[int]:
    held = cells.get(key)
    if held is None:
        held = cells[key] = list(_NOTHING)
    return held


class _Tree:
    """The spans of a trace by parent; a cycle of parents has no top."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans
        places = {span.id: index for index, span in enumerate(spans)}
        self.parent = [
            up if (up := places.get(span.parent, -1)) != index else -1 for index, span in enumerate(spans)
        ]
        self.children: dict[int, list[int]] = {}
        for index, up in enumerate(self.parent):
            if up >= 0:
                self.children.setdefault(up, []).append(index)
        self.rootless = all(span.parent for span in spans)

    def self_time(self, index: int, span: Span) -> int:
        """What a span lasts without its children."""
        below = self.children.get(index)
        if below is None or not span.length:
            return span.length
        return span.length - _covered(span, [self.spans[place] for place in below])

    def above(self, index: int) -> list[int]:
        """The ancestors, nearest first."""
        found: list[int] = []
        seen = {index}
        while (index := self.parent[index]) >= 0 and index not in seen:
            seen.add(index)
            found.append(index)
        return found


def _own_customers(spans: Sequence[Span], keys: Sequence[str]) -> list[str]:
    """What each span or its resource says, all keys on the span before any on the resource."""
    resources: dict[int, str] = {}
    found = []
    wanted = frozenset(keys)
    for span in spans:
        own = "" if wanted.isdisjoint(span.attributes) else first_text(span.attributes, keys)
        if not own:
            source = span.source
            own = resources.get(id(source), "\0")
            if own == "\0":
                own = resources[id(source)] = first_text(source.attributes, keys)
        found.append(own)
    return found


def _inherited(tree: _Tree, own: list[str]) -> list[str]:
    """Each span's own value, its nearest ancestor's, or the one that the trace agrees on."""
    values = {value for value in own if value}
    if not values:
        return own
    if len(values) == 1:  # whoever has one has this one, and the trace agrees on it
        return [values.pop()] * len(own)
    return [
        value or next((own[up] for up in tree.above(index) if own[up]), "") for index, value in enumerate(own)
    ]


def _features(tree: _Tree, own: list[str]) -> list[str]:
    """As ``_inherited``; a label and a route that give the same word agree."""
    words = {value[5:] for value in own if value}
    if len(words) != 1 or len(set(own) - {""}) == 1:
        return _inherited(tree, own)
    agreed = "label" + words.pop()
    return [value or agreed for value in _inherited(tree, own)]


def _covered(span: Span, children: Sequence[Span]) -> int:
    """How much of a span its children cover: the union of their intervals, clipped to it."""
    first, last = span.start, span.start + span.length
    if len(children) == 1:
        child = children[0]
        return max(0, min(child.start + child.length, last) - max(child.start, first))
    covered, reached = 0, first
    for begin, length in sorted((child.start, child.length) for child in children):
        end = min(begin + length, last)
        begin = max(begin, reached)
        if end > begin:
            covered += end - begin
            reached = end
    return covered


def _tokens(span: Span, rules: Resolver, counts: Counts, sign: int) -> Figures:
    """Token classes, calls and failed calls of one call."""
    attributes = span.attributes
    if not has_usage(attributes):
        failed = span.failed or bool(text_of(attributes.get("error.type")))
        return (0, 0, 0, 0, 0, int(not failed), int(failed))
    found = tokens_of(attributes, _is_exclusive(span.source, rules.exclusive_scopes))
    counts.exclusive_cache_spans += sign * found.exclusive
    a, b, c, d, e = found[:5]
    return a, b, c, d, e, 1, 0


def _is_exclusive(source: Source, scopes: frozenset[str]) -> bool:
    return bool(scopes) and (source.scope in scopes or source.scope.partition("@")[0] in scopes)


def _calls(tree: _Tree) -> tuple[set[int], int]:
    """(places of the spans that count as AI calls, how many were left out for their response id)."""
    roles = {index: role for index, span in enumerate(tree.spans) if (role := call_role(span.attributes))}
    if not roles:
        return set(), 0
    chosen = {index for index, role in roles.items() if role == "call"}
    if len(chosen) < len(roles):  # an agent counts when nothing that counts lies below it
        covered = {up for index in roles for up in tree.above(index)}
        chosen |= {index for index in roles if roles[index] == "agent" and index not in covered}
    same: dict[str, list[int]] = {}
    for index in chosen:
        if ident := text_of(tree.spans[index].attributes.get(RESPONSE_ID)):
            same.setdefault(ident, []).append(index)
    left_out = {index for group in same.values() if len(group) > 1 for index in _others(tree, group)}
    return chosen - left_out, len(left_out)


def _own_calls(tree: _Tree, calls: set[int], elsewhere: Elsewhere) -> tuple[set[int], int]:
    """The calls without those that a stronger feed tells, and how many these are."""
    ids = {i: ident for i in calls if (ident := text_of(tree.spans[i].attributes.get(RESPONSE_ID)))}
    if not ids or not (told := elsewhere.told(sorted(set(ids.values())))):
        return calls, 0
    left = {index for index, ident in ids.items() if ident in told}
    return calls - left, len(left)


def _others(tree: _Tree, group: Sequence[int]) -> set[int]:
    """All of one response id but the one that counts: an ancestor of the others, else the earliest."""
    own = set(group)
    top = [index for index in group if own.isdisjoint(tree.above(index))] or list(group)
    spans = tree.spans
    kept = min(top, key=lambda index: (spans[index].start, spans[index].id))
    return own - {kept}
