"""The webhook as its users run it: a process of its own on a free port, asked over loopback."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.connections import Connection, save_connection
from turbofinops_tui.sync.receive.signature import sign

SECRET = "whsec_0123456789abcdef"  # noqa: S105
VERSION = "2026-10-28.endive"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A running webhook."""

    process: subprocess.Popen[str]
    host: str
    port: int

    def connect(self) -> http.client.HTTPConnection:
        """A connection to it."""
        return http.client.HTTPConnection(self.host, self.port, timeout=20)

    def post(self, body: bytes, headers: dict[str, str], path: str = "/stripe/webhook") -> Answer:
        """POST raw bytes."""
        connection = self.connect()
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))
        finally:
            connection.close()

    def send(self, event: Json | bytes, secret: str = SECRET, at: int | None = None) -> Answer:
        """An event, signed."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return self.post(body, {"Stripe-Signature": signature(body, secret, at)})

    def health(self) -> Json:
        """What /healthz says."""
        connection = self.connect()
        try:
            connection.request("GET", "/healthz")
            found: Json = json.loads(connection.getresponse().read())
            return found
        finally:
            connection.close()

    def end(self) -> int:
        """SIGTERM, and its exit code."""
        self.process.terminate()
        return self.process.wait(20)


def signature(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    """The header that Stripe would send; ``at`` is now unless given."""
    return sign(body, secret.encode(), int(time.time()) if at is None else at).decode()


def event(ident: str, obj: Json | None = None, **more: object) -> Json:
    """A snapshot event around ``obj`` (a customer unless given)."""
    inner = obj or {"id": f"cus_{ident}", "object": "customer", "created": 1, "livemode": True}
    found: Json = {
        "id": ident, "object": "event", "type": "customer.updated", "created": 1_790_000_000,
        "livemode": True, "api_version": VERSION, "data": {"object": inner},
    }  # fmt: skip
    return found | more


def books(home: Path, clock: Clock, *connections: Connection) -> Session:
    """A session on the store under ``home`` with these connections (one of Stripe unless given)."""
    session = open_session(resolve(root=str(home)), clock)
    with session.store.write("add connections") as txn:
        for connection in connections or (Connection("main", "stripe", {"source": "stripe"}),):
            save_connection(txn, connection)
    return session


@contextmanager
def running(
    home: Path, before: str = "", words: tuple[str, ...] = (), wrap: tuple[str, ...] = (), **env: str
) -> Iterator[Webhook]:
    """The webhook on the store under ``home``; ``before`` is code that runs first in its process."""
    argv = ["webhook", "--root", str(home), "--port", "0", *words]
    code = f"{before}\nimport sys\nfrom turbofinops_tui.cli.main import run\nsys.exit(run({argv!r}))"
    process = subprocess.Popen(
        [*wrap, sys.executable, "-c", code],
        env=os.environ | {"TURBOFINOPS_MAIN_WEBHOOK_SECRET": SECRET} | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        assert line.startswith("listening on http://"), line
        address = line.split()[2].removeprefix("http://").removesuffix("/stripe/webhook")
        host, _, port = address.rpartition(":")
        yield Webhook(process, host.strip("[]"), int(port))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
