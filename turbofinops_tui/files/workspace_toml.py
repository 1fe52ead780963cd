"""``workspace.toml``: the roles of a team and the unix groups that enforce them (interface.md, Files).

[roles.finance]
level = "viewer"        # viewer, editor or owner
group = "tf-finance"    # a unix group by name or number
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from turbofinops_tui.errors import DataError
from turbofinops_tui.files.whole import read_text

NAME = "workspace.toml"
MAX_BYTES = 64 * 1024
Level = Literal["viewer", "editor", "owner"]
LEVELS: tuple[Level, ...] = ("viewer", "editor", "owner")
_ROLE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\Z")


@dataclass(frozen=True, slots=True)
class Role:
    """One role: who is in the unix group has it."""

    name: str
    level: Level
    group: str


def read_roles(directory: Path) -> tuple[Role, ...]:
    """The roles of the workspace in ``directory``, in the file's order; none without the file.

    DataError names the file and what is wrong in it.
    """
    path = directory / NAME
    if not path.exists():
        return ()
    try:
        values = tomllib.loads(read_text(path, MAX_BYTES))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"is not TOML ({error})", "see docs/team.md", file=str(path)) from None
    for key in values:
        if key != "roles":
            raise DataError(f"unknown key {key!r}", "it knows [roles.NAME] alone", file=str(path))
    roles = values.get("roles", {})
    if not isinstance(roles, dict):
        raise DataError("roles must be tables", "write [roles.NAME]", file=str(path))
    return tuple(_role(name, table, path) for name, table in roles.items())


def _role(name: str, table: Any, path: Path) -> Role:
    if not _ROLE.match(name):
        raise DataError(
            f"{name!r} cannot name a role", "use small letters, digits and dashes", file=str(path)
        )
    if not isinstance(table, dict) or set(table) - {"level", "group"}:
        raise DataError(f"roles.{name} knows level and group alone", "see docs/team.md", file=str(path))
    level, group = table.get("level", "viewer"), table.get("group")
    if level not in LEVELS:
        raise DataError(
            f"roles.{name}: level {level!r} is none", f"write {', '.join(LEVELS)}", file=str(path)
        )
    if not isinstance(group, str | int) or isinstance(group, bool) or not str(group):
        raise DataError(f"roles.{name} has no group", 'write group = "tf-finance"', file=str(path))
    return Role(name, cast("Level", level), str(group))
