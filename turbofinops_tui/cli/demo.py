"""``demo``: a throw-away store with a realistic seeded business, then the app."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from turbofinops_tui.cli.context import has_terminal
from turbofinops_tui.cli.printing import tell
from turbofinops_tui.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.cli.context import Context

WITHOUT_STORE = True
MOST_CUSTOMERS, MOST_MONTHS = 5000, 60


def _number(least: int, most: int) -> type[int]:
    """An argparse type: a whole number in range."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return read  # type: ignore[return-value]  # argparse takes any callable


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options of interface.md."""
    parser.add_argument(
        "--customers", type=_number(1, MOST_CUSTOMERS), default=300, metavar="N", help="default 300"
    )
    parser.add_argument(
        "--months",
        type=_number(1, MOST_MONTHS),
        default=18,
        metavar="M",
        help="whole months before the running one (default 18)",
    )
    parser.add_argument(
        "--seed", type=_number(0, 2**31), default=1, metavar="S", help="another business (default 1)"
    )
    parser.add_argument(
        "--no-tui", action="store_true", help="make the store, print its path, do not open the app"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table", help="of --no-tui")


def run(args: argparse.Namespace, context: Context) -> int:
    """Build the demo; print where it is, or open the app on it and throw it away afterwards."""
    from turbofinops_tui.actions.demo import build

    if context.read_only:
        raise UsageError("the demo writes a store of its own", "start it without --read-only")
    if not args.no_tui and not has_terminal():
        tell("no terminal: the app is not opened, the demo's store stays")
        args.no_tui = True
    paths, throw_away = build.place(context.paths if context.placed else None)
    try:
        made = build.make(paths, context.clock, args.customers, args.months, args.seed, _progress)
        if args.no_tui:
            throw_away = None
            print(made.json_text() if args.format == "json" else made.store)  # noqa: T201 - data on stdout
            return EXIT_DONE
        from turbofinops_tui.app import run_app

        return run_app(replace(context, paths=paths))
    finally:
        if throw_away is not None:
            build.throw_away(throw_away)


def _progress(text: str) -> None:
    """Talk goes to stderr, and only to a person."""
    import sys

    if sys.stderr.isatty():
        print(text, file=sys.stderr)  # noqa: T201 - talk on stderr
