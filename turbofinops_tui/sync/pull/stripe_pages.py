"""Answers of Stripe's API as records for the store: long invoices completed, what does not count left out."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from turbofinops_tui.errors import DataError, SourceError
from turbofinops_tui.store.findings import Finding, record_findings
from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.derive_customers import mark_customers, mark_customers_of_products
from turbofinops_tui.sync.derive_inbox import EventRow, put_events, put_snapshots
from turbofinops_tui.sync.derive_load import READ_FINDING
from turbofinops_tui.sync.pull.stripe import NotThere, StripeApi
from turbofinops_tui.sync.pull.stripe_lists import PAGE, PATHS
from turbofinops_tui.sync.read.jsonl import encode
from turbofinops_tui.sync.read.stripe_events import LIVE_MODE, TEST_MODE, read_event, snapshots_of
from turbofinops_tui.sync.read.stripe_objects import Json, Snapshot, is_complete, newest_stamp

MOST_LINE_PAGES = 100


@dataclass(slots=True)
class Records:
    """What some answers give the store."""

    events: list[EventRow] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def rows_of(answer: Json, path: str, after: str) -> list[Json]:
    """The objects of a list; SourceError for an answer that is no list, or a list that does not move on."""
    data = answer.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) and item.get("id") for item in data):
        raise SourceError(f"Stripe's answer to {path} is no list", "run this again")
    if answer.get("has_more") and (not data or data[-1]["id"] == after):
        raise SourceError(f"the list {path} does not move on after {after!r}", "run this again")
    return data


def add_object(api: StripeApi, origin: Origin, obj: Json, started: int, into: Records) -> None:
    """One fetched object; ``started`` is when the request began, in epoch seconds.

    Its version lies one second before: an event of that second may be the later state.
    """
    if obj.get("deleted"):
        return  # only the id is left; what is stored says more
    if isinstance(obj.get("livemode"), bool) and obj["livemode"] != origin.livemode:
        into.left_out[TEST_MODE if origin.livemode else LIVE_MODE] += 1
        return
    kind = str(obj.get("object"))
    if not is_complete(obj, kind):
        with suppress(NotThere):  # deleted since: it stays cut, and is asked for by its id
            obj["lines"] = _all_lines(api, obj, kind)
    try:
        into.snapshots += snapshots_of(obj, encode(obj), max(started - 1, newest_stamp(obj)), "")
    except DataError as error:
        into.findings.append(_unreadable(origin, obj, error))


def add_event(origin: Origin, value: Json, into: Records) -> None:
    """One event of the list."""
    try:
        found = read_event(value, encode(value), account=origin.account, livemode=origin.livemode)
    except DataError as error:
        into.findings.append(_unreadable(origin, value, error))
        return
    if found.event is None:
        into.left_out[found.left_out] += 1
        return
    into.events.append(found.event)
    into.snapshots += found.snapshots


def put(txn: WriteTxn, origin: Origin, records: Records) -> int:
    """Store records in the caller's transaction and mark what has to be derived; returns new events."""
    fresh = put_events(txn, origin, records.events, None)
    changed = put_snapshots(txn, origin, records.snapshots, None)
    mark_customers(txn, origin, changed.customers)
    mark_customers_of_products(txn, origin, sorted(changed.products))
    record_findings(txn, records.findings)
    return fresh


def _unreadable(origin: Origin, obj: Json, error: DataError) -> Finding:
    detail = f"{error.line()} (not counted)"
    return Finding(READ_FINDING, str(obj.get("id"))[:255], origin.source, detail)


def _all_lines(api: StripeApi, obj: Json, kind: str) -> Json:
    """Every line of an object whose own list is cut, from its pages."""
    path = f"{PATHS[kind]}/{quote(obj['id'], safe='')}/lines"
    found: list[Json] = []
    after = ""
    for _ in range(MOST_LINE_PAGES):
        answer = api.get(path, {"limit": PAGE} | ({"starting_after": after} if after else {}))
        found += rows_of(answer, path, after)
        if not answer.get("has_more"):
            return {"object": "list", "data": found, "has_more": False, "url": path}
        after = found[-1]["id"]
    raise SourceError(f"{path} does not end", "run this again")
