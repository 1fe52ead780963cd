"""OTLP/JSON traces taken apart: one message (an export request) into accepted spans, by trace.

Own reading, never ``json_format``: ids are hex and not base64, int64 travels as text or number, unknown
fields are ignored. A span that cannot be placed (no valid ids, no start) is rejected alone; what is no
object with ``resourceSpans`` is rejected whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from turbofinops_tui.economics.spans import LONGEST, Attributes, Scalar, Source, Span, adjusted_count

Add = Callable[[str, Span], None]
"""takes an accepted span with its trace id (lower-case hex)"""

LONGEST_TEXT = 256
"""characters of an attribute; longer ones (prompts) name nobody"""
MOST_ATTRIBUTES = 128
NUMBERS = frozenset((int, float, bool))
LAST_TIME = 1 << 64
FIRST, LAST = 946_684_800 * 10**9, 4_102_444_800 * 10**9
"""2000 and 2100, in nanoseconds since 1970"""
_KINDS = {
    "SPAN_KIND_INTERNAL": 1, "SPAN_KIND_SERVER": 2, "SPAN_KIND_CLIENT": 3, "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}  # fmt: skip
_ZEROS = {32: bytes(16), 16: bytes(8)}


@dataclass(slots=True)
class Read:
    """What reading met; ``reasons`` counts rejected messages and spans by their cause."""

    messages: int = 0
    spans: int = 0
    """accepted, repeated ones included"""
    rejected_spans: int = 0
    malformed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    first_position: dict[str, str] = field(default_factory=dict)
    broken_times: int = 0
    """spans whose end is so far off that their duration is not counted"""
    backward: int = 0
    """spans that end before they begin, or have no end: their duration counts as 0"""
    far_off: int = 0
    """spans that begin before 2000 or after 2100: a clock that was not set"""

    def reject(self, reason: str, position: str = "") -> None:
        """Count one rejected message or span."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if position:
            self.first_position.setdefault(reason, position)

    def length(self, start: int, end: int) -> int:
        """How long a span lasts; what is odd about its times is counted."""
        if not FIRST <= start <= LAST:
            self.far_off += 1
        length = end - start
        if length < 0:
            self.backward += 1
            return 0
        if length > LONGEST:
            self.broken_times += 1
            return 0
        return length

    def add(self, other: Read) -> None:
        """What was met further on."""
        self.messages += other.messages
        self.spans += other.spans
        self.rejected_spans += other.rejected_spans
        self.malformed += other.malformed
        self.broken_times += other.broken_times
        self.backward += other.backward
        self.far_off += other.far_off
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count
        for reason, position in other.first_position.items():
            self.first_position.setdefault(reason, position)


class NotTraces(Exception):
    """A message that holds no traces; the text is the reason in one word."""


