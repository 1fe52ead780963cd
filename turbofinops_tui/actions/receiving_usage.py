"""The receiver of usage evidence as a use case: the token, the durable commit, settling behind it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from turbofinops_tui import redaction
from turbofinops_tui.actions.receiving import trouble_text
from turbofinops_tui.errors import ReadOnlyError, TurboError, UsageError
from turbofinops_tui.store.deliveries import activate_delivery, insert_delivery
from turbofinops_tui.store.spans import put_parts
from turbofinops_tui.sync.secrets import resolve_own

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.open import WriteTxn
    from turbofinops_tui.sync.receive.otlp import Export

NAME = "receive"
TRACES = "/v1/traces"
KIND = "otlp"
SHORTEST_TOKEN = 16
Tell = Callable[[str], None]


def run_receiver(session: Session, host: str, port: int, *, public: bool, ready: Tell, tell: Tell) -> None:
    """Receive traces until SIGINT or SIGTERM; ``public`` asks every sender for the bearer token.

    ``ready`` hears one line when requests are taken, ``tell`` of trouble.
    """
    from turbofinops_tui.actions.otlp_imports import settle_received
    from turbofinops_tui.sync.receive.otlp import TraceFeed
    from turbofinops_tui.sync.receive.server import bind, check_host, serve
    from turbofinops_tui.sync.receive.usage import UsageReceiver, make_app

    check_host(host, public)
    if session.read_only:
        raise ReadOnlyError("the receiver would write to the store", "start without --read-only")
    redaction.quiet_libraries()
    receiver = UsageReceiver(
        {TRACES: TraceFeed()},
        UsageInbox(session).commit,
        lambda: settle_received(session),
        token=_token(session) if public else b"",
        trouble=lambda error: tell(f"warning: {trouble_text(error)}"),
    )
    serve(make_app(receiver), bind(host, port), lambda base: ready(f"listening on {base}{TRACES}"))


class UsageInbox:
    """Stores what was received, called from the writer's thread."""

    def __init__(self, session: Session) -> None:
        self._store = session.store

    def commit(self, exports: Sequence[Export]) -> list[None]:
        """Keep the spans of requests in one durable transaction, under the delivery of the day."""
        with self._store.write("receive traces") as txn:
            delivery = _delivery_of_today(txn)
            parts = [part.of(delivery) for export in exports for part in export.parts]
            put_parts(txn, parts, settled=False)
            spans = sum(export.spans for export in exports)
            txn.conn.execute("UPDATE delivery SET lines = lines + ? WHERE id = ?", (spans, delivery))
        return [None] * len(exports)


def _delivery_of_today(txn: WriteTxn) -> int:
    """The delivery that holds what is received on this UTC day; no file stands behind it."""
    export = f"received-{txn.now[:10]}"
    row = txn.conn.execute(
        "SELECT id FROM delivery WHERE kind = ? AND export = ? AND state = 'active'", (KIND, export)
    ).fetchone()
    if row is not None:
        return int(row[0])
    delivery = insert_delivery(txn, KIND, KIND, export, [], {})
    activate_delivery(txn, delivery, 0, [])
    txn.audit("receive", "delivery", str(delivery), None, {"kind": KIND, "export": export})
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
