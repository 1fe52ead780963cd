"""Presets as their screen shows them, and how an open one sets the shared slice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.actions import presets
from turbofinops_tui.actions.presets import Entry
from turbofinops_tui.actions.screens_data import Scope
from turbofinops_tui.economics.types import Having, Slice
from turbofinops_tui.errors import UsageError
from turbofinops_tui.files.preset_json import MAX_BYTES, Preset, check_name, loads
from turbofinops_tui.files.slice_words import command_line
from turbofinops_tui.files.whole import read_text

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

__all__ = ["PresetLine", "check_name", "found_scopes", "preset_lines", "read_file"]

LOSING = Having("margin", "<", Decimal(0))


@dataclass(frozen=True, slots=True)
class PresetLine:
    """One preset."""

    entry: Entry
    place: str
    """private, team ROLE, or organization"""
    shows: str
    """its command line, or why it cannot be opened"""

    @property
    def title(self) -> str:
        """How it is named where several places have one of that name."""
        return f"{self.entry.visibility}:{self.entry.name}"


def preset_lines(session: Session) -> list[PresetLine]:
    """Every preset that this user sees, by visibility, then name."""
    found = []
    for entry in presets.shelf_of(session.paths, session.workspace).entries():
        place = f"team {entry.role}" if entry.role else entry.visibility
        preset = entry.preset
        shows = (
            entry.error.replace(f"{entry.path}: ", "")
            if preset is None
            else command_line(preset.slice).removeprefix("turbofinops ")
        )
        found.append(PresetLine(entry, place, shows))
    return found


def found_scopes(asked: Slice) -> Iterator[Scope]:
    """Shared scopes under which a screen may ask ``asked``: with all its conditions, and without those that
    screens add of their own (losing, verdict)."""
    scope = Scope(
        range=asked.range, revenue=asked.revenue, cost=asked.cost, currency=asked.currency, tax=asked.tax,
        credits=asked.credits, estimates=asked.estimates, shared=asked.shared, view=asked.view,
        where=asked.where, having=asked.having,
    )  # fmt: skip
    yield scope
    own = tuple(one for one in asked.having if one != LOSING and one.measure != "verdict")
    if own != asked.having:
        yield replace(scope, having=own)


def read_file(text: str) -> Path:
    """The file of a preset to import; UsageError when it is not there."""
    path = Path(text.strip()).expanduser()
    if not path.is_file():
        raise UsageError(f"there is no file {path}", "give a file of 'presets export'")
    return path


def look_into(session: Session, path: Path) -> tuple[Preset, list[str]]:
    """A teammate's preset and what it asks, against the private one of that name; nothing is written."""
    preset = loads(read_text(path, MAX_BYTES), str(path))
    before = next(
        (
            entry.preset
            for entry in presets.shelf_of(session.paths, "").entries()
            if entry.name == preset.name and entry.visibility == "private"
        ),
        None,
    )
    return preset, presets.difference(before.slice if before is not None else Slice(), preset.slice)
