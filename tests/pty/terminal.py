"""A pseudo-terminal that runs the app in a process of its own, presses keys and keeps every byte."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

LIMIT = 60.0
"""seconds before a wait gives up: a machine may be slow, a wait never depends on how slow"""


QUIET = 0.5
"""seconds without a byte after which an answer is whole"""
BEGINS = 3.0
"""seconds after which a key is taken to change nothing"""


class Terminal:
    """``with Terminal(code, ...) as terminal``: Python code on a terminal of ``columns`` x ``rows``."""

    def __init__(
        self, code: str, home: Path, columns: int = 80, rows: int = 24, env: dict[str, str] | None = None
    ) -> None:
        self.data = bytearray()
        self.status: int | None = None
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TURBOFINOPS_TODAY": "2026-11-24",
            "COLUMNS": str(columns),
            "LINES": str(rows),
        } | (env or {})
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(sys.executable, [sys.executable, "-c", code], settings)  # noqa: S606 - no shell wanted
        os.set_blocking(self.fd, False)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def read(self, seconds: float) -> bytes:
        """What arrives within ``seconds``; returns at once when something did."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            data = b""
        self.data += data
        return data

    def until(self, wanted: str) -> None:
        """Read until the text ``wanted`` (a pattern) was written."""
        pattern = re.compile(wanted.encode())
        start = time.monotonic()
        while not pattern.search(self.data):
            self.read(0.2)
            assert time.monotonic() - start < LIMIT, f"{wanted!r} never came: {bytes(self.data[-2000:])!r}"

    def settle(self, quiet: float = 0.25) -> None:
        """Read until nothing came for ``quiet`` seconds."""
        start = time.monotonic()
        while self.read(quiet) and time.monotonic() - start < LIMIT:
            pass

    def press(self, keys: str) -> None:
        """Send ``keys`` and wait until the app has answered."""
        os.write(self.fd, keys.encode())
        self.settle()

    def answer(self, keys: str, times: int = 1, wanted: str = "") -> int:
        """Bytes that the answer to ``keys`` takes, to the quiet after it; it begins within ``BEGINS`` s,
        or whenever the text ``wanted`` is written.

        With ``times`` the smallest of so many answers: late bytes of what came before count only once.
        """
        found = []
        for _ in range(times):
            before = len(self.data)
            os.write(self.fd, keys.encode())
            start = time.monotonic()
            text = wanted.encode()
            while (text not in self.data[before:]) if text else (len(self.data) == before):
                self.read(0.2)
                if time.monotonic() - start > (LIMIT if text else BEGINS):
                    break
            self.settle(QUIET)
            found.append(len(self.data) - before)
        return min(found)

    def end(self) -> int:
        """Read to the end; the exit status."""
        start = time.monotonic()
        while self.status is None:
            self.read(0.1)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
            assert time.monotonic() - start < LIMIT, "the app never ended"
        while self.read(0.1):
            pass
        return self.status
