"""argparse the way this program speaks: no abbreviations, one-line errors, exit 2 through UsageError."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from turbofinops_tui.errors import UsageError


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are UsageErrors; its subparsers are of the same class."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A prefix that works today would change its meaning when an option is added.
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)
        self._intermixing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, but options may stand between and after positional words (subparsers too)."""
        if self._intermixing or has_verbs(self):
            return super().parse_known_args(args, namespace)
        self._intermixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixing = False

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing the usage and leaving."""
        raise UsageError(message, f"see '{self.prog} --help'")


Verbs = Callable[..., argparse.ArgumentParser]


def verbs(parser: argparse.ArgumentParser, name: str = "verb") -> Verbs:
    """Add required subcommands to ``parser``; returns ``add(name, help)`` which makes one.

    The chosen verb stands in ``args.<name>``.
    """
    group = parser.add_subparsers(dest=name, metavar=name.upper(), required=True)

    def add(verb: str, text: str) -> argparse.ArgumentParser:
        return group.add_parser(verb, help=text, description=text)

    return add


def has_verbs(parser: argparse.ArgumentParser) -> bool:
    """True when the parser has subcommands (argparse cannot intermix those)."""
    # argparse has no public way to ask; nargs "A..." is its documented PARSER value.
    return any(action.nargs == argparse.PARSER for action in parser._actions)
