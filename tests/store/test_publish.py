"""Published books: verified, read by others, changed under nobody (issue of two users on one host)."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from turbofinops_tui.actions.publishing import placed, publish
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.types import ClassRule, Link, Match, Slice
from turbofinops_tui.errors import ReadOnlyError, StoreError
from turbofinops_tui.files import report_json
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.drafts import adds

NOW = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
ROWS = (
    "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,Tags\n"
    '10.5,USD,Usage,2026-10-02T00:00:00Z,EC2,"{""customer"": ""acme"", ""env"": ""ci""}"\n'
    '4.25,USD,Usage,2026-10-03T00:00:00Z,S3,"{""customer"": ""bolt""}"\n'
)


@pytest.fixture
def owner(tmp_path: Path) -> Session:
    from turbofinops_tui.actions.imports import import_focus

    session = open_session(resolve(root=str(tmp_path / "owner"), environ={}), NOW)
    file = tmp_path / "cost.csv"
    file.write_text(ROWS)
    import_focus(session, [file], source="aws")
    with session.store.write("link") as txn:
        from turbofinops_tui.actions.links import register_named
        from turbofinops_tui.store.rules import save_rule

        save_rule(txn, Link("tagged", "tag", Match((("tag:customer", "*"),)), "{value}"))
        register_named(txn)
    return session


@pytest.fixture
def team(tmp_path: Path) -> Path:
    path = tmp_path / "team"
    path.mkdir()
    path.chmod(0o755)
    return path


def reader(tmp_path: Path, team: Path) -> Session:
    paths, books = placed(resolve(root=str(tmp_path / "reader"), environ={}), str(team))
    assert books
    return open_session(paths, NOW, workspace=str(team), published=True)


def test_a_reader_sees_the_same_cells_and_changes_nothing(owner: Session, team: Path, tmp_path: Path) -> None:
    found = publish(owner, team)
    assert stat.S_IMODE((team / found.file).stat().st_mode) == 0o644
    other = reader(tmp_path, team)
    asked = Slice(by=("customer", "month"))
    assert report_json.dumps(Reports(other).table(asked)) == report_json.dumps(Reports(owner).table(asked))
    with pytest.raises(ReadOnlyError) as refused, other.store.write("rule"):
        pass
    assert "published books" in refused.value.line()


def test_a_readers_draft_is_the_own_and_becomes_a_file(owner: Session, team: Path, tmp_path: Path) -> None:
    from turbofinops_tui.actions.rules_files import export_text

    publish(owner, team)
    reports = Reports(reader(tmp_path, team))
    rule = ClassRule("ci", Match((("tag:env", "ci"),)), "opex", "ci")
    reports.drafts.add([adds(rule)])
    assert "id: ci" in export_text(reports.session, draft=True)
    assert "id: ci" not in export_text(reports.session)
    assert Reports(reader(tmp_path, team)).drafts.load() is not None
    assert Reports(owner).drafts.load() is None
    with pytest.raises(ReadOnlyError):
        reports.drafts.keep()


def test_a_publish_changes_nothing_under_a_reader(owner: Session, team: Path, tmp_path: Path) -> None:
    publish(owner, team)
    other = reader(tmp_path, team)
    before = report_json.dumps(Reports(other).table(Slice()))
    with owner.store.write("rule") as txn:
        from turbofinops_tui.store.rules import delete_rule

        delete_rule(txn, "links", "tagged")
    for _ in range(4):
        publish(owner, team)
    assert report_json.dumps(Reports(other).table(Slice())) == before
    assert report_json.dumps(Reports(reader(tmp_path, team)).table(Slice())) != before
    assert len(list(team.glob("books-*.db"))) == 3, "the newest two and the one that is read"


def test_the_publishers_draft_stays_home(owner: Session, team: Path, tmp_path: Path) -> None:
    Reports(owner).drafts.add([adds(ClassRule("secretplan", Match((("tag:env", "ci"),)), "opex", "ci"))])
    found = publish(owner, team)
    assert Reports(reader(tmp_path, team)).drafts.load() is None
    assert b"secretplan" not in (team / found.file).read_bytes()


def test_the_publisher_works_on_the_own_store(owner: Session, team: Path) -> None:
    publish(owner, team)
    assert placed(owner.paths, str(team)) == (owner.paths, "")


def test_books_that_do_not_hold_are_not_published(owner: Session, team: Path) -> None:
    publish(owner, team)
    pointer = (team / "published.json").read_text()
    with owner.store.write("damage") as txn:
        txn.conn.execute("UPDATE cost_daily SET effective = effective + 1")
    with pytest.raises(StoreError, match="do not hold"):
        publish(owner, team)
    assert (team / "published.json").read_text() == pointer
    assert len(list(team.iterdir())) == 2


@pytest.fixture
def in_group_60() -> Iterator[None]:
    """Root with the group of the team's role among its groups."""
    groups = os.getgroups()
    os.setgroups([*groups, 60])
    yield
    os.setgroups(groups)


