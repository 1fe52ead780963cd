"""``whatif --customer C [--price P] [--plan NAME] [--model A=B] [--cap MEASURE=N]``, over the real months."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from turbofinops_tui.cli.options import add_slice_options, based, slice_from_args
from turbofinops_tui.cli.output import grid, terminal_width, value_text
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.economics import types as t
from turbofinops_tui.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.actions.whatif import WhatIf
    from turbofinops_tui.cli.context import Context


def register(parser: argparse.ArgumentParser) -> None:
    """Add the customer, the changes and the slice options."""
    parser.add_argument("--customer", metavar="C", required=True, help="whose months are replayed")
    parser.add_argument("--price", metavar="P", help="monthly price (120), or a change of it (+10%%)")
    parser.add_argument("--plan", metavar="NAME", help="the price that customers of another plan pay")
    parser.add_argument("--model", action="append", metavar="A=B", help="AI calls of model A go to model B")
    parser.add_argument(
        "--cap", action="append", metavar="MEASURE=N", help="at most N a month: ai_cost, calls, ..._tokens"
    )
    add_slice_options(parser, formats=False)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def prepare(args: argparse.Namespace, context: Context) -> None:
    """Read slice and scenario before anything is opened."""
    from turbofinops_tui.economics.scenario import Scenario, parse_cap, parse_model, parse_price

    if args.by is not None or args.measure is not None:
        raise UsageError("whatif shows the customer's months", "leave --by and --measure out")
    if args.price is not None and args.plan is not None:
        raise UsageError("--price and --plan exclude each other", "give one of them")
    args.slice = slice_from_args(args, based(args, context, t.Slice()), context.clock.today())
    args.scenario = Scenario(
        None if args.price is None else parse_price(args.price),
        tuple(parse_model(text) for text in args.model or ()),
        tuple(parse_cap(text) for text in args.cap or ()),
        args.plan or "",
    )


def run(args: argparse.Namespace, session: Session) -> int:
    """Print the months as they are and under the scenario."""
    from dataclasses import replace

    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.whatif import plan_price, whatif
    from turbofinops_tui.files.whatif_json import document

    reports = Reports(session)
    scenario = args.scenario
    if scenario.plan:
        scenario = replace(scenario, price=plan_price(reports, scenario.plan, args.slice))
    found = whatif(reports, args.customer, scenario, args.slice)
    if args.format == "json":
        say_json(
            document(
                found.customer,
                scenario,
                (found.now, found.then),
                (found.all_now, found.all_then),
                found.notes,
            )
        )
        return EXIT_DONE
    say(f"{found.customer}: {scenario.text()} · books {found.now.books.whole}")
    say(_months(found), lines=True)
    if found.gain_of_all is not None and found.gain_of_all != found.gain:
        say(f"the margin of all changes by {value_text(found.gain_of_all)}: others carry other shares")
    for note in (*found.notes, *found.then.warnings):
        tell(f"note: {note}")
    return EXIT_DONE


def _months(found: WhatIf) -> str:
    then = {row.key: row for row in found.then.rows}
    headers = ["month", "revenue", "then", "cost", "then", "margin", "then", "margin_pct", "then"]
    shown = ("revenue", "cost", "margin", "margin_pct")
    empty = t.Row((), (None,) * len(found.now.slice.measures))

    def cells(name: str, old: t.Row, new: t.Row) -> list[str]:
        pairs: list[Any] = [(old.values[at], new.values[at]) for at in map(found.now.column, shown)]
        return [name, *(value_text(value) for pair in pairs for value in pair)]

    keys = sorted({row.key for row in (*found.now.rows, *found.then.rows)}, key=lambda key: str(key[1]))
    now = {row.key: row for row in found.now.rows}
    rows = [cells(str(key[1]), now.get(key, empty), then.get(key, empty)) for key in keys]
    foot = cells(
        "total",
        found.now.totals[0] if found.now.totals else empty,
        found.then.totals[0] if found.then.totals else empty,
    )
    return grid(headers, [*rows, foot], set(range(1, 9)), terminal_width(), foot=1)
