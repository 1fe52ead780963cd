"""How many rows fit one short transaction: at most 50 ms of the write lock (trust.md 2)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

AIM_SECONDS = 0.03
FIRST_ROWS = 10_000
LEAST_ROWS = 1_000
MOST_ROWS = 40_000

Row = tuple[int, ...]


class Pace:
    """Adapts the size of the next chunk to what the last one took on this machine."""

    def __init__(self) -> None:
        self.rows = FIRST_ROWS

    def chunks(self, rows: Iterable[Row]) -> Iterator[list[Row]]:
        """``rows`` in lists of the size of the moment, made before the lock is taken."""
        source = iter(rows)
        while chunk := list(islice(source, self.rows)):
            yield chunk

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Time one chunk and set the size of the next: halve when slow, grow when fast."""
        start = time.perf_counter()
        yield
        taken = time.perf_counter() - start
        if taken > AIM_SECONDS:
            self.rows = max(LEAST_ROWS, self.rows // 2)
        elif taken < AIM_SECONDS / 3:
            self.rows = min(MOST_ROWS, self.rows * 3 // 2)
