"""Tracebacks without values, and the log of unexpected errors (trust.md 12)."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from pathlib import Path

from turbofinops_tui.errors import UsageError

LOG_NAME = "turbofinops.log"
LOG_LIMIT = 1 << 20
"""bytes; a longer log starts anew, its predecessor stays as ``.old``"""


def frames(error: BaseException) -> str:
    """File, line and function of every frame, causes first; no message and no local variable."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines = [
            f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        parts.insert(0, "\n".join(["Traceback (without values):", *lines, type(current).__name__]))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(parts)


def log_crash(options: Mapping[str, str], error: BaseException) -> str:
    """Append ``error`` to the log in the state directory (0600); returns its path for the user."""
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.paths import make_private_directory, resolve

    try:
        paths = resolve(options.get("--root"), options.get("--store"), options.get("--config"))
        path = make_private_directory(paths.state) / LOG_NAME
        _append(path, f"{Clock().stamp()} unexpected\n{frames(error)}\n")
    except (OSError, UsageError):
        # Without a place for the log the error itself must still be told.
        return "no log (the state directory cannot be written)"
    return str(path)


def _append(path: Path, text: str) -> None:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        os.replace(path, path.with_suffix(".log.old"))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(text)
