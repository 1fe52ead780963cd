"""``demo``: the words of interface.md, and the story that its business tells."""

from __future__ import annotations

import json
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program
from turbofinops_tui.actions.demo import build

TODAY = "2026-11-24"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, dict[str, Any]]:
    program = Program(tmp_path_factory.mktemp("demo") / "root", TODAY)
    answer = program.json("demo", "--customers", 120, "--months", 12, "--seed", 5, "--no-tui")
    return program, answer


def test_json_names_the_store_and_the_story(made: tuple[Program, dict[str, Any]]) -> None:
    program, answer = made
    assert set(answer) == {"store", "turned_cohort", "turned_on", "losers"}
    assert Path(answer["store"]) == program.root / "data" / "store.db"
    assert answer["turned_on"] == "2026-11-03"


def test_losers_are_the_customers_of_the_report(made: tuple[Program, dict[str, Any]]) -> None:
    program, answer = made
    rows = program.json(
        "report", "customers", "--period", "last-month", "--having", "margin<0", "--sort", "margin:asc"
    )["rows"]
    assert answer["losers"] == [row["customer"] for row in rows if row["customer"] is not None]
    assert 10 <= len(answer["losers"]) <= 36


def test_the_business_looks_healthy(made: tuple[Program, dict[str, Any]]) -> None:
    program, _ = made
    measures = "revenue,cost,margin_pct,coverage,direct_cost,shared_cost,opex_cost,tax,ai_share"
    answer = program.json("report", "--by", "month", "--measure", measures, "--period", "-3m")
    for row in answer["rows"]:
        assert 50 < Decimal(row["margin_pct"]) < 75
        assert 66 < Decimal(row["coverage"]) < 76
        shared = Decimal(row["shared_cost"]) / Decimal(row["cost"])
        assert Decimal("0.17") < shared < Decimal("0.27")
        assert Decimal(row["opex_cost"]) > 0
        assert Decimal(row["tax"]) > 0
    assert answer["unconverted"] == []


def test_the_cohort_turns_on_its_day_and_no_other_does(made: tuple[Program, dict[str, Any]]) -> None:
    program, answer = made
    days = program.json("report", "--by", "cohort,day", "--measure", "revenue,margin", "--period", "-42d")
    margins: dict[str, dict[str, Decimal]] = {}
    for row in days["rows"]:
        if row["cohort"] not in (None, "none") and row["day"] < "2026-11-22":
            margins.setdefault(row["cohort"], {})[row["day"]] = Decimal(row["margin"])
    turned = margins.pop(answer["turned_cohort"])
    for day, margin in turned.items():
        assert (margin < 0) == (day >= answer["turned_on"]), (day, margin)
    for cohort, found in margins.items():
        if cohort < "2026-11":  # a cohort of the running month is too young to judge
            assert sum(found.values()) > 0, cohort


def test_every_provider_and_currency_is_there(made: tuple[Program, dict[str, Any]]) -> None:
    program, _ = made
    answer = program.json("reconcile")
    assert answer["ok"] is True
    clouds = {"aws", "gcp", "azure", "openai", "anthropic", "datadog"}
    assert clouds <= {row["source"] for row in answer["rows"]}
    assert {"USD", "EUR"} <= {row["currency"] for row in answer["rows"]}
    assert any(Decimal(row["residual"]) for row in answer["rows"])


def test_no_customer_is_unconfirmed_and_none_is_missing(made: tuple[Program, dict[str, Any]]) -> None:
    program, _ = made
    rows = program.json("customers", "list")["rows"]
    assert len(rows) == 120
    assert all(row["confirmed"] for row in rows)
    assert {row["origin"] for row in rows} == {"import"}


def test_a_feature_drags(made: tuple[Program, dict[str, Any]]) -> None:
    program, _ = made
    words = ("--by", "feature", "--measure", "revenue,cost,margin", "--period", "last-month")
    rows = program.json("report", *words)["rows"]
    margins = {row["feature"]: Decimal(row["margin"]) for row in rows if row["margin"] is not None}
    assert margins["autopilot"] < 0 < margins["core"]


def test_a_place_that_holds_a_store_is_refused(made: tuple[Program, dict[str, Any]]) -> None:
    program, _ = made
    program.call("demo", "--customers", 2, "--months", 1, "--no-tui", code=1)


def test_without_a_place_it_goes_to_a_private_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    program = Program(tmp_path / "unused", TODAY)
    program.globals = []
    printed = program.call("demo", "--customers", 3, "--months", 1, "--no-tui")
    store = Path(printed.strip())
    assert store.is_file()
    top = next(path for path in store.parents if path.name.startswith("turbofinops-demo-"))
    assert stat.S_IMODE(top.stat().st_mode) == 0o700
    assert not (tmp_path / "unused").exists()
    kept = [path for path in top.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    build.throw_away(top)
    assert not top.exists()


@pytest.mark.parametrize("words", [("--customers", "0"), ("--months", "x"), ("--seed", "-1")])
def test_bad_sizes_are_usage_errors(tmp_path: Path, words: tuple[str, ...]) -> None:
    Program(tmp_path / "root", TODAY).call("demo", *words, "--no-tui", code=2)


@pytest.mark.parametrize(("customers", "months"), [(1, 1), (2, 2), (7, 3)])
def test_the_smallest_demos_work(tmp_path: Path, customers: int, months: int) -> None:
    program = Program(tmp_path / "root", "2026-03-01")
    answer = json.loads(
        program.call("demo", "--customers", customers, "--months", months, "--no-tui", "--format", "json")
    )
    assert Path(answer["store"]).is_file()
    assert program.json("reconcile")["ok"] is True
