"""Fetch from connected accounts: what is new (``sync``), or history once (``backfill``).

One source that fails never stops the others. A lock per connection keeps two runs of one source apart;
the kernel frees it whatever ends the program.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from turbofinops_tui.actions import crash_log
from turbofinops_tui.actions.credentials import secret_of
from turbofinops_tui.actions.stripe_imports import settle_versions
from turbofinops_tui.economics.periods import day_text, parse_day
from turbofinops_tui.errors import ConflictError, TurboError, UsageError
from turbofinops_tui.store import locks
from turbofinops_tui.store.connections import Connection, get_connection, load_connections
from turbofinops_tui.store.fetch_runs import FetchRun, save_run
from turbofinops_tui.store.open import Store
from turbofinops_tui.sync.runner import Ask, CostProgress, Plan, check_stop, is_cost_kind
from turbofinops_tui.sync.stripe_origin import stripe_origin

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.sync.pull.stripe_pull import Progress as StripeProgress
    from turbofinops_tui.sync.pull.stripe_sync import StripeSync

    Progress = StripeProgress | CostProgress
    Tick = Callable[[str, Progress], object]

__all__ = ["Ask", "CostProgress", "Plan", "Show", "SyncLine", "held", "parse_since", "sync"]

DAY = 86400
STEP_SECONDS = 0.2
Show = Callable[[str, Plan], object]
"""(connection, plan)"""
Confirm = Callable[[str, Plan], bool]


@dataclass(slots=True)
class SyncLine:
    """What became of one connection."""

    name: str
    kind: str
    objects: int = 0
    events: int = 0
    rows: int = 0
    """of revenue that were derived, or cost rows that came"""
    items: int = 0
    """deliveries of cost that brought something new"""
    unchanged: int = 0
    """deliveries of cost that were there already"""
    requests: int = 0
    """that the provider bills"""
    changes: list[str] = field(default_factory=list)
    """what a restatement changed, one line a billing period and currency"""
    notes: list[str] = field(default_factory=list)
    error: str = ""
    """why it failed, one line; empty when all is well"""


def parse_since(session: Session, text: str) -> int:
    """A day that is not in the future; UsageError otherwise."""
    day = parse_day(text)
    if day > session.clock.today():
        raise UsageError(f"{text} is in the future", f"today is {day_text(session.clock.today())}")
    return day


def sync(
    session: Session,
    names: Sequence[str],
    ask: Ask,
    tick: Tick = lambda _name, _progress: None,
    *,
    show: Show = lambda _name, _plan: None,
    confirm: Confirm | None = None,
    stop: threading.Event | None = None,
) -> Iterator[SyncLine]:
    """Fetch from the named connections, or all; each one's outcome as it ends.

    ``show`` gets the plan of each cost source before it is read, ``confirm`` is asked before a backfill
    that costs money (default: only when the session says yes). Setting ``stop`` ends the run soon.
    NotFoundError for an unknown name, before anything is fetched.
    """
    with session.store.read() as conn:
        named = [get_connection(conn, name) for name in dict.fromkeys(names)]
        chosen = named or load_connections(conn)
    run = _Run(session, ask, tick, show, confirm or (lambda _name, _plan: session.yes), stop)
    return (_one(run, item) for item in chosen)


@dataclass(frozen=True, slots=True)
class _Run:
    """What all connections of one call share."""

    session: Session
    ask: Ask
    tick: Tick
    show: Show
    confirm: Confirm
    stop: threading.Event | None


def _one(run: _Run, connection: Connection) -> SyncLine:
    line = SyncLine(connection.name, connection.kind)
    if run.stop is not None and run.stop.is_set():
        line.error = "stopped: the same command goes on from here"
        return line
    began = run.session.clock.stamp()
    try:
        with held(run.session.store, connection.name):
            try:
                if is_cost_kind(connection.kind):
                    _fetch_cost(run, connection, line)
                else:
                    _fetch(run, connection, line)
            except TurboError as error:
                line.error = error.line()
                raise
            finally:
                _keep(run, line, began)
    except TurboError as error:
        line.error = error.line()
    except Exception as error:  # a fault of one source is no reason to leave the others out
        where = crash_log.write(
            run.session.paths.state, run.session.clock, error, f"fetching {connection.name}"
        )
        line.error = f"unexpected {type(error).__name__}: the details are in {where}"
    return line


def _keep(run: _Run, line: SyncLine, began: str) -> None:
    """The record of a run, whatever became of it."""
    session = run.session
    if session.read_only:
        return
    error = line.error or ("it broke off" if sys.exc_info()[1] is not None else "")
    with session.store.write("sync") as txn:
        save_run(
            txn,
            FetchRun(
                line.name, "backfill" if run.ask.backfill else "sync", began, session.clock.stamp(),
                line.objects, line.events, line.items, line.unchanged, line.rows, line.requests, error,
            ),
        )  # fmt: skip


def _fetch_cost(run: _Run, connection: Connection, line: SyncLine) -> None:
    from turbofinops_tui.actions.cost_sync import CostOutcome, CostRun

    name = connection.name
    with run.session.store.read() as conn:
        connection = get_connection(conn, name)  # as it is now that the lock is ours
    outcome = CostOutcome()
    stop = run.stop or threading.Event()

    def tick(what: str, done: int, of: int) -> None:
        run.tick(name, CostProgress(what, done, of))

    try:
        CostRun(run.session, connection, tick, stop, outcome).run(
            run.ask, lambda plan: run.confirm(name, plan), lambda plan: run.show(name, plan)
        )
    finally:
        line.items, line.unchanged, line.rows = outcome.items, outcome.unchanged, outcome.rows
        line.notes, line.changes, line.requests = outcome.notes, outcome.changes, outcome.requests


class _Following(threading.Event):
    """An event of one connection that counts as set, too, once the user stops the whole run."""

    def __init__(self, parent: threading.Event | None) -> None:
        super().__init__()
        self._parent = parent or threading.Event()

    def is_set(self) -> bool:
        """Set itself, or its parent."""
        return super().is_set() or self._parent.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until it is set, or ``timeout`` seconds are over."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left = STEP_SECONDS if end is None else min(STEP_SECONDS, end - time.monotonic())
            if left <= 0:
                return False
            super().wait(left)
        return True


def _fetch(run: _Run, connection: Connection, line: SyncLine) -> None:
    if connection.kind != "stripe":
        raise UsageError(
            f"{connection.name} is of kind {connection.kind}, which is not fetched", "import its files"
        )
    session, ask = run.session, run.ask
    stop = _Following(run.stop)
    work = _stripe(session, connection, run.tick, stop)
    try:
        since = None if ask.since is None else ask.since * DAY
        if ask.backfill:
            work.backfill(since or 0)
        else:
            work.sync(since, ask.full)
    except TurboError:
        if run.stop is not None and run.stop.is_set():
            check_stop(run.stop)
        raise
    finally:
        stop.set()
        done = work.outcome
        line.notes = done.notes
        line.objects, line.events, line.rows = done.objects, done.events, done.rows
    with session.store.write("sync") as txn:
        settle_versions(txn, stripe_origin(connection), None)


def _stripe(session: Session, connection: Connection, tick: Tick, stop: threading.Event) -> StripeSync:
    from turbofinops_tui.sync.pull.stripe import StripeApi
    from turbofinops_tui.sync.pull.stripe_sync import StripeSync, access_of

    found = secret_of(session, connection, "api_key")
    api = StripeApi(access_of(connection, found.secret.reveal()), stop.wait)
    return StripeSync(session.store, connection, api, lambda progress: tick(connection.name, progress), stop)


@contextmanager
def held(store: Store, name: str) -> Iterator[None]:
    """The lock of one connection; ConflictError while another program fetches from it."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    descriptor = locks.open_lock_file(store.path.with_name(f"{store.path.name}.sync-{digest}.lock"))
    try:
        if not locks.try_lock(descriptor):
            raise ConflictError(
                f"another program is fetching from {name}", "wait for its end and run this again"
            )
        yield
    finally:
        os.close(descriptor)
