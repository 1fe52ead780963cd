"""Rollup rows of an engine, page by page, into one sorted Parquet file that the cost import reads.

Everything an engine could get wrong without a word is looked at here: fewer lines than it counted, sums that
may have wrapped or overflowed, texts that are no dates and no amounts. Then nothing is handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.layout import ATTRIBUTES, Const, Layout, Term
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.rolled import ENGINE, FLOATS, MARK, TABLE, WARNINGS
from turbofinops_tui.sync.rollup.amounts import NEGATED, TIMES, WIDE
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.parts import Parts
from turbofinops_tui.sync.rollup.remote import Page, RowShape, shape_of
from turbofinops_tui.sync.rollup.run import rolled_error
from turbofinops_tui.sync.rollup.sql import LONG_FIELD, MISSING_BILLED, MISSING_EFFECTIVE, literal

VERSION = 1
_LARGEST_SUM = 10**20
"""what a sum in DECIMAL(38,18) must stay below; engines that wrap there say nothing"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from, told in the file and in errors."""

    engine: str
    table: str
    layout: Layout
    floats: Sequence[str] = ()


def write_rows(pages: Iterable[Page], origin: Origin, expected: int, target: Path, folder: Path) -> int:
    """Put the pages into ``target``; the number of rollup rows. ``folder`` takes what does not fit memory.

    DataError for rows that cannot be trusted; then there is no file.
    """
    shape = shape_of(origin.layout)
    with Engine(folder) as engine:
        columns = ", ".join(f"{name} {kind}" for name, kind in shape.columns.items())
        engine.run(f"CREATE TEMP TABLE remote ({columns})")
        for page in pages:
            engine.add_page("remote", list(shape.columns), page)
        _complete(engine, origin, expected)
        _bounded(engine, shape, origin)
        engine.run(f"CREATE TEMP TABLE rolled AS {_rolled(shape, origin)} ORDER BY ALL")
        facts = Parts(engine, Limits()).take(0, "rolled")
        if facts.problems:
            raise rolled_error(origin.layout, facts.problems, origin.table)
        path = literal(str(target))
        engine.run(f"COPY (SELECT * FROM rolled ORDER BY ALL) TO {path} (FORMAT parquet, COMPRESSION zstd)")
        return int(engine.run("SELECT count(*) FROM rolled")[0][0])


def _complete(engine: Engine, origin: Origin, expected: int) -> None:
    lines = int(engine.run("SELECT coalesce(sum(n), 0) FROM remote")[0][0])
    if lines != expected:
        raise DataError(
            f"{origin.engine} counted {expected:,} lines and gave rows of {lines:,}: nothing was stored",
            "if the table was just written to, sync again", file=origin.table,
        )  # fmt: skip


def _bounded(engine: Engine, shape: RowShape, origin: Origin) -> None:
    """DataError unless no sum can have left DECIMAL(38,18): count x largest amount says so."""
    for name in shape.terms:
        # Empty or null: a sum of nothing, or a largest amount that is not needed where sums do not wrap.
        most, high, low = (
            f"TRY_CAST(coalesce(nullif({name}_{part}, ''), '0') AS {WIDE})" for part in ("most", "hi", "lo")
        )
        lost = f"nullif({name}_hi, '') IS NULL AND {name}_none < n AND coalesce({name}_rest, '') = ''"
        sums = f"{high} IS NULL OR {low} IS NULL OR ({lost})"
        large = f"CAST(n AS HUGEINT) * (CAST(floor({most}) AS HUGEINT) + 1) >= {_LARGEST_SUM}::HUGEINT"
        if engine.run(f"SELECT 1 FROM remote WHERE {most} IS NULL OR {sums} OR {large} LIMIT 1"):
            field = "billed" if name.startswith("b") else "effective"
            raise DataError(
                "the amounts are too large to add up on the engine without a doubt: nothing was stored",
                "amounts are limited to about nine billion", file=origin.table,
                column=origin.layout.column_name(field),
            )  # fmt: skip


