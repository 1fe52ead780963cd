"""Findings from the command line: found by the evaluator, planned, done, judged four weeks later, audited."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from turbofinops_tui.cli.main import run

BILL = "2026-{month:02d}-{day:02d},{cost},USD,aws,compute,{customer}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two customers: ``deep`` pays 100 a month and costs 10 a day from September on, ``fine`` costs 1."""
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-10-20")
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    bring(tmp_path, 10, 9, 10)
    rows = [
        f"r{month}-{name},{name},subscription,{amount},USD,{day},{day},2026-{month + 1:02d}-01"
        for month in range(8, 12)
        for day in [f"2026-{month:02d}-01"]
        for name, amount in (("deep", 100), ("fine", 310))
    ]
    head = "id,customer,kind,amount,currency,occurred_at,period_start,period_end"
    revenue = tmp_path / "revenue.csv"
    revenue.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    assert run(["import", "revenue", str(revenue), "--source", "crm"]) == 0
    words = ["--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}"]
    assert run(["links", "add", *words]) == 0
    return tmp_path


def bring(folder: Path, cost: int, first: int, last: int) -> None:
    """Bills of whole months, ``deep`` at ``cost`` a day."""
    lines = [
        BILL.format(month=month, day=day, cost=amount, customer=name)
        for month in range(first, last + 1)
        for day in range(1, 31)
        for name, amount in (("deep", cost), ("fine", 1))
    ]
    lines += [BILL.format(month=first, day=3, cost=7, customer="")]
    path = folder / "bill.csv"
    path.write_text(
        "\n".join(["day,cost,currency,provider,service,customer", *lines]) + "\n", encoding="utf-8"
    )
    names = ("day", "cost", "currency", "provider", "service", "tag:customer")
    words = [word for name in names for word in ("--map", f"{name}={name.removeprefix('tag:')}")]
    assert run(["--yes", "import", "costs", str(path), "--source", "bills", *words]) == 0


def called(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert run([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def loss(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    found = called(capsys, "findings", "list", *words)["findings"]
    return next(item for item in found if (item["kind"], item["key"]) == ("customer", "deep"))


def test_a_loss_is_found_with_its_money_and_remedies_that_the_replay_confirms(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = loss(capsys)
    assert (item["amount"], item["state"], item["since"]) == ("200.00", "open", "2026-09")
    shown = called(capsys, "findings", "show", item["id"])
    price = next(one for one in shown["remedies"] if one["kind"] == "price")
    assert price["text"] == "price 375 USD a month"  # 300 of cost at the healthy floor of 20 %
    assert (price["gain"], price["margin"]) == ("275.00", "75.00")
    words = price["command"].split()
    replay = called(capsys, *words, "--period", "last-month")
    assert replay["totals"]["change"] == price["gain"]
    assert replay["totals"]["then"]["margin"] == price["margin"]
    kinds = {found["kind"] for found in called(capsys, "findings", "list")["findings"]}
    assert kinds == {"customer", "unattributed"}


@pytest.mark.parametrize(("cost", "state"), [(2, "worked"), (9, "no effect"), (14, "worse")])
def test_what_was_done_is_judged_after_four_weeks_by_the_evaluator(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, cost: int, state: str
) -> None:
    ident = loss(capsys)["id"]
    planned = called(capsys, "findings", "plan", ident[:6], "--owner", "ana", "--due", "2026-11-01")
    assert (planned["state"], planned["owner"], planned["due"]) == ("planned", "ana", "2026-11-01")
    assert (planned["plan"]["expected"], planned["plan"]["gain"]) == ("75.00", "275.00")
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-10-31")
    assert called(capsys, "findings", "done", ident)["state"] == "done"
    bring(home, cost, 11, 12)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-27")
    assert loss(capsys, "--all", "--period", "2026-09")["state"] == "done"
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-12-08")
    item = loss(capsys, "--all", "--period", "2026-09")
    assert item["state"] == state
    before, after, change = (Decimal(item["outcome"][name]) for name in ("before", "after", "change"))
    assert after - before == change
    again = called(capsys, "findings", "show", ident)
    assert [step["step"] for step in again["steps"]] == ["plan finding", "done finding", "judge finding"]
    capsys.readouterr()
    assert run(["audit", "--verify"]) == 0
    assert run(["findings", "show", ident, "--format", "md"]) == 0
    assert f"## Outcome: {state}" in capsys.readouterr().out


def test_accepting_ends_on_its_day_and_undone_steps_are_refused(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ident = loss(capsys)["id"]
    assert run(["findings", "done", ident]) == 1
    assert run(["findings", "accept", ident, "--due", "2026-10-01"]) == 2
    assert run(["findings", "accept", ident, "--due", "2026-11-01", "--note", "big logo"]) == 0
    assert ident not in [item["id"] for item in called(capsys, "findings", "list")["findings"]]
    assert loss(capsys, "--all")["state"] == "accepted"
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-01")
    item = loss(capsys, "--period", "2026-09")
    assert (item["state"], item["note"]) == ("open", "big logo")
    assert run(["findings", "show", "zz"]) == 1
    assert run(["--read-only", "findings", "ack", ident]) == 1


def test_what_the_facts_cannot_tell_is_refused_as_missing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["whatif", "--customer", "deep", "--model", "big=small"]) == 4
    assert "no cost of model big" in capsys.readouterr().err
