"""The command line's two-phase start: first the words, then only the module of the asked noun.

A noun module offers ``register(parser)``, which adds its arguments or verbs, and
``run(args, session) -> int``, which does the work and returns the exit code. A
module with ``WITHOUT_STORE = True`` gets the ``Context`` in place of the session
(nothing is opened for it); one with ``prepare(args, context)`` reads its words
there, before the store is opened. Nothing heavy is imported at the top of this file:
``--version`` and usage errors must cost no more than starting Python.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from turbofinops_tui import __version__
from turbofinops_tui.errors import EXIT_DONE, EXIT_FAILED, TurboError, UsageError

if TYPE_CHECKING:
    import argparse
    from types import ModuleType

    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.cli.context import Context

NOUNS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "a throw-away store with a realistic seeded business, then the app"),
    "connect": ("connect", "connections to accounts: list, add, set, secret, test, remove"),
    "webhook": ("webhook", "receive Stripe's events: durable before the answer, derived behind it"),
    "receive": ("receive", "receive traces over OTLP/HTTP: durable before the answer, settled behind it"),
    "evidence": ("evidence", "usage evidence: which attribute of the spans names the customer"),
    "prices": ("prices", "what AI calls cost and by which price; models without one; pricing anew"),
    "import": ("imports", "bring in cost files, revenue, customers and rates"),
    "imports": ("imports_admin", "list deliveries or undo one"),
    "sync": ("sync", "fetch what is new from the connected accounts"),
    "backfill": ("sync", "fetch the history of one connected account, once; resumable"),
    "report": ("reports", "print any slice as table, JSON or CSV"),
    "explain": ("explain", "open a number down to its source rows, or say who carries a row"),
    "bridge": ("bridge", "why a margin changed, by causes that add up: between two periods, or since a date"),
    "movements": ("movements", "every step of MRR: new, expansion, contraction, churn, reactivation"),
    "whatif": ("whatif", "another price, plan, model or AI cap, replayed over a customer's real months"),
    "findings": ("findings", "what wants action: money at stake, remedies, owner, due; and what came of it"),
    "check": ("check", "what crossed below its margin floor in the last complete week"),
    "reconcile": ("reconcile", "prove that stored and attributed cost add up to the source's total"),
    "links": ("links", "attribution links: cost to customers and features"),
    "classes": ("links", "class rules: which cost is opex"),
    "shared": ("links", "shared rules: how cost without a customer is spread"),
    "features": ("links", "revenue map: product to features"),
    "identities": ("links", "external ids of customers"),
    "routes": ("links", "routes to features"),
    "digest": ("digest", "the week in one text: losers, crossings, coverage, score, what changed"),
    "notify": ("notify", "channels of alerts and digests: list, add, test, remove"),
    "presets": ("presets", "saved slices: list, save, show, delete, promote, export, import"),
    "rules": ("rules", "all rules as one file: export, plan, apply"),
    "customers": ("customers", "list and show customers"),
    "forget": ("customers", "blank a customer's personal data; amounts and ids stay"),
    "settings": ("settings", "settings that change numbers, audited"),
    "audit": ("audit", "who changed what, when; verifiable"),
    "doctor": ("doctor", "what is configured, where secrets come from, modes, keyring, terminal, versions"),
    "db": ("db", "the store: path, check, backup, restore, rebuild, publish"),
}
"""noun -> (module in this package, one line for the help)"""

CHANGING = frozenset({
    "import", "imports", "links", "classes", "shared", "features", "identities", "routes", "customers",
    "rules", "forget", "settings", "sync", "backfill", "prices",
})  # fmt: skip
"""nouns after which the figures of the books may be due"""

VALUE_OPTIONS = {
    "--store": "PATH", "--config": "PATH", "--root": "DIR", "--workspace": "DIR",
}  # fmt: skip
FLAG_OPTIONS = ("--read-only", "--yes", "--debug", "--version")


class Words:
    """The argument list taken apart: global options (from anywhere), the noun, and the rest."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.flags: set[str] = set()
        self.noun = ""
        self.rest: list[str] = []


