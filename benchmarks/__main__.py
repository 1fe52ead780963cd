"""All benchmarks in one table file: ``python -m benchmarks [--quick] [--cache DIR]``.

``--quick`` takes small sizes: it shows that everything runs, its ratios mean little.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import (
    big_store,
    grid,
    harness,
    ingest,
    live_edit,
    otlp,
    paint,
    receive,
    restate,
    screens,
    start,
    stripe_backfill,
    views,
    webhook,
)


def main() -> None:
    """Print every table, as each is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--lines", type=int, help="lines of the import and rows of the store (default 10M)")
    parser.add_argument("--rounds", type=int, help="runs of each contender (default 5)")
    parser.add_argument("--cache", type=Path, help="directory for generated data")
    args = parser.parse_args()
    lines = args.lines or (200_000 if args.quick else 10_000_000)
    rounds = args.rounds or (1 if args.quick else 5)
    folder = harness.cache(args)
    small = min(lines, 100_000 if args.quick else 1_000_000)
    print(f"{harness.machine()}; calibration {harness.calibration():.2f}\n")
    print(ingest.report(lines, small, folder, rounds))
    root = big_store.build(folder, lines).parents[1]
    print(views.compare(folder, lines, rounds))
    print(live_edit.compare(folder, lines, min(rounds, 3)))
    print(screens.compare(folder, lines, min(rounds, 3)))
    print(paint.first_paint(root, big_store.TODAY, rounds))
    print(harness.table("Start", start.version(max(rounds, 3))))
    print(grid.compare(10_000 if args.quick else 100_000, rounds)[1])
    print(paint.wire(root, big_store.TODAY))
    print(restate.compare(folder, lines, rounds))
    print(stripe_backfill.compare(min(lines, 2_000 if args.quick else 100_000), folder, min(rounds, 3)))
    print(otlp.compare(20_000 if args.quick else 1_000_000, folder, min(rounds, 3)))
    print(receive.compare(10_000 if args.quick else 400_000))
    print(webhook.compare(2_000 if args.quick else 20_000, rounds))


if __name__ == "__main__":
    main()
