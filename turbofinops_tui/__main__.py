"""``python -m turbofinops_tui`` and the console script: the two-phase start lives in cli.main."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the program with this process's arguments; returns the exit code."""
    from turbofinops_tui.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
