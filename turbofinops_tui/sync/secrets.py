"""Where secrets come from, and the type that keeps them out of everything written (interface.md).

Order, first hit wins: ``TURBOFINOPS_<NAME>_<FIELD>``; a file named by ``TURBOFINOPS_<NAME>_<FIELD>_FILE``
or lying in ``$CREDENTIALS_DIRECTORY``; ``credential_command`` of config.toml; the OS keyring; the
provider's own variable, and that only when the connection says ``env=yes`` or is the only one of its kind.
There is no plain-text fall-back.
"""

from __future__ import annotations

import os
import select
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from turbofinops_tui import redaction
from turbofinops_tui.config import Config
from turbofinops_tui.errors import ConflictError, TurboError
from turbofinops_tui.store.connections import Connection
from turbofinops_tui.sync.connection_kinds import KINDS, kind_of

COMMAND_SECONDS = 10.0
LIMIT = 16 * 1024
"""bytes of a secret, from wherever it comes"""


class SecretError(TurboError):
    """A secret cannot be had: not there, not private, locked, or from a place that is refused."""

    title = "Secret"


class Secret:
    """A secret value; it has no text form of its own, ``reveal()`` is the only way out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        redaction.know(value)

    def reveal(self) -> str:
        """The value; for the client that sends it, nobody else."""
        return self._value

    def hint(self) -> str:
        """What may be shown: the kind of key and its last four characters."""
        head, _, rest = self._value.rpartition("_")
        if len(rest) < 16 or len(head) > 12:
            return "(hidden)"
        return f"{head}_...{rest[-4:]}" if head else f"...{rest[-4:]}"

    def __repr__(self) -> str:
        return "<secret>"

    def __str__(self) -> NoReturn:
        raise TypeError("a secret has no text form")

    def __format__(self, _: str) -> NoReturn:
        raise TypeError("a secret has no text form")

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")


@dataclass(frozen=True, slots=True)
class Found:
    """A secret and where it came from (words for people, without the value)."""

    secret: Secret
    origin: str


KeyringGet = Callable[[str], str | None]
"""``<name>/<field>`` -> value or None; SecretError when the keyring cannot say"""


def variable(name: str, field: str) -> str:
    """``TURBOFINOPS_<NAME>_<FIELD>`` of a connection's field."""
    return f"TURBOFINOPS_{name}_{field}".upper().replace("-", "_")


def check_names(connection: Connection, siblings: Sequence[Connection]) -> None:
    """ConflictError when another connection's name gives the same variable."""
    mine = _variables(connection)
    for other in siblings:
        if other.name != connection.name and mine & _variables(other):
            raise ConflictError(
                f"the names {connection.name!r} and {other.name!r} give the same variables"
                f" ({min(mine & _variables(other))})",
                "rename one of the connections",
            )


def resolve(
    connection: Connection,
    field: str,
    *,
    environ: Mapping[str, str],
    config: Config,
    siblings: Sequence[Connection],
    keyring: KeyringGet | None = None,
) -> Found:
    """The secret ``field`` of ``connection``; SecretError with what to do when there is none.

    ``siblings`` are all connections (names that collide are refused; a lone one of its kind may use the
    provider's own variables). ``keyring`` is injected by tests; None is the one of the operating system.
    """
    kind_of(connection.kind).field(field)
    check_names(connection, siblings)
    found = (
        _from_environment(connection, field, environ)
        or _from_file(connection, field, environ)
        or _from_command(connection, field, config)
    )
    if found is not None:
        return found
    trouble: SecretError | None = None
    try:
        found = _from_keyring(connection, field, keyring)
    except SecretError as error:  # the provider's own variable may still be there
        trouble = error
    found = found or _from_own(connection, field, environ, siblings)
    if found is not None:
        return found
    raise trouble or SecretError(
        f"connection {connection.name!r} has no {field}",
        f"set {variable(connection.name, field)}, or store it: turbofinops connect secret {connection.name}",
    )


def resolve_own(
    name: str, field: str, environ: Mapping[str, str], config: Config, keyring: KeyringGet | None = None
) -> Found:
    """A secret that belongs to the program and to no account (the receiver's token), from the same places.

    SecretError with what to do when there is none.
    """
    owner = Connection(name, "")
    found = _from_environment(owner, field, environ) or _from_file(owner, field, environ)
    if found is None and (argv := config.commands.get(name, {}).get(field)) is not None:
        found = Found(Secret(_run(argv)), f"credential_command {os.path.basename(argv[0])}")
    found = found or _from_keyring(owner, field, keyring)
    if found is None:
        raise SecretError(f"there is no {field} for {name}", f"set {variable(name, field)}")
    return found


def _variables(connection: Connection) -> set[str]:
    fields = [item.name for item in KINDS[connection.kind].fields] if connection.kind in KINDS else ["key"]
    names = {variable(connection.name, field) for field in fields}
    return names | {f"{name}_FILE" for name in names}


def _from_environment(connection: Connection, field: str, environ: Mapping[str, str]) -> Found | None:
    name = variable(connection.name, field)
    value = environ.get(name, "").strip()
    return Found(Secret(value), f"environment {name}") if value else None


