"""Slice options: command line -> ``Slice`` and back (interface.md, "Slice options").

One table of words for reports, presets and the ``Y`` key. Every unknown name is
a UsageError that says the nearest known one.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.errors import UsageError
from turbofinops_tui.files.slice_words import (
    CHOICES,
    check_dimension,
    check_measure,
    command_line,
    parse_compare,
    parse_condition,
    parse_currency,
    parse_having,
    parse_names,
    parse_sorts,
    parse_top,
    slice_words,
)

if TYPE_CHECKING:
    from turbofinops_tui.cli.context import Context

__all__ = [
    "add_slice_options", "based", "check_dimension", "check_measure", "command_line", "parse_condition",
    "parse_having", "slice_from_args", "slice_words",
]  # fmt: skip

FORMATS = ("table", "json", "csv")


def add_slice_options(parser: argparse.ArgumentParser, *, formats: bool = True) -> None:
    """Add every slice option, and ``--format`` unless ``formats`` is false."""
    group = parser.add_argument_group("slice")
    group.add_argument("--by", action="append", metavar="D,...", help="dimensions of a row")
    group.add_argument("--measure", action="append", metavar="M,...", help="measures of a row")
    group.add_argument("--period", metavar="P", help="2026-03, 2026-Q3, last-month, -30d, -13w or A..B")
    group.add_argument("--from", dest="start", metavar="DATE", help="first day (a month: its first day)")
    group.add_argument("--to", dest="end", metavar="DATE", help="day after the last (default: through today)")
    for option, _, literal, text in CHOICES:
        group.add_argument(f"--{option}", choices=get_args(literal), help=text)
    group.add_argument("--currency", metavar="USD|native", help="currency of the amounts")
    group.add_argument("--where", action="append", metavar="D=V", help="filter by glob (D!=V excludes)")
    group.add_argument("--having", action="append", metavar="'M<N'", help="keep rows by a measure")
    group.add_argument("--sort", action="append", metavar="M[:asc]", help="order, largest first unless :asc")
    group.add_argument("--top", metavar="N", help="the first N rows, the rest as one")
    group.add_argument("--compare", metavar="previous|P", help="beside another period")
    group.add_argument("--preset", metavar="NAME", help="begin with a saved slice; other options change it")
    group.add_argument("--cumulative", action="store_true", default=None, help="running sums over time")
    if formats:
        group.add_argument("--format", choices=FORMATS, default="table", help="default table")


def based(args: argparse.Namespace, context: Context, base: t.Slice) -> t.Slice:
    """The slice that the options begin with: ``base``, or that of ``--preset``."""
    if args.preset is None:
        return base
    if base != t.Slice() and getattr(args, "name", None) is not None and args.noun == "report":
        raise UsageError(f"report {args.name} and --preset exclude each other", "give one of them")
    from turbofinops_tui.actions.presets import shelf_of

    return shelf_of(context.paths, context.workspace).find(args.preset).required().slice


def slice_from_args(args: argparse.Namespace, base: t.Slice, today: int) -> t.Slice:
    """``base`` with what the arguments say; filters add to the base's, all else replaces.

    Raises UsageError for unknown names, unreadable values and an empty range.
    """
    changes: dict[str, Any] = {}
    if args.by is not None:
        changes["by"] = parse_names(args.by, check_dimension, "--by")
    if args.measure is not None:
        changes["measures"] = parse_names(args.measure, check_measure, "--measure")
    for option, name, _, _ in CHOICES:
        if getattr(args, option) is not None:
            changes[name] = getattr(args, option)
    if args.currency is not None:
        changes["currency"] = parse_currency(args.currency)
    if args.cumulative:
        changes["cumulative"] = True
    if args.top is not None:
        changes["top"] = parse_top(args.top)
    if args.compare is not None:
        changes["compare"] = parse_compare(args.compare, today)
    changes["range"] = _range(args, base.range)
    changes["where"] = base.where + tuple(parse_condition(text) for text in args.where or ())
    changes["having"] = base.having + tuple(parse_having(text) for text in args.having or ())
    found = replace(base, **changes)
    if args.sort is not None:
        found = replace(found, sort=tuple(parse_sorts(args.sort, found.by)))
    elif "by" in changes or "measures" in changes:
        # The base's order may name what is no longer there.
        found = replace(found, sort=tuple(s for s in found.sort if s.name in (*found.by, *found.measures)))
    found.range.resolve(today)
    return found


def _range(args: argparse.Namespace, base: Range) -> Range:
    if args.period is not None and (args.start is not None or args.end is not None):
        raise UsageError("--period and --from/--to exclude each other", "give one of them")
    if args.period is not None:
        return Range(period=args.period)
    if args.start is not None or args.end is not None:
        return Range(start=args.start or "", end=args.end or "")
    return base
