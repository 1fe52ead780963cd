"""The program run from its command line against a cloud on this machine; what it says as text or JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from turbofinops_tui.cli import main


class Program:
    """One root directory; ``run`` gives (exit code, stdout, stderr)."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root, self._capture = root, capture

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run it with these words."""
        self._capture.readouterr()
        code = main.run(["--root", str(self.root), *words])
        out, err = self._capture.readouterr()
        return code, out, err

    def json(self, *words: str) -> Any:
        """Its JSON, whatever its exit code."""
        return json.loads(self.run(*words, "--format", "json")[1])

    def sync(self, *words: str) -> Any:
        """The row of the one connection that was synced."""
        [row] = self.json("sync", *words)["rows"]
        return row

    def sums(self) -> dict[tuple[str, str, str, str], Decimal]:
        """(export, period, currency, cost) -> total; every difference is zero."""
        found = self.json("reconcile")
        assert found["ok"]
        return {
            (row["export"], row["period"], row["currency"], row["cost"]): Decimal(row["source_total"])
            for row in found["rows"]
        }
