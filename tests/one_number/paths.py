"""Every way a number leaves the product, each giving the same form: a list of rows of exact texts.

``Cells`` is what every path must give for one slice: rows in order, each a dict of
dimension and measure names to exact texts (None where a cell has no meaning). A
path that rounds for the eye gives its own texts to ``assert_shown``. A new path is
one more function here and one more line in ``test_paths``.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

from turbofinops_tui.economics.money import EXPONENTS, Money, Ratio
from turbofinops_tui.economics.types import MONEY_MEASURES, RATIO_MEASURES, Row, Slice, Table, Value

Cells = list[dict[str, str | None]]

SLICES: tuple[tuple[str, ...], ...] = (
    ("customers",),
    ("customers", "--period", "last-month"),
    ("customers", "--period", "last-month", "--having", "margin<0", "--sort", "margin:asc"),
    ("customers", "--period", "last-month", "--top", "5", "--sort", "margin:asc"),
    ("customers", "--currency", "native", "--period", "-3m"),
    ("customers", "--tax", "in", "--credits", "out", "--period", "last-month"),
    ("customers", "--cost", "billed", "--period", "last-month"),
    ("customers", "--shared", "even", "--period", "last-month"),
    ("customers", "--where", "provider=aws", "--period", "-2m"),
    ("customers", "--measure", "margin,margin_best,margin_worst,verdict", "--period", "last-month"),
    ("--by", "customer,month", "--period", "-4m", "--measure", "revenue,direct_cost,shared_cost,margin"),
    ("--by", "month", "--measure", "revenue,cost,margin,margin_pct,coverage,ai_cost,ai_share,customers"),
    ("--by", "month,provider", "--measure", "cost,opex_cost,tax", "--period", "-3m"),
    ("--by", "provider,service", "--measure", "cost,direct_cost", "--sort", "cost"),
    ("--by", "cohort,age", "--measure", "revenue,cost,margin"),
    ("--by", "plan", "--measure", "revenue,cost,margin,margin_pct"),
    ("--by", "feature", "--measure", "cost,direct_cost,shared_cost", "--period", "-2m"),
    ("--by", "class,account", "--measure", "cost,opex_cost", "--period", "last-month"),
    ("--by", "link", "--measure", "cost,direct_cost", "--period", "last-month"),
    ("--by", "tag:env", "--measure", "cost,opex_cost", "--period", "last-month"),
    ("--by", "day", "--measure", "revenue,cost,margin", "--period", "-20d"),
    ("--by", "week,customer", "--measure", "revenue,cost,margin", "--period", "-3w"),
    ("--by", "kind,product", "--measure", "revenue", "--period", "-3m"),
    ("providers", "--period", "-2m"),
    ("trend",),
    ("coverage", "--period", "-2m"),
    ("unattributed", "--period", "-2m"),
)


def exact(value: Value) -> str | None:
    """A value as JSON and CSV give it."""
    if isinstance(value, Money | Ratio):
        return value.text()
    return None if value is None else str(value)


def table_cells(table: Table) -> Cells:
    """The rows of a ``Table``, taken apart without any codec of the product."""
    return [_cells(table, row) for row in table.rows]


def _cells(table: Table, row: Row) -> dict[str, str | None]:
    found: dict[str, str | None] = dict(zip(table.slice.by, row.key, strict=True))
    if row.others and table.slice.by:
        found[table.slice.by[0]] = "(others)"
    if table.currency == "native":
        found["currency"] = row.currency
    return found | dict(zip(table.slice.measures, map(exact, row.values), strict=True))


def json_cells(document: Any) -> Cells:
    """The rows of ``report --format json``."""
    return [
        {name: None if value is None else str(value) for name, value in row.items() if name != "others"}
        for row in document["rows"]
    ]


def csv_cells(text: str) -> Cells:
    """The rows of ``report --format csv``; an empty cell is None."""
    return [
        {name: (value.removeprefix("'") if value else None) for name, value in row.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]


def shown_rows(text: str) -> list[list[str]]:
    """The body of ``report --format table``: cells per line, between the rule under the head and the next."""
    lines = text.splitlines()
    rules = [number for number, line in enumerate(lines) if re.fullmatch(r"-+(  -+)*", line)]
    edges = [match.span() for match in re.finditer("-+", lines[rules[0]])]
    body = lines[rules[0] + 1 : rules[1] if len(rules) > 1 else len(lines)]
    found = []
    for line in body:
        if not line:
            break
        padded = line.ljust(edges[-1][1])
        found.append([padded[start:end].strip() for start, end in edges])
    return found


def assert_shown(shown: list[list[str]], table: Table) -> None:
    """Every rounded cell lies within one unit of its last digit of the exact one; percents within half."""
    assert len(shown) == len(table.rows)
    first = len(table.slice.by) + (table.currency == "native")
    for texts, row in zip(shown, table.rows, strict=True):
        for text, value in zip(texts[first:], row.values, strict=True):
            assert_near(text, value)


def assert_near(text: str, value: Value) -> None:
    """One rounded text against its exact value."""
    if value is None or isinstance(value, str):
        assert text == (value or "—")
        return
    number = Decimal(re.sub(r"[^0-9.\-]", "", text))
    places = -int(number.as_tuple().exponent)
    if isinstance(value, Money):
        assert places <= EXPONENTS[value.currency]
        assert abs(number - Decimal(value.text())) < Decimal(1).scaleb(-places), (text, value)
    elif isinstance(value, Ratio):
        assert abs(number - Decimal(value.text(12))) <= Decimal("0.5").scaleb(-places), (text, value)
    else:
        assert number == value


def measures_that_add(slice_: Slice) -> list[str]:
    """The money measures of a slice."""
    return [name for name in slice_.measures if name in MONEY_MEASURES]


def ratios(slice_: Slice) -> list[str]:
    """The ratio measures of a slice."""
    return [name for name in slice_.measures if name in RATIO_MEASURES]
