"""How Azure's tokens are had: a client secret at the sign-in, the az program; nothing is guessed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs

import pytest

from turbofinops_tui.errors import SourceError
from turbofinops_tui.store.connections import Connection
from turbofinops_tui.sync.pull.azure_blob import Container
from turbofinops_tui.sync.runner import Secrets
from turbofinops_tui.sync.secrets import Found, Secret, SecretError

CLIENT_SECRET = "a-client-secret-of-the-test"  # noqa: S105 (of the test alone)


class SignIn(BaseHTTPRequestHandler):
    """Microsoft's sign-in: a token for the right secret, its error for another."""

    forms: ClassVar[list[dict[str, list[str]]]] = []

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        return

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.forms.append(form | {"path": [self.path]})
        right = form["client_secret"] == [CLIENT_SECRET]
        answer = {"access_token": "eyJ-token", "expires_in": 3599} if right else {"error": "AADSTS7000215"}
        self.send_response(200 if right else 401)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), SignIn)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    SignIn.forms.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def only(**known: str) -> Secrets:
    def find(name: str) -> Found:
        if name not in known:
            raise SecretError(f"no {name}", f"set {name}")
        return Found(Secret(known[name]), "test")

    return find


def container(secrets: Secrets, **settings: str) -> Container:
    url = {"container_url": "https://acme.blob.core.windows.net/exports"}
    return Container(Connection("az", "azure", url | settings), secrets, threading.Event(), 1)


def test_a_client_secret_becomes_a_token_that_is_asked_for_once(address: str) -> None:
    made = container(only(client_secret=CLIENT_SECRET), tenant="t-1", client="app-1", base_url=address)
    for _ in range(2):
        assert made.credential.sign(made.url, {}) == {"Authorization": "Bearer eyJ-token"}
    [form] = SignIn.forms
    assert form["path"] == ["/t-1/oauth2/v2.0/token"]
    assert form["client_id"] == ["app-1"]
    assert form["scope"] == ["https://storage.azure.com/.default"]


def test_a_wrong_client_secret_is_told_without_it(address: str) -> None:
    wrong = {"client_secret": "wrong-client-secret"}
    made = container(only(**wrong), tenant="t", client="a", base_url=address)
    with pytest.raises(SourceError, match="a wrong client secret") as caught:
        made.credential.sign(made.url, {})
    assert "wrong-client-secret" not in caught.value.line()


def test_a_client_secret_needs_tenant_and_client() -> None:
    with pytest.raises(SourceError, match="not whose"):
        _ = container(only(client_secret=CLIENT_SECRET)).credential


def test_nothing_is_guessed_when_there_is_no_secret() -> None:
    with pytest.raises(SecretError, match="no sas") as caught:
        _ = container(only()).credential
    assert "auth=cli" in caught.value.hint


def test_the_az_program_is_asked_only_when_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "az"
    program.write_text('#!/bin/sh\necho \'{"accessToken": "from-az-\'"$4"\'"}\'\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    made = container(only(), auth="cli")
    assert made.credential.sign(made.url, {}) == {"Authorization": "Bearer from-az-https://storage.azure.com"}
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(SourceError, match="gave no token"):
        _ = container(only(), auth="cli").credential.sign("", {})
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SourceError, match="not installed"):
        _ = container(only(), auth="cli").credential.sign("", {})


def test_what_is_no_signature_is_said() -> None:
    with pytest.raises(SourceError, match="no shared access signature"):
        _ = container(only(sas="just-words")).credential
