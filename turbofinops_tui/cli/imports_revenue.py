"""``import revenue``, ``customers``, ``rates``, ``stripe-events`` and ``stripe-objects``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.cli.parsing import Verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.revenue_imports import ImportResult, StripeKind
    from turbofinops_tui.actions.session import Session

_FIELDS = (
    "id, customer, kind, amount, currency, occurred_at, period_start, period_end, product, feature, plan"
)
_NOUNS = {"customers": "customers", "rates": "rates", "revenue": "revenue events"}


def register(add: Verbs) -> None:
    """Add the five verbs."""
    revenue = add("revenue", "revenue events of any system, CSV or JSON Lines; the same id replaces")
    revenue.add_argument("file", metavar="FILE", type=Path, help="amounts in major units, signed")
    revenue.add_argument("--source", metavar="NAME", required=True, help="where the revenue comes from")
    revenue.add_argument(
        "--map", metavar="FIELD=COLUMN", action="append", nargs="+", default=[], help=_FIELDS
    )
    revenue.add_argument("--replace", action="store_true", help="the file is the whole source: other rows go")
    revenue.set_defaults(action=_revenue)
    customers = add("customers", "customers with attributes and identities")
    customers.add_argument(
        "file", metavar="FILE", type=Path,
        help="columns customer, name, plan, signup_at, identity, identity_2, ...; others are attributes",
    )  # fmt: skip
    customers.set_defaults(action=_customers)
    rates = add(
        "rates", "FX rates: ECB XML or CSV, or date,currency,rate[,base] (units per base, default EUR)"
    )
    rates.add_argument("file", metavar="FILE", type=Path)
    rates.set_defaults(action=_rates)
    for kind, text in (
        ("stripe-events", "Stripe events, JSON Lines (gzip too); duplicates and late ones do not matter"),
        ("stripe-objects", "Stripe objects as the API lists them, JSON Lines (gzip too)"),
    ):
        parser = add(kind, text)
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.set_defaults(action=_stripe, kind=kind)
        _add_format(parser)
    for parser in (revenue, customers, rates):
        _add_format(parser)


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def _revenue(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.revenue_imports import import_revenue

    mapping = [word for words in args.map for word in words]
    return _show(import_revenue(session, args.file, args.source, mapping, replace=args.replace), args.format)


def _customers(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.revenue_imports import import_customers

    return _show(import_customers(session, args.file), args.format)


def _rates(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.revenue_imports import import_rates

    return _show(import_rates(session, args.file), args.format)


def _stripe(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.revenue_imports import import_stripe

    kind: StripeKind = args.kind
    return _show(import_stripe(session, kind, args.files), args.format)


def _show(result: ImportResult, form: str) -> int:
    if form == "json":
        say_json(asdict(result))
        return EXIT_DONE
    for warning in result.warnings:
        tell(f"warning: {warning}")
    what = _NOUNS.get(result.kind, result.kind)
    say(f"import {result.delivery}: {result.lines:,} lines of {what} into {result.source}")
    for name, number in result.counts.items():
        say(f"  {name.replace('_', ' '):<18} {number:>12,}")
    return EXIT_DONE
