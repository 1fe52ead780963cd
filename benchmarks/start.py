"""Row 12: what it costs to start: ``--version`` against importing sqlite3 and argparse."""

from __future__ import annotations

from benchmarks import figures, harness
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


def report(rounds: int) -> str:
    """The table of row 12."""
    calibration, found = harness.calibration(), version(rounds)
    ratio = found[1].wall / found[0].wall
    against = "import sqlite3, argparse"
    figures.note(12, "`--version`", against, "<= 2x", f"{ratio:.2f}x", ratio <= 2, calibration)
    return harness.table("Start", found)


def main() -> None:
    """Print the table."""
    args = harness.arguments(__doc__ or "", 1)
    print(report(max(args.rounds, 5)))


if __name__ == "__main__":
    main()
