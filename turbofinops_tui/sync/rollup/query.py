"""One file as one query: lines in, rows of the ``part`` table out."""

from __future__ import annotations

from turbofinops_tui.sync.read.layout import ATTRIBUTES, NOTHING, Column, Const, Layout, TagColumn
from turbofinops_tui.sync.rollup.amounts import Amount, amount, combined
from turbofinops_tui.sync.rollup.sql import (
    ISO_DAY,
    LONG_FIELD,
    MISSING_BILLED,
    MISSING_EFFECTIVE,
    Relation,
    literal,
    render,
)


class RollupQuery:
    """Builds the query of one file: three inner projections, one GROUP BY, one outer tidy-up."""

    def __init__(self, layout: Layout, relation: Relation, file: int, field_bytes: int) -> None:
        self.layout = layout
        self.relation = relation
        self.file = file
        self.field_bytes = field_bytes
        self.first: list[str] = []
        self.second: list[str] = []
        self.third: list[str] = []
        self.keys: list[str] = []
        self.sums: list[str] = ["count(*) AS n"]
        self.outer: list[str] = [f"{file} AS file"]
        self.flags: list[str] = []

    def text(self) -> str:
        """The SQL; its columns are those of ``PART_COLUMNS``."""
        self._period()
        self._day()
        self._attributes()
        self._tags()
        self._amounts()
        self._quantity()
        flags = " + ".join(self.flags) or "0"
        self.sums.append(f"CAST({flags} AS INTEGER) AS flags")
        columns = ["b_hi", "b_lo", "b_rest", "e_hi", "e_lo", "e_rest", "qty", "qty_bad"]
        inner = f"SELECT {', '.join(self.first)} FROM {self.relation.source}"
        inner = self._inner(inner)
        grouped = f"SELECT {', '.join([*self.keys, *self.sums])} FROM ({inner}) GROUP BY {self._group()}"
        return f"SELECT {', '.join([*self.outer, 'n', 'flags', *columns])} FROM ({grouped})"

    def rows(self) -> str:
        """SQL of every line by itself: ``row`` counts from 1, then keys as in ``PART_COLUMNS`` and amount texts.

        The same expressions as ``text``, so that a line found here is a line summed there.
        """
        self._period()
        self._day()
        self._attributes()
        self._tags()
        self._amounts()
        self._quantity()
        inner = f"SELECT row_number() OVER () AS row, {', '.join(self.first)} FROM {self.relation.source}"
        inner = self._inner(inner)
        amounts = [f"CAST({name} AS VARCHAR) AS {name}" for name in self.amount_names()]
        return f"SELECT {', '.join(['row', *self.outer, *amounts])} FROM ({inner})"

    def _inner(self, query: str) -> str:
        for added in (self.second, self.third):
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

    def _period(self) -> None:
        period = self.layout.period
        if period == NOTHING:
            self.outer.append("'' AS period")
            return
        text = render(period, self.relation)
        # A moment names its month as written; what follows the day only multiplies the keys.
        iso = f"substr({text}, 5, 1) = '-' AND substr({text}, 8, 1) = '-'"
        if isinstance(period, Column) and self.relation.is_time(period.index):
            self._key("period", self.relation.columns[period.index])
        else:
            self._key("period", f"CASE WHEN {iso} THEN left({text}, 10) ELSE {text} END")
        self.outer.append("coalesce(CAST(period_t AS VARCHAR), '') AS period")

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
            text = render(expression, self.relation)
            if name == "unit":
                text = f"CASE WHEN {render(self.layout.quantity, self.relation)} IS NOT NULL THEN {text} END"
            self._key(name, text)
            self.outer.append(f"coalesce({name}_t, '') AS {name}")

    def _tags(self) -> None:
        texts = []
        for index in self.layout.tags:
            name = f"tags{index}"
            if self.relation.nested(index):
                self._key(name, self.relation.columns[index])
                texts.append(f"coalesce(CAST(to_json({name}_t) AS VARCHAR), '')")
                continue
            self._key(name, self.relation.text(index))
            self.flags.append(
                f"max(CASE WHEN strlen({name}_t) > {self.field_bytes} THEN {LONG_FIELD} ELSE 0 END)"
            )
            texts.append(f"coalesce({name}_t, '')")
        if self.layout.tag_columns:
            texts.append(self._tag_object(self.layout.tag_columns))
        texts += ["''"] * (2 - len(texts))
        self.outer += [f"{texts[0]} AS tags", f"{texts[1]} AS more_tags"]

    def _tag_object(self, columns: tuple[TagColumn, ...]) -> str:
        parts = []
        for number, tag in enumerate(columns):
            self._key(f"tag{number}", render(Column(tag.index), self.relation))
            parts.append(f"{literal(tag.key)}, tag{number}_t")
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
            self._add(pieces)
            self.sums += combined(terms, pieces, prefix)
            for term, piece in zip(terms, pieces, strict=True):
                if not term.optional:
                    self.flags.append(f"max(CASE WHEN {piece.missing} THEN {flag} ELSE 0 END)")

    def _add(self, pieces: list[Amount]) -> None:
        for piece in pieces:
            self.first += piece.first
            self.second += piece.second
            self.third += piece.third

    def _quantity(self) -> None:
        if self.layout.quantity == NOTHING or isinstance(self.layout.attribute("unit"), Const):
            self.sums += ["CAST(0 AS DECIMAL(38,12)) AS qty", "CAST(0 AS BIGINT) AS qty_bad"]
            return
        self.first.append(f"{render(self.layout.quantity, self.relation)} AS quantity_t")
        cast = "TRY_CAST(quantity_t AS DECIMAL(38,12))"
        self.sums += [
            f"coalesce(sum({cast}), 0) AS qty",
            f"count(*) FILTER (WHERE quantity_t IS NOT NULL AND {cast} IS NULL) AS qty_bad",
        ]
