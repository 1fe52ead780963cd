"""``links``, ``classes``, ``shared``, ``features``, ``identities``, ``routes``: one grammar of verbs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args

from turbofinops_tui.actions.rule_words import (
    parse_match,
    parse_optional_day,
    parse_percent,
    parse_split,
)
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, tell
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.patterns import dimension_name
from turbofinops_tui.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.links import Rule, Section
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.cli.context import Context

WORDS = {
    "links": "link",
    "classes": "class rule",
    "shared": "shared rule",
    "features": "feature rule",
    "identities": "identity",
    "routes": "route",
}
MATCH_HELP = "what it applies to: tag:KEY, provider, account, service, category or source"
ANY = "exact, glob * ?, alternatives a|b, or re:EXPRESSION"


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the noun that the parser was made for."""
    noun = parser.get_default("noun")
    word = WORDS[noun]
    add = verbs(parser)
    listing = add("list", f"every {word} in its order")
    listing.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    adding = add("add", f"a new {word}; prints its id")
    editing = add("edit", f"change a {word} in its place")
    editing.add_argument("id", metavar="ID")
    removing = add("remove", f"remove a {word}")
    removing.add_argument("id", metavar="ID")
    if noun == "identities":
        adding.add_argument("customer", metavar="CUSTOMER", help="a customer reference")
        adding.add_argument(
            "identity", metavar="KIND:VALUE", help="stripe:ID, trace:V, meter:V, tag:KEY=VALUE"
        )
        editing.add_argument("--customer", metavar="C", required=True, help="whose it is from now on")
        return
    for parser_, new in ((adding, True), (editing, False)):
        _OPTIONS[noun](parser_, new)
    adding.add_argument(
        "--before", metavar="ID", default="", help="put it in front of this one (default: last)"
    )
    if noun != "classes":
        adding.add_argument("--name", metavar="ID", help="its id (default: made from what it says)")
    moving = add("move", f"put a {word} at another place of its list")
    moving.add_argument("id", metavar="ID")
    moving.add_argument("--to", metavar="N", type=int, required=True, help="place, counted from 1")
    if noun == "links":
        suggesting = add("suggest", "proposals for cost without a customer, general ones first")
        suggesting.add_argument("--top", metavar="N", type=int, help="how many to show (default 20)")
        suggesting.add_argument("--accept", metavar="N,...", help="write the proposals of these numbers")
        suggesting.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    for verb in ("enable", "disable"):
        add(verb, f"{verb} a {word}").add_argument("id", metavar="ID")


def prepare(args: argparse.Namespace, context: Context) -> None:
    """Read the words of a rule before anything is opened; UsageError for what cannot be read."""
    if args.verb in ("add", "edit") and args.noun != "identities":
        args.changes = _CHANGES[args.noun](args)
        if args.verb == "edit" and not args.changes:
            raise UsageError("nothing to change", f"see 'turbofinops {args.noun} edit --help'")


def run(args: argparse.Namespace, session: Session) -> int:
    """Do the verb; ``add`` prints the id on stdout, everything else talks on stderr."""
    from turbofinops_tui.actions import links as actions

    if args.verb == "list":
        from turbofinops_tui.cli.rule_lists import print_list

        print_list(args.noun, args.format, session)
        return EXIT_DONE
    if args.noun == "identities":
        return _identity(args, session)
    if args.verb == "suggest":
        from turbofinops_tui.cli.suggest import run_suggest

        return run_suggest(args, session)
    section = cast("Section", args.noun)
    if args.verb == "add":
        rule = replace(_blank(args), **args.changes)
        if isinstance(rule, t.ClassRule):
            rule = replace(rule, id=actions.class_id(session, rule.name))
        say(actions.add_rule(session, rule, args.before))
    elif args.verb == "edit":
        rule = actions.rule_of(session, section, args.id)
        tell(f"{WORDS[args.noun]} {actions.edit_rule(session, replace(rule, **args.changes))!r} changed")
    elif args.verb == "remove":
        tell(f"{WORDS[args.noun]} {actions.remove_rule(session, section, args.id).id!r} removed")
    elif args.verb == "move":
        place = actions.move_rule(session, section, args.id, args.to)
        tell(f"{WORDS[args.noun]} {args.id!r} stands at place {place}")
    else:
        changed = actions.enable_rule(session, section, args.id, args.verb == "enable")
        tell(f"{WORDS[args.noun]} {args.id!r} {'is' if changed else 'was already'} {args.verb}d")
    return EXIT_DONE


def _identity(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions import links as actions

    if args.verb == "add":
        say(actions.say_identity(session, args.customer, args.identity))
    elif args.verb == "edit":
        tell(f"identity {actions.reassign_identity(session, args.id, args.customer)!r} changed")
    else:
        tell(f"identity {args.id!r} of customer {actions.drop_identity(session, args.id)!r} removed")
    return EXIT_DONE


# --- options of each noun ---------------------------------------------------------------------


def _match_option(parser: argparse.ArgumentParser, new: bool, text: str = MATCH_HELP) -> None:
    parser.add_argument(
        "--match", nargs="+", action="extend", metavar="D=PATTERN", required=new, help=f"{text}; {ANY}"
    )


def _date_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="start", metavar="DATE", help="first usage day ('none': no limit)")
    parser.add_argument("--to", dest="end", metavar="DATE", help="day after the last ('none': no limit)")