@pytest.mark.usefixtures("in_group_60")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two other users")
def test_two_users_of_one_host(
    owner: Session, team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A team preset opens for the same group alone; both users see the same cells of the same books."""
    (team / "workspace.toml").write_text('[roles.finance]\nlevel = "owner"\ngroup = "60"\n')
    (team / "workspace.toml").chmod(0o644)
    (team / "presets").mkdir()
    (team / "presets").chmod(0o755)
    (team / "presets" / "team-finance").mkdir()
    shutil.chown(team / "presets" / "team-finance", 0, 60)
    (team / "presets" / "team-finance").chmod(0o2770)
    publish(owner, team)
    let_pass(tmp_path)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
    listed = ("presets", "list", "--format", "json")
    cells, seen = {}, {}
    for user, group in ((0, 60), (60001, 60), (60002, 100)):
        home = tmp_path / f"home{user}"
        home.mkdir()
        os.chown(home, user, user)
        run = ("--root", str(home), "--workspace", str(team))
        cells[user] = acting(user, group, *run, "report", "--by", "customer,month", "--format", "json")
        acting(user, group, *run, "presets", "save", "mine", "--by", "cohort")
        if group != 100:
            acting(user, group, *run, "--yes", "presets", "promote", "mine", "--to", "team")
        found = json.loads(acting(user, group, *run, *listed))
        seen[user] = [(item["name"], item["visibility"]) for item in found]
        assert stat.S_IMODE((home / "data" / "presets").stat().st_mode) == 0o700
    assert '"bolt"' in cells[0]
    assert cells[0] == cells[60001] == cells[60002]
    assert seen[60001] == [("mine", "private"), ("mine", "team")]
    assert seen[60002] == [("mine", "private")]
    path = team / "presets" / "team-finance" / "mine.tfpreset.json"
    assert acting(
        60001, 60, "--root", str(tmp_path / "home60001"), "presets", "import", str(path), "--name", "a"
    )
    with pytest.raises(AssertionError, match="Permission denied"):
        acting(
            60002, 100, "--root", str(tmp_path / "home60002"), "presets", "import", str(path), "--name", "a"
        )


def let_pass(path: Path) -> None:
    """Let other users walk to ``path`` (directories made for tests are closed)."""
    for parent in (path, *path.parents):
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)


def acting(user: int, group: int, *words: str) -> str:
    """What the program prints for ``words``, asked by that user; AssertionError with its error.

    Others than root act in a fork, not in a new process: the interpreter may lie where they cannot read.
    What a command imports is therefore loaded by root, who asks first.
    """
    from turbofinops_tui.cli import main

    out, err = io.StringIO(), io.StringIO()
    if user == 0:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            assert main.run(list(words)) == 0, err.getvalue()
        return out.getvalue()
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            os.setgroups([group])
            os.setgid(group)
            os.setuid(user)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main.run(list(words))
            said.write(out.getvalue() if code == 0 else err.getvalue())
            said.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        text = said.read()
    assert status == 0, text
    return text
