"""Shared fixtures: no test touches the real home, the clock or the network."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from turbofinops_tui.clock import Clock

# A property is right or wrong, however busy the machine is.
settings.register_profile("everyday", deadline=None)
settings.load_profile("everyday")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The read-only sample data that is laid beside the checkout."""
    return Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def clock() -> Clock:
    """A fixed moment: 2026-11-24 12:00 UTC."""
    return Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home of its own and none of the user's variables."""
    import os

    for name in list(os.environ):
        if name.startswith("TURBOFINOPS_") or name in ("NO_COLOR", "SSH_CONNECTION", "TMUX"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
