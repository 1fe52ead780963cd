"""Opening each screen the first time: ten million rollup rows, 5k customers x 24 months; CPU of the core.

The tables that a screen plans and what it gathers beside them, computed one screen after the other as a user
would open them; fresh books, so that nothing is answered from a table kept.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks import big_store, harness
from benchmarks.harness import Contender

SCREENS = ("overview", "customers", "cohorts", "features", "margins", "links", "findings")


def ours(root: str) -> dict[str, float]:
    """CPU milliseconds of every screen, books first."""
    from turbofinops_tui import screens
    from turbofinops_tui.actions.app_state import AppState
    from turbofinops_tui.actions.screens_data import Desk
    from turbofinops_tui.actions.session import open_session
    from turbofinops_tui.clock import from_environment
    from turbofinops_tui.paths import resolve
    from turbofinops_tui.widgets.frame import Frame

    clock, paths = from_environment({"TURBOFINOPS_TODAY": big_store.TODAY}), resolve(root=root, environ={})
    opener: Any = SimpleNamespace(clock=clock, paths=paths, read_only=True)
    opener.open = lambda: open_session(paths, clock, read_only=True)
    host = SimpleNamespace(desk=Desk(opener), charts="braille", keys={})
    Frame.host = property(lambda _: host)  # type: ignore[assignment,method-assign]
    found: dict[str, float] = {}
    start = time.process_time()
    host.desk.call(lambda _, reports: reports.refresh())
    found["books"] = (time.process_time() - start) * 1000
    for name in SCREENS:
        screen = screens.make(name, AppState())
        start = time.process_time()
        known: dict[str, Any] = {}
        while wanted := {n: asked for n, asked in screen.plan(known).items() if n not in known}:
            known |= host.desk.fresh(wanted)
        screen.tables = known
        found[f"{name}: tables"] = (time.process_time() - start) * 1000
        start = time.process_time()
        host.desk.call(screen.gather)
        found[f"{name}: beside them"] = (time.process_time() - start) * 1000
    return found


def compare(folder: Path, rows: int, rounds: int) -> str:
    """The table of the screens."""
    root = big_store.build(folder, rows).parents[1]
    contender = Contender("ours", harness.python("-m", "benchmarks.screens", "ours", str(root)))
    samples = [
        json.loads(s.out.splitlines()[-1]) for r in harness.compare([contender], rounds) for s in r.samples
    ]
    lines = [
        f"### Screens opened the first time at {rows:,} rollup rows"
        f" (CPU ms; calibration {harness.calibration():.2f})",
        "",
        "| step | median |",
        "|---|---:|",
        *(f"| {name} | {statistics.median(s[name] for s in samples):.0f} |" for name in samples[0]),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """A mode and a root: one timing as JSON; otherwise the comparison."""
    harness.two_sided(__doc__ or "", {"ours": ours}, compare, 10_000_000)


if __name__ == "__main__":
    main()
