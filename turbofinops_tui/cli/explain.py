"""``explain``: a figure of one customer with its formula, the rules behind it and the source rows."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.options import add_slice_options, based, slice_from_args
from turbofinops_tui.cli.output import grid, terminal_width, value_text
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.shown import shown_parts
from turbofinops_tui.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.explaining import Explanation, SourceRow
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.cli.context import Context
    from turbofinops_tui.economics.money import Money

ROWS_SHOWN = 5
"""source rows listed per part in the table form; the JSON has all of them"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the customer and the slice options; ``--measure`` names one measure here."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--customer", metavar="C", help="whose figure; '(unattributed)': nobody's")
    what.add_argument("--row", metavar="SOURCE:FILE:LINE", help="who carries this line, and in which cells")
    add_slice_options(parser, formats=False)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def prepare(args: argparse.Namespace, context: Context) -> None:
    """Make the slice and the measure before anything is opened; UsageError for words that mean none."""
    asked = slice_from_args(args, based(args, context, t.Slice(measures=("margin",))), context.clock.today())
    if args.row is not None:
        from turbofinops_tui.actions.explaining_rows import parse_row

        parse_row(args.row)
    elif len(asked.measures) != 1:
        raise UsageError("explain opens one measure", "give one, such as --measure cost")
    args.slice = asked


def run(args: argparse.Namespace, session: Session) -> int:
    """Print the explanation."""
    from turbofinops_tui.actions.explaining import explain
    from turbofinops_tui.actions.reports import Reports

    if args.row is not None:
        return _row(args, session)
    (measure,) = args.slice.measures
    found = explain(Reports(session), args.slice, args.customer, measure)
    if args.format == "json":
        say_json(found.document())
    else:
        _print(found)
    for text in found.missing:
        tell(f"warning: {text}")
    return EXIT_DONE


def _row(args: argparse.Namespace, session: Session) -> int:
    """Print who carries a row."""
    from turbofinops_tui.actions.explaining_rows import explain_row
    from turbofinops_tui.actions.reports import Reports

    found = explain_row(Reports(session), args.slice, args.row)
    if args.format == "json":
        say_json(found.document())
    else:
        say(found.formula)
        say(", ".join(f"{name} {value}" for name, value in found.cell.items() if value))
        say("")
        cells = [
            [amount, part.bucket, part.customer or "", part.feature or "", part.link or "", part.why]
            for amount, part in zip(
                _shown([p.amount for p in found.parts], found.value), found.parts, strict=True
            )
        ]
        headers = ["amount", "bucket", "customer", "feature", "link", "why"]
        say(grid(headers, cells, {0}, terminal_width()), lines=True)
    for text in found.missing:
        tell(f"warning: {text}")
    return EXIT_DONE


def _print(found: Explanation) -> None:
    say(found.formula)
    if not found.parts:
        say("no parts: nothing of this slice belongs to this customer")
        return
    say("")
    rows = [
        [amount, part.bucket, part.link or "", part.why]
        for amount, part in zip(_amounts(found), found.parts, strict=True)
    ]
    say(grid(["amount", "bucket", "link", "why"], rows, {0}, terminal_width()), lines=True)
    for number, part in enumerate(found.parts, 1):
        say("")
        say(
            f"part {number}, {part.bucket} {part.link or ''}: {len(part.rows):,} source rows".replace(
                " :", ":"
            )
        )
        for row in part.rows[:ROWS_SHOWN]:
            say("  " + row_text(row))
        if len(part.rows) > ROWS_SHOWN:
            say(f"  {len(part.rows) - ROWS_SHOWN:,} more (see --format json)")


def _amounts(found: Explanation) -> list[str]:
    """The parts for the eye, adding up to their rounded sum."""
    return _shown([part.amount.units for part in found.parts], found.parts[0].amount)


def _shown(parts: list[int], like: Money) -> list[str]:
    from turbofinops_tui.economics.money import EXPONENTS, Money, scale

    code = like.currency
    digits = EXPONENTS[code]
    unit = scale(code) // 10**digits
    return [value_text(Money(amount * unit, code)) for amount in shown_parts(parts, code, digits)]


def row_text(row: SourceRow) -> str:
    """``aws:bill.csv:12`` or the object's id."""
    return f"{row.source}:{row.object}" if row.object else f"{row.source}:{row.file}:{row.line}"
