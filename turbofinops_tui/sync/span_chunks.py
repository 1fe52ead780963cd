"""Large files of traces in several processes: each takes chunks of messages apart, one joins them in order.

A chunk is resolved as if nothing else existed; what its traces share with earlier chunks or files is set
right when it is joined, so the daily rows are those of one process. A reader is a child that speaks through
its pipes alone and ends with its parent, whatever ends that.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, NamedTuple, cast

from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.evidence import Resolver
from turbofinops_tui.economics.spans import NANOSECONDS_A_DAY, Span
from turbofinops_tui.errors import TurboError
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.reading import Reading
from turbofinops_tui.sync.kept_spans import part_of
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.otlp import Read
from turbofinops_tui.sync.read.otlp_files import GZIP, ZSTD, read_file, read_raw
from turbofinops_tui.sync.settle_spans import Change, Digest, Intake, merge
from turbofinops_tui.sync.span_calls import resolver_of

CHUNK = 8 << 20
"""bytes of messages that are taken apart at once"""
LARGE = 64 << 20
"""bytes of a file from which on several processes read it"""
_PACKED = 8
"""how much larger a packed file is taken to be"""
Message = tuple[bytes | None, str, bool]
"""raw, position, framed; as ``read.otlp_files.Take``"""
_CODE = "from turbofinops_tui.sync.span_chunks import serve; serve()"


class Order(NamedTuple):
    """What a reader has to know."""

    store: Path
    delivery: int
    reading: Reading
    closed: frozenset[int]
    only: frozenset[int] | None


def is_large(path: Path, size: int) -> bool:
    """Whether several processes are worth their start."""
    with path.open("rb") as file:
        packed = file.read(4).startswith((GZIP, ZSTD))
    return size * (_PACKED if packed else 1) >= LARGE and len(os.sched_getaffinity(0)) > 1


def digest(order: Order, resolver: Resolver, messages: Sequence[Message]) -> Digest:
    """What a chunk holds and what it weighs by itself."""
    resolver.left = {}
    change, read = Change(left=resolver.left), Read()
    held: dict[str, list[Span]] = {}

    def add(trace: str, span: Span) -> None:
        day = span.start // NANOSECONDS_A_DAY
        if order.only is not None and day not in order.only:
            return
        if day in order.closed:
            change.late[day] = change.late.get(day, 0) + 1
        elif (own := held.get(trace)) is None:
            held[trace] = [span]
        else:
            own.append(span)

    for raw, position, framed in messages:
        read_raw(raw, position, framed, add, read)
    parts, days = [], []
    same: dict[frozenset[int], frozenset[int]] = {}
    for trace in sorted(held):
        fresh = merge(change, resolver, trace, (), held[trace])
        own_days = frozenset(span.start // NANOSECONDS_A_DAY for span in fresh)
        parts.append(part_of(trace, order.delivery, fresh))
        days.append(same.setdefault(own_days, own_days))
    return Digest(parts, days, change, read)


def serve() -> None:
    """A reader: its order first, then chunks, each answered by its digest, until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    order: Order = pickle.load(source)  # noqa: S301 (from the parent)
    resolver = resolver_of(Store.open(order.store, Clock(), read_only=True), order.reading)
    gc.disable()
    while True:
        try:
            messages: list[Message] = pickle.load(source)  # noqa: S301 (from the parent)
        except EOFError:
            return
        pickle.dump(digest(order, resolver, messages), sink, pickle.HIGHEST_PROTOCOL)
        sink.flush()


class Readers:
    """Some readers that take chunks in turn; ``join`` gets their digests in the order of the messages."""

    def __init__(self, order: Order, count: int, join: Callable[[Digest], None]) -> None:
        self._join = join
        self._held: list[Message] = []
        self._bytes = self._turn = 0
        env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._processes = [
            subprocess.Popen(  # noqa: S603 (this very program)
                [sys.executable, "-c", _CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
            )
            for _ in range(count)
        ]
        self._busy = [False] * count
        for process in self._processes:
            self._give(process, order)

    def add(self, raw: bytes | None, position: str, framed: bool) -> None:
        """One more message."""
        self._held.append((raw, position, framed))
        self._bytes += len(raw or b"")
        if self._bytes >= CHUNK:
            self._send()

    def finish(self) -> None:
        """Give out what is held and join everything that is still out."""
        if self._held:
            self._send()
        for place in range(self._turn, self._turn + len(self._processes)):
            self._collect(place % len(self._processes))

    def close(self) -> None:
        """End the readers."""
        for process in self._processes:
            process.kill()
            process.communicate()

    def _send(self) -> None:
        self._collect(self._turn)
        self._give(self._processes[self._turn], self._held)
        self._busy[self._turn] = True
        self._turn = (self._turn + 1) % len(self._processes)
        self._held, self._bytes = [], 0

    def _collect(self, place: int) -> None:
        if not self._busy[place]:
            return
        try:
            found: Digest = pickle.load(cast(IO[bytes], self._processes[place].stdout))  # noqa: S301 (own child)
        except (EOFError, pickle.UnpicklingError):
            raise _ended() from None
        self._busy[place] = False
        self._join(found)

    def _give(self, process: subprocess.Popen[bytes], what: object) -> None:
        pipe = cast(IO[bytes], process.stdin)
        try:
            pickle.dump(what, pipe, pickle.HIGHEST_PROTOCOL)
            pipe.flush()
        except BrokenPipeError:
            raise _ended() from None


def read_large(
    path: Path, size: int, limits: Limits, order: Order, processes: int, intake: Intake, read: Read
) -> None:
    """As ``read_file`` into an intake, by ``processes`` readers. TurboError when one of them ends."""

    def join(found: Digest) -> None:
        read.add(found.read)
        intake.join(found)

    readers = Readers(order, processes, join)
    try:
        read_file(path, size, limits, intake.add, read, readers.add)
        readers.finish()
    finally:
        readers.close()


def _ended() -> TurboError:
    return TurboError("a process that read traces has ended (out of memory?)", "try again with --processes 1")
