"""Canaries in place of secrets, every flow and failure driven, and nothing of them in anything written."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.fakes.stripe_server import StripeServer
from tests.fakes.stripe_state import ApiError, Asked
from tests.sync.webhook_process import event, running
from turbofinops_tui.clock import Clock

KEY = "rk_live_Canary/Key+51HfQ7Zp"
SIGNING = "whsec_Canary/Sign+98KmX2Rt"
CRASH = f"""
from turbofinops_tui.sync.pull import stripe_pull
def fetch(self):
    secret = {KEY!r}
    raise RuntimeError("crashed with " + secret)
stripe_pull.StripePull.fetch = fetch
"""
LEAK = f"""
import logging
logging.basicConfig(filename="leak.log")
logging.getLogger("http").warning("Authorization: Bearer %s", {KEY!r})
"""
"""known bad: a build that logs the header, without the filter"""
FILTERED = f"from turbofinops_tui import redaction\nredaction.know({KEY!r})\n{LEAK}".replace(
    "logging.getLogger", "redaction.quiet_libraries()\nlogging.getLogger", 1
)


def forms(secret: str) -> list[bytes]:
    """How a secret might be written."""
    raw = secret.encode()
    return [
        raw, base64.b64encode(raw).rstrip(b"="), raw.hex().encode(), quote(secret, safe="").encode(),
        raw[::-1], json.dumps(secret).encode(), raw[:12] + b"\n",
    ]  # fmt: skip


def leaks(*texts: bytes) -> list[bytes]:
    """The forms of the canaries that are in any of the texts."""
    return [
        form for secret in (KEY, SIGNING) for form in forms(secret) if any(form in text for text in texts)
    ]


class Drive:
    """Runs the program under one root with canaries in its environment; keeps all that it says."""

    def __init__(self, home: Path) -> None:
        self.home, self.root = home, home / "root"
        self.said: list[bytes] = []
        self.argv: list[bytes] = []

    def env(self) -> dict[str, str]:
        """The canaries, one in the environment and one in a file."""
        file = self.home.parent / "signing"
        file.touch(0o600)
        file.write_text(SIGNING)
        return os.environ | {
            "TURBOFINOPS_ACME_API_KEY": KEY, "TURBOFINOPS_ACME_WEBHOOK_SECRET_FILE": str(file),
            "PYTHONPATH": os.pathsep.join(sys.path), "TURBOFINOPS_TODAY": "2026-11-24",
        }  # fmt: skip

    def run(self, *words: str, before: str = "", text: str = "") -> int:
        """One command with --debug; its exit code."""
        argv = ["--root", str(self.root), "--debug", *words]
        code = f"{before}\nimport sys\nfrom turbofinops_tui.cli.main import run\nsys.exit(run({argv!r}))"
        file = self.home.parent / "code.py"
        file.write_text(code)  # the code may hold the canary: it must not be on the command line
        process = subprocess.Popen(
            [sys.executable, str(file)], env=self.env(), cwd=self.home, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(process.pid, ended))
        watcher.start()
        out, err = process.communicate(text.encode())
        ended.set()
        watcher.join()
        self.said += [out, err]
        return process.returncode

    def _watch(self, pid: int, ended: threading.Event) -> None:
        while not ended.wait(0.01):
            try:
                self.argv.append(Path(f"/proc/{pid}/cmdline").read_bytes())
            except OSError:
                return

    def written(self) -> list[bytes]:
        """Every file under the home."""
        return [path.read_bytes() for path in self.home.rglob("*") if path.is_file()]


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    home = tmp_path / "home"
    home.mkdir()
    return Drive(home)


def test_no_flow_and_no_failure_writes_a_secret(drive: Drive, clock: Clock) -> None:
    def echo(_: Asked) -> None:
        raise ApiError(401, f"Invalid API Key provided: {KEY}")

    with StripeServer([], key=KEY) as server:
        codes = [
            drive.run("connect", "add", "stripe", "acme", "--set", f"base_url={server.url}"),
            drive.run("connect", "test", "acme"),
            drive.run("sync"),
            drive.run("sync", "--full", before=CRASH),
        ]
        server.state.hook = echo
        codes += [drive.run("sync", "--full"), drive.run("connect", "test", "acme")]
    codes += [
        drive.run("connect", "list"),
        drive.run("connect", "add", "stripe", "other", f"--api-key={KEY}"[:9], text=KEY),
        drive.run("connect", "add", "stripe", "third", "--secret-stdin", text=KEY),
        drive.run("doctor"),
        drive.run("audit"),
    ]
    file = drive.env()["TURBOFINOPS_ACME_WEBHOOK_SECRET_FILE"]
    with running(drive.root, words=("--debug",), TURBOFINOPS_ACME_WEBHOOK_SECRET_FILE=file) as webhook:
        assert webhook.send(event("evt_1"), SIGNING).status == 200
        bad = webhook.post(b"{}", {"Stripe-Signature": f"t=1,v1={SIGNING}"})
        drive.said += [bad.text.encode(), json.dumps(webhook.health()).encode()]
        webhook.end()
    assert codes == [0, 0, 0, 1, 1, 1, 0, 2, 1, 0, 0], drive.said
    assert drive.argv
    assert b"unexpected RuntimeError" in b"".join(drive.said)
    assert (drive.root / "state" / "turbofinops.log").exists()
    assert leaks(*drive.said, *drive.argv, *drive.written()) == []


@pytest.mark.parametrize(
    ("before", "found"), [(LEAK, True), (FILTERED, False)], ids=["known bad", "filtered"]
)
def test_a_build_that_logs_the_header_is_caught_and_the_filter_blanks_it(
    drive: Drive, before: str, found: bool
) -> None:
    assert drive.run("settings", "list", before=before) == 0
    assert (drive.home / "leak.log").read_text().startswith("WARNING:http:")
    assert bool(leaks(*drive.written())) is found


@pytest.mark.parametrize("form", forms(KEY), ids=["raw", "base64", "hex", "url", "reversed", "json", "cut"])
def test_every_form_of_a_canary_is_seen(form: bytes) -> None:
    assert form in leaks(b"x" + form + b"y")
