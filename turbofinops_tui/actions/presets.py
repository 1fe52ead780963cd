"""Presets: saved slices, private by default, shared by where their file lies (trust.md 11, 16).

Private ones lie in the user's own directory, team and organization ones in a workspace. Opening one
goes by name: private first, then the teams, then the organization; ``team:NAME`` says which.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.actions.workspace import Workspace, make_place, open_workspace
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import (
    ConflictError,
    NotFoundError,
    ReadOnlyError,
    StoreError,
    TurboError,
    UsageError,
)
from turbofinops_tui.files.preset_json import ENDING, MAX_BYTES, Preset, check_name, dumps, loads
from turbofinops_tui.files.slice_words import slice_words
from turbofinops_tui.files.whole import read_text, write_text
from turbofinops_tui.paths import FILE_MODE, Paths, make_private_directory

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

VISIBILITIES = ("private", "team", "organization")
_SHORT = {"org": "organization"}
_MODES = {"private": FILE_MODE, "team": 0o640, "organization": 0o644}


@dataclass(frozen=True, slots=True)
class Entry:
    """One preset where it lies; ``error`` says why its file cannot be opened."""

    name: str
    visibility: str
    path: Path
    role: str = ""
    owner: str = ""
    """who owns the file: a fact, unlike the preset's author"""
    preset: Preset | None = None
    error: str = ""

    def required(self) -> Preset:
        """The preset; StoreError when its file cannot be read as one."""
        if self.preset is None:
            raise StoreError(self.error, "delete it, or import it anew")
        return self.preset


@dataclass(frozen=True, slots=True)
class Shelf:
    """All places where this user's presets lie."""

    private: Path
    workspace: Workspace | None = None

    def entries(self) -> list[Entry]:
        """Every preset that this user can see, by visibility, then name."""
        found = _listed(self.private, "private")
        if self.workspace is not None:
            for role in self.workspace.mine:
                found += _listed(self.workspace.directory("team", role.name), "team", role.name)
            found += _listed(self.workspace.directory("organization"), "organization")
        return found

    def find(self, text: str) -> Entry:
        """The preset meant by ``NAME``, or ``private:``, ``team:``, ``organization:`` NAME; NotFoundError."""
        place, colon, name = text.rpartition(":")
        place = _SHORT.get(place, place)
        if colon and place not in VISIBILITIES:
            raise UsageError(
                f"{place!r} is no visibility", f"write {', '.join(VISIBILITIES)}, such as team:NAME"
            )
        entries = self.entries()
        for entry in entries:
            if entry.name == name and place in ("", entry.visibility):
                return entry
        import difflib

        near = difflib.get_close_matches(name, [entry.name for entry in entries], 1)
        hint = f"did you mean {near[0]!r}?" if near else "see `turbofinops presets list`"
        raise NotFoundError(f"there is no preset {text!r}", hint)


def shelf_of(paths: Paths, workspace: str) -> Shelf:
    """The shelf of a user: the own directory and, where one is given, the workspace."""
    return Shelf(paths.presets, open_workspace(workspace))


def _listed(directory: Path, visibility: str, role: str = "") -> list[Entry]:
    try:
        names = sorted(item.name for item in directory.iterdir() if item.name.endswith(ENDING))
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return []
    return [_entry(directory / name, visibility, role) for name in names if not name.startswith(".")]


def _entry(path: Path, visibility: str, role: str) -> Entry:
    name = path.name.removesuffix(ENDING)
    try:
        owner = _user(path.lstat().st_uid)
        preset = loads(read_text(path, MAX_BYTES), str(path))
        # the file's name is what people see and type; a copied file keeps its old name inside
        return Entry(name, visibility, path, role, owner, replace(preset, name=check_name(name)))
    except TurboError as error:
        return Entry(name, visibility, path, role, error=error.line())
    except OSError as error:
        return Entry(name, visibility, path, role, error=f"{path} cannot be read: {error.strerror}")


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


# --- changes ------------------------------------------------------------------------------------


def save(
    session: Session, name: str, asked: Slice, *, screen: str = "", title: str = "", over: bool = False
) -> Entry:
    """Save a slice as a private preset.

    ConflictError when one of that name is there and says something else, unless ``over``.
    """
    preset = Preset(check_name(name), asked, title, _user(os.geteuid()), session.clock.stamp(), screen)
    return _put(session, preset, over)


