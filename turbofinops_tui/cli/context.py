"""What the global options say, before anything is opened."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from turbofinops_tui.errors import UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.paths import Paths


@dataclass(frozen=True, slots=True)
class Context:
    """Paths, clock and flags of one run; nouns with ``WITHOUT_STORE`` get this instead of a session."""

    paths: Paths
    clock: Clock
    read_only: bool = False
    yes: bool = False
    debug: bool = False
    workspace: str = ""
    placed: bool = False
    """True when --root or --store said where the store lies"""
    published: str = ""
    """books id of the published copy that ``paths.store`` is; empty: a store of one's own"""

    def open(self) -> Session:
        """The session with its store opened (migrated when needed)."""
        # Imported here: --version, --help and usage errors open nothing.
        from turbofinops_tui.actions.session import open_session

        return open_session(
            self.paths,
            self.clock,
            read_only=self.read_only,
            yes=self.yes,
            workspace=self.workspace,
            published=bool(self.published),
        )

    def renewed(self) -> Context:
        """The same with the newest published books; itself for a store of one's own."""
        if not self.published:
            return self
        from turbofinops_tui.actions.publishing import newest

        path, books = newest(self.workspace)
        return (
            self
            if books == self.published
            else replace(self, paths=replace(self.paths, store=path), published=books)
        )


def has_terminal() -> bool:
    """Whether a person can see and answer the app (it reads stdin and draws on stderr)."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def require_terminal() -> None:
    """UsageError where the app could neither be seen nor answered."""
    if not has_terminal():
        raise UsageError("the app needs a terminal", "use a command instead, see 'turbofinops --help'")
