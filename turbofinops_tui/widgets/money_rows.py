"""Rows of a ``Table`` as money grids show them, and the columns that draw them.

Amounts of one column add up to the total shown below them (largest remainder);
percents are exact until drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.shown import (
    MISSING,
    percent_text,
    shown_digits,
    shown_parts,
    shown_unit,
    unit_text,
)
from turbofinops_tui.economics.types import Row, Table, Value
from turbofinops_tui.widgets.grid_model import Column, Span
from turbofinops_tui.widgets.spark import loss_bar, spark

UNATTRIBUTED = "(unattributed)"
OTHERS = "(others)"
NO_VALUES: Mapping[str, Value] = {}


@dataclass(slots=True)
class MoneyRow:
    """One line of a table with what the eye gets to see of its amounts."""

    label: str
    key: str | None
    values: dict[str, Value]
    shown: dict[str, tuple[int, int]] = field(default_factory=dict)
    """measure -> (whole number of 10^-digits units, digits)"""
    currency: str = ""
    others: bool = False
    total: bool = False
    trend: tuple[int | None, ...] = ()
    note: str = ""
    """more to say about the row (since when, because of what)"""
    since: str = ""

    def money(self, measure: str) -> Money | None:
        """The exact amount, or None."""
        value = self.values.get(measure)
        return value if isinstance(value, Money) else None

    def ratio(self, measure: str) -> Ratio | None:
        """The exact ratio, or None."""
        value = self.values.get(measure)
        return value if isinstance(value, Ratio) else None

    @property
    def special(self) -> bool:
        """Unattributed, others and total are no customers."""
        return self.key is None or self.others or self.total


def rows_of(table: Table, none: str = UNATTRIBUTED, position: int = 0) -> tuple[list[MoneyRow], MoneyRow | None]:
    """The table's rows and its total (None with several currencies), ready to be drawn.

    ``none`` is what a row without a key at ``position`` is called.
    """
    rows = [_row(table, row, none, position) for row in table.rows]
    total = None
    if len(table.totals) == 1:
        total = _row(table, table.totals[0], "Total", position)
        total.label, total.total = "Total", True
    for index, measure in enumerate(table.slice.measures):
        _round(rows, total, measure, table.rows, index)
    return rows, total


def _row(table: Table, row: Row, none: str, position: int) -> MoneyRow:
    values = dict(zip(table.slice.measures, row.values, strict=True))
    key = row.key[position] if row.key else None
    label = OTHERS if row.others else none if key is None else key
    return MoneyRow(label, key, values, currency=row.currency or table.currency, others=row.others)


def _round(rows: list[MoneyRow], total: MoneyRow | None, measure: str, source: Sequence[Row], index: int) -> None:
    """Fill ``shown`` of one column: by largest remainder when the rows add up to the total."""
    known = [row for row in rows if isinstance(row.values.get(measure), Money)]
    if not known and (total is None or not isinstance(total.values.get(measure), Money)):
        return
    for currency in {row.currency for row in known}:
        same = [row for row in known if row.currency == currency]
        units = [amount.units for row in same if (amount := row.money(measure)) is not None]
        digits = shown_digits(max(map(abs, units)), currency)
        whole = total.money(measure) if total is not None else None
        adds_up = whole is not None and sum(units) == whole.units
        parts = shown_parts(units, currency, digits) if adds_up else [shown_unit(u, currency, digits) for u in units]
        for row, part in zip(same, parts, strict=True):
            row.shown[measure] = (part, digits)
    if total is not None and (amount := total.money(measure)) is not None:
        digits = next((row.shown[measure][1] for row in known), shown_digits(amount.units, amount.currency))
        total.shown[measure] = (shown_unit(amount.units, amount.currency, digits), digits)


# --- columns ----------------------------------------------------------------------------------


def shown_money(row: MoneyRow, measure: str) -> str:
    """The amount as this row shows it."""
    amount = row.money(measure)
    if amount is None or measure not in row.shown:
        return MISSING
    part, digits = row.shown[measure]
    return unit_text(part, amount.currency, digits, amount.units)


def money_width(rows: Sequence[MoneyRow], total: MoneyRow | None, measure: str, least: int) -> int:
    """Cells that the widest amount of a column takes."""
    every = [*rows, *([total] if total is not None else [])]
    amounts = [row for row in every if measure in row.shown]
    if not amounts:
        return least
    largest = max(amounts, key=lambda row: row.shown[measure][0])
    smallest = min(amounts, key=lambda row: row.shown[measure][0])
    return max(least, len(shown_money(largest, measure)), len(shown_money(smallest, measure)))


def money_column(measure: str, title: str, width: int, *, signed: bool = False) -> Column[MoneyRow]:
    """Amounts, aligned right; with ``signed`` a loss is painted as one (it has its minus as well)."""

    def draw(row: MoneyRow, _: int) -> Sequence[Span]:
        amount = row.money(measure)
        role = "muted" if amount is None else "loss" if signed and amount.units < 0 else ""
        return ((shown_money(row, measure), role),)

    def key(row: MoneyRow) -> int | None:
        amount = row.money(measure)
        return None if amount is None else amount.units

    def exact(row: MoneyRow) -> str:
        amount = row.money(measure)
        return "" if amount is None else amount.text()

    return Column(measure, title, max(width, len(title) + 1), draw, key, exact, right=True)


def percent_column(
    measure: str, title: str, width: int = 7, *, digits: int = 1, signed: bool = True
) -> Column[MoneyRow]:
    """Ratios as percent."""

    def draw(row: MoneyRow, _: int) -> Sequence[Span]:
        value = row.ratio(measure)
        role = "muted" if value is None else "loss" if signed and value.percent() < 0 else ""
        return ((percent_text(value, digits), role),)

    def key(row: MoneyRow) -> Fraction | None:
        value = row.ratio(measure)
        return None if value is None else value.percent()

    def exact(row: MoneyRow) -> str:
        value = row.ratio(measure)
        return "" if value is None else value.text()

    return Column(measure, title, max(width, len(title) + 1), draw, key, exact, right=True)


def name_column(title: str, width: int, elastic: int = 0, id: str = "name") -> Column[MoneyRow]:  # noqa: A002
    """The row's name; rows that are no customers are set apart."""

    def draw(row: MoneyRow, _: int) -> Sequence[Span]:
        return ((row.label, "muted" if row.special and not row.total else ""),)

    return Column(id, title, width, draw, lambda row: row.label, lambda row: row.label, elastic=elastic)


