"""A connection to the fake Stripe for tests, and the sample's expected result."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.stripe_server import KEY, StripeServer
from tests.sync.stripe_shapes import BASES, Json, cells
from turbofinops_tui.actions.session import Session
from turbofinops_tui.store.connections import Connection, get_connection, save_connection
from turbofinops_tui.sync.pull.stripe import StripeApi
from turbofinops_tui.sync.pull.stripe_pull import Progress
from turbofinops_tui.sync.pull.stripe_sync import StripeSync, access_of

NAME = "stripe"
FAST = 1e6


def lines_of(path: Path) -> list[Json]:
    """The objects of a JSON Lines file, gzip."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def connect(books: Session, server: StripeServer, name: str = NAME, **settings: str) -> Connection:
    """Add a connection to the fake."""
    found = Connection(name, "stripe", {"base_url": server.url} | settings)
    with books.store.write("connect") as txn:
        save_connection(txn, found)
    return found


def stored(books: Session, name: str = NAME) -> Connection:
    """The connection as it stands now."""
    with books.store.read() as conn:
        return get_connection(conn, name)


def puller(
    books: Session,
    tick: Callable[[Progress], object] = lambda _: None,
    name: str = NAME,
    key: str = KEY,
    timeout: tuple[float, float] = (5.0, 5.0),
) -> StripeSync:
    """A sync of the connection without any pacing."""
    connection = stored(books, name)
    api = StripeApi(access_of(connection, key), rate=FAST, timeout=timeout)
    return StripeSync(books.store, connection, api, tick)


def wrong_cells(books: Session, expected: dict[str, Any]) -> list[Any]:
    """Customers whose months and kinds are not as expected, on either basis."""
    wrong = []
    for customer, wanted in expected["customers"].items():
        for basis, name in BASES.items():
            cell = {(m, k): v for m, kinds in wanted.get(name, {}).items() for k, v in kinds.items() if v}
            found = cells(books, basis, f"stripe:{customer}")
            if found != cell:
                wrong.append(
                    (customer, basis, {key: (cell.get(key), found.get(key)) for key in cell | found})
                )
    return wrong
