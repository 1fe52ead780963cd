"""``links suggest [--top N] [--accept N,...]``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width, value_text
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

SHOWN = 20


def run_suggest(args: argparse.Namespace, session: Session) -> int:
    """Show proposals, or write those of the given numbers and print the ids."""
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.suggesting import accept, suggest

    if args.top is not None and args.top < 1:
        raise UsageError(f"--top {args.top}", "give 1 or more")
    if args.accept is not None:
        for name in accept(Reports(session), _numbers(args.accept)):
            say(name)
        tell("take one back with 'links remove ID' or 'identities remove ID'; the numbers are new ones now")
        return EXIT_DONE
    found = suggest(Reports(session))
    if args.format == "json":
        say_json(found.document(args.top))
        return EXIT_DONE
    shown = found.found[: args.top or SHOWN]
    say(f"{value_text(found.nobody)} {found.nobody.currency} without a customer of its own, last 12 months")
    cells = [
        [
            str(item.number), value_text(item.cost), f"{item.proposal.confidence} %", item.proposal.kind,
            item.proposal.reason, item.writes,
        ]
        for item in shown
    ]  # fmt: skip
    headers = ["#", "cost", "confidence", "kind", "reason", "accepting writes"]
    say(grid(headers, cells, {0, 1, 2}, terminal_width()), lines=True)
    if len(found.found) > len(shown):
        say(f"{len(found.found) - len(shown):,} more (see --top)")
    tell(f"accept with 'links suggest --accept N,...' (numbers of books {found.books})")
    return EXIT_DONE


def _numbers(text: str) -> list[int]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and len(word) < 8 for word in words):
        raise UsageError(f"--accept {text!r}", "give numbers of the list, such as 1,3")
    return [int(word) for word in words]
