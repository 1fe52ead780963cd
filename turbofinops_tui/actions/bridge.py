"""Bridges: why the margin of one period differs from that of another, by cause."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.economics.periods import resolve_period
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.bridge import Bridge


def time_bridge(reports: Reports, first: str, second: str, by: str, options: Slice | None = None) -> Bridge:
    """The causes between two periods as written (``2026-10``, ``2026-W44``, ``A..B``), on the books of now.

    Raises UsageError for what is no period, for overlapping ones, and for a dimension that margins do not
    have.
    """
    from turbofinops_tui.economics.evaluate.bridging import causes

    today = reports.session.clock.today()
    before, after = resolve_period(first, today), resolve_period(second, today)
    for text, days in ((first, before), (second, after)):
        if days.end <= days.start:
            raise UsageError(f"{text!r} is an empty period", "its end must lie after its start")
    reports.refresh()
    return causes(
        reports.books(), reports.rules(), before, after, today=today, by=by, options=options or Slice(),
        as_of=reports.session.clock.stamp(), books_id=reports.ids(), ends=(first, second),
    )  # fmt: skip


ENDINGS = (".csv", ".json", ".txt")


def target(text: str) -> Path:
    """The file meant by ``text``; UsageError unless its ending is a bridge's and its directory is there."""
    path = Path(text.strip()).expanduser()
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(
            f"{path.name or text!r} ends in none of {' '.join(ENDINGS)}", "write such as bridge.csv"
        )
    if not path.parent.is_dir():
        raise UsageError(f"there is no directory {path.parent}", "create it, or give another path")
    return path


def write(bridge: Bridge, text: str) -> Path:
    """Write a bridge as CSV, JSON or text by the ending of the file, never over another; returns its path."""
    from turbofinops_tui.actions.exporting import write_text
    from turbofinops_tui.files import bridge_forms

    path = target(text)
    forms = {".csv": bridge_forms.csv_text, ".json": bridge_forms.json_text, ".txt": bridge_forms.plain_text}
    write_text(forms[path.suffix.lower()](bridge), path)
    return path
