"""Row 12: what it costs to start: ``--version`` against importing sqlite3 and argparse."""

from __future__ import annotations

from benchmarks import harness
from benchmarks.harness import Contender, Result


def version(rounds: int) -> list[Result]:
    """``turbofinops --version`` against a bare interpreter with two standard modules."""
    return harness.compare(
        [
            Contender(
                "python -c 'import sqlite3, argparse'", harness.python("-c", "import sqlite3, argparse")
            ),
            Contender("turbofinops --version", harness.turbofinops("--version")),
        ],
        rounds,
    )


def main() -> None:
    """Print the table."""
    args = harness.arguments(__doc__ or "", 1)
    print(harness.table("Start", version(max(args.rounds, 5))))


if __name__ == "__main__":
    main()
