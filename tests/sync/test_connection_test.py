"""``connect test`` against the fake Stripe: account kept, permissions named, wrong keys refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.stripe_server import KEY, StripeServer
from tests.fakes.stripe_state import ACCOUNT
from turbofinops_tui.cli.main import run

VARIABLE = "TURBOFINOPS_ACME_API_KEY"


def call(home: Path, *words: str) -> int:
    return run(["--root", str(home), "connect", *words])


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)


def account(home: Path, capsys: pytest.CaptureFixture[str]) -> object:
    capsys.readouterr()
    assert call(home, "list", "--format", "json") == 0
    return json.loads(capsys.readouterr().out)["rows"][0]["account"]


@pytest.mark.usefixtures("key")
def test_the_account_is_kept_and_a_key_of_another_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with StripeServer([]) as server:
        assert call(tmp_path, "add", "stripe", "acme", "--set", f"base_url={server.url}") == 0
        assert account(tmp_path, capsys) is None
        assert call(tmp_path, "test", "acme") == 0
        told = capsys.readouterr()
        assert told.out == f"account {ACCOUNT}, key (hidden) from environment {VARIABLE}\n"
        assert KEY not in told.out + told.err
        assert account(tmp_path, capsys) == ACCOUNT
        server.state.account = "acct_other"
        assert call(tmp_path, "test", "acme") == 1
        assert f"acct_other, the connection belongs to {ACCOUNT}" in capsys.readouterr().err
        assert account(tmp_path, capsys) == ACCOUNT


@pytest.mark.usefixtures("key")
def test_each_missing_permission_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with StripeServer([]) as server:
        server.state.denied |= {"disputes", "credit_notes", "create_preview"}
        assert call(tmp_path, "add", "stripe", "acme", "--set", f"base_url={server.url}") == 0
        capsys.readouterr()
        assert call(tmp_path, "test", "acme") == 1
        told = capsys.readouterr().err
    assert "missing permission: Disputes: Read" in told
    assert "missing permission: Credit notes: Read" in told
    assert told.count("missing permission") == 2
    assert "may not preview invoices" in told


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("sk_live_0123456789abcdef", "full secret key"),
        ("rk_test_0123456789abcdef", "of test mode"),
        ("whsec_0123456789abcdef", "no restricted key"),
        ("rk_live_0123456789abcdef", "key"),
    ],
)
def test_keys_that_do_not_fit_are_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    what: str,
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with StripeServer([]) as server:
        assert call(tmp_path, "add", "stripe", "acme", "--set", f"base_url={server.url}") == 0
        assert call(tmp_path, "test", "acme") == 1
    told = capsys.readouterr().err
    assert what in told
    assert value not in told


@pytest.mark.usefixtures("key")
def test_one_account_is_not_connected_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_AGAIN_API_KEY", KEY)
    with StripeServer([]) as server:
        for name in ("acme", "again"):
            assert call(tmp_path, "add", "stripe", name, "--set", f"base_url={server.url}") == 0
        assert call(tmp_path, "test", "acme") == 0
        assert call(tmp_path, "test", "again") == 1
    assert f"is of account {ACCOUNT}, which acme has already" in capsys.readouterr().err
