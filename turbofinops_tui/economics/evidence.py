"""Usage evidence from traces: who and what each span worked for, and how much (numbers.md 4.3).

Pure. A trace is a list of distinct spans in the order they were first seen; what it adds to the daily
cells depends on nothing else than the spans, the trace's id and the rules.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeVar

from turbofinops_tui.economics.span_tree import Tree, calls_of
from turbofinops_tui.economics.spans import (
    CALL_NAMES,
    CALL_SIGNS,
    CALL_STEMS,
    ENTRY_KINDS,
    ERROR_TYPE,
    MODEL,
    NANOSECONDS_A_DAY,
    PROVIDER,
    RESPONSE_ID,
    Asked,
    Attributes,
    Packed,
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
_NO_CALLS: frozenset[int] = frozenset()
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
_Call = tuple[int, str, int, Attributes, Figures]
"""day, service, second, attributes and figures of a call"""
SpanCost = tuple[str, str, Costs]
"""currency, id of the price, costs"""
Left = dict[tuple[int, str], tuple[int, Fraction]]
"""(day, currency) -> calls, and their cost in store units by their adjusted counts; empty: no price"""


class Elsewhere(Protocol):
    """What is known of calls beside their spans."""

    @property
    def tells(self) -> bool:
        """Whether any call is told by a stronger feed."""

    def told(self, ids: Sequence[str]) -> set[str]:
        """Those response ids under which a stronger feed tells the call."""

    def priced(
        self, provider: str, model: str, second: int, tokens: tuple[int, int, int, int]
    ) -> Sequence[SpanCost]:
        """What a call cost, by currency; empty without a price."""


class Nowhere:
    """Nothing is known of any call."""

    tells = False

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

    @property
    def maps_routes(self) -> bool:
        """Whether any route stands for a feature."""

    def feature_of_route(self, method: str, route: str, day: int) -> str:
        """The feature that a route stands for; empty: unmapped."""

    def customer_of_trace(self, trace: str, day: int) -> str:
        """The customer reference that an explicit trace id names; empty: none."""


_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")
_NO_SIGN, _CUSTOMER, _FEATURE, _CALLED = 0, 1, 2, 4


class _Looks(NamedTuple):
    """What spans say themselves, in their order."""

    words: list[Attributes]
    """those attributes that matter"""
    customers: list[str]
    features: list[str]
    roles: dict[int, str]
    """place of a span -> ``call`` or ``agent``"""


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
        self.left: Left = {}
        """what the calls cost that were left out since a stronger feed tells them"""
        routes = (ROUTE, *METHODS) if reading.maps_routes else ()
        known = (*self.customer_keys, *reading.feature_keys, *routes[:1], *CALL_STEMS)
        self._asked = Asked.of((*self.customer_keys, *reading.feature_keys, *routes, *CALL_NAMES), known)
        self._reading = reading
        self._own = frozenset(self.customer_keys)
        self._labels = reading.feature_keys
        self._words = frozenset((*reading.feature_keys, *routes[:1]))
        self._signs: dict[tuple[str, ...], int] = {}
        self._routes: dict[tuple[str, str, int], str] = {}
        self._traces: dict[tuple[str, int], str] = {}

    def look(self, spans: Sequence[Span]) -> _Looks:
        """What the spans of a trace say themselves."""
        asked, looks = self._asked, _Looks([], [], [], {})
        for index, span in enumerate(spans):
            held = span.attributes
            own = held if held.__class__ is dict else held.pick(asked) if isinstance(held, Packed) else held
            signs = self._signs_of(own) if own else _NO_SIGN
            looks.words.append(own)
            looks.customers.append(
                (signs & _CUSTOMER and first_text(own, self.customer_keys)) or self._of_source(span.source)
            )
            day = span.start // NANOSECONDS_A_DAY
            looks.features.append(self._feature_of(own, day) if signs & _FEATURE else "")
            if signs & _CALLED and (role := call_role(own)):
                looks.roles[index] = role
        return looks

    def _signs_of(self, own: Attributes) -> int:
        """Which questions attributes of these names may answer."""
        names = tuple(own)
        found = self._signs.get(names)
        if found is None:
            found = _NO_SIGN if self._own.isdisjoint(names) else _CUSTOMER
            found |= _NO_SIGN if self._words.isdisjoint(names) else _FEATURE
            found |= _NO_SIGN if CALL_SIGNS.isdisjoint(names) else _CALLED
            _remember(self._signs, names, found)
        return found

    def _of_source(self, source: Source) -> str:
        if self._own.isdisjoint(source.attributes):
            return ""
        return first_text(source.attributes, self.customer_keys)

    def _feature_of(self, own: Attributes, day: int) -> str:
        """What the span itself says, a label or a mapped route, as ``kind`` + word; empty for neither."""
        for key in self._labels:
            if label := text_of(own.get(key)):
                return "label" + label
        route = text_of(own.get(ROUTE))
        if not route:
            return ""
        asked = (first_text(own, METHODS), route, day)
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


def _remember(answers: dict[_Key, _Answer], asked: _Key, found: _Answer) -> None:
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
    tree = Tree(spans)
    words, own, labels, roles = rules.look(spans)
    customers, features = _inherited(tree, own), _features(tree, labels)
    calls: Set[int]
    calls, same = calls_of(tree, words, roles) if roles else (_NO_CALLS, 0)
    calls, elsewhere = _own_calls(words, calls, rules.elsewhere)
    for index in elsewhere:
        _leave_out(rules, spans[index], words[index], sign)
    unsure = sum(not span.known for span in spans)
    counts.add(Counts(len(spans), 1, unsure, same, int(tree.rootless), 0, len(elsewhere)), sign)
    for index, span in enumerate(spans):
        _, _, start, length, kind, numerator, denominator, _, _, source, _ = span
        if not numerator:
            continue
        day, customer, feature = start // NANOSECONDS_A_DAY, customers[index], features[index]
        named: CustomerKind = "trace"
        if not customer:
            customer = rules.customer_of(trace, day)
            named = "reference" if customer else ""
        how: FeatureKind = feature[:5]  # type: ignore[assignment]
        label = feature[5:]
        key = (day, source.service, "", "", named, customer, how, label, numerator, denominator, "", "")
        held = cells.get(key)
        if held is None:
            held = cells[key] = list(_NOTHING)
        if kind in ENTRY_KINDS:
            held[2] += sign
            held[3] += sign * length
        held[4] += sign * (tree.self_time(index, span) if index in tree.children else length)
        if index in calls:
            figures = _tokens(span, words[index], rules, counts, sign)
            who = (named, customer, how, label, numerator, denominator)
            call = (day, source.service, start // 1_000_000_000, words[index], figures)
            _add_call(cells, call, who, rules.elsewhere, sign)


def _add_call(cells: Cells, call: _Call, who: Who, known: Elsewhere, sign: int) -> None:
    """Add an AI call with what it cost: figures once, costs by price and currency."""
    day, service, second, own, figures = call
    provider, model = first_text(own, PROVIDER), first_text(own, MODEL)
    costs = known.priced(provider, model, second, figures[:4]) if any(figures[:4]) else ()
    for number, (currency, price, amounts) in enumerate(costs or (("", "", NO_COSTS),)):
        held = _held(cells, (day, service, provider, model, *who, currency, price))
        if not number:
            for at, figure in zip(_CALL, figures, strict=True):
                held[at] += sign * figure
        for at, amount in enumerate(amounts, start=_COST):
            if amount:
                held[at] += sign * amount


def _leave_out(rules: Resolver, span: Span, own: Attributes, sign: int) -> None:
    """Note what a call cost that a stronger feed tells."""
    figures = _tokens(span, own, rules, Counts(), sign)
    told = (first_text(own, PROVIDER), first_text(own, MODEL), span.start // 1_000_000_000, figures[:4])
    costs = rules.elsewhere.priced(*told) if any(figures[:4]) else ()
    for number, (currency, _, amounts) in enumerate(costs or (("", "", NO_COSTS),)):
        place = (span.start // NANOSECONDS_A_DAY, currency)
        calls, amount = rules.left.get(place, (0, Fraction(0)))
        more = sign * sum(amounts) * Fraction(span.numerator, span.denominator)
        rules.left[place] = (calls + (0 if number else sign), amount + more)


def _held(cells: Cells, key: CellKey) -> list[int]:
    held = cells.get(key)
    if held is None:
        held = cells[key] = list(_NOTHING)
    return held


def _inherited(tree: Tree, own: list[str]) -> list[str]:
    """Each span's own value, its nearest ancestor's, or the one that the trace agrees on."""
    values = {value for value in own if value}
    if not values:
        return own
    if len(values) == 1:  # whoever has one has this one, and the trace agrees on it
        return [values.pop()] * len(own)
    return [
        value or next((own[up] for up in tree.above(index) if own[up]), "") for index, value in enumerate(own)
    ]


def _features(tree: Tree, own: list[str]) -> list[str]:
    """As ``_inherited``; a label and a route that give the same word agree."""
    if not any(own):
        return own
    words = {value[5:] for value in own if value}
    if len(words) != 1 or len(set(own) - {""}) == 1:
        return _inherited(tree, own)
    agreed = "label" + words.pop()
    return [value or agreed for value in _inherited(tree, own)]


def _tokens(span: Span, own: Attributes, rules: Resolver, counts: Counts, sign: int) -> Figures:
    """Token classes, calls and failed calls of one call."""
    if not has_usage(own):
        failed = span.failed or bool(text_of(own.get(ERROR_TYPE)))
        return (0, 0, 0, 0, 0, int(not failed), int(failed))
    found = tokens_of(own, _is_exclusive(span.source, rules.exclusive_scopes))
    counts.exclusive_cache_spans += sign * found.exclusive
    a, b, c, d, e = found[:5]
    return a, b, c, d, e, 1, 0


def _is_exclusive(source: Source, scopes: frozenset[str]) -> bool:
    return bool(scopes) and (source.scope in scopes or source.scope.partition("@")[0] in scopes)


def _own_calls(
    words: Sequence[Attributes], calls: Set[int], elsewhere: Elsewhere
) -> tuple[Set[int], Set[int]]:
    """The calls without those that a stronger feed tells, and these."""
    if not calls or not elsewhere.tells:
        return calls, _NO_CALLS
    ids = {i: ident for i in calls if (ident := text_of(words[i].get(RESPONSE_ID)))}
    if not ids or not (told := elsewhere.told(sorted(set(ids.values())))):
        return calls, _NO_CALLS
    left = {index for index, ident in ids.items() if ident in told}
    return calls - left, left
