"""The feed of ``/v1/meter``: JSON lines of AI calls (interface.md); a request counts whole or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass

from turbofinops_tui.economics.calls import Call
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.calls import meter_call, parse_calls
from turbofinops_tui.sync.receive.bodies import Refused

JSON = "application/json"
TYPES = (JSON, "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines")


@dataclass(frozen=True, slots=True)
class Calls:
    """One request taken apart; not yet priced."""

    calls: tuple[Call, ...]


class MeterFeed:
    """AI calls over HTTP."""

    def take(self, raw: bytes, content_type: str) -> Calls:
        """The calls of a request; Refused names the line and the field, never their content."""
        if content_type not in TYPES:
            raise Refused(415, "unknown content type: send application/x-ndjson")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refused(400, "not UTF-8") from None
        try:
            calls = tuple(parse_calls(text, meter_call, "request"))
        except DataError as error:
            where = f"line {error.line_number}" + (f", {error.column}" if error.column else "")
            raise Refused(400, f"a row cannot be read: {where}") from None
        return Calls(calls)

    def answer(self, taken: Calls, content_type: str) -> tuple[bytes, str]:
        """How many calls were taken."""
        return json.dumps({"accepted": len(taken.calls)}).encode(), JSON

    def refusal(self, text: str, content_type: str) -> tuple[bytes, str]:
        """What is wrong."""
        return json.dumps({"error": text}).encode(), JSON
