"""Sources that are asked month by month: which months a run reads, and when a month is unchanged.

Providers correct what they said: months that reach into the overlap window are read again at every run and
replaced when their rows differ. Older months are read once, or with ``--since`` and ``--full``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.periods import (
    day_text,
    month_days,
    month_of_day,
    month_start,
    month_text,
    parse_month,
)
from turbofinops_tui.sync.pull.delivery_csv import CostRow, write_delivery
from turbofinops_tui.sync.runner import Ask, Cursors, Fetched, Item, Plan, Secrets, Tick

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection

FIRST_MONTHS = 12
"""whole months before the running one that a first sync reads"""
OVERLAP = 35
"""days that are read again; AI providers correct costs for about a month"""
AI = "AI and Machine Learning"


@dataclass(slots=True)
class Month:
    """One month as a source read it."""

    rows: list[CostRow]
    notes: list[str] = field(default_factory=list)
    delivered_until: int | None = None
    """days before this one are delivered; None: up to and with today"""
    final_until: int | None = None
    keep: dict[str, Any] = field(default_factory=dict)
    """kept in the cursor beside the digest"""
    skip: bool = False
    """nothing can be said about this month now: what was delivered stays"""


class MonthlySource:
    """Plan and fetch by month; a kind gives ``month`` and ``test``."""

    export = "cost"
    overlap = OVERLAP

    def __init__(self, connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> None:
        self.connection = connection
        self.secrets = secrets
        self.today = clock.today()
        self.stop = stop
        self.cursors: Cursors = {}
        self.full = False

    def identity(self) -> str:
        """The account behind the credential; empty when the provider does not tell."""
        return ""

    def month(self, month: int, start: int, end: int, tick: Tick) -> Month:
        """The rows of one month; days [start, end), ``end`` at most tomorrow."""
        raise NotImplementedError

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """The months to read, oldest first."""
        self.cursors, self.full = cursors, ask.full
        running = month_of_day(self.today)
        first = running - FIRST_MONTHS if ask.since is None else month_of_day(ask.since)
        again = month_of_day(self.today - self.overlap)
        chosen = [
            month
            for month in range(first, running + 1)
            if ask.since is not None or month >= again or self.key(month) not in cursors
        ]
        return Plan(tuple(self._item(month) for month in chosen))

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """One month as one file; None when its rows are those of the last time."""
        month = parse_month(item.period)
        start = month_start(month)
        end = min(start + month_days(month), self.today + 1)
        found = self.month(month, start, end, tick)
        if found.skip:
            return None
        until = end if found.delivered_until is None else found.delivered_until
        path = folder / f"{self.export}-{item.period}.csv"
        lines = write_delivery(path, item.period, found.rows)
        digest = sha256(path.read_bytes()).hexdigest() if lines else ""
        cursor = {"digest": digest, "until": day_text(until), "final": found.final_until, **found.keep}
        if dict(self.cursors.get(item.key, {})) == cursor:
            return None
        return Fetched(
            files=(path,) if lines else (),
            export=self.export,
            periods=(item.period,),
            cursor=cursor,
            final_until=found.final_until,
            delivered_until=until,
            notes=tuple(dict.fromkeys(found.notes)),
        )

    def key(self, month: int) -> str:
        """The name of a month's cursor."""
        return f"{self.export}/{month_text(month)}"

    def _item(self, month: int) -> Item:
        name = month_text(month)
        return Item(self.key(month), self.export, name, f"{self.connection.name} {name}")


def merged(rows: Iterable[CostRow]) -> list[CostRow]:
    """Rows as a list; those that say nothing (no cost and no quantity) are left out."""
    return [row for row in rows if row.billed or row.effective or row.quantity]


def setting(connection: Connection, name: str, default: str) -> str:
    """A setting of the connection, or what stands for none."""
    return connection.settings.get(name) or default


def missing_notes(missing: Sequence[str], what: str) -> list[str]:
    """One note for permissions that are wanting, with what is lost by that."""
    return [f"{what}: the key lacks {', '.join(missing)}"] if missing else []
