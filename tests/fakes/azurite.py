"""A real Blob storage on this machine: azurite from npm, started once for a session of tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import requests

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""of every emulator, well known"""
VERSION = "2021-08-06"
HOME = os.environ.get("AZURITE_HOME") or os.path.expanduser("~/.cache/turbofinops-azurite")
START_SECONDS = 60.0


def program() -> str | None:
    """``azurite-blob`` from the path, or where ``.ci/run`` installed it."""
    return shutil.which("azurite-blob") or shutil.which("azurite-blob", path=f"{HOME}/node_modules/.bin")


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """The address of a running account. Skips where azurite is missing; on CI that fails instead."""
    found = program()
    if found is None:
        told = f"azurite is not installed: npm install --prefix {HOME} azurite@3.35.0"
        if os.environ.get("CI") == "true" and not os.environ.get("CI_WITHOUT_AZURITE"):
            pytest.fail(told)
        pytest.skip(told)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        found, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--silent",
        "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence",
    ]  # fmt: skip
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        _answers(port, process)
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"azurite did not start (exit {process.poll()})")


def sas(powers: str = "rl", ends: str = "2099-01-01T00:00:00Z", container: str = "") -> str:
    """A shared access signature of one container, or of the whole account."""
    key = base64.b64decode(KEY)
    parts = {"sp": powers, "se": ends, "sv": VERSION, "sr": "c"}
    lines = [powers, "", ends, f"/blob/{ACCOUNT}/{container}", "", "", "", VERSION, "c", *[""] * 7]
    signature = base64.b64encode(hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).digest())
    return urlencode(parts | {"sig": signature.decode()})


class Box:
    """One container of the test's own: upload, delete."""

    def __init__(self, account: str, name: str) -> None:
        self.name, self.url = name, f"{account}/{name}"
        self._send("PUT", "", query="restype=container")

    def put(self, name: str, data: bytes) -> None:
        """Write a blob."""
        self._send("PUT", name, data, {"x-ms-blob-type": "BlockBlob"})

    def delete(self, name: str) -> None:
        """Take a blob away."""
        self._send("DELETE", name)

    def _send(
        self, method: str, name: str, data: bytes = b"", more: dict[str, str] | None = None, query: str = ""
    ) -> None:
        headers = {"x-ms-date": format_datetime(datetime.now(UTC), usegmt=True), "x-ms-version": VERSION}
        headers |= more or {}
        path = f"/{ACCOUNT}/{self.name}" + (f"/{quote(name)}" if name else "")
        named = "".join(f"{key}:{value}\n" for key, value in sorted(headers.items()))
        size = str(len(data)) if data else ""
        kind = "application/octet-stream" if data else ""
        asked = f"\n{query.replace('=', ':')}" if query else ""
        text = f"{method}\n\n\n{size}\n\n{kind}\n\n\n\n\n\n\n{named}/{ACCOUNT}{path}{asked}"
        digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
        if kind:
            headers["Content-Type"] = kind
        address = self.url + (f"/{quote(name)}" if name else "") + (f"?{query}" if query else "")
        answer = requests.request(method, address, data=data, headers=headers, timeout=30)
        assert answer.status_code < 300, (answer.status_code, answer.text)
