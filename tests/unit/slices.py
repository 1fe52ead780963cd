"""Random slices and tables for the tests of forms and options."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Days, Range
from turbofinops_tui.economics.verdict import VERDICTS

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
TAG_KEY = st.text(st.sampled_from("abcXYZ019 ,-_./\\:äß"), min_size=1, max_size=6).filter(
    lambda s: s == s.strip() and not s.endswith(("\\", "!"))
)
DIMENSION = st.one_of(
    st.sampled_from(t.DIMENSIONS), TAG_KEY.map("tag:{}".format), TAG_KEY.map("attr:{}".format)
)
RANGES = st.sampled_from(
    [
        Range(),
        Range(period="-13w"),
        Range(period="last-month"),
        Range(period="2026-Q3"),
        Range(period="2026-01..2026-03"),
        Range(period="-30d"),
        Range(start="2026-01"),
        Range(start="2026-01-05", end="2026-02"),
    ]
)

VERDICT = st.sampled_from(VERDICTS)


@st.composite
def slices(draw: st.DrawFn) -> t.Slice:
    by = tuple(draw(st.lists(DIMENSION, max_size=3, unique=True)))
    measures = tuple(draw(st.lists(st.sampled_from(t.MEASURES), min_size=1, max_size=4, unique=True)))
    conditions = st.builds(t.Condition, DIMENSION, TEXT, st.booleans())
    havings = st.builds(
        t.Having,
        st.sampled_from([name for name in t.MEASURES if name not in t.TEXT_MEASURES]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
        st.decimals(-(10**6), 10**6, places=4),
    ) | st.builds(t.Having, st.sampled_from(t.TEXT_MEASURES), st.sampled_from(["=", "!="]), VERDICT)
    sorts = st.builds(t.Sort, st.sampled_from([*by, *t.MEASURES]), st.booleans())
    return t.Slice(
        by=by,
        measures=measures,
        range=draw(RANGES),
        revenue=draw(st.sampled_from(get_args(t.Basis))),
        cost=draw(st.sampled_from(get_args(t.CostBasis))),
        currency=draw(st.sampled_from(["", "USD", "EUR", "native"])),
        tax=draw(st.sampled_from(get_args(t.InOut))),
        credits=draw(st.sampled_from(get_args(t.InOut))),
        estimates=draw(st.sampled_from(get_args(t.InOut))),
        where=tuple(draw(st.lists(conditions, max_size=2))),
        having=tuple(draw(st.lists(havings, max_size=2))),
        sort=tuple(draw(st.lists(sorts, max_size=2))),
        top=draw(st.none() | st.integers(1, 10**6)),
        compare=draw(st.sampled_from(["", "previous", "2025-01", "-1m"])),
        cumulative=draw(st.booleans()),
        shared=draw(st.none() | st.sampled_from(get_args(t.Method))),
        view=draw(st.sampled_from(get_args(t.View))),
    )


def value(measure: str, currency: str) -> st.SearchStrategy[t.Value]:
    if measure in t.COUNT_MEASURES:
        return st.integers(0, 10**6)
    if measure in t.TEXT_MEASURES:
        return st.none() | VERDICT
    if measure in t.RATIO_MEASURES:
        return st.none() | st.builds(Ratio, st.integers(-(10**12), 10**12), st.integers(1, 10**9))
    return st.none() | st.builds(Money, st.integers(-(10**17), 10**17), st.just(currency))


def _key(name: str) -> st.SearchStrategy[str | None]:
    text = st.integers(-20, 200).map(str) if name == "age" else TEXT
    return st.none() | text


@st.composite
def tables(draw: st.DrawFn) -> t.Table:
    asked = draw(slices())
    native = asked.currency == "native"
    currency = asked.currency or "USD"
    codes = ["EUR", "JPY"] if native else [currency]

    def row(code: str, key: t.Key, others: bool = False) -> t.Row:
        values = tuple(draw(value(name, code)) for name in asked.measures)
        return t.Row(key, values, code if native else "", others)

    def keyed(code: str) -> t.Row:
        # Natively a row has one currency; grouped by it, that is its key as well.
        key = tuple(code if native and name == "currency" else draw(_key(name)) for name in asked.by)
        return row(code, key)

    rows = [keyed(draw(st.sampled_from(codes))) for _ in range(draw(st.integers(0, 4)))]
    empty: t.Key = (None,) * len(asked.by)
    unconverted = t.Unconverted(Money(-5, "EUR"), draw(st.none() | TEXT), "cost", "aws", 20000)
    return t.Table(
        slice=asked,
        days=Days(20000, 20031),
        currency=currency,
        books=t.BooksId("f" * 8, "a" * 8, "b" * 8, "7f3a21c9"),
        as_of="2026-11-24T12:00:00Z",
        rows=rows,
        unattributed=tuple(row(code, empty) for code in codes),
        totals=tuple(row(code, empty) for code in codes),
        states=(t.SourceState("aws", 20020, 20031, "provisional"),),
        unconverted=tuple([unconverted] * draw(st.integers(0, 1))),
        warnings=tuple(draw(st.lists(TEXT, max_size=2))),
    )


def simple_table(amounts: dict[str | None, tuple[int, int]], currency: str = "USD") -> t.Table:
    """Revenue and cost units per customer, with margin and totals worked out."""

    def values(revenue: int, cost: int) -> tuple[t.Value, ...]:
        margin = revenue - cost
        ratio = Ratio(margin, revenue) if revenue > 0 else None
        return (Money(revenue, currency), Money(cost, currency), Money(margin, currency), ratio)

    rows = [t.Row((name,), values(*pair)) for name, pair in amounts.items()]
    total = values(sum(p[0] for p in amounts.values()), sum(p[1] for p in amounts.values()))
    nobody = values(*amounts.get(None, (0, 0)))
    return t.Table(
        slice=t.Slice(),
        days=Days(20454, 20485),
        currency=currency,
        books=t.BooksId("11111111", "22222222", "33333333", "7f3a21c9"),
        as_of="2026-11-24T12:00:00Z",
        rows=rows,
        unattributed=(t.Row((None,), nobody),),
        totals=(t.Row((None,), total),),
    )
