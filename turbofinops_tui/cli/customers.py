"""``customers list | show C`` and ``forget CUSTOMER``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.customers import CustomerRecord
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs, or the one argument of ``forget``."""
    if parser.prog.endswith(" forget"):
        parser.add_argument("customer", metavar="CUSTOMER", help="reference or identity")
        parser.set_defaults(verb="forget")
        return
    add = verbs(parser)
    listing = add("list", "every customer")
    showing = add("show", "one customer with attributes and identities")
    showing.add_argument("customer", metavar="C", help="reference or identity")
    for verb in (listing, showing):
        verb.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    from turbofinops_tui.actions import customers

    if args.verb == "forget":
        return _forget(args.customer, session)
    if args.verb == "show":
        record = customers.show_customer(session, args.customer)
        if args.format == "json":
            say_json(_facts(record))
        else:
            say(grid(["", ""], [[key, str(value)] for key, value in _pairs(record)]), lines=True)
        return EXIT_DONE
    records = customers.list_customers(session)
    if args.format == "json":
        say_json({"rows": [_facts(record) for record in records]})
    else:
        cells = [
            [
                record.customer.ref, record.customer.name, record.customer.plan, _signup(record) or "",
                "yes" if record.customer.confirmed else "no", _identities(record),
            ]
            for record in records
        ]  # fmt: skip
        headers = ["customer", "name", "plan", "signup", "confirmed", "identities"]
        say(grid(headers, cells, width=terminal_width()), lines=True)
    return EXIT_DONE


def _forget(text: str, session: Session) -> int:
    from turbofinops_tui.actions.customers import forget

    done = forget(session, text)
    say(done.forgotten.ref)
    tell(f"blanked name, attributes and {done.forgotten.bodies} received objects; amounts and ids stay")
    if done.files:
        tell("not in the store, so not blanked: earlier backups, and these received files:")
        for name in done.files:
            tell(f"  {name}")
    return EXIT_DONE


def _facts(record: CustomerRecord) -> dict[str, object]:
    return {
        "customer": record.customer.ref, "name": record.customer.name, "plan": record.customer.plan,
        "signup_at": _signup(record), "confirmed": record.customer.confirmed, "origin": record.origin,
        "forgotten": record.forgotten, "attributes": dict(record.customer.attributes),
        "identities": [_identity(item.kind, item.value) for item in record.identities],
    }  # fmt: skip


def _pairs(record: CustomerRecord) -> list[tuple[str, object]]:
    facts = _facts(record)
    facts |= {f"attr:{key}": value for key, value in record.customer.attributes.items()}
    facts["identities"] = _identities(record)
    return [(key, value) for key, value in facts.items() if key != "attributes" and value not in (None, "")]


def _identities(record: CustomerRecord) -> str:
    return " ".join(_identity(item.kind, item.value) for item in record.identities)


def _identity(kind: str, value: str) -> str:
    return f"{kind}{'=' if kind.startswith('tag:') else ':'}{value}"


def _signup(record: CustomerRecord) -> str | None:
    return None if record.customer.signup_day is None else day_text(record.customer.signup_day)
