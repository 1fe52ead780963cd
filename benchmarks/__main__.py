"""All benchmarks: ``python -m benchmarks [--quick] [--cache DIR]``; at the end one table of every goal.

A whole run writes that table into docs/benchmarks.md, with the machine, the versions and the day. ``--quick``
takes small sizes and writes no page: it shows that everything runs, its ratios mean little.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    big_store,
    data,
    figures,
    grid,
    harness,
    ingest,
    live_edit,
    otlp,
    paint,
    receive,
    restate,
    screens,
    splits,
    start,
    stripe_backfill,
    thousand_edits,
    views,
    webhook,
)

PAGE = harness.REPOSITORY / "docs" / "benchmarks.md"
SPARK = harness.REPOSITORY / ".venv-spark" / "bin" / "python"


def main() -> None:
    """Print every table, as each is done, and then that of the goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--lines", type=int, help="lines of the import and rows of the store (default 10M)")
    parser.add_argument("--rounds", type=int, help="runs of each contender (default 5)")
    parser.add_argument("--cache", type=Path, help="directory for generated data")
    parser.add_argument(
        "--page", type=Path, help="the page to write (default docs/benchmarks.md, --quick none)"
    )
    args = parser.parse_args()
    lines = args.lines or (200_000 if args.quick else 10_000_000)
    rounds = args.rounds or (1 if args.quick else 5)
    first = harness.calibration()
    print(f"{harness.machine()}; calibration {first:.2f}\n", flush=True)
    _run(args.quick, lines, rounds, harness.cache(args))
    head = f"{datetime.now(UTC):%Y-%m-%d}, {lines:,} lines, {rounds} rounds: {harness.machine()}; "
    head += f"calibration {first:.2f} at first, {harness.calibration():.2f} at last."
    print(f"### Every goal\n\n{head}\n\n{figures.table()}")
    if page := args.page or (None if args.quick else PAGE):
        figures.write(page, head)


def _run(quick: bool, lines: int, rounds: int, folder: Path) -> None:
    """Every comparison, cheap ones with few rounds where a round takes minutes."""
    few = min(rounds, 3)

    def show(text: str) -> None:
        print(text, flush=True)

    show(ingest.report(lines, min(lines, 100_000 if quick else 1_000_000), folder, rounds))
    root = big_store.build(folder, lines).parents[1]
    show(views.compare(folder, lines, rounds))
    show(live_edit.compare(folder, lines, few))
    show(thousand_edits.compare(folder, lines, 20 if quick else thousand_edits.EDITS))
    show(splits.compare(folder, 2_000_000 if quick else 31_000_000, rounds))
    show(screens.compare(folder, lines, few))
    show(paint.first_paint(root, big_store.TODAY, rounds))
    show(start.report(max(rounds, 3)))
    show(grid.compare(10_000 if quick else 100_000, rounds)[1])
    show(paint.wire(root, big_store.TODAY))
    show(engines(folder, 20_000 if quick else 2_000_000, rounds))
    show(restate.compare(folder, lines, rounds))
    show(stripe_backfill.compare(2_000 if quick else min(lines, 100_000), folder, few))
    show(otlp.compare(20_000 if quick else 1_000_000, folder, few))
    show(receive.compare(10_000 if quick else 400_000))
    events = 2_000 if quick else 20_000
    show(webhook.compare(events, rounds))
    show(webhook.during_import(events, data.focus_csv_gz(folder, lines), lines))


def engines(folder: Path, lines: int, rounds: int) -> str:
    """Row 15 in the environment of the engines, where there is one."""
    goal = "identical rows, <= 1.2x on Spark"
    if not os.access(SPARK, os.X_OK):
        missing = "not measured: `make test-spark` installs the engines"
        figures.note(15, "Ibis on DuckDB and Spark", "hand SQL on each", goal, missing, None, 0.0)
        return f"### Engines\n\n{missing}\n"
    calibration = harness.calibration()
    words = ("--lines", str(lines), "--rounds", str(rounds), "--cache", str(folder))
    command = [str(SPARK), "-m", "benchmarks.engines", *words]
    text = harness.measure(harness.Contender("engines", command)).out
    for line in text.splitlines():
        if line.startswith(("| duckdb,", "| spark,")):
            name, by_hand, _, ratio, _, same = (cell.strip() for cell in line.strip("|").split("|"))
            met = same == "yes" and (name.startswith("duckdb") or float(ratio) <= 1.2)
            measured = f"{'identical' if same == 'yes' else 'NOT identical'}, {ratio}x"
            work = f"Ibis, {lines:,} lines, {name} columns"
            figures.note(15, work, f"hand SQL, {by_hand} s", goal, measured, met, calibration)
    return text


if __name__ == "__main__":
    main()
