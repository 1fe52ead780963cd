"""SQL that adds up amounts exactly, three ways (see sql.py): ``hi``, ``lo`` and ``rest``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from turbofinops_tui.sync.read.layout import Column, Term
from turbofinops_tui.sync.rollup.sql import Relation, render

WIDE = "DECIMAL(38,18)"
NEGATED = "~"
"""mark before a rest text that counts with the other sign"""
_WHOLE_TYPES = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "HUGEINT",
)


@dataclass(frozen=True, slots=True)
class Amount:
    """The SQL of one amount: columns for the three inner queries, and names of what they offer to aggregates."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    third: tuple[str, ...]
    name: str
    has_lo: bool
    missing: str

    @property
    def hi(self) -> str:
        """Aggregate of the part that the engine holds exactly."""
        return f"sum({self.name}_hi)"

    @property
    def lo(self) -> str:
        """Aggregate of the decimals past the eighteenth, in units of 1e-18."""
        return f"sum({self.name}_lo)"

    @property
    def rest(self) -> str:
        """Aggregate of the texts that Python adds up."""
        return f"list({self.name}_rest) FILTER (WHERE {self.name}_rest IS NOT NULL)"


def amount(name: str, term: Term, relation: Relation) -> Amount:
    """The pieces for one term; ``name`` keeps its columns apart."""
    if isinstance(term.amount, Column):
        kind = relation.types.get(term.amount.index, "VARCHAR")
        if kind in _WHOLE_TYPES or (kind.startswith("DECIMAL") and int(kind.rstrip(")").split(",")[1]) <= 18):
            return _typed(name, relation.columns[term.amount.index])
    return _text(name, render(term.amount, relation))


def _typed(name: str, column: str) -> Amount:
    """A decimal or integer Parquet column: the engine's own value is exact."""
    rest = f"CASE WHEN {name}_hi IS NULL AND {name}_t IS NOT NULL THEN CAST({name}_t AS VARCHAR) END"
    return Amount(
        first=(f"{column} AS {name}_t",),
        second=(f"TRY_CAST({name}_t AS {WIDE}) AS {name}_hi",),
        third=(f"{rest} AS {name}_rest",),
        name=name,
        has_lo=False,
        missing=f"{name}_t IS NULL",
    )


def _text(name: str, text: str) -> Amount:
    t, d, form = f"{name}_t", f"{name}_d", f"{name}_form"
    # At most 19 characters and no exponent: at most 18 decimals, which DECIMAL(38,18) holds.
    easy = f"strlen({t}) <= 19 AND {d} IS NOT NULL AND NOT regexp_matches({t}, '[eE_]')"
    # At most 9 decimals of mantissa and an exponent of one digit: at most 18 decimals again.
    exponent = rf"regexp_full_match({t}, '[+-]?\d(\.\d{{0,9}})?[eE]-?0?\d')"
    long = rf"regexp_full_match({t}, '[+-]?(\d{{1,11}}\.\d{{0,36}}|\.\d{{1,36}})')"
    # At most 17 decimals of mantissa at 1e-7 to 1e-19: all 36 decimals or fewer, and small enough to sum at 1e-18.
    tiny = rf"regexp_full_match({t}, '[+-]?\d(\.\d{{0,17}})?[eE]-(0?[7-9]|1\d)')"
    point = f"strpos({t}, '.')"
    tail = f"(CASE WHEN prefix({t}, '-') THEN '-0.' ELSE '0.' END) || substr({t}, {point} + 19) || '0'"
    power = rf"CAST(regexp_extract({t}, '-(\d+)$', 1) AS INTEGER)"
    small = f"regexp_extract({t}, '^[^eE]+') || 'E' || CAST(18 - {power} AS VARCHAR)"
    # A CASE looks at later conditions only where the earlier ones fail: the common form costs nothing more.
    return Amount(
        first=(f"{text} AS {t}", f"TRY_CAST({text} AS {WIDE}) AS {d}"),
        second=(
            f"CASE WHEN {t} IS NULL THEN 0 WHEN {easy} THEN 1 WHEN {exponent} THEN 1 WHEN {long} THEN 2"
            f" WHEN {tiny} THEN 3 ELSE 4 END AS {form}",
        ),
        third=(
            f"CASE WHEN {form} = 1 THEN {d} WHEN {form} = 2 THEN CAST(left({t}, {point} + 18) AS {WIDE}) END AS {name}_hi",
            f"CASE WHEN {form} < 2 THEN NULL WHEN {form} = 2 THEN CAST({tail} AS {WIDE})"
            f" WHEN {form} = 3 THEN CAST({small} AS {WIDE}) END AS {name}_lo",
            f"CASE WHEN {form} = 4 THEN {t} END AS {name}_rest",
        ),
        name=name,
        has_lo=True,
        missing=f"{form} = 0",
    )


def combined(terms: Sequence[Term], amounts: Sequence[Amount], prefix: str) -> list[str]:
    """The aggregates ``{prefix}_hi``, ``_lo`` and ``_rest`` of signed terms."""
    signs = ["+" if term.sign > 0 else "-" for term in terms]
    hi = " ".join(f"{sign} coalesce({piece.hi}, 0)" for sign, piece in zip(signs, amounts, strict=True))
    lo = " ".join(
        f"{sign} coalesce({piece.lo}, 0)" for sign, piece in zip(signs, amounts, strict=True) if piece.has_lo
    )
    rests = [
        piece.rest if term.sign > 0 else f"list_transform({piece.rest}, lambda x: '{NEGATED}' || x)"
        for term, piece in zip(terms, amounts, strict=True)
    ]
    rest = rests[0] if len(rests) == 1 else f"list_concat({', '.join(rests)})"
    return [
        f"CAST({hi} AS {WIDE}) AS {prefix}_hi", f"CAST({lo or '0'} AS {WIDE}) AS {prefix}_lo", f"{rest} AS {prefix}_rest",
    ]  # fmt: skip
