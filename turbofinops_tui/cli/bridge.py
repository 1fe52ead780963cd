"""``bridge``: why a margin changed, by cause: from one period to another, or since we last knew."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from turbofinops_tui.cli.output import cell_name, grid, terminal_width
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import EXPONENTS, rounded_text, scale
from turbofinops_tui.economics.periods import Range, resolve_period
from turbofinops_tui.economics.shown import shown_parts
from turbofinops_tui.errors import EXIT_DONE, UsageError
from turbofinops_tui.files.slice_words import CHOICES, parse_condition, parse_currency

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.cli.context import Context
    from turbofinops_tui.economics.bridge import Bridge, Cause

OPTIONS = CHOICES


def register(parser: argparse.ArgumentParser) -> None:
    """Add the two periods, the dimension and the options that change numbers."""
    parser.add_argument(
        "--by", default="customer", metavar="D", help="customer, cohort, plan, feature, attr:KEY"
    )
    parser.add_argument("--from", dest="first", metavar="P", help="2026-10, 2026-W44, 2026-Q4, A..B")
    parser.add_argument("--to", dest="second", metavar="P", help="the period that it is compared with")
    parser.add_argument(
        "--since",
        metavar="DATE|BOOKS",
        help="what changed in one period since we knew less: a day or a books id",
    )
    parser.add_argument(
        "--period", metavar="P", help="the period of --since (default the last 12 whole months)"
    )
    group = parser.add_argument_group("numbers")
    for option, _, literal, text in OPTIONS:
        group.add_argument(f"--{option}", choices=get_args(literal), help=text)
    group.add_argument("--currency", metavar="USD", help="currency of the amounts")
    group.add_argument("--where", action="append", metavar="D=V", help="filter by glob (D!=V excludes)")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="default table")


def prepare(args: argparse.Namespace, context: Context) -> None:
    """Read the words before anything is opened."""
    if args.since is not None:
        if args.first is not None or args.second is not None:
            raise UsageError("--since and --from/--to exclude each other", "give one of them")
        if args.view not in (None, "saved"):
            raise UsageError("--since looks at saved rules", "leave --view out, or give --from P and --to P")
    elif args.first is None or args.second is None:
        raise UsageError("a bridge has two ends", "give --from P and --to P, or --since DATE or BOOKS")
    elif args.period is not None:
        raise UsageError("--period goes with --since", "give --from P and --to P")
    for text in (args.first, args.second, args.period):
        if text is not None:
            resolve_period(text, context.clock.today())
    changes = {name: getattr(args, option) for option, name, _, _ in OPTIONS if getattr(args, option)}
    if args.currency is not None:
        changes["currency"] = parse_currency(args.currency)
    where = tuple(parse_condition(text) for text in args.where or ())
    span = Range(period=args.period or "")
    args.slice = replace(t.Slice(range=span), **changes, where=where)


def run(args: argparse.Namespace, session: Session) -> int:
    """Print the bridge."""
    from turbofinops_tui.actions.reports import Reports

    reports = Reports(session)
    if args.since is not None:
        from turbofinops_tui.actions.knowledge import knowledge_bridge

        found = knowledge_bridge(reports, args.since, args.by, args.slice)
    else:
        from turbofinops_tui.actions.bridge import time_bridge

        found = time_bridge(reports, args.first, args.second, args.by, args.slice)
    if args.format == "json":
        from turbofinops_tui.files.bridge_forms import encode

        say_json(encode(found))
    elif args.format == "csv":
        from turbofinops_tui.files.bridge_forms import csv_text
        from turbofinops_tui.safe_text import safe

        sys.stdout.write(csv_text(found, safe if sys.stdout.isatty() else None))
    else:
        _print(found)
    for text in found.warnings:
        tell(f"warning: {text}")
    return EXIT_DONE


def _print(found: Bridge) -> None:
    """Margin then, every cause over all, margin now; then the same by key."""
    code = found.currency
    start, end = found.margins
    say(f"{found.ends[0]} to {found.ends[1]} · {code} · books {found.books.whole}")
    say("")
    causes = _shown(found, found.summed)
    ends = [
        (f"margin {name}", rounded_text(units, code))
        for name, units in zip(found.ends, (start, end), strict=True)
    ]
    change = ("change", rounded_text(found.total, code))
    rows = [ends[0], *((row.cause, text) for row, text in causes), change, ends[1]]
    say(grid(["cause", f"amount {code}"], rows, {1}, terminal_width(), foot=2), lines=True)
    if found.rows:
        say("")
        listed = [(cell_name(found.by, row.key), row.cause, text) for row, text in _shown(found, found.rows)]
        say(grid([found.by, "cause", f"amount {code}"], listed, {2}, terminal_width()), lines=True)


def _shown(found: Bridge, rows: tuple[Cause, ...]) -> list[tuple[Cause, str]]:
    """Each cause for the eye; they add up to their rounded sum."""
    code = found.currency
    digits = EXPONENTS[code]
    unit = scale(code) // 10**digits
    parts = shown_parts([row.units for row in rows], code, digits)
    return [(row, rounded_text(part * unit, code)) for row, part in zip(rows, parts, strict=True)]
