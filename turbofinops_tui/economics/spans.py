"""A span as evidence needs it, and what its own attributes say: sampling weight, AI call, token classes.

Rules: numbers.md 4.3 (trace links) and 3 (token classes). Attribute names are those of the GenAI
conventions, with the deprecated ones and those of common instrumentations read as the current ones.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import gcd
from typing import NamedTuple

Scalar = str | int | float | bool
Attributes = Mapping[str, Scalar]


class Asked(NamedTuple):
    """Which attributes are wanted, and how to see that none of them is there."""

    names: frozenset[str]
    in_json: Callable[[bytes], object]
    in_protobuf: Callable[[bytes], object]
    """finds a sign in a packed list of attributes; without any the list holds nothing that matters"""

    @classmethod
    def of(cls, names: Iterable[str], signs: Iterable[str]) -> Asked:
        """``signs``: how names begin that matter by themselves; the other ``names`` only go with these."""
        begun = b"(?:" + b"|".join(re.escape(sign.encode()) for sign in signs) + b")"
        text = re.compile(rb'"key"\s*:\s*"' + begun)
        return cls(frozenset(names), text.search, re.compile(rb"\n..??" + begun, re.DOTALL).search)


class Packed(Mapping[str, Scalar]):
    """Attributes as they came, taken apart when they are asked for: most are never looked at."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @abstractmethod
    def pick(self, asked: Asked) -> dict[str, Scalar]:
        """Those of the names ``asked`` that are there; none when no sign of any is."""

    @abstractmethod
    def every(self) -> dict[str, Scalar]:
        """All of them."""

    def __getitem__(self, key: str) -> Scalar:
        return self.every()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.every())

    def __len__(self) -> int:
        return len(self.every())


class Source(NamedTuple):
    """Where spans come from: the resource and the instrumentation scope."""

    service: str
    scope: str
    """``name`` or ``name@version``"""
    attributes: Attributes
    """of the resource"""


class Span(NamedTuple):
    """One accepted span; ids are lower-case hex, times nanoseconds."""

    id: str
    parent: str
    """empty for a root"""
    start: int
    length: int
    """end - start, never below 0"""
    kind: int
    numerator: int
    denominator: int
    """adjusted count of the span, a reduced fraction"""
    known: bool
    """false when no usable sampling probability was given (the count is 1 then)"""
    failed: bool
    """status code 2"""
    source: Source
    attributes: Attributes


ENTRY_KINDS = (2, 5)
"""SERVER and CONSUMER: what arrives at a service"""
NANOSECONDS_A_DAY = 86_400 * 10**9
LONGEST = 1 << 60
"""nanoseconds (36 years); a longer span has a broken clock and counts as 0 long"""

_FULL = 1 << 56
_THRESHOLD = re.compile(r"[0-9a-fA-F]{1,14}\Z").match
_POWER = re.compile(r"[0-9]{1,2}\Z").match
NEVER_SAMPLED = 63


@lru_cache(maxsize=100_000)
def adjusted_count(state: str) -> tuple[int, int, bool]:
    """(numerator, denominator, known) of a ``tracestate``: ``ot=th:`` wins over the legacy ``ot=p:``."""
    members: dict[str, str] = {}
    for entry in state.split(","):
        vendor, equals, value = entry.strip().partition("=")
        if equals and vendor.strip() == "ot":
            for member in value.split(";"):
                name, _, text = member.strip().partition(":")
                members.setdefault(name, text)
            break
    threshold, power = members.get("th", ""), members.get("p", "")
    if _THRESHOLD(threshold):
        kept = _FULL - int(threshold.ljust(14, "0"), 16)
        common = gcd(_FULL, kept)
        return _FULL // common, kept // common, True
    if _POWER(power) and int(power) <= NEVER_SAMPLED:
        return (0 if int(power) == NEVER_SAMPLED else 1 << int(power)), 1, True
    return 1, 1, False


# --- AI calls -----------------------------------------------------------------------------------

