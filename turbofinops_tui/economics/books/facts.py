"""The books: facts on an axis of spans, and the conversion of cost (numbers.md 1).

Whole months come from the monthly table, other spans from daily rows. Cost converts at the rate of its
usage day, each stored daily row on its own, half-even; so dimensions in another currency are read by day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books.evidence import EvidenceSource, MemoryEvidence, UsageFacts
from turbofinops_tui.economics.books.overlap import LeftOut, without_overlap
from turbofinops_tui.economics.books.priced import with_priced
from turbofinops_tui.economics.books.revenue import Entries, RevenueFacts, revenue_facts
from turbofinops_tui.economics.books.revenue_columns import RevenueColumns
from turbofinops_tui.economics.books.rows import (
    Amounts,
    CostRows,
    CostSource,
    Ints,
    ascending,
    exact,
    rows_in,
    sum_by,
)
from turbofinops_tui.economics.fx import RateTable
from turbofinops_tui.economics.links import DimensionIndex
from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.periods import Days, month_of_day, month_start
from turbofinops_tui.economics.split import scaled_half_even
from turbofinops_tui.economics.types import CostDimension, Customer, NumberSettings, Rates, Revenue

NATIVE = "native"
T = TypeVar("T")
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CostEntries:
    """Cost in one currency and basis: parallel positions of dimension, batch and span, and amounts."""

    dimension: Ints
    batch: Ints
    span: Ints
    amount: Amounts
    ordered: bool = False
    """by dimension"""

    def rows_of(self, dimensions: Mask) -> Ints:
        """Entries of the dimensions of a mask."""
        return (
            rows_in(self.dimension, dimensions)
            if self.ordered
            else np.flatnonzero(dimensions[self.dimension])
        )


@dataclass(frozen=True, slots=True)
class DayCost:
    """Converted daily cost; ``unconverted`` are native rows without a rate, which are in neither sum."""

    dimension: Ints
    batch: Ints
    day: Ints
    amount: Ints
    unconverted: CostRows


class FactBooks:
    """Implements ``types.Books``; windows share the facts and differ in their spans alone."""

    def __init__(self, facts: Facts, spans: Sequence[Days]) -> None:
        self.facts = facts
        self.spans: Sequence[Days] = tuple(spans)
        self.facts_id = facts.facts_id
        self.settings = facts.settings
        self.dimensions: Sequence[CostDimension] = facts.dimensions
        self.customers: Sequence[Customer] = facts.customers
        self.batches = facts.cost.batches
        self.revenue = facts.revenue
        self.rates = facts.rates
        self._entries: dict[tuple[str, str], CostEntries] = {}
        self._sales: dict[str, Entries] = {}
        self.starts = np.array([span.start for span in self.spans], dtype=np.int64)
        self.ends = np.array([span.end for span in self.spans], dtype=np.int64)

    def window(self, spans: Sequence[Days]) -> FactBooks:
        """The same facts on other spans (ascending, disjoint, none crossing a month)."""
        return self if tuple(spans) == tuple(self.spans) else FactBooks(self.facts, spans)

    def with_customers(
        self, customers: Iterable[Customer], evidence: EvidenceSource | None = None
    ) -> FactBooks:
        """The same facts and spans with other customers (a draft may register some), or other evidence."""
        return FactBooks(self.facts.with_customers(customers, evidence), self.spans)

    @property
    def index(self) -> DimensionIndex:
        """The inverted index of the dimensions, shared by all windows."""
        return self.facts.index

    def span_of(self, days: Ints) -> Ints:
        """The span that holds each day, or -1."""
        if not self.spans:
            return np.full(len(days), -1, dtype=np.int64)
        found = np.searchsorted(self.starts, days, side="right") - 1
        return np.where((found >= 0) & (days < self.ends[found]), found, -1)

    @cached_property
    def rows(self) -> CostRows:
        """Stored native cost on the spans of these books."""
        whole: list[tuple[int, Days]] = []
        parts: list[tuple[int, Days]] = []
        for number, span in enumerate(self.spans):
            month = month_of_day(span.start)
            is_month = span == Days(month_start(month), month_start(month + 1))
            (whole if is_month else parts).append((number, span))
        pieces = [self._months(whole)] if whole else []
        pieces += [self._days(run) for run in _runs(parts)]
        return CostRows.join(pieces)

    def _months(self, spans: Sequence[tuple[int, Days]]) -> CostRows:
        monthly = self.facts.monthly
        if not len(monthly):
            return monthly
        number = {month_of_day(span.start): position for position, span in spans}
        low, high = min(*number, int(monthly.when.min())), max(*number, int(monthly.when.max()))
        table: Ints = np.full(high - low + 1, -1, dtype=np.int32)
        for month, position in number.items():
            table[month - low] = position
        span_numbers = table[monthly.when - low]
        wanted = span_numbers >= 0
        if wanted.all():
            return monthly.at(span_numbers)
        return monthly.take(wanted).at(span_numbers[wanted])

    def _days(self, run: Sequence[tuple[int, Days]]) -> CostRows:
        daily = self.facts.cost.daily(run[0][1].start, run[-1][1].end)
        spans = self.span_of(daily.when)
        inside = spans >= 0
        daily, spans = daily.take(inside), spans[inside]
        width = len(self.batches) or 1
        key = (daily.dimension * width + daily.batch) * len(self.spans) + spans
        sums = [sum_by(key, exact(column)) for column in (daily.effective, daily.billed, daily.quantity)]
        keys = sums[0][0]
        amounts = [part.astype(np.int64) for _, part in sums]
        rest, span = np.divmod(keys, len(self.spans))
        return CostRows(rest // width, rest % width, span, *amounts)

    # --- conversion ---------------------------------------------------------------------------

    def foreign(self, currency: str) -> Ints:
        """Positions of the dimensions that need converting to ``currency`` (none for ``native``)."""
        if currency == NATIVE:
            return np.zeros(0, dtype=np.int64)
        codes, labels = self.facts.currencies
        others = np.array([label != currency for label in labels] + [False], dtype=bool)
        return np.flatnonzero(others[codes])

    def entries(self, cost: str, currency: str) -> CostEntries:
        """Cost on spans in ``currency``; what has no rate is left to ``DayCost.unconverted``."""
        key = (cost, currency)
        if key not in self._entries:
            self._entries[key] = self._make_entries(cost, currency)
        return self._entries[key]

    def sales(self, currency: str) -> Entries:
        """Revenue on spans in ``currency``."""
        if currency not in self._sales:
            self._sales[currency] = self.revenue.entries(self.spans, currency)
        return self._sales[currency]

    def _make_entries(self, cost: str, currency: str) -> CostEntries:
        rows = self.rows
        foreign = self.foreign(currency)
        if not len(foreign):
            amounts = exact(rows.amount(cost))
            return CostEntries(rows.dimension, rows.batch, rows.when, amounts, ascending(rows.dimension))
        is_foreign = np.zeros(len(self.dimensions), dtype=bool)
        is_foreign[foreign] = True
        own = rows.take(~is_foreign[rows.dimension])
        daily = self.day_cost(cost, currency, foreign)
        span = self.span_of(daily.day)
        width = len(self.batches) or 1
        key = (daily.dimension * width + daily.batch) * len(self.spans) + span
        keys, amounts = sum_by(key, exact(daily.amount))
        rest, spans = np.divmod(keys, max(1, len(self.spans)))
        return CostEntries(
            np.concatenate([own.dimension, rest // width]),
            np.concatenate([own.batch, rest % width]),
            np.concatenate([own.when, spans]),
            exact(np.concatenate([own.amount(cost), amounts.astype(np.int64)])),
        )

    def day_cost(self, cost: str, currency: str, dimensions: Ints | None = None) -> DayCost:
        """Daily cost of these spans in ``currency``, each stored row converted on its own."""
        rows = self.day_rows(dimensions)
        amount = rows.amount(cost)
        if currency == NATIVE or not len(rows):
            return DayCost(rows.dimension, rows.batch, rows.when, amount, CostRows.of(()))
        codes, labels = self.facts.currencies
        code = codes[rows.dimension]
        known = np.ones(len(rows), dtype=bool)
        if any(label != currency for label in labels):
            amount = amount.copy()
            for pair in np.unique(code * 100_000 + rows.when + 50_000).tolist():
                label, day = labels[pair // 100_000], pair % 100_000 - 50_000
                if label == currency:
                    continue
                chosen = np.flatnonzero((code == pair // 100_000) & (rows.when == day))
                rate = self.rates.rate(label, currency, day)
                known[chosen] = rate is not None
                if rate is not None:
                    factors = (rate[0] * scale(currency), rate[1] * scale(label))
                    amount[chosen] = scaled_half_even(amount[chosen], *factors)
        kept = rows.take(known)
        return DayCost(kept.dimension, kept.batch, kept.when, amount[known], rows.take(~known))

    def day_rows(self, dimensions: Ints | None = None) -> CostRows:
        """Stored daily rows inside the spans; ``when`` is the day."""
        numbered = list(enumerate(self.spans))
        pieces = [
            self.facts.cost.daily(run[0][1].start, run[-1][1].end, dimensions) for run in _runs(numbered)
        ]
        return CostRows.join(pieces)


def _runs(spans: Sequence[tuple[int, Days]]) -> list[list[tuple[int, Days]]]:
    """Spans grouped into runs without a gap."""
    runs: list[list[tuple[int, Days]]] = []
    for item in spans:
        if runs and runs[-1][-1][1].end == item[1].start:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


class Facts:
    """What all windows of one set of books share."""

    def __init__(
        self,
        dimensions: Sequence[CostDimension],
        customers: Iterable[Customer],
        cost: CostSource,
        revenue: RevenueFacts,
        rates: Rates,
        settings: NumberSettings,
        facts_id: str,
        evidence: EvidenceSource | None = None,
    ) -> None:
        self.dimensions: Sequence[CostDimension] = tuple(dimensions)
        # the order of every split: customer reference by UTF-8 bytes
        self.customers: Sequence[Customer] = tuple(
            sorted(customers, key=lambda customer: customer.ref.encode())
        )
        self.cost = cost
        self.revenue = revenue
        self.rates = rates
        self.settings = settings
        self.facts_id = facts_id
        self.evidence = UsageFacts(MemoryEvidence() if evidence is None else evidence)
        self.left_out = LeftOut.none()
        """daily rows that a stronger source tells too, which do not count"""
        self.memory: dict[object, object] = {}
        """what the evaluator derived from the facts alone, by its own keys"""

    def with_customers(self, customers: Iterable[Customer], evidence: EvidenceSource | None = None) -> Facts:
        """The same facts with other customers (and evidence); what does not depend on them is shared."""
        other = Facts(
            self.dimensions, customers, self.cost, self.revenue, self.rates, self.settings, self.facts_id,
            evidence or self.evidence.source,
        )  # fmt: skip
        other.left_out = self.left_out
        if evidence is None:
            other.evidence = self.evidence
        _ = self.index, self.monthly, self.currencies, self.naming
        for name in ("index", "monthly", "currencies", "naming"):
            other.__dict__[name] = self.__dict__[name]
        kept = ("positions", "category", "dimension codes")
        other.memory.update(
            (key, value)
            for key, value in self.memory.items()
            if key in ("months", "is ai", "lags") or (isinstance(key, tuple) and key[0] in kept)
        )
        return other

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once per ``key`` and kept as long as the facts."""
        if key not in self.memory:
            self.memory[key] = make()
        return cast(T, self.memory[key])

    @cached_property
    def monthly(self) -> CostRows:
        """The monthly table, read once, by dimension: what one owns is found without reading the rest."""
        return self.cost.monthly().by_dimension()

    @cached_property
    def naming(self) -> list[tuple[int, str]]:
        """(position, identity) of the dimensions whose source names the customer."""
        return [(i, d.names_customer) for i, d in enumerate(self.dimensions) if d.names_customer]

    @cached_property
    def index(self) -> DimensionIndex:
        """The inverted index over the dimensions."""
        return DimensionIndex(self.dimensions, self.settings.tag_prefixes)

    @cached_property
    def currencies(self) -> tuple[Ints, list[str]]:
        """Currency code per dimension, and the labels of the codes."""
        labels = sorted({dimension.currency for dimension in self.dimensions})
        number = {label: code for code, label in enumerate(labels)}
        codes = [number[dimension.currency] for dimension in self.dimensions]
        return np.array(codes, dtype=np.int64), labels

    def months(self) -> tuple[Days, ...]:
        """Every calendar month from the first to the last fact."""
        return self.once("months", self._months)

    def _months(self) -> tuple[Days, ...]:
        ends: list[int] = []
        if len(self.monthly):
            ends += [int(self.monthly.when.min()), int(self.monthly.when.max())]
        for days in (self.revenue.span_of_days(), self.evidence.days):
            if days is not None:
                ends += [month_of_day(days.start), month_of_day(days.end - 1)]
        if not ends:
            return ()
        return tuple(Days(month_start(m), month_start(m + 1)) for m in range(min(ends), max(ends) + 1))


def build(
    *,
    dimensions: Sequence[CostDimension] = (),
    customers: Iterable[Customer] = (),
    cost: CostSource,
    revenue: Iterable[Revenue] | RevenueColumns = (),
    rates: Rates | None = None,
    settings: NumberSettings | None = None,
    facts_id: str = "",
    evidence: EvidenceSource | None = None,
) -> FactBooks:
    """Books over every month that the facts touch."""
    table = rates if rates is not None else RateTable()
    number_settings = settings or NumberSettings()
    cost, left_out = without_overlap(dimensions, cost, number_settings)
    if evidence is not None:
        dimensions, cost = with_priced(dimensions, cost, evidence, number_settings)
    facts = Facts(
        dimensions,
        customers,
        cost,
        revenue_facts(revenue, table),
        table,
        number_settings,
        facts_id,
        evidence,
    )
    facts.left_out = left_out
    return FactBooks(facts, facts.months())
