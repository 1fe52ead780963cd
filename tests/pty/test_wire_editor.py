"""Bytes of the rule editor at 80x24: opening it, a key, new consequences, closing; idle writes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.pty.grammar import check
from tests.pty.terminal import Terminal

RUN = "import sys\nfrom turbofinops_tui.cli.main import run\nsys.exit(run(['--root', {root!r}]))\n"
REPAINTING = (
    "from turbofinops_tui.screens.rule_editor import RuleEditor\n"
    "kept = RuleEditor._changed\n"
    "RuleEditor._changed = lambda self: (kept(self), self.app._driver.write(' ' * 9000))[0]\n"
)
"""an editor that paints everything again at every key"""
KEY, CONSEQUENCES, SCREEN = 2_000, 10_000, 30_000
ESC = "\x1b"


def _sizes(root: Path, folder: Path, before: str = "") -> dict[str, int]:
    """What each step of writing a rule puts on the wire."""
    found: dict[str, int] = {}
    with Terminal(before + RUN.format(root=str(root)), folder) as terminal:
        terminal.until("books")
        terminal.press("6")
        terminal.settle(1.0)
        found["screen open"] = terminal.answer("n", wanted="New rule")
        terminal.settle(1.0)
        for number, letter in enumerate("tag:k"):
            found[f"key {number}"] = terminal.answer(letter)
        terminal.press("=")
        found["consequences"] = terminal.answer("*", wanted="matches")
        terminal.settle(1.0)
        assert terminal.read(1.0) == b"", "idle in the editor"
        found["screen close"] = terminal.answer(ESC)
        if not before:
            check(bytes(terminal.data))
    return found


def _over(found: dict[str, int]) -> set[str]:
    limits = {"key": KEY, "consequences": CONSEQUENCES, "screen": SCREEN}
    return {name for name, size in found.items() if size > limits[name.partition(" ")[0]]}


def test_budgets_of_the_editor(hostile_root: Path, tmp_path: Path) -> None:
    shutil.copytree(hostile_root / "data", tmp_path / "root" / "data")
    found = _sizes(tmp_path / "root", tmp_path)
    assert _over(found) == set()
    assert found["screen open"] > 1000


def test_control_an_editor_that_repaints_is_caught(hostile_root: Path, tmp_path: Path) -> None:
    shutil.copytree(hostile_root / "data", tmp_path / "root" / "data")
    over = _over(_sizes(tmp_path / "root", tmp_path, REPAINTING))
    assert any(name.startswith("key ") for name in over)
