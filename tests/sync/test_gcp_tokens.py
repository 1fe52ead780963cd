"""How Google's tokens are had: a key of a service account, the user's own sign-in; nothing secret on disk."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.fakes.bigquery import ACCOUNT, DATASET, PROJECT, TABLE, TOKEN, BigQueryServer
from tests.sync.cloud_program import Program
from tests.sync.gcp_rows import row
from tests.sync.source_driving import no_waiting

REFRESH = "1//refresh-token-of-the-test-that-is-long"
CLIENT_SECRET = "GOCSPX-client-secret-of-the-test"  # noqa: S105 (of the test alone)
EXPIRED = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


class SignIn:
    """Google's token endpoint; ``answers`` are given first."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                fake.forms.append({name: values[0] for name, values in form.items()})
                status, answer = fake.answers.pop(0) if fake.answers else (200, {})
                body = json.dumps(answer or {"access_token": TOKEN, "expires_in": 3599}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/token"


@pytest.fixture
def sign_in() -> Iterator[SignIn]:
    fake = SignIn()
    threading.Thread(target=fake.http.serve_forever, args=(0.01,), daemon=True).start()
    yield fake
    fake.http.shutdown()
    fake.http.server_close()


@pytest.fixture
def server() -> Iterator[BigQueryServer]:
    with BigQueryServer(rows=[row("2026-10-01", 1.5)]) as running:
        yield running


@pytest.fixture
def program(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    server: BigQueryServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    no_waiting(monkeypatch)
    monkeypatch.setattr("google.auth._exponential_backoff.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-03")
    made = Program(tmp_path / "root", capsys)
    settings = {"billing_account": ACCOUNT, "project": PROJECT, "table": f"{DATASET}.{TABLE}",
                "api_endpoint": server.url}  # fmt: skip
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    assert made.run("connect", "add", "gcp", "google", *words)[0] == 0
    return made


@pytest.fixture(scope="module")
def key() -> str:
    """An RSA key in PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(65537, 2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.private_bytes(*form).decode()


def service_account(key: str, url: str) -> dict[str, str]:
    return {
        "type": "service_account", "project_id": PROJECT, "private_key_id": "k1", "private_key": key,
        "client_email": "fin@acme.iam.gserviceaccount.com", "client_id": "1", "token_uri": url,
    }  # fmt: skip


def user() -> dict[str, str]:
    return {"type": "authorized_user", "client_id": "1.apps", "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH}  # fmt: skip


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def private(path: Path, held: dict[str, str]) -> str:
    path.write_text(json.dumps(held))
    path.chmod(0o600)
    return str(path)


def claims(form: dict[str, str]) -> Any:
    middle = form["assertion"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def test_a_service_account_signs_for_a_token(
    program: Program, server: BigQueryServer, sign_in: SignIn, key: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    held = private(tmp_path / "key.json", service_account(key, sign_in.url))
    monkeypatch.setenv("TURBOFINOPS_GOOGLE_SERVICE_ACCOUNT_FILE", held)
    assert program.sync()["error"] == ""
    assert program.sums()["main", "2026-10", "USD", "billed"] == 1.5
    asked = claims(sign_in.forms[0])
    assert asked["iss"] == "fin@acme.iam.gserviceaccount.com"
    assert asked["scope"].split() == [
        "https://www.googleapis.com/auth/bigquery.readonly",
        "https://www.googleapis.com/auth/cloud-billing.readonly",
    ]
    code, out, err = program.run("connect", "test", "google")
    assert code == 0, err
    text = written(program.root) + (out + err).encode()
    body = "".join(key.splitlines()[1:-1])
    assert TOKEN.encode() not in text
    assert body[:40].encode() not in text


SAYS = {
    "Invalid JWT Signature.": "the service account key of google was revoked: make a new key",
    "Invalid JWT: Token must be short-lived and in a reasonable timeframe.": "the clock of this machine",
    "Invalid grant: account not found": "the service account of google was deleted",
    "else": "Google gives no token for google: is the key revoked",
}


def test_a_key_that_gets_no_token_says_why(
    program: Program, sign_in: SignIn, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = private(tmp_path / "key.json", service_account(key, sign_in.url))
    monkeypatch.setenv("TURBOFINOPS_GOOGLE_SERVICE_ACCOUNT_FILE", held)
    for text, said in SAYS.items():
        sign_in.answers = [(400, {"error": "invalid_grant", "error_description": text})]
        assert said in program.sync()["error"]
    assert program.json("reconcile")["rows"] == []
    sign_in.answers = [(503, {"error": "internal_failure"})] * 4
    assert program.sync()["error"] == ""


def test_a_sign_in_of_ones_own_is_refreshed(
    program: Program, server: BigQueryServer, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import google.oauth2.credentials

    monkeypatch.setattr(google.oauth2.credentials, "_GOOGLE_OAUTH2_TOKEN_ENDPOINT", sign_in.url)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", private(tmp_path / "adc.json", user()))
    assert program.sync()["error"] == ""
    assert sign_in.forms[0]["refresh_token"] == REFRESH
    sign_in.answers = [(400, EXPIRED)]
    error = program.sync("--full")["error"]
    assert "has expired or was revoked: sign in again: gcloud auth application-default login" in error
    code, out, err = program.run("connect", "test", "google")
    assert code == 0, err
    assert "application-default credentials" in out + err
    text = written(program.root) + (out + err).encode()
    for secret in (TOKEN, REFRESH, CLIENT_SECRET):
        assert secret.encode() not in text


def test_a_damaged_key_is_told(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", private(tmp_path / "adc.json", {"type": "else"}))
    assert "that can be read (GOOGLE_APPLICATION_CREDENTIALS): store" in program.sync()["error"]
    monkeypatch.setenv("TURBOFINOPS_GOOGLE_SERVICE_ACCOUNT", '{"private_key": "x"}')
    assert "is no key of a service account: give the whole JSON file" in program.sync()["error"]
