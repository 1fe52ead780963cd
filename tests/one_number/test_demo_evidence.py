"""The demo's AI bills against its priced evidence, and the cluster that traces alone can divide."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program

CENT = Decimal("0.01")
MODEL = "ft:gpt-4.1-mini:demo"


def metered(root: Path) -> Iterator[dict[str, Any]]:
    """The meter rows as the application wrote them."""
    with gzip.open(root / "data" / "demo-files" / "meter.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def prices(program: Program) -> dict[tuple[str, str], dict[str, Decimal]]:
    """(model, class) -> first day -> dollars a million tokens."""
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for rule in program.json("prices", "list")["rules"]:
        of_class = found.setdefault((rule["model"], rule["class"]), {})
        of_class[rule["from"] or ""] = Decimal(rule["per_million"])
    return found


def worth(row: dict[str, Any], rates: dict[tuple[str, str], dict[str, Decimal]]) -> Decimal:
    """A meter row at the price of its day."""
    total = Decimal(0)
    for name in ("input", "cache_read", "cache_write", "output"):
        if tokens := row[f"{name}_tokens"]:
            dated = rates[row["model"], name]
            total += tokens * dated[max(day for day in dated if day <= row["at"][:10])] / 10**6
    return total


@pytest.fixture
def edited(demo: Program, tmp_path: Path) -> Program:
    shutil.copytree(demo.root, tmp_path / "root")
    return Program(tmp_path / "root", demo.today)


def test_priced_evidence_is_nine_tenths_of_every_ai_bill(demo: Program) -> None:
    rates, sums = prices(demo), dict[tuple[str, str], Decimal]()
    for row in metered(demo.root):
        key = row["provider"], row["at"][:7]
        sums[key] = sums.get(key, Decimal(0)) + worth(row, rates)
    rows = demo.json("evidence", "bills")["rows"]
    assert {(row["provider"], row["month"]) for row in rows} == set(sums)
    for row in rows:
        told = sums[row["provider"], row["month"]]
        assert Decimal(row["priced"]) == told
        assert abs(Decimal(row["explained"]) - told) < CENT
        assert Decimal(row["bill"]) == Decimal(row["explained"]) + Decimal(row["left"])
        assert 88 < Decimal(row["coverage"]) < 92


def test_what_is_explained_is_what_customers_carry(demo: Program) -> None:
    told = {(row["provider"], row["month"]): row for row in demo.json("evidence", "bills")["rows"]}
    months = sorted(month for _, month in told)
    words = ("--by", "provider,month", "--measure", "cost,direct_cost", "--period")
    rows = demo.json("report", *words, f"{months[0]}..{months[-1]}")["rows"]
    carried = {(row["provider"], row["month"]): row for row in rows}
    for key, row in told.items():
        assert abs(Decimal(carried[key]["cost"]) - Decimal(row["bill"])) < CENT
        assert abs(Decimal(carried[key]["direct_cost"]) - Decimal(row["explained"])) < CENT


def test_no_bill_names_a_customer_and_no_rule_does_either(edited: Program) -> None:
    for delivery in edited.json("imports", "list")["rows"]:
        if delivery["kind"] == "meter":
            edited.call("--yes", "imports", "remove", delivery["id"])
    for provider in ("openai", "anthropic"):
        words = ("--measure", "direct_cost", "--where", f"provider={provider}", "--period", "last-month")
        assert Decimal(edited.json("report", "customers", *words)["totals"]["direct_cost"]) == 0


def test_a_model_without_its_price_is_a_finding_and_a_gap(edited: Program) -> None:
    before = {(row["provider"], row["month"]): row for row in edited.json("evidence", "bills")["rows"]}
    tokens = sum(
        row[name]
        for row in metered(edited.root)
        if row["model"] == MODEL
        for name in ("input_tokens", "output_tokens")
    )
    file = edited.root / "rules.yaml"
    edited.call("rules", "export", file)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if MODEL not in line]
    assert len(lines) - len(kept) == 2
    file.write_text("".join(kept), encoding="utf-8")
    edited.call("--yes", "rules", "apply", file)
    edited.call("--yes", "prices", "reprice")
    (finding,) = edited.json("prices", "check")["unpriced"]
    assert (finding["provider"], finding["model"]) == ("openai", MODEL)
    assert finding["tokens"] == tokens
    assert Decimal(finding["amount"]) > 0
    after = {(row["provider"], row["month"]): row for row in edited.json("evidence", "bills")["rows"]}
    for provider, fell in (("openai", True), ("anthropic", False)):
        was, now = (
            sum(Decimal(row["priced"]) for key, row in rows.items() if key[0] == provider)
            for rows in (before, after)
        )
        assert (now < was * Decimal("0.9")) is fell
        assert now <= was


def test_traces_alone_divide_the_shared_cluster(edited: Program) -> None:
    words = ("--by", "customer,feature", "--measure", "cost,direct_cost", "--where", "tag:cluster=mesh")
    rows = edited.json("report", *words, "--period", "last-month")["rows"]
    owned = [row for row in rows if row["customer"] is not None]
    assert len({row["customer"] for row in owned}) > 5
    assert {row["feature"] for row in owned} == {"search", "core"}
    whole = sum(Decimal(row["cost"]) for row in rows)
    direct = sum(Decimal(row["direct_cost"]) for row in rows)
    assert Decimal("0.9") < direct / whole < 1  # health checks are nobody's
    assert edited.json("reconcile")["ok"] is True
    for delivery in edited.json("imports", "list")["rows"]:
        if delivery["kind"] == "otlp":
            edited.call("--yes", "imports", "remove", delivery["id"])
    rows = edited.json("report", *words, "--period", "last-month")["rows"]
    assert [row["customer"] for row in rows] == [None]
    assert sum(Decimal(row["cost"]) for row in rows) == whole
