"""The receiver of usage evidence as a use case: the token, the durable commit, settling behind it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from turbofinops_tui import redaction
from turbofinops_tui.actions.receiving import trouble_text
from turbofinops_tui.errors import ReadOnlyError, TurboError, UsageError
from turbofinops_tui.store.deliveries import activate_delivery, insert_delivery
from turbofinops_tui.store.rule_set_rows import load_prices
from turbofinops_tui.store.spans import put_parts
from turbofinops_tui.sync.prices import PriceBook
from turbofinops_tui.sync.secrets import resolve_own

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.calls import Call
    from turbofinops_tui.store.open import WriteTxn
    from turbofinops_tui.sync.receive.meter import Calls
    from turbofinops_tui.sync.receive.otlp import Export

NAME = "receive"
TRACES, METER = "/v1/traces", "/v1/meter"
KIND, CALLS = "otlp", "meter"
SHORTEST_TOKEN = 16
Tell = Callable[[str], None]


def run_receiver(session: Session, host: str, port: int, *, public: bool, ready: Tell, tell: Tell) -> None:
    """Receive traces and AI calls until SIGINT or SIGTERM; ``public`` asks every sender for the bearer token.

    ``ready`` hears one line when requests are taken, ``tell`` of trouble.
    """
    from turbofinops_tui.sync.receive.meter import MeterFeed
    from turbofinops_tui.sync.receive.otlp import TraceFeed
    from turbofinops_tui.sync.receive.server import bind, check_host, serve
    from turbofinops_tui.sync.receive.usage import Feed, UsageReceiver, make_app

    check_host(host, public)
    if session.read_only:
        raise ReadOnlyError("the receiver would write to the store", "start without --read-only")
    redaction.quiet_libraries()
    inbox = UsageInbox(session)
    feeds: dict[str, Feed[Any]] = {TRACES: TraceFeed(), METER: MeterFeed()}
    receiver = UsageReceiver(
        feeds,
        inbox.commit,
        inbox.settle,
        token=_token(session) if public else b"",
        trouble=lambda error: tell(f"warning: {trouble_text(error)}"),
    )
    serve(make_app(receiver), bind(host, port), lambda base: ready(f"listening on {base}{TRACES}"))


class UsageInbox:
    """Stores what was received, called from the writer's thread."""

    def __init__(self, session: Session) -> None:
        self._session, self._store = session, session.store
        self._days: set[int] = set()
        """days of received calls whose spans are to be looked at again"""

    def commit(self, taken: Sequence[Export | Calls]) -> list[None]:
        """Keep the spans and calls of requests in one durable transaction, under deliveries of the day."""
        from turbofinops_tui.sync.receive.meter import Calls

        exports = [item for item in taken if not isinstance(item, Calls)]
        calls = [call for item in taken if isinstance(item, Calls) for call in item.calls]
        days: set[int] = set()
        with self._store.write("receive usage") as txn:
            if exports:
                _put_spans(txn, exports)
            if calls:
                days = _put_calls(txn, calls)
        self._days |= days
        return [None] * len(taken)

    def settle(self) -> None:
        """Bring spans into the daily rows; a call that the meter tells leaves them."""
        from turbofinops_tui.actions.otlp_imports import settle_received
        from turbofinops_tui.actions.usage_imports import resolve_spans

        settle_received(self._session)
        days, self._days = self._days, set()
        resolve_spans(self._session, days)


def _put_spans(txn: WriteTxn, exports: Sequence[Export]) -> None:
    delivery = _delivery_of_today(txn, KIND)
    parts = [part.of(delivery) for export in exports for part in export.parts]
    put_parts(txn, parts, settled=False)
    spans = sum(export.spans for export in exports)
    txn.conn.execute("UPDATE delivery SET lines = lines + ? WHERE id = ?", (spans, delivery))


def _put_calls(txn: WriteTxn, calls: Sequence[Call]) -> set[int]:
    from turbofinops_tui.actions.usage_imports import store_received

    delivery = _delivery_of_today(txn, CALLS)
    book = PriceBook(load_prices(txn.conn))
    days = store_received(txn, [(call, book.priced(call)) for call in calls], delivery)
    txn.conn.execute("UPDATE delivery SET lines = lines + ? WHERE id = ?", (len(calls), delivery))
    return days


def _delivery_of_today(txn: WriteTxn, kind: str) -> int:
    """The delivery that holds what is received on this UTC day; no file stands behind it."""
    export = f"received-{txn.now[:10]}"
    row = txn.conn.execute(
        "SELECT id FROM delivery WHERE kind = ? AND export = ? AND state = 'active'", (kind, export)
    ).fetchone()
    if row is not None:
        return int(row[0])
    delivery = insert_delivery(txn, kind, kind, export, [], {})
    activate_delivery(txn, delivery, 0, [])
    txn.audit("receive", "delivery", str(delivery), None, {"kind": kind, "export": export})
    return delivery


def _token(session: Session) -> bytes:
    """The bearer token of a public receiver: from the environment, a file, a command or the keyring."""
    try:
        token = resolve_own(NAME, "token", os.environ, session.config).secret.reveal().strip()
    except TurboError as error:
        hint = "set TURBOFINOPS_RECEIVE_TOKEN or TURBOFINOPS_RECEIVE_TOKEN_FILE"
        raise UsageError(f"a public receiver needs a bearer token ({error.message})", hint) from None
    if len(token) < SHORTEST_TOKEN:
        raise UsageError(f"the bearer token is shorter than {SHORTEST_TOKEN} characters", "take a random one")
    redaction.know(token)
    return token.encode()
