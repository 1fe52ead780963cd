"""One dollar, one source (numbers.md 3 and 6): AI bills against evidence, through the command line."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.one_number.program import Failed, Program

TODAY = "2026-11-24"
HEADER = (
    "ProviderName,BillingAccountId,ServiceName,ServiceCategory,ChargeCategory,BilledCost,EffectiveCost,"
    "BillingCurrency,ChargePeriodStart,BillingPeriodStart,x_Model,ConsumedUnit,ConsumedQuantity,Tags\n"
)
Row = tuple[str, str, str, str, str, str]
"""day, cost, model, unit, quantity, tags"""


def bill(folder: Path, rows: Iterable[Row], name: str = "bill.csv") -> Path:
    """An OpenAI bill as FOCUS."""
    lines = [
        f"OpenAI,org,OpenAI API,AI and Machine Learning,Usage,{cost},{cost},USD,{day}T00:00:00Z,"
        f'{day[:7]}-01T00:00:00Z,{model},{unit},{quantity},"{tags}"\n'
        for day, cost, model, unit, quantity, tags in rows
    ]
    path = folder / name
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def meter(folder: Path, rows: Iterable[Mapping[str, object]], name: str = "meter.jsonl") -> Path:
    """Rows of the AI meter."""
    path = folder / name
    common = {"provider": "openai", "model": "gpt-4o"}
    lines = (json.dumps({"id": str(number), **common, **row}) for number, row in enumerate(rows))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def cost(program: Program, by: str = "customer", *more: object) -> dict[str | None, str]:
    """Cost by one dimension; no row that is 0."""
    words = ("report", "--by", by, "--measure", "cost", "--period", "2026-11", *more)
    rows = program.json(*words)["rows"]
    return {row[by]: row["cost"] for row in rows if Decimal(row["cost"])}


def used(customer: str, day: str, output: int, **more: object) -> dict[str, object]:
    """A call of gpt-4o at 10 dollars per million."""
    return {"customer": customer, "at": f"{day}T10:00:00Z", "output_tokens": output, **more}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A store of its own."""
    return Program(tmp_path / "root", TODAY)


DAYS = ("2026-11-01", "2026-11-02")
EIGHT = [used(who, day, tokens) for day in DAYS for who, tokens in (("acme", 600_000), ("beta", 200_000))]


TEN = (DAYS[0], "10", "gpt-4o", "", "", "{}")


def test_b_10_evidence_6_and_2_leaves_2(program: Program, tmp_path: Path) -> None:
    program.call("import", "meter", meter(tmp_path, EIGHT[:2]))
    program.call(
        "import", "focus", bill(tmp_path, [(DAYS[0], "10", "gpt-4o", "", "", "{}")]), "--source", "o"
    )
    assert cost(program) == {"acme": "6.00", "beta": "2.00", None: "2.00"}
    assert program.json("reconcile")["ok"]


def test_b_4_evidence_6_and_2_is_divided_3_and_1_and_a_finding(program: Program, tmp_path: Path) -> None:
    program.call("import", "meter", meter(tmp_path, EIGHT[:2]))
    program.call("import", "focus", bill(tmp_path, [(DAYS[0], "4", "gpt-4o", "", "", "{}")]), "--source", "o")
    assert cost(program) == {"acme": "3.00", "beta": "1.00"}
    found = program.json("prices", "check")
    assert [(item["day"], item["bill"], item["evidence"]) for item in found["excess"]] == [
        (DAYS[0], "4.00", "8.00")
    ]


def test_priced_evidence_is_the_cost_until_the_bill_comes(program: Program, tmp_path: Path) -> None:
    program.call("import", "meter", meter(tmp_path, EIGHT))
    assert cost(program) == {"acme": "12.00", "beta": "4.00"}
    assert program.json("reconcile")["ok"]
    program.call(
        "import", "focus", bill(tmp_path, [(DAYS[0], "10", "gpt-4o", "", "", "{}")]), "--source", "o"
    )
    assert cost(program, "source") == {"o": "10.00", "meter": "8.00"}
    assert cost(program) == {"acme": "12.00", "beta": "4.00", None: "2.00"}
    assert program.json("reconcile")["ok"]


