"""The import contracts of pyproject.toml are kept, and each is broken by a known-bad line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.rules import PACKAGE, REPOSITORY

BAD = [
    ("floors", "store/bad.py", "import turbofinops_tui.actions"),
    ("floors", "models/bad.py", "def late() -> None:\n    import turbofinops_tui.store"),
    ("floors", "actions/bad.py", "import turbofinops_tui.widgets"),
    ("front-ends", "screens/bad.py", "import turbofinops_tui.store.open"),
    ("front-ends", "cli/bad.py", "from turbofinops_tui.economics.evaluate import evaluate"),
    ("widgets", "widgets/bad.py", "import turbofinops_tui.actions"),
    ("pure", "economics/bad.py", "import turbofinops_tui.clock"),
    ("pure", "economics/bad.py", "import sqlite3"),
    ("no-terminal-below", "files/bad.py", "from rich.text import Text"),
    ("screens-apart", "screens/bad.py", "from turbofinops_tui.screens import worse"),
]


def _check(home: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    code = "import sys; from importlinter.cli import lint_imports_command as main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", *chosen],
        cwd=home,
        env={"PYTHONPATH": str(home), "PATH": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and the contracts, to be spoiled."""
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_are_kept() -> None:
    result = _check(REPOSITORY)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "path", "source"), BAD)
def test_contract_is_broken_by_a_known_bad_line(copy: Path, contract: str, path: str, source: str) -> None:
    (copy / PACKAGE.name / "screens" / "worse.py").write_text("")
    (copy / PACKAGE.name / path).write_text(source)
    result = _check(copy, contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 broken" in result.stdout
