"""Spans as the collector's file exporter writes them, and small bills: what evidence is tested on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SERVER, INTERNAL = 2, 1


@dataclass(frozen=True)
class Use:
    """One span; times in milliseconds of its day."""

    trace: str
    span: str
    day: str
    service: str
    length: int
    start: int = 1_000
    parent: str = ""
    kind: int = SERVER
    customer: str = ""
    feature: str = ""
    route: str = ""
    threshold: str = ""
    """sampling threshold of ``tracestate``, hex digits"""
    tokens: tuple[int, int] = (0, 0)
    """input and output of a call; an AI call when not both 0"""

    def attributes(self) -> dict[str, str | int]:
        """What the span says."""
        found: dict[str, str | int] = {}
        for key, value in (
            ("customer.id", self.customer),
            ("app.feature", self.feature),
            ("http.route", self.route),
        ):
            if value:
                found[key] = value
        if self.route:
            found["http.request.method"] = "GET"
        if any(self.tokens):
            found |= {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "inhouse",
                "gen_ai.request.model": "in-house-1",
                "gen_ai.usage.input_tokens": self.tokens[0],
                "gen_ai.usage.output_tokens": self.tokens[1],
            }
        return found

    def message(self) -> dict[str, Any]:
        """One line of the file."""
        midnight = int(datetime.fromisoformat(self.day).replace(tzinfo=UTC).timestamp()) * 1000
        begin = (midnight + self.start) * 1_000_000
        span: dict[str, Any] = {
            "traceId": self.trace.rjust(32, "0"),
            "spanId": self.span.rjust(16, "0"),
            "name": "work",
            "kind": self.kind,
            "startTimeUnixNano": str(begin),
            "endTimeUnixNano": str(begin + self.length * 1_000_000),
            "attributes": [_attribute(*pair) for pair in self.attributes().items()],
        }
        if self.parent:
            span["parentSpanId"] = self.parent.rjust(16, "0")
        if self.threshold:
            span["traceState"] = f"ot=th:{self.threshold}"
        resource = {"attributes": [_attribute("service.name", self.service)]}
        scope = {"scope": {"name": "test"}, "spans": [span]}
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _attribute(key: str, value: str | int) -> dict[str, Any]:
    return {
        "key": key,
        "value": {"stringValue": value} if isinstance(value, str) else {"intValue": str(value)},
    }


def write_spans(path: Path, uses: Iterable[Use]) -> Path:
    """The spans as JSON Lines."""
    path.write_text("".join(json.dumps(use.message()) + "\n" for use in uses), "utf-8")
    return path


def write_costs(path: Path, lines: Iterable[tuple[str, str, str, str]]) -> Path:
    """A CSV of (day, cost, service, cluster) in dollars for ``import costs``."""
    rows = [",".join((*line, "USD")) for line in lines]
    path.write_text("\n".join(["day,cost,service,cluster,currency", *rows]) + "\n", "utf-8")
    return path


COST_MAP = tuple(
    word
    for name in ("day", "cost", "currency", "service", "tag:cluster")
    for word in ("--map", f"{name}={name.removeprefix('tag:')}")
)
"""the columns of ``write_costs``"""
