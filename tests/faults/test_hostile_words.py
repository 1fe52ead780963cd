"""Arguments and files are foreign text too: what is echoed of them can do nothing to a terminal."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.unit.hostile import HOSTILE
from turbofinops_tui.cli.main import run
from turbofinops_tui.errors import EXIT_DONE

ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"}
# What no argument can hold: a process is started with C strings.
WORDS = {kind: text[:3000].replace("\x00", "\x01") for kind, text in HOSTILE.items()}

PLACES: dict[str, list[str]] = {
    "a command": ["{}"],
    "a global option": ["--{}"],
    "an option": ["report", "--{}"],
    "a report": ["report", "{}"],
    "a period": ["report", "--period", "{}"],
    "a dimension": ["report", "--by", "{}"],
    "a measure": ["report", "--measure", "{}"],
    "a condition": ["report", "--where", "{}"],
    "a having": ["report", "--having", "{}"],
    "a customer": ["explain", "--customer", "{}"],
    "a row": ["explain", "--row", "{}"],
    "a file": ["import", "focus", "{}", "--source", "aws"],
    "a source": ["import", "focus", "missing.csv", "--source", "{}"],
    "a mapping": ["import", "costs", "missing.csv", "--source", "x", "--map", "{}"],
    "a link": ["links", "remove", "{}"],
    "a match": ["links", "add", "--kind", "tag", "--match", "{}", "--customer", "acme"],
    "a target": ["links", "add", "--kind", "tag", "--match", "tag:a=b", "--customer", "{}"],
    "an identity": ["identities", "add", "acme", "{}"],
    "a setting": ["settings", "set", "{}", "1"],
    "a backup": ["db", "restore", "{}"],
}


def acting(text: str) -> list[str]:
    """Characters of ``text`` that a terminal acts on, ends of lines aside."""
    return [
        char for char in text if char != "\n" and unicodedata.category(char) in ACTING and char != "\u200d"
    ]


@pytest.mark.parametrize("place", PLACES)
def test_echoed_words_do_nothing(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    monkeypatch.chdir(tmp_path)
    for kind, text in WORDS.items():
        code = run([word.replace("{}", text) for word in PLACES[place]])
        said = capsys.readouterr()
        assert acting(said.out + said.err) == [], kind
        assert "Traceback" not in said.err, kind
        assert "unexpected" not in said.err, (kind, said.err)
        assert code == EXIT_DONE or said.err.count("\n") == 1, (kind, said.err)


def test_the_check_itself_sees_what_acts() -> None:
    assert [kind for kind, text in HOSTILE.items() if acting(text)] != []
    assert acting("\x1b[2J") == ["\x1b"]
    assert acting("a name\n") == []
