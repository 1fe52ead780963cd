"""Some threads over one queue of tasks that may make further tasks; stops at the first failure."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

TICK_SECONDS = 0.25
LEAVE_SECONDS = 5.0
Task = TypeVar("Task")


class Stopped(Exception):
    """Another thread failed, or the user wants to end: leave the task where it is."""


class Workers(Generic[Task]):
    """``work(task) -> further tasks``, in ``count`` threads; ``stop`` is set when all should end."""

    def __init__(
        self, work: Callable[[Task], Sequence[Task]], count: int, stop: threading.Event | None = None
    ) -> None:
        self.stop = stop or threading.Event()
        self._work, self._count = work, count
        self._tasks: deque[Task] = deque()
        self._busy = 0
        self._changed = threading.Condition()
        self._error: BaseException | None = None

    def run(self, tasks: Iterable[Task], tick: Callable[[], object] = lambda: None) -> None:
        """Do all tasks, calling ``tick`` in this thread now and then; raises the first failure.

        ctrl+c stops after the pages under way; what is stored stays.
        """
        self._tasks.extend(tasks)
        threads = [
            threading.Thread(target=self._loop, name=f"pull-{number}", daemon=True)
            for number in range(min(self._count, max(len(self._tasks), 1) * 4))
        ]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                threads[0].join(TICK_SECONDS) if threads[0].is_alive() else self._wait()
                tick()
        except BaseException:
            self.stop.set()
            self._wake()
            for thread in threads:
                thread.join(LEAVE_SECONDS)
            raise
        if self._error is not None:
            raise self._error

    def _wait(self) -> None:
        with self._changed:
            self._changed.wait(TICK_SECONDS / 5)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _next(self) -> Task | None:
        with self._changed:
            while not self._tasks and self._busy and not self.stop.is_set():
                self._changed.wait(TICK_SECONDS)
            if not self._tasks or self.stop.is_set():
                return None
            self._busy += 1
            return self._tasks.popleft()

    def _loop(self) -> None:
        while (task := self._next()) is not None:
            further: Sequence[Task] = ()
            try:
                further = self._work(task)
            except BaseException as error:
                self.stop.set()
                if self._error is None and not isinstance(error, Stopped):
                    self._error = error
            with self._changed:
                self._busy -= 1
                self._tasks.extend(further)
                self._changed.notify_all()
