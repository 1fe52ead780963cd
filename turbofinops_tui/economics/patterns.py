"""Value patterns of rules and filters: exact, glob ``* ?``, alternatives ``a|b``, ``re:`` (numbers.md 4).

Case never counts. Values and patterns are compared after NFC, trimming and case folding; an empty value
matches no pattern. ``re:`` expressions match the whole value and run in linear time.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from turbofinops_tui.economics.linear_regex import LinearRegex

EXPRESSION = "re:"


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """``text`` as it is compared everywhere: NFC, trimmed, case folded."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def fold_key(text: str, prefixes: tuple[str, ...] = ("user:", "user_")) -> str:
    """A tag key as it is compared: folded, without the prefixes that providers put before it."""
    key = fold(text)
    for prefix in prefixes:
        key = key.removeprefix(fold(prefix))
    return key


def dimension_name(text: str) -> str:
    """The dimension of a match as it is stored: lower case, a tag's key as written."""
    name = text.strip()
    return f"tag:{name[4:].strip()}" if name.casefold().startswith("tag:") else name.casefold()


class Pattern:
    """A compiled pattern. Raises UsageError when an ``re:`` expression cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.exact: tuple[str, ...] = ()
        """folded values when the pattern has no wildcard; they can be looked up instead of tried"""
        self.everything = False
        """true for ``*``: any value that is not empty"""
        self._globs: tuple[Callable[[str], object], ...] = ()
        self._expression: LinearRegex | None = None
        if text.startswith(EXPRESSION):
            self._expression = LinearRegex(unicodedata.normalize("NFC", text[len(EXPRESSION) :]))
            return
        parts = [folded for part in text.split("|") if (folded := fold(part))]
        globs = [part for part in parts if "*" in part or "?" in part]
        self.exact = tuple(part for part in parts if part not in globs)
        self.everything = any(not part.strip("*") for part in globs)
        self._globs = tuple(_glob(part) for part in globs)

    @property
    def lookup_only(self) -> bool:
        """True when only the values in ``exact`` can match."""
        return not self._globs and self._expression is None

    def matches(self, value: str) -> bool:
        """Whether ``value`` (as delivered) matches; an empty one never does."""
        folded = fold(value)
        if not folded:
            return False
        if self._expression is not None:
            return self._expression.matches(unicodedata.normalize("NFC", value).strip())
        return self.everything or folded in self.exact or any(glob(folded) for glob in self._globs)


def _glob(text: str) -> Callable[[str], object]:
    """A glob of ``*`` and ``?`` alone: brackets are literal."""
    # fnmatch translates so that a star is never tried twice: no number of stars makes it slow
    return re.compile(fnmatch.translate(text.replace("[", "[[]"))).match


@lru_cache(maxsize=4_096)
def pattern(text: str) -> Pattern:
    """``Pattern(text)``, compiled once."""
    return Pattern(text)
