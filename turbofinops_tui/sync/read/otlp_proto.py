"""Binary OTLP traces taken apart: the same spans as from JSON.

The library is imported with the first message.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.spans import LONGEST, Scalar, Source, Span, adjusted_count
from turbofinops_tui.sync.read.otlp import LONGEST_TEXT, MOST_ATTRIBUTES, Add, NotTraces, Read, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NO_TRACE = bytes(16)
NO_SPAN = bytes(8)
_SCALARS = frozenset(("string_value", "int_value", "bool_value", "double_value"))


@cache
def _parser() -> Callable[[bytes], Any]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    parse: Callable[[bytes], Any] = ExportTraceServiceRequest.FromString
    return parse


def parse_message(raw: bytes) -> Any:
    """An export request; NotTraces when the bytes are none."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        message = _parser()(raw)
    except (DecodeError, RecursionError):
        raise NotTraces("not_protobuf") from None
    if raw and not message.resource_spans:
        raise NotTraces("no_traces")
    return message


def read_proto(message: Any, add: Add, read: Read, position: str = "") -> None:
    """Hand the spans of a parsed export request to ``add``."""
    read.messages += 1
    for resource in message.resource_spans:
        attributes = _attributes(resource.resource.attributes)
        for entry in resource.scope_spans:
            scope = {"name": entry.scope.name, "version": entry.scope.version}
            source = source_of(attributes, scope)
            for item in entry.spans:
                _take(item, source, add, read, position)


def _take(item: Any, source: Source, add: Add, read: Read, position: str) -> None:
    trace, ident, parent = item.trace_id, item.span_id, item.parent_span_id
    start = item.start_time_unix_nano
    if len(trace) != 16 or trace == NO_TRACE or len(ident) != 8 or ident == NO_SPAN or not start:
        placed = len(trace) == 16 and trace != NO_TRACE and len(ident) == 8 and ident != NO_SPAN
        read.rejected_spans += 1
        read.reject("span_start" if placed else "span_id", position)
        return
    length = item.end_time_unix_nano - start
    if length <= 0:
        length = 0
    elif length > LONGEST:
        length = 0
        read.broken_times += 1
    read.spans += 1
    span = Span(
        ident.hex(),
        parent.hex() if len(parent) == 8 and parent != NO_SPAN else "",
        start,
        length,
        item.kind,
        *adjusted_count(item.trace_state[:512]),
        item.status.code == 2,
        source,
        _attributes(item.attributes),
    )
    add(trace.hex(), span)


def _attributes(items: Iterable[Any]) -> dict[str, Scalar]:
    """Key -> value, the last of a key; long texts, lists and bytes are left out."""
    found: dict[str, Scalar] = {}
    for item in items:
        holder = item.value
        text = holder.string_value
        if text:
            if len(text) <= LONGEST_TEXT:
                found[item.key] = text
            continue
        kind = holder.WhichOneof("value")
        if kind in _SCALARS:
            found[item.key] = getattr(holder, kind)
    return dict(list(found.items())[:MOST_ATTRIBUTES]) if len(found) > MOST_ATTRIBUTES else found
