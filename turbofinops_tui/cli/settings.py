"""``settings list | get K | set K V``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    listing = add("list", "every setting with its value")
    listing.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    getting = add("get", "the value of one setting")
    getting.add_argument("key", metavar="K")
    setting = add("set", "set one setting (audited)")
    setting.add_argument("key", metavar="K")
    setting.add_argument("value", metavar="V")


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    from turbofinops_tui.actions import settings

    if args.verb == "get":
        say(settings.get_setting(session, args.key))
    elif args.verb == "set":
        settings.set_setting(session, args.key, args.value)
    else:
        rows = settings.list_settings(session)
        if args.format == "json":
            say_json({"rows": [{"key": row.key, "value": row.value, "default": row.default} for row in rows]})
        else:
            cells = [[row.key, row.value, row.help] for row in rows]
            say(grid(["setting", "value", "what it is"], cells, width=terminal_width()), lines=True)
    return EXIT_DONE
