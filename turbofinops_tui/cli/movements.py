"""``movements [slice options]``: every step of MRR, as new, expansion, contraction, churn or reactivation."""

from __future__ import annotations

import argparse
import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from turbofinops_tui.cli.options import add_slice_options, based, slice_from_args
from turbofinops_tui.cli.output import grid
from turbofinops_tui.cli.printing import say, say_json
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import exact_text
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.errors import EXIT_DONE
from turbofinops_tui.files.table_csv import defuse

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.cli.context import Context

KINDS = ("new", "expansion", "contraction", "churn", "reactivation")
HEADERS = ("day", "customer", "movement", "amount")


def register(parser: argparse.ArgumentParser) -> None:
    """Add the slice options; days, currency and filters count."""
    add_slice_options(parser)


def prepare(args: argparse.Namespace, context: Context) -> None:
    """Make the slice before anything is opened."""
    asked = based(args, context, t.Slice(measures=("mrr",)))
    args.slice = slice_from_args(args, asked, context.clock.today())


def run(args: argparse.Namespace, session: Session) -> int:
    """Print the movements by day, with the sum of each kind."""
    from turbofinops_tui.actions.mrr import movements
    from turbofinops_tui.actions.reports import Reports

    reports = Reports(session)
    found = movements(reports, args.slice)
    currency = args.slice.currency or reports.books().settings.currency

    def money(units: int) -> str:
        return exact_text(units, currency)

    sums: dict[str, int] = defaultdict(int)
    for item in found:
        sums[item.kind] += item.units
    rows = [(day_text(item.day), item.customer, item.kind, money(item.units)) for item in found]
    totals = {kind: money(sums[kind]) for kind in KINDS} | {"net": money(sum(sums.values()))}
    if args.format == "json":
        made = [dict(zip(HEADERS, row, strict=True)) for row in rows]
        say_json({"currency": currency, "rows": made, "totals": totals})
    elif args.format == "csv":
        _say_csv(rows)
    else:
        shown = [(day, customer or "(unattributed)", kind, amount) for day, customer, kind, amount in rows]
        say(grid([*HEADERS[:3], f"amount {currency}"], shown, {3}), lines=True)
        say("totals: " + ", ".join(f"{kind} {text}" for kind, text in totals.items()))
    return EXIT_DONE


def _say_csv(rows: Sequence[tuple[str, str | None, str, str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADERS)
    for day, customer, kind, amount in rows:
        writer.writerow((day, defuse(customer or ""), kind, amount))
    say(out.getvalue().rstrip("\n"), lines=True)
