"""JSON messages of many megabytes without holding them parsed: cut into pieces by their brackets.

A line of 80 MB would be half a gigabyte of objects. The brackets and strings of the text are followed once,
pieces of a bearable size are parsed one by one; a message is taken only when every piece can be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.sync.read.otlp import (
    Add,
    NotTraces,
    Read,
    attributes_of,
    loads,
    read_resource,
    read_spans,
    source_of,
)

PIECE = 2 << 20
"""bytes that are parsed at once"""
DEEPEST = 512
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_NAMES = {
    b'"' + name + b'"': name.decode()
    for name in (b"resourceSpans", b"scopeSpans", b"spans", b"resource", b"scope", b"result")
}
_NEXT = re.compile(rb"\s*:\s*")
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message: a whole ``resourceSpans`` entry, or some spans with what stands around them."""

    spans: Place
    resource: Place | None = None
    scope: Place | None = None
    whole: bool = False


def read_big(raw: bytes, add: Add, read: Read, position: str = "") -> None:
    """As ``loads`` and ``read_message`` do, in pieces. NotTraces when any piece is not JSON."""
    pieces = list(_pieces(raw))
    for piece in pieces:
        _parsed(raw, piece)
    read.messages += 1
    for piece in pieces:
        found = _parsed(raw, piece)
        if piece.whole:
            for entry in found if isinstance(found, list) else [found]:
                if isinstance(entry, dict):
                    read_resource(entry, add, read, position)
            continue
        resource = _value(raw, piece.resource)
        attributes = attributes_of(resource.get("attributes")) if isinstance(resource, dict) else {}
        read_spans(found, source_of(attributes, _value(raw, piece.scope)), add, read, position)


def _parsed(raw: bytes, piece: Piece) -> Any:
    start, end = piece.spans
    return loads(b"[" + raw[start:end] + b"]")


def _value(raw: bytes, place: Place | None) -> Any:
    return loads(raw[place[0] : place[1]]) if place else None


def _pieces(raw: bytes) -> Iterator[Piece]:
    start = raw.find(b"{")
    if start < 0 or raw[:start].strip():
        raise NotTraces("no_object")
    end = _end(raw, start)
    if raw[end:].strip():
        raise NotTraces("not_json")
    own = _members(raw, start)
    if "resourceSpans" not in own and "result" in own:
        own = _members(raw, own["result"][0])
    if "resourceSpans" not in own or raw[own["resourceSpans"][0]] != 0x5B:
        raise NotTraces("no_traces")
    for first, last in _grouped(_elements(raw, own["resourceSpans"][0])):
        if last - first <= 2 * PIECE or raw[first] != 0x7B:
            yield Piece((first, last), whole=True)
        else:
            yield from _of_resource(raw, first)


def _of_resource(raw: bytes, start: int) -> Iterator[Piece]:
    own = _members(raw, start)
    if "scopeSpans" not in own or raw[own["scopeSpans"][0]] != 0x5B:
        return
    for first, _ in _elements(raw, own["scopeSpans"][0]):
        if raw[first] != 0x7B:
            continue
        inner = _members(raw, first)
        if "spans" in inner and raw[inner["spans"][0]] == 0x5B:
            for place in _grouped(_elements(raw, inner["spans"][0])):
                yield Piece(place, own.get("resource"), inner.get("scope"))


def _grouped(places: Iterator[Place]) -> Iterator[Place]:
    """Neighbours joined up to the size of a piece."""
    held: Place | None = None
    for place in places:
        if held is not None and place[1] - held[0] > PIECE:
            yield held
            held = None
        held = place if held is None else (held[0], place[1])
    if held is not None:
        yield held


def _elements(raw: bytes, start: int) -> Iterator[Place]:
    """Places of the objects and lists directly inside the list at ``start``."""
    depth, first = 0, 0
    for token in _TOKENS.finditer(raw, start):
        mark = raw[token.start()]
        if mark in b"{[":
            depth += 1
            if depth == 2:
                first = token.start()
        elif mark in b"}]":
            depth -= 1
            if depth == 1:
                yield first, token.end()
            elif not depth:
                return
    raise NotTraces("not_json")


def _members(raw: bytes, start: int) -> dict[str, Place]:
    """Places of the objects and lists that are values of the object at ``start``, of the names that count."""
    found: dict[str, Place] = {}
    depth, name, first = 0, "", 0
    for token in _TOKENS.finditer(raw, start):
        mark = raw[token.start()]
        if mark == 0x22:
            if depth == 1 and (known := _NAMES.get(token.group())):
                colon = _NEXT.match(raw, token.end())
                name = known if colon and raw[colon.end() : colon.end() + 1] in (b"{", b"[") else name
        elif mark in b"{[":
            depth += 1
            if depth == 2:
                first = token.start()
        else:
            depth -= 1
            if depth == 1 and name:
                found[name] = (first, token.end())
                name = ""
            elif not depth:
                return found
    raise NotTraces("not_json")


def _end(raw: bytes, start: int) -> int:
    """Where the object at ``start`` ends; NotTraces when its brackets do not close in their order."""
    closing = bytearray()
    for token in _TOKENS.finditer(raw, start):
        mark = raw[token.start()]
        if mark == 0x7B or mark == 0x5B:
            closing.append(0x7D if mark == 0x7B else 0x5D)
            if len(closing) > DEEPEST:
                raise NotTraces("not_json")
        elif mark != 0x22:
            if closing.pop() != mark:
                raise NotTraces("not_json")
            if not closing:
                return token.end()
    raise NotTraces("not_json")
