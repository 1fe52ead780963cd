"""Row 7: the five main views over ten million rollup rows, warm, against SQL on the daily table."""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from pathlib import Path

from benchmarks import big_store, figures, harness
from benchmarks.harness import Contender
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Slice, Sort

REPEATS = 20
VIEWS: dict[str, Slice] = {
    "top 20": Slice(
        measures=("revenue", "cost", "margin"),
        range=Range("last-month"),
        sort=(Sort("margin", ascending=True),),
        top=20,
    ),
    "cohort 24x24": Slice(by=("cohort", "age"), measures=("revenue", "cost", "margin"), range=Range("-24m")),
    "per service": Slice(by=("service",), measures=("cost",), range=Range("last-month")),
    "trend": Slice(by=("month",), measures=("revenue", "cost", "margin"), range=Range("-12m")),
    "one customer": Slice(by=("month", "service"), measures=("cost",), range=Range("-12m")),
}
_FROM = "FROM cost_daily c JOIN cost_dimension d ON d.id = c.dimension JOIN tag_set t ON t.id = d.tag_set"
_LIVE = "c.batch IN (SELECT id FROM ingest_batch WHERE state = 'active' AND period"
_YEAR = f"{_LIVE} BETWEEN '2025-11' AND '2026-10')"
_LAST = f"{_LIVE} = '2026-10')"
_CUSTOMER = "json_extract(t.json, '$.customer')"
_MONTH = "strftime('%Y-%m', c.day * 86400, 'unixepoch')"
SQL: dict[str, str] = {
    "top 20": f"SELECT {_CUSTOMER}, sum(c.effective) {_FROM} WHERE {_LAST}"
    " GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
    "per service": f"SELECT d.service, sum(c.effective) {_FROM} WHERE {_LAST} GROUP BY 1",
    "trend": f"SELECT {_MONTH}, sum(c.effective) FROM cost_daily c WHERE {_YEAR} GROUP BY 1",
    "one customer": f"SELECT {_MONTH}, d.service, sum(c.effective) {_FROM}"
    f" WHERE {_CUSTOMER} = 'c0001' AND {_YEAR} GROUP BY 1, 2",
}
"""what a person would ask the daily table; revenue and shared cost are not even in it"""


def ours(path: str) -> dict[str, float]:
    """Median milliseconds of each view, warm, uncached answers computed anew every time."""
    from turbofinops_tui.actions.session import open_session
    from turbofinops_tui.clock import from_environment
    from turbofinops_tui.paths import resolve

    clock = from_environment({"TURBOFINOPS_TODAY": big_store.TODAY})
    session = open_session(resolve(root=path, environ={}), clock, read_only=True)
    from turbofinops_tui.actions.reports import Reports

    reports = Reports(session)
    found = {}
    start = time.perf_counter()
    reports.table(VIEWS["trend"])
    found["first answer (load)"] = (time.perf_counter() - start) * 1000
    for name, asked in VIEWS.items():
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            reports.table(asked)
            times.append((time.perf_counter() - start) * 1000)
        found[name] = statistics.median(times[1:])
    return found


def sql(path: str) -> dict[str, float]:
    """Median milliseconds of the queries on the daily table."""
    conn = sqlite3.connect(Path(path) / "data" / "store.db")
    found = {}
    for name, query in SQL.items():
        times = []
        for _ in range(2):
            start = time.perf_counter()
            conn.execute(query).fetchall()
            times.append((time.perf_counter() - start) * 1000)
        found[name] = statistics.median(times)
    conn.close()
    return found


def compare(folder: Path, rows: int, rounds: int) -> str:
    """The table of row 7."""
    root = big_store.build(folder, rows).parents[1]
    results = harness.compare(
        [
            Contender(mode, harness.python("-m", "benchmarks.views", mode, str(root)), most=most)
            for mode, most in (("ours", 99), ("sql", 1))
        ],
        rounds,
    )
    figures_of = {
        result.name: [json.loads(sample.out.splitlines()[-1]) for sample in result.samples]
        for result in results
    }
    calibration = harness.calibration()
    _note(figures_of, rows, calibration)
    lines = [
        f"### Views at {rows:,} rollup rows (warm, ms; calibration {calibration:.2f})",
        "",
        "| view | turbofinops | SQL on the daily table |",
        "|---|---:|---:|",
    ]
    for name in figures_of["ours"][0]:
        mine = statistics.median(run[name] for run in figures_of["ours"])
        theirs = [run[name] for run in figures_of["sql"] if name in run]
        lines.append(f"| {name} | {mine:.2f} | {f'{statistics.median(theirs):.0f}' if theirs else '-'} |")
    return "\n".join(lines) + "\n"


def _note(found: dict[str, list[dict[str, float]]], rows: int, calibration: float) -> None:
    """The line of row 7: the slowest of the five views, divided by the calibration figure."""
    mine = [statistics.median(run[name] for run in found["ours"]) / calibration for name in VIEWS]
    theirs = [run[name] for run in found["sql"] for name in SQL]
    measured = f"{min(mine):.1f} to {max(mine):.1f} ms"
    against = f"SQL on the daily table, {min(theirs):,.0f} to {max(theirs):,.0f} ms"
    work = f"five main views, {rows:,} rollup rows, warm"
    figures.note(7, work, against, "< 5 ms", measured, max(mine) < 5, calibration)


def main() -> None:
    """A mode and a root: one timing as JSON; otherwise the comparison."""
    harness.two_sided(__doc__ or "", {"ours": ours, "sql": sql}, compare, 10_000_000)


if __name__ == "__main__":
    main()
