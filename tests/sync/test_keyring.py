"""The OS keyring: a real one where it is installed, and every way in which one lets its user down."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from turbofinops_tui.sync import secrets_keyring
from turbofinops_tui.sync.secrets import SecretError
from turbofinops_tui.sync.secrets_keyring import LOCKED, NOT_KEPT, SECONDS, Keyring, ask_again

CANARY = "rk_live_canary51HfQ7Zp0000"
INSTALLED = all(shutil.which(name) for name in ("gnome-keyring-daemon", "dbus-run-session"))
ASKED_FOR = bool(os.environ.get("CI")) and not os.environ.get("CI_WITHOUT_PEERS")
real = pytest.mark.skipif(
    not INSTALLED and not ASKED_FOR, reason="gnome-keyring and dbus are not installed: see .ci/run"
)
TRY = """
import json, sys, time
from turbofinops_tui.sync.secrets_keyring import Keyring
started, found = time.monotonic(), []
for what, *words in json.loads(sys.argv[1]):
    try:
        found.append(getattr(Keyring("NAME"), what)(*words))
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}")
print(json.dumps([found, time.monotonic() - started]))
"""


def tried(home: Path, *calls: tuple[str, ...], session: str = "", **env: str) -> tuple[list[Any], float]:
    """What the calls give in a process of its own, and how many seconds they took.

    ``session`` is the password with which a keyring is unlocked on a bus of its own; empty: no bus.
    """
    words = [sys.executable, "-c", TRY, json.dumps(calls)]
    out = home / "out"
    with out.open("w") as stream:
        subprocess.run(
            in_session(session) + words if session else words,
            env=environment(home) | env, stdout=stream, stderr=subprocess.DEVNULL, check=True, timeout=60,
        )  # fmt: skip
    found, seconds = json.loads(out.read_text())
    return found, seconds


def environment(home: Path) -> dict[str, str]:
    """A home of its own and no bus."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "DISPLAY"))}
    return kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}


def in_session(password: str) -> list[str]:
    """Words before a command that run it beside a keyring daemon on a bus of its own."""
    script = (
        f'printf {password} | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
    )
    return ["dbus-run-session", "--", "sh", "-c", script, "sh"]


def everything_under(home: Path) -> bytes:
    """What the files hold, the keyring's own among them.

    What goes away meanwhile is passed over: the daemon of a session that has just ended takes its
    sockets along when it pleases. The keyring's own file stays, and is looked for.
    """
    kept = {}
    for path in (Path(top, name) for top, _, names in os.walk(home) for name in names):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                kept[path] = path.read_bytes()
    assert any(path.suffix == ".keyring" for path in kept), "no keyring was written: this tests nothing"
    return b"".join(kept.values())


@real
def test_an_unlocked_keyring_keeps_a_secret_encrypted(tmp_path: Path) -> None:
    calls = (("set", "a/api_key", CANARY), ("get", "a/api_key"), ("get", "b/api_key"), ("backend",))
    found, seconds = tried(tmp_path, *calls, session="pw")
    assert found == [None, CANARY, None, "keyring.backends.SecretService.Keyring"]
    assert seconds < 20
    (tmp_path / "out").unlink()
    assert (tmp_path / ".local").exists()
    assert CANARY.encode() not in everything_under(tmp_path)
    get, delete = ("get", "a/api_key"), ("delete", "a/api_key")
    assert tried(tmp_path, get, delete, get, delete, session="pw")[0] == [CANARY, True, None, False]


@real
def test_the_command_line_keeps_secrets_in_it_and_nowhere_else(tmp_path: Path) -> None:
    root = tmp_path / "root"
    words = [*in_session("pw"), sys.executable, "-m", "turbofinops_tui", "--root", str(root), "connect"]
    env = environment(tmp_path)

    def call(*more: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, *more], input=text, env=env, capture_output=True, text=True, check=False
        )

    added = call("add", "stripe", "acme", "--secret-stdin", text=CANARY)
    assert (added.returncode, added.stdout) == (0, "acme\n"), added.stderr
    listed = call("list")
    assert "api_key: the OS keyring" in listed.stdout
    assert CANARY not in added.stderr + listed.stdout + listed.stderr
    assert CANARY.encode() not in everything_under(tmp_path)
    assert call("remove", "acme").returncode == 0
    assert tried(tmp_path, ("get", "acme/api_key"), session="pw")[0] == [None]


@real
def test_a_wrong_password_is_locked(tmp_path: Path) -> None:
    tried(tmp_path, ("set", "a/api_key", CANARY), session="pw")
    found, seconds = tried(tmp_path, ("get", "a/api_key"), ("set", "a/api_key", "x"), session="wrong")
    assert found == [f"SecretError: {LOCKED}"] * 2
    assert seconds < 2 * SECONDS + 10


@real
def test_a_prompt_that_is_never_answered_is_given_up(tmp_path: Path) -> None:
    tried(tmp_path, ("set", "a/api_key", CANARY), session="pw")
    services = tmp_path / "share" / "dbus-1" / "services"
    services.mkdir(parents=True)
    prompter = tmp_path / "prompter"
    prompter.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/asleep\nexec sleep 300\n")
    prompter.chmod(0o700)
    (services / "prompter.service").write_text(
        f"[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec={prompter}\n"
    )
    asleep = tmp_path / "asleep"
    try:
        found, seconds = tried(
            tmp_path,
            ("get", "a/api_key"),
            ("get", "a/api_key"),
            session="wrong",
            XDG_DATA_DIRS=f"{tmp_path}/share:/usr/share",
        )
    finally:
        for pid in asleep.read_text().split() if asleep.exists() else ():
            os.kill(int(pid), signal.SIGKILL)
    assert asleep.exists(), "the prompter was never asked: this tests nothing"
    assert found == [f"SecretError: {LOCKED}"] * 2
    assert SECONDS - 0.5 < seconds < SECONDS + 10  # the second call does not wait again


