"""The whole app on a real pseudo-terminal: what reaches the wire, and what does not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.pty.grammar import Refused, check
from tests.pty.terminal import Terminal

RUN = "import sys\nfrom turbofinops_tui.cli.main import run\nsys.exit(run(['--root', {root!r}]))\n"
BACKSTOP = "from turbofinops_tui.widgets.backstop import Backstop\n"
NO_SAFE = BACKSTOP + "import turbofinops_tui.safe_text as s\ns.safe = lambda text, limit=512: str(text)\n"
"""everybody but the backstop gets a ``safe`` that lets all through"""
NO_BACKSTOP = BACKSTOP + "Backstop.apply = lambda self, line, background: line\n"
HEAVY = {
    *(
        "numpy",
        "duckdb",
        "plotext",
        "sqlmodel",
        "sqlalchemy",
        "pydantic",
        "sqlite_utils",
        "keyring",
        "stripe",
    ),
    *("boto3", "google", "datadog_api_client", "pandas", "ruamel"),
}
DOWN, ESC = "\x1b[B", "\x1b"


@pytest.fixture
def root(hostile_root: Path, tmp_path: Path) -> Path:
    """The hostile store in a copy of its own."""
    target = tmp_path / "root"
    shutil.copytree(hostile_root / "data", target / "data")
    return target


def _walk(terminal: Terminal) -> None:
    """Through every screen, filter, panel and drill-down."""
    terminal.until("books")
    terminal.settle()
    for keys in (DOWN * 3, "y", "2", DOWN * 4, "a", "\x1b[6~", "\r", "\t", "\t", "\t", "\t", "i"):
        terminal.press(keys)
    for keys in (
        ESC,
        ESC,
        "/",
        "e",
        ESC,
        "Y",
        ESC,
        "x",
        ESC,
        "f",
        ESC,
        "?",
        ESC,
        ":",
        ESC,
        "6",
        DOWN * 9,
        "\r",
    ):
        terminal.press(keys)
    for keys in ("8", DOWN * 2, "n", ESC, "9", "L", DOWN * 3, "v", ESC, ",", DOWN, "\r", ESC, ESC):
        terminal.press(keys)
    for keys in ("2", "P", "\r", "9", "\r", ESC, "Z", "2", "8", "Z"):
        terminal.press(keys)
    for keys in ("?", ESC, ":", ESC, "6", DOWN * 9, "\r", "o", "u", "8", DOWN, "1", "T", "T", "q"):
        terminal.press(keys)


def test_every_screen_keeps_to_the_grammar(root: Path, tmp_path: Path) -> None:
    with Terminal(RUN.format(root=str(root)), tmp_path) as terminal:
        _walk(terminal)
        assert terminal.end() == 0
        text = check(bytes(terminal.data), copies=2)
    # The walk did show foreign text: markup as it stands, control characters replaced.
    assert "[red]x[/red]" in text
    assert "\ufffd[2J" in text
    assert "unexpected" not in text


def test_the_backstop_alone_holds_too(root: Path, tmp_path: Path) -> None:
    with Terminal(NO_SAFE + RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")
        terminal.press("2")
        terminal.press("\x1b[6~")
        check(bytes(terminal.data))


def test_control_a_build_without_both_layers_is_caught(root: Path, tmp_path: Path) -> None:
    with Terminal(NO_SAFE + NO_BACKSTOP + RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")
        terminal.press("2")
        terminal.press("\x1b[6~")
        with pytest.raises(Refused):
            check(bytes(terminal.data))


def test_an_idle_app_writes_nothing_whatever_is_open(root: Path, tmp_path: Path) -> None:
    with Terminal(RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")
        for keys in ("2", "/a", ESC, "f", ESC, ":", ESC, "8", "n", ESC, "9", ",", ESC, "L"):
            terminal.settle(0.8)
            assert terminal.read(1.0) == b"", f"before {keys!r}"
            terminal.press(keys)


def test_nothing_heavy_is_loaded_at_first_paint(root: Path, tmp_path: Path) -> None:
    """The tables of the last run are on screen before numpy, the books or any vendor's library."""
    with Terminal(RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")
        terminal.settle(1.0)
        terminal.press("q")
        terminal.end()
    seen = tmp_path / "modules.json"
    stop = (
        "import sys, json\nfrom turbofinops_tui.widgets.loader import Loader\n"
        "def stop(self, screen):\n"
        f"    open({str(seen)!r}, 'w').write(json.dumps(sorted(sys.modules)))\n"
        "Loader._start_loading = stop\n"
    )
    with Terminal(stop + RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")  # the id of the stored tables: they are painted
        terminal.settle()
        loaded = {name.partition(".")[0] for name in json.loads(seen.read_text("utf-8"))}
    assert loaded & HEAVY == set()
    assert "textual" in loaded


def test_a_crash_restores_the_terminal_and_shows_one_line(root: Path, tmp_path: Path) -> None:
    broken = (
        "from turbofinops_tui.app import TurboApp\n"
        "def action_help(self):\n    secret_value = 'sk_live_canary'\n    raise RuntimeError(secret_value)\n"
        "TurboApp.action_help = action_help\n"
    )
    with Terminal(broken + RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")
        terminal.press("?")
        assert terminal.end() == 1
    after = bytes(terminal.data).rpartition(b"\x1b[?1049l")[2].decode()
    lines = [line for line in re.sub(r"\x1b\[[^a-z]*[a-z]", "", after).splitlines() if line.strip()]
    assert len(lines) == 1
    assert lines[0].startswith("error: unexpected RuntimeError: the details are in ")
    assert b"sk_live_canary" not in terminal.data
    log = (root / "state" / "turbofinops.log").read_text("utf-8")
    assert "action_help" in log
    assert "sk_live_canary" not in log


def test_without_colour_only_attributes_are_written(root: Path, tmp_path: Path) -> None:
    with Terminal(RUN.format(root=str(root)), tmp_path, env={"NO_COLOR": "1"}) as terminal:
        terminal.until("books")
        for key in ("2", DOWN, "\r", ESC, "6", "8", "f", ESC):
            terminal.press(key)
        check(bytes(terminal.data))
    codes = {
        code for part in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.data)) for code in part.split(b";")
    }
    assert codes <= {b"", b"0", b"1", b"2", b"4", b"7", b"39", b"49"}
    assert b"7" in codes  # the cursor


@pytest.mark.parametrize("inside", [True, False])
def test_a_copy_is_wrapped_inside_tmux(root: Path, tmp_path: Path, inside: bool) -> None:
    env = {"TMUX": "default,1,0"} if inside else {}
    with Terminal(RUN.format(root=str(root)), tmp_path, env=env) as terminal:
        terminal.until("books")
        terminal.settle()
        terminal.press("2")
        terminal.press("y")
        plain = re.search(rb"(?<!\x1b)\x1b\]52;c;[A-Za-z0-9+/=]+\x07", bytes(terminal.data))
        wrapped = re.search(rb"\x1bPtmux;\x1b\x1b\]52;c;[A-Za-z0-9+/=]+\x07\x1b\\", bytes(terminal.data))
    assert (wrapped is not None) is inside
    assert (plain is not None) is not inside