def _refuse_no_text(argv: list[str]) -> None:
    """Bytes that are no UTF-8 can be neither stored nor shown; say so before anything is done."""
    for word in argv:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise UsageError(
                f"{word!r} is not valid UTF-8", "rename the file, or write it in UTF-8"
            ) from None


def split_words(argv: list[str]) -> Words:
    """Take the global options out of ``argv``; they may stand before or after the noun.

    Raises UsageError for a global option without its value, an unknown option
    before the noun, an unknown noun, or a word that is no text.
    """
    words = Words()
    _refuse_no_text(argv)
    index = 0
    while index < len(argv):
        word = argv[index]
        index += 1
        name, equals, value = word.partition("=")
        if word == "--":
            words.rest += argv[index - 1 :]
            break
        if name in VALUE_OPTIONS:
            if not equals:
                if index == len(argv):
                    raise UsageError(f"{name} wants a value", f"write {name} {VALUE_OPTIONS[name]}")
                value = argv[index]
                index += 1
            words.values[name] = value
        elif word in FLAG_OPTIONS:
            words.flags.add(word)
        elif not words.noun and not word.startswith("-"):
            words.noun = word
        else:
            words.rest.append(word)
    return words


def _check(words: Words) -> None:
    if words.noun and words.noun not in NOUNS:
        import difflib

        near = difflib.get_close_matches(words.noun, NOUNS, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"unknown command {words.noun!r}", f"{hint}see 'turbofinops --help'")
    if not words.noun and words.rest:
        raise UsageError(f"unknown option {words.rest[0]!r}", "see 'turbofinops --help'")


def top_help() -> str:
    """The text of ``turbofinops --help``, made from the table of nouns."""
    width = max(map(len, NOUNS)) + 2
    lines = [
        "usage: turbofinops [global options] [COMMAND ...]",
        "",
        "Gross margin per customer, feature and cohort, exact to the cent. Without a command: the app.",
        "",
        "commands:",
        *(f"  {noun:<{width}}{text}" for noun, (_, text) in NOUNS.items()),
        "",
        "global options (before or after the command):",
        "  --store PATH      the store file",
        "  --config PATH     the configuration file",
        "  --root DIR        one directory for data, state and configuration",
        "  --workspace DIR   a shared directory of presets and rules",
        "  --read-only       change nothing",
        "  --yes             answer yes to every question",
        "  --debug           add a traceback (without values) to errors",
        "  --version         print the version",
        "  --help            this text; 'turbofinops COMMAND --help' for one command",
    ]
    return "\n".join(lines)


def join_periods(words: list[str]) -> list[str]:
    """``--period -13w`` as ``--period=-13w`` (``--price -10%`` too): argparse takes a dash for an option."""
    import re

    joined: list[str] = []
    for word in words:
        dashed = re.match(r"-\d+([dwm]|(\.\d+)?%)", word)
        if joined and joined[-1].startswith("--") and "=" not in joined[-1] and dashed:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _context(words: Words) -> Context:
    from turbofinops_tui.cli.context import Context
    from turbofinops_tui.clock import from_environment
    from turbofinops_tui.paths import resolve

    values = words.values
    paths = resolve(values.get("--root"), values.get("--store"), values.get("--config"))
    workspace = values.get("--workspace", os.environ.get("TURBOFINOPS_WORKSPACE", ""))
    published = ""
    if workspace and "--store" not in values and not os.environ.get("TURBOFINOPS_STORE"):
        from turbofinops_tui.actions.publishing import placed

        paths, published = placed(paths, workspace)
    return Context(
        paths=paths,
        clock=from_environment(),
        read_only="--read-only" in words.flags,
        yes="--yes" in words.flags,
        debug="--debug" in words.flags,
        workspace=workspace,
        published=published,
        placed="--root" in values or "--store" in values,
    )


