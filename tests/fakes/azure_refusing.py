"""Blob storage and Microsoft's sign-in on loopback, as little as a sync needs, refusing as Azure does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.loopback import Loopback, QuietHandler

_DATE = "Thu, 05 Nov 2026 12:00:00 GMT"


@dataclass(slots=True)
class Refusal:
    """An answer of failure, as often as it says, to ``list``, ``get`` or ``token``."""

    where: str
    status: int
    code: str = ""
    text: str = ""
    times: int = 1_000_000


class RefusingAzure(Loopback):
    """One container with what ``put`` holds; ``refusals`` come first."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.refusals: list[Refusal] = []
        fake = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = parse_qs(parts.query)
                name = unquote(parts.path).removeprefix("/acct/costs").lstrip("/")
                fake.serve(self, "list" if "comp" in query else "get", name)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fake.serve(self, "token", "")

        super().__init__(Handler)
        self.host = self.url
        self.url = f"{self.host}/acct/costs"

    def put(self, name: str, data: bytes) -> None:
        """Write a blob."""
        self.blobs[name] = data

    def delete(self, name: str) -> None:
        """Take a blob away."""
        del self.blobs[name]

    def serve(self, handler: QuietHandler, what: str, name: str) -> None:
        """One request."""
        found = next((item for item in self.refusals if item.where == what), None)
        if found is not None:
            found.times -= 1
            if not found.times:
                self.refusals.remove(found)
        if found is not None and found.code == "reset":
            handler.close_connection = True
            handler.connection.close()
            return
        status, body = (found.status, found.text.encode()) if found else (200, self._answer(what, name))
        handler.send_response_only(status)
        handler.send_header("Date", _DATE)
        if found is not None and found.code:
            handler.send_header("x-ms-error-code", found.code)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if status != 304:
            handler.wfile.write(body)

    def _answer(self, what: str, name: str) -> bytes:
        if what == "token":
            return b'{"access_token": "eyJ-token-of-the-fake", "expires_in": 3599}'
        if what == "get":
            return self.blobs[name]
        listed = "".join(
            f"<Blob><Name>{name}</Name><Properties><Last-Modified>{_DATE}</Last-Modified>"
            f"<Etag>{hashlib.sha256(data).hexdigest()[:16]}</Etag><Content-Length>{len(data)}</Content-Length>"
            "</Properties></Blob>"
            for name, data in sorted(self.blobs.items())
        )
        return f"<EnumerationResults><Blobs>{listed}</Blobs><NextMarker/></EnumerationResults>".encode()
