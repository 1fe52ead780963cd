"""The store's own commands, over deliveries that real imports brought."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from turbofinops_tui.cli.main import run

HEADER = (
    "BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,"
    "SubAccountId,Tags\n"
)


def bill(path: Path, *costs: str) -> Path:
    line = '{0},{0},USD,Usage,2026-0{1}-05T00:00:00Z,EC2,111,"{{""customer"":""acme""}}"\n'
    rows = [line.format(cost, month) for month, cost in enumerate(costs, 1) if cost]
    path.write_text(HEADER + "".join(rows))
    return path


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
    return tmp_path / "root"


class Program:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.errors = ""

    def __call__(self, *words: str, code: int = 0) -> str:
        self.capsys.readouterr()
        found = run(list(words))
        said = self.capsys.readouterr()
        self.errors = said.err
        assert found == code, said
        return said.out

    def json(self, *words: str, code: int = 0) -> dict[str, object]:
        found: dict[str, object] = json.loads(self(*words, "--format", "json", code=code))
        return found


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


def totals(program: Program) -> dict[str, tuple[str, str]]:
    """Import id -> (state, effective total)."""
    rows = program.json("imports", "list")["rows"]
    assert isinstance(rows, list)
    return {str(row["id"]): (row["state"], row["totals"][-1]["total"]) for row in rows}


def books(program: Program) -> object:
    return program.json("report", "customers", "--period", "2026")["books"]


def test_removing_a_restatement_brings_the_earlier_delivery_back(program: Program, tmp_path: Path) -> None:
    program("import", "focus", str(bill(tmp_path / "one.csv", "10.5", "20")), "--source", "aws")
    before = books(program)
    program("import", "focus", str(bill(tmp_path / "two.csv", "", "25")), "--source", "aws")
    assert books(program) != before
    program("import", "focus", str(bill(tmp_path / "three.csv", "11")), "--source", "aws")
    assert totals(program) == {"1": ("replaced", "30.5"), "2": ("active", "25"), "3": ("active", "11")}
    program("imports", "remove", "2")
    assert totals(program) == {"1": ("active", "30.5"), "2": ("removed", "25"), "3": ("active", "11")}
    program("imports", "remove", "3")
    assert books(program) == before
    program("db", "check")
    program("imports", "remove", "3", code=1)
    assert "is removed" in program.errors
    program("imports", "remove", "9", code=1)


def test_what_cannot_be_read_again_is_named(program: Program, tmp_path: Path) -> None:
    one = bill(tmp_path / "one.csv", "10", "20")
    program("import", "focus", str(one), "--source", "aws")
    program("import", "focus", str(bill(tmp_path / "two.csv", "", "25")), "--source", "aws")
    one.unlink()
    program("imports", "remove", "2")
    assert "one.csv is gone" in program.errors
    done = program.json("db", "rebuild")
    missing = done["missing"]
    assert isinstance(missing, list)
    assert "import focus FILE --source aws" in missing[0]
    assert done["equal"] is True
    program("db", "check")


def test_kept_files_are_read_again_when_the_original_is_gone(
    program: Program, tmp_path: Path, root: Path
) -> None:
    one = bill(tmp_path / "one.csv", "10", "20")
    program("import", "focus", str(one), "--source", "aws", "--keep")
    one.unlink()
    before = books(program)
    done = program.json("db", "rebuild")
    assert (done["equal"], done["read_again"], done["missing"]) == (True, [1], [])
    assert books(program) == before
    assert [len(path.name) for path in (root / "data" / "received").iterdir()] == [64]


def test_backup_wipe_restore_gives_the_same_books(program: Program, tmp_path: Path, root: Path) -> None:
    program("import", "focus", str(bill(tmp_path / "one.csv", "10", "20")), "--source", "aws")
    program("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    before = program("report", "customers", "--period", "2026", "--format", "json")
    program("db", "backup", str(tmp_path / "copy.db"))
    program("links", "remove", "tag-customer")
    assert program("report", "customers", "--period", "2026", "--format", "json") != before
    for path in (root / "data").glob("store.db*"):
        path.unlink()
    assert program("db", "restore", str(tmp_path / "copy.db")).strip() == str(root / "data" / "store.db")
    assert program("report", "customers", "--period", "2026", "--format", "json") == before
    program("audit", "--verify")
    program("db", "check")


def test_a_damaged_or_newer_store_is_told_in_one_line(program: Program, root: Path) -> None:
    program("settings", "list")
    store = root / "data" / "store.db"
    for path in (root / "data").glob("store.db?*"):
        path.unlink()
    store.write_bytes(b"not a database at all " * 100)
    for words in (("db", "check"), ("report", "customers"), ("imports", "list"), ("audit",)):
        program(*words, code=1)
        assert program.errors.count("\n") == 1
        assert program.errors.startswith("error: ")
        assert "Traceback" not in program.errors


def test_settings_and_audit_on_the_command_line(program: Program) -> None:
    program("settings", "set", "currency", "eur")
    assert program("settings", "get", "currency") == "EUR\n"
    program("settings", "set", "currency", "euro", code=2)
    program("settings", "get", "colour", code=1)
    rows = program.json("audit", "--entity", "setting")["rows"]
    assert isinstance(rows, list)
    assert [(row["entity_id"], row["before"], row["after"]) for row in rows] == [
        ("currency", {"value": "USD"}, {"value": "EUR"})
    ]
    assert program.json("audit", "--verify")["ok"] is True


def test_forget_blanks_names_for_good_and_numbers_stay(program: Program, tmp_path: Path, root: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "customer,name,plan,email\nacme,Jane Roe,pro,jane@roe.example\nbeta,Beta,pro,b@beta.example\n"
    )
    program("import", "customers", str(people))
    program("import", "focus", str(bill(tmp_path / "one.csv", "10")), "--source", "aws")
    program("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    before = program.json("report", "customers", "--period", "2026")["rows"]
    assert program("forget", "ACME").strip() == "acme"
    assert "people.csv" in program.errors
    assert program.json("report", "customers", "--period", "2026")["rows"] == before
    shown = program.json("customers", "show", "acme")
    assert (shown["name"], shown["attributes"], shown["plan"], shown["forgotten"]) == ("", {}, "pro", True)
    program("import", "customers", str(people))
    assert program.json("customers", "show", "acme")["name"] == ""
    assert program.json("customers", "show", "beta")["name"] == "Beta"
    program("audit", "--verify")
    assert "Jane" not in program("audit")
    for path in (root / "data").glob("store.db*"):
        assert b"Jane Roe" not in path.read_bytes(), path.name
        assert b"jane@roe" not in path.read_bytes(), path.name


def test_read_only_sessions_change_nothing(program: Program) -> None:
    program("settings", "list")
    program("--read-only", "settings", "set", "currency", "EUR", code=1)
    program("--read-only", "db", "restore", "x", code=1)
    assert program("settings", "get", "currency") == "USD\n"
