"""``sync`` and ``backfill`` as commands: output, progress, exit codes, and nothing heavy before they run."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from tests.fakes.stripe_server import KEY, StripeServer
from tests.sync.stripe_pulling import connect
from tests.sync.stripe_shapes import charge, session
from turbofinops_tui.cli import main, sync
from turbofinops_tui.clock import from_environment
from turbofinops_tui.sync.pull.stripe_pull import Progress

TODAY = "2026-09-01"


@pytest.fixture
def server() -> Iterator[StripeServer]:
    with StripeServer([charge("ch_1", 100, "2026-08-01")]) as running, stamina.set_testing(True, attempts=3):
        yield running


@pytest.fixture
def root(tmp_path: Path, server: StripeServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TURBOFINOPS_TODAY", TODAY)
    monkeypatch.setenv("TURBOFINOPS_STRIPE_API_KEY", KEY)
    books = session(tmp_path, from_environment())
    connect(books, server)
    books.store.close()
    return tmp_path


def run(root: Path, *words: str) -> int:
    return main.run(["--root", str(root), *words])


def test_sync_says_what_came(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "sync") == 0
    out, err = capsys.readouterr()
    assert out == "stripe: 1 object, 0 new events, 2 revenue rows derived\n"
    assert err == ""
    assert run(root, "sync", "stripe", "--format", "json") == 0
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert (row["name"], row["objects"], row["error"]) == ("stripe", 0, "")
    assert run(root, "report", "customers", "--period", "2026-08", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["totals"]["revenue"] == "1.00"


def test_a_failure_is_told_with_the_reason_and_without_the_key(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_STRIPE_API_KEY", "sk_live_abcdefghijklmnop")
    assert run(root, "backfill", "stripe", "--since", "2026-01-01") == 1
    out, err = capsys.readouterr()
    assert out == "stripe: failed\n"
    assert "full secret key" in err
    assert "abcdefghijklmnop" not in out + err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["sync", "nobody"], 1),
        (["backfill", "stripe"], 2),
        (["backfill"], 2),
        (["sync", "--since", "yesterday"], 2),
        (["sync", "--since", "2027-01-01"], 2),
    ],
)
def test_words_that_do_not_fit(root: Path, words: list[str], code: int, server: StripeServer) -> None:
    assert run(root, *words) == code
    assert server.state.asked == []


def test_no_connection_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "empty", "sync") == 0
    assert "no connections" in capsys.readouterr().err


def test_progress_tells_how_far_and_how_long() -> None:
    halfway = Progress(objects=12345, part=0.45, seconds=90)
    assert sync.progress_text("acme", halfway) == "acme: 12,345 objects, 45 %, about 1 min left"
    assert sync.progress_text("acme", Progress()) == "acme: 0 objects, 0 %"
    assert sync.progress_text("acme", Progress(objects=3, events=7, step="revenue")) == (
        "acme: 3 objects, 7 events, deriving revenue"
    )


class Screen(io.StringIO):
    """A terminal that keeps what was written."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_progress_is_shown_on_a_terminal_alone_and_not_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for terminal, lines in ((True, 3), (False, 0)):
        screen = Screen(terminal)
        monkeypatch.setattr(sys, "stderr", screen)
        now[0] = 10.0
        shown = sync.ProgressLine()
        for _ in range(11):
            shown.show("acme", Progress(objects=1))
            now[0] += 0.125
        shown.clear()
        assert screen.getvalue().count("acme") == lines
        assert screen.getvalue().endswith("\r" if terminal else "")


def test_the_vendor_package_is_loaded_by_the_fetch_alone() -> None:
    code = (
        "import sys, turbofinops_tui.cli.sync, turbofinops_tui.actions.syncing,"
        " turbofinops_tui.sync.pull.stripe_sync\n"
        "print(sorted({'stripe', 'requests', 'stamina', 'tenacity'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
