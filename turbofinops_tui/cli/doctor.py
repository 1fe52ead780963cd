"""``doctor``: what is configured, where secrets come from, modes, keyring, terminal, versions."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING

from turbofinops_tui.cli.output import terminal_width
from turbofinops_tui.cli.printing import say, say_json
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND, EXIT_NEWER_STORE
from turbofinops_tui.redaction import redacted
from turbofinops_tui.safe_text import safe

if TYPE_CHECKING:
    from turbofinops_tui.actions.doctor import Line
    from turbofinops_tui.cli.context import Context

WITHOUT_STORE = True
"""it must speak when the store does not open"""
NAME, LEAST, LONGEST = 32, 30, 2000
"""cells of a name, cells below which a text stands under its name, characters of a text"""
NARROW = 7
"""cells before a text that stands under its name"""
MARKS = {"ok": "", "note": "note", "bad": "BAD"}


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the page; exit 3 when something on it wants to be changed."""
    from turbofinops_tui.actions.doctor import examine

    lines = examine(context.paths, context.clock, workspace=context.workspace)
    found = EXIT_FOUND if any(line.state == "bad" for line in lines) else EXIT_DONE
    if any((line.area, line.name) == ("store", "newer") for line in lines):
        found = EXIT_NEWER_STORE
    if args.format == "json":
        shown = ({"value": redacted(line.value), "todo": redacted(line.todo)} for line in lines)
        say_json({"rows": [{**asdict(line), **texts} for line, texts in zip(lines, shown, strict=True)]})
        return found
    say(page(lines, terminal_width()), lines=True)
    return found


def page(lines: list[Line], width: int | None) -> str:
    """Every line with what to do below it; long ones are broken, never cut."""
    shown: list[str] = []
    area = ""
    name = min(NAME, max(len(line.name) for line in lines))
    for line in lines:
        if line.area != area:
            area = line.area
            shown.append(area)
        head = f"  {MARKS[line.state]:<4} {safe(line.name)!s:<{name}}  "
        shown += _broken(head, str(safe(redacted(line.value), LONGEST)), width)
        if line.todo:
            shown += _broken(" " * (len(head) - 3) + "-> ", str(safe(redacted(line.todo), LONGEST)), width)
    return "\n".join(shown)


def _broken(head: str, text: str, width: int | None) -> list[str]:
    """``text`` behind ``head``, in as many lines as the width asks for."""
    if width is None:
        return [(head + text).rstrip()]
    if width - len(head) >= LEAST:
        pieces = _wrapped(text, width - len(head))
        return [(head if not number else " " * len(head)) + piece for number, piece in enumerate(pieces)]
    arrow = "-> " if head.endswith("-> ") else ""
    first = [] if arrow else [head.rstrip()]
    pieces = _wrapped(text, max(LEAST, width - NARROW))
    return [*first, *(f"    {'   ' if number else arrow or '   '}{one}" for number, one in enumerate(pieces))]


def _wrapped(text: str, width: int) -> list[str]:
    """Broken between words: a command must not come apart at a hyphen."""
    return wrap(text, width, break_on_hyphens=False) or [""]
