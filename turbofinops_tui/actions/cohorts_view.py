"""The heat grid of cohorts: rows by group, columns by months of age or calendar, from evaluated tables.

Nothing is summed here. Monthly and running amounts are two answers of the evaluation; retained revenue
and break-even are read off them (numbers.md 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
LEVELS = ("retained", "customers")
"""metrics of one month: they do not add up over months"""
GROUPINGS = ("cohort", "plan")
NO_COHORT = "none"
Key = str | None


@dataclass(frozen=True, slots=True)
class Look:
    """How the grid is looked at."""

    by: str = "cohort"
    calendar: bool = False
    cumulative: bool = True
    metric: str = "margin_pct"

    @property
    def time(self) -> str:
        """The dimension of the columns."""
        return "month" if self.calendar else "age"

    @property
    def running(self) -> bool:
        """Whether the cells show running sums."""
        return self.cumulative and self.metric not in LEVELS


@dataclass(frozen=True, slots=True)
class Cell:
    """One group in one month: the values of that month and those since the first, by measure."""

    monthly: Mapping[str, Value]
    running: Mapping[str, Value]
    retained: Ratio | None = None

    def value(self, look: Look) -> Value:
        """What the cell shows."""
        if look.metric == "retained":
            return self.retained
        return (self.running if look.running else self.monthly).get(look.metric)


@dataclass(slots=True)
class HeatRow:
    """One line of the grid."""

    label: str
    key: Key
    cells: dict[str, Cell] = field(default_factory=dict)
    """column -> cell; months without a fact have none"""
    whole: Mapping[str, Value] = field(default_factory=dict)
    """everything of the group, by measure"""
    even: str = ""
    """column of the break-even mark; empty: not reached, or lost again"""
    total: bool = False

    @property
    def special(self) -> bool:
        """Unattributed, ``none`` and the total are no cohorts."""
        return self.total or self.key is None or self.key == NO_COHORT


@dataclass(frozen=True, slots=True)
class Heat:
    """The grid: columns oldest first, rows in the order of the evaluation, the total."""

    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    total: HeatRow
    look: Look
    largest: Mapping[str, int] = field(default_factory=dict)
    """measure -> largest absolute amount, monthly and running (``running margin``): scales of the colours"""


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


def level(value: Value, look: Look, largest: Mapping[str, int], levels: int) -> int:
    """How hot a cell is: -levels (deepest loss) .. levels; 0 without a value.

    Percents by their own size (for retained revenue by the distance from 100), amounts by
    their part of the largest one.
    """
    if isinstance(value, Ratio):
        percent = value.percent() - (100 if look.metric == "retained" else 0)
        step = next((i for i, limit in enumerate((15, 40, 65), 1) if abs(percent) < limit), levels)
        return step if percent >= 0 else -step
    size = value.units if isinstance(value, Money) else value if isinstance(value, int) else None
    if size is None:
        return 0
    whole = largest.get(("running " if look.running else "") + look.metric, 0) or 1
    part = 100 * abs(size) // whole
    step = next((i for i, limit in enumerate((4, 16, 50), 1) if part < limit), levels)
    loses = size < 0 if look.metric != "cost" else size >= 0
    return -step if loses else step
