"""Small books from plain Python values: what the economics tests are written on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import Batch, FactBooks, MemoryCost, build
from turbofinops_tui.economics.books.evidence import MemoryEvidence
from turbofinops_tui.economics.evaluate import evaluate
from turbofinops_tui.economics.fx import RateTable
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Range, parse_day
from turbofinops_tui.economics.usage import USAGE_MEASURES

NANO = 10**9
TODAY = parse_day("2027-06-15")


def day(text: str) -> int:
    return parse_day(text)


def nano(text: str | int | Decimal) -> int:
    units = Decimal(text) * NANO
    assert units == int(units)
    return int(units)


def dimension(number: int, **changes: Any) -> t.CostDimension:
    values: dict[str, Any] = {
        "source": "aws", "provider": "aws", "account": "1", "service": "EC2", "category": "Compute",
        "charge_category": "Usage", "commitment": "", "cost_basis": "billed", "model": "", "currency": "USD",
        "unit": "", "names_customer": "", "tags": {},
    }  # fmt: skip
    values.update(changes)
    return t.CostDimension(id=number, **values)


def used(
    on: str, customer: str, feature: str = "", count: tuple[int, int] = (1, 1), **values: Any
) -> t.EvidenceRow:
    """Evidence of one day; measures by name, the rest of ``values`` are of its key."""
    measures = tuple(values.pop(name, 0) for name in USAGE_MEASURES)
    settings: dict[str, Any] = {
        "feed": "otlp", "service": "api", "customer_kind": "trace" if customer else "", "customer": customer,
        "feature_kind": "label" if feature else "", "feature": feature,
        "numerator": count[0], "denominator": count[1], **values,
    }  # fmt: skip
    return t.EvidenceRow(day(on), t.EvidenceKey(**settings), measures)


def tag_link(name: str, match: dict[str, str], **values: Any) -> t.Link:
    for end in ("start", "end"):
        if isinstance(values.get(end), str):
            values[end] = day(values[end])
    if "percent" in values:
        values["percent"] = Decimal(values["percent"])
    return t.Link(name, values.pop("kind", "tag"), t.Match(tuple(match.items())), **values)


def shared_rule(name: str, match: dict[str, str], method: t.Method, **values: Any) -> t.SharedRule:
    return t.SharedRule(name, t.Match(tuple(match.items())), method, **values)


def revenue(customer: str, amount: str, start: str, end: str = "", **values: Any) -> t.Revenue:
    first = day(start)
    settings: dict[str, Any] = {
        "source": "billing", "kind": "subscription", "basis": "recognised", "currency": "USD",
        "object_id": f"{customer}-{start}-{amount}", "rate_day": first,
    }  # fmt: skip
    settings.update(values)
    return t.Revenue(
        identity=customer, units=nano(amount), start=first, end=day(end) if end else first, **settings
    )


Line = tuple[t.CostDimension, str, str]
"""(dimension, day, effective)"""


def books(
    lines: Iterable[Sequence[Any]] = (),
    sales: Iterable[t.Revenue] = (),
    customers: str = "",
    rates: Iterable[tuple[str, str, int, str]] = (),
    settings: t.NumberSettings | None = None,
    people: Iterable[t.Customer] = (),
    evidence: Iterable[t.EvidenceRow] = (),
) -> FactBooks:
    """Books of lines (dimension, day, effective[, billed[, export]]) and revenue."""
    listed = [tuple(line) for line in lines]
    dimensions = sorted({line[0].id: line[0] for line in listed}.values(), key=lambda d: d.id)
    place = {found.id: number for number, found in enumerate(dimensions)}
    keys = sorted({(line[0].source, line[4] if len(line) > 4 else "main", line[1][:7]) for line in listed})
    days = {key: [day(x[1]) for x in listed if _batch(x) == key] for key in keys}
    batches = [
        Batch(number, *key, min(days[key]), max(days[key])) for number, key in enumerate(keys, start=1)
    ]
    sums: dict[tuple[int, int, int], list[int]] = {}
    for line in listed:
        key = (place[line[0].id], keys.index(_batch(line)), day(line[1]))
        cell = sums.setdefault(key, [0, 0])
        cell[0] += nano(line[2])
        cell[1] += nano(line[3] if len(line) > 3 else line[2])
    rows = [(*key, effective, billed, 0) for key, (effective, billed) in sums.items()]
    everyone = [*(t.Customer(ref) for ref in customers.split()), *people]
    return build(
        dimensions=dimensions, customers=everyone, cost=MemoryCost(rows, batches), revenue=sales,
        rates=RateTable(rates), settings=settings, facts_id="test", evidence=MemoryEvidence(evidence),
    )  # fmt: skip


def _batch(line: Sequence[Any]) -> tuple[str, str, str]:
    return line[0].source, line[4] if len(line) > 4 else "main", line[1][:7]


def ask(
    facts: FactBooks, rules: t.Rules | None = None, by: str = "customer", measures: str = "", **options: Any
) -> t.Table:
    """The table of a slice; ``period`` as text, default 2026."""
    period = options.pop("period", "2026")
    found = t.Slice(
        by=tuple(by.split()),
        measures=tuple(measures.split()) or t.DEFAULT_MEASURES,
        range=period if isinstance(period, Range) else Range(period),
        **options,
    )
    return evaluate(facts, rules or t.Rules(), found, today=TODAY, as_of="2027-06-15T12:00:00Z")


def text(value: t.Value) -> str | int | None:
    return value.text() if isinstance(value, Money | Ratio) else value


def cells(table: t.Table) -> dict[t.Key, list[str | int | None]]:
    """Key -> values as text; the ``(others)`` row under that word."""
    return {
        ("(others)",) if row.others else row.key: [text(value) for value in row.values] for row in table.rows
    }


def totals(table: t.Table) -> list[str | int | None]:
    assert len(table.totals) == 1
    return [text(value) for value in table.totals[0].values]
