"""The Stripe webhook: signature over raw bytes, durable before 200, derived afterwards (trust.md 8).

The answers: bad or missing signature and malformed JSON 400, too big 413, slow body 408, stored,
duplicate, unknown type, thin event, foreign account or mode 200, store trouble 500, newer store or
full queue 503. Error bodies are constant: nothing of a request is echoed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from turbofinops_tui.errors import DataError, NewerStoreError
from turbofinops_tui.store.findings import Finding
from turbofinops_tui.sync.derive_component import Origin
from turbofinops_tui.sync.derive_inbox import EventRow
from turbofinops_tui.sync.derive_load import READ_FINDING
from turbofinops_tui.sync.read.jsonl import parse_object
from turbofinops_tui.sync.read.stripe_events import CONNECTED, read_event
from turbofinops_tui.sync.read.stripe_objects import Snapshot
from turbofinops_tui.sync.receive import server
from turbofinops_tui.sync.receive.background import Background
from turbofinops_tui.sync.receive.group_commit import GroupCommit, QueueFull
from turbofinops_tui.sync.receive.signature import SignatureError, verify

MAX_BODY = 1024 * 1024
MAX_DISCARDED = 32 * MAX_BODY
"""bytes of a body that is too big, read and dropped so that its sender hears why"""
MAX_WAITING = 64 * MAX_BODY
"""bytes of bodies that are being read at once: nobody without a signature may fill the memory"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One connection that may send: its signing secrets, its account and mode."""

    name: str
    secrets: tuple[bytes, ...] = field(repr=False)
    origin: Origin


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified event, taken apart, on its way into the store."""

    origin: Origin
    event: EventRow
    snapshots: Sequence[Snapshot] = ()
    finding: Finding | None = None
    """set when the object in it cannot be read"""


class Receiver:
    """State of one running webhook: the endpoints, the writer, and what was counted."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        commit: Callable[[Sequence[Delivery]], Sequence[bool]],
        derive: Callable[[], None],
        *,
        trouble: Callable[[Exception], None] = lambda _: None,
        background: type[Background] = Background,
        behind: Sequence[Background] = (),
    ) -> None:
        self._behind = behind
        self._secrets: dict[bytes, list[Endpoint]] = {}
        for endpoint in endpoints:
            for secret in endpoint.secrets:
                self._secrets.setdefault(secret, []).append(endpoint)
        self.counts: dict[str, int] = {}
        self.waiting = 0
        self._trouble = trouble
        self._deriver = background(derive, self._derive_failed)
        self.writer: GroupCommit[Delivery, bool] = GroupCommit(commit, self._deriver.wake)

    def count(self, what: str) -> None:
        """One more of ``what`` since the start (shown by /healthz)."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def start(self) -> None:
        """Start writing and deriving; what an earlier run left is derived first."""
        self.writer.start(asyncio.get_running_loop())
        self._deriver.start()
        for item in self._behind:
            item.start()

    def stop(self) -> None:
        """Commit what waits and end; what is not derived yet stays marked for the next run."""
        self.writer.stop()
        self._deriver.stop()
        for item in self._behind:
            item.stop()

    def senders(self, raw: bytes, header: bytes, now: int) -> list[Endpoint]:
        """The endpoints whose secret signed; SignatureError when none did."""
        known = list(self._secrets)
        return self._secrets[known[verify(raw, header, known, now)]]

    def store_failed(self, error: Exception) -> None:
        """Tell of a transaction that did not come about."""
        self._trouble(error)

    def _derive_failed(self, error: Exception) -> None:
        self.count("derive_failed")
        self._trouble(error)


def make_app(receiver: Receiver, real_time: Callable[[], float] = time.time) -> Starlette:
    """The ASGI app. ``real_time`` is the clock of signatures, never the injected one."""

    async def webhook(request: Request) -> Response:
        raw = await _body(receiver, request)
        if isinstance(raw, Response):
            return raw
        header = request.headers.get("stripe-signature", "").encode("latin-1")
        try:
            endpoints = receiver.senders(raw, header, int(real_time()))
        except SignatureError as error:
            receiver.count(error.reason)
            return _no(400, "bad signature")
        return await _accept(receiver, endpoints, raw)

    async def health(_: Request) -> Response:
        return JSONResponse({"ok": True, "counts": receiver.counts})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        receiver.start()
        yield
        await asyncio.to_thread(receiver.stop)

    routes = [Route("/stripe/webhook", webhook, methods=["POST"]), Route("/healthz", health)]
    return Starlette(routes=routes, lifespan=lifespan)


async def _body(receiver: Receiver, request: Request) -> bytes | Response:
    """The raw body, or the answer to one that is too big, too slow or cut off."""
    length = request.headers.get("content-length", "0")
    too_big = not length.isdecimal() or int(length) > MAX_BODY
    if too_big and "expect" in request.headers:
        return _too_big(receiver)  # it has not begun to send
    parts: list[bytes] = []
    size = kept = 0
    try:
        async with asyncio.timeout(server.DEADLINE):
            async for part in request.stream():
                size += len(part)
                too_big = too_big or size > MAX_BODY
                if too_big and size > MAX_DISCARDED:
                    break
                if not too_big:
                    if receiver.waiting + len(part) > MAX_WAITING:
                        return _busy(receiver, "memory_full")
                    parts.append(part)
                    kept += len(part)
                    receiver.waiting += len(part)
    except TimeoutError:
        receiver.count("too_slow")
        return _no(408, "too slow", {"connection": "close"})
    except ClientDisconnect:
        receiver.count("cut_off")
        return _no(400, "cut off")
    finally:
        receiver.waiting -= kept
    return _too_big(receiver) if too_big else b"".join(parts)


async def _accept(receiver: Receiver, endpoints: Sequence[Endpoint], raw: bytes) -> Response:
    try:
        found = _delivery(endpoints, raw)
    except (DataError, UnicodeDecodeError):
        receiver.count("malformed")
        return _no(400, "not an event")
    if isinstance(found, str):
        receiver.count(found)
        return PlainTextResponse("ignored")
    try:
        fresh = await receiver.writer.put(found)
    except QueueFull:
        return _busy(receiver, "queue_full")
    except NewerStoreError as error:
        receiver.count("newer_store")
        receiver.store_failed(error)
        return _no(503, "the store is newer", {"retry-after": "300"})
    except Exception as error:  # Stripe sends it again; the store is as it was
        receiver.count("store_trouble")
        receiver.store_failed(error)
        return _no(500, "not stored")
    receiver.count("stored" if fresh else "duplicate")
    return PlainTextResponse("stored" if fresh else "duplicate")


def _delivery(endpoints: Sequence[Endpoint], raw: bytes) -> Delivery | str:
    """The event as the first endpoint that counts it takes it, or why none does."""
    text = raw.decode()
    value = parse_object(text, "", 0)
    if value.get("object") == "v2.core.event":
        return "thin_event"
    reason = ""
    for endpoint in endpoints:
        found = _taken_apart(endpoint.origin, value, text)
        if isinstance(found, Delivery):
            return found
        reason = reason or ("foreign_account" if found == CONNECTED else "other_mode")
    return reason


def _taken_apart(origin: Origin, value: dict[str, Any], text: str) -> Delivery | str:
    """The event for one account and mode, or why it does not count there.

    An event of Stripe whose object cannot be read is kept as it came, with a finding that says so.
    """
    try:
        found = read_event(value, text, account=origin.account, livemode=origin.livemode)
    except DataError as error:
        data = value.get("data")
        obj = data.get("object") if isinstance(data, dict) else None
        if not isinstance(obj, dict):
            raise
        bare = read_event(
            value | {"data": {"object": {}}}, text, account=origin.account, livemode=origin.livemode
        )
        if bare.event is None:
            return bare.left_out
        ident = str(obj.get("id") or bare.event.id)[:255].encode("ascii", "replace").decode()
        detail = f"{error.line()} (not counted)"
        return Delivery(
            origin,
            replace(bare.event, object_id=ident, state="unreadable"),
            finding=Finding(READ_FINDING, ident, origin.source, detail),
        )
    return Delivery(origin, found.event, found.snapshots) if found.event is not None else found.left_out


def _too_big(receiver: Receiver) -> Response:
    receiver.count("too_big")
    return _no(413, "too big", {"connection": "close"})


def _busy(receiver: Receiver, why: str) -> Response:
    receiver.count(why)
    return _no(503, "busy", {"retry-after": "5"})


def _no(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(text, status, headers)
