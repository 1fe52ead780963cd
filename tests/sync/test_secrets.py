"""The order of the sources of a secret, what is refused, and that the type never shows its value."""

from __future__ import annotations

import json
import logging
import os
import pickle
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from turbofinops_tui import redaction
from turbofinops_tui.config import Config, load
from turbofinops_tui.errors import ConflictError, UsageError
from turbofinops_tui.store.connections import Connection
from turbofinops_tui.sync import secrets
from turbofinops_tui.sync.secrets import Found, Secret, SecretError, resolve, variable

MAIN = Connection("main-eu", "stripe")
NAME = "TURBOFINOPS_MAIN_EU_API_KEY"


def nothing(_: str) -> str | None:
    return None


def locked(_: str) -> str | None:
    raise SecretError("locked")


def find(
    environ: dict[str, str] | None = None,
    config: Config | None = None,
    siblings: tuple[Connection, ...] = (),
    keyring: Callable[[str], str | None] = nothing,
    field: str = "api_key",
    connection: Connection = MAIN,
) -> Found:
    return resolve(
        connection,
        field,
        environ=environ or {},
        config=config or Config(),
        siblings=(connection, *siblings),
        keyring=keyring,
    )


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def printing(text: str) -> Config:
    return Config(commands={"*": {"*": (sys.executable, "-c", f"print({text!r})")}})


def test_first_hit_wins_in_the_order_of_the_interface(tmp_path: Path) -> None:
    directory = tmp_path / "credentials"
    directory.mkdir()
    private(directory / "main-eu_api_key", "from-directory\n")
    file = private(tmp_path / "key", "from-file\n")
    environ = {
        NAME: "from-variable",
        f"{NAME}_FILE": str(file),
        "CREDENTIALS_DIRECTORY": str(directory),
        "STRIPE_API_KEY": "from-own",
    }
    config, keyring = printing("from-command"), lambda _: "from-keyring"
    seen = [find(environ, config, keyring=keyring).secret.reveal()]
    for gone in (NAME, f"{NAME}_FILE", "CREDENTIALS_DIRECTORY"):
        del environ[gone]
        seen.append(find(environ, config, keyring=keyring).secret.reveal())
    seen.append(find(environ, keyring=keyring).secret.reveal())
    seen.append(find(environ).secret.reveal())
    assert [item.removeprefix("from-") for item in seen] == [
        "variable", "file", "directory", "command", "keyring", "own",
    ]  # fmt: skip


def test_the_origin_is_told_without_the_value(tmp_path: Path) -> None:
    file = private(tmp_path / "key", "rk_test_0123456789")
    assert find({NAME: "x"}).origin == f"environment {NAME}"
    assert find({f"{NAME}_FILE": str(file)}).origin == f"file {file} ({NAME}_FILE)"
    assert find(config=printing("x")).origin.startswith("credential_command python")
    assert find(keyring=lambda user: user).origin == "the OS keyring"
    assert find(keyring=lambda user: user).secret.reveal() == "main-eu/api_key"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = private(tmp_path / "key", "x", mode)
    with pytest.raises(SecretError, match="can be read by others"):
        find({f"{NAME}_FILE": str(file)})


def test_a_file_that_is_missing_empty_a_directory_or_too_long_is_refused(tmp_path: Path) -> None:
    for path, what in (
        (tmp_path / "no", "cannot be read"),
        (private(tmp_path / "empty", " \n"), "gives nothing"),
        (tmp_path, "is not a file"),
        (private(tmp_path / "long", "x" * 20_000), "more than 16 KiB"),
    ):
        with pytest.raises(SecretError, match=what):
            find({f"{NAME}_FILE": str(path)})


def test_the_providers_own_variable_counts_alone_of_its_kind_or_when_asked_for() -> None:
    own, other = {"STRIPE_API_KEY": "mine"}, Connection("other", "stripe")
    assert find(own).secret.reveal() == "mine"
    with pytest.raises(SecretError, match="has no api_key") as caught:
        find(own, siblings=(other,))
    assert f"set {NAME}" in caught.value.hint
    asking = Connection("main-eu", "stripe", {"env": "yes"})
    assert find(own, siblings=(other,), connection=asking).secret.reveal() == "mine"
    refusing = Connection("main-eu", "stripe", {"env": "no"})
    with pytest.raises(SecretError):
        find(own, connection=refusing)


def test_names_that_give_the_same_variable_are_refused() -> None:
    with pytest.raises(ConflictError, match="give the same variables"):
        find({NAME: "x"}, siblings=(Connection("main_EU", "stripe"),))
    assert variable("main-eu", "api_key") == NAME


