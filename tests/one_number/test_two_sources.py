"""One dollar, one source: two bills of one account, marketplaces, and the findings of what is left out."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program

TODAY = "2026-11-24"
HEADER = (
    "ProviderName,SubAccountId,ServiceName,ServiceCategory,ChargeCategory,BilledCost,EffectiveCost,"
    "BillingCurrency,ChargePeriodStart,BillingPeriodStart,x_Model,ConsumedUnit,ConsumedQuantity\n"
)
AI = "AI and Machine Learning"
Row = tuple[str, str, str]
"""(day, cost, account)"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A store of its own."""
    return Program(tmp_path / "root", TODAY)


def bring(
    program: Program,
    source: str,
    rows: Iterable[Row],
    *,
    provider: str = "OpenAI",
    service: str = "API",
    category: str = AI,
    model: str = "",
    charge: str = "Usage",
    unit: tuple[str, str] = ("", ""),
) -> None:
    """Import a FOCUS bill of one provider and service as a source."""
    lines = [
        f"{provider},{account},{service},{category},{charge},{cost},{cost},USD,{day}T00:00:00Z,"
        f"{day[:7]}-01T00:00:00Z,{model},{unit[0]},{unit[1]}\n"
        for day, cost, account in rows
    ]
    path = program.root.parent / f"{source}.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    program.call("--yes", "import", "focus", path, "--source", source)


def cost(program: Program, by: str = "source", period: str = "2026-11") -> dict[Any, Decimal]:
    """Cost by one dimension, without zeros."""
    rows = program.json("report", "--by", by, "--measure", "cost", "--period", period)["rows"]
    return {row[by]: Decimal(row["cost"]) for row in rows if Decimal(row["cost"])}


def found(program: Program, kind: str) -> list[dict[str, Any]]:
    """Findings of a kind as ``findings list`` tells them."""
    rows: list[dict[str, Any]] = program.json("findings", "list")["findings"]
    return [row for row in rows if row["kind"] == kind]


def test_two_bills_of_one_account_count_once_on_the_days_of_both(program: Program) -> None:
    bring(
        program,
        "invoice",
        [("2026-11-01", "11", "p1"), ("2026-11-02", "12", "p1"), ("2026-11-02", "5", "p2")],
    )
    before = cost(program)
    api = [("2026-11-02", "10", "p1"), ("2026-11-03", "20", "p1"), ("2026-11-03", "0.5", "p3")]
    bring(program, "api", api, model="gpt-4o")
    assert before == {"invoice": 28}
    assert cost(program) == {"invoice": 16, "api": Decimal("30.5")}
    assert program.json("reconcile")["ok"]
    (item,) = found(program, "cost_of_two_sources")
    assert (item["source"], item["amount"], item["currency"]) == ("invoice", "12.00", "USD")
    assert item["since"] == "2026-11-02"
    report = program.json("report", "--by", "source", "--measure", "cost", "--period", "2026-11")
    assert report["warnings"] == ["12.00 USD of invoice is left out: another source tells it too"]
    explained = program.json("explain", "--row", "invoice:invoice.csv:3", "--period", "2026-11")
    assert explained["value"] == "0.00"
    assert explained["formula"].endswith("is left out: api tells it too")
    (left,) = program.json("prices", "check")["overlap"]
    assert (left["source"], left["counts"], left["days"], left["amount"]) == ("invoice", "api", 1, "12.00")


def test_the_order_of_imports_decides_nothing(program: Program, tmp_path: Path) -> None:
    other = Program(tmp_path / "other" / "root", TODAY)
    other.root.parent.mkdir()
    one = [("2026-11-02", "12", "p1"), ("2026-11-05", "1", "p1")]
    two = [("2026-11-02", "11", "p1"), ("2026-11-03", "9", "p1")]
    bring(program, "one", one)
    bring(program, "two", two)
    bring(other, "two", two)
    bring(other, "one", one)
    assert cost(program) == cost(other) == {"two": 20, "one": 1}
    books = [
        made.json("report", "--by", "source", "--period", "2026-11")["books"] for made in (program, other)
    ]
    assert books[0] == books[1]


