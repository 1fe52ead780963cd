"""Binary OTLP traces taken apart: the same spans as from JSON.

The library is imported with the first message; a message is parsed whole, so that a damaged one is refused
whole. A span's attributes stay packed: of most few are ever looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from turbofinops_tui.economics.spans import Asked, Packed, Scalar, Source, Span, adjusted_count
from turbofinops_tui.sync.read.otlp import LONGEST_TEXT, MOST_ATTRIBUTES, Add, NotTraces, Read, source_of

NO_TRACE = bytes(16)
NO_SPAN = bytes(8)
LARGE = 4096
"""bytes of a span above which its long texts (prompts) are dropped at once"""
_SCALARS = frozenset(("string_value", "int_value", "bool_value", "double_value"))
_KEY = 0x0A
_SHORT = 0x80


@cache
def _request() -> Any:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    return ExportTraceServiceRequest


@cache
def _pair() -> Any:
    from opentelemetry.proto.common.v1.common_pb2 import KeyValue

    return KeyValue


@cache
def _shapes() -> tuple[Any, Any]:
    """An export request whose spans are bytes, and a span of attributes that are bytes."""
    from google.protobuf.descriptor_pb2 import (  # type: ignore[import-untyped]
        FieldDescriptorProto,
        FileDescriptorProto,
    )
    from google.protobuf.descriptor_pool import DescriptorPool  # type: ignore[import-untyped]
    from google.protobuf.message_factory import GetMessageClass  # type: ignore[import-untyped]

    file = FileDescriptorProto(name="packed.proto", package="packed", syntax="proto3")
    chain = (
        ("Span", "attributes", 9), ("Scope", "spans", 2), ("Resource", "scopes", 2), ("Request", "all", 1),
    )  # fmt: skip
    kinds = {"spans": "", "attributes": "", "scopes": ".packed.Scope", "all": ".packed.Resource"}
    for name, field, number in chain:
        kind = FieldDescriptorProto.TYPE_MESSAGE if kinds[field] else FieldDescriptorProto.TYPE_BYTES
        file.message_type.add(name=name).field.add(
            name=field, number=number, type=kind, label=FieldDescriptorProto.LABEL_REPEATED,
            type_name=kinds[field] or None,
        )  # fmt: skip
    pool = DescriptorPool()
    pool.Add(file)
    request, span = (GetMessageClass(pool.FindMessageTypeByName(f"packed.{n}")) for n in ("Request", "Span"))
    return request, span


Request = tuple[Any, Any]
"""an export request, and the same with its spans as bytes"""


def parse_message(raw: bytes) -> Request:
    """An export request; NotTraces when the bytes are none."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        message = _request().FromString(raw)
        packed = _shapes()[0].FromString(raw)
    except (DecodeError, RecursionError):
        raise NotTraces("not_protobuf") from None
    if raw and not message.resource_spans:
        raise NotTraces("no_traces")
    return message, packed


def read_proto(request: Request, add: Add, read: Read, position: str = "") -> None:
    """Hand the spans of a parsed export request to ``add``."""
    message, packed = request
    read.messages += 1
    for resource, packed_resource in zip(message.resource_spans, packed.all, strict=True):
        attributes = attributes_of(resource.resource.attributes)
        for entry, packed_entry in zip(resource.scope_spans, packed_resource.scopes, strict=True):
            scope = {"name": entry.scope.name, "version": entry.scope.version}
            source = source_of(attributes, scope)
            for item, raw in zip(entry.spans, packed_entry.spans, strict=True):
                _take(item, raw, source, add, read, position)


def _take(item: Any, raw: bytes, source: Source, add: Add, read: Read, position: str) -> None:
    trace, ident, parent = item.trace_id, item.span_id, item.parent_span_id
    start = item.start_time_unix_nano
    if len(trace) != 16 or trace == NO_TRACE or len(ident) != 8 or ident == NO_SPAN or not start:
        placed = len(trace) == 16 and trace != NO_TRACE and len(ident) == 8 and ident != NO_SPAN
        read.rejected_spans += 1
        read.reject("span_start" if placed else "span_id", position)
        return
    length = read.length(start, item.end_time_unix_nano)
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
        _packed(item, raw),
    )
    add(trace.hex(), span)


class PackedProto(Packed):
    """The attributes of a binary span."""

    __slots__ = ()

    def pick(self, asked: Asked) -> dict[str, Scalar]:
        """Those of the names ``asked`` that are there."""
        if not asked.in_protobuf(self.raw):
            return {}
        items = _shapes()[1].FromString(self.raw).attributes
        if len(items) > MOST_ATTRIBUTES:
            return {key: value for key, value in self.every().items() if key in asked.names}
        names, parse = _encoded(asked.names), _pair().FromString
        return attributes_of(
            [parse(item) for item in items
             if item[:1] != b"\x0a" or (size := item[1]) >= _SHORT or item[2 : 2 + size] in names]
        )  # fmt: skip

    def every(self) -> dict[str, Scalar]:
        """All of them."""
        return attributes_of(map(_pair().FromString, _shapes()[1].FromString(self.raw).attributes))


@lru_cache(maxsize=64)
def _encoded(names: frozenset[str]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names)


def _packed(item: Any, raw: bytes) -> Packed | dict[str, Scalar]:
    """A span's attributes as they are kept: nothing of its events, large ones without their long texts."""
    if len(raw) > LARGE:
        return attributes_of(item.attributes)
    if item.events or item.links:
        bare = _shapes()[1].FromString(raw)
        bare.DiscardUnknownFields()
        raw = bare.SerializeToString()
    return PackedProto(raw)


def attributes_of(items: Iterable[Any]) -> dict[str, Scalar]:
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
