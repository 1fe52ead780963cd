"""The Stripe webhook as a use case: endpoints of the connections, the durable commit, deriving behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from turbofinops_tui import redaction
from turbofinops_tui.actions.credentials import secret_of
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import settle_versions
from turbofinops_tui.errors import ReadOnlyError, TurboError, UsageError
from turbofinops_tui.store.connections import Connection, load_connections
from turbofinops_tui.store.findings import record_findings
from turbofinops_tui.store.open import Store
from turbofinops_tui.sync.derive import CACHE, derive_dirty
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.derive_customers import mark_customers, mark_customers_of_products
from turbofinops_tui.sync.derive_inbox import put_events, put_snapshots
from turbofinops_tui.sync.stripe_origin import stripe_origin

if TYPE_CHECKING:
    from turbofinops_tui.sync.derive_inbox import EventRow
    from turbofinops_tui.sync.read.stripe_objects import Snapshot
    from turbofinops_tui.sync.receive.stripe_webhook import Delivery, Endpoint

PATH = "/stripe/webhook"
QUIET, LATEST = 5.0, 60.0
"""seconds without events, at most, before what they left open is fetched and changed figures are recorded"""
Tell = Callable[[str], None]


def run_webhook(session: Session, host: str, port: int, *, public: bool, ready: Tell, tell: Tell) -> None:
    """Receive Stripe's events until SIGINT or SIGTERM.

    ``ready`` hears one line when requests are taken, ``tell`` of connections left out and of trouble.
    """
    from turbofinops_tui.actions.webhook_behind import Fetching, Figures
    from turbofinops_tui.sync.receive.background import Background
    from turbofinops_tui.sync.receive.server import bind, check_host, serve
    from turbofinops_tui.sync.receive.stripe_webhook import Receiver, make_app

    check_host(host, public)
    if session.read_only:
        raise ReadOnlyError("the webhook would write to the store", "start without --read-only")
    redaction.quiet_libraries()
    connections, endpoints = _endpoints(session, tell)

    def failed(error: Exception) -> None:
        tell(f"warning: {trouble_text(error)}")

    figures = Figures(session.paths, session.clock)
    recorder = Background(figures.work, failed, QUIET, LATEST, figures.stop.set)
    fetching = Fetching(session, connections, tell, recorder.wake)
    fetcher = Background(fetching.work, failed, QUIET, LATEST, fetching.stop.set)
    receiving = Receiving(session.store, connections, fetching.note, fetcher.wake, recorder.wake)
    receiver = Receiver(
        endpoints,
        receiving.commit,
        receiving.derive,
        trouble=failed,
        behind=(fetcher, recorder),
    )
    names = ", ".join(endpoint.name for endpoint in endpoints)
    serve(
        make_app(receiver),
        bind(host, port),
        lambda base: ready(f"listening on {base}{PATH} for {names}"),
    )


class Receiving:
    """What the running webhook does with the store, called from its two threads."""

    def __init__(
        self,
        store: Store,
        connections: Sequence[Connection],
        note: Callable[[Origin, EventRow, Sequence[Snapshot]], object] = lambda *_: None,
        received: Callable[[], object] = lambda: None,
        changed: Callable[[], object] = lambda: None,
    ) -> None:
        self._note, self._received, self._changed = note, received, changed
        self._store = store
        self._connections = connections
        self._incomplete = True  # of an earlier run, perhaps

    def commit(self, deliveries: Sequence[Delivery]) -> list[bool]:
        """Store events with their objects and what is to be derived, in one durable transaction.

        For each delivery whether it was new; a duplicate changes nothing.
        """
        fresh = [False] * len(deliveries)
        with self._store.write("receive stripe") as txn:
            txn.conn.execute(CACHE)
            for origin, places in _by_origin(deliveries):
                for place in places:
                    fresh[place] = bool(put_events(txn, origin, [deliveries[place].event], None))
                new = [deliveries[place] for place in places if fresh[place]]
                put = put_snapshots(txn, origin, [s for item in new for s in item.snapshots], None)
                mark_customers(txn, origin, put.customers)
                mark_customers_of_products(txn, origin, sorted(put.products))
                record_findings(txn, [item.finding for item in new if item.finding is not None])
                self._incomplete |= any(item.event.state == "incomplete" for item in new)
        for item, new_one in zip(deliveries, fresh, strict=True):
            if new_one:
                self._note(item.origin, item.event, item.snapshots)
        if any(fresh):
            self._received()
        return fresh

    def derive(self) -> None:
        """Revenue rows and customers of what was received; a finding says which events wait for objects."""
        incomplete, self._incomplete = self._incomplete, False
        for connection in self._connections:
            origin = stripe_origin(connection)
            if derive_dirty(self._store, origin).changed:
                self._changed()
            if incomplete:
                with self._store.write("receive stripe", durable=False) as txn:
                    settle_versions(txn, origin, None)


def trouble_text(error: Exception) -> str:
    """An error in the background as one line without values."""
    text = error.line() if isinstance(error, TurboError) else f"unexpected {type(error).__name__}"
    return redaction.redacted(text)


def _by_origin(deliveries: Sequence[Delivery]) -> list[tuple[Origin, list[int]]]:
    """The places of the deliveries of each account and mode, in their order."""
    groups: dict[Origin, list[int]] = {}
    for place, item in enumerate(deliveries):
        groups.setdefault(item.origin, []).append(place)
    return list(groups.items())


def _endpoints(session: Session, tell: Tell) -> tuple[list[Connection], list[Endpoint]]:
    """The Stripe connections whose signing secret is there, with it; an error when there is none."""
    from turbofinops_tui.sync.receive.stripe_webhook import Endpoint

    with session.store.read() as conn:
        connections = load_connections(conn, "stripe")
    if not connections:
        raise UsageError("there is no Stripe connection", "add one: turbofinops connect add stripe NAME")
    found: list[tuple[Connection, Endpoint]] = []
    trouble: TurboError | None = None
    for connection in connections:
        try:
            secrets = split_secrets(secret_of(session, connection, "webhook_secret").secret.reveal())
        except TurboError as error:
            trouble = trouble or error
            tell(f"warning: {connection.name} is left out: {error.line()}")
            continue
        found.append((connection, Endpoint(connection.name, secrets, stripe_origin(connection))))
    if not found:
        raise trouble or UsageError("there is no Stripe connection", "see `turbofinops connect list`")
    return [connection for connection, _ in found], [endpoint for _, endpoint in found]


def split_secrets(text: str) -> tuple[bytes, ...]:
    """The signing secrets in one field, separated by commas or spaces: two while one is being rolled."""
    for part in (parts := re.split(r"[\s,]+", text.strip(" ,\n\t"))):
        redaction.know(part)
    return tuple(part.encode() for part in parts)
