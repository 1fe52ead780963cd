"""A store seen from inside one write transaction: what reads and writes through it is part of it.

For steps that each make their own short transactions, where all of them together must be one: a file that
counts whole or not at all. The file lock is held from the first step to the last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from turbofinops_tui.store.open import Store, WriteTxn


class Joined(Store):
    """The store of the transaction under way."""

    def __init__(self, store: Store, txn: WriteTxn) -> None:
        super().__init__(store.path, store.clock, store.read_only)
        self._txn = txn

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """What the transaction sees, its own rows included."""
        yield self._txn.conn

    @contextmanager
    def write(self, action: str, *, durable: bool = True) -> Iterator[WriteTxn]:
        """The transaction itself: nothing is committed here."""
        yield self._txn


@contextmanager
def joined(store: Store, action: str) -> Iterator[Store]:
    """One durable transaction around everything that is done with the store that this gives."""
    with store.write(action) as txn:
        yield Joined(store, txn)
