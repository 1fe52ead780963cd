"""What one run of either front end works with: paths, clock, the open store, and what was allowed."""

from __future__ import annotations

from dataclasses import dataclass, field

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


def open_session(
    paths: Paths,
    clock: Clock,
    *,
    read_only: bool = False,
    yes: bool = False,
    create: bool = True,
    config: Config | None = None,
) -> Session:
    """A session on the store of ``paths``: created when missing, migrated when older.

    ``config`` is read from ``paths`` unless given. Raises StoreError, or NewerStoreError (exit 5) for a
    store that a newer program wrote.
    """
    store = Store.open(paths.store, clock, read_only=read_only, create=create)
    return Session(paths, clock, store, read_only, yes, load(paths.config) if config is None else config)
