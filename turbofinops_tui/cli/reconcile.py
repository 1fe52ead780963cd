"""``reconcile [--source NAME]``: the proof per source, export, billing period, currency and cost basis."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND
from turbofinops_tui.safe_text import safe

if TYPE_CHECKING:
    from turbofinops_tui.actions.reconcile import Reconciliation
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--source", metavar="NAME", help="one source alone")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """Print the proofs; exit 3 when one of them has a difference."""
    from turbofinops_tui.actions.reconcile import reconcile
    from turbofinops_tui.actions.reports import Reports

    found = reconcile(Reports(session), args.source)
    if args.format == "json":
        say_json(found.document())
    elif not found.rows:
        say("nothing to reconcile: import cost first, such as: turbofinops import focus FILE --source aws")
    else:
        say(_table(found), lines=True)
    if args.format == "table" and found.left_out:
        told = ", ".join(map(safe, found.left_out))
        tell(f"no part of these totals, since another source tells it too: {told}")
    wrong = sum(row.difference != 0 for row in found.rows)
    if wrong:
        tell(
            f"{wrong} of {len(found.rows)} proofs do not tie out: see 'turbofinops db check' and 'db rebuild'"
        )
    elif args.format == "table" and found.rows:
        tell(f"all {len(found.rows)} proofs tie out to the last digit")
    return EXIT_DONE if found.ok else EXIT_FOUND


def _table(found: Reconciliation) -> str:
    """Every digit as in the JSON: a proof is not rounded for the eye."""
    records = [row.record() for row in found.rows]
    headers = list(records[0])
    text = headers.index("source_total")
    rows = [list(record.values()) for record in records]
    return grid(headers, rows, set(range(text, len(headers))), terminal_width())
