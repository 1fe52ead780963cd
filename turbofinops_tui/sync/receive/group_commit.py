"""Many requests, one durable transaction: a queue in front of one writer thread (trust.md 8-9).

An fsync costs more than everything else a receiver does, so requests that wait together are committed
together. A request is answered only after the transaction that holds it has been committed.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from turbofinops_tui.errors import TurboError

CAPACITY = 1000
GROUP = 256
Item = TypeVar("Item")
Answer = TypeVar("Answer")
_Entry = tuple[Item, "asyncio.Future[Answer]"]


class QueueFull(Exception):
    """Too many requests wait already: the sender should try again later."""


class GroupCommit(Generic[Item, Answer]):
    """``commit(items) -> answers`` runs in one thread, on up to ``GROUP`` waiting items at a time.

    What the store refuses (TurboError) is raised to every request of the group: nothing of it was stored.
    Any other failure may lie in one item, so the items of that group are committed one by one.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Sequence[Answer]],
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._commit = commit
        self._after = after
        self._queue: queue.Queue[_Entry[Item, Answer] | None] = queue.Queue(CAPACITY)
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the writer thread; answers are given in ``loop``."""
        self._loop = loop
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    async def put(self, item: Item) -> Answer:
        """The answer for ``item`` once it is durable; QueueFull when too many wait."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((item, future))
        except queue.Full:
            raise QueueFull from None
        return await future

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, ended = self._gather(first)
            self._settle(group)
            self._after()
            if ended:
                return

    def _gather(self, first: _Entry[Item, Answer]) -> tuple[list[_Entry[Item, Answer]], bool]:
        group = [first]
        while len(group) < GROUP:
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                break
            if entry is None:
                return group, True
            group.append(entry)
        return group, False

    def _settle(self, group: Sequence[_Entry[Item, Answer]]) -> None:
        futures = [future for _, future in group]
        try:
            answers = self._commit([item for item, _ in group])
        except Exception as error:  # whatever it was, every sender must hear that nothing was stored
            if len(group) > 1 and not isinstance(error, TurboError):
                for entry in group:
                    self._settle([entry])
            else:
                self._tell(_fail, futures, error)
        else:
            self._tell(_succeed, futures, answers)

    def _tell(
        self, how: Callable[..., None], futures: Sequence[asyncio.Future[Answer]], what: object
    ) -> None:
        """One wake-up of the loop for the whole group; a loop that has ended has nobody to tell."""
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(how, futures, what)


def _succeed(futures: Sequence[asyncio.Future[Answer]], answers: Sequence[Answer]) -> None:
    for future, answer in zip(futures, answers, strict=True):
        if not future.done():
            future.set_result(answer)


def _fail(futures: Sequence[asyncio.Future[Answer]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
