"""The provider's own chain serves a connection that is alone of its kind, or says ``env=yes``; no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.bigquery import PROJECT, BigQueryServer
from tests.fakes.cost_explorer import FakeCostExplorer
from tests.sync.cloud_program import Program
from tests.sync.source_driving import no_waiting, one_loader
from turbofinops_tui.sync.pull import gcp_access

KEY, SECRET = "AKIAOWNOWNOWNOWNOWN1", "an-own-secret-of-the-connection"


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-05")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Program(tmp_path / "root", capsys)


def connect(program: Program, kind: str, name: str, **settings: str) -> None:
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    code, _, err = program.run("connect", "add", kind, name, *words)
    assert code == 0, err


def test_two_connections_to_aws_do_not_share_the_environment(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-environment")
    with FakeCostExplorer({("2026-11-02", "Usage", "EC2", "1"): ("1", "1")}) as fake:
        connect(program, "aws", "one", mode="cost-explorer", endpoint_url=fake.url)
        assert program.sync("one")["error"] == ""
        connect(program, "aws", "two", mode="cost-explorer", endpoint_url=fake.url)
        asked = len(fake.keys)
        for name in ("one", "two"):
            error = program.sync(name)["error"]
            assert f"{name} has no credential of its own" in error
            assert f"connect set {name} profile=PROFILE (or env=yes" in error
            assert program.run("connect", "test", name)[0] == 1
        assert len(fake.keys) == asked  # nothing was asked with a key that may be another's
        program.run("connect", "set", "one", "env=yes")
        assert program.sync("one")["error"] == ""
        assert fake.keys[-1] == "AKIAENVIRONMENT00000"
        (tmp_path / "credentials").write_text(
            "[fin]\naws_access_key_id = AKIAPROFILE000000000\naws_secret_access_key = of-the-profile\n"
        )
        fake.account = "222222222222"
        program.run("connect", "set", "two", "profile=fin")
        assert program.sync("two")["error"] == ""
        assert fake.keys[-1] == "AKIAPROFILE000000000"


def test_a_connection_to_aws_may_have_a_key_of_its_own(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-environment")
    monkeypatch.setenv("TURBOFINOPS_TWO_ACCESS_KEY_ID", KEY)
    with FakeCostExplorer({("2026-11-02", "Usage", "EC2", "1"): ("1", "1")}) as fake:
        connect(program, "aws", "one", mode="cost-explorer", endpoint_url=fake.url, env="no")
        connect(program, "aws", "two", mode="cost-explorer", endpoint_url=fake.url)
        assert "TURBOFINOPS_TWO_SECRET_ACCESS_KEY" in program.sync("two")["error"]
        monkeypatch.setenv("TURBOFINOPS_TWO_SECRET_ACCESS_KEY", SECRET)
        assert program.sync("two")["error"] == ""
        assert fake.keys[-1] == KEY
        code, out, err = program.run("connect", "test", "two")
        assert (code, "environment TURBOFINOPS_TWO_ACCESS_KEY_ID" in out + err) == (0, True)
        assert SECRET not in out + err


def test_two_connections_to_google_do_not_share_a_sign_in(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    import google.auth

    looked: list[object] = []
    monkeypatch.setattr(google.auth, "default", lambda **words: looked.append(words))
    monkeypatch.setattr(gcp_access, "LOOPBACK", ())
    with BigQueryServer() as server:
        for name in ("one", "two"):
            connect(program, "gcp", name, project=PROJECT, table="billing.x", api_endpoint=server.url)
        error = program.sync("two")["error"]
    assert "two has no credential of its own" in error
    assert "connect set two env=yes" in error
    assert looked == []
