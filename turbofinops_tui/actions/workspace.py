"""A workspace: a directory that a team shares, its roles, and the books published there.

What a person may see or change is enforced by the operating system, by where a file lies; a level says
what the product offers. What the file system cannot enforce is said plainly (trust.md 16).
"""

from __future__ import annotations

import grp
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from turbofinops_tui.errors import NotFoundError, StoreError, TurboError, UsageError
from turbofinops_tui.files.workspace_toml import LEVELS, Role, read_roles

TEAM_MODE, ORGANIZATION_MODE = 0o2770, 0o2775
"""of the directories: setgid, so that files belong to the group; the rest of the host may read org alone"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One shared directory as this user sees it."""

    path: Path
    roles: tuple[Role, ...]
    mine: tuple[Role, ...]
    """the roles that this user has, by unix group"""

    @property
    def level(self) -> str:
        """The highest level of this user's roles; ``viewer`` without one."""
        return max((role.level for role in self.mine), key=LEVELS.index, default="viewer")

    def directory(self, visibility: str, role: str = "") -> Path:
        """Where presets of that visibility lie."""
        return self.path / "presets" / ("org" if visibility == "organization" else f"team-{role}")

    def role(self, name: str) -> Role:
        """This user's role of that name, or the only one when empty; UsageError, NotFoundError otherwise."""
        if not self.mine:
            raise NotFoundError(
                f"you have no role in {self.path}", "ask for the unix group of one in workspace.toml"
            )
        if not name and len(self.mine) > 1:
            names = ", ".join(role.name for role in self.mine)
            raise UsageError(f"you have several roles ({names})", "name one with --role")
        for role in self.mine:
            if name in ("", role.name):
                return role
        names = ", ".join(role.name for role in self.mine)
        raise NotFoundError(f"{name!r} is not a role of yours", f"yours: {names}")


def open_workspace(text: str) -> Workspace | None:
    """The workspace in directory ``text``; None when it is empty. NotFoundError when there is none."""
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_dir():
        raise NotFoundError(f"there is no workspace {path}", "check --workspace or TURBOFINOPS_WORKSPACE")
    roles = read_roles(path)
    groups = _own_groups()
    return Workspace(path, roles, tuple(role for role in roles if role.group in groups))


def _own_groups() -> set[str]:
    """Names and numbers of this process's unix groups."""
    found: set[str] = set()
    for number in {os.getgid(), os.getegid(), *os.getgroups()}:
        found.add(str(number))
        try:
            found.add(grp.getgrgid(number).gr_name)
        except KeyError:
            continue
    return found


def make_place(workspace: Workspace, visibility: str, role: Role | None) -> tuple[Path, list[str]]:
    """The directory for presets of a visibility, made when missing; with what is not enforced there.

    StoreError when it cannot be made.
    """
    path = workspace.directory(visibility, role.name if role else "")
    try:
        if not path.is_dir():
            # the umask of the program is 077: the workspace's own directories say for themselves
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            if path.parent.stat().st_uid == os.geteuid():
                path.parent.chmod(0o755)
            path.mkdir()
            if role is not None:
                _give_to(path, role.group)
            path.chmod(TEAM_MODE if visibility == "team" else ORGANIZATION_MODE)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made ({error.strerror})", "ask the owner of the workspace"
        ) from None
    return path, unenforced(path, role if visibility == "team" else None)


def _give_to(path: Path, group: str) -> None:
    number = _number(group)
    if number is not None:
        try:
            os.chown(path, -1, number)
        except PermissionError:
            return  # said by ``unenforced``


def _number(group: str) -> int | None:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return int(group) if group.isdigit() else None


def unenforced(path: Path, role: Role | None) -> list[str]:
    """What the file system does not enforce about a directory of presets, one sentence each."""
    found = []
    try:
        info = path.stat()
    except OSError:
        return [f"{path} cannot be looked at"]
    if info.st_mode & stat.S_IWOTH:
        found.append(f"{path} can be written by everyone on this host: chmod o-w")
    if role is not None and info.st_mode & stat.S_IRWXO:
        found.append(f"{path} can be read by everyone on this host: chmod o-rwx")
    if role is not None and _number(role.group) != info.st_gid:
        found.append(f"{path} does not belong to group {role.group}: the team is not enforced")
    return found


def problems(text: str) -> list[str]:
    """What is wrong or not enforced in a workspace (for ``doctor``)."""
    try:
        workspace = open_workspace(text)
    except TurboError as error:
        return [error.line()]
    if workspace is None:
        return []
    found = []
    places = [("organization", None), *(("team", role) for role in workspace.mine)]
    for visibility, role in places:
        path = workspace.directory(visibility, role.name if role else "")
        if path.is_dir():
            found += unenforced(path, role)
    return found
