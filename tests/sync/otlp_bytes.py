"""Export requests as protobuf, for tests."""

from __future__ import annotations

from typing import Any


def protobuf(message: dict[str, Any]) -> bytes:
    """A JSON export request in binary."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ExportTraceServiceRequest()
    for resource in message["resourceSpans"]:
        found = request.resource_spans.add()
        _put(found.resource.attributes, resource.get("resource", {}).get("attributes", []))
        for scope in resource["scopeSpans"]:
            holder = found.scope_spans.add()
            holder.scope.name = scope.get("scope", {}).get("name", "")
            for span in scope["spans"]:
                _span(holder.spans.add(), span)
    return bytes(request.SerializeToString())


def _span(target: Any, span: dict[str, Any]) -> None:
    target.trace_id = bytes.fromhex(span.get("traceId", ""))
    target.span_id = bytes.fromhex(span.get("spanId", ""))
    target.parent_span_id = bytes.fromhex(span.get("parentSpanId", ""))
    target.kind = span.get("kind", 0)
    target.start_time_unix_nano = int(span.get("startTimeUnixNano", 0))
    target.end_time_unix_nano = int(span.get("endTimeUnixNano", 0))
    target.trace_state = span.get("traceState", "")
    target.status.code = span.get("status", {}).get("code", 0)
    _put(target.attributes, span.get("attributes", []))


def _put(target: Any, attributes: list[dict[str, Any]]) -> None:
    for item in attributes:
        ((kind, value),) = item["value"].items()
        entry = target.add()
        entry.key = item["key"]
        if kind == "intValue":
            entry.value.int_value = int(value)
        elif kind == "boolValue":
            entry.value.bool_value = value
        else:
            entry.value.string_value = value
