"""OTLP/HTTP: traces over ``POST /v1/traces``, durable before the answer, in the daily rows soon after.

The answers: accepted 200 (with the number of rejected spans), not traces or damaged 400, no or another token
401, slow 408, too big also when unpacked 413, another content type or encoding 415, full or store trouble 503
with a time to come back. Other feeds add a path with a function that takes a body (``Feed``).
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from turbofinops_tui.errors import NewerStoreError
from turbofinops_tui.sync.receive.background import Background
from turbofinops_tui.sync.receive.bodies import Refused, Waiting, unpacked
from turbofinops_tui.sync.receive.group_commit import GroupCommit, QueueFull

MAX_BODY = 16 << 20
MAX_UNPACKED = 32 << 20
PARSING = 2
"""bodies that are taken apart at once: each may be some hundred megabytes of objects"""
Item = TypeVar("Item")


class Feed(Protocol[Item]):
    """How the body of one path is taken apart and answered."""

    def take(self, raw: bytes, content_type: str) -> Item:
        """What is to be stored, in a thread of its own; Refused when the body cannot be read."""

    def answer(self, taken: Item, content_type: str) -> tuple[bytes, str]:
        """(body, content type) of the 200 once it is stored."""

    def refusal(self, text: str, content_type: str) -> tuple[bytes, str]:
        """(body, content type) of any other answer."""


class UsageReceiver(Generic[Item]):
    """State of one running receiver: its feeds by path, the writer, what follows, and what was counted."""

    def __init__(
        self,
        feeds: Mapping[str, Feed[Item]],
        commit: Callable[[Sequence[Item]], Sequence[None]],
        settle: Callable[[], object],
        *,
        token: bytes = b"",
        trouble: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self.feeds = feeds
        self.counts: dict[str, int] = {}
        self.waiting = Waiting(MAX_BODY)
        self._token, self._trouble = token, trouble
        self._parsing = asyncio.Semaphore(PARSING)
        self._behind = Background(lambda: (settle(), None)[1], self._failed)
        self.writer: GroupCommit[Item, None] = GroupCommit(commit, self._behind.wake)

    def start(self) -> None:
        """Start writing and settling; what an earlier run left is settled first."""
        self.writer.start(asyncio.get_running_loop())
        self._behind.start()

    def stop(self) -> None:
        """Commit what waits and end; what is not settled yet waits in the store for the next run."""
        self.writer.stop()
        self._behind.stop()

    def count(self, what: str) -> None:
        """One more of ``what`` since the start (shown by /healthz)."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def _failed(self, error: Exception) -> None:
        self.count("settle_failed")
        self._trouble(error)

    async def receive(self, feed: Feed[Item], request: Request) -> Response:
        """Take, store and answer one request."""
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            self._admit(request)
            raw = await self.waiting.body(request)
            taken = await self._taken(feed, raw, request.headers.get("content-encoding", ""), content_type)
            await self._stored(taken)
        except Refused as refused:
            self.count(refused.text.partition(":")[0].replace(" ", "_"))
            body, kind = feed.refusal(refused.text, content_type)
            headers = {"retry-after": str(refused.retry)} if refused.retry else {}
            if refused.status in (408, 413):
                headers["connection"] = "close"
            if refused.status == 401:
                headers["www-authenticate"] = "Bearer"
            return Response(body, refused.status, headers, kind)
        self.count("stored")
        body, kind = feed.answer(taken, content_type)
        return Response(body, 200, media_type=kind)

    def _admit(self, request: Request) -> None:
        """Refused without the bearer token, where there is one."""
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        if self._token and not hmac.compare_digest(given, b"Bearer " + self._token):
            raise Refused(401, "a bearer token is required")

    async def _taken(self, feed: Feed[Item], raw: bytes, encoding: str, content_type: str) -> Item:
        async with self._parsing:
            return await asyncio.to_thread(
                lambda: feed.take(unpacked(raw, encoding, MAX_UNPACKED), content_type)
            )

    async def _stored(self, taken: Item) -> None:
        try:
            await self.writer.put(taken)
        except QueueFull:
            raise Refused(503, "busy", 5) from None
        except NewerStoreError as error:
            self._trouble(error)
            raise Refused(503, "the store is newer", 300) from None
        except Exception as error:  # nothing of it was stored: the sender keeps it and comes back
            self._trouble(error)
            raise Refused(503, "not stored", 10) from None


def make_app(receiver: UsageReceiver[Item]) -> Starlette:
    """The ASGI app."""

    def endpoint(feed: Feed[Item]) -> Callable[[Request], object]:
        async def receive(request: Request) -> Response:
            return await receiver.receive(feed, request)

        return receive

    async def health(_: Request) -> Response:
        return JSONResponse({"ok": True, "counts": receiver.counts})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        receiver.start()
        yield
        await asyncio.to_thread(receiver.stop)

    routes = [Route(path, endpoint(feed), methods=["POST"]) for path, feed in receiver.feeds.items()]
    return Starlette(routes=[*routes, Route("/healthz", health)], lifespan=lifespan)
