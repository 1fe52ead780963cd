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
from turbofinops_tui.economics.types import Row, Slice, Table, Value
from turbofinops_tui.economics.verdict import DEPENDS, LOSES, SAFE, VERDICTS
from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel, Span
from turbofinops_tui.widgets.spark import loss_bar, pulse

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
    verdict: str = ""
    """``loses anyway``, ``depends``, ``safe``; empty while it is not worked out"""

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


def worst_first() -> GridModel[MoneyRow]:
    """The model of a grid of customers, the largest loss on top; rows narrow by their label."""
    model: GridModel[MoneyRow] = GridModel(
        lambda row: (row.label, row.key, row.currency), lambda row: row.label
    )
    model.sort_id, model.descending = "margin", False
    return model


def rows_of(
    table: Table, none: str = UNATTRIBUTED, position: int = 0
) -> tuple[list[MoneyRow], MoneyRow | None]:
    """The table's rows and its total (None with several currencies), ready to be drawn.

    ``none`` is what a row without a key at ``position`` is called.
    """
    rows = [_row(table, row, none, position) for row in table.rows]
    total = None
    if len(table.totals) == 1:
        total = _row(table, table.totals[0], "Total", position)
        total.label, total.total = "Total", True
    digits = _digits(rows, total)
    for measure in table.slice.measures:
        _round(rows, total, measure, digits)
    return rows, total


def _row(table: Table, row: Row, none: str, position: int) -> MoneyRow:
    values = dict(zip(table.slice.measures, row.values, strict=True))
    key = row.key[position] if row.key else None
    label = OTHERS if row.others else none if key is None else key
    return MoneyRow(label, key, values, currency=row.currency or table.currency, others=row.others)


def _digits(rows: list[MoneyRow], total: MoneyRow | None) -> dict[str, int]:
    """currency -> decimals: the same for all amounts of a table, so that columns line up."""
    largest: dict[str, int] = {}
    for row in [*rows, *([total] if total is not None else [])]:
        for value in row.values.values():
            if isinstance(value, Money):
                largest[value.currency] = max(largest.get(value.currency, 0), abs(value.units))
    return {currency: shown_digits(units, currency) for currency, units in largest.items()}


def _round(rows: list[MoneyRow], total: MoneyRow | None, measure: str, digits: Mapping[str, int]) -> None:
    """Fill ``shown`` of one column: by largest remainder when the rows add up to the total."""
    by_currency: dict[str, list[tuple[MoneyRow, int]]] = {}
    for row in rows:
        amount = row.money(measure)
        if amount is not None:
            by_currency.setdefault(amount.currency, []).append((row, amount.units))
    whole = total.money(measure) if total is not None else None
    for currency, pairs in by_currency.items():
        places, units = digits[currency], [units for _, units in pairs]
        adds_up = whole is not None and sum(units) == whole.units
        parts = (
            shown_parts(units, currency, places)
            if adds_up
            else [shown_unit(u, currency, places) for u in units]
        )
        for (row, _), part in zip(pairs, parts, strict=True):
            row.shown[measure] = (part, places)
    if total is not None and whole is not None:
        places = digits[whole.currency]
        total.shown[measure] = (shown_unit(whole.units, whole.currency, places), places)


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


def spark_column(title: str, width: int, markers: str = "braille") -> Column[MoneyRow]:
    """The row's margin over the months: above the middle is profit, below it is loss."""

    def draw(row: MoneyRow, size: int) -> Sequence[Span]:
        if not row.trend:
            return (("", "muted"),)
        last = next((value for value in reversed(row.trend) if value is not None), 0)
        return ((pulse(row.trend, size, markers), "loss" if last < 0 else "gain"),)

    return Column("trend", title, width, draw)


def note_column(title: str, width: int, elastic: int) -> Column[MoneyRow]:
    """Why the row is what it is."""
    return Column("note", title, width, lambda row, _: ((row.note, "muted"),), None, elastic=elastic)


def since_column(title: str = "since", width: int = 8) -> Column[MoneyRow]:
    """First month of the running losing streak."""
    return Column(
        "since", title, width, lambda row, _: ((row.since, "muted"),), lambda row: row.since or None
    )


VERDICT_SIGNS: Mapping[str, tuple[str, str, str]] = {
    LOSES: ("anyway", "x", "loss"),
    DEPENDS: ("depends", "?", "warn"),
    SAFE: ("safe", "", "muted"),
}
"""verdict -> (word, sign where there is no room for it, role)"""


def verdict_column(*, words: bool) -> Column[MoneyRow]:
    """Whether the customer loses whatever the split of shared cost: in a word, or by ``x`` and ``?``."""

    def draw(row: MoneyRow, _: int) -> Sequence[Span]:
        word, sign, role = VERDICT_SIGNS.get(row.verdict, ("", "", "muted"))
        return ((word if words else sign, role),)

    def key(row: MoneyRow) -> int | None:
        return VERDICTS.index(row.verdict) if row.verdict in VERDICTS else None

    title, width = ("verdict", 8) if words else ("V", 2)
    return Column("verdict", title, width, draw, key, lambda row: row.verdict)


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


def share_column(measure: str, total: Callable[[], MoneyRow | None], width: int = 10) -> Column[MoneyRow]:
    """The row's part of the total as a bar with its percent."""

    def draw(row: MoneyRow, size: int) -> Sequence[Span]:
        whole, amount = total(), row.money(measure)
        sum_of = whole.money(measure) if whole is not None else None
        if row.total or amount is None or sum_of is None or sum_of.units <= 0:
            return (("", ""),)
        share = Ratio(amount.units, sum_of.units)
        _, bar = loss_bar(max(Fraction(0), share.percent()), 0, size - 5)
        return ((bar, "accent"), (percent_text(share, 0).rjust(5), "muted"))

    return Column("share", "share", width, draw, right=True, elastic=30)


EXPLAINED = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "margin_pct", "ai_cost", "ai_share")


def explained_row(grid: Grid[MoneyRow], view: Slice) -> tuple[Slice, str | None, str] | None:
    """(slice, customer, measure) of the figure under the cursor; the margin when another column is chosen."""
    row, column = grid.current, grid.chosen
    if row is None or row.others or row.total:
        return None
    measure = column.id if column is not None and column.id in EXPLAINED else "margin"
    return view, row.key, measure
