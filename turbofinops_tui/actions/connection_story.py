"""Everything about one row of the Connections screen as text: its fetches, its deliveries, all notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.actions.connections_view import ConnectionLine, credentials
from turbofinops_tui.actions.deliveries import list_deliveries
from turbofinops_tui.actions.fetch_runs import run_words, runs_of
from turbofinops_tui.store.left_out import load_left_out

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

RUNS, DELIVERIES, NOTES = 6, 6, 6
"""the newest of each that are told"""


def story(session: Session, line: ConnectionLine) -> str:
    """Lines of raw text: what it is, how its fetches ended, what came, what was left out, what to know."""
    lines = [f"{line.kind}, source {line.source}" + (f", export {line.export}" if line.export else "")]
    if line.name:
        lines += [f"account {line.account or 'not tested yet: t asks the provider'}", line.settings]
        lines += [f"credential: {credentials(session, line.name)}", "", "Fetches, the newest first"]
        lines += [f"  {run.what} {run_words(run)}" for run in runs_of(session, line.name)[:RUNS]] or [
            "  none"
        ]
    lines += ["", "Deliveries, the newest first", *_deliveries(session, line)]
    lines += _left_out(session, line)
    return "\n".join(text for text in lines if text is not None)


def _deliveries(session: Session, line: ConnectionLine) -> list[str]:
    found: list[str] = []
    notes: list[str] = []
    for item in reversed(list_deliveries(session)):
        one = item.delivery
        if one.state != "active" or (one.source, one.export) != (line.source, line.export):
            continue
        notes += one.warnings
        total = ", ".join(f"{text} {code} {measure}" for (code, measure), text in item.totals.items())
        periods = ", ".join(item.periods)
        found.append(f"  {one.id}: {one.received_at}  {periods}  {one.lines:,} rows  {total}".rstrip())
    more = (
        [f"  and {len(found) - DELIVERIES:,} more: turbofinops imports list"]
        if len(found) > DELIVERIES
        else []
    )
    told = [f"  {text}" for text in dict.fromkeys(notes)]
    shown = found[:DELIVERIES] or ["  none yet"]
    return [*shown, *more, *(["", "Notes", *told[:NOTES]] if told else [])]


def _left_out(session: Session, line: ConnectionLine) -> list[str]:
    with session.store.read() as conn:
        keys = [
            item for item in load_left_out(conn) if (item.source, item.export) == (line.source, line.export)
        ]
    told = [f"  {item.key}: {item.values:,} values" for item in keys[:NOTES]]
    return ["", "Left-out tag keys (import with --include-tag KEY takes one in)", *told] if told else []
