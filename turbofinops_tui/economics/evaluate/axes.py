"""Dimensions of a slice as codes: one axis per dimension, its labels in display order.

Labels sort by UTF-8 bytes, ages by number; None (no customer, no feature, no value) stands last, cohort
``none`` just before it. An axis gives the code of any cost record and any revenue record; where a side
does not have the dimension it gives None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.evaluate.bind import Binding
from turbofinops_tui.economics.evaluate.ledger import Records
from turbofinops_tui.economics.evaluate.sales import Sales, cohorts
from turbofinops_tui.economics.evaluate.usage import Used
from turbofinops_tui.economics.links import DimensionIndex
from turbofinops_tui.economics.patterns import Pattern, fold_key
from turbofinops_tui.economics.periods import Days, day_text, month_of_day, month_text, week_text
from turbofinops_tui.economics.types import CostDimension

Mask = npt.NDArray[np.bool_]
Label = str | None
NO_COHORT = "none"
OF_DIMENSION = ("provider", "source", "account", "service", "category", "model", "currency")
OF_EVIDENCE = ("provider", "service", "model")
"""of cost, and of usage evidence in its own words"""
OF_ROW = ("kind", "product", "currency")
TIME = ("day", "week", "month")
OF_RULES = ("feature", "link")


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One dimension: labels in display order, and how records of each side find their code.

    Columns of codes end with the code of -1 (nobody, none), so that -1 may index them.
    """

    name: str
    labels: tuple[Label, ...]
    cost: Callable[[Records], Ints] | None
    revenue: Callable[[Sales], Ints] | None
    usage: Callable[[Used], Ints] | None = None
    of_span: Ints | None = None
    """code per span when the axis is one of time alone"""
    of_dimension: Ints | None = None
    """code per cost dimension when the axis is one of those"""
    of_customer: Callable[[Ints, Ints], Ints] | None = None
    """code from (customer, span) when these two decide it"""

    @property
    def has_null(self) -> bool:
        """Whether the last label stands for nobody or nothing."""
        return bool(self.labels) and self.labels[-1] is None

    def matching(self, pattern: Pattern, empty: bool) -> Mask:
        """Which labels ``pattern`` matches; an empty pattern means the labels that are None."""
        found = [(label is None) if empty else (label is not None and pattern.matches(label))
                 for label in self.labels]  # fmt: skip
        return np.array(found, dtype=bool)


def time_text(name: str, day: int) -> str:
    """The key of the day, week or month that holds ``day``."""
    if name == "month":
        return month_text(month_of_day(day))
    return day_text(day) if name == "day" else week_text(day)


def ranked(values: Iterable[Label], last: Label = None) -> tuple[Ints, tuple[Label, ...]]:
    """Codes of ``values`` in display order of their labels: UTF-8, then ``last``, then None."""
    listed = [value or None for value in values]
    distinct = set(listed)
    texts = [value for value in distinct if value is not None and value != last]
    labels: list[Label] = [*sorted(texts, key=lambda text: text.encode())]
    labels += [value for value in dict.fromkeys((last, None)) if value in distinct]
    number = {label: code for code, label in enumerate(labels)}
    return np.array([number[value] for value in listed], dtype=np.int64), tuple(labels)


