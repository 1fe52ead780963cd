"""``notify list | add NAME | test NAME | remove NAME``: the channels that alerts and digests go to."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FAILED, TurboError

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    listing = add("list", "every channel, and where its address comes from")
    listing.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    adding = add("add", "add a channel; its address is a secret: asked for, piped in, or in a variable")
    adding.add_argument("name", metavar="NAME", help="letters, digits, - and _")
    adding.add_argument("--secret-stdin", action="store_true", help="read the address from standard input")
    add("test", "send a word to one channel").add_argument("name", metavar="NAME")
    add("remove", "take a channel away, with its address").add_argument("name", metavar="NAME")


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    from turbofinops_tui.actions import notifying

    if args.verb == "list":
        return _list(args, session)
    if args.verb == "add":
        return _add(args, session)
    if args.verb == "test":
        sent = notifying.test_channel(session, args.name)
        tell(sent.text())
        return EXIT_FAILED if sent.error else EXIT_DONE
    notifying.remove_channel(session, args.name)
    tell(f"channel {args.name} removed")
    return EXIT_DONE


def _list(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.notifying import list_channels

    found = list_channels(session)
    if args.format == "json":
        rows = [
            {"name": item.name, "service": item.service or None, "address_from": item.origin or None,
             "last_sent": item.last or None, "error": item.trouble or None}
            for item in found
        ]  # fmt: skip
        say_json({"rows": rows})
        return EXIT_DONE
    if not found:
        say("no channels: turbofinops notify add NAME")
        return EXIT_DONE
    cells = [
        [item.name, item.service or "—", item.origin or item.trouble, item.last or "never"] for item in found
    ]
    say(grid(["channel", "service", "address from", "last sent"], cells, width=terminal_width()), lines=True)
    return EXIT_DONE


def _add(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.notifying import add_channel, address
    from turbofinops_tui.cli.connect import from_stdin, prompt
    from turbofinops_tui.cli.context import has_terminal

    secret = ""
    if args.secret_stdin:
        secret = from_stdin()
    elif has_terminal() and os.isatty(0):
        try:
            tell(f"address from {address(session, args.name).origin}")
        except TurboError:
            secret = prompt("Address of the channel (slack://..., mailtos://..., https://...)", True)
    added = add_channel(session, args.name, secret)
    tell(f"{added.service}, address from {added.origin}; try it: turbofinops notify test {added.name}")
    say(added.name)
    return EXIT_DONE