def _rolled(shape: RowShape, origin: Origin) -> str:
    """SQL of the file's rows from table ``remote``."""
    layout = origin.layout
    floats = ", ".join(origin.floats)
    values = (origin.engine, origin.table, floats, "\n".join(layout.warnings))
    texts = zip((ENGINE, TABLE, FLOATS, WARNINGS), values, strict=True)
    columns = [f"{VERSION} AS {MARK}", *(f"{literal(text)} AS {name}" for name, text in texts)]
    columns += [
        "period",
        "day",
        *_attributes(layout),
        *_tags(layout),
        "n",
        f"{_flags(shape, layout)} AS flags",
    ]
    same = layout.billed == layout.effective
    columns += _amounts("b", "b", layout.billed)
    columns += _amounts("e", "b" if same else "e", layout.billed if same else layout.effective)
    odd = "TRY_CAST(q_rest AS DECIMAL(38,12))"
    if shape.quantity:
        columns.append(
            f"CAST({_number('q', 'DECIMAL(38,12)')} + coalesce({odd} * n, 0) AS DECIMAL(38,12)) AS qty"
        )
        columns.append(f"CASE WHEN q_rest <> '' AND {odd} IS NULL THEN n ELSE 0 END AS qty_bad")
    else:
        columns += ["CAST(0 AS DECIMAL(38,12)) AS qty", "CAST(0 AS BIGINT) AS qty_bad"]
    return f"SELECT {', '.join(columns)} FROM remote"


def _attributes(layout: Layout) -> Iterator[str]:
    for name in ATTRIBUTES:
        expression = layout.attribute(name)
        fixed = literal(expression.text) if isinstance(expression, Const) else f"coalesce({name}, '')"
        yield f"{fixed} AS {name}"


def _tags(layout: Layout) -> list[str]:
    texts = [f"coalesce(tags{number}, '')" for number in range(len(layout.tags))]
    if layout.tag_columns:
        pairs = (f"{literal(tag.key)}, tag{number}" for number, tag in enumerate(layout.tag_columns))
        texts.append(f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)")
    texts += ["''"] * (2 - len(texts))
    return [f"{texts[0]} AS tags", f"{texts[1]} AS more_tags"]


def _flags(shape: RowShape, layout: Layout) -> str:
    """Missing amounts of terms that may not be, and tag texts that are too long."""
    flags = []
    for prefix, terms, flag in (
        ("b", layout.billed, MISSING_BILLED),
        ("e", layout.effective, MISSING_EFFECTIVE),
    ):
        for number, term in enumerate(terms):
            if not term.optional and f"{prefix}{number}" in shape.terms:
                flags.append(f"(CASE WHEN {prefix}{number}_none > 0 THEN {flag} ELSE 0 END)")
    for number in range(len(layout.tags)):
        long = f"strlen(tags{number}) > {Limits().field}"
        flags.append(f"(CASE WHEN {long} THEN {LONG_FIELD} ELSE 0 END)")
    return " | ".join(flags) or "0"


def _amounts(name: str, prefix: str, terms: Sequence[Term]) -> list[str]:
    """``NAME_hi``, ``_lo`` and ``_rest`` of signed terms."""
    signed = [("-" if term.sign < 0 else "+", f"{prefix}{number}") for number, term in enumerate(terms)]
    sums = []
    for part in ("hi", "lo"):
        parts = [f"{sign} {_number(f'{column}_{part}', WIDE)}" for sign, column in signed]
        sums.append(f"CAST({' '.join(parts)} AS {WIDE}) AS {name}_{part}")
    rests = ", ".join(
        f"CASE WHEN {column}_rest <> '' THEN '{NEGATED if sign == '-' else ''}' || n || '{TIMES}' ||"
        f" {column}_rest END"
        for sign, column in signed
    )
    return [*sums, f"list_filter([{rests}], lambda x: x IS NOT NULL) AS {name}_rest"]


def _number(column: str, kind: str) -> str:
    return f"CAST(coalesce(nullif({column}, ''), '0') AS {kind})"
