"""``explain`` under a draft: parts add up to the cell of every view, rows lead back to the same owners."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Failed, Program
from tests.one_number.traces import COST_MAP, Use, write_costs, write_spans
from tests.one_number.ways import open_on
from tests.tui.driving import press, settle
from turbofinops_tui.actions.drafts import Edit, adds
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.cli.context import Context
from turbofinops_tui.clock import from_environment
from turbofinops_tui.economics import types as t
from turbofinops_tui.paths import resolve

DAYS = ("2026-01-31", "2026-02-01")
PERIOD = ("--period", "2026-01..2026-02")
VIEWS = ("saved", "draft", "difference")
WHO = ("acme", "beta", "newco", "(unattributed)")
LINES = [
    (day, amount, service, cluster)
    for day in DAYS
    for amount, service, cluster in (
        ("10.01", "EKS", "shared"), ("4", "S3", "acme"), ("3.5", "SQS", "newco"), ("7", "RDS", ""),
    )
]  # fmt: skip


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A bill, revenue and spans; a draft that names, divides, spreads and moves an identity."""
    program = Program(tmp_path / "root", "2026-03-05")
    (tmp_path / "customers.csv").write_text("customer\nacme\nbeta\n")
    program.call("import", "customers", tmp_path / "customers.csv")
    program.call("import", "costs", write_costs(tmp_path / "c.csv", LINES), "--source", "aws", *COST_MAP)
    (tmp_path / "r.csv").write_text(
        "id,customer,kind,amount,currency,occurred_at\n1,acme,one_time,9.37,USD,2026-02-01\n"
        "2,b-1,one_time,5,USD,2026-02-01\n"
    )
    program.call("import", "revenue", tmp_path / "r.csv", "--source", "billing")
    uses = [
        Use(f"{n:x}", "1", DAYS[n % 2], "api", 10 + n, customer="acme" if n % 3 else "beta") for n in range(6)
    ]
    program.call("import", "otlp", write_spans(tmp_path / "s.jsonl", uses))
    program.call("links", "add", "--kind", "tag", "--match", "tag:cluster=acme", "--customer", "acme")
    program.call("shared", "add", "--match", "service=RDS", "--method", "even", "--name", "rest")
    session = open_on(program)
    Reports(session).drafts.add(
        [
            adds(t.Link("own", "tag", t.Match((("tag:cluster", "*"),)), "{value}", percent=Decimal(60))),
            adds(t.Link("pool", "trace", t.Match((("service", "EKS"),)), evidence=("api",))),
            Edit("disable", "shared", "rest"),
            Edit("remove", "links", "tag-cluster-acme"),
        ]
    )
    session.store.close()
    return program


def cell(program: Program, who: str, measure: str, view: str) -> Any:
    """What the report says of one customer; None without a row."""
    rows = program.json("report", "--by", "customer", "--measure", measure, *PERIOD, "--view", view)["rows"]
    name = None if who == "(unattributed)" else who
    return next((row[measure] for row in rows if row["customer"] == name), None)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("measure", ["margin", "cost"])
def test_parts_add_up_to_the_cell_of_the_view(program: Program, view: str, measure: str) -> None:
    several = 0
    for who in WHO:
        words = ("explain", "--customer", who, "--measure", measure, *PERIOD, "--view", view)
        try:
            told = program.json(*words)
        except Failed:
            assert (who, view) == ("newco", "saved")  # only the draft's template names it
            continue
        shown = cell(program, who, measure, view)
        parts = told["parts"]
        several += len(parts) > 1
        assert told["value"] == (shown or told["value"])
        assert sum((Decimal(part["amount"]) for part in parts), Decimal(0)) == Decimal(told["value"]), who
        assert all(part["rows"] for part in parts), who
    assert several


def test_rows_lead_back_to_the_owners_of_every_view(program: Program) -> None:
    for view in VIEWS:
        owned: dict[Any, Decimal] = {}
        lines = program.json(
            "explain", "--customer", "(unattributed)", "--measure", "cost", *PERIOD, "--view", "saved"
        )
        file = lines["parts"][0]["rows"][0]["file"]
        for line in range(2, 2 + len(LINES)):
            told = program.json("explain", "--row", f"aws:{file}:{line}", "--view", view)
            parts = told["parts"]
            assert sum((Decimal(part["amount"]) for part in parts), Decimal(0)) == Decimal(told["value"])
            for part in parts:
                owned[part["customer"]] = owned.get(part["customer"], Decimal(0)) + Decimal(part["amount"])
        for who in WHO:
            name = None if who == "(unattributed)" else who
            shown = cell(program, who, "cost", view)
            assert owned.get(name, Decimal(0)) == Decimal(shown or 0), (view, who)


def test_the_difference_says_both_reasons_and_a_view_needs_a_draft(program: Program) -> None:
    told = program.json("explain", "--customer", "acme", "--measure", "cost", *PERIOD, "--view", "difference")
    assert told["formula"].startswith("change of cost = draft ")
    whys = {part["link"]: part["why"] for part in told["parts"]}
    assert whys["rest"].startswith("draft: nothing; saved: ")
    assert whys["pool"].startswith("draft: trace link `pool` won")
    session = open_on(program)
    Reports(session).drafts.discard()
    session.store.close()
    program.call("explain", "--customer", "acme", *PERIOD, "--view", "draft", code=2)


async def test_the_row_on_screen_is_carried_as_the_command_line_says(program: Program) -> None:
    clock = from_environment({"TURBOFINOPS_TODAY": program.today})
    context = Context(resolve(root=str(program.root), environ={}), clock)
    row = f"aws:{program.root.parent / 'c.csv'}:2"
    app = TurboApp(context, screen="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.drill("explain_row", app.desk.slice(("customer",), ("cost",)), row)
        for view in VIEWS:
            while app.desk.scope.view != view:
                await press(pilot, "v")
            await settle(pilot)
            screen: Any = app.screen
            shown = {(p.customer, p.link): p.amount for _, p in screen.parts.model.rows}
            told = program.json("explain", "--row", row, "--view", view)["parts"]
            assert shown == {(p["customer"], p["link"]): int(Decimal(p["amount"]) * 10**9) for p in told}
            assert shown
