"""What the app remembers between runs: screen, period, sort, theme. Taste and place, never a number."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from turbofinops_tui.files.whole import write_text
from turbofinops_tui.paths import make_private_directory

NAME = "app.json"


@dataclass(slots=True)
class AppState:
    """One run's end is the next one's start."""

    screen: str = "overview"
    period: str = "last-month"
    theme: str = ""
    losing: bool = False
    top: int = 0
    """0: all customers"""
    basis: str = "recognised"
    cost: str = "effective"
    books: str = ""
    """books id that this user saw last, and when (ISO, UTC)"""
    looked_at: str = ""
    sorts: dict[str, list[Any]] = field(default_factory=dict)
    """grid id -> [column id, descending]"""


def load(directory: Path) -> AppState:
    """The state kept in ``directory``; a fresh one when there is none or it cannot be read."""
    try:
        values = json.loads((directory / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return AppState()
    state = AppState()
    if not isinstance(values, dict):
        return state
    for spec in fields(AppState):
        value = values.get(spec.name)
        if isinstance(value, type(getattr(state, spec.name))):
            setattr(state, spec.name, value)
    state.sorts = {key: value for key, value in state.sorts.items() if _is_sort(value)}
    return state


def _is_sort(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return isinstance(value[0], str) and isinstance(value[1], bool)


def save(directory: Path, state: AppState) -> None:
    """Write the state 0600 by replacing the file, so that a crash leaves the old or the new one.

    Raises OSError or StoreError when the directory cannot be written.
    """
    make_private_directory(directory)
    write_text(directory / NAME, json.dumps(asdict(state)))
