"""What follows behind the webhook: objects that events left open are fetched, changed figures recorded.

Both run after the answer, apart from each other and from deriving: fetching in a thread of its own at a
quarter of the usual rate, figures in a process of its own, so that no answer waits for either.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from turbofinops_tui.actions.credentials import secret_of
from turbofinops_tui.actions.stripe_imports import settle_versions
from turbofinops_tui.actions.syncing import held
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import ConflictError, TurboError
from turbofinops_tui.paths import Paths
from turbofinops_tui.store.connections import Connection, get_connection
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.pull.stripe_received import Open
from turbofinops_tui.sync.stripe_origin import stripe_origin

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.sync.derive_inbox import EventRow
    from turbofinops_tui.sync.pull.stripe_todo import Wanted
    from turbofinops_tui.sync.read.stripe_objects import Snapshot

RATE = 5.0
"""requests a second and endpoint: whoever syncs at the same time keeps most of Stripe's limit"""
ENDING = 5.0
Tell = Callable[[str], None]


class Fetching:
    """Objects that events left open, fetched by their id where a connection has an API key."""

    def __init__(
        self,
        session: Session,
        connections: Sequence[Connection],
        tell: Tell,
        changed: Callable[[], object] = lambda: None,
    ) -> None:
        self._session, self._tell, self._changed = session, tell, changed
        self._open: Mapping[Origin, Open] = {stripe_origin(item): Open() for item in connections}
        self._names = {stripe_origin(item): item.name for item in connections}
        self._guard = threading.Lock()
        self._told: set[str] = set()
        self.stop = threading.Event()

    def note(self, origin: Origin, event: EventRow, snapshots: Sequence[Snapshot]) -> None:
        """Look at one event that was new (the writer's thread)."""
        with self._guard:
            self._open[origin].note(event, snapshots)

    def work(self) -> None:
        """Fetch what is open now; what cannot be fetched stays for ``sync``, said once."""
        for origin, name in self._names.items():
            with self._guard, self._session.store.read() as conn:
                todo = self._open[origin].take(conn, origin)
            if todo and not self.stop.is_set():
                try:
                    self._fetch(origin, name, todo)
                except ConflictError:
                    continue  # a sync of this connection runs: it finds them by itself
                except TurboError as error:
                    self._say(f"{name}: {len(todo)} objects wait for the next sync: {error.line()}")

    def _fetch(self, origin: Origin, name: str, todo: Sequence[Wanted]) -> None:
        from turbofinops_tui.sync.pull.stripe import StripeApi
        from turbofinops_tui.sync.pull.stripe_sync import StripeSync, access_of

        with self._session.store.read() as conn:
            connection = get_connection(conn, name)
        key = secret_of(self._session, connection, "api_key").secret.reveal()
        api = StripeApi(access_of(connection, key), self.stop.wait, rate=RATE)
        store = self._session.store
        with held(store, name):
            if StripeSync(store, connection, api, stop=self.stop).fetch_objects(todo):
                self._changed()
        with store.write("receive stripe", durable=False) as txn:
            settle_versions(txn, origin, None)

    def _say(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(f"warning: {text}")


class Figures:
    """Changed figures, recorded by a process of its own at low priority."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self._paths, self._clock = paths, clock
        self.stop = threading.Event()

    def work(self) -> None:
        """Record what the books of now changed; ended early when the webhook ends."""
        from multiprocessing import get_context

        child = get_context("spawn").Process(
            target=record_figures, args=(self._paths, self._clock), daemon=True
        )
        child.start()
        while child.is_alive() and not self.stop.is_set():
            child.join(0.2)
        if child.is_alive():
            child.terminate()  # what it did not write is written by the next command
        child.join(ENDING)


def record_figures(paths: Paths, clock: Clock) -> None:
    """The work of that process; trouble is left to the next run."""
    from turbofinops_tui.actions.figures import follow_up
    from turbofinops_tui.actions.session import open_session

    with suppress(OSError):
        os.nice(10)
    with suppress(TurboError):
        follow_up(open_session(paths, clock))
