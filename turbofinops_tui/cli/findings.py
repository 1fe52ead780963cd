"""``findings list / show / ack / plan / done / accept / note ID``: what wants action and what came of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from turbofinops_tui.cli.output import grid, terminal_width, value_text
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.economics.periods import Range, day_text, parse_day
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.findings import Findings, Item
    from turbofinops_tui.actions.remedies import Remedy
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session

HELP = {
    "ack": "say that it was seen",
    "plan": "open -> planned: who does what until when; the expected margin is frozen",
    "done": "planned -> done: judged four weeks later",
    "accept": "live with it, with --due until that day",
    "note": "write something down",
}


def register(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = verbs.add_parser("list", help="every finding, the dearest first")
    listed.add_argument("--all", action="store_true", help="accepted ones and those whose cause is gone, too")
    listed.add_argument("--kind", metavar="KIND", help="of one kind, such as customer")
    listed.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    shown = verbs.add_parser("show", help="one finding with its remedies, the money they bring, and its path")
    shown.add_argument("--format", choices=("table", "json", "md"), default="table", help="default table")
    for verb, text in HELP.items():
        verbs.add_parser(verb, help=text)
    for verb, one in verbs.choices.items():
        one.add_argument("--period", metavar="P", default="last-month", help="default last-month")
        if verb != "list":
            one.add_argument("id", metavar="ID", help="the id, or the beginning of it")
        if verb in HELP:
            one.add_argument("--owner", metavar="NAME", help="who takes care of it")
            one.add_argument("--due", metavar="DATE", help="until when")
            one.add_argument("--note", metavar="TEXT", help="anything worth keeping")
            one.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    plan = verbs.choices["plan"]
    plan.add_argument("--remedy", metavar="N", help="number of the remedy in `findings show` (default 1)")


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    from turbofinops_tui.actions.findings import findings
    from turbofinops_tui.actions.judging import judged
    from turbofinops_tui.actions.reports import Reports

    asked = Slice(range=Range(args.period))
    reports = Reports(session)
    found = judged(reports, findings(reports, asked))
    if args.verb == "list":
        return _list(args, found)
    item = found.find(args.id)
    if args.verb == "show":
        return _show(args, session, reports, found, item)
    return _step(args, session, reports, found, item)


# --- list -------------------------------------------------------------------------------------


def _list(args: argparse.Namespace, found: Findings) -> int:
    from turbofinops_tui.actions.findings import wanting

    shown = list(found.items) if args.all else wanting(found)
    shown = [item for item in shown if args.kind is None or item.kind == args.kind]
    if args.format == "json":
        days = {"from": day_text(found.days.start), "to": day_text(found.days.end)}
        records = [record(item, found) for item in shown]
        say_json({"books": found.books, "currency": found.currency, "days": days, "findings": records})
        return EXIT_DONE
    headers = ["id", "at stake", "finding", "since", "state", "owner", "due", "detail"]
    cells = [
        [
            item.id, _amount(item), item.what, item.since, item.state(found.today),
            item.path.owner if item.path else "", _day(item.path.due) if item.path else "", item.detail,
        ]
        for item in shown
    ]  # fmt: skip
    say(grid(headers, cells, {1}, terminal_width()) if cells else "no findings", lines=True)
    left = len(found.items) - len(shown)
    more = f"; {left:,} more with --all" if left and not args.all else ""
    span = f"{day_text(found.days.start)} to {day_text(found.days.end - 1)}"
    tell(f"{len(shown):,} findings of {span}, books {found.books}{more}")
    return EXIT_DONE


def record(item: Item, found: Findings) -> dict[str, Any]:
    """A finding as JSON."""
    from turbofinops_tui.files.finding_forms import path_record

    return {
        "id": item.id, "kind": item.kind, "key": item.key, "source": item.source or None, "what": item.what,
        "detail": item.detail, "amount": item.stake.text() if item.stake else None,
        "currency": item.stake.currency if item.stake else None, "since": item.since or None,
        "state": item.state(found.today), "count": item.count, "position": item.position or None,
        "gone": item.gone,
        **path_record(item.path),
    }  # fmt: skip


def _amount(item: Item) -> str:
    return "" if item.stake is None else f"{value_text(item.stake)} {item.stake.currency}"


def _day(day: int | None) -> str:
    return "" if day is None else day_text(day)


# --- show -------------------------------------------------------------------------------------


def _show(args: argparse.Namespace, session: Session, reports: Reports, found: Findings, item: Item) -> int:
    from turbofinops_tui.actions.finding_steps import steps_of, user_of
    from turbofinops_tui.actions.remedies import remedies
    from turbofinops_tui.files.finding_forms import markdown, step_of

    offered = [] if item.gone else remedies(reports, item, Slice(range=Range(args.period)))
    steps = [step_of(row.at, user_of(row.who), row.action, row.after) for row in steps_of(session, item.name)]
    days = {"from": day_text(found.days.start), "to": day_text(found.days.end)}
    head = {**record(item, found), "days": days, "books": found.books}
    listed = [_remedy(number, one) for number, one in enumerate(offered, 1)]
    if args.format == "json":
        walked = [
            {"at": step.at, "who": step.who, "step": step.action, "after": dict(step.after)} for step in steps
        ]
        say_json({**head, "remedies": listed, "steps": walked})
    elif args.format == "md":
        for line in markdown(head, listed, steps).split("\n"):
            say(line)
    else:
        _print(head, offered, steps)
    return EXIT_DONE


def _remedy(number: int, one: Remedy) -> dict[str, Any]:
    return {
        "number": number, "kind": one.kind, "text": one.text, "gain": one.gain.text() if one.gain else None,
        "margin": one.margin.text() if one.margin else None, "command": one.command or None,
    }  # fmt: skip


def _print(head: dict[str, Any], offered: list[Remedy], steps: list[Any]) -> None:
    stake = f"{head['amount']} {head['currency']} at stake" if head["amount"] else ""
    say(f"{head['id']}  {head['what']}  {head['state']}")
    for text in (
        head["detail"],
        stake,
        head["since"] and f"since {head['since']}",
        head["position"],
        head["note"],
    ):
        if text:
            say(f"  {text}")
    for name in ("owner", "due", "until", "done"):
        if head[name]:
            say(f"  {name} {head[name]}")
    for name in ("plan", "outcome"):
        for key, value in (head[name] or {}).items():
            say(f"  {name} {key}: {value}")
    if offered:
        cells = [
            [
                str(number), value_text(one.gain) if one.gain else "",
                value_text(one.margin) if one.margin else "", one.text, one.command,
            ]
            for number, one in enumerate(offered, 1)
        ]  # fmt: skip
        say("")
        say(
            grid(["#", "brings", "margin then", "remedy", "command"], cells, {0, 1, 2}, terminal_width()),
            lines=True,
        )
    if steps:
        say("")
        cells = [[step.at, step.who, step.action, str(step.after.get("state", ""))] for step in steps]
        say(grid(["when", "who", "step", "state after"], cells, (), terminal_width()), lines=True)


# --- steps ------------------------------------------------------------------------------------


def _step(args: argparse.Namespace, session: Session, reports: Reports, found: Findings, item: Item) -> int:
    from turbofinops_tui.actions.finding_steps import Said, take

    said = Said(args.owner, None if args.due is None else parse_day(args.due), args.note)
    if args.verb == "note" and not (args.note or "").strip():
        raise UsageError("there is no note", "give --note TEXT")
    remedy = _chosen(args, reports, item) if args.verb == "plan" else None
    path, _ = take(session, item, args.verb, said, remedy)
    from dataclasses import replace

    after = replace(item, path=path)
    if args.format == "json":
        say_json(record(after, found))
        return EXIT_DONE
    parts = [f"{after.id} is {after.state(found.today)}", f"owner {path.owner}" if path.owner else ""]
    parts += [
        f"due {_day(path.due)}" if path.due is not None else "",
        f"until {_day(path.until)}" if path.until else "",
    ]
    if args.verb == "plan" and "expected" in path.plan:
        parts.append(
            f"expected margin {path.plan['expected']} {path.plan['currency']}: {path.plan['remedy']}"
        )
    say(", ".join(part for part in parts if part))
    return EXIT_DONE


def _chosen(args: argparse.Namespace, reports: Reports, item: Item) -> Remedy | None:
    from turbofinops_tui.actions.remedies import planned_remedy

    return planned_remedy(reports, item, Slice(range=Range(args.period)), args.remedy)
