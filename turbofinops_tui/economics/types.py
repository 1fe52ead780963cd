"""The values that every path shares: slices, rules, tables. Stdlib only: importable before first paint.

A preset, a command line and a screen are each one ``Slice``; a report and a chart each eat one ``Table``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.number_settings import NumberSettings as NumberSettings
from turbofinops_tui.economics.periods import Days, Range
from turbofinops_tui.economics.usage import USAGE_MEASURES
from turbofinops_tui.economics.usage import EvidenceKey as EvidenceKey
from turbofinops_tui.economics.usage import EvidenceRow as EvidenceRow

Basis = Literal["recognised", "cash"]
CostBasis = Literal["effective", "billed"]
InOut = Literal["in", "out"]
View = Literal["saved", "draft", "difference"]
LinkKind = Literal["tag", "trace", "feature"]
Weight = Literal["self_time", "requests", "duration", "tokens"]
Rest = Literal["keep", "spread"]
Method = Literal["keep", "even", "revenue", "direct", "evidence", "fixed"]
Bucket = Literal["direct", "shared", "unattributed", "opex", "tax"]
DayState = Literal["missing", "provisional", "final"]

# Dimensions. ``attr:KEY`` and ``tag:KEY`` are open-ended.
CUSTOMER_DIMENSIONS = ("customer", "cohort", "plan")
TIME_DIMENSIONS = ("day", "week", "month", "age")
COST_DIMENSIONS = ("provider", "source", "account", "service", "category", "link", "model", "class")
REVENUE_DIMENSIONS = ("kind", "product")
OTHER_DIMENSIONS = ("feature", "currency")
DIMENSIONS = CUSTOMER_DIMENSIONS + TIME_DIMENSIONS + COST_DIMENSIONS + REVENUE_DIMENSIONS + OTHER_DIMENSIONS
OPEN_DIMENSIONS = ("attr:", "tag:")

MONEY_MEASURES = (
    "revenue", "cost", "direct_cost", "shared_cost", "opex_cost", "tax", "margin", "margin_best",
    "margin_worst", "ai_cost", "mrr",
)  # fmt: skip
RATIO_MEASURES = ("margin_pct", "ai_share", "coverage", "nrr", "score")
COUNT_MEASURES = ("customers",)
TEXT_MEASURES = ("verdict",)
MEASURES = MONEY_MEASURES + RATIO_MEASURES + COUNT_MEASURES + TEXT_MEASURES + USAGE_MEASURES
DEFAULT_MEASURES = ("revenue", "cost", "margin", "margin_pct")
LAST_YEAR = Range()  # the last 12 whole months

Value = Money | Ratio | int | str | None
"""A cell: money, a ratio, a count, a verdict, or None where the cell has no meaning (JSON null)."""
Key = tuple[str | None, ...]
"""One value per ``Slice.by`` dimension; None is the unattributed customer or no feature."""


@dataclass(frozen=True, slots=True)
class Condition:
    """``--where D=V`` or ``D!=V``; V is a glob, any case. Same D twice is OR, all ``!=`` hold."""

    dimension: str
    pattern: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Having:
    """``--having 'margin<0'``: keeps rows whose measure compares true (major units, percent, a verdict)."""

    measure: str
    operator: Literal["<", "<=", ">", ">=", "=", "!="]
    value: Decimal | str


@dataclass(frozen=True, slots=True)
class Sort:
    """``--sort M[:asc]``: a measure or dimension, largest first unless ``ascending``."""

    name: str
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """The one query object: the same behind a preset, a command line and a screen (product.md)."""

    by: tuple[str, ...] = ("customer",)
    measures: tuple[str, ...] = DEFAULT_MEASURES
    range: Range = LAST_YEAR
    revenue: Basis = "recognised"
    cost: CostBasis = "effective"
    currency: str = ""
    """ISO code, ``native``, or empty for the setting ``currency``"""
    tax: InOut = "out"
    credits: InOut = "in"
    estimates: InOut = "in"
    where: tuple[Condition, ...] = ()
    having: tuple[Having, ...] = ()
    sort: tuple[Sort, ...] = ()
    top: int | None = None
    compare: str = ""
    cumulative: bool = False
    shared: Method | None = None
    """one method for the whole shared + unattributed pool, not the saved shared rules (marked on screen)"""
    view: View = "saved"


# --- rules: the opinions ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    """(dimension, pattern) pairs that must all hold; the first ``tag:`` pair gives ``{value}``.

    Patterns: exact, glob ``* ?``, alternatives ``a|b``, ``re:`` expression; any case (numbers.md 4).
    """

    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClassRule:
    """Step 0: names matching cost ``opex`` (with a name) or ``cogs``; ordered, dated."""

    id: str
    match: Match
    cost_class: Literal["cogs", "opex"]
    name: str = ""
    start: int | None = None
    end: int | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A cost attribution link. ``customer`` and ``feature`` are fixed, ``{value}`` templates, or empty."""

    id: str
    kind: LinkKind
    match: Match
    customer: str = ""
    feature: str = ""
    percent: Decimal = Decimal(100)
    start: int | None = None
    end: int | None = None
    """from its first usage day to the day after the last, half-open"""
    enabled: bool = True
    evidence: tuple[str, ...] = ()
    weight: Weight = "self_time"
    rest: Rest = "keep"


