"""``import focus`` and ``import costs``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.cli.parsing import Verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.imports import ImportedPeriod, ImportResult
    from turbofinops_tui.actions.session import Session


def register(add: Verbs) -> None:
    """Add the two verbs."""
    focus = add("focus", "FOCUS, AWS CUR or Azure cost files: one delivery")
    focus.add_argument("files", metavar="FILE", nargs="+", type=Path, help="CSV, CSV.gz or Parquet")
    focus.add_argument("--period", metavar="YYYY-MM", default="", help="refuse rows of other billing periods")
    focus.set_defaults(action=_focus)
    costs = add("costs", "any CSV of costs, its columns mapped to fields")
    costs.add_argument("files", metavar="FILE", nargs="+", type=Path, help="CSV, CSV.gz or Parquet")
    costs.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        nargs="+",
        required=True,
        help=(
            "day, cost, currency, provider, account, service, tag:KEY, billed, category, quantity,"
            " unit, period"
        ),
    )
    costs.set_defaults(action=_costs)
    for parser in (focus, costs):
        parser.add_argument("--source", metavar="NAME", required=True, help="where the bill comes from")
        parser.add_argument(
            "--export", metavar="NAME", default="main", help="default main; corrections are another"
        )
        parser.add_argument(
            "--include-tag",
            metavar="KEY",
            action="append",
            default=[],
            help="take in a tag key whatever the number of its values",
        )
        parser.add_argument("--keep", action="store_true", help="keep a copy of the files under received/")
        parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def _focus(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.imports import import_focus

    result = import_focus(
        session,
        args.files,
        args.source,
        args.export,
        period=args.period,
        include_tags=args.include_tag,
        keep=args.keep,
    )
    return _show(result, args.format)


def _costs(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.imports import import_costs

    mapping = [word for words in args.map for word in words]
    result = import_costs(
        session, args.files, args.source, mapping, args.export, include_tags=args.include_tag, keep=args.keep
    )
    return _show(result, args.format)


def _show(result: ImportResult, form: str) -> int:
    if form == "json":
        say_json(_record(result))
        return EXIT_DONE
    for warning in result.warnings:
        tell(f"warning: {warning}")
    if result.unchanged:
        say(
            f"import {result.delivery}: nothing new ({result.source} {result.export}, {result.lines:,} lines)"
        )
        return EXIT_DONE
    say(
        f"import {result.delivery}: {result.lines:,} lines of {result.format} into"
        f" {result.source} {result.export}"
    )
    for period in result.periods:
        for line in _period_lines(period):
            say(line)
    for finding in result.findings:
        amount = f" ({finding.amount} {finding.currency})" if finding.amount else ""
        tell(f"finding: {finding.count:,} x {finding.detail}{amount}")
    if result.new_customers:
        tell(f"{result.new_customers:,} new customers, unconfirmed: see customers list")
    return EXIT_DONE


def _period_lines(period: ImportedPeriod) -> list[str]:
    count = f"{period.lines:,} line" if period.lines == 1 else f"{period.lines:,} lines"
    before = f", was {period.old_lines:,}" if period.old_lines else ""
    lines = [f"  {period.period}  {count}{before}{' (no change)' if period.same else ''}"]
    for (currency, cost), total in sorted(period.totals.items()):
        old = period.old_totals.get((currency, cost))
        was = f", was {old}" if old is not None and old != total else ""
        residual = period.residuals[currency, cost]
        rest = f", residual {residual}" if residual != "0" else ""
        lines.append(f"    {cost:<9} {total} {currency}{was}{rest}")
    return lines


def _record(result: ImportResult) -> dict[str, object]:
    return {
        "delivery": result.delivery,
        "source": result.source,
        "export": result.export,
        "format": result.format,
        "lines": result.lines,
        "unchanged": result.unchanged,
        "new_customers": result.new_customers,
        "periods": [
            {
                "period": period.period,
                "lines": period.lines,
                "old_lines": period.old_lines,
                "same": period.same,
                "totals": [
                    {
                        "currency": currency,
                        "cost": cost,
                        "total": total,
                        "was": period.old_totals.get((currency, cost)),
                        "residual": period.residuals[currency, cost],
                    }
                    for (currency, cost), total in sorted(period.totals.items())
                ],
            }
            for period in result.periods
        ],
        "warnings": result.warnings,
        "findings": [
            {
                "kind": item.kind,
                "detail": item.detail,
                "count": item.count,
                "amount": item.amount,
                "currency": item.currency,
            }
            for item in result.findings
        ],
    }
