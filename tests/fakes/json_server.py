"""A provider on loopback that answers with JSON: auth asserted, faults injected, requests kept.

The body of a POST is its parameter ``body``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.loopback import Loopback, QuietHandler

Query = list[tuple[str, str]]


class Wrong(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


@dataclass
class Fault:
    """Spoils the next ``times`` answers for paths that hold ``path``, after letting ``after`` pass."""

    path: str
    kind: str
    """a status, ``html``, ``cut``, ``reset`` or ``redirect``"""
    times: int = 1
    after: int = 0
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[["JsonServer", str, Query], Any]


class JsonServer(Loopback):
    """``route(server, path, query)`` gives the JSON of a request, or raises Wrong."""

    def __init__(self, route: Route, auth: dict[str, str], headers: dict[str, str] | None = None) -> None:
        self.route, self.auth, self.headers = route, auth, headers or {}
        self.asked: list[tuple[str, Query]] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.denied: set[str] = set()
        """parts of paths that the key may not read"""
        server = self

        class Handler(QuietHandler):
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                server.serve(self)

            def do_POST(self) -> None:
                server.serve(self)

        super().__init__(Handler)

    def fail(self, path: str, kind: str, times: int = 1, after: int = 0, **headers: str) -> None:
        """Let requests for ``path`` fail."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        self.faults.append(Fault(path, kind, times, after, named))

    def paths(self) -> list[str]:
        """The paths that were asked, in order."""
        return [path for path, _ in self.asked]

    def serve(self, handler: QuietHandler) -> None:
        """One request."""
        parts = urlsplit(handler.path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        if handler.command == "POST":
            size = int(handler.headers.get("Content-Length", "0"))
            query.append(("body", handler.rfile.read(size).decode()))
        self.asked.append((parts.path, query))
        fault = self._due(parts.path)
        if fault is not None and fault.kind == "reset":
            handler.close_connection = True
            handler.connection.close()
            return
        status, body, extra = self._answer(handler, parts.path, query)
        if fault is not None and fault.kind.isdigit():
            status, body, extra = int(fault.kind), {"error": {"message": "injected"}}, fault.headers
        if fault is not None and fault.kind == "redirect":
            status, extra = 302, {"Location": f"{self.url}/elsewhere"}
        data = json.dumps(body).encode() if not isinstance(body, bytes) else body
        if fault is not None and fault.kind == "html":
            data = b"<html>maintenance</html>"
        handler.send_response(status)
        for name, text in {**self.headers, **extra, "Content-Length": str(len(data))}.items():
            handler.send_header(name, text)
        handler.end_headers()
        cut = fault is not None and fault.kind == "cut"
        handler.wfile.write(data[: len(data) // 2] if cut else data)
        handler.close_connection = handler.close_connection or cut

    def _answer(self, handler: QuietHandler, path: str, query: Query) -> tuple[int, Any, dict[str, str]]:
        for name, text in self.auth.items():
            if handler.headers.get(name) != text:
                self.violations.append(f"{name} of {path}")
                return (
                    401,
                    {"error": {"message": f"Incorrect API key provided: {handler.headers.get(name)}"}},
                    {},
                )
        if any(part in path for part in self.denied):
            return 403, {"error": {"message": "missing scopes"}}, {}
        try:
            return 200, self.route(self, path, query), {}
        except Wrong as wrong:
            return wrong.status, wrong.body, wrong.headers

    def _due(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path in path:
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None


def one(query: Query, name: str, default: str = "") -> str:
    """The value of a parameter that is given once."""
    found = [text for key, text in query if key == name]
    assert len(found) <= 1, f"{name} is given {len(found)} times"
    return found[0] if found else default