@dataclass(frozen=True, slots=True)
class SharedRule:
    """Spreads matching cost that has no customer by ``method``, inside each partition of ``within``."""

    id: str
    match: Match
    method: Method
    split: tuple[tuple[str, Decimal], ...] = ()
    """customer reference -> percent, for ``fixed``; adds to 100"""
    within: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class FeatureRule:
    """Product -> feature weights for revenue; ``usage`` splits by the customer's evidence."""

    id: str
    product: str
    split: tuple[tuple[str, Decimal], ...] = ()
    usage: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """One external id of a customer: ``kind`` is ``stripe``, ``trace``, ``meter`` or ``tag:KEY``."""

    customer: str
    kind: str
    value: str
    origin: str = "rule"
    """``rule`` (a person), ``stripe`` or ``import`` (the source told)"""


@dataclass(frozen=True, slots=True)
class Rules:
    """All opinions at one moment; ``id`` is the rules part of the books id."""

    classes: tuple[ClassRule, ...] = ()
    links: tuple[Link, ...] = ()
    shared: tuple[SharedRule, ...] = ()
    features: tuple[FeatureRule, ...] = ()
    identities: tuple[Identity, ...] = ()
    id: str = ""


# --- facts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CostDimension:
    """One distinct set of a cost's attributes; links own dimensions, never lines."""

    id: int
    source: str
    provider: str
    account: str
    service: str
    category: str
    charge_category: str
    """Usage, Credit, Adjustment, Purchase or Tax"""
    commitment: str
    """Used, Unused or empty"""
    cost_basis: str
    """billed, priced or estimated"""
    model: str
    currency: str
    unit: str
    names_customer: str
    """identity the source itself names (``stripe:cus_1``), or empty"""
    tags: Mapping[str, str]
    """folded key -> value, first in the text wins; boolean and null values are left out"""


@dataclass(frozen=True, slots=True)
class Customer:
    """A paying account by its internal reference; ``attributes`` are today's."""

    ref: str
    name: str = ""
    plan: str = ""
    signup_day: int | None = None
    confirmed: bool = True
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rate:
    """An exact conversion: ``numerator / denominator`` units of ``currency`` per unit, then the table
    rate of ``day`` to the reporting currency when ``currency`` is another."""

    numerator: int
    denominator: int
    currency: str
    day: int