OPERATION = "gen_ai.operation.name"
INNER_KIND = "openinference.span.kind"
CALLS = frozenset(("chat", "text_completion", "generate_content", "embeddings"))
INNER_CALLS = frozenset(("LLM", "EMBEDDING"))
AGENT = "invoke_agent"
RESPONSE_ID = "gen_ai.response.id"
INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
CACHE_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cache_read_tokens",
    "gen_ai.usage.input_tokens.cached",
    "llm.token_count.prompt_details.cache_read",
)
CACHE_WRITE = (
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_creation_tokens",
    "gen_ai.usage.cache_write_tokens",
    "gen_ai.usage.input_tokens.cache_write",
    "llm.token_count.prompt_details.cache_write",
)
REASONING = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.reasoning_output_tokens",
    "gen_ai.usage.output_tokens.reasoning",
    "gen_ai.usage.details.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
)
MODEL = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name")
PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system")
_USAGE = (*INPUT, *OUTPUT, *CACHE_READ, *CACHE_WRITE, *REASONING)
ERROR_TYPE = "error.type"
CALL_NAMES = frozenset((OPERATION, INNER_KIND, RESPONSE_ID, ERROR_TYPE, *MODEL, *PROVIDER, *_USAGE))
"""everything that is ever asked of an AI call"""
CALL_SIGNS = frozenset((OPERATION, *_USAGE))
"""a span with none of these is no AI call"""
CALL_STEMS = tuple(sorted({name.partition(".")[0] + "." for name in CALL_SIGNS}))
MOST_TOKENS = 1 << 52
"""of one call; a larger count is a broken one and is not read"""


class Tokens(NamedTuple):
    """The four disjoint classes of a call; ``reasoning`` is part of ``output``."""

    uncached: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int
    exclusive: bool
    """the input count left the cached tokens out"""


def call_role(attributes: Attributes) -> str:
    """``call``, ``agent`` (a roll-up with usage), or empty for a span that is neither."""
    if CALL_SIGNS.isdisjoint(attributes):
        return ""
    operation = attributes.get(OPERATION)
    if operation in CALLS:
        return "call"
    if operation == AGENT:
        return "agent" if has_usage(attributes) else ""
    if operation not in (None, "") or not has_usage(attributes):
        return ""
    kind = attributes.get(INNER_KIND)
    return "call" if kind is None or str(kind).upper() in INNER_CALLS else "agent"


def has_usage(attributes: Attributes) -> bool:
    """Whether any token count can be read."""
    return any(_count(attributes.get(name)) is not None for names in _present(attributes) for name in names)


def tokens_of(attributes: Attributes, exclusive: bool = False) -> Tokens:
    """The token classes; input includes cached tokens unless it is less than they are, or ``exclusive``."""
    given, output, read, written, reasoning = (_first(attributes, names) for names in _present(attributes))
    apart = exclusive or given < read + written
    uncached = given if apart else given - read - written
    return Tokens(uncached, read, written, output, reasoning, apart and bool(read + written))


def _present(attributes: Attributes) -> tuple[tuple[str, ...], ...]:
    return _counts_among(tuple(attributes))


@lru_cache(maxsize=10_000)
def _counts_among(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The names of each token count that are among ``names``, strongest first."""
    kinds = (INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, REASONING)
    return tuple(tuple(name for name in kind if name in names) for kind in kinds)


def first_text(attributes: Attributes, names: Sequence[str]) -> str:
    """The first of ``names`` that has a value, as text; empty without any."""
    for name in names:
        if text := text_of(attributes.get(name)):
            return text
    return ""


def text_of(value: Scalar | None) -> str:
    """An attribute as the name of something: text or a whole number; nothing else names anything."""
    if value.__class__ is str:
        return value
    return str(value) if value.__class__ is int else ""


def _first(attributes: Attributes, names: Sequence[str]) -> int:
    for name in names:
        count = _count(attributes.get(name))
        if count is not None:
            return count
    return 0


def _count(value: object) -> int | None:
    """A token count from a number or its text (int64 travels as text); None for what is none."""
    if value.__class__ is int:
        count: int = value
    elif isinstance(value, str):
        text = value.strip()
        if not (text.isascii() and text.isdigit()) or len(text) > 18:
            return None
        count = int(text)
    elif isinstance(value, float) and value == value and abs(value) < MOST_TOKENS:
        count = int(value)
    else:
        return None
    return count if 0 <= count <= MOST_TOKENS else None
