"""The words of a slice: what the command line, the slice form and the ``Y`` key share (interface.md).

Text -> parts of a ``Slice`` and back. Every unknown name is a UsageError that
says the nearest known one.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import EXPONENTS, parse_decimal
from turbofinops_tui.economics.periods import resolve_period
from turbofinops_tui.economics.verdict import VERDICTS
from turbofinops_tui.errors import DataError, UsageError

_HAVING = re.compile(r"\s*([A-Za-z_]+)\s*(<=|>=|!=|<|>|=)\s*(\S+(?: \S+)*)\s*\Z")
_COMMA = re.compile(r"(?<!\\),")
CHOICES: tuple[tuple[str, str, Any, str], ...] = (
    # option, field of Slice, its Literal, help
    ("basis", "revenue", t.Basis, "how revenue is booked (default recognised)"),
    ("cost", "cost", t.CostBasis, "which cost (default effective)"),
    ("tax", "tax", t.InOut, "tax rows in the cost, or in a bucket of their own (default out)"),
    ("credits", "credits", t.InOut, "credits counted or left out (default in)"),
    ("estimates", "estimates", t.InOut, "estimated rows counted or left out (default in)"),
    ("shared", "shared", t.Method, "spread all shared and unattributed cost by one method"),
    ("view", "view", t.View, "saved rules, the draft, or the difference (default saved)"),
)


def check_dimension(name: str) -> str:
    """``name`` when it is a dimension; UsageError with the nearest one otherwise."""
    if name in t.DIMENSIONS or any(name.startswith(p) and len(name) > len(p) for p in t.OPEN_DIMENSIONS):
        return name
    raise _unknown("dimension", name, (*t.DIMENSIONS, *(p + "KEY" for p in t.OPEN_DIMENSIONS)))


def check_measure(name: str) -> str:
    """``name`` when it is a measure; UsageError with the nearest one otherwise."""
    if name in t.MEASURES:
        return name
    raise _unknown("measure", name, t.MEASURES)


def parse_condition(text: str) -> t.Condition:
    """``D=V`` or ``D!=V`` as a Condition; UsageError when it is neither."""
    at = text.find("=")
    if at < 1:
        raise UsageError(f"--where {text!r} has no '='", "write D=V or D!=V, such as provider=aws")
    negated = text[at - 1] == "!"
    name = text[: at - 1] if negated else text[:at]
    return t.Condition(check_dimension(name.strip()), text[at + 1 :], negated)


def parse_having(text: str) -> t.Having:
    """``margin<0`` as a Having (major units or percent); UsageError when it is not of that form."""
    match = _HAVING.match(text)
    if not match:
        raise UsageError(f"--having {text!r} cannot be read", "write it like 'margin<0' or 'revenue>=100'")
    if match[1] in t.TEXT_MEASURES:
        return _having_text(match[1], match[2], match[3])
    try:
        value: Decimal = parse_decimal(match[3])
    except DataError as error:
        raise UsageError(f"--having {text!r}: {error.message}", error.hint) from None
    operator = cast("Any", match[2])
    return t.Having(check_measure(match[1]), operator, value)


def having_text(value: Decimal | str) -> str:
    """The right side of a ``--having``."""
    return value if isinstance(value, str) else f"{value:f}"


def _having_text(measure: str, operator: str, text: str) -> t.Having:
    """``verdict=depends``: a word of its own, alike or not."""
    if operator not in ("=", "!=") or text not in VERDICTS:
        known = ", ".join(VERDICTS)
        raise UsageError(f"--having {measure}{operator}{text} cannot be read", f"= or != with {known}")
    return t.Having(measure, cast("Any", operator), text)


def slice_words(slice: t.Slice) -> list[str]:  # noqa: A002 - the product's word
    """The options, one word each, that turn ``Slice()`` into ``slice``."""
    default = t.Slice()
    words: list[str] = []
    if slice.by != default.by:
        words += ["--by", _listed(slice.by)]
    if slice.measures != default.measures:
        words += ["--measure", _listed(slice.measures)]
    span = slice.range
    for option, value in (("period", span.period), ("from", span.start), ("to", span.end)):
        words += _pair(option, value)
    for option, name, _, _ in CHOICES:
        if getattr(slice, name) != getattr(default, name):
            words += [f"--{option}", getattr(slice, name)]
    words += _pair("currency", slice.currency)
    for condition in slice.where:
        operator = "!=" if condition.negated else "="
        words += ["--where", f"{condition.dimension}{operator}{condition.pattern}"]
    for having in slice.having:
        words += ["--having", f"{having.measure}{having.operator}{having_text(having.value)}"]
    for sort in slice.sort:
        words += ["--sort", _sort_word(sort)]
    words += _pair("top", "" if slice.top is None else str(slice.top)) + _pair("compare", slice.compare)
    return [*words, "--cumulative"] if slice.cumulative else words


def command_line(slice: t.Slice, noun: str = "report") -> str:  # noqa: A002 - the product's word
    """The command that prints ``slice``, quoted for a POSIX shell (the ``Y`` key)."""
    return shlex.join(["turbofinops", noun, *slice_words(slice)])


def _pair(option: str, value: str) -> list[str]:
    if not value:
        return []
    # `--period -13w` reads well but only this program takes it; one word is safe for every shell and parser.
    return [f"--{option}={value}"] if value.startswith("-") else [f"--{option}", value]


def _listed(names: Sequence[str]) -> str:
    return ",".join(map(_escaped, names))


def _escaped(name: str) -> str:
    return name.replace(",", "\\,")


def _sort_word(sort: t.Sort) -> str:
    plain = sort.name.endswith((":asc", ":desc"))
    return _escaped(sort.name) + (":asc" if sort.ascending else ":desc" if plain else "")


def _split(texts: Iterable[str]) -> list[str]:
    parts = [part.replace("\\,", ",").strip() for text in texts for part in _COMMA.split(text)]
    return [part for part in parts if part]


def parse_names(texts: list[str], check: Any, option: str) -> tuple[str, ...]:
    """Comma separated names, each checked by ``check``; UsageError for one named twice."""
    names = tuple(check(name) for name in _split(texts))
    for index, name in enumerate(names):
        if name in names[:index]:
            raise UsageError(f"{option} names {name!r} twice", "name it once")
    if option == "--measure" and not names:
        raise UsageError("--measure is empty", f"name at least one of {', '.join(t.MEASURES)}")
    return names


def parse_sorts(texts: list[str], by: tuple[str, ...]) -> Iterable[t.Sort]:
    """``M[:asc]`` words as Sorts over the dimensions ``by``; UsageError for an unknown key."""
    for word in _split(texts):
        name, colon, direction = word.rpartition(":")
        if word in by or not colon or direction not in ("asc", "desc"):
            name, direction = word, "desc"
        if name not in by and name not in t.MEASURES:
            raise _unknown("sort key", name, (*by, *t.MEASURES))
        yield t.Sort(name, direction == "asc")


def parse_currency(text: str) -> str:
    """An ISO code in upper case, or ``native``; UsageError otherwise."""
    if text.lower() == "native":
        return "native"
    if text.upper() not in EXPONENTS:
        raise UsageError(f"unknown currency {text!r}", "write an ISO 4217 code such as USD, or native")
    return text.upper()


def parse_top(text: str) -> int:
    """A whole number from 1; UsageError otherwise."""
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 10):
        raise UsageError(f"--top {text!r} is not a count", "write a whole number from 1")
    return int(text)


def parse_compare(text: str, today: int) -> str:
    """``previous`` or a readable period; UsageError otherwise."""
    if text != "previous":
        resolve_period(text, today)
    return text


def _unknown(kind: str, name: str, known: Sequence[str]) -> UsageError:
    import difflib

    near = difflib.get_close_matches(name.lower(), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return UsageError(f"unknown {kind} {name!r}", hint)
