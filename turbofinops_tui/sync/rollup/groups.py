"""Rollup rows of an engine as source rows: its lines are not here, so a row names the table and the group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.sync.read.layout import ATTRIBUTES
from turbofinops_tui.sync.read.rolled import TABLE
from turbofinops_tui.sync.rollup.exact import exact_sum

if TYPE_CHECKING:
    from turbofinops_tui.sync.rollup.engine import Engine

KEYS = ("period", "day", *ATTRIBUTES, "tags", "more_tags")
_PARTS = ("hi", "lo", "rest")


def rows_sql(source: str) -> str:
    """SQL of every rollup row by itself: ``row`` from 1 and the keys, as ``RollupQuery.rows`` has lines."""
    return f"SELECT row_number() OVER () AS row, {', '.join(KEYS)} FROM {source}"


def sentences(engine: Engine, source: str, rows: Sequence[int]) -> dict[int, str]:
    """Row -> the table and the condition that its lines meet there."""
    if not rows:
        return {}
    wanted = ", ".join(map(str, sorted(set(rows))))
    numbered = f"(SELECT row_number() OVER () AS row, * FROM {source})"
    found = engine.run(f"SELECT row, {TABLE}, n, {', '.join(KEYS)} FROM {numbered} WHERE row IN ({wanted})")
    return {int(row): _sentence(str(table), int(lines), keys) for row, table, lines, *keys in found}


def _sentence(table: str, lines: int, keys: Sequence[object]) -> str:
    named = zip(KEYS, keys, strict=True)
    terms = [f"{name} = '{text}'" for name, text in named if text not in ("", None)]
    many = "1 line" if lines == 1 else f"{lines:,} lines"
    return f"{table}: {many} where {' and '.join(terms)}"


def row_texts(engine: Engine, source: str, row: int) -> dict[str, str] | None:
    """Keys of one rollup row, with its exact ``billed`` and ``effective``; None when there is no such row."""
    amounts = [f"{prefix}_{part}" for prefix in ("b", "e") for part in _PARTS]
    found = engine.run(
        f"SELECT {', '.join([*KEYS, *amounts])} FROM (SELECT row_number() OVER () AS row, * FROM {source})"
        f" WHERE row = {row}"
    )
    if not found:
        return None
    texts = {name: "" if text is None else str(text) for name, text in zip(KEYS, found[0], strict=False)}
    parts = found[0][len(KEYS) :]
    for name, place in (("billed", 0), ("effective", 3)):
        texts[name] = decimal_text(exact_sum(*parts[place : place + 3]))
    return texts