def _put(session: Session, preset: Preset, over: bool) -> Entry:
    shelf = shelf_of(session.paths, session.workspace)
    path = make_private_directory(shelf.private) / f"{preset.name}{ENDING}"
    if path.exists() and not over:
        before = _entry(path, "private", "").preset
        if before is None or (before.slice, before.screen) != (preset.slice, preset.screen):
            raise ConflictError(
                f"there is a private preset {preset.name} already{_differs(before, preset)}",
                "replace it with --yes, or give another name",
            )
    _write(session, "save preset", path, preset, "private")
    return _entry(path, "private", "")


def _differs(before: Preset | None, after: Preset) -> str:
    lines = [] if before is None else difference(before.slice, after.slice)
    return f" ({'; '.join(lines[:4])})" if lines else ""


def difference(before: Slice, after: Slice) -> list[str]:
    """The options that differ, one line each: ``- --by customer``, ``+ --by cohort``."""
    old, new = _options(before), _options(after)
    return [f"- {item}" for item in old if item not in new] + [f"+ {item}" for item in new if item not in old]


def _options(asked: Slice) -> list[str]:
    found: list[str] = []
    for word in slice_words(asked):
        if word.startswith("--"):
            found.append(word)
        else:
            found[-1] += f" {word}"
    return found


def delete(session: Session, text: str) -> Entry:
    """Take a preset away where this user may."""
    entry = shelf_of(session.paths, session.workspace).find(text)
    _refuse_read_only(session)
    try:
        entry.path.unlink()
    except OSError as error:
        raise StoreError(f"{entry.path} cannot be deleted ({error.strerror})", "ask its owner") from None
    _audited(session, "delete preset", entry.name, {"visibility": entry.visibility, "role": entry.role}, None)
    return entry


def promote(session: Session, text: str, to: str, role: str = "") -> tuple[Entry, list[str]]:
    """Copy a preset to a team's or the organization's; owners only. Returns it and what is not enforced."""
    shelf = shelf_of(session.paths, session.workspace)
    if shelf.workspace is None:
        raise UsageError(
            "there is no workspace to promote to", "give --workspace DIR or TURBOFINOPS_WORKSPACE"
        )
    preset = shelf.find(text).required()
    asked = shelf.workspace.role(role) if to == "team" else None
    level = asked.level if asked is not None else shelf.workspace.level
    if level != "owner":
        where = f"role {asked.name}" if asked is not None else "any role"
        raise ReadOnlyError(f"only an owner promotes to {to}, and you are {level} in {where}", "ask an owner")
    directory, notes = make_place(shelf.workspace, to, asked)
    path = directory / f"{preset.name}{ENDING}"
    if path.exists() and not session.yes:
        old = _entry(path, to, role).preset
        if old is None or old.slice != preset.slice:
            raise ConflictError(
                f"{to} has a preset {preset.name} already{_differs(old, preset)}", "replace it with --yes"
            )
    _write(session, "promote preset", path, preset, to)
    return _entry(path, to, asked.name if asked is not None else ""), notes


def export_file(session: Session, text: str, target: Path) -> Preset:
    """Write a preset to a file of its own; ConflictError when one is there, unless --yes."""
    preset = shelf_of(session.paths, session.workspace).find(text).required()
    if target.exists() and not session.yes:
        raise ConflictError(f"{target} is there already", "replace it with --yes, or give another name")
    write_text(target, dumps(preset))
    return preset


def import_file(session: Session, source: Path, name: str = "") -> tuple[Entry, list[str]]:
    """A teammate's preset as a private one; returns it with the lines of what it asks or changes.

    ConflictError, with the difference, when a private one of that name says something else.
    """
    preset = loads(read_text(source, MAX_BYTES), str(source))
    if name:
        preset = replace(preset, name=check_name(name))
    path = shelf_of(session.paths, "").private / f"{preset.name}{ENDING}"
    before = _entry(path, "private", "").preset if path.exists() else None
    lines = difference(before.slice if before is not None else Slice(), preset.slice)
    return _put(session, preset, session.yes), lines


def _write(session: Session, action: str, path: Path, preset: Preset, visibility: str) -> None:
    _refuse_read_only(session)
    write_text(path, dumps(preset), _MODES[visibility])
    state = {"visibility": visibility, "slice": slice_words(preset.slice), "screen": preset.screen}
    _audited(session, action, preset.name, None, state)


def _refuse_read_only(session: Session) -> None:
    if session.own.read_only:
        raise ReadOnlyError("this would change a preset", "start without --read-only")


def _audited(
    session: Session,
    action: str,
    name: str,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    with session.own.write(action) as txn:
        txn.audit(action, "preset", name, before, after)
