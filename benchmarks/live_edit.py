"""Rows 4 to 7 and 17: an edited rule to every view, at ten million rollup rows, against SQL in SQLite.

The core alone: bind, derive, five views. Edits of four kinds, each on the rules before it:
direct links that no pool depends on, links under pools that weigh by direct cost, methods of a
pool, and a rule switched off and on. Incremental and full answers are compared cell by cell.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import big_store, figures, harness
from benchmarks.harness import Contender
from benchmarks.views import VIEWS
from turbofinops_tui.economics import types as t

EDITS = {"direct link": 40, "switch": 40, "link on a pool": 5, "pool method": 5}
DRIVERS = 10
SQL = """
WITH owner AS (
  SELECT d.id, coalesce((SELECT 'c0001' WHERE d.account = '200000000001'),
    json_extract(s.json, '$.customer')) AS customer
  FROM cost_dimension d JOIN tag_set s ON s.id = d.tag_set)
SELECT o.customer, m.month, sum(m.effective) FROM cost_monthly m
JOIN ingest_batch b ON b.id = m.batch AND b.state = 'active'
JOIN owner o ON o.id = m.dimension GROUP BY 1, 2
"""
"""customer by month anew from the monthly table, without any shared pool: the least that an edit needs"""


def drivers() -> tuple[t.SharedRule, ...]:
    """Ten pools of some fifty dimensions each; one weighs by direct cost, so that links move it."""
    methods: tuple[t.Method, ...] = (
        "direct", "even", "revenue", "even", "revenue", "even", "revenue", "even", "revenue", "even",
    )  # fmt: skip
    return tuple(
        t.SharedRule(f"pool{n}", t.Match((("tag:cluster", "*"), ("service", f"Service {4 * n}"),
                                          ("account", f"2000000000{(4 * n) % 20:02d}"))), methods[n])
        for n in range(DRIVERS)
    )  # fmt: skip


def _link(number: int, cluster: bool) -> t.Link:
    terms = [("account", f"2000000000{number % 60:02d}"), ("service", f"Service {number % 40}")]
    match = t.Match((*terms, ("tag:cluster" if cluster else "tag:customer", "*")))
    return t.Link(f"edit{number}", "tag", match, f"c{number * 37 % big_store.CUSTOMERS:04d}")


def edits(base: t.Rules, kind: str, count: int) -> list[t.Rules]:
    """The rules after each of ``count`` edits of one kind."""
    found, rules = [], base
    for number in range(count):
        if kind == "pool method":
            rest = list(rules.shared)
            method: t.Method = ("even", "revenue", "direct")[number % 3]
            rest[number % DRIVERS] = replace(rest[number % DRIVERS], method=method)
            rules = replace(rules, shared=tuple(rest))
        elif kind == "switch" and number % 2:
            rules = replace(rules, links=(replace(rules.links[0], enabled=not rules.links[0].enabled),
                                          *rules.links[1:]))  # fmt: skip
        else:
            rules = replace(rules, links=(_link(number, kind == "link on a pool"), *rules.links[-40:]))
        rules = replace(rules, id=f"{kind} {number}")
        found.append(rules)
    return found


def ours(path: str) -> dict[str, Any]:
    """CPU milliseconds of every kind of edit, of loading, and the memory of it all."""
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import open_session
    from turbofinops_tui.clock import from_environment
    from turbofinops_tui.economics.evaluate import evaluate
    from turbofinops_tui.paths import resolve

    clock = from_environment({"TURBOFINOPS_TODAY": big_store.TODAY})
    session = open_session(resolve(root=path, environ={}), clock, read_only=True)
    reports = Reports(session)
    start = time.process_time()
    books = reports.refresh()
    found: dict[str, Any] = {"load of the books": [(time.process_time() - start) * 1000]}

    def answer(facts: t.Books, rules: t.Rules, views: list[str]) -> list[t.Table]:
        asked = [VIEWS[name] for name in views]
        return [evaluate(facts, rules, one, today=clock.today(), as_of="") for one in asked]

    plain = replace(reports.rules(), id="plain")
    pooled = replace(plain, id="pooled", shared=drivers())
    screen, every = ["top 20"], list(VIEWS)
    for kind, base in (("direct link", plain), ("switch", plain), ("link on a pool", pooled),
                       ("pool method", pooled)):  # fmt: skip
        answer(books, base, every)
        last = base
        for rules in edits(base, kind, EDITS[kind]):
            start = time.process_time()
            if base is pooled:
                answer(books, rules, screen)
                found.setdefault(f"{kind}: period on screen", []).append((time.process_time() - start) * 1000)
            answer(books, rules, every)
            found.setdefault(f"{kind}: five views", []).append((time.process_time() - start) * 1000)
            last = rules
        fresh = books.with_customers(books.customers)
        start = time.process_time()
        whole = answer(fresh, last, every)
        found[f"{kind}: from nothing"] = [(time.process_time() - start) * 1000]
        equal = all(
            list(a.rows) == list(b.rows) for a, b in zip(whole, answer(books, last, every), strict=True)
        )
        found.setdefault("equal", []).append(equal)
    found["peak MB"] = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]
    return found


def sql(path: str) -> dict[str, Any]:
    """Milliseconds of the owners and customer-months by SQL."""
    conn = sqlite3.connect(Path(path) / "data" / "store.db")
    times = []
    for _ in range(3):
        start = time.process_time()
        conn.execute(SQL).fetchall()
        times.append((time.process_time() - start) * 1000)
    conn.close()
    return {"customer by month in SQL": times}


def compare(folder: Path, rows: int, rounds: int) -> str:
    """The table of rows 4, 5, 7 and 17."""
    root = big_store.build(folder, rows).parents[1]
    contenders = [
        Contender(mode, harness.python("-m", "benchmarks.live_edit", mode, str(root)))
        for mode in ("ours", "sql")
    ]
    results = harness.compare(contenders, rounds)
    times: dict[str, list[float]] = {}
    for result in results:
        for sample in result.samples:
            for name, values in json.loads(sample.out.splitlines()[-1]).items():
                times.setdefault(name, []).extend(values)
    equal = all(times.pop("equal"))
    peak = max(times.pop("peak MB"))
    calibration = harness.calibration()
    _note(times, rows, equal, calibration)
    lines = [
        f"### An edited rule at {rows:,} rollup rows (ms; calibration {calibration:.2f})",
        "",
        "| step | median | p95 |",
        "|---|---:|---:|",
        *(f"| {name} | {statistics.median(v):.1f} | {_p95(v):.1f} |" for name, v in times.items()),
        "",
        f"Incremental equals full: {equal}. Peak of all runs together with the full ones: {peak:.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


def _note(times: dict[str, list[float]], rows: int, equal: bool, calibration: float) -> None:
    """The lines of row 4: milliseconds divided by the calibration figure."""
    against = f"SQL in SQLite, {statistics.median(times['customer by month in SQL']):,.0f} ms"
    steps = (
        ("direct link", "five views", 20), ("switch", "five views", 20),
        ("link on a pool", "period on screen", 100), ("pool method", "period on screen", 100),
        ("link on a pool", "five views", 2000), ("pool method", "five views", 2000),
    )  # fmt: skip
    for kind, seen, most in steps:
        found = times[f"{kind}: {seen}"]
        p95 = _p95(found) / calibration
        measured = f"p95 {p95:.0f} ms, median {statistics.median(found) / calibration:.0f} ms"
        work = f"{kind} to {seen}, {rows:,} rollup rows (core, CPU)"
        figures.note(4, work, against, f"p95 < {most} ms", measured, equal and p95 < most, calibration)


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def main() -> None:
    """A mode and a root: one timing as JSON; otherwise the comparison."""
    harness.two_sided(__doc__ or "", {"ours": ours, "sql": sql}, compare, 10_000_000)


if __name__ == "__main__":
    main()