def loads(raw: bytes) -> Any:
    """A JSON document; NotTraces for what is none, or nested too deep."""
    import orjson

    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if "surrogate" not in str(error):
            raise NotTraces("not_json") from None
    try:  # half a character inside some text is no reason to lose a message
        return orjson.loads(json.dumps(json.loads(raw), ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise NotTraces("not_json") from None


def read_message(message: object, add: Add, read: Read, position: str = "") -> None:
    """Hand the spans of a parsed message to ``add``; NotTraces when it holds no ``resourceSpans``."""
    if isinstance(message, dict) and isinstance(message.get("result"), dict):
        message = message["result"]
    if not isinstance(message, dict):
        raise NotTraces("no_object")
    resources = message.get("resourceSpans")
    if not isinstance(resources, list):
        raise NotTraces("no_traces")
    read.messages += 1
    for resource in resources:
        if isinstance(resource, dict):
            read_resource(resource, add, read, position)


def read_resource(item: dict[str, Any], add: Add, read: Read, position: str = "") -> None:
    """The spans of one ``resourceSpans`` entry."""
    resource = item.get("resource")
    attributes = attributes_of(resource.get("attributes")) if isinstance(resource, dict) else {}
    scopes = item.get("scopeSpans")
    if scopes is None:
        scopes = item.get("instrumentationLibrarySpans")
    for entry in scopes if isinstance(scopes, list) else ():
        if isinstance(entry, dict):
            spans = entry.get("spans")
            source = source_of(attributes, entry.get("scope"))
            read_spans(spans if isinstance(spans, list) else (), source, add, read, position)


def source_of(attributes: Attributes, scope: object) -> Source:
    """The source of spans from the attributes of their resource and their scope."""
    service = attributes.get("service.name", "")
    name = ""
    if isinstance(scope, dict):
        name, version = str(scope.get("name") or ""), str(scope.get("version") or "")
        name = f"{name}@{version}"[:LONGEST_TEXT] if version else name[:LONGEST_TEXT]
    return Source(str(service), name, attributes)


def read_spans(spans: Iterable[object], source: Source, add: Add, read: Read, position: str = "") -> None:
    """Accept or reject each span of a scope."""
    accepted = 0
    for item in spans:
        try:
            trace, span = _span(item, source, read)  # type: ignore[arg-type]
        except ValueError as error:
            read.rejected_spans += 1
            read.reject(str(error), position)
            continue
        except (TypeError, AttributeError, KeyError):
            read.rejected_spans += 1
            read.reject("no_span", position)
            continue
        accepted += 1
        add(trace, span)
    read.spans += accepted


def _span(item: dict[str, Any], source: Source, read: Read) -> tuple[str, Span]:
    """(trace id, span); ValueError with the reason."""
    trace = hex_id(item.get("traceId"), 32)
    ident = hex_id(item.get("spanId"), 16)
    if not trace or not ident:
        raise ValueError("span_id")
    start = _time(item.get("startTimeUnixNano"))
    if not start:
        raise ValueError("span_start")
    length = read.length(start, _time(item.get("endTimeUnixNano")))
    kind = item.get("kind", 0)
    if kind.__class__ is not int:
        kind = _kind(kind)
    status = item.get("status")
    attributes = item.get("attributes")
    return trace, Span(
        ident,
        hex_id(item.get("parentSpanId"), 16) if item.get("parentSpanId") else "",
        start,
        length,
        kind,
        *adjusted_count(_state(item.get("traceState"))),
        isinstance(status, dict) and _is_error(status.get("code")),
        source,
        attributes_of(attributes) if attributes else {},
    )


def hex_id(value: object, digits: int) -> str:
    """A trace or span id in lower case; empty for a wrong length, other characters, or all zeros."""
    if not isinstance(value, str) or len(value) != digits:
        return ""
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        return ""
    return raw.hex() if len(raw) << 1 == digits and raw != _ZEROS[digits] else ""


def _time(value: object) -> int:
    """Nanoseconds from a number or its text; 0 for what is none or out of range."""
    if isinstance(value, str):
        if not value.isdecimal() or len(value) > 20:
            return 0
        found = int(value)
    elif value.__class__ is int:
        found = value
    elif isinstance(value, float) and value == value and abs(value) < LAST_TIME:
        found = int(value)
    else:
        return 0
    return found if 0 < found < LAST_TIME else 0


def _kind(value: object) -> int:
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) < 4 else _KINDS.get(value, 0)
    return int(value) if isinstance(value, float) and value in (1.0, 2.0, 3.0, 4.0, 5.0) else 0


def _is_error(code: object) -> bool:
    return code in (2, "2", "STATUS_CODE_ERROR")


def _state(value: object) -> str:
    return value[:512] if isinstance(value, str) else ""


def attributes_of(items: object) -> dict[str, Scalar]:
    """Key -> value of a list of attributes, the last of a key; texts that are long and lists are left out."""
    try:
        found = {
            item["key"]: value
            for item in items  # type: ignore[attr-defined]
            for value in item["value"].values()
            if ((kind := value.__class__) is str and len(value) <= LONGEST_TEXT) or kind in NUMBERS
        }
    except (TypeError, KeyError, AttributeError):
        found = _careful(items)
    if len(found) > MOST_ATTRIBUTES:
        found = dict(list(found.items())[:MOST_ATTRIBUTES])
    return found


def _careful(items: object) -> dict[str, Scalar]:
    """The attributes that can be read of a list where some cannot."""
    found: dict[str, Scalar] = {}
    for item in items if isinstance(items, list) else ():
        if not (isinstance(item, dict) and isinstance(item.get("key"), str)):
            continue
        holder = item.get("value")
        for value in holder.values() if isinstance(holder, dict) else ():
            if isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_TEXT):
                found[item["key"]] = value
    return found
