"""A draft of how spans are read shows what keeping it gives, as far as spans are kept; the rest it says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program
from tests.one_number.traces import COST_MAP, INTERNAL, Use, write_costs, write_spans
from tests.one_number.ways import open_on, slice_of
from turbofinops_tui.actions.drafts import Edit, adds
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.periods import parse_day
from turbofinops_tui.store.rule_rows import RouteRule

TODAY = "2026-03-05"
DAYS = ("2026-02-26", "2026-02-27")
SLICES = (
    ("--by", "customer,feature", "--measure", "cost,direct_cost,requests,self_time", "--period", "2026-02"),
    ("--by", "day,customer", "--measure", "cost,direct_cost", "--period", "2026-02"),
    ("--by", "week,feature", "--measure", "cost,margin", "--period", "2026-02"),
)
POOL = t.Link("pool", "trace", t.Match((("service", "EKS"),)), evidence=("api", "db"))
DRAFTS: dict[str, Sequence[Edit]] = {
    "a route": [adds(RouteRule("chat", "/chat", "chat"))],
    "a route link": [adds(t.Link("r", "feature", t.Match((("route", "GET /s*"),)), "", "search"))],
    "a trace link": [adds(t.Link("vip", "trace", t.Match((("trace", "*0000b"),)), "beta"))],
    "dated": [adds(t.Link("vip", "trace", t.Match((("trace", "*"),)), "beta", end=parse_day(DAYS[1])))],
}


def uses() -> list[Use]:
    """Traces with and without a customer, routed, labelled and with children."""
    return [
        use
        for number, day in enumerate(DAYS)
        for use in (
            Use(f"a{number}", f"1{number}", day, "api", 900, customer="acme", route="/chat"),
            Use(f"{number}0000b", f"2{number}", day, "api", 700, route="/search"),
            Use(f"{number}0000b", f"3{number}", day, "db", 300, parent=f"2{number}", kind=INTERNAL),
            Use(f"c{number}", f"4{number}", day, "api", 350, customer="gamma", feature="chat"),
        )
    ]


@pytest.fixture
def traced(tmp_path: Path) -> Program:
    """A pool that evidence splits, and spans of days that are still open."""
    program = Program(tmp_path / "root", TODAY)
    lines = [(day, f"{100 + 7 * n}.37", "EKS", "shared") for n, day in enumerate(DAYS)]
    costs = write_costs(tmp_path / "costs.csv", lines)
    (tmp_path / "customers.csv").write_text("customer\nacme\nbeta\n")
    program.call("import", "customers", tmp_path / "customers.csv")
    program.call("import", "costs", costs, "--source", "aws", *COST_MAP)
    program.call("import", "otlp", write_spans(tmp_path / "spans.jsonl", uses()))
    program.call("links", "add", "--kind", "trace", "--match", "service=EKS", "--evidence", "api", "db")
    return program


def rows(table: t.Table) -> dict[Any, tuple[t.Value, ...]]:
    return {row.key: row.values for row in table.rows}


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_of_reading_shows_what_keeping_it_gives(traced: Program, name: str) -> None:
    session = open_on(traced)
    reports = Reports(session)
    saved = [rows(reports.table(slice_of(traced, words))) for words in SLICES]
    reports.drafts.add(DRAFTS[name])
    asked = slice_of(traced, SLICES[0])
    moved = reports.difference(asked)
    drafted = [rows(reports.table(slice_of(traced, (*words, "--view", "draft")))) for words in SLICES]
    again = [rows(reports.table(slice_of(traced, words))) for words in SLICES]
    assert again == saved != drafted
    reports.drafts.keep()
    after = Reports(session)
    assert [rows(after.table(slice_of(traced, words))) for words in SLICES] == drafted
    assert not moved.notes
    if "trace" in name:
        assert {(item.source, item.target) for item in moved.moved} == {(None, "beta")}
    session.store.close()


def test_a_plan_of_keys_is_what_apply_gives(traced: Program, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("version: 1\nevidence: {customer_keys: [app.feature], routes: {/chat: talk}}\n")
    words = ("report", "--by", "customer", "--measure", "cost", "--period", "2026-02")
    before = {row["customer"]: row["cost"] for row in traced.json(*words)["rows"]}
    plan = traced.json("rules", "plan", file, code=3)
    traced.call("--yes", "rules", "apply", file)
    after = {row["customer"]: row["cost"] for row in traced.json(*words)["rows"]}
    assert set(before) == {"acme", "gamma", None}
    assert set(after) == {"chat", None}
    assert {item["from"] for item in plan["moved"]} == {"acme", "gamma"}
    assert {item["to"] for item in plan["moved"]} == {"chat", None}
    assert "notes" not in plan


def test_closed_days_are_said_to_stay(traced: Program, tmp_path: Path) -> None:
    later = Program(traced.root, "2026-03-20")
    file = tmp_path / "rules.yaml"
    file.write_text("version: 1\nevidence: {routes: {/chat: talk}}\n")
    words = ("report", "--by", "feature", "--measure", "cost", "--period", "2026-02")
    before = later.json(*words)["rows"]
    plan = later.json("rules", "plan", file, code=3)
    assert plan["moved"] == []
    assert plan["notes"] == [
        "2 days of traces have closed: the customers and features found there stay, also when this is kept,"
        " until `turbofinops db rebuild` reads the files again"
    ]
    assert plan["notes"][0] in later.call("rules", "plan", file, code=3)
    assert plan["notes"][0] in later.call("rules", "plan", file, "--format", "md", code=3)
    later.call("--yes", "rules", "apply", file)
    assert later.json(*words)["rows"] == before