def spark_column(title: str, width: int) -> Column[MoneyRow]:
    """The row's trend; bars that hang are below zero."""

    def draw(row: MoneyRow, size: int) -> Sequence[Span]:
        if not row.trend:
            return (("", "muted"),)
        last = next((value for value in reversed(row.trend) if value is not None), 0)
        return ((spark(row.trend, size), "loss" if last < 0 else "gain"),)

    return Column("trend", title, width, draw)


def note_column(title: str, width: int, elastic: int) -> Column[MoneyRow]:
    """Why the row is what it is."""
    return Column("note", title, width, lambda row, _: ((row.note, "muted"),), None, elastic=elastic)


def since_column(title: str = "since", width: int = 7) -> Column[MoneyRow]:
    """First month of the running losing streak."""
    return Column("since", title, width, lambda row, _: ((row.since, "muted"),), lambda row: row.since or None)


def bar_column(title: str, width: int, elastic: int, both: Callable[[], bool]) -> Column[MoneyRow]:
    """Margin % as a bar beside a rule: losses to the left of it, and with ``both`` profits to the right.

    A side is 100 % long; what is off the scale ends in ``◀``.
    """

    def draw(row: MoneyRow, size: int) -> Sequence[Span]:
        left = (size - 1) // 2 if both() else size - 1
        right = size - 1 - left
        ratio = row.ratio("margin_pct")
        margin = row.money("margin")
        if ratio is None and margin is not None and margin.units < 0 and not row.total:
            text = "no revenue" if left >= 10 else "no rev" if left >= 6 else ""
            return ((text.rjust(left), "muted"), ("│", "rule"), (" " * right, ""))
        before, after = loss_bar(None if ratio is None else ratio.percent(), left, right)
        return ((before, "bar"), ("│", "rule"), (after, "good_bar"))

    return Column("bar", title, width, draw, right=not both(), elastic=elastic)
