"""Presets: strict files, private by default, shared by where they lie (trust.md 11, 16)."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.unit.slices import slices
from turbofinops_tui.actions import presets
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.types import Having, Slice
from turbofinops_tui.errors import ConflictError, DataError, NotFoundError, ReadOnlyError, UsageError
from turbofinops_tui.files import preset_json
from turbofinops_tui.files.preset_json import Preset
from turbofinops_tui.paths import resolve

NOW = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
LOSERS = Slice(having=(Having("margin", "<", Decimal(0)),))


@given(slices())
@settings(max_examples=150, deadline=None)
def test_a_preset_reads_back_what_was_saved(asked: Slice) -> None:
    preset = Preset("mine", asked, "a line", "ada", "2026-11-24T12:00:00Z")
    assert preset_json.loads(preset_json.dumps(preset)) == preset


def changed(change: Callable[[dict[str, Any]], Any]) -> str:
    document = json.loads(preset_json.dumps(Preset("mine", Slice())))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed(lambda d: d.update(version=2)), "newer program"),
        (changed(lambda d: d.update(command="rm")), "'command' is unknown"),
        (changed(lambda d: d["slice"].update(sql="1")), "'slice.sql' is unknown"),
        (changed(lambda d: d["slice"].update(by=["custmer"])), "unknown dimension"),
        (changed(lambda d: d["slice"].update(by="customer")), "is no list"),
        (changed(lambda d: d["slice"].update(top=0)), "is no count"),
        (changed(lambda d: d["slice"].update(basis="accrual")), "is none of"),
        (changed(lambda d: d["slice"].update(where=["x" * 201])), "longer than 200"),
        (changed(lambda d: d["slice"].update(by=["tag:a"] * 501)), "more than 500"),
        (changed(lambda d: d.update(name="../../etc/passwd")), "cannot name a preset"),
        (changed(lambda d: d.update(name="nul")), "cannot name a preset"),
        (changed(lambda d: d.update(format="other")), "is no preset"),
        ("[" * 100_000, "nested deeper"),
        ('{"a": ' * 20 + "1" + "}" * 20, "nested deeper"),
        ('{"format": "turbofinops.preset", "format": "x"}', "twice"),
        ('{"version": NaN}', "no number"),
        ("not json", "no JSON"),
    ],
)
def test_what_is_no_preset_is_refused_with_its_field(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        preset_json.loads(text, "x.json")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return make_session(tmp_path)


def make_session(root: Path, **options: Any) -> Session:
    return open_session(resolve(root=str(root / "root"), environ={}), NOW, **options)


def workspace(path: Path, level: str) -> Path:
    path.mkdir()
    roles = (
        f'[roles.finance]\nlevel = "{level}"\ngroup = "{os.getgid()}"',
        '[roles.other]\ngroup = "no-such-group"',
    )
    (path / "workspace.toml").write_text("\n".join(roles))
    return path


def test_saved_private_and_never_over_another(session: Session) -> None:
    entry = presets.save(session, "losers", LOSERS)
    assert (entry.visibility, stat.S_IMODE(entry.path.stat().st_mode)) == ("private", 0o600)
    presets.save(session, "losers", LOSERS)
    with pytest.raises(ConflictError, match="having"):
        presets.save(session, "losers", Slice())
    assert presets.save(session, "losers", Slice(), over=True).required().slice == Slice()
    with pytest.raises(NotFoundError) as missing:
        presets.shelf_of(session.paths, "").find("loosers")
    assert "did you mean 'losers'" in missing.value.line()


def test_an_import_lands_private_and_shows_what_it_changes(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "sent.json"
    file.write_text(preset_json.dumps(Preset("losers", LOSERS, author="mallory")))
    entry, lines = presets.import_file(session, file)
    assert entry.visibility == "private"
    assert lines == ["+ --having margin<0"]
    file.write_text(preset_json.dumps(Preset("losers", Slice())))
    with pytest.raises(ConflictError, match="already"):
        presets.import_file(session, file)
    assert presets.shelf_of(session.paths, "").find("losers").required().slice == LOSERS
    assert presets.import_file(session, file, "others")[0].name == "others"


def test_a_link_is_no_preset_file(session: Session, tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text(preset_json.dumps(Preset("losers", LOSERS)))
    link = tmp_path / "link.json"
    link.symlink_to(real)
    with pytest.raises(DataError, match="is a link"):
        presets.import_file(session, link)


def test_owners_promote_and_nobody_else(tmp_path: Path) -> None:
    viewer = make_session(tmp_path, workspace=str(workspace(tmp_path / "seen", "viewer")))
    presets.save(viewer, "losers", LOSERS)
    for to in ("team", "organization"):
        with pytest.raises(ReadOnlyError, match="only an owner"):
            presets.promote(viewer, "losers", to)
    owner = make_session(tmp_path, workspace=str(workspace(tmp_path / "led", "owner")))
    entry, notes = presets.promote(owner, "losers", "team")
    assert (entry.role, stat.S_IMODE(entry.path.stat().st_mode), notes) == ("finance", 0o640, [])
    assert stat.S_IMODE(entry.path.parent.stat().st_mode) == 0o2770
    presets.promote(owner, "losers", "organization")
    seen = presets.shelf_of(owner.paths, owner.workspace)
    assert [item.visibility for item in seen.entries()] == ["private", "team", "organization"]
    assert seen.find("team:losers").role == "finance"
    with pytest.raises(NotFoundError, match="not a role of yours"):
        presets.promote(owner, "losers", "team", "other")
    entry.path.parent.chmod(0o2777)
    assert any("written by everyone" in note for note in presets.promote(owner, "losers", "team")[1])


def test_every_change_is_in_the_audit(session: Session) -> None:
    presets.save(session, "losers", LOSERS)
    presets.delete(session, "losers")
    with session.store.read() as conn:
        rows = conn.execute("SELECT action, entity_id FROM audit WHERE entity = 'preset'").fetchall()
    assert rows == [("save preset", "losers"), ("delete preset", "losers")]


def test_a_read_only_session_changes_nothing(session: Session, tmp_path: Path) -> None:
    reader = make_session(tmp_path, read_only=True)
    with pytest.raises(ReadOnlyError):
        presets.save(reader, "losers", LOSERS)
    assert presets.shelf_of(session.paths, "").entries() == []


def test_names_that_mean_no_place(session: Session) -> None:
    with pytest.raises(UsageError, match="no visibility"):
        presets.shelf_of(session.paths, "").find("mine:losers")
