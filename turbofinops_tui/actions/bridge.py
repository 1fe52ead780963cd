"""Bridges: why the margin of one period differs from that of another, by cause."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.economics.periods import resolve_period
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.books import FactBooks
    from turbofinops_tui.economics.bridge import Bridge
    from turbofinops_tui.economics.periods import Days
    from turbofinops_tui.economics.types import BooksId, Rules


def time_bridge(reports: Reports, first: str, second: str, by: str, options: Slice | None = None) -> Bridge:
    """The causes between two periods as written (``2026-10``, ``2026-W44``, ``A..B``), on the books of now.

    The view of ``options`` says under which rules; the difference is the draft's bridge less the saved one.
    Raises UsageError for what is no period, for overlapping ones, and for a dimension that margins do not
    have.
    """
    today = reports.session.clock.today()
    before, after = resolve_period(first, today), resolve_period(second, today)
    for text, days in ((first, before), (second, after)):
        if days.end <= days.start:
            raise UsageError(f"{text!r} is an empty period", "its end must lie after its start")
    reports.refresh()
    asked, spans, ends = options or Slice(), (before, after), (first, second)
    saved = (reports.books(), reports.rules(), reports.ids())
    if asked.view == "saved":
        return _causes(reports, saved, spans, by, asked, ends)
    drafted = _causes(reports, reports.drafted(asked.view), spans, by, asked, ends)
    if asked.view == "draft":
        return drafted
    return difference_of(drafted, _causes(reports, saved, spans, by, asked, ends))


def _causes(
    reports: Reports,
    state: tuple[FactBooks, Rules, BooksId],
    spans: tuple[Days, Days],
    by: str,
    options: Slice,
    ends: tuple[str, str],
) -> Bridge:
    from turbofinops_tui.economics.evaluate.bridging import causes

    books, rules, ids = state
    return causes(
        books, rules, *spans, today=reports.session.clock.today(), by=by,
        options=replace(options, view="saved"), as_of=reports.session.clock.stamp(), books_id=ids, ends=ends,
    )  # fmt: skip


def difference_of(now: Bridge, was: Bridge) -> Bridge:
    """``now`` less ``was``, cause by cause, both of the same periods; what stays the same is left out."""
    from turbofinops_tui.economics.bridge import Cause

    sums: dict[tuple[str | None, str], int] = {}
    for sign, bridge in ((1, now), (-1, was)):
        for row in bridge.rows:
            sums[row.key, row.cause] = sums.get((row.key, row.cause), 0) + sign * row.units
    rows = tuple(Cause(key, cause, units) for (key, cause), units in sums.items() if units)
    margins = (now.margins[0] - was.margins[0], now.margins[1] - was.margins[1])
    warnings = tuple(dict.fromkeys((*now.warnings, *was.warnings)))
    return replace(now, rows=rows, margins=margins, warnings=warnings)


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
