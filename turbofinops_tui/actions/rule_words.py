"""Words of rules -> values: matches, percents, dates, splits (interface.md, ``links add``), and back.

Only the forms are read here; whether a rule may stand is checked in the store,
in the transaction that writes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from turbofinops_tui.economics.money import parse_decimal
from turbofinops_tui.economics.patterns import dimension_name
from turbofinops_tui.economics.periods import parse_day
from turbofinops_tui.economics.types import Match
from turbofinops_tui.errors import DataError, UsageError

NONE = ("", "none")
"""words that clear an optional date in ``edit``"""


def parse_match(texts: Iterable[str]) -> Match:
    """``D=PATTERN`` words, all of which must hold, as a Match."""
    return Match(tuple(_term(text) for text in texts))


def match_words(match: Match) -> list[str]:
    """The ``D=PATTERN`` words of a match."""
    return [f"{name}={text}" for name, text in match.terms]


def parse_percent(text: str) -> Decimal:
    """An exact decimal above 0 and at most 100; UsageError otherwise."""
    try:
        value = parse_decimal(text)
    except DataError:
        value = Decimal(0)
    if not 0 < value <= 100:
        raise UsageError(
            f"{text!r} is not a percent", "write a decimal above 0 and at most 100, such as 12.5"
        )
    return value


def parse_optional_day(text: str) -> int | None:
    """A day of ``YYYY-MM-DD`` or ``YYYY-MM``; None for an empty text or ``none``."""
    return None if text.strip().casefold() in NONE else parse_day(text)


def parse_split(texts: Iterable[str], left: str) -> tuple[tuple[str, Decimal], ...]:
    """``NAME=PERCENT`` words in the order given; ``left`` names the left side in errors."""
    pairs = []
    for text in texts:
        name, equals, percent = text.rpartition("=")
        if not equals or not name.strip():
            raise UsageError(f"--split {text!r} cannot be read", f"write {left}=PERCENT, such as {left}=60")
        pairs.append((name.strip(), parse_percent(percent)))
    return tuple(pairs)


def _term(text: str) -> tuple[str, str]:
    name, equals, wanted = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--match {text!r} has no '='", "write D=PATTERN, such as tag:customer=acme")
    return dimension_name(name), wanted
