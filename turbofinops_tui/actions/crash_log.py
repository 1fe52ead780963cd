"""Tracebacks without values, and the log of unexpected errors in the state directory (trust.md 12)."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import FILE_MODE, make_private_directory

LOG_NAME = "turbofinops.log"
LOG_LIMIT = 1 << 20
"""bytes; a longer log starts anew, its predecessor stays as ``.old``"""


def frames(error: BaseException | None) -> str:
    """File, line and function of every frame, causes first; no message and no local variable."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines = [
            f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        parts.insert(0, "\n".join(["Traceback (without values):", *lines, type(error).__name__]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(parts)


def write(directory: Path, clock: Clock, error: BaseException | None, where: str = "in the app") -> str:
    """Append ``error`` to the log (0600); returns its path, or why there is none."""
    try:
        path = make_private_directory(directory) / LOG_NAME
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            os.replace(path, path.with_suffix(".log.old"))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(f"{clock.stamp()} unexpected {where}\n{frames(error)}\n")
    except OSError:
        return "no log (the state directory cannot be written)"
    return str(path)
