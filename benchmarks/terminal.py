"""A terminal that counts: runs a program in a pty, reads what it writes, knows what its screen shows."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

from benchmarks.harness import REPOSITORY


class Terminal:
    """One program in one pty of ``columns`` x ``lines``."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], columns: int = 80, lines: int = 24
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.written = 0
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            full = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm-256color", **env}
            full.pop("NO_COLOR", None)
            os.execvpe(command[0], list(command), full)  # noqa: S606 - a fixed command, no shell
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def text(self) -> str:
        """What the screen shows now."""
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> int:
        """Read for at most ``seconds``; returns at the first silence of that length. Bytes read."""
        count = 0
        while select.select([self._fd], [], [], seconds)[0]:
            try:
                data = os.read(self._fd, 65536)
            except OSError:  # the program has gone
                break
            if not data:
                break
            count += len(data)
            self._stream.feed(data)
        self.written += count
        return count

    def until(self, shown: Callable[[str], bool], limit: float = 60.0) -> float:
        """Seconds since the start when the screen first satisfies ``shown``; TimeoutError after ``limit``."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end:
            if select.select([self._fd], [], [], 0.5)[0]:
                data = os.read(self._fd, 65536)
                now = time.perf_counter()
                self.written += len(data)
                self._stream.feed(data)
                if shown(self.text()):
                    return now - self.started
        raise TimeoutError(f"not shown within {limit} s:\n{self.text()}")

    def press(self, keys: str, quiet: float = 0.4) -> int:
        """Send keys; the bytes written until ``quiet`` seconds of silence."""
        os.write(self._fd, keys.encode())
        return self.read(quiet)

    def resident_mb(self) -> float:
        """Resident memory of the program now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def close(self) -> None:
        """End the program and wait for it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        with contextlib.suppress(OSError):
            while os.read(self._fd, 65536):
                pass
        os.close(self._fd)
        os.waitpid(self.pid, 0)
