"""Bytes of the margin screens at 80x24: a screen change, a page, a row, a cell; idle writes nothing."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pty.grammar import check
from tests.pty.terminal import Terminal
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve

RUN = "import sys\nfrom turbofinops_tui.cli.main import run\nsys.exit(run(['--root', {root!r}]))\n"
UNMERGED = (
    "from turbofinops_tui.widgets.charts.heat import HeatGrid\n"
    "HeatGrid._repaint_cells = lambda self, *rows: self.refresh()\n"
)
"""a heat grid that repaints everything at each step"""
ROW, PAGE, SCREEN = 2_000, 20_000, 30_000
DOWN, RIGHT, PAGE_DOWN = "\x1b[B", "\x1b[C", "\x1b[6~"
NOW = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture(scope="session")
def business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of 24 customers over 18 months."""
    from turbofinops_tui.actions.demo import build

    root = tmp_path_factory.mktemp("wire")
    build.make(resolve(root=str(root), environ={}), NOW, 24, 18, 1, lambda text: None)
    return root


@pytest.fixture
def root(business: Path, tmp_path: Path) -> Path:
    """The demo in a copy of its own."""
    shutil.copytree(business / "data", tmp_path / "root" / "data", ignore=shutil.ignore_patterns("received"))
    return tmp_path / "root"


def test_budgets_at_eighty_columns(root: Path, tmp_path: Path) -> None:
    found: dict[str, int] = {}
    with Terminal(RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")
        terminal.settle(1.0)
        for digit in "345":
            found[f"screen {digit}"] = terminal.answer(digit)
            found[f"row {digit}"] = terminal.answer(DOWN, 2)
            found[f"page {digit}"] = terminal.answer(PAGE_DOWN)
            assert terminal.read(0.6) == b"", f"idle on {digit}"
        for key in "cc":
            found[f"screen chart {key}"] = max(terminal.answer(key), found.get(f"screen chart {key}", 0))
        found["row of points"] = terminal.answer(DOWN, 2)
        terminal.press("3")
        for key in ("m", "c", "C", "b"):
            found[f"screen cohorts {key}"] = terminal.answer(key)
        found["row cell"] = terminal.answer(RIGHT, 2)
        found["row cell down"] = terminal.answer(DOWN, 2)
        check(bytes(terminal.data))
    limits = {"row": ROW, "page": PAGE, "screen": SCREEN}
    over = {name: size for name, size in found.items() if size > limits[name.partition(" ")[0]]}
    assert not over
    assert min(found[f"screen {digit}"] for digit in "345") > 1000


def test_control_a_grid_that_repaints_everything_is_caught(root: Path, tmp_path: Path) -> None:
    with Terminal(UNMERGED + RUN.format(root=str(root)), tmp_path) as terminal:
        terminal.until("books")
        terminal.settle(1.0)
        terminal.press("3")
        terminal.settle(0.6)
        assert terminal.answer(RIGHT, 2) > ROW