def _from_file(connection: Connection, field: str, environ: Mapping[str, str]) -> Found | None:
    name = variable(connection.name, field)
    named = environ.get(f"{name}_FILE", "")
    if named:
        return Found(Secret(_read_private(Path(named))), f"file {named} ({name}_FILE)")
    directory = environ.get("CREDENTIALS_DIRECTORY", "")
    for candidate in (name, f"{connection.name}_{field}") if directory else ():
        path = Path(directory) / candidate
        if path.exists():
            return Found(Secret(_read_private(path, systemd=True)), f"file {path} ($CREDENTIALS_DIRECTORY)")
    return None


def _read_private(path: Path, *, systemd: bool = False) -> str:
    """The text of a file that nobody else may read; SecretError otherwise.

    systemd hands a service its credentials by an ACL on a file of root, whose mask shows as group-readable.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            _check_private(path, os.fstat(descriptor), systemd)
            raw = os.read(descriptor, LIMIT + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SecretError(f"{path} cannot be read ({error.strerror})", "check path and rights") from None
    return _text(raw, str(path))


def _check_private(path: Path, info: os.stat_result, systemd: bool) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise SecretError(f"{path} is not a file", "name a regular file")
    open_to = info.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if systemd and info.st_uid == 0 and os.getuid() != 0:
        open_to &= ~stat.S_IRGRP
    if open_to:
        raise SecretError(f"{path} can be read by others", "take their rights away: chmod 600")


def _from_command(connection: Connection, field: str, config: Config) -> Found | None:
    for owner in (connection.name, "*"):
        lists = config.commands.get(owner, {})
        argv = lists.get(field)
        if argv is None and "*" in lists:
            argv = lists["*"]
            first = kind_of(connection.kind).fields[0].name
            if field != first and not any("{field}" in word for word in argv):
                argv = None  # it prints one secret: the first
        if argv is not None:
            filled = [w.replace("{name}", connection.name).replace("{field}", field) for w in argv]
            return Found(Secret(_run(filled)), f"credential_command {os.path.basename(filled[0])}")
    return None


def _run(argv: Sequence[str]) -> str:
    """What the program prints; no shell, ten seconds, 16 KiB; its complaints are never shown."""
    what = f"credential_command {os.path.basename(argv[0])}"
    deadline = time.monotonic() + COMMAND_SECONDS
    process = _started(argv, what)
    try:
        raw = _output(process, deadline)
        code = process.wait(max(0.1, deadline - time.monotonic())) if len(raw) <= LIMIT else 0
    except (TimeoutError, subprocess.TimeoutExpired):
        raise SecretError(f"{what} took longer than {COMMAND_SECONDS:g} s", "run it by hand") from None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # with the children that it may have
            process.wait()
        if process.stdout:
            process.stdout.close()
    if code:
        raise SecretError(f"{what} ended with {code}", "run it by hand to see why")
    return _text(raw, what)


def _started(argv: Sequence[str], what: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 (a list from the user's own config.toml)
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise SecretError(f"{what} cannot be started ({error.strerror})", "check config.toml") from None


def _output(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """What it prints until it closes its output, at most one byte over the limit; TimeoutError."""
    raw, pipe = b"", process.stdout
    while pipe is not None and len(raw) <= LIMIT:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(pipe.fileno(), LIMIT + 1 - len(raw))
        if not part:
            break
        raw += part
    return raw


def _text(raw: bytes, what: str) -> str:
    if len(raw) > LIMIT:
        raise SecretError(f"{what} gives more than {LIMIT // 1024} KiB", "it should give the secret alone")
    try:
        value = raw.decode().strip()
    except UnicodeDecodeError:
        raise SecretError(f"{what} gives no text", "it should give the secret alone") from None
    if not value:
        raise SecretError(f"{what} gives nothing", "it should give the secret")
    return value


def _from_keyring(connection: Connection, field: str, keyring: KeyringGet | None) -> Found | None:
    if keyring is None:
        from turbofinops_tui.sync import secrets_keyring

        keyring = secrets_keyring.Keyring(variable(connection.name, field)).get
    value = keyring(f"{connection.name}/{field}")
    return Found(Secret(value), "the OS keyring") if value else None


def may_use_own(connection: Connection, siblings: Sequence[Connection]) -> bool:
    """Whether the provider's own variables and chain may serve a connection: ``env=yes``, or alone of its
    kind among ``siblings`` and not ``env=no`` (interface.md).
    """
    alone = not any(s.kind == connection.kind and s.name != connection.name for s in siblings)
    return connection.settings.get("env", "yes" if alone else "no") == "yes"


def _from_own(
    connection: Connection, field: str, environ: Mapping[str, str], siblings: Sequence[Connection]
) -> Found | None:
    allowed = may_use_own(connection, siblings)
    for name in kind_of(connection.kind).field(field).own if allowed else ():
        if value := environ.get(name, "").strip():
            return Found(Secret(value), f"environment {name}")
    return None
