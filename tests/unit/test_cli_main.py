"""The start: words, errors, exit codes, and what may not be imported for them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from turbofinops_tui import __version__
from turbofinops_tui.actions.crash_log import frames
from turbofinops_tui.cli import main
from turbofinops_tui.errors import DataError, NewerStoreError, TurboError, UsageError


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
    return tmp_path / "root"


def loaded(*words: str) -> set[str]:
    """Modules that a fresh process holds after running ``words``."""
    code = (
        "import sys; from turbofinops_tui.cli.main import run; code = run(sys.argv[1:]);"
        "print('|', code, *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("|")[2].split())


HEAVY = {
    "textual",
    "rich",
    "numpy",
    "duckdb",
    "sqlmodel",
    "pydantic",
    "platformdirs",
    "keyring",
    "sqlite_utils",
}


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["links", "--help"], ["report", "--by", "x"]])
def test_words_alone_import_nothing_heavy(words: list[str]) -> None:
    modules = loaded(*words)
    assert "turbofinops_tui.cli.main" in modules
    assert modules & HEAVY == set()
    if words[0].startswith("--"):
        assert "argparse" not in modules
        assert "sqlite3" not in modules


def test_version_and_help_stand_on_stdout(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert main.run(["--version"]) == 0
    assert capsys.readouterr() == (f"turbofinops {__version__}\n", "")
    assert main.run(["--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for noun in main.NOUNS:
        assert f"\n  {noun} " in out
    assert not root.exists()


@pytest.mark.parametrize("noun", main.NOUNS)
def test_every_command_has_help(noun: str, capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert main.run([noun, "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: turbofinops {noun}")
    assert err == ""
    assert not root.exists()


def test_global_options_stand_before_or_after_the_command() -> None:
    words = main.split_words(["--store", "a", "links", "list", "--root=b", "--yes", "--", "--yes"])
    assert words.noun == "links"
    assert words.values == {"--store": "a", "--root": "b"}
    assert words.flags == {"--yes"}
    assert words.rest == ["list", "--", "--yes"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["repotr"], "error: unknown command 'repotr': did you mean 'report'? see 'turbofinops --help'"),
        (["--frob"], "error: unknown option '--frob': see 'turbofinops --help'"),
        (["--store"], "error: --store wants a value: write --store PATH"),
        (["links", "frob"], "see 'turbofinops links --help'"),
        (["links", "add", "--match", "a"], "see 'turbofinops links add --help'"),
        (["links", "move", "x", "--to", "y"], "see 'turbofinops links move --help'"),
        (["report", "--by", "\x1b[31m"], "error: unknown dimension '\\x1b[31m'"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(
    words: list[str], line: str, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    assert main.run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert line in err
    assert not root.exists()


def _raises(error: BaseException) -> object:
    class Module:
        @staticmethod
        def register(parser: object) -> None: ...

        @staticmethod
        def run(args: object, session: object) -> int:
            local = "canary-value"
            assert local
            raise error

    return Module


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (TurboError("it failed", "try again"), 1, "error: it failed: try again\n"),
        (UsageError("bad word", "write another"), 2, "error: bad word: write another\n"),
        (
            DataError("no number", "fix it", file="a.csv", line=7, column="Cost"),
            1,
            'error: a.csv line 7 column "Cost": no number: fix it\n',
        ),
        (NewerStoreError("newer", "upgrade"), 5, "error: newer: upgrade\n"),
        (TurboError("bad \x1b[2J\u202ename"), 1, "error: bad \ufffd[2J\ufffdname\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_have_their_exit_code_and_line(
    error: BaseException,
    code: int,
    line: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(main, "_noun_module", lambda noun: _raises(error))
    assert main.run(["report"]) == code
    assert capsys.readouterr() == ("", line)


def test_debug_adds_a_traceback_without_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "_noun_module", lambda noun: _raises(TurboError("it failed")))
    assert main.run(["report", "--debug"]) == 1
    err = capsys.readouterr().err
    assert "Traceback (without values):" in err
    assert "test_cli_main.py" in err
    assert "canary" not in err
    assert err.endswith("TurboError\nerror: it failed\n")


def test_the_unexpected_goes_to_a_private_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setattr(main, "_noun_module", lambda noun: _raises(ZeroDivisionError("canary-value")))
    assert main.run(["report"]) == 1
    log = root / "state" / "turbofinops.log"
    out, err = capsys.readouterr()
    assert err == f"error: unexpected ZeroDivisionError: the details are in {log}\n"
    assert out == ""
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    text = log.read_text("utf-8")
    assert "ZeroDivisionError" in text
    assert "canary" not in text


def test_frames_show_causes_first() -> None:
    try:
        try:
            raise ValueError("canary")
        except ValueError as inner:
            raise DataError("outer") from inner
    except DataError as error:
        text = frames(error)
    assert text.index("ValueError") < text.index("DataError")
    assert "canary" not in text


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    code = "import sys; from turbofinops_tui.cli.main import run; sys.exit(run(['--help']))"
    done = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 0
    assert done.stderr == b""


def test_a_bad_clock_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_TODAY", "soon")
    assert main.run(["report"]) == 2
    assert capsys.readouterr().err == "error: TURBOFINOPS_TODAY=soon is not a date: write it as YYYY-MM-DD\n"


def test_without_a_terminal_the_app_says_so(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert main.run([]) == 2
    assert capsys.readouterr() == (
        "",
        "error: the app needs a terminal: use a command instead, see 'turbofinops --help'\n",
    )
    assert not root.exists()


def test_a_poor_encoding_is_no_reason_to_fail(root: Path) -> None:
    code = "import sys; from turbofinops_tui.cli.main import run; sys.exit(run(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "report", "--period", "2026-10"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.stderr == b""
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"UTC ? recognised" in done.stdout
