"""``rules export FILE | plan FILE | apply FILE``: all rules as one file under version control."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from turbofinops_tui.cli.context import has_terminal
from turbofinops_tui.cli.output import grid, terminal_width, value_text
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND, UsageError
from turbofinops_tui.safe_text import safe

if TYPE_CHECKING:
    from turbofinops_tui.actions.rules_files import Plan
    from turbofinops_tui.actions.session import Session

SHOWN = 20
"""rows of each list in the table form; JSON and md have all of them"""
NOBODY = "(unattributed)"


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    texts = {
        "export": "write all rules to a file (- for stdout); the comments of an existing one stay",
        "plan": "which rules a file changes and what that moves; exit code 3 on a change",
        "apply": "replace the sections that a file has; shows the plan and asks",
    }
    for verb, text in texts.items():
        adding = add(verb, text)
        adding.add_argument("file", metavar="FILE", help="a YAML file of rules")
        if verb == "export":
            adding.add_argument(
                "--view",
                choices=("saved", "draft"),
                default="saved",
                help="default saved; draft: as it leaves them",
            )
        if verb == "plan":
            adding.add_argument(
                "--format", choices=("table", "json", "md"), default="table",
                help="default table; md suits a pull-request comment",
            )  # fmt: skip


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    from turbofinops_tui.actions import rules_files as actions
    from turbofinops_tui.actions.reports import Reports

    if args.verb == "export" and args.file == "-":
        text = actions.export_text(session, draft=args.view == "draft")
        if sys.stdout.isatty():  # a pipe gets the exact text, a screen nothing that it could act on
            text = "".join(f"{safe(line, 4000)}\n" for line in text.splitlines())
        sys.stdout.write(text)
        return EXIT_DONE
    if args.verb == "export":
        written = actions.export_file(session, args.file, draft=args.view == "draft")
        tell(f"rules written to {args.file}" if written else f"{args.file} says so already")
        return EXIT_DONE
    rules = actions.read_file(args.file)
    if args.verb == "apply" and not session.yes and not has_terminal():
        raise UsageError("rules apply asks before it changes rules", "add --yes where nobody can answer")
    plan = actions.plan_file(Reports(session), rules)
    if args.verb == "plan":
        _print(plan, args.format)
        return EXIT_FOUND if plan.changes else EXIT_DONE
    if not plan.changes:
        tell("nothing to change")
        return EXIT_DONE
    _print(plan, "table")
    if not session.yes and not _agreed():
        tell("nothing was changed")
        return EXIT_DONE
    changed = actions.apply_file(session, rules)
    tell(f"{len(changed):,} changes applied")
    return EXIT_DONE


def _agreed() -> bool:
    print("apply? [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201 - talk on stderr
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _print(plan: Plan, form: str) -> None:
    if form == "json":
        say_json(plan.document())
    elif form == "md":
        _markdown(plan)
    else:
        _tables(plan)


def _rows(plan: Plan) -> dict[str, tuple[list[str], list[list[str]], set[int]]]:
    """Title -> headers, cells (raw) and the columns of numbers."""
    from turbofinops_tui.actions.rules_files import change_words, parts_text

    found = plan.difference
    words = [list(change_words(change)) for change in plan.changes]
    moved = [[item.source or NOBODY, item.target or NOBODY, value_text(item.cost)] for item in found.moved]
    tables = {
        "changes": (["change", "details"], words, set[int]()),
        f"cost moved, {found.currency}": (["from", "to", "cost"], moved, {2}),
    }
    for name, flips in (("customers", found.flips), ("cohorts", found.cohorts)):
        cells = [[item.key, value_text(item.was), value_text(item.now)] for item in flips]
        tables[f"{name} that change sign"] = ([name[:-1], "margin was", "margin now"], cells, {1, 2})
    tables["coverage"] = (
        ["", "parts of the cost"],
        [["before", parts_text(found.before)], ["after", parts_text(found.after)]],
        set[int](),
    )
    return tables


def _tables(plan: Plan) -> None:
    if not plan.changes:
        say("no change")
        return
    for title, (headers, cells, right) in _rows(plan).items():
        if not cells:
            continue
        say(f"{title}:")
        say(grid(headers, cells[:SHOWN], right, terminal_width()), lines=True)
        if len(cells) > SHOWN:
            say(f"{len(cells) - SHOWN:,} more (see --format json)")
        say("")
    if plan.difference.empty:
        say("no number changes")
    for note in plan.difference.notes:
        say(f"note: {note}")


def _markdown(plan: Plan) -> None:
    from turbofinops_tui.actions.rules_files import coverage_text, money_moved

    found = plan.difference
    if not plan.changes:
        say("**Rules:** no change")
        return
    before, after = (coverage_text(part) or "-" for part in (found.before, found.after))
    say(
        f"**Rules:** {len(plan.changes):,} changes, {value_text(money_moved(plan))} {found.currency} moved,"
        f" {len(found.flips):,} customers and {len(found.cohorts):,} cohorts change sign,"
        f" coverage {before} % -> {after} %"
    )
    for title, (headers, cells, right) in _rows(plan).items():
        if not cells:
            continue
        say("")
        say(f"### {title[0].upper()}{title[1:]}")
        say("")
        say("| " + " | ".join(headers) + " |")
        say("|" + "|".join("---:" if number in right else "---" for number in range(len(headers))) + "|")
        for row in cells:
            say("| " + " | ".join(map(_cell, row)) + " |", lines=True)
    for note in found.notes:
        say("")
        say(f"Note: {note}")


def _cell(text: str) -> str:
    """Foreign text in a cell: nothing of it is markup."""
    escaped = str(safe(text, 1000))
    for char in "\\`*_[]<>|#!@":
        escaped = escaped.replace(char, f"\\{char}")
    return escaped
