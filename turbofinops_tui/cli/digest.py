"""``digest [--notify] [--format text|md]``: the week in one text."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.printing import say, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FAILED

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--notify", action="store_true", help="send it to every channel")
    parser.add_argument("--format", choices=("text", "md"), default="text", help="default text")


def run(args: argparse.Namespace, session: Session) -> int:
    """Print the text, and send it where that is asked for."""
    from turbofinops_tui.actions.digest import digest

    found = digest(session)
    for line in (found.markdown() if args.format == "md" else found.plain()).split("\n"):
        say(line)
    if not args.notify:
        return EXIT_DONE
    from turbofinops_tui.actions.notifying import send_digest

    results = send_digest(session, found.day, found.title, found.plain())
    for result in results:
        tell(result.text())
    return EXIT_FAILED if any(result.error for result in results) else EXIT_DONE
