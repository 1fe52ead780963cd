"""``report``: a named report or any slice, as table, JSON or CSV on stdout."""

from __future__ import annotations

import argparse
import difflib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from turbofinops_tui.cli.options import add_slice_options, based, slice_from_args
from turbofinops_tui.economics import types as t
from turbofinops_tui.errors import EXIT_DONE, UsageError
from turbofinops_tui.files.slice_words import CHOICES

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.cli.context import Context

COVERAGE = ("cost", "direct_cost", "shared_cost")


def register(parser: argparse.ArgumentParser) -> None:
    """Add the report's name and every slice option."""
    from turbofinops_tui.actions.named import NAMED_REPORTS

    names = ", ".join(NAMED_REPORTS)
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"{names}; none: the slice of the options")
    add_slice_options(parser)
    parser.add_argument(
        "--against",
        metavar="FILE.json",
        help="cells that differ from an export of this report, and why each does",
    )
    parser.add_argument(
        "--as-of", metavar="DATE|BOOKS", help="what was known at the end of a day, by customer and month"
    )


def prepare(args: argparse.Namespace, context: Context) -> None:
    """Make the slice before anything is opened; UsageError for words that mean none."""
    from turbofinops_tui.actions.named import NAMED_REPORTS

    base = t.Slice()
    if args.name is not None:
        if args.name not in NAMED_REPORTS:
            near = difflib.get_close_matches(args.name, NAMED_REPORTS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(NAMED_REPORTS)}"
            raise UsageError(f"there is no report {args.name!r}", hint)
        base = NAMED_REPORTS[args.name]
    args.slice = slice_from_args(args, based(args, context, base), context.clock.today())
    if args.as_of is not None:
        from turbofinops_tui.actions.as_of import check_asked

        if args.against is not None:
            raise UsageError("--as-of and --against exclude each other", "give one of them")
        check_asked(args.slice)
    if args.against is not None:
        from turbofinops_tui.actions.against import read_export

        args.export = read_export(args.against)


def run(args: argparse.Namespace, session: Session) -> int:
    """Evaluate the slice and print it."""
    from turbofinops_tui.actions.reports import Reports

    reports = Reports(session)
    if args.against is not None:
        from turbofinops_tui.actions.against import compare
        from turbofinops_tui.cli.against import print_comparison

        asked = args.slice if _asked(args) else None
        return print_comparison(compare(reports, args.export, asked), args.format)
    if args.as_of is not None:
        from turbofinops_tui.actions.as_of import table_as_of

        sys.stdout.write(_text(args.format, table_as_of(reports, args.as_of, args.slice), None))
        return EXIT_DONE
    sys.stdout.write(_text(args.format, reports.table(args.slice), reports))
    return EXIT_DONE


def _asked(args: argparse.Namespace) -> bool:
    """Whether the words say anything of the slice; its order does not count."""
    given = ["name", "by", "measure", "period", "start", "end", "currency", "where", "having", "top"]
    given += ["compare", "preset", "cumulative", *(option for option, _, _, _ in CHOICES)]
    return any(getattr(args, name) not in (None, False) for name in given)


def _text(form: str, table: t.Table, reports: Reports | None) -> str:
    if form == "json":
        from turbofinops_tui.files.report_json import dumps

        return dumps(table) + "\n"
    if form == "csv":
        from turbofinops_tui.files.table_csv import dumps as csv_text
        from turbofinops_tui.safe_text import safe

        return csv_text(table, safe if sys.stdout.isatty() else None)
    from turbofinops_tui.cli.output import report_text, terminal_width

    return report_text(table, terminal_width(), _coverage(table, reports))


def _coverage(table: t.Table, reports: Reports | None) -> t.Table | None:
    """Totals of the three parts of cost in the slice, for the header; none for a difference or as of."""
    if reports is None or table.slice.view == "difference":
        return None
    asked = replace(
        table.slice, by=(), measures=COVERAGE, sort=(), having=(), top=None, compare="", cumulative=False
    )
    return reports.table(asked)
