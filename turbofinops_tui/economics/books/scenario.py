"""Books with a scenario: the same facts with rows of cost added and rows of revenue replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.ai_names import AI_CATEGORY
from turbofinops_tui.economics.books.facts import FactBooks, Facts
from turbofinops_tui.economics.books.layered import Layered
from turbofinops_tui.economics.books.memory import MemoryCost
from turbofinops_tui.economics.books.revenue import revenue_facts
from turbofinops_tui.economics.books.revenue_columns import (
    CODED,
    PACKED,
    PackedTexts,
    RevenueColumns,
    columns_of,
)
from turbofinops_tui.economics.books.rows import Batch, Ints
from turbofinops_tui.economics.scenario import SOURCE, CostChange
from turbofinops_tui.economics.token_units import token_class
from turbofinops_tui.economics.types import CostDimension, Revenue

Chosen = npt.NDArray[np.bool_]


def with_costs(books: FactBooks, changes: Sequence[CostChange], currency: str) -> FactBooks:
    """The books with the cost of a scenario: rows whose source names the customer, on both cost bases."""
    if not changes:
        return books
    facts = books.facts
    own = sorted({(c.customer, c.provider, c.service, c.model) for c in changes})
    first = len(facts.dimensions)
    place = {key: first + number for number, key in enumerate(own)}
    top = max((dimension.id for dimension in facts.dimensions), default=0) + 1
    dimensions = [*facts.dimensions, *(_dimension(top + at, key, currency) for at, key in enumerate(own))]
    batch = len(facts.cost.batches)
    sums: dict[tuple[int, int], int] = {}
    for item in changes:
        key = (place[item.customer, item.provider, item.service, item.model], item.day)
        sums[key] = sums.get(key, 0) + item.units
    rows = ((at, batch, day, units, units, 0) for (at, day), units in sorted(sums.items()))
    added = MemoryCost(rows, (*facts.cost.batches, Batch(0, SOURCE)))
    other = Facts(
        dimensions, facts.customers, Layered(facts.cost, added, first), facts.revenue, facts.rates,
        facts.settings, marked(facts.facts_id, changes), facts.evidence.source,
    )  # fmt: skip
    other.evidence, other.left_out = facts.evidence, facts.left_out
    return FactBooks(other, books.spans)


def _dimension(number: int, key: tuple[str, str, str, str], currency: str) -> CostDimension:
    customer, provider, service, model = key
    return CostDimension(
        number, SOURCE, provider, "", service, AI_CATEGORY, "Usage", "", "priced", model, currency, "",
        customer, {},
    )  # fmt: skip


def marked(facts_id: str, what: Iterable[object]) -> str:
    """The facts id of facts that a scenario changed."""
    return hashlib.sha256(f"{facts_id} {list(what)!r}".encode()).hexdigest()[: max(8, len(facts_id))]


def with_revenue(
    books: FactBooks,
    named: Callable[[str], bool],
    kinds: Sequence[str],
    make: Callable[[list[Revenue]], list[Revenue]],
    *,
    covering: bool,
) -> FactBooks:
    """The books with recognised revenue rows replaced by what ``make`` gives for them.

    Those of the identities that are ``named`` and of ``kinds``; ``covering``: only rows that cover days.
    """
    facts = books.facts
    columns = facts.revenue.columns
    mask = _rows_of(columns, named, kinds, covering)
    rows = [columns.row(at) for at in np.flatnonzero(mask).tolist()]
    made = make(rows)
    if made == rows:
        return books
    joined = _joined(_some(columns, np.flatnonzero(~mask)), columns_of(made))
    other = Facts(
        facts.dimensions, facts.customers, facts.cost, revenue_facts(joined, facts.rates), facts.rates,
        facts.settings, marked(facts.facts_id, made), facts.evidence.source,
    )  # fmt: skip
    other.evidence = facts.evidence
    return FactBooks(other, other.months())


def _rows_of(
    columns: RevenueColumns, named: Callable[[str], bool], kinds: Sequence[str], covering: bool
) -> Chosen:
    wanted = {
        "identity": [named(label) for label in columns.labels["identity"]],
        "kind": [label in kinds for label in columns.labels["kind"]],
        "basis": [label == "recognised" for label in columns.labels["basis"]],
    }
    mask = np.ones(len(columns), dtype=bool)
    for name, flags in wanted.items():
        mask &= np.array([*flags, False], dtype=bool)[columns.codes[name]]
    return mask & (columns.numbers["end"] > columns.numbers["start"]) if covering else mask


def _some(columns: RevenueColumns, kept: Ints) -> RevenueColumns:
    """Some of the rows, in their order."""
    texts = {}
    for name in PACKED:
        ends = columns.texts[name].ends.astype(np.int64)
        starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
        body = columns.texts[name].body
        parts = zip(starts[kept].tolist(), ends[kept].tolist(), strict=True)
        packed = b"".join(body[start:end] for start, end in parts)
        texts[name] = PackedTexts.of([(packed, (ends - starts)[kept])])
    return RevenueColumns(
        {name: column[kept] for name, column in columns.codes.items()}, columns.labels, texts,
        {name: column[kept] for name, column in columns.numbers.items()}, columns.rate[kept], columns.rates,
    )  # fmt: skip


def _joined(one: RevenueColumns, other: RevenueColumns) -> RevenueColumns:
    """The rows of both."""
    codes, labels = {}, {}
    for name in CODED:
        known = {label: at for at, label in enumerate(one.labels[name])}
        places = [known.setdefault(label, len(known)) for label in other.labels[name]]
        moved = np.array([*places, 0], dtype=np.int32)[other.codes[name]]
        codes[name] = np.concatenate([one.codes[name].astype(np.int32), moved])
        labels[name] = list(known)
    texts = {
        name: PackedTexts.of(
            (part.body, np.diff(part.ends, prepend=0)) for part in (one.texts[name], other.texts[name])
        )
        for name in PACKED
    }
    numbers = {name: np.concatenate([one.numbers[name], other.numbers[name]]) for name in one.numbers}
    rate = np.concatenate([one.rate.astype(np.int32), other.rate.astype(np.int32) + len(one.rates)])
    return RevenueColumns(codes, labels, texts, numbers, rate, [*one.rates, *other.rates])


def token_costs(
    books: FactBooks, model: str, cost: str, currency: str
) -> dict[tuple[int, str], tuple[int, int]]:
    """(month, token class) -> (store units, quantity at 1e-9 of a million tokens) of what a model was billed.

    Only cost in ``currency``; months where no tokens are known are left out.
    """
    places = {
        at: token_class(dimension.unit)
        for at, dimension in enumerate(books.dimensions)
        if dimension.model == model and dimension.currency == currency and token_class(dimension.unit)
    }
    monthly = books.facts.monthly
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for at in np.flatnonzero(np.isin(monthly.dimension, list(places))).tolist():
        key = (int(monthly.when[at]), places[int(monthly.dimension[at])])
        units, quantity = found.get(key, (0, 0))
        found[key] = (units + int(monthly.amount(cost)[at]), quantity + int(monthly.quantity[at]))
    return {key: pair for key, pair in found.items() if pair[1] > 0}
