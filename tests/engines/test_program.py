"""A connection to an engine through the whole program: a restated month, corrections as another export."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engines.rolling import settings_of
from tests.sync.cost_files import session_at, stored, totals
from turbofinops_tui.actions.connections import add_connection, new_connection
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.reconcile import reconcile
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.syncing import Ask, SyncLine, sync
from turbofinops_tui.clock import Clock


def run(session: Session) -> SyncLine:
    [line] = sync(session, ["aws"], Ask())
    return line


def test_base_restated_and_corrected(engine: str, shared_data: Path, tmp_path: Path, clock: Clock) -> None:
    generated = shared_data / "cloud" / "generated"
    lake = tmp_path / "lake"
    shutil.copytree(generated / "base" / "aws", lake)
    session, hand = session_at(tmp_path / "root", clock), session_at(tmp_path / "hand", clock)
    add_connection(session, new_connection(session, "focus", "aws", settings_of(engine, lake)), {})

    import_focus(hand, sorted(lake.rglob("*.gz")), "aws")
    first = run(session)
    assert (first.error, first.items, first.rows) == ("", 2, 12_002)
    assert (totals(session), stored(session)) == (totals(hand), stored(hand))

    for month in (generated / "restated" / "aws").iterdir():
        shutil.rmtree(lake / month.name)
        shutil.copytree(month, lake / month.name)
    result = import_focus(hand, sorted(lake.rglob("*.gz")), "aws")
    again = run(session)
    assert (again.error, again.items) == ("", 1)
    [moved] = again.changes
    assert moved.startswith("main 2026-08 changed by")
    assert not result.unchanged

    for each in (session, hand):
        import_focus(each, sorted((generated / "corrections" / "aws").rglob("*.gz")), "aws", "corrections")
    assert (totals(session), stored(session)) == (totals(hand), stored(hand))
    assert reconcile(Reports(session)).ok
    assert run(session).items == 0