def test_a_provider_s_daily_cost_comes_before_an_invoice_in_one_row(program: Program) -> None:
    """An AI bill that does not know its account may be of any."""
    daily = [(f"2026-11-{day:02d}", "2", "proj_1") for day in range(1, 11)]
    bring(program, "api", daily)
    bring(program, "a-invoice", [("2026-10-01", "55", ""), ("2026-11-01", "20.50", "")], model="gpt-4o")
    assert cost(program) == {"api": 20}
    assert cost(program, period="2026-10") == {"a-invoice": 55}
    assert [item["amount"] for item in found(program, "cost_of_two_sources")] == ["20.50"]


def test_two_clouds_without_accounts_and_two_accounts_add_up(program: Program) -> None:
    day = "2026-11-02"
    for source in ("east", "west"):
        bring(program, source, [(day, "3", "")], provider="aws", service="EC2", category="Compute")
    bring(program, "acme-org", [(day, "4", "org-1")])
    bring(program, "beta-org", [(day, "5", "org-2")])
    assert cost(program) == {"east": 3, "west": 3, "acme-org": 4, "beta-org": 5}
    assert found(program, "cost_of_two_sources") == []
    (item,) = found(program, "two_sources_of_one_provider")
    assert (item["source"], item["amount"]) == ("acme-org", "4.00")


def test_tax_and_credits_of_the_bill_that_does_not_count_go_with_it(program: Program) -> None:
    day = "2026-11-02"
    bring(program, "b", [(day, "10", "p")])
    bring(program, "a", [(day, "10", "p"), (day, "-4", "p")], model="gpt-4o")
    assert cost(program) == {"a": 6}
    assert cost(program, "provider") == {"openai": 6}
    assert program.json("reconcile")["ok"]


def test_a_marketplace_row_gives_way_to_the_vendor_s_own_bill(program: Program) -> None:
    rows = [("2026-10-03", "70", "111"), ("2026-11-01", "80", "111")]
    bring(program, "aws", rows, provider="AWS", service='"Anthropic, PBC"', category="Other")
    assert cost(program) == {"aws": 80}
    bring(program, "claude", [("2026-11-05", "78.5", "ws_1")], provider="Anthropic", service="Claude API")
    assert cost(program) == {"claude": Decimal("78.5")}
    assert cost(program, period="2026-10") == {"aws": 70}  # a month that the vendor's own bill does not have
    (item,) = found(program, "cost_of_two_sources")
    assert (item["source"], item["amount"]) == ("aws", "80.00")
    assert program.json("reconcile")["ok"]


def test_models_of_a_cloud_are_no_marketplace(program: Program) -> None:
    day = "2026-11-02"
    bring(program, "aws", [(day, "8", "111")], provider="AWS", service="Claude (Amazon Bedrock Edition)")
    bring(program, "claude", [(day, "9", "ws_1")], provider="Anthropic", service="Claude API")
    assert cost(program) == {"aws": 8, "claude": 9}


def test_evidence_divides_what_a_marketplace_bills(program: Program, tmp_path: Path) -> None:
    """The bill comes before priced evidence, whoever sends it."""
    calls = tmp_path / "m.jsonl"
    row = {"provider": "anthropic", "model": "claude-sonnet-4", "at": "2026-11-02T09:00:00Z"}
    tokens = {"acme": 200_000, "beta": 100_000}
    lines = [row | {"id": who, "customer": who, "output_tokens": count} for who, count in tokens.items()]
    calls.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    program.call("import", "meter", calls)
    assert cost(program, "customer") == {"acme": 3, "beta": Decimal("1.5")}
    rows = [("2026-11-02", "6", "111")]
    bring(program, "aws", rows, provider="AWS", service="Anthropic", category="Other")
    assert cost(program) == {"aws": 6}
    assert cost(program, "customer") == {"acme": 3, "beta": Decimal("1.5"), None: Decimal("1.5")}


