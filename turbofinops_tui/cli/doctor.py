"""``doctor``: what is configured, where secrets come from, modes, keyring, terminal, versions."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.printing import say, say_json
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND, EXIT_NEWER_STORE
from turbofinops_tui.redaction import redacted

if TYPE_CHECKING:
    from turbofinops_tui.cli.context import Context

WITHOUT_STORE = True
"""it must speak when the store does not open"""
MARKS = {"ok": "", "note": "note", "bad": "BAD"}


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the page; exit 3 when something on it wants to be changed."""
    from turbofinops_tui.actions.doctor import examine

    lines = examine(context.paths, context.clock, workspace=context.workspace)
    found = EXIT_FOUND if any(line.state == "bad" for line in lines) else EXIT_DONE
    if any((line.area, line.name) == ("store", "newer") for line in lines):
        found = EXIT_NEWER_STORE
    if args.format == "json":
        say_json({"rows": [{**asdict(line), "value": redacted(line.value)} for line in lines]})
        return found
    cells = [[line.area, line.name, MARKS[line.state], redacted(line.value)] for line in lines]
    say(grid(["area", "what", "", "value"], cells, width=terminal_width()), lines=True)
    return found
