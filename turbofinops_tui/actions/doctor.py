"""What is configured and whether it fits: versions, modes, store, connections, keyring, terminal."""

from __future__ import annotations

import os
import platform
import sqlite3
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Literal

from turbofinops_tui import __version__, config
from turbofinops_tui.actions.connections import SecretLine, list_connections, secret_lines
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import NewerStoreError, TurboError
from turbofinops_tui.models.migrations import user_version
from turbofinops_tui.paths import Paths
from turbofinops_tui.store.filesystem import MOUNTS, mount_of
from turbofinops_tui.sync.secrets import variable

State = Literal["ok", "note", "bad"]
LIBRARIES = ("textual", "plotext", "duckdb", "numpy", "sqlmodel", "sqlite-utils", "keyring", "stripe",
             "starlette", "uvicorn")  # fmt: skip
OLDEST_SQLITE = (3, 37, 0)
"""the first with STRICT tables"""
TERMINAL = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "TMUX", "SSH_CONNECTION")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; ``bad`` wants to be changed, ``note`` is good to know."""

    area: str
    name: str
    value: str
    state: State = "ok"
    todo: str = ""
    """what to do about it; never empty for a line that is ``bad``"""


def examine(
    paths: Paths, clock: Clock, environ: Mapping[str, str] | None = None, workspace: str = ""
) -> list[Line]:
    """Everything, in the order of the page. Changes nothing, sends nothing, shows no secret."""
    env = os.environ if environ is None else environ
    found = [*_versions(), *_environment(clock, env), *_modes(paths)]
    taste, line = _config(paths)
    found.append(line)
    try:
        session = open_session(paths, clock, read_only=True, create=False, config=taste)
    except TurboError as error:
        missing = not paths.store.exists()
        name = "newer" if isinstance(error, NewerStoreError) else "state"
        state: State = "note" if missing else "bad"
        found.append(Line("store", name, error.message, state, _store_todo(error, missing)))
    else:
        found += [*_store(session), *_connections(session, env)]
    return [*found, *_workspace(workspace), _keyring(), *_terminal(env)]


def _workspace(text: str) -> Iterator[Line]:
    """Roles of this user in a workspace, and what the file system does not enforce there."""
    from turbofinops_tui.actions.workspace import open_workspace, problems

    wrong = problems(text)
    todo = "see docs/team.md, Roles and groups"
    yield from (Line("workspace", "not enforced", problem, "bad", todo) for problem in wrong)
    try:
        found = open_workspace(text)
    except TurboError:
        return  # told above
    if found is not None:
        roles = ", ".join(f"{role.name} ({role.level})" for role in found.mine) or "none: you are a viewer"
        yield Line("workspace", "your roles", f"{roles} in {found.path}")


def _versions() -> Iterator[Line]:
    from importlib.metadata import PackageNotFoundError, version

    yield Line("versions", "turbofinops", __version__)
    yield Line("versions", "python", f"{platform.python_version()} ({sys.executable})")
    yield Line("versions", "system", f"{platform.system()} {platform.release()} {platform.machine()}")
    old = sqlite3.sqlite_version_info < OLDEST_SQLITE
    needed = ".".join(str(part) for part in OLDEST_SQLITE)
    todo = f"run it with a Python whose SQLite is {needed} or newer: uv python install 3.12" if old else ""
    yield Line("versions", "sqlite", sqlite3.sqlite_version, "bad" if old else "ok", todo)
    for name in LIBRARIES:
        try:
            yield Line("versions", name, version(name))
        except PackageNotFoundError:
            yield Line("versions", name, "not installed", "bad", "make install")


def _environment(clock: Clock, env: Mapping[str, str]) -> Iterator[Line]:
    names = sorted(name for name in env if name.startswith("TURBOFINOPS_"))
    yield Line("environment", "variables set", " ".join(names) or "none")
    if clock.fixed is not None:
        told = f"{clock.stamp()} (TURBOFINOPS_TODAY)"
        yield Line("environment", "today", told, "note", "unset TURBOFINOPS_TODAY for the day of today")
    else:
        yield Line("environment", "today", clock.stamp())


def _modes(paths: Paths) -> Iterator[Line]:
    """Who may read and write what is ours: directories 0700, files 0600, owned by this user."""
    places = {
        "data": paths.data, "state": paths.state, "store": paths.store, "received": paths.received,
        "config": paths.config,
    }  # fmt: skip
    for name, path in places.items():
        try:
            info = path.stat()
        except FileNotFoundError:
            yield Line("paths", name, f"{path} (not there yet)")
            continue
        except OSError as error:
            todo = f"let this user reach it: ls -ld {quote(str(path.parent))}"
            yield Line("paths", name, f"{path} ({error.strerror})", "bad", todo)
            continue
        yield _mode(name, path, info)


def _mode(name: str, path: Path, info: os.stat_result) -> Line:
    mode = stat.S_IMODE(info.st_mode)
    text = f"{path} {mode:04o}"
    right = f"chmod {'700' if stat.S_ISDIR(info.st_mode) else '600'} {quote(str(path))}"
    if info.st_uid != os.geteuid():
        todo = f"chown {os.geteuid()} {quote(str(path))}, or run it as that user"
        return Line("paths", name, f"{text}, owned by uid {info.st_uid}", "bad", todo)
    if mode & 0o022:
        return Line("paths", name, f"{text}: others may write", "bad", right)
    if mode & 0o055 and name != "config":
        return Line("paths", name, f"{text}: others may read", "bad", right)
    return Line("paths", name, text)


def _config(paths: Paths) -> tuple[config.Config, Line]:
    try:
        taste = config.load(paths.config)
    except TurboError as error:
        todo = error.hint or f"correct {paths.config}, or move it away"
        return config.Config(), Line("config", "config.toml", error.message, "bad", todo)
    commands = ", ".join("all" if name == "*" else name for name in taste.commands)
    return taste, Line("config", "credential_command", f"for {commands}" if commands else "none")


def _store(session: Session) -> Iterator[Line]:
    path = session.store.path
    try:
        kind = mount_of(path, MOUNTS.read_text(errors="surrogateescape"))[1]
    except OSError:
        kind = ""
    with session.store.read() as conn:
        schema = user_version(conn)
        counts = {
            what: conn.execute(query).fetchone()[0]
            for what, query in (
                ("deliveries", "SELECT count(*) FROM delivery WHERE state = 'active'"),
                ("open findings", "SELECT count(*) FROM finding WHERE state = 'open'"),
                ("Stripe objects to derive", "SELECT count(*) FROM stripe_dirty"),
            )
        }
    yield Line("store", "schema", f"{schema}, {path.stat().st_size:,} bytes{f' on {kind}' if kind else ''}")
    yield Line("store", "holds", ", ".join(f"{number:,} {what}" for what, number in counts.items()))


def _connections(session: Session, env: Mapping[str, str]) -> Iterator[Line]:
    found = list_connections(session)
    if not found:
        yield Line(
            "connections", "none", "no account is connected", "note", "turbofinops connect add KIND NAME"
        )
    for connection in found:
        settings = " ".join(f"{key}={value}" for key, value in connection.settings.items())
        account = connection.account or "not tested"
        yield Line("connections", connection.name, f"{connection.kind}, account {account}, {settings}")
        for line in secret_lines(session, connection, env):
            yield _secret(connection.name, line)


def _secret(connection: str, line: SecretLine) -> Line:
    """Where one secret comes from. One that nobody needs and nobody gave is nothing to do."""
    name, trouble = f"{connection}/{line.field}", line.trouble
    if line.origin:
        return Line("connections", name, f"from {line.origin}")
    given = f"set {variable(connection, line.field)}, or turbofinops connect secret {connection}"
    if trouble.startswith("No OS keyring"):  # told once, below
        trouble = f"none: {variable(connection, line.field)} is not set, and there is no keyring, see below"
    if "can be read by others" in trouble:
        return Line("connections", name, trouble, "bad", "chmod 600 that file, then run doctor again")
    if not line.required:
        return Line("connections", name, "none (may stay empty)")
    return Line("connections", name, trouble, "note", given)


def _store_todo(error: TurboError, missing: bool) -> str:
    """What to do about a store that does not open."""
    if missing:
        return "nothing: the first command that writes makes it"
    if isinstance(error, NewerStoreError):
        return "install the newer program, or give another place with --store PATH"
    return error.hint or "turbofinops db check says more; turbofinops db restore FILE brings a backup back"


def _keyring() -> Line:
    from turbofinops_tui.sync.secrets_keyring import Keyring

    try:
        return Line("keyring", "backend", Keyring().backend())
    except TurboError as error:
        what, _, ways = error.line().partition(" Use one of: ")
        todo = f"one of: {ways.partition('. Details')[0]}" if ways else "unlock it, then run doctor again"
        return Line("keyring", "backend", what, "note", todo)


def _terminal(env: Mapping[str, str]) -> Iterator[Line]:
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    ttys = [name for name, stream in streams.items() if stream is not None and stream.isatty()]
    yield Line("terminal", "terminal on", " ".join(ttys) or "none of stdin, stdout, stderr")
    try:
        columns, rows = os.get_terminal_size(sys.stderr.fileno())
        small = columns < 80 or rows < 24
        todo = "80x24 is the smallest that shows everything: make it larger" if small else ""
        yield Line("terminal", "size", f"{columns}x{rows}", "note" if small else "ok", todo)
    except (OSError, ValueError, AttributeError):
        pass  # no terminal, no size
    encoding = str(getattr(sys.stdout, "encoding", "") or "unknown")
    plain = "utf" not in encoding.lower()
    todo = "export LANG=C.UTF-8, or boxes and bars come out as question marks" if plain else ""
    yield Line("terminal", "encoding", encoding, "note" if plain else "ok", todo)
    if env.get("TERM", "") in ("", "dumb", "unknown"):
        todo = "export TERM=xterm-256color, or use the commands: they need no screen"
        yield Line("terminal", "TERM", env.get("TERM", "not set"), "note", todo)
        env = {name: value for name, value in env.items() if name != "TERM"}
    for name in TERMINAL:
        if value := env.get(name):
            yield Line("terminal", name, "set" if name in ("TMUX", "SSH_CONNECTION") else value)