def _link_options(parser: argparse.ArgumentParser, new: bool) -> None:
    parser.add_argument("--kind", choices=get_args(t.LinkKind), required=new, help="what decides")
    _match_option(parser, new, f"{MATCH_HELP}, label, route or trace")
    parser.add_argument("--customer", metavar="C", help="a customer, or '{value}' to take it from the tag")
    parser.add_argument("--feature", metavar="F", help="a feature, or '{value}'")
    parser.add_argument("--percent", metavar="N", help="of the row's full amount (default 100)")
    _date_options(parser)
    parser.add_argument(
        "--evidence", nargs="+", action="extend", metavar="SERVICE", help="whose usage splits it"
    )
    parser.add_argument("--weight", choices=get_args(t.Weight), help="measure of usage (default self_time)")
    parser.add_argument("--rest", choices=get_args(t.Rest), help="usage without a customer (default keep)")


def _class_options(parser: argparse.ArgumentParser, new: bool) -> None:
    _match_option(parser, new)
    parser.add_argument(
        "--class", dest="cost_class", choices=("opex", "cogs"), required=new, help="the class"
    )
    parser.add_argument("--name", metavar="NAME", help="name of the opex: research, staging, internal, ...")
    _date_options(parser)


def _shared_options(parser: argparse.ArgumentParser, new: bool) -> None:
    _match_option(parser, new)
    parser.add_argument("--method", choices=get_args(t.Method), required=new, help="how it is spread")
    parser.add_argument(
        "--split", nargs="+", action="extend", metavar="C=P", help="percents of --method fixed"
    )
    parser.add_argument(
        "--within", nargs="+", action="extend", metavar="D", help="keep partitions apart by D"
    )
    _date_options(parser)


def _feature_options(parser: argparse.ArgumentParser, new: bool) -> None:
    parser.add_argument("--product", metavar="P", required=new, help="the product whose revenue is mapped")
    parser.add_argument(
        "--split", nargs="+", action="extend", metavar="F=P", required=new, help="feature=percent, or usage"
    )


def _route_options(parser: argparse.ArgumentParser, new: bool) -> None:
    if new:
        parser.add_argument(
            "pattern", metavar="PATTERN", help="http.route or METHOD http.route; {id} is literal"
        )
        parser.add_argument("feature", metavar="FEATURE")
    else:
        parser.add_argument("--pattern", metavar="PATTERN", help="http.route or METHOD http.route")
        parser.add_argument("--feature", metavar="FEATURE")


_OPTIONS: dict[str, Callable[[argparse.ArgumentParser, bool], None]] = {
    "links": _link_options,
    "classes": _class_options,
    "shared": _shared_options,
    "features": _feature_options,
    "routes": _route_options,
}


# --- words -> fields --------------------------------------------------------------------------


def _common(args: argparse.Namespace, plain: tuple[str, ...]) -> dict[str, Any]:
    """Fields whose word is their value, the match and the dates; only those that were given."""
    found = {name: value for name in plain if (value := getattr(args, name)) is not None}
    if getattr(args, "match", None) is not None:
        found["match"] = parse_match(args.match)
    for name in ("start", "end"):
        if getattr(args, name, None) is not None:
            found[name] = parse_optional_day(getattr(args, name))
    return found


def _link_changes(args: argparse.Namespace) -> dict[str, Any]:
    found = _common(args, ("kind", "customer", "feature", "weight", "rest"))
    if args.percent is not None:
        found["percent"] = parse_percent(args.percent)
    if args.evidence is not None:
        found["evidence"] = tuple(name for name in args.evidence if name.strip())
    return found


def _class_changes(args: argparse.Namespace) -> dict[str, Any]:
    found = _common(args, ("cost_class", "name"))
    if args.verb == "add" and args.cost_class == "opex" and not args.name:
        raise UsageError("an opex rule needs a name", "give --name staging, research, internal, ...")
    return found


def _shared_changes(args: argparse.Namespace) -> dict[str, Any]:
    found = _common(args, ("method",))
    if args.split is not None:
        found["split"] = parse_split(args.split, "CUSTOMER")
    elif args.method is not None and args.method != "fixed":
        found["split"] = ()
    if args.within is not None:
        found["within"] = tuple(dimension_name(name) for name in args.within if name.strip())
    return found


def _feature_changes(args: argparse.Namespace) -> dict[str, Any]:
    found = _common(args, ("product",))
    if args.split == ["usage"]:
        found |= {"usage": True, "split": ()}
    elif args.split is not None:
        found |= {"usage": False, "split": parse_split(args.split, "FEATURE")}
    return found


def _route_changes(args: argparse.Namespace) -> dict[str, Any]:
    return _common(args, ("pattern", "feature"))


_CHANGES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "links": _link_changes,
    "classes": _class_changes,
    "shared": _shared_changes,
    "features": _feature_changes,
    "routes": _route_changes,
}


def _blank(args: argparse.Namespace) -> Rule:
    from turbofinops_tui.actions.links import RouteRule

    nothing = t.Match(())
    name = args.name or ""
    blanks: dict[str, Rule] = {
        "links": t.Link(name, "tag", nothing),
        "classes": t.ClassRule(name, nothing, "opex"),
        "shared": t.SharedRule(name, nothing, "keep"),
        "features": t.FeatureRule(name, ""),
        "routes": RouteRule(name, "", ""),
    }
    return blanks[args.noun]
