"""``check [--by cohort,customer,feature] [--notify]``: what crossed below its margin floor."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.economics.money import exact_text, rounded_text
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.watch import BY, SEVERITY
from turbofinops_tui.errors import EXIT_DONE, EXIT_FAILED, EXIT_FOUND, EXIT_MISSING

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.actions.watch import Check, Standing

STANDING_SHOWN = 10


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--by", default=",".join(BY), metavar="D,...", help=f"default {','.join(BY)}")
    parser.add_argument("--notify", action="store_true", help="send what is new to every channel")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """Judge, print, send; 3 when something crossed, 4 when the days cannot be judged."""
    from turbofinops_tui.actions import watch

    found = watch.check(session, watch.by_words(args.by))
    if args.format == "json":
        say_json(document(found))
    else:
        _print(found)
    if found.days is None:
        for item in found.not_judged:
            tell(f"error: {item.source}: {item.reason}: bring it up to date, then check again")
        return EXIT_MISSING
    failed = _notify(session, found) if args.notify else False
    if failed:
        return EXIT_FAILED
    return EXIT_FOUND if found.crossings else EXIT_DONE


def _notify(session: Session, found: Check) -> bool:
    """Send what is new; True when a channel failed."""
    from turbofinops_tui.actions.notifying import send_check

    results = send_check(session, found)
    for result in results:
        tell(result.text())
    return any(result.error for result in results)


def document(found: Check) -> dict[str, Any]:
    """A check as JSON."""
    from turbofinops_tui.files.watch_forms import alert_json, score_json

    judged = None
    if found.days is not None:
        judged = {
            "from": day_text(found.days.start),
            "to": day_text(found.days.end),
            "provisional": found.provisional,
            "ends_earlier": found.ends_earlier,
        }
    return {
        "judged": judged,
        "state": found.state or None,
        "items": [alert_json(alert) for alert in found.crossings],
        "withdrawn": [alert_json(alert) for alert in found.withdrawn],
        "standing": [_standing(item, found.currency) for item in found.standing],
        "not_judged": [{"source": item.source, "reason": item.reason} for item in found.not_judged],
        "left_out": [{"customer": key, "reason": why} for key, why in found.left_out.items()],
        "estimated": [{"source": key, "month": month} for key, month in found.estimated.items()],
        "counted": found.counted,
        "score": score_json(found.score),
        "currency": found.currency,
        "books": found.books,
    }


def _standing(item: Standing, currency: str) -> dict[str, Any]:
    from turbofinops_tui.files.watch_forms import percent

    return {
        "by": item.by,
        "key": item.key,
        "now": item.state,
        "since": day_text(item.since - 1),
        "margin": exact_text(item.figures.margin, currency),
        "margin_pct": percent(item.figures.margin, item.figures.revenue),
        "young": item.young,
    }


def _print(found: Check) -> None:
    from turbofinops_tui.files.watch_forms import alert_text, causes_text, score_json, withdrawn_text

    if found.days is not None:
        sure = ", provisional: may still be restated" if found.provisional else ""
        earlier = f", {found.ends_earlier} days before today" if found.ends_earlier else ""
        first, last = day_text(found.days.start), day_text(found.days.end - 1)
        say(f"judged {first} to {last} UTC{earlier}{sure} · {found.counted:,} keys · books {found.books}")
    for item in found.not_judged:
        say(f"not judged: {item.source} {item.reason}")
    if found.days is None:
        return
    for source, month in found.estimated.items():
        say(f"estimated: {source} at its daily rate of {month}")
    for alert in found.crossings:
        say(alert_text(alert))
        if why := causes_text(alert):
            say(f"  because: {why}")
    for alert in found.withdrawn:
        say(withdrawn_text(alert))
    if not found.crossings:
        say("nothing crossed below its floor")
    _print_standing(found)
    if found.left_out:
        count = f"{len(found.left_out):,} customers are not judged"
        say(f"{count}: usage that is not billed yet, or amounts without a rate")
    if (score := score_json(found.score)) is not None:
        say(f"score {score} of 100: the share of revenue from healthy customers")


def _print_standing(found: Check) -> None:
    from turbofinops_tui.files.watch_forms import percent

    if not found.standing:
        return
    order = sorted(found.standing, key=lambda s: (-SEVERITY[s.state], s.figures.margin, s.by, s.key))
    say(f"below a floor without crossing it now: {len(order):,}")
    cells = [
        [
            item.by, item.key, item.state + (" (young)" if item.young else ""), day_text(item.since - 1),
            rounded_text(item.figures.margin, found.currency),
            f"{text}%" if (text := percent(item.figures.margin, item.figures.revenue, 1)) else "—",
        ]
        for item in order[:STANDING_SHOWN]
    ]  # fmt: skip
    headers = ["by", "key", "state", "since", "margin", "margin_pct"]
    say(grid(headers, cells, {4, 5}, terminal_width()), lines=True)
    if len(order) > STANDING_SHOWN:
        say(f"and {len(order) - STANDING_SHOWN:,} more: see --format json")
