"""``evidence discover | bills``: which attribute of the spans names the customer; what evidence explains of
the AI bills."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE
from turbofinops_tui.safe_text import safe

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    bills = add(
        "bills", "AI bills against the evidence, by provider and month: what it explains, what is left"
    )
    bills.set_defaults(action=_bills)
    found = add("discover", "attribute keys whose values are known customers, with coverage")
    found.add_argument(
        "files", metavar="FILE", nargs="*", type=Path,
        help="traces to look at without storing them; without any: the spans of open days",
    )  # fmt: skip
    found.set_defaults(action=_discover)
    for verb in (bills, found):
        verb.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """Call the verb's own function."""
    code: int = args.action(args, session)
    return code


def _bills(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.evidence_cover import covered
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.money import Money
    from turbofinops_tui.economics.periods import month_text
    from turbofinops_tui.economics.shown import money_text, percent_text

    found = covered(Reports(session))
    if args.format == "json":
        say_json({"rows": [item.record() for item in found]})
        return EXIT_DONE
    if not found:
        tell("no bill of a provider whose calls evidence tells: import meter rows, spend logs or traces")
        return EXIT_DONE
    rows = []
    for item in found:
        units = (item.bill, round(item.priced), round(item.explained), item.left)
        amounts = [money_text(Money(amount, item.currency)) for amount in units]
        share = percent_text(item.coverage)
        rows.append([safe(item.provider), month_text(item.month), item.currency, *amounts, share])
    headers = ["provider", "month", "", "bill", "evidence priced", "explained", "left", "share"]
    say(grid(headers, rows, right={3, 4, 5, 6, 7}, width=terminal_width()), lines=True)
    return EXIT_DONE


def _discover(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.discovering import discover

    lines = discover(session, args.files)
    if args.format == "json":
        say_json({"rows": [asdict(line) for line in lines]})
        return EXIT_DONE
    if not lines:
        tell("no attribute holds a known customer: import customers first, or name one that the spans carry")
        return EXIT_DONE
    headers = ["key", "on", "customers", "values", "matched %", "of spans %", "of traces %", "used"]
    rows = [
        [
            line.key, line.place, str(line.customers), str(line.values), line.matched, line.coverage,
            line.traces, "yes" if line.used else "",
        ]
        for line in lines
    ]  # fmt: skip
    say(grid(headers, rows, right={2, 3, 4, 5, 6}, width=terminal_width()), lines=True)
    unused = [line.key for line in lines if not line.used]
    if unused and not any(line.used for line in lines):
        tell(f"to use one: turbofinops settings set evidence.customer_keys {unused[0]}")
    return EXIT_DONE
