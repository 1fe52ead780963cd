"""What events left open, told by the events themselves: objects to be fetched by their id.

For the running webhook, which must not search the whole store: cut lists, another version of the API, two
states of one second, and references to what was never delivered. What is missed here is found by ``sync``.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.derive_inbox import EventRow
from turbofinops_tui.sync.pull.stripe_lists import PATHS
from turbofinops_tui.sync.pull.stripe_todo import GONE_FINDING, Wanted, kind_of_id
from turbofinops_tui.sync.read.stripe_objects import Snapshot, unpack

REMEMBERED = 20_000
"""objects whose last event is remembered, to notice a second one of the same second"""
_REFERRING = ("invoice", "invoice_payment", "refund", "dispute", "credit_note")
_KNOWN = (
    "SELECT id FROM stripe_object WHERE source = ? AND account = ? AND livemode = ?"
    " AND id IN (SELECT value FROM json_each(?))"
    " UNION SELECT key FROM finding WHERE kind = ? AND source = ? AND key IN (SELECT value FROM json_each(?))"
)


class Open:
    """Objects of one account that received events left open."""

    def __init__(self) -> None:
        self.wanted: set[Wanted] = set()
        self._referred: set[Wanted] = set()
        self._last: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    def note(self, event: EventRow, snapshots: Sequence[Snapshot]) -> None:
        """Look at one event that was new."""
        if event.state == "incomplete" and event.object_id:
            obj = json.loads(unpack(event.body))["data"]["object"]
            self._want(str(obj.get("object")), event.object_id)
        for item in snapshots:
            if not item.complete:
                self._want(item.object, item.id)
            if item.object in _REFERRING:
                self._referred |= {Wanted(kind_of_id(ref, item.object), ref) for ref in item.refs}
        if snapshots:
            self._tie(event.created, snapshots[0])

    def take(self, conn: sqlite3.Connection, origin: Origin) -> list[Wanted]:
        """All that is to be fetched now; nothing is open afterwards."""
        referred = {item for item in self._referred if item.kind in PATHS}
        found = self.wanted | (referred - _known(conn, origin, referred))
        self.wanted, self._referred = set(), set()
        return sorted(found, key=lambda item: (item.kind, item.id))

    def _want(self, kind: str, ident: str) -> None:
        if kind in PATHS:
            self.wanted.add(Wanted(kind, ident))

    def _tie(self, created: int, item: Snapshot) -> None:
        """Two different states of one object within one second: which came last only Stripe knows."""
        before = self._last.pop(item.id, None)
        if before is not None and before[0] == created and before[1] != item.body:
            self._want(item.object, item.id)
        self._last[item.id] = (created, item.body)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)


def _known(conn: sqlite3.Connection, origin: Origin, found: Iterable[Wanted]) -> set[Wanted]:
    """Those that are in the store, or are known to be gone at Stripe."""
    by_id = {item.id: item for item in found}
    wanted = json.dumps(sorted(by_id))
    key = (origin.source, origin.account, int(origin.livemode))
    rows = conn.execute(_KNOWN, (*key, wanted, GONE_FINDING, origin.source, wanted))
    return {by_id[row[0]] for row in rows}
