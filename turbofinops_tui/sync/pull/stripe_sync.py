"""What one sync or backfill of a Stripe connection does: which runs, from when, and where it ends.

The cursor of the connection is JSON: ``events`` is the second up to which everything is known, never later
than the newest object that Stripe showed (this machine's clock may be ahead); ``since`` is how far back the
lists were fetched, ``at`` when the last run began. A run ends in one transaction: cursor, audit, slices gone.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.store import pulls
from turbofinops_tui.store.connections import Connection, get_connection, set_account, set_cursor
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.pulls import Run
from turbofinops_tui.sync.derive import derive_dirty
from turbofinops_tui.sync.pull.stripe import Access, StripeApi
from turbofinops_tui.sync.pull.stripe_lists import BEGINNING
from turbofinops_tui.sync.pull.stripe_previews import fetch_previews
from turbofinops_tui.sync.pull.stripe_probe import account_of, check_account
from turbofinops_tui.sync.pull.stripe_pull import OVERLAP, Progress, Pulled, StripePull, plan
from turbofinops_tui.sync.pull.stripe_todo import Wanted
from turbofinops_tui.sync.runner import check_stop
from turbofinops_tui.sync.stripe_origin import stripe_origin

KEPT_SECONDS = 30 * 86400
"""Stripe lists events of the last 30 days"""
CLOCK_SECONDS = 60
DAY = 86400
Tick = Callable[[Progress], object]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a connection stands."""

    events: int = 0
    since: int = 0
    at: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The cursor of the stored form; one that cannot be read is as none."""
        try:
            found = json.loads(text)
            return cls(int(found["events"]), int(found["since"]), int(found["at"]))
        except (ValueError, TypeError, KeyError):
            return cls()


@dataclass(slots=True)
class Outcome:
    """What a sync brought, in numbers and in words."""

    objects: int = 0
    events: int = 0
    rows: int = 0
    """of revenue that were derived"""
    notes: list[str] = field(default_factory=list)


def access_of(connection: Connection, key: str) -> Access:
    """How the account of a connection is reached."""
    settings = connection.settings
    return Access(
        connection.name, key, connection.livemode, settings.get("account", ""), settings.get("base_url", "")
    )


class StripeSync:
    """One sync of one connection; the caller holds the lock of the connection."""

    def __init__(
        self,
        store: Store,
        connection: Connection,
        api: StripeApi,
        tick: Tick = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        self.outcome = Outcome()
        self._store, self._connection, self._api = store, connection, api
        self._tick, self._stop = tick, stop or threading.Event()
        self._origin = stripe_origin(connection)
        self._ahead = 0

    def backfill(self, since: int) -> Outcome:
        """Everything from ``since`` (epoch seconds) on; goes on with a backfill that was cut off."""
        self._check()
        begun = self._begun("backfill")
        if begun is None or begun.since > since:
            begun = self._begin("backfill", since)
        else:
            self._say_resumed(begun)
        self._finish(begun)
        return self.outcome

    def sync(self, since: int | None = None, full: bool = False) -> Outcome:
        """What is new: events since the last time; lists where events do not reach or were not asked for."""
        self._check()
        begun = self._begun("backfill")
        start = BEGINNING if full else since
        if start is not None and (begun is None or begun.since > start):
            begun = self._begin("backfill", start)
        elif begun is not None:
            self._say_resumed(begun)
        else:
            begun = self._needed()
        if begun is not None:
            self._finish(begun)
        cursor = self._cursor()
        if self._now() - cursor.at > OVERLAP or begun is None:
            self._finish(self._begun("events") or self._begin("events", cursor.events - OVERLAP))
        return self.outcome

    def fetch_objects(self, todo: Sequence[Wanted]) -> bool:
        """These objects by their id, and their revenue; True when it changed. The cursor stays."""
        self._check()
        run = Run(self._connection.name, "events", 0, self._now())
        pull = StripePull(self._store, self._api, self._origin, run, stop=self._stop, ahead=self._ahead)
        pull.fetch_objects(todo)
        return derive_dirty(self._store, self._origin).changed

    def _check(self) -> None:
        found = account_of(self._api)
        self._measure_clock()
        check_account(self._connection.name, self._connection.account, found)
        if found and not self._connection.account:
            with self._store.write("sync") as txn:
                set_account(txn, self._connection.name, found)

    def _measure_clock(self) -> None:
        """Stripe's time in place of this machine's when they are a minute or more apart."""
        clock = self._store.clock
        if clock.fixed is None and self._api.server_time:
            ahead = int(clock.now().timestamp()) - self._api.server_time
            if abs(ahead) > CLOCK_SECONDS:
                self._ahead = ahead
                way = "ahead of" if ahead > 0 else "behind"
                self.outcome.notes.append(
                    f"this machine's clock is {abs(ahead)} s {way} Stripe's: Stripe's time is used"
                )

    def _needed(self) -> Run | None:
        """A backfill that has to come first: never synced, or too long ago for the events."""
        cursor = self._cursor()
        if not cursor.at:
            return self._begin("backfill", BEGINNING)
        gap = self._now() - cursor.at
        if gap <= KEPT_SECONDS - OVERLAP:
            return None
        self.outcome.notes.append(
            f"the last sync was {gap // DAY} days ago and Stripe keeps events for 30 days:"
            f" everything since {day_text(cursor.since // DAY)} is fetched again"
        )
        return self._begin("backfill", cursor.since)

    def _say_resumed(self, run: Run) -> None:
        self.outcome.notes.append(
            f"going on with the backfill since {day_text(run.since // DAY)} that was cut off"
        )

    def _now(self) -> int:
        return int(self._store.clock.now().timestamp()) - self._ahead

    def _cursor(self) -> Cursor:
        with self._store.read() as conn:
            return Cursor.read(get_connection(conn, self._connection.name).cursor)

    def _begun(self, kind: str) -> Run | None:
        with self._store.read() as conn:
            run = pulls.load_run(conn, self._connection.name)
        return run if run is not None and run.kind == kind else None

    def _begin(self, kind: str, since: int) -> Run:
        run = Run(self._connection.name, kind, max(since, BEGINNING), self._now())
        with self._store.write("sync") as txn:
            pulls.begin_run(txn, run, plan(kind, run.since, run.started))
        return run

    def _finish(self, run: Run) -> None:
        """Fetch, derive, and end the run."""
        pull = StripePull(self._store, self._api, self._origin, run, self._tick, self._stop, self._ahead)
        pulled = pull.fetch()
        if self._stop.is_set():  # workers that were told to end leave in silence
            self._add(pulled, 0)
            check_stop(self._stop)
        if note := fetch_previews(self._store, self._api, self._origin, self._stop):
            self.outcome.notes.append(note)
        check_stop(self._stop)
        pull.progress.step = "revenue"
        self._tick(pull.progress)
        derived = derive_dirty(self._store, self._origin)
        cursor = _after(self._cursor(), run, pulled.newest)
        with self._store.write(run.kind) as txn:
            set_cursor(txn, run.connection, json.dumps(asdict(cursor), sort_keys=True))
            pulls.end_run(txn, run.connection)
            facts = {"objects": pulled.objects, "events": pulled.events, "since": run.since}
            txn.audit(run.kind, "connection", run.connection, None, facts)
        self._add(pulled, derived.rows)

    def _add(self, pulled: Pulled, rows: int) -> None:
        outcome = self.outcome
        outcome.objects += pulled.objects
        outcome.events += pulled.events
        outcome.rows += rows
        outcome.notes += [f"{count} left out: {why}" for why, count in sorted(pulled.left_out.items())]
        if pulled.gone:
            outcome.notes.append(f"{pulled.gone} objects no longer exist at Stripe: see the findings")


def _after(cursor: Cursor, run: Run, newest: int) -> Cursor:
    """Where the connection stands after ``run``, whose newest object is of ``newest``.

    A backfill of less than what is known says nothing about older objects: the events must tell.
    """
    events = max(cursor.events, min(run.started, newest))
    if run.kind == "events":
        return Cursor(events, cursor.since, run.started)
    if cursor.at and run.since > cursor.since:
        return cursor
    return Cursor(events, run.since, run.started)
