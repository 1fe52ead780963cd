"""How often and how stubbornly a provider is asked: token buckets, and the one layer of retries.

Libraries of providers retry as well; theirs is switched off, so that a bad minute is not asked 3 x 3 times.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

RECOVERY = 100
"""answers in a row that bring a bucket from its slowest back to its rate"""
SLOWEST = 1.0
PAUSE_SECONDS = 1.0
ATTEMPTS = 10
FEW = 3
"""attempts while a person waits for the answer of a test"""
LONGEST_WAIT = 60.0
LONGEST_RUN = 600.0
Answer = TypeVar("Answer")


class Passing(Exception):
    """A failure that may pass: asked again; ``after`` is the wait in seconds that the provider named."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class TokenBucket:
    """At most ``rate`` requests a second, evenly; slower after a refusal, and slowly back again.

    Safe between threads. ``wait`` sleeps so many seconds.
    """

    def __init__(
        self,
        rate: float,
        wait: Callable[[float], object] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.top = self.rate = rate
        self._wait, self._monotonic = wait, monotonic
        self._lock = threading.Lock()
        self._next = 0.0

    def take(self) -> None:
        """Wait for a turn."""
        with self._lock:
            now = self._monotonic()
            turn = max(self._next, now)
            self._next = turn + 1 / self.rate
        if turn > now:
            self._wait(turn - now)

    def refused(self) -> None:
        """The provider said too many: half the rate, after a pause that all feel."""
        with self._lock:
            self.rate = max(SLOWEST, self.rate / 2)
            self._next = max(self._next, self._monotonic() + PAUSE_SECONDS)

    def answered(self) -> None:
        """An answer came: a little faster, up to the rate."""
        with self._lock:
            self.rate = min(self.top, self.rate + self.top / RECOVERY)


def stubbornly(ask: Callable[[], Answer], attempts: int = ATTEMPTS) -> Answer:
    """``ask()``, again while it raises Passing, with growing waits; the last Passing is raised."""
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks(())  # its own would write each retry to stderr
    for attempt in stamina.retry_context(
        on=_again, attempts=attempts, timeout=LONGEST_RUN, wait_initial=0.5, wait_max=30.0, wait_jitter=0.5
    ):
        with attempt:
            return ask()
    raise AssertionError("the last attempt raises")


def _again(error: Exception) -> bool | float:
    if not isinstance(error, Passing):
        return False
    return True if error.after is None else min(max(error.after, 0.0), LONGEST_WAIT)
