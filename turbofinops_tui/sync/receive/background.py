"""Work that follows what was received, off the way of those who wait for an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

QUIET = 0.3
"""seconds without anything new after which the work begins"""
LATEST = 3.0
"""seconds after the first call at which it begins although more keeps coming"""
AGAIN = 30.0
"""seconds after which work that failed is tried again"""


class Background:
    """``work()`` in one thread, some time after ``wake()``; one run stands for many calls.

    ``failed(error)`` hears of trouble; the work is then tried again by itself. ``interrupt()`` asks work
    under way to end early.
    """

    def __init__(
        self,
        work: Callable[[], None],
        failed: Callable[[Exception], None],
        quiet: float = QUIET,
        latest: float = LATEST,
        interrupt: Callable[[], object] = lambda: None,
    ) -> None:
        self._latest, self._interrupt = latest, interrupt
        self._work, self._failed, self._quiet = work, failed, quiet
        self._changed = threading.Condition()
        self._first = self._last = 0.0
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def start(self) -> None:
        """Start the thread; what an earlier run of the program left is worked on first."""
        self.wake()
        self._thread.start()

    def wake(self) -> None:
        """There is something to do."""
        with self._changed:
            now = time.monotonic()
            self._first = self._first or now
            self._last = now
            self._changed.notify()

    def stop(self) -> None:
        """End after the run under way; what is left stays marked in the store."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._interrupt()
        self._thread.join()

    def _run(self) -> None:
        while self._due():
            try:
                self._work()
            except Exception as error:  # what was received is safe; it is only not derived yet
                self._failed(error)
                with self._changed:
                    self._first = self._first or time.monotonic() + AGAIN
                    self._last = self._first

    def _due(self) -> bool:
        """Wait until there is work and a good moment for it; False at the end."""
        with self._changed:
            while not self._ended:
                if self._first:
                    left = min(self._last + self._quiet, self._first + self._latest) - time.monotonic()
                    if left <= 0:
                        self._first = 0.0
                        return True
                    self._changed.wait(left)
                else:
                    self._changed.wait()
        return False
