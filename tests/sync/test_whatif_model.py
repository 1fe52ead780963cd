"""Another model in a what-if: the tokens that a customer used, at the price of the model in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from turbofinops_tui.cli.main import run

PRICES = """version: 1
prices:
  - {provider: openai, model: big, class: input, per_million: "10", currency: USD}
  - {provider: openai, model: big, class: output, per_million: "40", currency: USD}
  - {provider: openai, model: small, class: input, per_million: "1", currency: USD}
  - {provider: openai, model: small, class: output, per_million: "4", currency: USD}
  - {provider: openai, model: half, class: input, per_million: "1", currency: USD}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten calls of ``big`` in October, half of them by ``acme``; nothing else."""
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-20")
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    rules = tmp_path / "rules.yaml"
    rules.write_text(PRICES, encoding="utf-8")
    assert run(["--yes", "rules", "apply", str(rules)]) == 0
    people = tmp_path / "people.csv"
    people.write_text("customer\nacme\nglobex\n", encoding="utf-8")
    assert run(["import", "customers", str(people)]) == 0
    rows = [
        {
            "id": f"c{number}", "at": f"2026-10-{number + 10}T10:00:00Z",
            "customer": ("acme", "globex")[number % 2], "provider": "openai", "model": "big",
            "input_tokens": 1_000_000, "output_tokens": 100_000,
        }
        for number in range(10)
    ]  # fmt: skip
    calls = tmp_path / "calls.jsonl"
    calls.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(["import", "meter", str(calls)]) == 0
    return tmp_path


def replay(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert run(["whatif", "--customer", "acme", "--period", "2026-10", "--format", "json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_another_model_costs_its_own_price_for_the_same_tokens(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = replay(capsys, "--model", "big=small")
    assert found["totals"]["now"]["cost"] == "70.00"  # 5 x (10 + 4)
    assert found["totals"]["then"]["cost"] == "7.00"
    assert found["totals"]["change"] == found["everybody"]["change"] == "63.00"
    assert "the prices of small" in found["notes"][0]


def test_a_model_that_nobody_used_yet_has_the_price_of_the_list(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = replay(capsys, "--model", "big=gpt-4o-mini")
    assert found["totals"]["then"]["cost"] == "1.05"  # 5 x (0.15 + 0.06)


def test_a_cap_of_calls_ends_on_the_day_it_is_reached(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = replay(capsys, "--cap", "calls=2")
    assert found["totals"]["then"]["cost"] == "28.00"
    assert replay(capsys, "--cap", "input_tokens=2500000")["totals"]["then"]["cost"] == "35.00"


def test_a_class_without_a_price_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["whatif", "--customer", "acme", "--period", "2026-10", "--model", "big=half"]) == 4
    assert "no price of half for output tokens" in capsys.readouterr().err
