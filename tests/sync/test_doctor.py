"""doctor: says what is wrong with modes, configuration, store and secrets, and never a secret."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from turbofinops_tui.actions import doctor
from turbofinops_tui.cli import doctor as doctor_page
from turbofinops_tui.cli.main import run

CANARY = "whsec_canary51HfQ0000"


def page(home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, Any]]]:
    capsys.readouterr()
    code = run(["--root", str(home), "doctor", "--format", "json"])
    told = capsys.readouterr()
    assert CANARY not in told.out + told.err
    assert "keyring: " not in told.err
    rows = json.loads(told.out)["rows"]
    return code, {f"{row['area']} {row['name']}": row for row in rows}


@pytest.fixture(autouse=True)
def no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


def test_before_anything_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = page(tmp_path / "new", capsys)
    assert code == 0
    assert found["store state"]["state"] == "note"
    assert found["keyring backend"]["value"].startswith("No OS keyring in this session (no D-Bus).")
    assert found["versions textual"]["state"] == "ok"
    assert not (tmp_path / "new").exists()  # looking makes nothing


def test_whatever_is_not_right_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    monkeypatch.setenv("TERM", "dumb")
    key = tmp_path / "key"
    key.write_text(CANARY, "utf-8")
    key.chmod(0o644)
    monkeypatch.setenv("TURBOFINOPS_ACME_WEBHOOK_SECRET_FILE", str(key))
    assert run(["--root", str(tmp_path), "connect", "add", "datadog", "dd"]) == 0
    assert run(["--root", str(tmp_path), "connect", "add", "stripe", "acme"]) == 0
    (tmp_path / "data").chmod(0o755)
    code, found = page(tmp_path, capsys)
    assert code == 3
    for name in ("versions sqlite", "paths data", "connections acme/webhook_secret", "connections dd/api_key",
                 "keyring backend", "terminal TERM"):  # fmt: skip
        assert found[name]["state"] in ("note", "bad"), name
    assert [name for name, row in found.items() if row["state"] != "ok" and not row["todo"]] == []
    assert found["paths data"]["todo"] == f"chmod 700 {tmp_path / 'data'}"
    assert found["versions sqlite"]["state"] == "bad"
    assert found["connections acme/webhook_secret"]["state"] == "bad"
    assert found["connections dd/api_key"]["todo"].startswith("set TURBOFINOPS_DD_API_KEY")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_narrow_terminal_loses_no_word(width: int) -> None:
    words = "take this right away with chmod 600 and then look once more whether it holds"
    lines = [
        doctor.Line("paths", "data", words, "bad", f"-x {words}"),
        doctor.Line("keyring", "gnome-keyring", "", "ok"),
    ]
    text = doctor_page.page(lines, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert text.split().count("chmod") == 2
    assert " ".join(words.split()) in " ".join(text.split())
    assert "BAD" in text


def test_where_secrets_come_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_ACME_WEBHOOK_SECRET", CANARY)
    assert run(["--root", str(tmp_path), "connect", "add", "stripe", "acme"]) == 0
    code, found = page(tmp_path, capsys)
    assert code == 0
    assert found["connections acme/webhook_secret"]["value"] == (
        "from environment TURBOFINOPS_ACME_WEBHOOK_SECRET"
    )
    assert found["connections acme/api_key"]["state"] == "note"
    assert "TURBOFINOPS_ACME_API_KEY" in found["connections acme/api_key"]["value"]
    assert run(["--root", str(tmp_path), "doctor"]) == 0
    assert CANARY not in capsys.readouterr().out


def test_modes_and_configuration_that_are_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--root", str(tmp_path), "settings", "list"])
    data = tmp_path / "data"
    for path, mode, what in (
        (data, 0o755, "others may read"),
        (data, 0o770, "others may write"),
        (data / "store.db", 0o640, "others may read"),
    ):
        before = path.stat().st_mode
        path.chmod(mode)
        code, found = page(tmp_path, capsys)
        path.chmod(before)
        line = found[f"paths {'data' if path == data else 'store'}"]
        assert (code, line["state"]) == (3, "bad")
        assert what in line["value"]
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("theme = 3")
    code, found = page(tmp_path, capsys)
    assert (code, found["config config.toml"]["state"]) == (3, "bad")
    assert found["store schema"]["state"] == "ok"


def test_a_store_that_does_not_open_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--root", str(tmp_path), "settings", "list"])
    path = tmp_path / "data" / "store.db"
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA user_version=900")
    conn.close()
    code, found = page(tmp_path, capsys)
    assert (code, found["store newer"]["state"]) == (5, "bad")
    assert "schema 900" in found["store newer"]["value"]


def test_what_a_workspace_does_not_enforce_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    (shared / "presets" / "org").mkdir(parents=True)
    (shared / "presets" / "org").chmod(0o777)
    (shared / "workspace.toml").write_text('[roles.finance]\nlevel = "viewer"\ngroup = "nobody-here"\n')
    monkeypatch.setenv("TURBOFINOPS_WORKSPACE", str(shared))
    code, found = page(tmp_path / "home", capsys)
    assert code == 3
    assert "can be written by everyone" in found["workspace not enforced"]["value"]
    assert "none: you are a viewer" in found["workspace your roles"]["value"]
    (shared / "presets" / "org").chmod(0o775)
    assert page(tmp_path / "home", capsys)[0] == 0