def test_without_a_bus_the_user_is_told_what_to_do(tmp_path: Path) -> None:
    found, _ = tried(tmp_path, ("get", "a/api_key"), ("backend",))
    assert found == [f"SecretError: {secrets_keyring.none_text('NAME')}"] * 2
    assert "dbus-run-session -- sh -c 'gnome-keyring-daemon --unlock --components=secrets;" in found[0]


def test_a_deaf_socket_is_no_keyring(tmp_path: Path) -> None:
    path = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen()
        found, seconds = tried(tmp_path, ("get", "a/b"), DBUS_SESSION_BUS_ADDRESS=f"unix:path={path}")
    assert found[0] in (f"SecretError: {secrets_keyring.none_text('NAME')}", f"SecretError: {LOCKED}")
    assert seconds < SECONDS + 10


CLEAR = """
from keyring.backend import KeyringBackend
class PlaintextKeyring(KeyringBackend):
    priority = 1
    def set_password(self, service, user, value):
        open({path!r}, "w").write(value)
    def get_password(self, service, user):
        return open({path!r}).read()
"""


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        (
            "keyrings.alt.file.PlaintextKeyring",
            "it stores secrets in clear. Unset it or choose another source.",
        ),
        ("keyring.backends.null.Keyring", "it keeps nothing. Unset it or choose another source."),
        ("elsewhere.PlaintextKeyring", "it is not known to keep secrets encrypted. Unset it"),
    ],
)
def test_backends_that_keep_in_clear_or_nothing_are_refused(tmp_path: Path, backend: str, why: str) -> None:
    code = CLEAR.format(path=str(tmp_path / "clear"))
    (tmp_path / "keyrings" / "alt").mkdir(parents=True)
    for name in ("keyrings/__init__.py", "keyrings/alt/__init__.py"):
        (tmp_path / name).write_text("")
    for name in ("keyrings/alt/file.py", "elsewhere.py"):
        (tmp_path / name).write_text(code)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    calls = (("set", "a/b", CANARY), ("get", "a/b"))
    found, _ = tried(tmp_path, *calls, PYTHON_KEYRING_BACKEND=backend, PYTHONPATH=path)
    assert all(text.startswith(f"SecretError: Refusing keyring backend {backend}: {why}") for text in found)
    assert not (tmp_path / "clear").exists()


def test_a_backend_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    found, _ = tried(tmp_path, ("get", "a/b"), PYTHON_KEYRING_BACKEND="nowhere.Keyring")
    assert found[0].startswith("SecretError: The keyring backend that is asked for cannot be used")


# --- in this process, with backends of our own ---------------------------------------------------


class Kept:
    """A backend in memory under an allowed name; ``drops`` accepts and forgets."""

    def __init__(self, drops: bool = False, blocks: float = 0) -> None:
        self.values: dict[str, str] = {}
        self.drops, self.blocks = drops, blocks

    def get_password(self, _: str, user: str) -> str | None:
        time.sleep(self.blocks)
        return self.values.get(user)

    def set_password(self, _: str, user: str, value: str) -> None:
        if not self.drops:
            self.values[user] = value


Kept.__module__ = "keyring.backends.SecretService"


class Chain:
    """A chainer with these members."""

    def __init__(self, *members: object) -> None:
        self.backends = members


Chain.__module__ = "keyring.backends.chainer"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    ask_again()
    yield
    ask_again()


def use(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    import keyring

    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


def test_what_is_not_given_back_was_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Kept(drops=True))
    with pytest.raises(SecretError) as caught:
        Keyring().set("a/b", "x")
    assert caught.value.message == NOT_KEPT


def test_the_members_of_a_chain_are_judged_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clear(Kept):
        pass

    Clear.__module__ = "keyrings.alt.file"
    good = Kept()
    use(monkeypatch, Chain(Clear(), good))
    Keyring().set("a/b", "x")
    assert good.values == {"a/b": "x"}
    use(monkeypatch, Chain(Clear()))
    with pytest.raises(SecretError, match=r"Refusing keyring backend keyrings\.alt\.file"):
        Keyring().get("a/b")


def test_a_call_that_does_not_return_means_locked_until_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets_keyring, "SECONDS", 0.05)
    use(monkeypatch, Kept(blocks=0.5))
    for _ in range(2):
        with pytest.raises(SecretError) as caught:
            Keyring().get("a/b")
        assert caught.value.message == LOCKED
    use(monkeypatch, Kept())
    with pytest.raises(SecretError):
        Keyring().get("a/b")
    ask_again()
    monkeypatch.setattr(secrets_keyring, "SECONDS", 3.0)
    assert Keyring().get("a/b") is None


def test_an_unknown_failure_is_named_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Kept):
        def get_password(self, _: str, user: str) -> str | None:
            raise OSError(CANARY)

    Broken.__module__ = "keyring.backends.SecretService"
    use(monkeypatch, Broken())
    with pytest.raises(SecretError) as caught:
        Keyring().get("a/b")
    assert caught.value.message == "The OS keyring failed (OSError)"
    assert CANARY not in caught.value.line()
