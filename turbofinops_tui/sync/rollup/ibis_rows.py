"""A layout as one Ibis expression: the lines of a billing period in, rollup rows (remote.py) out.

Everything that comes back is text or a count: texts of decimals are exact whatever a driver does to numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.periods import day_text, month_days, month_start
from turbofinops_tui.sync.read.layout import NOTHING, Column, Expression, Layout, Term, columns_used
from turbofinops_tui.sync.rollup.ibis_text import (
    EASY,
    ISO_DAY,
    LONG,
    WIDE,
    column_text,
    head_and_tail,
    only,
    plain,
    powers,
    render,
)
from turbofinops_tui.sync.rollup.remote import RowShape, Scope, shape_of

if TYPE_CHECKING:
    Table = Any

TagText = Callable[[Any], Any]
"""a nested column (map, struct, list) as JSON text, in the engine's own words"""


class LayoutQuery:
    """The expressions of one layout over one table."""

    def __init__(self, table: Table, layout: Layout, tag_text: TagText, *, wraps: bool = False) -> None:
        self.table, self.layout, self.tag_text, self.wraps = table, layout, tag_text, wraps
        self.shape: RowShape = shape_of(layout)

    def counted(self) -> Any:
        """``Counted`` rows: the lines, and the sums of their plain amounts, by period text."""
        import ibis

        amounts = {name: self._amount(term) for name, term in self._terms().items()}
        if self.shape.quantity:
            amounts["q"] = self._decimal(self.table, self.layout.quantity)
        texts = self.table.select(period=self._period(), moment=self._day_text(), **amounts)
        found = texts.select(
            "period",
            day=ibis.cases((texts.period == "", texts.moment), else_=ibis.literal("")),
            hard=sum((_hard(texts[name]) for name in amounts), ibis.literal(0)),
            **{f"{name}_d": self._easy(texts[name]) for name in self.shape.terms},
        )
        sums = {name: found[f"{name}_d"].sum().cast("string") for name in self.shape.terms}
        return found.group_by("period", "day").agg(lines=found.count(), hard=found.hard.sum(), **sums)

    def rows(self, scope: Scope) -> Any:
        """The rollup rows of one period; columns as ``RowShape.columns``.

        Lines are grouped by the bare columns; what a text means is asked once a group.
        """
        lines = self._bare(self.table.filter(self._within(scope)))
        keys = [name for name in lines.columns if name not in (*self.shape.terms, "q")]
        if not scope.quick:
            lines = self._written_out(lines)
        parts = lines.mutate(**self._decimals(lines, scope.quick))
        parts = parts.mutate(**self._rests(parts, scope.quick))
        keys += [f"{name}_rest" for name in self._texts_of(parts)]
        return self._meant(parts.group_by(keys).agg(**self._sums(parts)))

    # --- keys -----------------------------------------------------------------------------------

    def _bare(self, table: Table) -> Table:
        """Columns ``k0`` ... as they are that say period, attributes and tags, the UTC day, and amounts."""
        layout = self.layout
        columns = {"day": self._day(table)}
        for index in sorted(self._key_columns()):
            columns[f"k{index}"] = self._key(table, index)
        if "unit" in self.shape.attributes:
            columns["measured"] = self._decimal(table, layout.quantity).notnull()
        columns |= {name: self._amount(term, table) for name, term in self._terms().items()}
        if self.shape.quantity:
            columns["q"] = self._decimal(table, layout.quantity)
        return table.select(**columns)

    def _key_columns(self) -> set[int]:
        layout = self.layout
        named = replace(
            layout, day=NOTHING, quantity=NOTHING, billed=(), effective=(),
            attributes={name: layout.attribute(name) for name in self.shape.attributes},
        )  # fmt: skip
        return columns_used(named)

    def _key(self, table: Table, index: int) -> Any:
        column = Column(index)
        if column == self.layout.period and (moment := self._temporal(table, column)) is not None:
            return moment.cast("date")
        name = self.layout.names[index]
        nested = table[name].type().is_nested() or table[name].type().is_json()
        return self.tag_text(table[name]) if nested else column_text(table, name)

    def _meant(self, groups: Table) -> Table:
        """The groups with their texts read as the layout says; the columns of ``RowShape``."""
        import ibis

        layout, names = self.layout, tuple(f"k{index}" for index in range(len(self.layout.names)))
        columns = {"day": groups.day.cast("string").fill_null("")}
        columns["period"] = render(layout.period, groups, names).fill_null("")
        for name in self.shape.attributes:
            text = render(layout.attribute(name), groups, names)
            if name == "unit":
                # a cost line of a token class has its unit without a quantity (economics/token_units.py)
                text = only(text, groups.measured | text.startswith("Mtokens:"))
            columns[name] = text.fill_null("")
        for number, index in enumerate(layout.tags):
            columns[f"tags{number}"] = groups[f"k{index}"].fill_null("")
        for number, tag in enumerate(layout.tag_columns):
            columns[f"tag{number}"] = render(Column(tag.index), groups, names)
        for name in (name for name in self.shape.columns if name not in columns):
            columns[name] = groups[name] if name in groups.columns else ibis.literal("")
        return groups.select(**{name: columns[name] for name in self.shape.columns})

    def _period(self, table: Table | None = None) -> Any:
        import ibis

        table, period = self.table if table is None else table, self.layout.period
        if period == NOTHING:
            return ibis.literal("")
        if isinstance(period, Column) and (column := self._temporal(table, period)) is not None:
            return column.cast("date").cast("string").fill_null("")
        return render(period, table, self.layout.names).fill_null("")

    def _day(self, table: Table | None = None) -> Any:
        """The UTC day: a date, or the text of one (other moments as they are)."""
        table, day = self.table if table is None else table, self.layout.day
        if isinstance(day, Column) and (column := self._temporal(table, day)) is not None:
            return column.cast("date")
        text = render(day, table, self.layout.names)
        import ibis

        return ibis.cases((text.re_search(ISO_DAY), text.left(10)), else_=text)

    def _day_text(self) -> Any:
        return self._day().cast("string").fill_null("")

    def _temporal(self, table: Table, column: Column) -> Any:
        """A date or time column in UTC; None for any other."""
        found = table[self.layout.names[column.index]]
        kind = found.type()
        if not (kind.is_date() or kind.is_timestamp()):
            return None
        if kind.is_timestamp() and kind.timezone not in (None, "UTC"):
            return found.cast("timestamp('UTC')")
        return found

    def _within(self, scope: Scope) -> Any:
        """The lines of one period; a range of the bare column where that says it, so that it can prune."""
        period = self.layout.period
        column = self._temporal(self.table, period) if isinstance(period, Column) else None
        if column is not None and not scope.days:
            return _between(column, scope.month)
        named = self._period().isin(scope.periods) if scope.periods else None
        if not scope.days:
            return named
        own = (self._period() == "") & self._day_text().isin(scope.days)
        return own if named is None else named | own

    # --- amounts --------------------------------------------------------------------------------

    def _terms(self) -> dict[str, Term]:
        every = [("b", self.layout.billed), ("e", self.layout.effective)]
        named = {f"{prefix}{number}": term for prefix, terms in every for number, term in enumerate(terms)}
        return {name: named[name] for name in self.shape.terms}

    def _amount(self, term: Term, table: Table | None = None) -> Any:
        """An amount as the decimal that the column already is, else as text."""
        return self._decimal(self.table if table is None else table, term.amount)

    def _decimal(self, table: Table, expression: Expression) -> Any:
        if isinstance(expression, Column):
            column = table[self.layout.names[expression.index]]
            if holds(column.type()):
                return column.cast(WIDE)
        return render(expression, table, self.layout.names)

    def _easy(self, amount: Any) -> Any:
        return only(amount, amount.re_search(EASY)).cast(WIDE) if amount.type().is_string() else amount

    def _texts_of(self, table: Table) -> list[str]:
        """Amounts (and the quantity ``q``) that are texts there."""
        names = [*self.shape.terms, *(["q"] if self.shape.quantity else [])]
        return [name for name in names if table[name].type().is_string()]

    def _written_out(self, table: Table) -> Table:
        """The same with ``NAME_p`` beside each amount as text, its exponent written out, and ``NAME_g`` where
        it is long."""
        names = self._texts_of(table)
        wide = table.mutate(
            **{key: part for name in names for key, part in powers(name, table[name]).items()}
        )
        told = wide.mutate(**{f"{name}_p": plain(wide, name, wide[name]) for name in names})
        long = {f"{name}_g": told[f"{name}_p"] for name in names}
        return told.mutate(**{name: only(text, text.re_search(LONG)) for name, text in long.items()})

    def _decimals(self, table: Table, quick: bool) -> dict[str, Any]:
        """``NAME_d`` and, for texts taken apart, ``NAME_l``: up to the 18th decimal, and the next 18."""
        found: dict[str, Any] = {}
        texts = self._texts_of(table)
        for name in (*self.shape.terms, *(["q"] if self.shape.quantity else [])):
            found[f"{name}_d"] = self._easy(table[name])
            if name in texts and not quick:
                head, found[f"{name}_l"] = head_and_tail(table[f"{name}_g"])
                found[f"{name}_d"] = self._easy(table[f"{name}_p"]).fill_null(head)
        return found

    def _rests(self, table: Table, quick: bool) -> dict[str, Any]:
        """``NAME_rest``: texts that are none of these, as they are; quantities count to twelve decimals."""
        found = {
            f"{name}_rest": only(table[name], table[f"{name}_d"].isnull()).fill_null("")
            for name in self._texts_of(table)
        }
        if self.shape.quantity:
            found["q_d"] = table["q_d"].round(12)
        return found

    def _sums(self, table: Table) -> dict[str, Any]:
        sums: dict[str, Any] = {"n": table.count()}
        for name in self.shape.terms:
            value = table[f"{name}_d"]
            sums[f"{name}_hi"] = value.sum().cast("string")
            if f"{name}_l" in table.columns:
                sums[f"{name}_lo"] = table[f"{name}_l"].sum().cast("string")
            sums[f"{name}_none"] = table.count() - table[name].count()
            if self.wraps:
                sums[f"{name}_most"] = value.abs().max().cast("string")
        if self.shape.quantity:
            sums["q"] = table["q_d"].sum().cast("string")
        return sums


def _hard(amount: Any) -> Any:
    """1 for a text that is an amount but no easy one, else 0."""
    import ibis

    if not amount.type().is_string():
        return ibis.literal(0)
    return (amount.notnull() & ~amount.re_search(EASY)).ifelse(1, 0)


def holds(kind: Any) -> bool:
    """True for column types whose every value DECIMAL(38,18) holds exactly."""
    if kind.is_integer():
        return True
    if not kind.is_decimal() or kind.precision is None or kind.scale is None:
        return False
    return bool(kind.scale <= 18 and kind.precision - kind.scale <= 20)


def _between(column: Any, month: int) -> Any:
    import ibis

    first = month_start(month)
    start, end = day_text(first), day_text(first + month_days(month))
    if column.type().is_date():
        return (column >= ibis.date(start)) & (column < ibis.date(end))
    zone = column.type().timezone
    moment = ibis.timestamp if zone is None else lambda text: ibis.timestamp(text, timezone=zone)
    return (column >= moment(start)) & (column < moment(end))
