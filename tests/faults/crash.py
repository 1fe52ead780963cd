"""Kill -9 at the n-th statement or file operation, in a forked child.

Every statement that SQLite starts (each row of an ``executemany`` too) and every
rename, link and unlink is one place to die. Killing at random times finds
nothing; killing at each place in turn does.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from turbofinops_tui.store import connect

Work = Callable[[], object]
_FILE_OPERATIONS = ("replace", "link", "unlink", "rename", "open")


class Places:
    """Counts the places where the work can be cut off; dies at number ``at``."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def reached(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def watched(places: Places) -> Iterator[None]:
    """Every connection that the store opens, and every file operation, reports to ``places``."""
    real = connect.connect

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        conn = real(*args, **options)
        conn.set_trace_callback(places.reached)
        return conn

    saved = {name: getattr(os, name) for name in _FILE_OPERATIONS}

    def counted(operation: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            places.reached()
            return operation(*args, **options)

        return run

    connect.connect = traced
    for name, operation in saved.items():
        setattr(os, name, counted(operation))
    try:
        yield
    finally:
        connect.connect = real
        for name, operation in saved.items():
            setattr(os, name, operation)


def in_child(work: Work) -> int:
    """Run ``work`` in a fork; its exit code, or minus the signal that killed it."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            work()
            code = 0
        except BaseException:  # a child must never return into the test run
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status)


def killed_everywhere(
    prepare: Callable[[int], Path], work: Callable[[Path], object], step: int = 1, first: int = 1
) -> Iterator[Path]:
    """For each place in turn: a fresh store by ``prepare``, ``work`` killed there; yields it for judgement.

    Ends when ``work`` came through alive, which must happen with exit code 0.
    """
    for number in count(first, step):
        path = prepare(number)

        def cut_off(path: Path = path, number: int = number) -> None:
            with watched(Places(number)):
                work(path)

        code = in_child(cut_off)
        yield path
        if code == 0:
            return
        assert code == -signal.SIGKILL, f"place {number} ended with {code}"