@dataclass(frozen=True, slots=True)
class Revenue:
    """One revenue fact with its service period; the amount spreads over ``[start, end)`` by day.

    ``start == end`` books everything on ``start``. Cash rows have one day.
    """

    source: str
    identity: str
    """``stripe:cus_1`` or a plain customer reference"""
    kind: str
    basis: Basis
    currency: str
    units: int
    """signed, store scale"""
    start: int
    end: int
    product: str = ""
    plan: str = ""
    feature: str = ""
    estimated: bool = False
    credit_applied: bool = False
    group: str = ""
    """rows of one group (an invoice) convert cumulatively in ``sequence`` order; empty: each row-day alone"""
    sequence: int = 0
    rate: Rate | None = None
    """the invoice's own rate; None: table rate of ``rate_day``"""
    rate_day: int = 0
    object_id: str = ""
    """provenance: the source object (``in_1``) or ``file:line``"""
    event_id: str = ""
    mrr: int = 0
    """what a subscription line is worth per month while its period lasts, store scale"""


@dataclass(frozen=True, slots=True)
class SourceState:
    """Days of one source that are not final: ``[start, end)`` and why."""

    source: str
    start: int
    end: int
    state: DayState


class Rates(Protocol):
    """Table rates (numbers.md 1): the last on or before the day, at most 7 days old, crossed by the base."""

    def rate(self, currency: str, to: str, day: int) -> tuple[int, int] | None:
        """(numerator, denominator) major units of ``to`` per major unit of ``currency``, or None."""


class Books(Protocol):
    """The facts with the number settings, on one axis of spans; the evaluator does not know which.

    A span never crosses a month: whole months on the month axis, parts of months
    or days on a window that ``window`` builds on demand with the same builder.
    """

    facts_id: str
    settings: NumberSettings
    spans: Sequence[Days]
    """ascending, disjoint"""
    dimensions: Sequence[CostDimension]
    customers: Sequence[Customer]

    def window(self, spans: Sequence[Days]) -> Books:
        """The same facts on other spans."""


@dataclass(frozen=True, slots=True)
class BooksId:
    """Fingerprint of facts, rules and number settings: same id, same numbers (8 hex each)."""

    facts: str
    rules: str
    settings: str
    whole: str


# --- answers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a key and a value per measure, in slice order."""

    key: Key
    values: tuple[Value, ...]
    currency: str = ""
    """set with ``currency=native``"""
    others: bool = False
    """the one ``(others)`` row under --top"""
    previous: tuple[Value, ...] = ()
    """with ``compare``: the other period's values"""


@dataclass(frozen=True, slots=True)
class Unconverted:
    """An amount without a rate: listed, counted in warnings, never dropped, never 1:1."""

    amount: Money
    customer: str | None
    side: Literal["revenue", "cost"]
    source: str
    day: int


@dataclass(frozen=True, slots=True)
class Unbilled:
    """Days ``[start, end)`` of a metered customer whose usage nobody has billed or estimated yet."""

    customer: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a slice; every screen, report, check and export eats one."""

    slice: Slice
    days: Days
    currency: str
    """reporting currency, or ``native``"""
    books: BooksId
    as_of: str
    rows: Sequence[Row]
    unattributed: tuple[Row, ...]
    """sum of the rows without a customer, one per currency"""
    totals: tuple[Row, ...]
    """one per currency; one in all unless ``native``"""
    states: tuple[SourceState, ...] = ()
    unconverted: tuple[Unconverted, ...] = ()
    warnings: tuple[str, ...] = ()
    compared: Days | None = None
    """with ``compare``: the days of ``Row.previous``"""
    unbilled: tuple[Unbilled, ...] = ()
    """customers whose margin in this table says nothing: they are not counted as unprofitable"""

    def column(self, measure: str) -> int:
        """Position of ``measure`` in every row's values."""
        return self.slice.measures.index(measure)

    def records(self) -> Iterator[tuple[Row, dict[str, Value]]]:
        """Each row with its values by measure name."""
        for row in self.rows:
            yield row, dict(zip(self.slice.measures, row.values, strict=True))
