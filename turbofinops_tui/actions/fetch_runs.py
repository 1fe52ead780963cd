"""How the fetches from connections ended, for ``connect list`` and the Connections screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.store import fetch_runs
from turbofinops_tui.store.fetch_runs import FetchRun

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

__all__ = ["FetchRun", "came_words", "last_runs", "run_words", "runs_of"]


def last_runs(session: Session) -> dict[str, FetchRun]:
    """The newest run of every connection that was ever fetched from."""
    with session.store.read() as conn:
        return fetch_runs.last_runs(conn)


def runs_of(session: Session, name: str) -> list[FetchRun]:
    """The kept runs of one connection, newest first."""
    with session.store.read() as conn:
        return fetch_runs.load_runs(conn, name)


def run_words(run: FetchRun | None) -> str:
    """``2026-11-24T12:00:00Z 3 deliveries, 120 rows``, or why it failed."""
    if run is None:
        return "never"
    return f"{run.ended} {f'failed: {run.error}' if run.error else came_words(run)}"


def came_words(run: FetchRun) -> str:
    """What a run brought: ``3 deliveries, 120 rows, 2 unchanged``."""
    counts = (
        (run.items, "delivery", "deliveries"), (run.objects, "object", "objects"),
        (run.events, "event", "events"), (run.lines, "row", "rows"),
        (run.requests, "paid request", "paid requests"),
    )  # fmt: skip
    parts = [f"{number:,} {one if number == 1 else many}" for number, one, many in counts if number]
    if run.unchanged:
        parts.append(f"{run.unchanged:,} unchanged")
    return ", ".join(parts) or "nothing new"
