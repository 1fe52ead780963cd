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
from typing import Literal

from turbofinops_tui import __version__, config
from turbofinops_tui.actions.connections import list_connections, secret_lines
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
TERMINAL = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "TMUX", "SSH_CONNECTION")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; ``bad`` wants to be changed, ``note`` is good to know."""

    area: str
    name: str
    value: str
    state: State = "ok"


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
        found.append(Line("store", name, error.line(), "note" if missing else "bad"))
    else:
        found += [*_store(session), *_connections(session, env)]
    return [*found, *_workspace(workspace), _keyring(), *_terminal(env)]


def _workspace(text: str) -> Iterator[Line]:
    """Roles of this user in a workspace, and what the file system does not enforce there."""
    from turbofinops_tui.actions.workspace import open_workspace, problems

    wrong = problems(text)
    yield from (Line("workspace", "not enforced", problem, "bad") for problem in wrong)
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
    yield Line("versions", "sqlite", sqlite3.sqlite_version)
    for name in LIBRARIES:
        try:
            yield Line("versions", name, version(name))
        except PackageNotFoundError:
            yield Line("versions", name, "not installed", "bad")


def _environment(clock: Clock, env: Mapping[str, str]) -> Iterator[Line]:
    names = sorted(name for name in env if name.startswith("TURBOFINOPS_"))
    yield Line("environment", "variables set", " ".join(names) or "none")
    if clock.fixed is not None:
        yield Line("environment", "today", f"{clock.stamp()} (TURBOFINOPS_TODAY)", "note")
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
            yield Line("paths", name, f"{path} ({error.strerror})", "bad")
            continue
        yield _mode(name, path, info)


def _mode(name: str, path: Path, info: os.stat_result) -> Line:
    mode = stat.S_IMODE(info.st_mode)
    text = f"{path} {mode:04o}"
    if info.st_uid != os.geteuid():
        return Line("paths", name, f"{text}, owned by uid {info.st_uid}", "bad")
    if mode & 0o022:
        return Line("paths", name, f"{text}: others may write", "bad")
    if mode & 0o055 and name != "config":
        return Line("paths", name, f"{text}: others may read", "bad")
    return Line("paths", name, text)


def _config(paths: Paths) -> tuple[config.Config, Line]:
    try:
        taste = config.load(paths.config)
    except TurboError as error:
        return config.Config(), Line("config", "config.toml", error.line(), "bad")
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
        yield Line("connections", "none", "turbofinops connect add KIND NAME", "note")
    for connection in found:
        settings = " ".join(f"{key}={value}" for key, value in connection.settings.items())
        account = connection.account or "not tested"
        yield Line("connections", connection.name, f"{connection.kind}, account {account}, {settings}")
        for line in secret_lines(session, connection, env):
            name = f"{connection.name}/{line.field}"
            if line.origin:
                yield Line("connections", name, f"from {line.origin}")
            else:
                trouble = line.trouble
                if trouble.startswith("No OS keyring"):  # told once, below
                    trouble = f"none: set {variable(connection.name, line.field)}, or see below"
                yield Line("connections", name, trouble, "note")


def _keyring() -> Line:
    from turbofinops_tui.sync.secrets_keyring import Keyring

    try:
        return Line("keyring", "backend", Keyring().backend())
    except TurboError as error:
        return Line("keyring", "backend", error.line(), "note")


def _terminal(env: Mapping[str, str]) -> Iterator[Line]:
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    ttys = [name for name, stream in streams.items() if stream is not None and stream.isatty()]
    yield Line("terminal", "terminal on", " ".join(ttys) or "none of stdin, stdout, stderr")
    try:
        columns, rows = os.get_terminal_size(sys.stderr.fileno())
        small = columns < 80 or rows < 24
        yield Line("terminal", "size", f"{columns}x{rows}", "note" if small else "ok")
    except (OSError, ValueError, AttributeError):
        pass  # no terminal, no size
    encoding = str(getattr(sys.stdout, "encoding", "") or "unknown")
    yield Line("terminal", "encoding", encoding, "ok" if "utf" in encoding.lower() else "note")
    for name in TERMINAL:
        if value := env.get(name):
            yield Line("terminal", name, "set" if name in ("TMUX", "SSH_CONNECTION") else value)
