"""``audit [--verify] [--entity E] [--format table|json]``."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND

if TYPE_CHECKING:
    from turbofinops_tui.actions import auditing
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--verify", action="store_true", help="walk the chain; exit 3 when a row was changed")
    parser.add_argument("--entity", default="", metavar="E", help="a kind (links) or one thing (links:ID)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """Print the log, or the result of walking it."""
    from turbofinops_tui.actions import auditing

    if args.verify:
        return _verify(auditing.verify_audit(session), args.format)
    rows = auditing.audit_rows(session, args.entity)
    if args.format == "json":
        say_json({"rows": [_record(row) for row in rows]})
    else:
        cells = [
            [
                str(row.id),
                row.at,
                _user(row),
                row.action,
                f"{row.entity}:{row.entity_id}",
                row.before,
                row.after,
            ]
            for row in rows
        ]
        headers = ["#", "at", "who", "action", "what", "before", "after"]
        say(grid(headers, cells, right={0}, width=terminal_width()), lines=True)
    return EXIT_DONE


def _verify(found: auditing.Verification, form: str) -> int:
    if form == "json":
        say_json({"ok": not found.problem, "rows": found.rows, "head": found.head, "problem": found.problem})
    elif not found.problem:
        say(f"{found.rows} rows, every one follows the one before; head {found.head}")
    if found.problem:
        tell(f"error: the audit log was altered: {found.problem}; compare with a backup")
        return EXIT_FOUND
    return EXIT_DONE


def _record(row: auditing.AuditRow) -> dict[str, object]:
    return {
        "id": row.id, "at": row.at, "who": json.loads(row.who), "action": row.action, "entity": row.entity,
        "entity_id": row.entity_id, "before": _state(row.before), "after": _state(row.after),
        "hash": row.hash,
    }  # fmt: skip


def _user(row: auditing.AuditRow) -> str:
    return str(json.loads(row.who).get("user", ""))


def _state(text: str) -> object:
    return json.loads(text) if text else None