def test_tokens_take_the_place_of_money(program: Program, tmp_path: Path) -> None:
    rows = [
        (DAYS[0], "4", "gpt-4o", "Mtokens:output", "", "{}"),  # half the list price
        (DAYS[0], "0", "gpt-4o", "Mtokens:output", "0.8", "{}"),
    ]
    program.call("import", "meter", meter(tmp_path, EIGHT[:2]))
    program.call("import", "focus", bill(tmp_path, rows), "--source", "o")
    assert cost(program) == {"acme": "3.00", "beta": "1.00"}
    assert program.json("prices", "check")["excess"] == []


def test_a_row_that_a_tag_link_gives_away_is_not_split(program: Program, tmp_path: Path) -> None:
    rows = [
        (DAYS[0], "5", "gpt-4o", "", "", '{""customer"": ""gamma""}'),
        (DAYS[0], "5", "gpt-4o", "", "", "{}"),
    ]
    program.call("import", "meter", meter(tmp_path, EIGHT[:2]))
    program.call("import", "focus", bill(tmp_path, rows), "--source", "o")
    words = ("--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    program.call("links", "add", *words)
    assert cost(program) == {"gamma": "5.00", "acme": "3.00", "beta": "1.00", None: "1.00"}


def test_the_worked_example_of_tokens(program: Program, tmp_path: Path) -> None:
    row = {
        "at": "2026-11-01T10:00:00Z",
        "customer": "acme",
        "input_tokens": 100_000,
        "cache_read_tokens": 900_000,
    }
    program.call("import", "meter", meter(tmp_path, [row]))
    assert cost(program) == {"acme": "1.375"}


def test_a_model_without_price_has_no_cost_and_is_listed(program: Program, tmp_path: Path) -> None:
    program.call("import", "meter", meter(tmp_path, [*EIGHT[:1], used("beta", DAYS[0], 100, model="nope-9")]))
    assert cost(program) == {"acme": "6.00"}
    unpriced = program.json("prices", "check")["unpriced"]
    assert [(item["model"], item["tokens"], item["amount"]) for item in unpriced] == [
        ("nope-9", 100, "0.001")
    ]


def test_the_same_call_again_changes_nothing(program: Program, tmp_path: Path) -> None:
    program.call("import", "meter", meter(tmp_path, EIGHT))
    books = program.json("report", "--by", "customer")["books"]
    program.call("import", "meter", meter(tmp_path, EIGHT, "again.jsonl"))
    assert program.json("report", "--by", "customer")["books"] == books


def test_a_bad_line_is_named_and_nothing_of_the_file_counts(program: Program, tmp_path: Path) -> None:
    path = meter(tmp_path, [*EIGHT, used("acme", DAYS[0], -1)])
    with pytest.raises(Failed, match=r"meter\.jsonl line 5 .*output_tokens"):
        program.call("import", "meter", path)
    assert cost(program) == {}


def test_a_gateway_comes_before_the_meter(program: Program, tmp_path: Path) -> None:
    log = {
        "request_id": "0", "startTime": "2026-11-01T10:00:00Z", "model": "gpt-4o", "end_user": "acme",
        "custom_llm_provider": "openai", "spend": 5.5, "prompt_tokens": 0, "completion_tokens": 600_000,
    }  # fmt: skip
    path = tmp_path / "spend.jsonl"
    path.write_text(json.dumps(log) + "\n", encoding="utf-8")
    program.call("import", "meter", meter(tmp_path, EIGHT[:2]))
    program.call("import", "litellm", path)
    assert cost(program) == {"acme": "5.50", "beta": "2.00"}
    left = program.json("prices", "check")["left_out"]
    assert [(item["calls"], item["amount"]) for item in left] == [(1, "6")]


def test_prices_of_the_user_come_first_and_repricing_is_seen(program: Program, tmp_path: Path) -> None:
    program.call("import", "meter", meter(tmp_path, EIGHT))
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "version: 1\nprices:\n"
        "  - {provider: openai, model: 'gpt-4o*', class: output, from: 2026-11-02, per_million: '8.00',"
        " currency: USD}\n"
    )
    program.call("--yes", "rules", "apply", rules)
    assert cost(program) == {"acme": "12.00", "beta": "4.00"}
    plan = program.json("prices", "reprice", code=3)
    assert (plan["before"], plan["after"], plan["calls"]) == ({"USD": "16.00"}, {"USD": "14.40"}, 2)
    assert cost(program) == {"acme": "12.00", "beta": "4.00"}
    program.call("--yes", "prices", "reprice")
    assert cost(program) == {"acme": "10.80", "beta": "3.60"}


