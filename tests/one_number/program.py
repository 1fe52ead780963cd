"""The program as a person calls it: words in, exit code and text out, one store of its own per object."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turbofinops_tui.cli.main import run


class Failed(AssertionError):
    """A command ended otherwise than the test expects."""


class Program:
    """``turbofinops`` in this process on ``root`` (and ``store`` when it lies elsewhere)."""

    def __init__(self, root: Path, today: str, store: Path | None = None) -> None:
        self.root = root
        self.today = today
        self.globals = ["--root", str(root), *(["--store", str(store)] if store else [])]

    def call(self, *words: object, code: int = 0) -> str:
        """What the command prints on stdout; Failed when it ends with another exit code."""
        out, err = io.StringIO(), io.StringIO()
        with self._today(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = run([*self.globals, *map(str, words)])
        if ended != code:
            raise Failed(f"{words} ended with {ended}, not {code}:\n{out.getvalue()}{err.getvalue()}")
        return out.getvalue()

    def json(self, *words: object, code: int = 0) -> Any:
        """The parsed JSON of a command (``--format json`` is added)."""
        return json.loads(self.call(*words, "--format", "json", code=code))

    @contextlib.contextmanager
    def _today(self) -> Iterator[None]:
        kept = os.environ.get("TURBOFINOPS_TODAY")
        os.environ["TURBOFINOPS_TODAY"] = self.today
        try:
            yield
        finally:
            if kept is None:
                del os.environ["TURBOFINOPS_TODAY"]
            else:
                os.environ["TURBOFINOPS_TODAY"] = kept
