"""Rows 1 to 3: a big FOCUS file into the store, reconciled, against a hand-written rollup of the same file.

``python -m benchmarks.ingest --lines 10000000 --cache DIR``; ``--small`` adds the
1M-line comparison with sqlite-utils (one run, it takes minutes) and pandas.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import data, harness
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
    for name, make in (("csv.gz", data.focus_csv_gz), ("Parquet", data.focus_parquet)):
        results = against_rollup(make(folder, lines), folder, rounds)
        parts.append(harness.table(f"Import {lines:,} FOCUS lines, {name}", results))
    parts.append(
        harness.table(f"{small:,} lines csv.gz, small tools", against_small_tools(small, folder, rounds))
    )
    return "\n".join(parts)


def main() -> None:
    """Print the tables."""
    args = harness.arguments(__doc__ or "", 10_000_000)
    print(report(args.lines, min(args.lines, 1_000_000), harness.cache(args), args.rounds))


if __name__ == "__main__":
    main()
