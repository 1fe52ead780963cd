"""The first bad row of a file, found by the very expressions that rolled it up."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.parts import Problem
from turbofinops_tui.sync.rollup.query import RollupQuery
from turbofinops_tui.sync.rollup.sql import Relation

Bad = tuple[int, Problem, str]
"""(row number from 1, problem, the offending text or "")"""


def first_bad(
    engine: Engine, layout: Layout, relation: Relation, problems: Sequence[Problem], field_bytes: int
) -> Bad | None:
    """The first row (by number) with any of the problems; None when none shows up again."""
    query = RollupQuery(layout, relation, 0, field_bytes)
    rows = query.rows()
    conditions, texts = [], []
    for number, problem in enumerate(problems):
        engine.table_of(f"bad{number}", {"t": ("VARCHAR", list(problem.texts))})
        condition, text = _condition(problem, number, layout, field_bytes)
        conditions.append(f"coalesce({condition}, false)")
        texts.append(text)
    shown = ", ".join(f"{condition} AS hit{number}" for number, condition in enumerate(conditions))
    values = ", ".join(f"{text} AS text{number}" for number, text in enumerate(texts))
    any_hit = " OR ".join(f"hit{number}" for number in range(len(conditions)))
    found = engine.run(
        f"SELECT * FROM (SELECT row, {shown}, {values} FROM ({rows})) WHERE {any_hit} ORDER BY row LIMIT 1"
    )
    if not found:
        return None
    row = found[0]
    which = next(number for number in range(len(problems)) if row[1 + number])
    return int(row[0]), problems[which], str(row[1 + len(problems) + which] or "")


def _condition(problem: Problem, number: int, layout: Layout, field_bytes: int) -> tuple[str, str]:
    """(SQL condition, SQL of the offending text) of one problem on the columns of ``RollupQuery.rows``."""
    if problem.field == "tags":
        return f"strlen(tags) > {field_bytes} OR strlen(more_tags) > {field_bytes}", "''"
    if problem.field not in ("billed", "effective"):
        return f"{problem.field} IN (SELECT t FROM bad{number})", problem.field
    same = layout.billed == layout.effective
    prefix = "b" if problem.field == "billed" or same else "e"
    terms = layout.billed if prefix == "b" else layout.effective
    names = [f"{prefix}{place}_t" for place in range(len(terms))]
    if problem.texts == ("",):
        required = [name for name, term in zip(names, terms, strict=True) if not term.optional]
        return " OR ".join(f"{name} IS NULL" for name in required) or "false", "''"
    hits = " OR ".join(f"{name} IN (SELECT t FROM bad{number})" for name in names)
    cases = [f"CASE WHEN {name} IN (SELECT t FROM bad{number}) THEN {name} END" for name in names]
    return hits, f"coalesce({', '.join(cases)})"
