"""File locks: the kernel queues and wakes waiters, and frees the lock of a killed process.

SQLite's own busy handler polls with growing sleeps and has no queue, so that a
loop of short transactions starves everybody else; a blocking ``flock`` in front
of ``BEGIN IMMEDIATE`` does not.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from pathlib import Path

from turbofinops_tui.errors import StoreError
from turbofinops_tui.paths import FILE_MODE

DEADLINE_SECONDS = 120.0


def open_lock_file(path: Path) -> int:
    """A descriptor of the lock file, created 0600; raises StoreError when that is not possible."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> StoreError:
    """The sentence for a file beside the store that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreError(f"the disk is full at {path.parent}", "free some space; nothing was changed")
    reason = error.strerror or type(error).__name__
    return StoreError(
        f"{path} cannot be written ({reason})", "check the modes of the directory, or give --store"
    )


def try_lock(descriptor: int) -> bool:
    """Take the exclusive lock if nobody holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock(path: Path, deadline: float = DEADLINE_SECONDS) -> int:
    """Wait for the exclusive lock of ``path``; closing the descriptor gives it back.

    Raises StoreError when another process keeps it longer than ``deadline`` seconds.
    """
    descriptor = open_lock_file(path)
    if try_lock(descriptor):
        return descriptor
    waiter = _Waiter(descriptor)
    waiter.start()
    waiter.join(deadline)
    if not waiter.give_up():
        return descriptor
    raise StoreError(
        f"another program has held the write lock {path} for {deadline:g} s",
        "end it, or wait and run this again",
    )


class _Waiter(threading.Thread):
    """Sleeps in the kernel for the lock; a daemon, so that a waiting process can always end."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(name="store-lock", daemon=True)
        self._descriptor = descriptor
        self._guard = threading.Lock()
        self._held = False
        self._abandoned = False

    def run(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._guard:
            self._held = True
            if self._abandoned:
                os.close(self._descriptor)

    def give_up(self) -> bool:
        """False when the lock is held after all; otherwise whatever comes later is closed again."""
        with self._guard:
            self._abandoned = not self._held
            return self._abandoned
