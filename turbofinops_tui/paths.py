"""Where files live: platformdirs, or one root for tests and demos; directories 0700, files 0600."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths of one session; nothing is created by making this object."""

    config: Path
    """``config.toml``: a person's taste."""
    data: Path
    """directory of the store, ``received/`` and ``presets/``"""
    state: Path
    """directory of logs"""
    store: Path
    """the SQLite file"""

    @property
    def received(self) -> Path:
        """Directory of kept deliveries, named by SHA-256; beside the store file."""
        return self.store.parent / "received"

    @property
    def presets(self) -> Path:
        """Directory of private presets."""
        return self.data / "presets"


def resolve(
    root: str | None = None,
    store: str | None = None,
    config: str | None = None,
    environ: dict[str, str] | None = None,
) -> Paths:
    """Paths from arguments, then TURBOFINOPS_ROOT / TURBOFINOPS_STORE, then the platform's."""
    env = dict(os.environ) if environ is None else environ
    base = root or env.get("TURBOFINOPS_ROOT")
    if base:
        top = Path(base).expanduser()
        data, state, conf = top / "data", top / "state", top / "config" / "config.toml"
    else:
        # Imported here: a session with a root of its own never pays for it.
        import platformdirs

        dirs = platformdirs.PlatformDirs("turbofinops", appauthor=False)
        data, state = Path(dirs.user_data_dir), Path(dirs.user_state_dir)
        conf = Path(dirs.user_config_dir) / "config.toml"
    chosen = store or env.get("TURBOFINOPS_STORE")
    return Paths(
        config=Path(config).expanduser() if config else conf,
        data=data,
        state=state,
        store=Path(chosen).expanduser() if chosen else data / "store.db",
    )


def make_private_directory(path: Path) -> Path:
    """Create ``path`` and its missing parents with mode 0700; returns it."""
    missing = []
    current = path
    while not current.exists():
        missing.append(current)
        current = current.parent
    for directory in reversed(missing):
        directory.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    return path


def assets() -> Path:
    """Directory of shipped assets: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "assets"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "assets"
