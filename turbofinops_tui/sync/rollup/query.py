"""One file as one query: lines in, rows of the ``part`` table out."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.sync.read.layout import (
    ATTRIBUTES,
    NOTHING,
    Column,
    Const,
    Expression,
    First,
    Layout,
    TagColumn,
    Term,
)
from turbofinops_tui.sync.rollup.amounts import Amount, amount, combined, combined_quick
from turbofinops_tui.sync.rollup.sql import (
    HARD_AMOUNT,
    HARD_QUANTITY,
    ISO_DAY,
    LONG_FIELD,
    MISSING_BILLED,
    MISSING_EFFECTIVE,
    Relation,
    literal,
    present,
    render,
)


class RollupQuery:
    """Builds the query of one file: inner projections, one GROUP BY, one outer tidy-up.

    ``quick`` leaves out what only amounts past the engine's decimals need; ``HARD_AMOUNT`` in the flags of
    its result says that the file has such amounts after all and must be asked again without it.
    """

    def __init__(
        self, layout: Layout, relation: Relation, file: int, field_bytes: int, *, quick: bool = False
    ) -> None:
        self.layout = layout
        self.relation = relation
        self.field_bytes = field_bytes
        self.quick = quick
        self.first: list[str] = []
        self.second: list[str] = []
        self.third: list[str] = []
        self.keys: list[str] = []
        self.sums: list[str] = ["count(*) AS n"]
        self.outer: list[str] = [f"{file} AS file"]
        self.flags: list[str] = []
        self.key_flags: list[str] = []
        self._period()
        self._day()
        self._attributes()
        self._tags()
        self._amounts()
        self._quantity()

    def text(self) -> str:
        """The SQL; its columns are those of ``PART_COLUMNS``."""
        flags = f"bit_or({self._flags()}) AS flags"
        columns = ["b_hi", "b_lo", "b_rest", "e_hi", "e_lo", "e_rest", "qty", "qty_bad"]
        inner = self._inner(f"SELECT {', '.join(self.first)} FROM {self.relation.source}")
        grouped = (
            f"SELECT {', '.join([*self.keys, *self.sums, flags])} FROM ({inner}) GROUP BY {self._group()}"
        )
        all_flags = " | ".join(["flags", *self.key_flags])
        return f"SELECT {', '.join([*self.outer, 'n', f'{all_flags} AS flags', *columns])} FROM ({grouped})"

    def sample_flags(self, rows: int) -> str:
        """SQL of the flags of the first rows, to choose between quick and full."""
        inner = f"SELECT {', '.join(self.first)} FROM {self.relation.source} LIMIT {rows}"
        return f"SELECT coalesce(bit_or({self._flags()}), 0) FROM ({self._inner(inner)})"

    def _flags(self) -> str:
        return " | ".join(self.flags) or "0"

    def rows(self) -> str:
        """SQL of every line by itself: ``row`` from 1, keys as in ``PART_COLUMNS``, and amount texts.

        The same expressions as ``text``, so that a line found here is a line summed there.
        """
        inner = f"SELECT row_number() OVER () AS row, {', '.join(self.first)} FROM {self.relation.source}"
        amounts = [f"CAST({name} AS VARCHAR) AS {name}" for name in self.amount_names()]
        return f"SELECT {', '.join(['row', *self.outer, *amounts])} FROM ({self._inner(inner)})"

    def _inner(self, query: str) -> str:
        for added in (self.second, [] if self.quick else self.third):
            if added:
                query = f"SELECT *, {', '.join(added)} FROM ({query})"
        return query

    def amount_names(self) -> list[str]:
        """The text columns of the amounts in ``rows``: ``b0_t``, ``e0_t`` ..."""
        names = [f"b{number}_t" for number in range(len(self.layout.billed))]
        if self.layout.billed != self.layout.effective:
            names += [f"e{number}_t" for number in range(len(self.layout.effective))]
        return names

    def _group(self) -> str:
        return ", ".join(str(number + 1) for number in range(len(self.keys))) or "ALL"

    def _key(self, name: str, expression: str) -> None:
        self.first.append(f"{expression} AS {name}_t")
        self.keys.append(f"{name}_t")

    def _text_key(self, name: str, expression: Expression) -> str:
        """Group by the texts of an expression; SQL of its value beside the group.

        What the columns mean is asked once per group and not once per line. Groups that come out alike
        are added up with those of the other files.
        """
        options = expression.options if isinstance(expression, First) else (expression,)
        columns = [option.index for option in options if isinstance(option, Column)]
        if len(columns) < len(options):
            self._key(name, render(expression, self.relation))
            return f"{name}_t"
        places = [f"{name}{number or ''}" for number in range(len(columns))]
        for place, index in zip(places, columns, strict=True):
            self._key(place, self.relation.text(index))
        return f"coalesce({', '.join(present(f'{place}_t') for place in places)})"

    def _period(self) -> None:
        period = self.layout.period
        if period == NOTHING:
            self.outer.append("'' AS period")
            return
        if isinstance(period, Column) and self.relation.is_time(period.index):
            self._key("period", self.relation.columns[period.index])
            text = "CAST(period_t AS VARCHAR)"
        else:
            text = self._text_key("period", period)
        self.outer.append(f"coalesce({text}, '') AS period")

    def _day(self) -> None:
        day = self.layout.day
        if isinstance(day, Column) and self.relation.is_time(day.index):
            # The session's zone is UTC, so a zoned time becomes its UTC day.
            self._key("day", f"CAST({self.relation.columns[day.index]} AS DATE)")
        else:
            self.first.append(f"{render(day, self.relation)} AS moment_t")
            iso = ISO_DAY.format(t="moment_t")
            self.second.append(f"CASE WHEN {iso} THEN left(moment_t, 10) ELSE moment_t END AS day_t")
            self.keys.append("day_t")
        self.outer.append("coalesce(CAST(day_t AS VARCHAR), '') AS day")

    def _attributes(self) -> None:
        for name in ATTRIBUTES:
            expression = self.layout.attribute(name)
            if isinstance(expression, Const):
                self.outer.append(f"{literal(expression.text)} AS {name}")
                continue
            text = self._text_key(name, expression)
            if name == "unit":
                # a cost line of a token class has its unit without a quantity (economics/token_units.py)
                self._key("given", f"({render(self.layout.quantity, self.relation)}) IS NOT NULL")
                text = f"CASE WHEN given_t OR {text} LIKE 'Mtokens:%' THEN {text} END"
            self.outer.append(f"coalesce({text}, '') AS {name}")

    def _tags(self) -> None:
        texts = []
        for index in self.layout.tags:
            name = f"tags{index}"
            if self.relation.nested(index):
                self._key(name, self.relation.columns[index])
                texts.append(f"coalesce(CAST(to_json({name}_t) AS VARCHAR), '')")
                continue
            self._key(name, self.relation.text(index))
            self.key_flags.append(
                f"(CASE WHEN strlen({name}_t) > {self.field_bytes} THEN {LONG_FIELD} ELSE 0 END)"
            )
            texts.append(f"coalesce({name}_t, '')")
        if self.layout.tag_columns:
            texts.append(self._tag_object(self.layout.tag_columns))
        texts += ["''"] * (2 - len(texts))
        self.outer += [f"{texts[0]} AS tags", f"{texts[1]} AS more_tags"]

    def _tag_object(self, columns: tuple[TagColumn, ...]) -> str:
        parts = []
        for number, tag in enumerate(columns):
            text = self._text_key(f"tag{number}", Column(tag.index))
            parts.append(f"{literal(tag.key)}, {text}")
        return f"CAST(json_object({', '.join(parts)}) AS VARCHAR)"

    def _amounts(self) -> None:
        same = self.layout.billed == self.layout.effective
        for prefix, terms, flag in (
            ("b", self.layout.billed, MISSING_BILLED),
            ("e", self.layout.effective, MISSING_EFFECTIVE),
        ):
            if prefix == "e" and same:
                self.sums += [f"b_{part} AS e_{part}" for part in ("hi", "lo", "rest")]
                continue
            pieces = [amount(f"{prefix}{number}", term, self.relation) for number, term in enumerate(terms)]
            for piece in pieces:
                self.first += piece.first
                self.second += piece.second
                self.third += piece.third
            self.sums += (combined_quick if self.quick else combined)(terms, pieces, prefix)
            self._amount_flags(terms, pieces, flag)

    def _amount_flags(self, terms: Sequence[Term], pieces: Sequence[Amount], missing: int) -> None:
        for term, piece in zip(terms, pieces, strict=True):
            absent = "" if term.optional else f" WHEN {piece.missing} THEN {missing}"
            self.flags.append(f"(CASE WHEN {piece.hard} THEN {HARD_AMOUNT}{absent} ELSE 0 END)")

    def _quantity(self) -> None:
        if self.layout.quantity == NOTHING or isinstance(self.layout.attribute("unit"), Const):
            self.sums += ["CAST(0 AS DECIMAL(38,12)) AS qty", "CAST(0 AS BIGINT) AS qty_bad"]
            return
        quantity = self.layout.quantity
        raw = (
            self.relation.text(quantity.index)
            if isinstance(quantity, Column)
            else render(quantity, self.relation)
        )
        self.first += [f"{raw} AS quantity_r", f"TRY_CAST({raw} AS DECIMAL(38,12)) AS quantity_d"]
        unreadable = f"quantity_d IS NULL AND ({present('quantity_r')}) IS NOT NULL"
        self.sums.append("coalesce(sum(quantity_d), 0) AS qty")
        if self.quick:
            self.flags.append(f"(CASE WHEN {unreadable} THEN {HARD_QUANTITY} ELSE 0 END)")
            self.sums.append("CAST(0 AS BIGINT) AS qty_bad")
        else:
            self.sums.append(f"count(*) FILTER (WHERE {unreadable}) AS qty_bad")