def test_tokens_of_two_bills_count_once(program: Program, tmp_path: Path) -> None:
    calls = tmp_path / "m.jsonl"
    row = {"id": "1", "provider": "openai", "model": "gpt-4o", "customer": "acme", "output_tokens": 500_000}
    calls.write_text(json.dumps(row | {"at": "2026-11-02T09:00:00Z"}) + "\n", encoding="utf-8")
    program.call("import", "meter", calls)
    for source in ("a", "b"):
        unit = ("Mtokens:output", "1")
        bring(program, source, [("2026-11-02", "8", "p")], model="gpt-4o", unit=unit)
    assert cost(program, "customer") == {"acme": 4, None: 4}


def test_evidence_above_its_bill_is_a_finding_until_the_bill_is_whole(
    program: Program, tmp_path: Path
) -> None:
    calls = tmp_path / "m.jsonl"
    row = {"provider": "openai", "model": "gpt-4o", "customer": "acme", "output_tokens": 800_000}
    lines = [row | {"id": day, "at": f"{day}T09:00:00Z"} for day in ("2026-11-02", "2026-11-03")]
    calls.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    program.call("import", "meter", calls)
    bring(program, "o", [("2026-11-02", "4", "p"), ("2026-11-03", "7.62", "p")], model="gpt-4o")
    (item,) = found(program, "evidence_over_bill")
    assert (item["amount"], item["currency"], item["source"], item["count"]) == ("4.00", "USD", "openai", 1)
    assert "billed 4.00" in item["detail"]
    bring(program, "o", [("2026-11-02", "7.9", "p"), ("2026-11-03", "7.62", "p")], model="gpt-4o")
    assert found(program, "evidence_over_bill") == []


# --- an oracle of its own ------------------------------------------------------------------------


def expected(bills: dict[str, list[Row]]) -> dict[str, Decimal]:
    """Per source what counts: on a day of both the first source in ``bills`` has the account."""
    names = list(bills)
    held = {name: {(day, account) for day, _, account in bills[name]} for name in names}
    sums = dict.fromkeys(names, Decimal(0))
    for place, name in enumerate(names):
        for day, amount, account in bills[name]:
            if not any((day, account) in held[stronger] for stronger in names[:place]):
                sums[name] += Decimal(amount)
    return {name: amount for name, amount in sums.items() if amount}


@pytest.mark.parametrize("seed", [1, 2])
def test_any_days_and_accounts_agree_with_a_count_of_its_own(program: Program, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 (no secret)
    days = [f"2026-11-{day:02d}" for day in range(1, 13)]

    def rows(share: float) -> list[Row]:
        places = [(day, f"p{account}") for day in days for account in range(3) if dice.random() < share]
        return [(day, str(Decimal(dice.randrange(1, 9999)) / 100), account) for day, account in places]

    bills = {"detailed": rows(0.7), "plain": rows(0.7)}
    bring(program, "plain", bills["plain"])
    bring(program, "detailed", bills["detailed"], model="gpt-4o")
    assert cost(program) == expected(bills)
    everything = sum((Decimal(amount) for held in bills.values() for _, amount, _ in held), Decimal(0))
    (item,) = found(program, "cost_of_two_sources")
    assert Decimal(item["amount"]) == everything - sum(cost(program).values())
    assert program.json("reconcile")["ok"]


def test_the_count_tells_a_wrong_order() -> None:
    """The control: with the other bill first the sums differ."""
    bills = {"a": [("2026-11-01", "1", "p")], "b": [("2026-11-01", "2", "p")]}
    assert expected(bills) != expected(dict(reversed(bills.items())))
