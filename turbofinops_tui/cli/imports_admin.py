"""``imports list | remove ID``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.deliveries import DeliveryLine
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    listing = add("list", "deliveries with source, period, rows and total")
    listing.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    removing = add("remove", "undo one import")
    removing.add_argument("id", metavar="ID", type=int, help="see imports list")


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    from turbofinops_tui.actions import deliveries

    if args.verb == "remove":
        done = deliveries.remove(session, args.id)
        say(str(done.delivery))
        for number in done.read_again:
            tell(f"import {number} counts again, read from its files")
        for text in done.missing:
            tell(f"not read again: {text}: import it anew to have it count")
        return EXIT_DONE
    lines = deliveries.list_deliveries(session)
    if args.format == "json":
        say_json({"rows": [_record(line) for line in lines]})
    else:
        headers = ["id", "kind", "source", "export", "period", "rows", "total", "state", "received"]
        say(grid(headers, [_cells(line) for line in lines], right={0, 5}, width=terminal_width()), lines=True)
    return EXIT_DONE


def _cells(line: DeliveryLine) -> list[str]:
    item = line.delivery
    period = line.periods[0] if line.periods else ""
    if len(line.periods) > 1:
        period += f"..{line.periods[-1]}"
    totals = ", ".join(
        f"{value} {currency}" for (currency, name), value in line.totals.items() if name != "billed"
    )
    return [
        str(item.id), item.kind, item.source, item.export, period, f"{item.lines:,}", totals, item.state,
        item.received_at,
    ]  # fmt: skip


def _record(line: DeliveryLine) -> dict[str, object]:
    item = line.delivery
    return {
        "id": item.id, "kind": item.kind, "source": item.source, "export": item.export,
        "periods": list(line.periods), "lines": item.lines, "state": item.state,
        "received_at": item.received_at,
        "totals": [
            {"currency": currency, "measure": name, "total": value}
            for (currency, name), value in line.totals.items()
        ],
        "files": [
            {"path": file.path, "sha256": file.sha256, "bytes": file.bytes, "kept": file.kept}
            for file in item.files
        ],
        "warnings": list(item.warnings),
    }  # fmt: skip
