"""Published books: one person publishes, a team reads (interface.md, ``db publish``, ``--workspace``)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.errors import NotFoundError, StoreError

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.paths import Paths
    from turbofinops_tui.store.publish import Published


def publish(session: Session, target: Path) -> Published:
    """A verified read-only copy of the store into ``target``, which becomes the one that readers open."""
    from turbofinops_tui.store import publish as stored

    if session.reader:
        raise StoreError("these are published books already", "publish from the store that they come from")
    found = stored.publish(session.store, target.expanduser().absolute())
    if not session.read_only:
        with session.store.write("publish") as txn:
            txn.audit("publish", "store", found.file, None, {"books": found.books})
    return found


def readers(target: Path) -> str:
    """Who may read what is published in ``target``, by its modes."""
    import grp
    import stat

    info = target.expanduser().stat()
    if info.st_mode & stat.S_IROTH and info.st_mode & stat.S_IXOTH:
        return "everyone on this host (chmod o-rx keeps others out)"
    if not (info.st_mode & stat.S_IRGRP and info.st_mode & stat.S_IXGRP):
        return "nobody but yourself (chgrp TEAM and chmod g+rx let a team in)"
    try:
        return f"group {grp.getgrgid(info.st_gid).gr_name}"
    except KeyError:
        return f"group {info.st_gid}"


def placed(paths: Paths, workspace: str) -> tuple[Paths, str]:
    """``paths`` with the store that a workspace means, and its books id when that is a published copy.

    Whoever published works on the own store; everybody else reads the copy. Without published books, or
    where there is no such directory, the paths stay as they are.
    """
    import json  # the pointer alone: a workspace costs the first paint one small file

    directory = Path(workspace).expanduser().absolute()
    try:
        values = json.loads((directory / "published.json").read_text("utf-8"))
        own = str(values["store"]) == str(paths.store.absolute()) and paths.store.exists()
    except FileNotFoundError:
        return paths, ""
    except (OSError, ValueError, KeyError, TypeError):
        own = False
    if own:
        return paths, ""
    path, books = newest(workspace)
    return replace(paths, store=path), books


def newest(workspace: str) -> tuple[Path, str]:
    """The newest published copy of a workspace and its books id; NotFoundError, StoreError."""
    from turbofinops_tui.store.publish import read_pointer

    directory = Path(workspace).expanduser().absolute()
    found = read_pointer(directory)
    if found is None:
        raise NotFoundError(f"nothing is published in {directory}", "run `turbofinops db publish` there")
    return directory / found.file, found.books
