"""The feed of ``/v1/traces``: export requests in JSON or protobuf into parts of traces, answered in kind."""

from __future__ import annotations

import json
from dataclasses import dataclass

from turbofinops_tui.economics.spans import Span
from turbofinops_tui.store.spans import Part
from turbofinops_tui.sync.kept_spans import part_of
from turbofinops_tui.sync.read.otlp import NotTraces, Read
from turbofinops_tui.sync.read.otlp_files import read_json
from turbofinops_tui.sync.read.otlp_proto import parse_message, read_proto
from turbofinops_tui.sync.receive.bodies import Refused

JSON = "application/json"
PROTOBUF = "application/x-protobuf"
WHY = "spans without valid ids or a start time"
_INVALID_ARGUMENT = 3


@dataclass(frozen=True, slots=True)
class Export:
    """One request taken apart; its parts have no delivery yet."""

    parts: tuple[Part, ...]
    spans: int
    rejected: int


class TraceFeed:
    """Traces over OTLP/HTTP."""

    def take(self, raw: bytes, content_type: str) -> Export:
        """The accepted spans of a request, packed by trace."""
        if content_type not in (JSON, PROTOBUF):
            raise Refused(415, "unknown content type: send application/json or application/x-protobuf")
        read = Read()
        traces: dict[str, list[Span]] = {}

        def add(trace: str, span: Span) -> None:
            traces.setdefault(trace, []).append(span)

        try:
            if content_type == PROTOBUF:
                read_proto(parse_message(raw), add, read)
            else:
                read_json(raw, add, read)
        except NotTraces:
            raise Refused(400, "not an export request of traces") from None
        parts = tuple(part_of(trace, 0, spans) for trace, spans in sorted(traces.items()))
        return Export(parts, read.spans, read.rejected_spans)

    def answer(self, taken: Export, content_type: str) -> tuple[bytes, str]:
        """An export response, with what was rejected where something was."""
        if content_type == PROTOBUF:
            partial = _number(1, taken.rejected) + _text(2, WHY)
            return (_text(1, partial) if taken.rejected else b""), PROTOBUF
        partial_success = {"rejectedSpans": str(taken.rejected), "errorMessage": WHY}
        found = {"partialSuccess": partial_success} if taken.rejected else {}
        return json.dumps(found).encode(), JSON

    def refusal(self, text: str, content_type: str) -> tuple[bytes, str]:
        """A google.rpc.Status, as OTLP wants it."""
        if content_type == PROTOBUF:
            return _number(1, _INVALID_ARGUMENT) + _text(2, text), PROTOBUF
        return json.dumps({"code": _INVALID_ARGUMENT, "message": text}).encode(), JSON


def _number(field: int, value: int) -> bytes:
    """A varint field of a protobuf message."""
    return bytes([field << 3]) + _varint(value)


def _text(field: int, value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return bytes([field << 3 | 2]) + _varint(len(raw)) + raw


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