def test_a_keyring_in_trouble_speaks_only_when_nothing_else_has_the_secret() -> None:
    assert find({"STRIPE_API_KEY": "mine"}, keyring=locked).secret.reveal() == "mine"
    assert find({NAME: "x"}, keyring=locked).secret.reveal() == "x"
    with pytest.raises(SecretError, match=r"^locked$"):
        find(keyring=locked)


def test_a_command_gets_name_and_field_and_is_asked_for_one_secret_otherwise() -> None:
    echo = (sys.executable, "-c", "import sys; print(*sys.argv[1:])", "{name}", "{field}")
    both = Config(commands={"main-eu": {"*": echo}})
    assert find(config=both, field="webhook_secret").secret.reveal() == "main-eu webhook_secret"
    with pytest.raises(SecretError):  # a command without {field} prints the key, not this
        find(config=printing("key"), field="webhook_secret")
    own = Config(commands={"*": {"*": echo}, "main-eu": {"api_key": (*echo[:3], "mine")}})
    assert find(config=own).secret.reveal() == "mine"


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("raise SystemExit(3)", "ended with 3"),
        ("print()", "gives nothing"),
        ("print('x' * 20000)", "more than 16 KiB"),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", "gives no text"),
    ],
)
def test_a_failing_command_is_named_and_nothing_of_it_is_shown(code: str, what: str) -> None:
    with pytest.raises(SecretError, match=what):
        find(config=Config(commands={"*": {"*": (sys.executable, "-c", code)}}))


def test_a_command_runs_without_a_shell_and_must_exist() -> None:
    with pytest.raises(SecretError, match="cannot be started"):
        find(config=Config(commands={"*": {"*": ("echo hello | cat",)}}))


def test_a_slow_command_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.2)
    started = time.monotonic()
    with pytest.raises(SecretError, match=r"longer than 0.2 s"):
        find(config=Config(commands={"*": {"*": ("sleep", "60")}}))
    assert time.monotonic() - started < 30


def test_config_names_commands_of_all_or_of_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'credential_command = ["a", "{name}"]\n[connections.one.credential_command]\napi_key = ["b"]\n'
    )
    assert load(path).commands == {"*": {"*": ("a", "{name}")}, "one": {"api_key": ("b",)}}
    for bad in (
        'credential_command = "op read"',
        "credential_command = []",
        "[connections.one]\napi_key = 'rk_live_x'",
        "connections = 3",
    ):
        path.write_text(bad)
        with pytest.raises(UsageError, match=r"config.toml"):
            load(path)


def test_a_secret_has_no_text_form() -> None:
    secret = Secret("rk_live_0123456789abcdef3F9a")
    assert repr(secret) == "<secret>"
    assert repr(Found(secret, "here")).count("rk_live") == 0
    assert secret.hint() == "rk_live_...3F9a"
    assert Secret("plain").hint() == "(hidden)"
    assert Secret("sk-admin-1234567890abcdefghij").hint() == "...ghij"
    for use in (str, "{}".format, f"{{:>{3}}}".format, pickle.dumps, json.dumps):
        with pytest.raises(TypeError):
            use(secret)
    assert not hasattr(secret, "__dict__")


def test_what_is_logged_loses_known_values_and_known_shapes(caplog: pytest.LogCaptureFixture) -> None:
    Secret("canary value 42")
    handler = caplog.handler
    handler.addFilter(blank := redaction.RedactingFilter())
    try:
        logging.getLogger("x").warning(
            "key %s, %s and Bearer abcdefgh1", "canary value 42", "rk_live_abcdefgh"
        )
    finally:
        handler.removeFilter(blank)
    assert caplog.messages == ["key [secret], [secret] and [secret]"]
    assert redaction.redacted("whsec_abcdefghij") == "[secret]"
    assert redaction.redacted("an ordinary line of risk_free words") == "an ordinary line of risk_free words"


def test_credentials_of_systemd_show_their_mask_as_group_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private(tmp_path / NAME, "x", 0o440)
    with pytest.raises(SecretError, match="can be read by others"):
        find({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    real = os.fstat

    class OfRoot:
        def __init__(self, fd: int) -> None:
            self.st_mode, self.st_uid = real(fd).st_mode, 0

    monkeypatch.setattr(os, "fstat", OfRoot)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert find({"CREDENTIALS_DIRECTORY": str(tmp_path)}).secret.reveal() == "x"
