"""S3 and STS on loopback, as little of them as a sync needs, with refusals as AWS words them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.loopback import Loopback, QuietHandler

ACCOUNT = "123456789012"
BUCKET = "costs"
_STAMP = "2026-11-02T00:00:00.000Z"


@dataclass(slots=True)
class Refusal:
    """An answer of failure, as often as it says, to ``list``, ``get`` or an action of STS."""

    where: str
    status: int
    code: str
    message: str = "refused"
    times: int = 1_000_000


class RefusingAws(Loopback):
    """One bucket with what ``put`` holds; ``refusals`` come first."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.refusals: list[Refusal] = []
        self.asked: list[str] = []
        fake = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = parse_qs(parts.query)
                key = unquote(parts.path).lstrip("/").partition("/")[2]
                fake.serve(self, "get" if key else "list", key, query.get("prefix", [""])[0])

            def do_HEAD(self) -> None:
                fake.serve(self, "head", "", "")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                fake.serve(self, parse_qs(body).get("Action", [""])[0], "", "")

        super().__init__(Handler)

    def deliver(self, header: str, lines: Iterable[str], period: str = "2026-10") -> None:
        """One month of the export ``daily``: a file and the manifest that names it."""
        key = f"fin/daily/data/BILLING_PERIOD={period}/daily-00001.csv.gz"
        self.objects[key] = gzip.compress("\n".join([header, *lines, ""]).encode(), mtime=0)
        run = hashlib.sha256(self.objects[key]).hexdigest()
        told = json.dumps({"executionId": run, "dataFiles": [key]}).encode()
        self.objects[f"fin/daily/metadata/BILLING_PERIOD={period}/daily-Manifest.json"] = told

    def serve(self, handler: QuietHandler, what: str, key: str, prefix: str) -> None:
        """One request."""
        self.asked.append(what)
        found = next((item for item in self.refusals if item.where == what), None)
        if found is not None:
            found.times -= 1
            if not found.times:
                self.refusals.remove(found)
        if found is not None and found.code == "reset":
            handler.close_connection = True
            handler.connection.close()
            return
        status, body = (found.status, _error(found)) if found else self._answer(what, key, prefix)
        handler.send_response(status)
        handler.send_header("Content-Type", "application/xml")
        handler.send_header("ETag", _etag(body))
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if what != "head" and status != 304:
            handler.wfile.write(body)

    def _answer(self, what: str, key: str, prefix: str) -> tuple[int, bytes]:
        if what == "list":
            keys = [key for key in sorted(self.objects) if key.startswith(prefix)]
            return 200, f"<ListBucketResult>{''.join(map(self._listed, keys))}</ListBucketResult>".encode()
        if what == "get":
            return 200, self.objects[key]
        text = f"<Account>{ACCOUNT}</Account><Arn>arn:aws:iam::1:user/x</Arn><UserId>U</UserId>"
        return 200, (
            f"<GetCallerIdentityResponse><GetCallerIdentityResult>{text}"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        ).encode()

    def _listed(self, key: str) -> str:
        body = self.objects[key]
        return (
            f"<Contents><Key>{key}</Key><LastModified>{_STAMP}</LastModified><ETag>{_etag(body)}</ETag>"
            f"<Size>{len(body)}</Size></Contents>"
        )


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _error(refusal: Refusal) -> bytes:
    if refusal.code == "html":
        return b"<html>proxy</html>"
    held = f"<Code>{refusal.code}</Code><Message>{refusal.message}</Message>"
    if refusal.where in ("list", "get"):
        return f"<Error>{held}</Error>".encode()
    return f"<ErrorResponse><Error><Type>Sender</Type>{held}</Error></ErrorResponse>".encode()
