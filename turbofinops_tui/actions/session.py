"""What one run of either front end works with: paths, clock, the open store, and what was allowed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from turbofinops_tui.clock import Clock
from turbofinops_tui.config import Config, load
from turbofinops_tui.paths import Paths
from turbofinops_tui.store.open import Store


@dataclass(frozen=True, slots=True)
class Session:
    """Everything an action needs; frozen, shared between threads."""

    paths: Paths
    clock: Clock
    store: Store
    read_only: bool = False
    yes: bool = False
    """the user answered every question with yes beforehand"""
    config: Config = field(default_factory=Config)
    workspace: str = ""
    """directory of the team's presets and published books, or empty"""
    private: Store | None = None
    """a reader's own store, where the draft and the audit of the own presets are kept"""

    @property
    def own(self) -> Store:
        """Where this user's own things are kept: the store, or beside a published one a private store."""
        return self.store if self.private is None else self.private

    @property
    def reader(self) -> bool:
        """True on books that somebody else published."""
        return self.private is not None


def open_session(
    paths: Paths,
    clock: Clock,
    *,
    read_only: bool = False,
    yes: bool = False,
    create: bool = True,
    config: Config | None = None,
    workspace: str = "",
    published: bool = False,
) -> Session:
    """A session on the store of ``paths``: created when missing, migrated when older.

    ``config`` is read from ``paths`` unless given. Raises StoreError, or NewerStoreError (exit 5) for a
    store that a newer program wrote. ``published``: the store is a team's copy, read only; the draft and
    all else that is the reader's own is kept in a private store.
    """
    taste = load(paths.config) if config is None else config
    if published:
        store = Store.published(paths.store, clock)
        private = Store.open(reader_store(paths, workspace), clock, read_only=read_only)
        return Session(paths, clock, store, read_only, yes, taste, workspace, private)
    store = Store.open(paths.store, clock, read_only=read_only, create=create)
    return Session(paths, clock, store, read_only, yes, taste, workspace)


def reader_store(paths: Paths, workspace: str) -> Path:
    """Where a reader of a workspace keeps what is the own."""
    digest = hashlib.sha256(os.path.abspath(workspace).encode()).hexdigest()[:12]
    return paths.data / "readers" / f"{digest}.db"
