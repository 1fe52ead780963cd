"""Row 15: the one rollup expression through Ibis against hand-written SQL, on DuckDB and on Spark.

``make test-spark`` builds the environment; then ``.venv-spark/bin/python -m benchmarks.engines``.
One process and one session an engine, both sides in turns after one run of each, rows compared. The lines are
those of the other benchmarks as Parquet: with typed columns, as a cluster holds them, or all of text.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import data, harness
from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.read.recognise import recognise
from turbofinops_tui.sync.rollup.engines import open_table
from turbofinops_tui.sync.rollup.remote import RemoteTable, Scope, scopes_of

Rows = list[tuple[Any, ...]]
KEYS = (
    "period", "day", "provider", "account", "service", "category", "charge_category", "currency", "unit",
    "tags0",
)  # fmt: skip
SUMS = ("b0_hi", "e0_hi", "q", "n")
GOAL = 1.2
_TEXT_DAY = "left(ChargePeriodStart, 10)"
HAND = """
SELECT {day_period} AS period, {day} AS day, ProviderName AS provider,
  coalesce(SubAccountId, BillingAccountId) AS account, ServiceName AS service, ServiceCategory AS category,
  ChargeCategory AS charge_category, BillingCurrency AS currency, ConsumedUnit AS unit, Tags AS tags0,
  CAST(sum(CAST(BilledCost AS DECIMAL(38,18))) AS {text}) AS b0_hi,
  CAST(sum(CAST(EffectiveCost AS DECIMAL(38,18))) AS {text}) AS e0_hi,
  CAST(sum(CAST(ConsumedQuantity AS DECIMAL(38,12))) AS {text}) AS q, count(*) AS n
FROM {source}
WHERE {within}
GROUP BY {groups}
"""


def typed_parquet(folder: Path, lines: int) -> Path:
    """The lines with decimals and times as such, as a cluster's table has them."""
    import duckdb

    path = folder / f"focus-typed-{lines}.parquet"
    if not path.exists():
        source = data.focus_parquet(folder, lines)
        part = path.with_suffix(".part")
        columns = ", ".join(
            f"CAST({name} AS DECIMAL(30,12)) AS {name}" for name in ("BilledCost", "EffectiveCost")
        )
        times = ", ".join(
            f"CAST({name} AS TIMESTAMP) AS {name}"
            for name in ("ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd")
        )
        quantity = "CAST(ConsumedQuantity AS DECIMAL(30,12)) AS ConsumedQuantity"
        duckdb.execute(
            f"COPY (SELECT * REPLACE ({columns}, {times}, {quantity}) FROM '{source}') TO '{part}'"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
        part.rename(path)
    return path


def hand(engine: str, source: str, typed: bool) -> str:
    """The SQL that a person would write for this table."""
    text = "STRING" if engine == "spark" else "VARCHAR"
    start = "CAST({0} AS DATE)" if typed else "{0}"
    return HAND.format(
        day_period=f"CAST({start.format('BillingPeriodStart')} AS {text})",
        day=f"CAST({start.format('ChargePeriodStart')} AS {text})" if typed else _TEXT_DAY,
        text=text, source=source, groups=", ".join(str(number) for number in range(1, 11)),
        within="BillingPeriodStart >= TIMESTAMP '2026-08-01' AND BillingPeriodStart < TIMESTAMP '2026-09-01'"
        if typed else "BillingPeriodStart = '2026-08-01T00:00:00Z'",
    )  # fmt: skip


def sides(engine: str, file: Path, typed: bool) -> tuple[Callable[[], Rows], Callable[[], Rows]]:
    """(by hand SQL, by Ibis): each gives the rows of the one billing period as Arrow brings them."""
    settings = {"engine": engine, "path": str(file)} | ({"master": "local[2]"} if engine == "spark" else {})
    table: Any = open_table(settings, lambda: "")
    layout = recognise(tuple(table.columns()), str(file))
    [scope] = scopes_of(table.counted(layout), layout, str(file))
    if engine == "spark":
        session = table.backend._session
        sql = hand(engine, "turbofinops_lines", typed)
        by_hand: Callable[[], Any] = lambda: session.sql(sql).toArrow()  # noqa: E731
    else:
        sql = hand(engine, f"'{file}'", typed)
        by_hand = lambda: table.backend.con.sql(sql).to_arrow_table()  # noqa: E731
    return lambda: _rows([by_hand()]), lambda: _rows(_pages(table, layout, scope))


def _pages(table: RemoteTable, layout: Layout, scope: Scope) -> Sequence[Any]:
    return list(table.rows(layout, scope))


def _rows(pages: Sequence[Any]) -> Rows:
    return [
        row
        for page in pages
        for row in zip(*(page.column(name).to_pylist() for name in (*KEYS, *SUMS)), strict=True)
    ]


def _same(one: Rows, other: Rows) -> bool:
    """Equal as sets of rows, sums as the decimals that their texts are."""
    from decimal import Decimal

    def plain(rows: Rows) -> list[tuple[Any, ...]]:
        cut = len(KEYS)
        texts = [
            (*(key or "" for key in row[:cut]), *(Decimal(str(part)) for part in row[cut:])) for row in rows
        ]
        return sorted(texts)

    return plain(one) == plain(other)


def compare(folder: Path, lines: int, rounds: int) -> str:
    """The table of row 15."""
    parts = [
        f"### The rollup of {lines:,} lines where they lie: Ibis, hand SQL (goal on Spark <= {GOAL})\n",
        "| engine, columns | hand SQL s | Ibis s | ratio | rows | identical |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for engine in ("duckdb", "spark"):
        for name, make in (("typed", typed_parquet), ("text", data.focus_parquet)):
            first, second = sides(engine, make(folder, lines), name == "typed")
            same = _same(one := first(), second())
            times: list[tuple[float, float]] = [(_timed(first), _timed(second)) for _ in range(rounds)]
            by_hand, by_ibis = (statistics.median(side) for side in zip(*times, strict=True))
            ratio = statistics.median(ibis / bare for bare, ibis in times)
            parts.append(
                f"| {engine}, {name} | {by_hand:.2f} | {by_ibis:.2f} | {ratio:.2f} | {len(one):,} |"
                f" {'yes' if same else 'NO'} |"
            )
    return "\n".join(parts) + "\n"


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    args = harness.arguments(__doc__ or "", 2_000_000)
    print(compare(harness.cache(args), args.lines, args.rounds))


if __name__ == "__main__":
    main()
