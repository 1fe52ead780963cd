"""SQL that adds up amounts exactly, three ways (see sql.py): ``hi``, ``lo`` and ``rest``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from turbofinops_tui.sync.read.layout import Column, Term
from turbofinops_tui.sync.rollup.sql import Relation, render

WIDE = "DECIMAL(38,18)"
NEGATED = "~"
"""mark before a rest text that counts with the other sign"""
_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")


@dataclass(frozen=True, slots=True)
class Amount:
    """The SQL of one amount: columns of the two inner queries, and aggregates over them."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    hi: str
    lo: str
    rest: str
    missing: str


def amount(name: str, term: Term, relation: Relation) -> Amount:
    """The pieces for one term; ``name`` keeps its columns apart."""
    if isinstance(term.amount, Column):
        kind = relation.types.get(term.amount.index, "VARCHAR")
        if kind in _WHOLE_TYPES or (kind.startswith("DECIMAL") and int(kind.rstrip(")").split(",")[1]) <= 18):
            return _typed(name, relation.columns[term.amount.index])
    return _text(name, render(term.amount, relation))


def _typed(name: str, column: str) -> Amount:
    """A decimal or integer Parquet column: the engine's own value is exact."""
    raw, number = f"{name}_t", f"{name}_d"
    return Amount(
        first=(f"{column} AS {raw}",),
        second=(f"TRY_CAST({raw} AS {WIDE}) AS {number}",),
        hi=f"sum({number})",
        lo="",
        rest=f"list(CAST({raw} AS VARCHAR)) FILTER (WHERE {number} IS NULL AND {raw} IS NOT NULL)",
        missing=f"{raw} IS NULL",
    )


def _text(name: str, text: str) -> Amount:
    t, d, easy = f"{name}_t", f"{name}_d", f"{name}_easy"
    # At most 19 characters and no exponent: at most 18 decimals, which DECIMAL(38,18) holds.
    is_easy = (
        f"strlen({t}) <= 19 AND {d} IS NOT NULL"
        f" AND NOT contains({t}, 'E') AND NOT contains({t}, 'e') AND NOT contains({t}, '_')"
    )
    # At most 9 decimals of mantissa and an exponent of one digit: at most 18 decimals again.
    exponent = rf"regexp_full_match({t}, '[+-]?\d(\.\d{{0,9}})?[eE]-?0?\d')"
    long = rf"regexp_full_match({t}, '[+-]?(\d{{1,11}}\.\d{{0,36}}|\.\d{{1,36}})')"
    # At most 17 decimals of mantissa at 1e-7 to 1e-19: all 36 decimals or fewer, and small enough to sum at 1e-18.
    tiny = rf"regexp_full_match({t}, '[+-]?\d(\.\d{{0,17}})?[eE]-(0?[7-9]|1\d)')"
    point = f"strpos({t}, '.')"
    tail = f"(CASE WHEN prefix({t}, '-') THEN '-0.' ELSE '0.' END) || substr({t}, {point} + 19) || '0'"
    power = rf"CAST(regexp_extract({t}, '-(\d+)$', 1) AS INTEGER)"
    hard = f"{t} IS NOT NULL AND NOT {easy}"
    return Amount(
        first=(f"{text} AS {t}", f"TRY_CAST({text} AS {WIDE}) AS {d}"),
        second=(f"coalesce({is_easy}, false) AS {easy}",),
        hi=f"sum(CASE WHEN {easy} THEN {d} WHEN {t} IS NULL THEN NULL WHEN {exponent} THEN {d}"
        f" WHEN {long} THEN CAST(left({t}, {point} + 18) AS {WIDE}) END)",
        lo=f"sum(CASE WHEN {exponent} THEN NULL WHEN {long} THEN CAST({tail} AS {WIDE}) WHEN {tiny} THEN"
        f" CAST(regexp_extract({t}, '^[^eE]+') || 'E' || CAST(18 - {power} AS VARCHAR) AS {WIDE}) END)"
        f" FILTER (WHERE {hard})",
        rest=f"list({t}) FILTER (WHERE {hard} AND NOT {exponent} AND NOT {long} AND NOT {tiny})",
        missing=f"{t} IS NULL",
    )


def combined(terms: Sequence[Term], amounts: Sequence[Amount], prefix: str) -> list[str]:
    """The aggregates ``{prefix}_hi``, ``_lo`` and ``_rest`` of signed terms."""
    signs = ["+" if term.sign > 0 else "-" for term in terms]
    hi = " ".join(f"{sign} coalesce({piece.hi}, 0)" for sign, piece in zip(signs, amounts, strict=True))
    lo = " ".join(
        f"{sign} coalesce({piece.lo}, 0)" for sign, piece in zip(signs, amounts, strict=True) if piece.lo
    )
    rests = [
        piece.rest if term.sign > 0 else f"list_transform({piece.rest}, lambda x: '{NEGATED}' || x)"
        for term, piece in zip(terms, amounts, strict=True)
    ]
    rest = rests[0] if len(rests) == 1 else f"list_concat({', '.join(rests)})"
    return [
        f"CAST({hi} AS {WIDE}) AS {prefix}_hi", f"CAST({lo or '0'} AS {WIDE}) AS {prefix}_lo", f"{rest} AS {prefix}_rest",
    ]  # fmt: skip
