"""``connect list | add KIND NAME | set NAME K=V | secret NAME | test NAME | remove NAME``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FAILED, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.connections import Connection, SecretLine
    from turbofinops_tui.actions.fetch_runs import FetchRun
    from turbofinops_tui.actions.session import Session

REFUSED = (
    "--api-key", "--key", "--secret", "--webhook-secret", "--token", "--password", "--app-key",
    "--secret-key", "--client-secret",
)  # fmt: skip
NEVER = "secrets are never arguments: others on this machine can read them, and shells keep them"
HINT = "use --secret-stdin, the prompt, a variable, a file, credential_command or the keyring; roll this one"
STDIN_LIMIT = 64 * 1024


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    from turbofinops_tui.actions.connections import KINDS

    add = verbs(parser)
    listing = add("list", "every connection, and where its secrets come from")
    listing.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    adding = add("add", "connect an account; what is not found elsewhere is asked for")
    adding.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    adding.add_argument("name", metavar="NAME", help="letters, digits, - and _")
    adding.add_argument("--set", metavar="K=V", action="append", default=[], help="a setting; repeatable")
    _secret_options(adding)
    changing = add("set", "change settings; K= takes one away")
    changing.add_argument("name", metavar="NAME")
    changing.add_argument("settings", metavar="K=V", nargs="+")
    storing = add("secret", "store a secret in the OS keyring, in place of the one before")
    storing.add_argument("name", metavar="NAME")
    _secret_options(storing)
    testing = add("test", "ask the provider what the key may; names each missing permission")
    testing.add_argument("name", metavar="NAME")
    removing = add("remove", "remove a connection and its secrets; its facts stay")
    removing.add_argument("name", metavar="NAME")
    removing.add_argument("--with-data", action="store_true", help="remove what it brought, too")


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    return {
        "list": _list, "add": _add, "set": _set, "secret": _secret, "test": _test, "remove": _remove,
    }[args.verb](args, session)  # fmt: skip


class _Refuse(argparse.Action):
    """An option that would put a secret on the command line."""

    def __call__(self, *_: object, **__: object) -> NoReturn:
        raise UsageError(NEVER, HINT)


def _secret_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--secret-stdin", action="store_true", help="read the secret from standard input, one line"
    )
    parser.add_argument("--field", metavar="FIELD", help="which secret (default the first: api_key)")
    for name in REFUSED:
        parser.add_argument(name, nargs="?", action=_Refuse, help=argparse.SUPPRESS)


def _list(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.connections import list_connections, secret_lines
    from turbofinops_tui.actions.fetch_runs import last_runs, run_words

    rows = [(item, secret_lines(session, item)) for item in list_connections(session)]
    runs = last_runs(session)
    if args.format == "json":
        say_json({"rows": [_json(item, lines, runs.get(item.name)) for item, lines in rows]})
        return EXIT_DONE
    if not rows:
        say("no connections: turbofinops connect add KIND NAME")
        return EXIT_DONE
    headers = ["name", "kind", "account", "settings", "secrets", "last sync"]
    cells = [
        [
            item.name, item.kind, item.account or "(not tested)",
            " ".join(f"{key}={value}" for key, value in item.settings.items()),
            _secrets_text(lines),
            run_words(runs.get(item.name)),
        ]
        for item, lines in rows
    ]  # fmt: skip
    say(grid(headers, cells, width=terminal_width()), lines=True)
    return EXIT_DONE


def _secrets_text(lines: Sequence[SecretLine]) -> str:
    shown = [line for line in lines if line.origin or line.required]
    none = "(the provider's own chain)" if lines else "(none needed)"
    return "; ".join(f"{line.field}: {line.origin or 'none'}" for line in shown) or none


def _json(item: Connection, lines: Sequence[SecretLine], run: FetchRun | None) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "name": item.name,
        "kind": item.kind,
        "account": item.account or None,
        "settings": dict(item.settings),
        "created_at": item.created_at,
        "secrets": {line.field: line.origin or None for line in lines},
        "last_run": None if run is None else asdict(run) | {"error": run.error or None},
    }


def _add(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.connections import add_connection, kind_of, new_connection

    kind = kind_of(args.kind)
    connection = new_connection(session, args.kind, args.name, _pairs(args.set))
    secrets: dict[str, str] = {}
    if args.secret_stdin:
        if not args.field and not kind.fields:
            raise UsageError(
                f"{args.kind} takes no secret", "its credentials come from the provider's own chain"
            )
        secrets[args.field or kind.fields[0].name] = from_stdin()
    talk = [] if args.secret_stdin else _find_or_ask(session, connection, args.field, secrets)
    add_connection(session, connection, secrets)
    for line in talk:
        tell(line)
    say(connection.name)
    return EXIT_DONE


def _find_or_ask(
    session: Session, connection: Connection, only: str | None, secrets: dict[str, str]
) -> list[str]:
    """Look for each secret, ask a person for what is not there; what to tell about the rest."""
    from turbofinops_tui.actions.connections import kind_of, secret_lines
    from turbofinops_tui.cli.context import has_terminal

    talk = []
    asks = {item.name: item.ask for item in kind_of(connection.kind).fields}
    for line in secret_lines(session, connection):
        if line.origin:
            talk.append(f"{line.field}: from {line.origin}")
        elif (
            asks[line.field]
            and has_terminal()
            and not line.trouble.startswith("No OS keyring")
            and only in (None, line.field)
        ):
            if value := prompt(asks[line.field], line.required):
                secrets[line.field] = value
        elif line.required:
            talk.append(f"{line.field}: {line.trouble}")
    return talk


def _set(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.connections import change_settings

    changed = change_settings(session, args.name, _pairs(args.settings))
    say(" ".join(f"{key}={value}" for key, value in changed.settings.items()) or "no settings")
    return EXIT_DONE


def _secret(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.connections import kind_of, list_connections, store_secret
    from turbofinops_tui.cli.context import has_terminal

    found = next((item for item in list_connections(session) if item.name == args.name), None)
    kind = kind_of(found.kind) if found else None
    name = args.field or (kind.fields[0].name if kind else "")
    if args.secret_stdin:
        value = from_stdin()
    elif has_terminal():
        value = prompt((kind.field(name).ask or name) if kind else "Secret", True)
    else:
        raise UsageError("there is no terminal to ask on", "pipe the secret in with --secret-stdin")
    store_secret(session, args.name, name, value)
    tell(f"{args.name}/{name} is in the OS keyring")
    return EXIT_DONE


def _test(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.connections import probe_connection

    found = probe_connection(session, args.name)
    key = f", key {found.key} from {found.origin}" if found.key else ""
    origin = f", credentials from {found.origin}" if found.origin and not found.key else ""
    say(f"account {found.account or 'unknown'}{key}{origin}")
    for text in found.missing:
        tell(f"missing permission: {text}")
    for text in found.notes:
        tell(f"note: {text}")
    return EXIT_FAILED if found.missing else EXIT_DONE


def _remove(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.connections import remove

    gone = remove(session, args.name, with_data=args.with_data)
    counts = ", ".join(f"{number:,} {what}" for what, number in gone.removed.items())
    say(f"{gone.name} removed" + (f" with {counts}" if counts else ""))
    for note in gone.notes:
        tell(f"warning: {note}")
    return EXIT_DONE


def _pairs(words: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"{word!r} is not K=V", "write --set customer_key=org_id")
        found[key] = value
    return found


def from_stdin() -> str:
    """A secret piped in; UsageError on a terminal, or for what is not one line."""
    from turbofinops_tui.actions.connections import read_secret

    if sys.stdin.isatty():
        raise UsageError("--secret-stdin reads a pipe", "leave it out to be asked")
    return read_secret(sys.stdin.read(STDIN_LIMIT))


def prompt(what: str, required: bool) -> str:
    """A secret asked for, not shown while typed; empty when it may be and is."""
    from getpass import getpass

    from turbofinops_tui.actions.connections import read_secret

    raw = getpass(f"{what}{'' if required else ', empty for none'}: ")
    return read_secret(raw) if required or raw.strip() else ""
