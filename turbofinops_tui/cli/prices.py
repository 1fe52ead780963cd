"""``prices list | check | reprice``: what AI calls cost and why, what has no price, pricing anew."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the three verbs."""
    add = verbs(parser)
    listing = add("list", "the prices of the rules file, and those on stored evidence")
    listing.set_defaults(action=_list)
    check = add("check", "models without a price, evidence above its bill, calls that two feeds tell")
    check.set_defaults(action=_check)
    again = add("reprice", "price stored calls by the prices of now: shows what changes, --yes stores it")
    again.add_argument("--from", dest="start", metavar="DATE", help="first day (default all)")
    again.add_argument("--to", dest="end", metavar="DATE", help="day after the last")
    again.set_defaults(action=_reprice)
    for verb in (listing, check, again):
        verb.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """Call the verb's own function."""
    code: int = args.action(args, session)
    return code


def _list(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.pricing import listed, used_prices

    own = listed(session)
    used = [item.record() for item in used_prices(session)]
    if args.format == "json":
        say_json({"rules": own, "used": used})
        return EXIT_DONE
    for item in own:
        since = item["from"] or "always"
        money = f"{item['per_million']} {item['currency']} per million"
        say(f"{item['provider']} {item['model']} {item['class']}: {money} from {since}")
    for item in used:
        say(f"{item['provider']} {item['model']}: {item['cost']} {item['currency']} by {item['price']}")
    return EXIT_DONE


def _check(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.pricing import check_prices
    from turbofinops_tui.actions.reports import Reports

    found = check_prices(Reports(session))
    if args.format == "json":
        say_json(found)
        return EXIT_DONE
    for item in found["unpriced"]:
        stake = f", about {item['amount']} {item['currency']}" if item["amount"] else ""
        say(f"no price: {item['provider']} {item['model']}, {item['tokens']:,} tokens{stake}")
    for item in found["excess"]:
        what = " ".join(str(item[name]) for name in ("day", "provider", "account", "model") if item[name])
        say(f"over its bill: {what}: evidence {item['evidence']}, bill {item['bill']} {item['currency']}")
    for item in found["overlap"]:
        text = f"{item['source']} ({item['provider']}) on {item['days']} days that {item['counts']} tells too"
        say(f"left out: {text}: {item['amount']} {item['currency']}")
    for item in found["left_out"]:
        say(f"left out: {item['what']}, {item['amount'] or 'no price'} {item['currency'] or ''}".rstrip())
    if not any(found.values()):
        say("every model has a price, no evidence exceeds its bill")
    return EXIT_DONE


def _reprice(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.pricing import reprice
    from turbofinops_tui.economics.periods import parse_day

    start = parse_day(args.start) if args.start else None
    end = parse_day(args.end) if args.end else None
    write = session.yes and not session.read_only
    found = reprice(session, start, end, write=write)
    if args.format == "json":
        say_json(found.record() | {"stored": write})
    else:
        for line in found.lines():
            say(line)
        say(f"{found.calls:,} calls {'have' if write else 'would have'} another price")
        if found.kept:
            say(f"{found.kept:,} calls of closed days keep theirs: it goes by the size or hour of each call")
    if found.calls and not write:
        tell("nothing was stored: repeat with --yes")
        return EXIT_FOUND
    return EXIT_DONE
