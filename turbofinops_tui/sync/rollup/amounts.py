"""SQL that adds up amounts exactly, three ways (see sql.py): ``hi``, ``lo`` and ``rest``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from turbofinops_tui.sync.read.layout import Column, Term
from turbofinops_tui.sync.rollup.sql import Relation, present, render

WIDE = "DECIMAL(38,18)"
NEGATED = "~"
"""mark before a rest text that counts with the other sign"""
TIMES = "×"
"""between a count and a rest text that so many lines of an engine's group have"""
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
    """The SQL of one amount: columns for the three inner queries, and names of what they offer to aggregates.

    ``NAME_form`` is 0 for missing, 1 for what the engine holds exactly (``NAME_d``), more for the rest.
    """

    name: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    third: tuple[str, ...]

    @property
    def missing(self) -> str:
        """Condition: there is no amount."""
        return f"{self.name}_form = 0"

    @property
    def hard(self) -> str:
        """Condition: the engine's decimal does not hold the amount exactly."""
        return f"{self.name}_form > 1"


def amount(name: str, term: Term, relation: Relation) -> Amount:
    """The pieces for one term; ``name`` keeps its columns apart."""
    if isinstance(term.amount, Column):
        kind = relation.types.get(term.amount.index, "VARCHAR")
        if kind in _WHOLE_TYPES or (kind.startswith("DECIMAL") and int(kind.rstrip(")").split(",")[1]) <= 18):
            return _typed(name, relation.columns[term.amount.index])
        return _text(name, relation.text(term.amount.index))
    return _text(name, render(term.amount, relation))


def _typed(name: str, column: str) -> Amount:
    """A decimal or integer Parquet column: the engine's own value is exact, or too large for it."""
    form = f"CASE WHEN {name}_t IS NULL THEN 0 WHEN {name}_d IS NOT NULL THEN 1 ELSE 4 END"
    return Amount(
        name=name,
        first=(f"{column} AS {name}_t", f"TRY_CAST({column} AS {WIDE}) AS {name}_d"),
        second=(f"{form} AS {name}_form",),
        third=(
            f"{name}_d AS {name}_hi",
            f"CAST(NULL AS {WIDE}) AS {name}_lo",
            f"CASE WHEN {name}_form = 4 THEN CAST({name}_t AS VARCHAR) END AS {name}_rest",
        ),
    )


def _text(name: str, raw: str) -> Amount:
    """An amount as text; ``raw`` may still be a word for nothing, which no cast takes for a number."""
    r, t, d, form = f"{name}_r", f"{name}_t", f"{name}_d", f"{name}_form"
    # At most 19 characters and no exponent: at most 18 decimals, which DECIMAL(38,18) holds.
    no_mark = " AND ".join(f"NOT contains({r}, '{mark}')" for mark in ("E", "e", "_"))
    easy = f"{d} IS NOT NULL AND strlen({r}) <= 19 AND {no_mark}"
    # At most 9 decimals of mantissa and an exponent of one digit: at most 18 decimals again.
    exponent = rf"regexp_full_match({r}, '[+-]?\d(\.\d{{0,9}})?[eE]-?0?\d')"
    long = rf"regexp_full_match({r}, '[+-]?(\d{{1,11}}\.\d{{0,36}}|\.\d{{1,36}})')"
    # At most 17 decimals of mantissa at 1e-7 to 1e-19: at most 36 decimals, and small enough to sum at 1e-18.
    tiny = rf"regexp_full_match({r}, '[+-]?\d(\.\d{{0,17}})?[eE]-(0?[7-9]|1\d)')"
    point = f"strpos({t}, '.')"
    head = f"CAST(left({t}, {point} + 18) AS {WIDE})"
    tail = f"(CASE WHEN prefix({t}, '-') THEN '-0.' ELSE '0.' END) || substr({t}, {point} + 19) || '0'"
    power = rf"CAST(regexp_extract({t}, '-(\d+)$', 1) AS INTEGER)"
    small = f"regexp_extract({t}, '^[^eE]+') || 'E' || CAST(18 - {power} AS VARCHAR)"
    # A CASE looks at later conditions only where the earlier ones fail: the common form costs nothing more.
    # What nobody asks for (the text, in the quick query) the engine does not compute.
    return Amount(
        name=name,
        first=(f"{raw} AS {r}", f"TRY_CAST({raw} AS {WIDE}) AS {d}"),
        second=(
            f"{present(r)} AS {t}",
            f"CASE WHEN {easy} THEN 1 WHEN ({present(r)}) IS NULL THEN 0 WHEN {exponent} THEN 2"
            f" WHEN {long} THEN 3 WHEN {tiny} THEN 5 ELSE 4 END AS {form}",
        ),
        third=(
            f"CASE WHEN {form} <= 2 THEN {d} WHEN {form} = 3 THEN {head} END AS {name}_hi",
            f"CASE WHEN {form} <= 2 THEN NULL WHEN {form} = 3 THEN CAST({tail} AS {WIDE})"
            f" WHEN {form} = 5 THEN CAST({small} AS {WIDE}) END AS {name}_lo",
            f"CASE WHEN {form} = 4 THEN {t} END AS {name}_rest",
        ),
    )


def combined(terms: Sequence[Term], amounts: Sequence[Amount], prefix: str) -> list[str]:
    """The aggregates ``{prefix}_hi``, ``_lo`` and ``_rest`` of signed terms."""
    pairs = list(zip(terms, amounts, strict=True))
    rests = []
    for term, piece in pairs:
        texts = f"list({piece.name}_rest) FILTER (WHERE {piece.name}_rest IS NOT NULL)"
        rests.append(texts if term.sign > 0 else f"list_transform({texts}, lambda x: '{NEGATED}' || x)")
    rest = rests[0] if len(rests) == 1 else f"list_concat({', '.join(rests)})"
    return [
        f"{_signed(pairs, 'hi')} AS {prefix}_hi",
        f"{_signed(pairs, 'lo')} AS {prefix}_lo",
        f"{rest} AS {prefix}_rest",
    ]


def combined_quick(terms: Sequence[Term], amounts: Sequence[Amount], prefix: str) -> list[str]:
    """The same for a file whose amounts the engine all holds exactly (a flag says when that was wrong)."""
    pairs = list(zip(terms, amounts, strict=True))
    return [
        f"{_signed(pairs, 'd')} AS {prefix}_hi",
        f"CAST(0 AS {WIDE}) AS {prefix}_lo",
        f"CAST(NULL AS VARCHAR[]) AS {prefix}_rest",
    ]


def _signed(pairs: Sequence[tuple[Term, Amount]], part: str) -> str:
    sums = " ".join(
        f"{'+' if term.sign > 0 else '-'} coalesce(sum({piece.name}_{part}), 0)" for term, piece in pairs
    )
    return f"CAST({sums} AS {WIDE})"
