"""Rows 1 to 3: a big FOCUS file into the store, reconciled, against a hand-written rollup of the same file.

``python -m benchmarks.ingest --lines 10000000 --cache DIR``; ``--small`` adds the
1M-line comparison with sqlite-utils (one run, it takes minutes) and pandas.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import data, figures, harness
from benchmarks.harness import Contender, Result


def ours(file: Path, root: Path) -> Contender:
    """Import into a new store and prove it: two commands, timed together."""
    return Contender(
        "turbofinops import + reconcile",
        harness.python("-m", "benchmarks.ingest_once", str(file), str(root)),
        fresh=root,
    )


def rollup(file: Path) -> Contender:
    """The peer: the bare rollup, stored nowhere."""
    return Contender(
        "hand-written DuckDB rollup", harness.python("-m", "benchmarks.peers", "duckdb_rollup", str(file))
    )


def against_rollup(file: Path, folder: Path, rounds: int) -> list[Result]:
    """Row 1 or 2, by the file's form."""
    return harness.compare([rollup(file), ours(file, folder / "root-ingest")], rounds)


def against_small_tools(lines: int, folder: Path, rounds: int) -> list[Result]:
    """Row 3: sqlite-utils and pandas on the same csv.gz."""
    file = data.focus_csv_gz(folder, lines)
    peers = [
        Contender("pandas groupby", harness.python("-m", "benchmarks.peers", "pandas_groupby", str(file))),
        Contender(
            "sqlite-utils insert + SQL",
            harness.python(
                "-m", "benchmarks.peers", "sqlite_utils_insert", str(file), str(folder / "utils.db")
            ),
            most=1,
        ),
    ]
    return harness.compare([ours(file, folder / "root-ingest"), *peers], rounds)


def report(lines: int, small: int, folder: Path, rounds: int) -> str:
    """The tables of rows 1, 2 and 3."""
    parts = []
    for row, name, make in ((1, "csv.gz", data.focus_csv_gz), (2, "Parquet", data.focus_parquet)):
        calibration = harness.calibration()
        results = against_rollup(make(folder, lines), folder, rounds)
        _note_rollup(row, f"import {lines:,} FOCUS lines, {name}, reconciled", results, calibration)
        parts.append(harness.table(f"Import {lines:,} FOCUS lines, {name}", results))
    calibration = harness.calibration()
    results = against_small_tools(small, folder, rounds)
    _note_tools(f"{small:,} lines csv.gz", results, calibration)
    parts.append(harness.table(f"{small:,} lines csv.gz, small tools", results))
    return "\n".join(parts)


def _note_rollup(row: int, work: str, results: list[Result], calibration: float) -> None:
    peer, mine = results
    ratio, most = mine.wall / peer.wall, (1.3, 2.5)[row - 1]
    against = f"hand-written DuckDB rollup, {peer.wall:.1f} s, {peer.peak_mb:.0f} MB"
    measured = f"{ratio:.2f}x ({mine.wall:.1f} s), {mine.peak_mb:.0f} MB"
    goal = f"<= {most}x, < 1 GB"
    figures.note(row, work, against, goal, measured, ratio <= most and mine.peak_mb < 1000, calibration)


def _note_tools(work: str, results: list[Result], calibration: float) -> None:
    mine, pandas, utils = results
    work = f"{work}, {mine.wall:.1f} s, {mine.peak_mb:.0f} MB"
    times, share = utils.wall / mine.wall, mine.peak_mb / pandas.peak_mb
    against = f"sqlite-utils insert + SQL, {utils.wall:.0f} s"
    figures.note(3, work, against, ">= 20x", f"{times:.0f}x", times >= 20, calibration)
    times = pandas.wall / mine.wall
    against = f"pandas, {pandas.wall:.1f} s, {pandas.peak_mb:.0f} MB (floats)"
    met = times >= 2 and share <= 0.25
    goal = ">= 2x, <= 1/4 of its memory"
    figures.note(3, work, against, goal, f"{times:.2f}x, {share:.2f}", met, calibration)


def main() -> None:
    """Print the tables."""
    args = harness.arguments(__doc__ or "", 10_000_000)
    print(report(args.lines, min(args.lines, 1_000_000), harness.cache(args), args.rounds))


if __name__ == "__main__":
    main()
