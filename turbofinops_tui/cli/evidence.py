"""``evidence discover [FILE...]``: which attribute of the spans names the customer."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    found = add("discover", "attribute keys whose values are known customers, with coverage")
    found.add_argument(
        "files", metavar="FILE", nargs="*", type=Path,
        help="traces to look at without storing them; without any: the spans of open days",
    )  # fmt: skip
    found.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """List the keys."""
    from turbofinops_tui.actions.discovering import discover

    lines = discover(session, args.files)
    if args.format == "json":
        say_json({"rows": [asdict(line) for line in lines]})
        return EXIT_DONE
    if not lines:
        tell("no attribute holds a known customer: import customers first, or name one that the spans carry")
        return EXIT_DONE
    headers = ["key", "on", "customers", "values", "matched %", "of spans %", "of traces %", "used"]
    rows = [
        [
            line.key, line.place, str(line.customers), str(line.values), line.matched, line.coverage,
            line.traces, "yes" if line.used else "",
        ]
        for line in lines
    ]  # fmt: skip
    say(grid(headers, rows, right={2, 3, 4, 5, 6}, width=terminal_width()), lines=True)
    unused = [line.key for line in lines if not line.used]
    if unused and not any(line.used for line in lines):
        tell(f"to use one: turbofinops settings set evidence.customer_keys {unused[0]}")
    return EXIT_DONE
