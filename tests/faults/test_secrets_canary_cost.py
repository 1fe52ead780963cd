"""Canaries as the credentials of every cost kind, against servers that echo whatever they are sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.faults.test_secrets_canary import Drive, forms

SECRETS = {
    "TURBOFINOPS_OPENAI_API_KEY": "sk-admin-Canary/OpenAI+71Hq",
    "TURBOFINOPS_ANTHROPIC_API_KEY": "sk-ant-admin01-Canary/Anth+82Jw",
    "TURBOFINOPS_OPENROUTER_API_KEY": "sk-or-v1-Canary/Router+93Ke",
    "TURBOFINOPS_LITELLM_API_KEY": "sk-Canary/Lite+14Lr",
    "TURBOFINOPS_DATADOG_API_KEY": "canary0dd0api0key0Qz31",
    "TURBOFINOPS_DATADOG_APP_KEY": "canary0dd0app0key0Wx42",
    "TURBOFINOPS_GCP_ACCESS_TOKEN": "ya29.Canary-Google-25Mt",
    "TURBOFINOPS_AZURE_SAS": "sv=2026-01-01&sp=rl&sig=Canary%2FAzure%2B36Nu",
    "AWS_SECRET_ACCESS_KEY": "Canary/Aws+Secret47Ov",
    "AWS_SESSION_TOKEN": "Canary/Aws+Session+That+Is+Long+58Pw",
}
HIDDEN = [*SECRETS.values(), "Canary%2FAzure%2B36Nu"]
"""what must not be found; the signature of a shared access signature by itself too"""

HURRIED = "import stamina; stamina.set_testing(True, attempts=2)"
"""no waits between attempts"""


class Echo(BaseHTTPRequestHandler):
    """Says back all that it was sent: the worst body that an error can have."""

    status, html = 401, False

    def answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        said = {"error": {"message": f"refused: {self.path} {dict(self.headers)} {sent}"}}
        body = f"<html>{said}</html>".encode() if self.html else json.dumps(said).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html" if self.html else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_PUT = answer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def echoing(code: int, page: bool) -> Iterator[str]:
    """The address of such a server."""
    handler = type("Handler", (Echo,), {"status": code, "html": page})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class CostDrive(Drive):
    """The program with the credentials of every kind in its environment."""

    def env(self) -> dict[str, str]:
        return (
            super().env() | SECRETS | {"AWS_ACCESS_KEY_ID": "AKIACANARY00000EXAMP", "AWS_MAX_ATTEMPTS": "1"}
        )


@pytest.fixture
def drive(tmp_path: Path) -> CostDrive:
    home = tmp_path / "home"
    home.mkdir()
    return CostDrive(home)


def settings(url: str) -> dict[str, list[str]]:
    """kind -> the settings that point it at ``url``."""
    plain = {
        kind: [f"base_url={url}"] for kind in ("openai", "anthropic", "openrouter", "litellm", "datadog")
    }
    return plain | {
        "gcp": [f"api_endpoint={url}", "project=p", "table=p.d.t"],
        "azure": [f"container_url={url}/exports", "auth=sas"],
        "aws": [f"endpoint_url={url}", "bucket=b", "prefix=p", "region=us-east-1", "env=yes"],
    }


def found(*texts: bytes) -> list[bytes]:
    """The forms of the canaries that are in any of the texts."""
    return [form for secret in HIDDEN for form in forms(secret) if any(form in text for text in texts)]


@pytest.mark.parametrize(("code", "page"), [(401, False), (200, True)], ids=["refused", "no JSON"])
def test_a_server_that_echoes_the_credential_makes_nobody_write_it(
    drive: CostDrive, code: int, page: bool
) -> None:
    ends = {}
    with echoing(code, page) as url:
        for kind, values in settings(url).items():
            sets = [word for value in values for word in ("--set", value)]
            assert drive.run("connect", "add", kind, kind, *sets) == 0, drive.said[-2:]
            asked = [("--yes", "sync", kind)] if page else [("connect", "test", kind)]
            ends[kind] = tuple(drive.run(*words, before=HURRIED) for words in asked)
        drive.run("connect", "list")
        drive.run("doctor")
    assert all(1 in codes for codes in ends.values()), ends
    assert found(*drive.said, *drive.argv, *drive.written()) == []


def test_a_canary_that_is_written_is_seen(drive: CostDrive) -> None:
    (drive.home / "leak").write_text(SECRETS["TURBOFINOPS_AZURE_SAS"])
    assert len(found(*drive.written())) >= 2