@dataclass
class Space:
    """The axes of one binding over one list of spans, made on demand."""

    books: FactBooks
    binding: Binding
    spans: Sequence[Days]
    whole: Days
    """the days of the whole question, of which the spans may be a part: ages have the same codes in all"""
    _axes: dict[str, Axis] = field(default_factory=dict)
    _cohorts: list[int | None] | None = None

    def axis(self, name: str) -> Axis:
        """The axis of a dimension name that ``measures.check_names`` has passed."""
        if name not in self._axes:
            self._axes[name] = self._make(name)
        return self._axes[name]

    def take_over(self, other: Space) -> None:
        """Use the axes of another space over the same spans and customers that rules play no part in."""
        self._axes.update((name, axis) for name, axis in other._axes.items() if name not in OF_RULES)
        self._cohorts = other._cohorts

    def _make(self, name: str) -> Axis:
        if name in TIME:
            return self._time(name)
        if name == "age":
            return self._age()
        if name in ("customer", "cohort", "plan") or name.startswith("attr:"):
            return self._customer(name)
        if name == "currency":
            return self._currency()
        if name in OF_DIMENSION or name.startswith("tag:"):
            return self._dimension(name)
        if name in OF_ROW:
            return self._row(name)
        return {"feature": self._feature, "link": self._link, "class": self._class}[name]()

    # --- axes of both sides -------------------------------------------------------------------

    def _time(self, name: str) -> Axis:
        codes, labels = ranked(time_text(name, span.start) for span in self.spans)
        return Axis(
            name, labels, lambda r: codes[r.span], lambda s: codes[s.span], lambda u: codes[u.span],
            of_span=codes,
        )  # fmt: skip

    @property
    def cohort_months(self) -> list[int | None]:
        """Cohort of every customer."""
        if self._cohorts is None:
            self._cohorts = cohorts(self.books, self.binding)
        return self._cohorts

    def _customer(self, name: str) -> Axis:
        customers = self.books.customers
        values: list[Label]
        if name == "customer":
            values = [customer.ref for customer in customers]
        elif name == "cohort":
            values = [NO_COHORT if m is None else month_text(m) for m in self.cohort_months]
        elif name == "plan":
            values = [customer.plan for customer in customers]
        else:
            key = fold_key(name[5:], ())
            values = [
                next((v for k, v in customer.attributes.items() if fold_key(k, ()) == key), None)
                for customer in customers
            ]
        codes, labels = ranked([*values, None], NO_COHORT if name == "cohort" else None)
        return Axis(
            name, labels, lambda r: codes[r.customer], lambda s: codes[s.customer],
            lambda u: codes[u.customer], of_customer=lambda customer, _: codes[customer],
        )  # fmt: skip

    def _age(self) -> Axis:
        months = np.array([month_of_day(span.start) for span in self.spans], dtype=np.int64)
        unknown = -(10**6)
        first = np.array(
            [unknown if m is None else m for m in self.cohort_months] + [unknown], dtype=np.int64
        )
        known = first[first != unknown]
        ends = (month_of_day(self.whole.start), month_of_day(self.whole.end - 1))
        low = ends[0] - int(known.max()) if len(known) else 0
        high = ends[1] - int(known.min()) if len(known) else -1
        labels: tuple[Label, ...] = (*(str(age) for age in range(low, high + 1)), None)

        def codes(customer: Ints, span: Ints) -> Ints:
            ages = months[span] - first[customer] - low
            return np.where(first[customer] == unknown, len(labels) - 1, ages)

        return Axis(
            "age", labels, lambda r: codes(r.customer, r.span), lambda s: codes(s.customer, s.span),
            lambda u: codes(u.customer, u.span), of_customer=codes,
        )  # fmt: skip

    def _feature(self) -> Axis:
        codes, labels = ranked([*self.binding.features.labels, None])
        return Axis(
            "feature", labels, lambda r: codes[r.feature], lambda s: codes[s.feature],
            lambda u: codes[u.feature],
        )  # fmt: skip

    def _class(self) -> Axis:
        return Axis(
            "class", ("cogs", "opex"),
            lambda r: r.opex.astype(np.int64), lambda s: np.zeros(len(s), dtype=np.int64),
        )  # fmt: skip

    def _currency(self) -> Axis:
        own = [dimension.currency for dimension in self.books.dimensions]
        facts = self.books.revenue
        codes, labels = ranked([*own, *facts.labels["currency"]])
        of_dimension, of_label = codes[: len(own)], codes[len(own) :]
        of_row = of_label[facts.codes["currency"]]
        return Axis(
            "currency", labels, lambda r: of_dimension[r.dimension], lambda s: of_row[s.row],
            of_dimension=of_dimension,
        )  # fmt: skip

    # --- axes of one side ---------------------------------------------------------------------

    def _dimension(self, name: str) -> Axis:
        every, labels = self._dimension_codes(name)
        codes, of_key = np.split(every, [len(self.books.dimensions)])
        usage: Callable[[Used], Ints] | None = None
        if name in OF_EVIDENCE:
            usage = lambda u: of_key[u.rows.key]  # noqa: E731 (one of the axis's ways to find a code)
        return Axis(name, labels, lambda r: codes[r.dimension], None, usage, of_dimension=codes)

    def _dimension_codes(self, name: str) -> tuple[Ints, tuple[Label, ...]]:
        memory = self.books.facts.memory
        key = ("dimension codes", name)
        if key not in memory:
            values = dimension_values(self.books.dimensions, name, self.books.index)
            if name in OF_EVIDENCE:
                values += [getattr(found, name) or None for found in self.books.facts.evidence.keys]
            memory[key] = ranked(values)
        return memory[key]  # type: ignore[return-value]

    def _link(self) -> Axis:
        codes, labels = ranked([*self.binding.links, None])
        return Axis("link", labels, lambda r: codes[r.link], None)

    def _row(self, name: str) -> Axis:
        facts = self.books.revenue
        of_label, labels = ranked(facts.labels[name])
        codes = of_label[facts.codes[name]]
        return Axis(name, labels, None, lambda s: codes[s.row])


def dimension_values(dimensions: Sequence[CostDimension], name: str, index: DimensionIndex) -> list[Label]:
    """The value of an attribute or ``tag:KEY`` on every dimension, as delivered; None when empty."""
    if not name.startswith("tag:"):
        return [getattr(dimension, name) or None for dimension in dimensions]
    values: list[Label] = [None] * len(dimensions)
    key = fold_key(name[4:], index.prefixes)
    for positions in index.values(name).values():
        for position in positions:
            values[position] = index.tag(position, key)
    return values
