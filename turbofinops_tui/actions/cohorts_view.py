"""The heat grid of cohorts: rows by group, columns by months of age or calendar, from evaluated tables.

Nothing is summed here. Monthly and running amounts are two answers of the evaluation; retained revenue
and break-even are read off them (numbers.md 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from turbofinops_tui.economics.charted import NO_COHORT, Cell, Heat, HeatRow, Key, Look
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import month_text, parse_month
from turbofinops_tui.economics.types import Row, Table, Value

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

MEASURES = ("revenue", "cost", "margin", "margin_pct", "customers")
"""of every table behind the grid"""
METRICS = ("margin_pct", "margin", "revenue", "cost", "retained", "customers")
"""what the cells can show, in the order of the metric key"""
TITLES: Mapping[str, str] = {
    "margin_pct": "margin %", "margin": "margin", "revenue": "revenue", "cost": "cost",
    "retained": "retained revenue %", "customers": "customers",
}  # fmt: skip
GROUPINGS = ("cohort", "plan")


def groupings(reports: Reports) -> tuple[str, ...]:
    """What customers can be grouped by: first-revenue month, plan, every attribute that one has."""
    keys = {key for customer in reports.refresh().customers for key in customer.attributes}
    return (*GROUPINGS, *(f"attr:{key}" for key in sorted(keys)))


def heat_of(look: Look, tables: Mapping[str, Table], none: str) -> Heat:
    """The grid from ``cells`` and ``cells_sum`` (group, time), ``all`` and ``all_sum`` (time), ``groups``.

    ``none`` names the row of nobody.
    """
    monthly, running = _cells(tables["cells"]), _cells(tables["cells_sum"])
    columns = _columns(look, tables["cells"], tables["all"])
    rows = []
    for row in tables["groups"].rows:
        key = row.key[0]
        line = HeatRow(none if key is None else key, key, whole=_named(tables["groups"], row))
        _fill(line, look, monthly.get(key, {}), running.get(key, {}), columns)
        rows.append(line)
    total = HeatRow("Total", None, whole=_named(tables["groups"], tables["groups"].totals[0]), total=True)
    every, every_sum = _cells(tables["all"], alone=True), _cells(tables["all_sum"], alone=True)
    _fill(total, look, every.get(None, {}), every_sum.get(None, {}), columns)
    return Heat(columns, tuple(rows), total, look, _largest(rows))


def _named(table: Table, row: Row) -> dict[str, Value]:
    return dict(zip(table.slice.measures, row.values, strict=True))


def _cells(table: Table, *, alone: bool = False) -> dict[Key, dict[str, dict[str, Value]]]:
    """group -> time -> measure -> value; rows of no time (age of nobody) are left out."""
    found: dict[Key, dict[str, dict[str, Value]]] = {}
    for row in table.rows:
        key, time = (None, row.key[0]) if alone else (row.key[0], row.key[1])
        if time is not None:
            found.setdefault(key, {})[time] = _named(table, row)
    return found


def _columns(look: Look, cells: Table, every: Table) -> tuple[str, ...]:
    if look.calendar:
        return tuple(month_text(month) for month in every.days.months())
    ages = {int(row.key[1]) for row in cells.rows if row.key[1] is not None}
    return tuple(str(age) for age in range(min(ages, default=0), max(ages, default=-1) + 1))


def _fill(
    line: HeatRow,
    look: Look,
    monthly: Mapping[str, dict[str, Value]],
    running: Mapping[str, dict[str, Value]],
    columns: Sequence[str],
) -> None:
    """The cells of a row, its retained revenue and its break-even mark."""
    base = _base(line.key, look, monthly)
    for column in columns:
        if column in monthly:
            revenue = monthly[column].get("revenue")
            line.cells[column] = Cell(monthly[column], running.get(column, {}), _part(revenue, base))
    if not line.special or line.total:
        line.even = break_even(
            [(column, running[column].get("margin")) for column in columns if column in running]
        )


def _base(key: Key, look: Look, monthly: Mapping[str, dict[str, Value]]) -> Value:
    """Revenue of month 1, the first whole month of a cohort; None where groups have no such month."""
    if not look.calendar:
        return monthly.get("1", {}).get("revenue")
    if look.by != "cohort" or key in (None, NO_COHORT):
        return None
    return monthly.get(month_text(parse_month(key or "") + 1), {}).get("revenue")


def _part(revenue: Value, base: Value) -> Ratio | None:
    if not isinstance(revenue, Money) or not isinstance(base, Money) or base.units <= 0:
        return None
    return Ratio(revenue.units, base.units)


def break_even(running: Sequence[tuple[str, Value]]) -> str:
    """First column whose running margin is >= 0 and stays so; empty when the last one is below."""
    found = ""
    for column, margin in running:
        if not isinstance(margin, Money) or margin.units < 0:
            found = ""
        elif not found:
            found = column
    return found


def _largest(rows: Sequence[HeatRow]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        for cell in () if row.special else row.cells.values():
            for prefix, values in (("", cell.monthly), ("running ", cell.running)):
                for measure, value in values.items():
                    size = abs(value.units) if isinstance(value, Money) else value
                    if isinstance(size, int):
                        found[prefix + measure] = max(found.get(prefix + measure, 0), size)
    return found
