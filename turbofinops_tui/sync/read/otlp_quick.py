"""OTLP/JSON in its ordinary form, taken apart fast: typed by msgspec, attributes left packed.

A message of any other form (a number where text belongs, ids that are no hex, half a character) is left to
``otlp.read_message``, which takes it field by field; what both can read gives the same spans.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from turbofinops_tui.economics.spans import LONGEST, Asked, Packed, Scalar, Source, Span, adjusted_count
from turbofinops_tui.sync.read.otlp import (
    FIRST,
    LAST,
    LAST_TIME,
    LONGEST_TEXT,
    MOST_ATTRIBUTES,
    NUMBERS,
    Add,
    Read,
    attributes_of,
    source_of,
)

LARGE = 4096
"""bytes of attributes above which their long texts (prompts) are dropped at once"""
MOST_SOURCES = 1_000
_HALF = 1 << 63
_FAR = 1 << 1000
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
_EMPTY = msgspec.Raw(b"[]")
_HEX = re.compile("[0-9a-f]*").fullmatch


class _Pair(msgspec.Struct, gc=False):
    key: str
    value: dict[str, Any]


class _Status(msgspec.Struct, gc=False):
    code: int | str | None = None


class _Item(msgspec.Struct, gc=False):
    trace: str = msgspec.field(name="traceId")
    ident: str = msgspec.field(name="spanId")
    start: str = msgspec.field(name="startTimeUnixNano")
    end: str = msgspec.field(name="endTimeUnixNano")
    parent: str = msgspec.field(name="parentSpanId", default="")
    kind: int = 0
    state: str = msgspec.field(name="traceState", default="")
    status: _Status | None = None
    attributes: msgspec.Raw = _EMPTY


class _Scope(msgspec.Struct, gc=False):
    spans: list[_Item] = []
    scope: msgspec.Raw = msgspec.Raw(b"null")


class _Entry(msgspec.Struct, gc=False):
    scopes: list[_Scope] | None = msgspec.field(name="scopeSpans", default=None)
    older: msgspec.Raw | None = msgspec.field(name="instrumentationLibrarySpans", default=None)
    resource: msgspec.Raw = msgspec.Raw(b"null")


class _Message(msgspec.Struct, gc=False):
    resources: list[_Entry] = msgspec.field(name="resourceSpans")
    result: msgspec.Raw | None = None


_decode = msgspec.json.Decoder(_Message).decode
_pairs = msgspec.json.Decoder(list[_Pair]).decode


class PackedJson(Packed):
    """OTLP's list of attributes as JSON text."""

    __slots__ = ()

    def pick(self, asked: Asked) -> dict[str, Scalar]:
        """Those of the names ``asked`` that are there."""
        raw, wanted = self.raw, asked.names
        if not asked.in_json(raw) and b"\\" not in raw:  # a name may be written with escapes
            return {}
        try:
            pairs = _pairs(raw)
        except (msgspec.MsgspecError, RecursionError):
            pairs = None
        if pairs is None or len(pairs) > MOST_ATTRIBUTES:
            return {key: value for key, value in self.every().items() if key in wanted}
        found: dict[str, Scalar] = {}
        for pair in pairs:
            key = pair.key
            if key in wanted:
                for value in pair.value.values():
                    kind = value.__class__
                    if kind is str:
                        if len(value) <= LONGEST_TEXT:
                            found[key] = value
                    elif kind in NUMBERS:
                        found[key] = _narrow(value)
        return found

    def every(self) -> dict[str, Scalar]:
        """All of them."""
        try:
            items = msgspec.json.decode(self.raw)
        except (msgspec.MsgspecError, RecursionError):  # a number without end, somewhere
            return {}
        return {key: _narrow(value) for key, value in attributes_of(items).items()}


def _narrow(value: Scalar) -> Scalar:
    """Whole numbers past 64 bits as floats, which name nothing and count nothing."""
    if value.__class__ is int and not -_HALF <= value < LAST_TIME:
        return float("inf") if abs(value) > _FAR else float(value)
    return value


def read_quick(raw: bytes, add: Add, read: Read) -> bool:
    """Hand the spans of a message to ``add``; False, and nothing done, for one of another form."""
    try:
        if not raw.isascii():
            raw.decode()
        message = _decode(raw)
        found = None if message.result is not None else _placed(message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    if found is None:
        return False
    read.messages += 1
    for source, items, times in found:
        _hand(items, source, times, add, read)
    return True


def _placed(message: _Message) -> list[tuple[Source, list[_Item], list[tuple[int, int]]]] | None:
    """Sources with their spans and times; None when any needs a closer look."""
    found = []
    for entry in message.resources:
        if entry.scopes is None and entry.older is not None:
            return None
        for scope in entry.scopes or ():
            times = _times(scope.spans)
            if times is None:
                return None
            found.append((_source(bytes(entry.resource), bytes(scope.scope)), scope.spans, times))
    return found


def _times(items: Sequence[_Item]) -> list[tuple[int, int]] | None:
    """(start, end) of spans that can all be taken; None when one needs a closer look."""
    if not items:
        return []
    own = {item.ident for item in items}
    traces = {item.trace for item in items}
    above = {item.parent for item in items}
    above.discard("")
    if set(map(len, own | above)) != {16} or set(map(len, traces)) != {32}:
        return None
    if not _HEX("".join((*own, *above, *traces))):
        return None
    if _NO_SPAN in own or _NO_SPAN in above or _NO_TRACE in traces:
        return None
    texts = [text for item in items for text in (item.start, item.end)]
    if not "".join(texts).isdecimal() or max(map(len, texts)) > 20 or "" in texts:
        return None
    times = [(int(item.start), int(item.end)) for item in items]
    if min(times)[0] <= 0 or max(max(times)[0], max(end for _, end in times)) >= LAST_TIME:
        return None
    return times


def _hand(
    items: Sequence[_Item], source: Source, times: Sequence[tuple[int, int]], add: Add, read: Read
) -> None:
    new = tuple.__new__
    for item, (start, end) in zip(items, times, strict=True):
        length = end - start
        if not (0 <= length <= LONGEST and FIRST <= start <= LAST):
            length = read.length(start, end)
        numerator, denominator, known = adjusted_count(item.state[:512])
        status = item.status
        raw = bytes(item.attributes)
        span = (
            item.ident, item.parent, start, length, item.kind, numerator, denominator, known,
            status is not None and status.code in (2, "2", "STATUS_CODE_ERROR"),
            source, packed(raw) if len(raw) > 2 else {},
        )  # fmt: skip
        add(item.trace, new(Span, span))
    read.spans += len(items)


def packed(raw: bytes) -> Packed | dict[str, Scalar]:
    """Attributes as they are kept: packed; large ones without their long texts."""
    held = PackedJson(raw)
    return held if len(raw) <= LARGE else held.every()


@cache
def _sources() -> dict[tuple[bytes, bytes], Source]:
    return {}


def _source(resource: bytes, scope: bytes) -> Source:
    """The source of spans; one object for all messages with the same resource and scope."""
    known = _sources()
    found = known.get((resource, scope))
    if found is None:
        if len(known) >= MOST_SOURCES:
            known.clear()
        told = msgspec.json.decode(resource)
        items = attributes_of(told.get("attributes")) if isinstance(told, dict) else {}
        attributes = {key: _narrow(value) for key, value in items.items()}
        found = known[resource, scope] = source_of(attributes, msgspec.json.decode(scope))
    return found
