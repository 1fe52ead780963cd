"""The operating system's keyring: known backends only, on a thread of its own, never waited for over 3 s.

A keyring may ask its user and never come back; nothing in the library ends that wait. So every call runs
on one daemon thread; one that is not answered in time means *locked*, and stays so until asked anew.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from turbofinops_tui.errors import TurboError
from turbofinops_tui.sync.secrets import SecretError

SERVICE = "turbofinops"
SECONDS = 3.0
ALLOWED = ("SecretService", "libsecret", "kwallet", "macOS", "Windows")
"""modules under ``keyring.backends`` that encrypt and keep what they are given"""
LOCKED = (
    "The OS keyring is locked and its prompt was not answered in 3 s. Unlock it, then press r."
    " Nothing was stored."
)
NOT_KEPT = "The keyring accepted the value but did not give it back (backend null?). Nothing was saved."
_Job = tuple[Callable[[], Any], "queue.SimpleQueue[tuple[bool, Any]]"]


def none_text(variable: str) -> str:
    """What to do in a session without a keyring."""
    return (
        "No OS keyring in this session (no D-Bus). This is normal over SSH. Use one of:"
        f" {variable}=... | credential_command in config.toml | a session keyring: dbus-run-session -- sh -c"
        " 'gnome-keyring-daemon --unlock --components=secrets; turbofinops'. Details: turbofinops doctor"
    )


class _Worker:
    """The one thread that talks to the keyring of this process."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self.locked = False
        threading.Thread(target=self._run, name="keyring", daemon=True).start()

    def call(self, job: Callable[[], Any]) -> Any:
        """What ``job`` gives or raises; SecretError at once while the keyring counts as locked."""
        if self.locked:
            raise SecretError(LOCKED)
        answer: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self._jobs.put((job, answer))
        try:
            good, value = answer.get(timeout=SECONDS)
        except queue.Empty:
            self.locked = True
            raise SecretError(LOCKED) from None
        if good:
            return value
        raise value

    def _run(self) -> None:
        while True:
            job, answer = self._jobs.get()
            try:
                answer.put((True, job()))
            except Exception as error:
                answer.put((False, error))


_workers: list[_Worker] = []


def ask_again() -> None:
    """Forget that the keyring was locked (the user says it is open now)."""
    _workers.clear()


def _worker() -> _Worker:
    if not _workers:
        _workers.append(_Worker())
    return _workers[-1]


class Keyring:
    """Secrets of this program in the keyring; ``variable`` is named where there is no keyring."""

    def __init__(self, variable: str = "TURBOFINOPS_<NAME>_<FIELD>") -> None:
        self._variable = variable

    def get(self, user: str) -> str | None:
        """The value of ``<name>/<field>``, None when it has none."""
        value = self._call(lambda backend: backend.get_password(SERVICE, user))
        return None if value is None else str(value)

    def set(self, user: str, value: str) -> None:
        """Store a value and read it back; SecretError when the keyring does not give the same again."""

        def store(backend: Any) -> object:
            backend.set_password(SERVICE, user, value)
            return backend.get_password(SERVICE, user)

        if self._call(store) != value:
            raise SecretError(NOT_KEPT)

    def delete(self, user: str) -> bool:
        """Take a value away; True when there was one."""

        def drop(backend: Any) -> bool:
            if backend.get_password(SERVICE, user) is None:
                return False
            backend.delete_password(SERVICE, user)
            return True

        return bool(self._call(drop))

    def backend(self) -> str:
        """The dotted name of the backend in use; SecretError when there is none or it is refused."""
        return str(self._call(_dotted))

    def _call(self, job: Callable[[Any], Any]) -> Any:
        def work() -> Any:
            return job(_safe_backend(self._variable))

        try:
            return _worker().call(work)
        except TurboError:
            raise
        except Exception as error:
            raise self._explained(error) from None

    def _explained(self, error: Exception) -> SecretError:
        """What an exception of the library means; its own text is not shown (it may hold anything)."""
        name = type(error).__name__
        if name in ("KeyringLocked", "InitError", "PromptDismissedException", "LockedException"):
            return SecretError(LOCKED)
        if name == "NoKeyringError":
            return SecretError(none_text(self._variable))
        return SecretError(
            f"The OS keyring failed ({name})", "see `turbofinops doctor`, or use another source"
        )


def _safe_backend(variable: str) -> Any:
    """The keyring in use when it is one that keeps secrets; runs on the keyring's thread."""
    import keyring  # 0.2-0.4 s, and only for who stores or reads a secret there

    try:
        chosen: Any = keyring.get_keyring()
    except (RuntimeError, ImportError, AttributeError) as error:
        raise SecretError(
            f"The keyring backend that is asked for cannot be used ({type(error).__name__})",
            "unset PYTHON_KEYRING_BACKEND or choose another source",
        ) from None
    members = list(chosen.backends) if _module(chosen) == "keyring.backends.chainer" else [chosen]
    for member in members:
        if _allowed(member):
            return member
    if not members or _module(members[0]) == "keyring.backends.fail":
        raise SecretError(none_text(variable))
    raise SecretError(
        f"Refusing keyring backend {_dotted(members[0])}: {_why(members[0])}."
        " Unset it or choose another source."
    )


def _allowed(backend: Any) -> bool:
    head, _, _ = _module(backend).removeprefix("keyring.backends.").partition(".")
    return _module(backend).startswith("keyring.backends.") and head in ALLOWED


def _why(backend: Any) -> str:
    if _module(backend) == "keyring.backends.null":
        return "it keeps nothing"
    if _module(backend).startswith("keyrings.alt."):
        return "it stores secrets in clear"
    return "it is not known to keep secrets encrypted"


def _module(backend: Any) -> str:
    return str(type(backend).__module__)


def _dotted(backend: Any) -> str:
    return f"{_module(backend)}.{type(backend).__qualname__}"
