"""Previews of the next invoice of every subscription that bills usage (numbers.md 2, unbilled usage)."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence

from turbofinops_tui.store.open import Store
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.pull.stripe import WORKERS, NotPermitted, NotThere, Refused, StripeApi
from turbofinops_tui.sync.pull.stripe_pages import Records, add_object, put
from turbofinops_tui.sync.pull.workers import Stopped, Workers
from turbofinops_tui.sync.read.stripe_objects import Json, unpack

PREVIEW = "/v1/invoices/create_preview"
NOT_PERMITTED = (
    "the key may not preview invoices: usage that is not invoiced yet stays unbilled and is marked"
)
ALWAYS = 500
"""as many subscriptions are previewed by every sync; of more, those whose preview is older than FRESH"""
FRESH = 6 * 3600
AT_ONCE = 20
_ENDED = ("canceled", "incomplete", "incomplete_expired", "paused")
_OF_ACCOUNT = "source = ? AND account = ? AND livemode = ?"


def metered(conn: sqlite3.Connection, origin: Origin, now: int) -> list[str]:
    """Running subscriptions with a metered price, whose preview is due."""
    key = (origin.source, origin.account, int(origin.livemode))
    rows = conn.execute(
        f"SELECT id, body FROM stripe_object WHERE {_OF_ACCOUNT} AND object = 'subscription'",  # noqa: S608 (constant)
        key,
    )
    found = sorted(ident for ident, body in rows if _is_metered(json.loads(unpack(body))))
    if len(found) <= ALWAYS:
        return found
    fresh = conn.execute(
        f"SELECT id FROM stripe_object WHERE {_OF_ACCOUNT} AND object = 'invoice_preview' AND version > ?",  # noqa: S608 (constant)
        (*key, now - FRESH),
    )
    known = {row[0] for row in fresh}
    return [ident for ident in found if f"preview:{ident}" not in known]


def fetch_previews(store: Store, api: StripeApi, origin: Origin, stop: threading.Event) -> str:
    """Store the preview of each of them; returns a sentence when the key may not ask, else ''."""
    now = int(store.clock.now().timestamp())
    with store.read() as conn:
        todo = metered(conn, origin, now)

    def group(idents: Sequence[str]) -> Sequence[Sequence[str]]:
        records = Records()
        for ident in idents:
            if stop.is_set():
                raise Stopped
            try:
                add_object(api, origin, api.post(PREVIEW, {"subscription": ident}), now, records)
            except (NotThere, Refused):
                continue  # nothing is upcoming: the subscription ends with its period
        with store.write("fetch stripe", durable=False) as txn:
            put(txn, origin, records)
        return []

    try:
        # one alone first: a key without the permission is refused once
        for part in (todo[:1], todo[1:]):
            groups = [part[start : start + AT_ONCE] for start in range(0, len(part), AT_ONCE)]
            Workers(group, WORKERS, stop).run(groups)
    except NotPermitted:
        stop.clear()
        return NOT_PERMITTED
    return ""


def _is_metered(subscription: Json) -> bool:
    if subscription.get("status") in _ENDED:
        return False
    items = subscription.get("items")
    data = items.get("data") if isinstance(items, dict) else None
    for item in data if isinstance(data, list) else ():
        price = item.get("price") if isinstance(item, dict) else None
        recurring = price.get("recurring") if isinstance(price, dict) else None
        if isinstance(recurring, dict) and recurring.get("usage_type") == "metered":
            return True
    return False
