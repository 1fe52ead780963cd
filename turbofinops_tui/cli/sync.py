"""``sync [NAME...]`` and ``backfill NAME --since DATE``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FAILED
from turbofinops_tui.safe_text import safe

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.actions.syncing import Plan, Progress, SyncLine

SHOWN_EVERY = 0.5


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of either noun."""
    if parser.prog.endswith(" backfill"):
        parser.add_argument("names", metavar="NAME", nargs=1, help="the connection")
        parser.add_argument("--since", metavar="DATE", required=True, help="from this day on, YYYY-MM-DD")
    else:
        parser.add_argument("names", metavar="NAME", nargs="*", help="connections (default: all)")
        parser.add_argument("--since", metavar="DATE", help="fetch everything from this day on again")
        parser.add_argument("--full", action="store_true", help="fetch everything from the beginning again")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")


def run(args: argparse.Namespace, session: Session) -> int:
    """Fetch; 1 when a source failed, after all the others were fetched."""
    from turbofinops_tui.actions.syncing import Ask, parse_since, sync

    since = parse_since(session, args.since) if args.since else None
    once = args.noun == "backfill"
    shown = ProgressLine()
    found: list[SyncLine] = []
    try:
        ask = Ask(since, not once and args.full, once)
        asked = _asker(session)
        for line in sync(session, args.names, ask, shown.show, show=_plan, confirm=asked):
            shown.clear()
            found.append(line)
            _tell(line)
    except KeyboardInterrupt:
        shown.clear()
        tell("stopped: what has come is kept, the same command goes on from here")
        raise
    if not found:
        tell("there are no connections: see `turbofinops connect add --help`")
    if args.format == "json":
        say_json({"rows": [asdict(line) for line in found]})
    else:
        for line in found:
            say(_text(line))
    return EXIT_FAILED if any(line.error for line in found) else EXIT_DONE


def _plan(name: str, plan: Plan) -> None:
    """What will be read and what it costs, before it is read."""
    if not plan.items:
        return
    words = f"{name}: {_count(len(plan.items), 'delivery', 'deliveries')} to read"
    if plan.requests is not None:
        words += f", {_count(plan.requests, 'request')}"
    tell(words + (f", {plan.price}" if plan.price else ""))


def _asker(session: Session) -> Callable[[str, Plan], bool]:
    """Asks a person before a backfill that costs money; without a terminal only ``--yes`` will do."""
    from turbofinops_tui.cli.context import has_terminal

    def asked(name: str, plan: Plan) -> bool:
        if session.yes or not has_terminal():
            return session.yes
        tell(f"{name}: this costs {plan.price}; go on? [y/N]")
        return sys.stdin.readline().strip().casefold() in ("y", "yes")

    return asked


def _tell(line: SyncLine) -> None:
    for note in (*line.notes, *line.changes):
        tell(f"{line.name}: {note}")
    if line.error:
        tell(f"error: {line.name}: {line.error}")


def _text(line: SyncLine) -> str:
    if line.error:
        return f"{line.name}: failed"
    if line.kind != "stripe":
        return f"{line.name}: {_cost_text(line)}"
    parts = (
        _count(line.objects, "object"),
        _count(line.events, "new event"),
        _count(line.rows, "revenue row"),
    )
    return f"{line.name}: {', '.join(parts)} derived"


def _cost_text(line: SyncLine) -> str:
    same = f", {line.unchanged:,} unchanged" if line.unchanged else ""
    paid = f", {_count(line.requests, 'paid request')}" if line.requests else ""
    if not line.items:
        return f"nothing new{same}{paid}"
    return f"{_count(line.items, 'delivery', 'deliveries')}, {_count(line.rows, 'row')}{same}{paid}"


def _count(number: int, what: str, many: str = "") -> str:
    return f"{number:,} {what if number == 1 else many or what + 's'}"


class ProgressLine:
    """One line on a terminal, written anew at most twice a second; silent where nobody looks."""

    def __init__(self) -> None:
        self._on = sys.stderr is not None and sys.stderr.isatty()
        self._next = 0.0
        self._width = 0

    def show(self, name: str, progress: Progress) -> None:
        """Show how far ``name`` is."""
        now = time.monotonic()
        if not self._on or now < self._next:
            return
        self._next = now + SHOWN_EVERY
        self._write(str(safe(progress_text(name, progress), 200)))

    def clear(self) -> None:
        """Take the line away before something else is printed."""
        if self._on and self._width:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()

    def _write(self, text: str) -> None:
        sys.stderr.write("\r" + text + " " * max(0, self._width - len(text)))
        sys.stderr.flush()
        self._width = len(text)


def progress_text(name: str, progress: Progress) -> str:
    """``stripe: 12,345 objects, 45 %, about 2 min left``, ``aws: 3/14 main 2026-03``."""
    from turbofinops_tui.actions.syncing import CostProgress

    if isinstance(progress, CostProgress):
        place = f"{progress.done + 1}/{progress.of} " if progress.of else ""
        return f"{name}: {place}{progress.what}"
    found = f"{name}: {_count(progress.objects, 'object')}"
    if progress.events:
        found += f", {_count(progress.events, 'event')}"
    if progress.step == "objects":
        return f"{found}, single objects"
    if progress.step == "revenue":
        return f"{found}, deriving revenue"
    left = progress.left()
    return f"{found}, {int(progress.part * 100)} %" + (f", about {_duration(left)} left" if left else "")


def _duration(seconds: float) -> str:
    whole = int(seconds) + 1
    if whole < 90:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 5400 else f"{whole // 3600} h {whole % 3600 // 60} min"
