"""The HTTP side of the fake Stripe: headers asserted, faults injected, answers written."""

from __future__ import annotations

import json
import re
import socket
import struct
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.stripe_server import VERSION, answer
from tests.fakes.stripe_state import ApiError, Asked, Fault, State

HANG_SECONDS = 30.0


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    state: ClassVar[State]
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve("GET", urlsplit(self.path).query)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._serve("POST", self.rfile.read(length).decode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        return

    def _serve(self, method: str, encoded: str) -> None:
        state = self.state
        account = self.headers.get("Stripe-Account", "")
        asked = Asked(method, urlsplit(self.path).path, parse(encoded), account)
        with state.lock:
            state.asked.append(asked)
            fault = due(state, asked.path)
        if fault is not None and self._go_wrong(fault.kind):
            return
        try:
            self._authorise()
            state.hook(asked)
            status, text = 200, answer(state, asked)
        except ApiError as error:
            status, text = error.status, json.dumps(error.body)
        self._send(status, text.encode(), cut=fault is not None and fault.kind == "cut")

    def _authorise(self) -> None:
        state = self.state
        if self.headers.get("Stripe-Version") != VERSION:
            state.violations.append(f"Stripe-Version {self.headers.get('Stripe-Version')!r} on {self.path}")
            raise ApiError(400, "Invalid Stripe API version")
        if self.headers.get("Authorization") != f"Bearer {state.key}":
            state.violations.append(f"another key on {self.path}")
            raise ApiError(401, "Invalid API Key provided: rk_live_****0000")

    def _go_wrong(self, kind: str) -> bool:
        """Do what a broken network or service does; False when the answer is still to be written."""
        if kind == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
            return True
        if kind == "timeout":
            self.state.hung.wait(HANG_SECONDS)
            self.close_connection = True
            return True
        if kind == "html":
            self._send(200, b"<html>maintenance</html>", mime="text/html")
            return True
        if kind.isdigit():
            error = {
                "error": {"message": "Too many requests" if kind == "429" else "Sorry", "type": "api_error"}
            }
            reason = {"Stripe-Rate-Limited-Reason": "endpoint-rate"} if kind == "429" else {}
            self._send(int(kind), json.dumps(error).encode(), extra=reason)
            return True
        return False

    def _send(
        self,
        status: int,
        body: bytes,
        *,
        mime: str = "application/json",
        extra: dict[str, str] | None = None,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        headers = {"Content-Type": mime, "Content-Length": str(len(body))}
        headers |= {"Request-Id": f"req_{len(self.state.asked)}", "Stripe-Version": VERSION} | (extra or {})
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut


def due(state: State, path: str) -> Fault | None:
    """The fault that hits this request; one at a time, in the order in which they were asked for."""
    for fault in state.faults:
        if fault.path.search(path):
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                state.faults.remove(fault)
            return fault
    return None


def parse(encoded: str) -> dict[str, Any]:
    """``created[gte]=1&types[0]=a`` as nested values."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        match = re.fullmatch(r"(\w+)\[(\w*)\]", name)
        if match is None:
            found[name] = value
        elif match[2] == "":
            found.setdefault(match[1], []).append(value)
        else:
            found.setdefault(match[1], {})[match[2]] = value
    return found
