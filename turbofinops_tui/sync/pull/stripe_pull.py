"""One fetch of a Stripe account: lists in slices of time, then what is missing by id, then deriving.

The same machine serves the backfill (all lists, from a day on) and the catch-up (events since the last
sync, with the balance transactions that no event carries). A page and the cursor behind it are one
transaction; a slice that is still long after some pages is cut in two, so that dense months get more of
the workers. Whatever ends the run, the next one goes on from the last page.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from turbofinops_tui.errors import SourceError
from turbofinops_tui.store import pulls
from turbofinops_tui.store.findings import Finding, record_findings
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.pulls import PullSlice, Run
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.pull import stripe_lists as lists
from turbofinops_tui.sync.pull.stripe import WORKERS, NotThere, Refused, StripeApi
from turbofinops_tui.sync.pull.stripe_pages import Records, add_event, add_object, put, rows_of
from turbofinops_tui.sync.pull.stripe_todo import GONE_FINDING, Wanted, settle_events, wanted
from turbofinops_tui.sync.pull.workers import Stopped, Workers
from turbofinops_tui.sync.read.stripe_objects import Json

YEARS = 3
SPLIT_PAGES = 5
LEAST_SPLIT = 3600
"""a slice of one hour is not cut any further"""
ROUNDS = 5
FETCHED_AT_ONCE = 20
OVERLAP = 3600


@dataclass(slots=True)
class Progress:
    """How far a run is; written by the workers, read by whoever shows it."""

    requests: int = 0
    objects: int = 0
    events: int = 0
    part: float = 0.0
    """of the lists' span of time, 0 to 1"""
    seconds: float = 0.0
    step: str = "lists"

    def left(self) -> float | None:
        """Seconds that the lists will still take, going by those they took; None when nothing tells."""
        return self.seconds * (1 - self.part) / self.part if self.part > 0.02 else None


@dataclass(slots=True)
class Pulled:
    """What a run brought."""

    objects: int = 0
    events: int = 0
    """that were new"""
    left_out: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    """objects that Stripe no longer has"""
    newest: int = 0
    """when the newest of them was created, in Stripe's time"""


def plan(kind: str, since: int, started: int) -> list[PullSlice]:
    """The slices that a new run begins with: the last years each, and all before; the newest has no end."""
    found: list[PullSlice] = []
    for resource in lists.RESOURCES if kind == "backfill" else lists.CATCH_UP:
        first, last = lists.BEGINNING if resource.whole else since, lists.FAR
        for _ in range(YEARS):
            if first < (start := min(last, started) - 365 * 86400):
                found.append(PullSlice(0, resource.name, start, last))
                last = start
        found.append(PullSlice(0, resource.name, first, last))
    return found