def _noun_module(noun: str) -> ModuleType:
    import importlib

    return importlib.import_module(f"turbofinops_tui.cli.{NOUNS[noun][0]}")


def _parse(words: Words, module: ModuleType) -> argparse.Namespace:
    from turbofinops_tui.cli.parsing import Parser

    parser = Parser(
        prog=f"turbofinops {words.noun}",
        description=NOUNS[words.noun][1],
        epilog="Global options (--store, --root, --yes, ...): see 'turbofinops --help'.",
    )
    parser.set_defaults(noun=words.noun)
    module.register(parser)
    return parser.parse_args(join_periods(words.rest))


def _dispatch(words: Words) -> int:
    if "--version" in words.flags:
        print(f"turbofinops {__version__}")  # noqa: T201 - data on stdout
        return EXIT_DONE
    if not words.noun and any(word in ("-h", "--help") for word in words.rest):
        print(top_help())  # noqa: T201 - data on stdout
        return EXIT_DONE
    _check(words)
    if not words.noun:
        return _app(_context(words))
    module = _noun_module(words.noun)
    args = _parse(words, module)
    context = _context(words)
    if hasattr(module, "prepare"):
        module.prepare(args, context)
    if getattr(module, "WITHOUT_STORE", False):
        bare: int = module.run(args, context)
        return bare
    session = context.open()
    code: int = module.run(args, session)
    if words.noun in CHANGING and not context.read_only:
        _follow_up(session)
    return code


def _app(context: Context) -> int:
    from turbofinops_tui.cli.context import require_terminal

    require_terminal()
    import gc

    # A tenth of the time to the first paint is collecting; the app turns it on again then.
    gc.disable()
    from turbofinops_tui.app import run_app

    return run_app(context)


def _follow_up(session: Session) -> None:
    """Figures of the changed books. The change itself stands, so trouble here is talk, not failure."""
    from turbofinops_tui.actions.figures import follow_up

    sys.stdout.flush()
    try:
        follow_up(session)
    except TurboError as error:
        from turbofinops_tui.cli.printing import tell

        tell(
            f"warning: the changed figures are not stored yet ({error.line()}); the next command stores them"
        )


def run(argv: list[str]) -> int:
    """Do what ``argv`` (without the program's name) asks; returns the exit code of interface.md."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and "utf" not in stream.encoding.lower():
            stream.reconfigure(errors="replace")  # a dash that cannot be shown is no reason to fail
    words = Words()
    try:
        words = split_words(argv)
        code = _dispatch(words)
        sys.stdout.flush()
        return code
    except TurboError as error:
        return _say(error.line(), error.exit_code, words, error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has what it wanted (`| head`); without this Python complains again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else EXIT_DONE
    except OSError as error:
        _log(words, error)
        where = f"{error.filename}: " if error.filename else ""
        what = error.strerror or type(error).__name__
        return _say(f"{where}{what}: check the path, its rights and the disk", EXIT_FAILED, words, error)
    except Exception as error:  # the last line of defence: one line, the rest in the log
        where = _log(words, error)
        message = f"unexpected {type(error).__name__}: the details are in {where}"
        return _say(message, EXIT_FAILED, words, error)


def _say(message: str, code: int, words: Words, error: BaseException) -> int:
    from turbofinops_tui.redaction import redacted
    from turbofinops_tui.safe_text import safe

    if "--debug" in words.flags:
        from turbofinops_tui.actions.crash_log import frames

        print(frames(error), file=sys.stderr)  # noqa: T201 - talk on stderr
    print(f"error: {safe(redacted(message), 2000)}", file=sys.stderr)  # noqa: T201 - talk on stderr
    return code


def _log(words: Words, error: BaseException) -> str:
    """Keep ``error`` in the log; returns where that is."""
    from turbofinops_tui.actions.crash_log import write
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.paths import resolve

    state = resolve(words.values.get("--root")).state
    return write(state, Clock(), error, "on the command line")
