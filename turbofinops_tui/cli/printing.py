"""Printing of the small nouns: data on stdout, talk on stderr, foreign text sanitised."""

from __future__ import annotations

import json
import sys

from turbofinops_tui.safe_text import safe


def say(text: str, *, lines: bool = False) -> None:
    """One line of data on stdout; ``lines`` for text laid out (and sanitised) by ``output.grid``."""
    print(text if lines else safe(text, 4000))  # noqa: T201 - data on stdout


def say_json(value: object) -> None:
    """A JSON document on stdout; everything past ASCII is escaped."""
    print(json.dumps(value, ensure_ascii=True, indent=1))  # noqa: T201 - data on stdout


def tell(text: str) -> None:
    """One line of talk on stderr."""
    print(safe(text, 4000), file=sys.stderr)  # noqa: T201 - talk on stderr
