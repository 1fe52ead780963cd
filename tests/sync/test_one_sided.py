"""Cost without revenue: nobody loses money then; later, the references that one side alone knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from turbofinops_tui.cli.main import run

HEAD = "id,customer,kind,amount,currency,occurred_at"
MAPPING = ("day=day", "currency=currency", "cost=cost", "tag:customer=who")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """October's cost of acme 30, bolt 20, and 10 of nobody; a template link on the tag."""
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    bill = tmp_path / "bill.csv"
    rows = ("30,acme", "20,bolt", "10,")
    bill.write_text("day,currency,cost,who\n" + "".join(f"2026-10-05,USD,{row}\n" for row in rows), "utf-8")
    words = [word for name in MAPPING for word in ("--map", name)]
    assert run(["import", "costs", str(bill), "--source", "bill", *words]) == 0
    link = ["--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}"]
    assert run(["links", "add", *link]) == 0
    return tmp_path


def found(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """kind -> finding."""
    capsys.readouterr()
    assert run(["findings", "list", "--format", "json"]) == 0
    return {item["kind"]: item for item in json.loads(capsys.readouterr().out)["findings"]}


def pays(folder: Path, *rows: str) -> None:
    path = folder / "paid.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    assert run(["import", "revenue", str(path), "--source", "crm"]) == 0


def test_without_any_revenue_nobody_loses_money(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = found(capsys)
    assert not {"customer", "cohort", "feature"} & set(items)
    assert items["no revenue"]["amount"] == "50.00"
    assert items["unattributed"]["amount"] == "10.00"
    capsys.readouterr()
    assert run(["findings", "show", items["no revenue"]["id"]]) == 0
    assert "import revenue FILE" in capsys.readouterr().out


def test_revenue_of_another_month_is_enough_to_lose_money(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pays(home, "1,acme,one_time,5,USD,2026-09-05")
    items = found(capsys)
    assert "no revenue" not in items
    assert items["customer"]["what"] in ("acme loses money", "bolt loses money")


def test_names_that_one_side_alone_knows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pays(home, "1,acme,one_time,99,USD,2026-10-05", "2,globex,one_time,7,USD,2026-10-05")
    items = found(capsys)
    assert items["revenue without cost"]["amount"] == "7.00"
    assert items["revenue without cost"]["detail"] == "1: globex"
    assert items["cost without revenue"]["amount"] == "20.00"
    assert items["cost without revenue"]["detail"] == "1: bolt"
    assert run(["identities", "add", "globex", "tag:customer=bolt"]) == 0
    assert not {"revenue without cost", "cost without revenue"} & set(found(capsys))
