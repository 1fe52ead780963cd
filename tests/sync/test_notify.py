"""Channels: alerts and digests reach real receivers on this machine; addresses stay secret."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.one_number.program import Program
from tests.sync.check_store import cost, deliver, made
from turbofinops_tui import notify
from turbofinops_tui.errors import UsageError
from turbofinops_tui.sync.secrets import Secret

TOKEN = "-".join(("t0ken", "of", "the", "hook", "7731"))
HOSTILE = "<!channel> @here \x1b[31m[x](http://e)\u202e"


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(500 if self.path.startswith("/broken") else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """No talk."""


@pytest.fixture
def hook() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as taking a mail needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.got.append(text.decode())  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mail() -> Iterator[socketserver.ThreadingTCPServer]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
    server.got = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def losing(tmp_path: Path) -> Program:
    """A customer with a hostile name that crosses on 2026-11-10, judged healthy the day before."""
    program = made(tmp_path, {"acme": "100"})
    cost(program, {"acme": 50}, "2026-09-01", "2026-11-01")
    lines = [f"2026-11-{d:02d},{460 if d == 9 else 50},USD,acme,search,aws\n" for d in range(1, 20)]
    deliver(program, "2026-11", lines)
    program.today = "2026-11-09"
    program.call("check", "--by", "customer")
    program.today = "2026-11-10"
    return program


def add(program: Program, monkeypatch: pytest.MonkeyPatch, name: str, address: str) -> None:
    monkeypatch.setenv(f"TURBOFINOPS_{name.upper()}_URL", address)
    program.call("notify", "add", name)


def got(server: ThreadingHTTPServer | socketserver.ThreadingTCPServer) -> list[object]:
    return list(server.got)  # type: ignore[union-attr]


def test_an_alert_reaches_webhook_and_mail_once(
    losing: Program,
    hook: ThreadingHTTPServer,
    mail: socketserver.ThreadingTCPServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = mail.server_address[1]
    add(losing, monkeypatch, "hook", f"http://127.0.0.1:{hook.server_port}/{TOKEN}")
    add(losing, monkeypatch, "mail", f"mailto://127.0.0.1:{port}?from=cfo@example.com&to=ops@example.com")
    losing.call("check", "--by", "customer", "--notify", code=3)
    losing.call("check", "--by", "customer", "--notify", code=3)
    [(path, document)] = hook.got  # type: ignore[attr-defined]
    assert path == f"/{TOKEN}"
    assert document["title"] == "TurboFinOps: 1 crossed below its floor, 2026-11-09"
    assert "customer acme: healthy → unprofitable, margin -60.00 USD" in document["message"]
    assert "because:" in document["message"]
    assert len(got(mail)) == 1
    assert "Subject: TurboFinOps: 1 crossed below its floor, 2026-11-09" in str(got(mail)[0])


def test_a_channel_that_fails_stops_no_other_and_is_tried_again(
    losing: Program, hook: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = f"http://127.0.0.1:{hook.server_port}"
    add(losing, monkeypatch, "bad", f"{base}/broken/{TOKEN}")
    add(losing, monkeypatch, "good", f"{base}/good")
    losing.call("check", "--by", "customer", "--notify", code=1)
    assert sorted(path.split("/")[1] for path, _ in hook.got) == ["broken", "good"]  # type: ignore[attr-defined]
    monkeypatch.setenv("TURBOFINOPS_BAD_URL", f"{base}/mended")
    losing.call("check", "--by", "customer", "--notify", code=3)
    assert [path for path, _ in hook.got][2:] == ["/mended"]  # type: ignore[attr-defined]


def test_a_withdrawal_goes_to_who_had_the_alert(
    losing: Program, hook: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(losing, monkeypatch, "hook", f"http://127.0.0.1:{hook.server_port}/x")
    losing.call("check", "--by", "customer", "--notify", code=3)
    deliver(losing, "2026-11", [f"2026-11-{d:02d},50,USD,acme,search,aws\n" for d in range(1, 20)])
    losing.today = "2026-11-12"
    for _ in range(2):
        losing.call("check", "--by", "customer", "--notify")
    told = [document["message"] for _, document in hook.got]  # type: ignore[attr-defined]
    assert len(told) == 2
    assert told[1].startswith("withdrawn: customer acme")
    assert "restated: cost of aws" in told[1]


def test_digest_and_test_messages(
    losing: Program, hook: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(losing, monkeypatch, "hook", f"http://127.0.0.1:{hook.server_port}/x")
    losing.call("notify", "test", "hook")
    losing.call("check", "--by", "customer", code=3)
    text = losing.call("digest", "--notify")
    for word in (
        "Losing money:",
        "acme -60.00 USD",
        "healthy -> unprofitable",
        "Coverage:",
        "Score:",
        "import",
    ):
        assert word in text
    assert losing.call("digest", "--format", "md").startswith("# TurboFinOps, 2026-11-03 to 2026-11-09 UTC")
    titles = [document["title"] for _, document in hook.got]  # type: ignore[attr-defined]
    assert titles == ["TurboFinOps: test", "TurboFinOps, 2026-11-03 to 2026-11-09 UTC"]


def test_an_address_is_in_no_file_and_in_no_word(
    losing: Program,
    hook: ThreadingHTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    add(losing, monkeypatch, "hook", f"http://127.0.0.1:{hook.server_port}/broken/{TOKEN}")
    said = losing.call("notify", "list") + losing.call("notify", "list", "--format", "json")
    losing.call("notify", "test", "hook", code=1)
    assert '"address_from": "environment TURBOFINOPS_HOOK_URL"' in said
    said += "".join(capfd.readouterr())
    assert TOKEN not in said
    assert hook.got  # type: ignore[attr-defined]  # it did go out: the control of this test
    for path in losing.root.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    "address",
    [f"http://example.com/{TOKEN}", f"json://example.com/{TOKEN}", "nonsense", "file:" + "///x", "syslog://"],
)
def test_what_is_no_safe_address_is_refused_without_saying_it(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        notify.service_of(Secret(address))
    assert TOKEN not in refused.value.line()


def test_known_services_are_named() -> None:
    slack = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert notify.service_of(Secret(slack)) == "Slack"
    assert notify.service_of(Secret("https://example.com/hook")) == "JSON"


def test_foreign_text_mentions_nobody_and_draws_nothing() -> None:
    text = notify.plain(HOSTILE, 200)
    assert not set("<>[]@`\x1b\u202e") & set(text)


def test_names_and_channels_that_are_not_there(losing: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    losing.call("notify", "test", "nobody", code=1)
    losing.call("check", "--notify", code=2)
    losing.call("notify", "add", "no/name", code=2)
    losing.call("notify", "add", "nowhere", code=1)
    add(losing, monkeypatch, "a_b", "https://example.com/x")
    losing.call("notify", "add", "a-b", code=1)
    losing.call("notify", "remove", "a_b")
    assert losing.json("notify", "list") == {"rows": []}