class StripePull:
    """One run over one account; ``ahead``: seconds that this machine's clock is ahead of Stripe's."""

    def __init__(
        self,
        store: Store,
        api: StripeApi,
        origin: Origin,
        run: Run,
        tick: Callable[[Progress], object] = lambda _: None,
        stop: threading.Event | None = None,
        ahead: int = 0,
    ) -> None:
        self._ahead = ahead
        self.progress, self.pulled = Progress(), Pulled()
        self._store, self._api, self._origin, self._run = store, api, origin, run
        self._tick, self._stop = tick, stop or threading.Event()
        self._guard = threading.Lock()
        self._begun = time.monotonic()
        self._slices: dict[int, PullSlice] = {}

    def fetch(self) -> Pulled:
        """All of the run's lists and what they refer to; the run is not ended by this."""
        self.fetch_lists()
        self.progress.step = "objects"
        self._rest()
        return self.pulled

    def fetch_objects(self, todo: Sequence[Wanted]) -> None:
        """These objects by their id, and no list."""
        groups = [list(todo[n : n + FETCHED_AT_ONCE]) for n in range(0, len(todo), FETCHED_AT_ONCE)]
        Workers(self._objects, 1, self._stop).run(groups)

    def fetch_lists(self) -> None:
        """The pages of every slice that is not done."""
        with self._store.read() as conn:
            slices = pulls.load_slices(conn, self._run.connection)
        self._slices = {item.id: item for item in slices}
        todo = _interleaved([item for item in slices if not item.done])
        Workers(self._slice, WORKERS, self._stop).run(todo, self._show)

    def _now(self) -> int:
        return int(self._store.clock.now().timestamp()) - self._ahead

    def _show(self) -> None:
        progress = self.progress
        progress.requests, progress.seconds = self._api.requests, time.monotonic() - self._begun
        with self._guard:
            slices = list(self._slices.values())
        top = max(self._run.started, 1)
        whole = sum(max(1, min(item.last, top) - item.first) for item in slices)
        left = sum(max(0, min(item.reached, top) - item.first) for item in slices if not item.done)
        progress.part = 1 - left / whole if whole else 1.0
        self._tick(progress)

    def _slice(self, item: PullSlice) -> Sequence[PullSlice]:
        """The pages of one slice; returns the older half when it was cut in two."""
        resource = lists.BY_NAME[item.resource]
        pages = 0
        while not item.done:
            if self._stop.is_set():
                raise Stopped
            started = self._now()
            item, answer = self._page(resource, item)
            rows = rows_of(answer, resource.path, item.cursor)
            records = Records()
            for row in rows:
                if row.get("object") == "event":
                    add_event(self._origin, row, records)
                else:
                    add_object(self._api, self._origin, row, started, records)
            pages += 1
            item = _moved(item, rows, bool(answer.get("has_more")))
            item, older = self._commit(item, records, pages >= SPLIT_PAGES)
            if older is not None:
                return [older, item]
        return []

    def _page(self, resource: lists.Resource, item: PullSlice) -> tuple[PullSlice, Json]:
        """The next page; when the object that the cursor names is gone, from its time on."""
        while True:
            try:
                return item, self._api.get(resource.path, _parameters(resource, item))
            except NotThere:
                if not item.cursor:
                    self._no_list(resource)
                    return item, {"data": []}
                item = replace(item, cursor="", last=item.reached + 1)

    def _no_list(self, resource: lists.Resource) -> None:
        """The account has no such list: said, and an error where there is nothing without it."""
        if resource.name == lists.RESOURCES[0].name:
            raise SourceError(f"there is no {resource.path} at this address", "check base_url")
        with self._guard:
            self.pulled.left_out[f"there is no list {resource.path}"] = 1

    def _commit(self, item: PullSlice, records: Records, long: bool) -> tuple[PullSlice, PullSlice | None]:
        """A page and its cursor, together."""
        older = None
        with self._store.write("fetch stripe", durable=False) as txn:
            fresh = put(txn, self._origin, records)
            if long and not item.done and item.reached - item.first > LEAST_SPLIT:
                item, older = pulls.split_slice(txn, self._run.connection, item)
            else:
                pulls.save_slice(txn, item)
        self._count(records, fresh)
        with self._guard:
            self._slices |= {found.id: found for found in (item, older) if found is not None}
        return item, older

    def _count(self, records: Records, fresh: int) -> None:
        with self._guard:
            self.pulled.objects += len(records.snapshots)
            self.pulled.events += fresh
            self.pulled.left_out += records.left_out
            made = [item.created for item in records.snapshots] + [item.created for item in records.events]
            self.pulled.newest = max(self.pulled.newest, *made, 0)
            self.progress.objects = self.pulled.objects
            self.progress.events += len(records.events)

    def _rest(self) -> None:
        """Objects that the lists left open, by their id; what they refer to in turn."""
        asked: set[Wanted] = set()
        since = self._run.since if self._run.kind == "events" else 0
        for _ in range(ROUNDS):
            with self._store.read() as conn:
                todo = sorted(
                    wanted(conn, self._origin, since) - asked, key=lambda item: (item.kind, item.id)
                )
            if not todo:
                return
            asked.update(todo)
            groups = [todo[n : n + FETCHED_AT_ONCE] for n in range(0, len(todo), FETCHED_AT_ONCE)]
            Workers(self._objects, WORKERS, self._stop).run(groups, self._show)

    def _objects(self, group: list[Wanted]) -> Sequence[list[Wanted]]:
        records, gone = Records(), []
        for item in group:
            if self._stop.is_set():
                raise Stopped
            started = self._now()
            expand = lists.EXPANDED.get(item.kind)
            try:
                path = f"{lists.PATHS[item.kind]}/{quote(item.id, safe='')}"
                obj = self._api.get(path, {"expand": expand} if expand else {})
            except (NotThere, Refused):
                gone.append(item)
                continue
            add_object(self._api, self._origin, obj, started, records)
        findings = [
            Finding(
                GONE_FINDING, item.id, self._origin.source, f"this {item.kind} no longer exists at Stripe"
            )
            for item in gone
        ]
        with self._store.write("fetch stripe", durable=False) as txn:
            put(txn, self._origin, records)
            record_findings(txn, findings)
            for item in group:
                settle_events(txn, self._origin, item.id)
        self._count(records, 0)
        with self._guard:
            self.pulled.gone += len(gone)
        return []


def _parameters(resource: lists.Resource, item: PullSlice) -> dict[str, object]:
    created = {"gte": item.first} | ({"lt": item.last} if item.last < lists.FAR else {})
    after = {"starting_after": item.cursor} if item.cursor else {}
    return {"limit": lists.PAGE, "created": created, **resource.params, **after}


def _moved(item: PullSlice, rows: Sequence[dict[str, object]], more: bool) -> PullSlice:
    """The slice after one more page."""
    created = rows[-1].get("created") if rows else None
    if more and type(created) is not int:
        raise SourceError(f"an object of {item.resource} has no creation time", "run this again")
    return replace(
        item,
        cursor=str(rows[-1]["id"]) if rows else item.cursor,
        reached=created if type(created) is int else item.first,
        pages=item.pages + 1,
        objects=item.objects + len(rows),
        done=not more,
    )


def _interleaved(slices: Sequence[PullSlice]) -> list[PullSlice]:
    """Newest first, one of each list in turn: every list has a rate of its own."""
    ranks: Counter[str] = Counter()
    ordered: list[tuple[int, int, PullSlice]] = []
    for item in slices:
        ordered.append((ranks[item.resource], len(ordered), item))
        ranks[item.resource] += 1
    return [item for _, _, item in sorted(ordered, key=lambda entry: entry[:2])]