# --- an oracle of its own ------------------------------------------------------------------------


def expected(bills: Mapping[str, Decimal], calls: list[tuple[str, str, int]]) -> dict[str | None, Fraction]:
    """Cost by customer: the rule of numbers.md 3 in plain fractions of dollars."""
    found: dict[str | None, Fraction] = {}
    for day in sorted({*bills, *(day for day, _, _ in calls)}):
        own: dict[str, Fraction] = {}
        for on, who, tokens in calls:
            if on == day:
                own[who] = own.get(who, Fraction(0)) + Fraction(tokens * 10, 10**6)
        told = sum(own.values(), Fraction(0))
        whole = Fraction(bills[day]) if day in bills else told
        for who, amount in own.items():
            found[who] = found.get(who, Fraction(0)) + min(whole, told) * amount / told
        if whole > told:
            found[None] = found.get(None, Fraction(0)) + whole - told
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cells_agree_with_an_independent_count(program: Program, tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311 (no secret)
    days = [f"2026-11-{day:02d}" for day in range(1, 13)]
    calls = [
        (random_.choice(days), random_.choice(["acme", "beta", "gamma"]), random_.randrange(1, 900_000))
        for _ in range(60)
    ]
    bills = {day: Decimal(random_.randrange(1, 4000)) / 100 for day in days if random_.random() < 0.7}
    rows = [(day, str(amount), "gpt-4o-2024-08-06", "", "", "{}") for day, amount in bills.items()]
    program.call("import", "meter", meter(tmp_path, [used(who, day, tokens) for day, who, tokens in calls]))
    program.call("import", "focus", bill(tmp_path, rows), "--source", "o")
    got, wanted = cost(program), expected(bills, calls)
    assert set(got) == set(wanted)
    for who, amount in wanted.items():  # each day is rounded by largest remainder: less than a unit a day
        assert abs(Fraction(got[who]) - amount) < Fraction(len(days), 10**9), who
    assert program.json("reconcile")["ok"]
    daily = program.json("report", "--by", "customer,day", "--measure", "cost", "--period", "2026-11")["rows"]
    sums: dict[str | None, Decimal] = {}
    for row in daily:
        sums[row["customer"]] = sums.get(row["customer"], Decimal(0)) + Decimal(row["cost"])
    assert {who: Fraction(amount) for who, amount in sums.items() if amount} == {
        who: Fraction(amount) for who, amount in got.items()
    }


def test_a_bill_comes_before_the_gateways_own_cost(program: Program, tmp_path: Path) -> None:
    gateway = tmp_path / "gateway.csv"
    head = HEADER.replace("Tags\n", "x_CostBasis,x_CustomerIdentity,Tags\n")
    lines = [
        f"openai,,LiteLLM,AI and Machine Learning,Usage,3,3,USD,{day}T00:00:00Z,2026-11-01T00:00:00Z,"
        "gpt-4o,,,priced,meter:acme,{}\n"
        for day in DAYS
    ]
    gateway.write_text(head + "".join(lines), encoding="utf-8")
    program.call("import", "focus", gateway, "--source", "proxy")
    program.call("import", "focus", bill(tmp_path, [TEN]), "--source", "o")
    assert cost(program, "source") == {"o": "10.00", "proxy": "3.00"}
    assert program.json("reconcile")["ok"]
    (left,) = program.json("prices", "check")["overlap"]
    assert (left["source"], left["days"], left["amount"]) == ("proxy", 1, "3.00")
