"""A layout as one Ibis expression: the lines of a billing period in, rollup rows (remote.py) out.

Everything that comes back is text or a count: texts of decimals are exact whatever a driver does to numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.periods import day_text, month_days, month_start
from turbofinops_tui.sync.read.layout import NOTHING, Column, Layout, Term
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

    def __init__(self, table: Table, layout: Layout, tag_text: TagText) -> None:
        self.table, self.layout, self.tag_text = table, layout, tag_text
        self.shape: RowShape = shape_of(layout)

    def counted(self) -> Any:
        """``Counted`` rows: the lines, and the sums of their plain amounts, by period text."""
        import ibis

        amounts = {name: self._amount(term) for name, term in self._terms().items()}
        if self.shape.quantity:
            amounts["q"] = render(self.layout.quantity, self.table, self.layout.names)
        texts = self.table.select(period=self._period(), moment=self._day(), **amounts)
        found = texts.select(
            "period",
            day=ibis.cases((texts.period == "", texts.moment), else_=ibis.literal("")),
            hard=sum((_hard(texts[name]) for name in amounts), ibis.literal(0)),
            **{f"{name}_d": self._easy(texts[name]) for name in self.shape.terms},
        )
        sums = {name: found[f"{name}_d"].sum().cast("string") for name in self.shape.terms}
        return found.group_by("period", "day").agg(lines=found.count(), hard=found.hard.sum(), **sums)

    def rows(self, scope: Scope) -> Any:
        """The rollup rows of one period; columns as ``RowShape.columns``."""
        texts = self._texts(self.table.filter(self._within(scope)))
        if not scope.quick:
            texts = self._written_out(texts)
        parts = texts.mutate(**self._parts(texts, scope.quick))
        keys = [name for name in self.shape.columns if name in self._keys()]
        return parts.group_by(keys).agg(**self._sums(parts)).select(*self.shape.columns)

    # --- keys -----------------------------------------------------------------------------------

    def _keys(self) -> set[str]:
        rests = {f"{name}_rest" for name in self.shape.terms} | ({"q_rest"} if self.shape.quantity else set())
        return {"period", "day", *self.shape.attributes, *self.shape.tags, *rests}

    def _texts(self, table: Table) -> Table:
        layout = self.layout
        columns = {"period": self._period(table), "day": self._day(table)}
        for name in self.shape.attributes:
            text = render(layout.attribute(name), table, layout.names)
            if name == "unit":
                # a cost line of a token class has its unit without a quantity (economics/token_units.py)
                given = render(layout.quantity, table, layout.names).notnull()
                text = only(text, given | text.startswith("Mtokens:"))
            columns[name] = text.fill_null("")
        for number, index in enumerate(layout.tags):
            columns[f"tags{number}"] = self._tag(table, index).fill_null("")
        for number, tag in enumerate(layout.tag_columns):
            columns[f"tag{number}"] = render(Column(tag.index), table, layout.names)
        columns |= {name: self._amount(term, table) for name, term in self._terms().items()}
        if self.shape.quantity:
            columns["q"] = render(layout.quantity, table, layout.names)
        return table.select(**columns)

    def _tag(self, table: Table, index: int) -> Any:
        name = self.layout.names[index]
        nested = table[name].type().is_nested() or table[name].type().is_json()
        return self.tag_text(table[name]) if nested else column_text(table, name)

    def _period(self, table: Table | None = None) -> Any:
        import ibis

        table, period = self.table if table is None else table, self.layout.period
        if period == NOTHING:
            return ibis.literal("")
        if isinstance(period, Column) and (column := self._temporal(table, period)) is not None:
            return column.cast("date").cast("string").fill_null("")
        return render(period, table, self.layout.names).fill_null("")

    def _day(self, table: Table | None = None) -> Any:
        import ibis

        table, day = self.table if table is None else table, self.layout.day
        if isinstance(day, Column) and (column := self._temporal(table, day)) is not None:
            return column.cast("date").cast("string").fill_null("")
        text = render(day, table, self.layout.names)
        return ibis.cases((text.re_search(ISO_DAY), text.left(10)), else_=text).fill_null("")

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
        own = (self._period() == "") & self._day().isin(scope.days)
        return own if named is None else named | own

    # --- amounts --------------------------------------------------------------------------------

    def _terms(self) -> dict[str, Term]:
        every = [("b", self.layout.billed), ("e", self.layout.effective)]
        named = {f"{prefix}{number}": term for prefix, terms in every for number, term in enumerate(terms)}
        return {name: named[name] for name in self.shape.terms}

    def _amount(self, term: Term, table: Table | None = None) -> Any:
        """An amount as the decimal that the column already is, else as text."""
        table = self.table if table is None else table
        if isinstance(term.amount, Column):
            column = table[self.layout.names[term.amount.index]]
            if holds(column.type()):
                return column.cast(WIDE)
        return render(term.amount, table, self.layout.names)

    def _easy(self, amount: Any) -> Any:
        return only(amount, amount.re_search(EASY)).cast(WIDE) if amount.type().is_string() else amount

    def _written_out(self, table: Table) -> Table:
        """The same with ``NAME_p`` beside each amount as text, its exponent written out, and ``NAME_g`` where
        it is long."""
        names = [name for name in self.shape.terms if table[name].type().is_string()]
        names += ["q"] if self.shape.quantity else []
        wide = table.mutate(
            **{key: part for name in names for key, part in powers(name, table[name]).items()}
        )
        told = wide.mutate(**{f"{name}_p": plain(wide, name, wide[name]) for name in names})
        long = {f"{name}_g": told[f"{name}_p"] for name in names}
        return told.mutate(**{name: only(text, text.re_search(LONG)) for name, text in long.items()})

    def _parts(self, table: Table, quick: bool) -> dict[str, Any]:
        import ibis

        parts: dict[str, Any] = {}
        for name in self.shape.terms:
            parts[f"{name}_d"] = table[name]
            parts[f"{name}_l"] = ibis.null(WIDE)
            parts[f"{name}_rest"] = ibis.literal("")
            if table[name].type().is_string():
                parts |= self._taken_apart(table, name, quick)
        if self.shape.quantity:
            parts |= self._quantity(table, quick)
        return parts

    def _taken_apart(self, table: Table, name: str, quick: bool) -> dict[str, Any]:
        text = table[name if quick else f"{name}_p"]
        easy = self._easy(text)
        hard = text.notnull() & ~text.re_search(EASY)
        if quick:
            return {f"{name}_d": easy, f"{name}_rest": only(table[name], hard).fill_null("")}
        long = table[f"{name}_g"]
        head, tail = head_and_tail(long)
        return {
            f"{name}_d": easy.fill_null(head),
            f"{name}_l": tail,
            f"{name}_rest": only(table[name], hard & long.isnull()).fill_null(""),
        }

    def _quantity(self, table: Table, quick: bool) -> dict[str, Any]:
        """Quantities count to twelve decimals; those that are no plain number are read on this machine."""
        parts = self._taken_apart(table, "q", quick)
        return {"q_d": parts["q_d"].round(12), "q_rest": parts["q_rest"]}

    def _sums(self, table: Table) -> dict[str, Any]:
        sums: dict[str, Any] = {"n": table.count()}
        for name in self.shape.terms:
            value = table[f"{name}_d"]
            missing = table[name].isnull().ifelse(1, 0)
            sums[f"{name}_hi"] = value.fill_null(0).sum().cast("string")
            sums[f"{name}_lo"] = table[f"{name}_l"].sum().cast("string").fill_null("0")
            sums[f"{name}_most"] = value.abs().max().cast("string").fill_null("0")
            sums[f"{name}_none"] = missing.sum()
        if self.shape.quantity:
            sums["q"] = table["q_d"].fill_null(0).sum().cast("string")
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
