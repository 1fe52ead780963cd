"""A store of ten million rollup rows: 40k dimensions, 5k customers, 24 months, with revenue and links.

Rows go in through the store's own functions, from integers: the figures of rows 7, 11,
16 and 17 are about a store of that size, not about reading files.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import turbofinops
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.periods import day_text, month_days, month_start, month_text, parse_day
from turbofinops_tui.store import batches
from turbofinops_tui.store.open import Store

CUSTOMERS = 5000
DIMENSIONS = 40_000
MONTHS = 24
TODAY = "2026-11-24"
LAST = 2026 * 12 + 9
"""the last month with data: 2026-10"""
MONTH_ROWS = 413_000


def build(folder: Path, rows: int = 10_000_000) -> Path:
    """The store under ``folder``; made when it is not there, kept for the next run."""
    root = folder / f"root-{rows}"
    path = root / "data" / "store.db"
    done = root / "complete"
    if done.exists():
        return path
    store = Store.open(path, Clock())
    _cost(store, rows)
    store.close()
    _rest(root, folder)
    done.touch()
    return path


def dimension(number: int) -> batches.DimensionKey:
    """The attributes of one of the dimensions."""
    tags = [("env", "staging" if number % 50 == 0 else "prod"), ("team", f"t{number // CUSTOMERS}")]
    if number % 14:
        tags.append(("customer", f"c{number % CUSTOMERS:04d}"))
    else:
        tags += [("cluster", f"k{number % 10}"), ("node", f"n{number}")]
    return batches.DimensionKey(
        "aws", "aws", f"2000000000{number % 60:02d}", f"Service {number % 40}", "Compute", "Usage", "",
        "billed", "", "USD", "Hours", "", batches.tags_json(tags),
    )  # fmt: skip


def month_rows(month: int, ids: list[int], step: int) -> Iterator[tuple[int, int, int, int, int]]:
    """(day, dimension, effective, billed, quantity): each dimension on every ``step``-th day."""
    for day in range(month_start(month), month_start(month + 1)):
        for number in range(day % step, len(ids), step):
            units = (number * 7919 + day * 104729) % 2_000_000_000
            yield day, ids[number], units, units, units % 1000 * 10**9


def _cost(store: Store, rows: int) -> None:
    step = max(1, -(-DIMENSIONS * 730 // rows))
    keys = [dimension(number) for number in range(DIMENSIONS)]
    interned = batches.intern_dimensions(store, keys)
    ids = sorted(interned.values())
    assert len(ids) == DIMENSIONS
    for month in range(LAST - MONTHS + 1, LAST + 1):
        delivery = batches.begin_delivery(store, "focus", "aws", "main", [], {})
        stage(store, delivery, month, ids, step)
        batches.publish_delivery(store, delivery, [], [])


def stage(store: Store, delivery: int, month: int, ids: list[int], step: int, extra: int = 0) -> int:
    """Stage one month of the store; ``extra`` units are added to every amount (a restatement)."""
    from decimal import Decimal

    daily = [(d, n, e + extra, b + extra, q) for d, n, e, b, q in month_rows(month, ids, step)]
    sums: dict[int, list[int]] = {}
    for _, number, effective, billed, quantity in daily:
        cell = sums.setdefault(number, [0, 0, 0])
        cell[0] += effective
        cell[1] += billed
        cell[2] += quantity
    total = Decimal(sum(cell[0] for cell in sums.values())).scaleb(-9)
    totals = [
        batches.BatchTotal("USD", basis, total, total, Decimal(0), len(daily))
        for basis in ("effective", "billed")
    ]
    digest = f"{month}:{step}:{extra}"
    start = month_start(month)
    batch = batches.StagedBatch(
        month_text(month), len(daily), start, start + month_days(month) - 1, digest, "bench", totals
    )
    monthly = ((month, number, *cell) for number, cell in sorted(sums.items()))
    return batches.stage_batch(store, delivery, batch, daily, monthly)  # type: ignore[arg-type]


def _rest(root: Path, folder: Path) -> None:
    """Customers, revenue and rules, through the program."""
    import os
    import subprocess

    with open(folder / "customers.csv", "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["customer", "name", "plan"])
        rows.writerows([f"c{n:04d}", f"Customer {n}", "flat"] for n in range(CUSTOMERS))
    with open(folder / "revenue.jsonl", "w", encoding="utf-8") as file:
        for month in range(LAST - MONTHS + 1, LAST + 1):
            for number in range(CUSTOMERS):
                file.write(json.dumps(_revenue(month, number)) + "\n")
    for words in (
        ("import", "customers", folder / "customers.csv"),
        ("import", "revenue", folder / "revenue.jsonl", "--source", "billing"),
        ("classes", "add", "--match", "tag:env=staging", "--class", "opex", "--name", "staging"),
        ("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}"),
    ):
        env = {**os.environ, "TURBOFINOPS_TODAY": TODAY}
        subprocess.run(turbofinops("--root", root, *words), check=True, env=env, stdout=subprocess.DEVNULL)


def _revenue(month: int, number: int) -> dict[str, str]:
    start = month_start(month)
    return {
        "id": f"r{month}-{number}",
        "customer": f"c{number:04d}",
        "kind": "subscription",
        "amount": f"{number % 90 * 10 + 40}.00",
        "currency": "USD",
        "occurred_at": day_text(start),
        "period_start": day_text(start),
        "period_end": day_text(start + month_days(month)),
        "product": "flat",
    }


def today() -> int:
    """The fixed day of the store."""
    return parse_day(TODAY)
