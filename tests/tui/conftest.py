"""A small real business in a store, built once; tests that write get a copy of their own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import Paths, resolve

NOW = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Opener:
    """What the app is started with."""

    paths: Paths
    clock: Clock = NOW
    read_only: bool = False

    def open(self) -> Session:
        return open_session(self.paths, self.clock, read_only=self.read_only)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root directory of a demo of 24 customers over 4 months."""
    from turbofinops_tui.actions.demo import build

    root = tmp_path_factory.mktemp("business")
    build.make(resolve(root=str(root), environ={}), NOW, 24, 4, 1, lambda text: None)
    return root


@pytest.fixture
def opener(built: Path, tmp_path: Path) -> Opener:
    """The business in a copy of its own, without the received files."""
    root = tmp_path / "root"
    shutil.copytree(built / "data", root / "data", ignore=shutil.ignore_patterns("received"))
    return Opener(resolve(root=str(root), environ={}))


@pytest.fixture
def empty(tmp_path: Path) -> Opener:
    """A place where nothing was imported yet."""
    return Opener(resolve(root=str(tmp_path / "root"), environ={}))
