"""Pricing anew as a visible act: closed days of traces too, by month, audited, once."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.one_number.program import Program

MODEL = "in-house-1"
LINE = (
    "  - {{provider: inhouse, model: {model}, class: {name}, per_million: '{price}', currency: {currency}}}\n"
)


def span(number: int, day: str, tokens: tuple[int, int], state: str = "") -> str:
    """One call as a line of the file exporter."""
    from datetime import UTC, datetime

    begin = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 10**9
    words: dict[str, str | int] = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "inhouse", "gen_ai.request.model": MODEL,
        "customer.id": f"c{number % 2}", "gen_ai.usage.input_tokens": tokens[0],
        "gen_ai.usage.output_tokens": tokens[1],
    }  # fmt: skip
    attributes = [
        {"key": key, "value": {"stringValue" if isinstance(value, str) else "intValue": value}}
        for key, value in words.items()
    ]
    one = {
        "traceId": f"{number:032x}", "spanId": f"{number:016x}", "kind": 3, "traceState": state,
        "startTimeUnixNano": str(begin), "endTimeUnixNano": str(begin + 10**9), "attributes": attributes,
    }  # fmt: skip
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}) + "\n"


def prices(program: Program, price: str, currency: str = "USD", output: str = "") -> None:
    """Make the user's prices of the model these."""
    path = program.root.parent / "rules.yaml"
    made = [LINE.format(model=MODEL, name="input", price=price, currency=currency)]
    made.append(LINE.format(model=MODEL, name="output", price=output or price, currency=currency))
    path.write_text("version: 1\nprices:\n" + "".join(made), encoding="utf-8")
    program.call("--yes", "rules", "apply", path)


def cost(program: Program) -> dict[str, Decimal]:
    """Cost by month, without a bill that of priced evidence."""
    words = ("report", "--by", "month", "--measure", "cost", "--period", "2026-01..2026-03")
    return {
        row["month"]: Decimal(row["cost"]) for row in program.json(*words)["rows"] if Decimal(row["cost"])
    }


@pytest.fixture
def closed(tmp_path: Path) -> Program:
    """Three calls on two days that closed at 2 dollars a million tokens."""
    begun = Program(tmp_path / "root", "2026-03-02")
    prices(begun, "2")
    path = tmp_path / "t.jsonl"
    lines = [span(1, "2026-02-27", (500_000, 0)), span(2, "2026-02-27", (0, 250_000), "ot=th:8")]
    path.write_text("".join([*lines, span(3, "2026-03-01", (1_000_000, 500_000))]), encoding="utf-8")
    begun.call("import", "otlp", path)
    return Program(tmp_path / "root", "2026-03-20")


def test_closed_days_change_by_the_act_alone(closed: Program) -> None:
    assert cost(closed) == {"2026-02": 2, "2026-03": 3}
    prices(closed, "3")
    assert cost(closed) == {"2026-02": 2, "2026-03": 3}
    plan = closed.json("prices", "reprice", code=3)
    assert plan["months"] == {"2026-02 USD": "1.00", "2026-03 USD": "1.50"}
    assert (plan["calls"], plan["before"], plan["after"]) == (3, {"USD": "5.00"}, {"USD": "7.50"})
    assert cost(closed) == {"2026-02": 2, "2026-03": 3}
    text = closed.call("--yes", "prices", "reprice", "--from", "2026-03-01")
    assert "2026-03 changed by +1.50 USD" in text.splitlines()
    assert cost(closed) == {"2026-02": 2, "2026-03": Decimal("4.5")}
    text = closed.call("--yes", "prices", "reprice")
    assert "2026-02 changed by +1.00 USD" in text.splitlines()
    assert "2026-03" not in text
    assert cost(closed) == {"2026-02": 3, "2026-03": Decimal("4.5")}
    assert closed.json("prices", "reprice")["calls"] == 0
    audit = closed.json("audit", "--entity", "evidence")
    told = [row for row in audit["rows"] if row["action"] == "reprice"]
    assert any("2026-02 USD" in json.dumps(row) for row in told)
    assert closed.json("reconcile")["ok"]


def test_a_price_in_another_currency_and_two_at_once(closed: Program) -> None:
    """A call in two currencies keeps its figures once."""
    path = closed.root.parent / "rules.yaml"
    rules = [LINE.format(model=MODEL, name="input", price="4", currency="USD")]
    rules.append(LINE.format(model=MODEL, name="output", price="6", currency="EUR"))
    path.write_text("version: 1\nprices:\n" + "".join(rules), encoding="utf-8")
    closed.call("--yes", "rules", "apply", path)
    found = closed.json("--yes", "prices", "reprice")
    assert found["after"] == {"EUR": "6.00", "USD": "6.00"}
    assert closed.json("prices", "reprice")["calls"] == 0
    words = ("report", "--by", "month", "--measure", "calls,output_tokens", "--period", "2026-03")
    (row,) = [row for row in closed.json(*words)["rows"] if row["calls"]]
    assert [Decimal(row[name]) for name in ("calls", "output_tokens")] == [1, 500_000]
    prices(closed, "2")
    assert closed.json("--yes", "prices", "reprice")["after"] == {"USD": "5.00"}


def test_a_model_that_loses_its_price_is_a_finding_with_its_tokens(closed: Program) -> None:
    path = closed.root.parent / "rules.yaml"
    path.write_text("version: 1\nprices: []\n", encoding="utf-8")
    closed.call("--yes", "rules", "apply", path)
    assert closed.json("prices", "check")["unpriced"] == []
    closed.call("--yes", "prices", "reprice")
    assert cost(closed) == {}
    (left,) = closed.json("prices", "check")["unpriced"]
    assert (left["provider"], left["model"], left["calls"]) == ("inhouse", MODEL, 3)
    assert left["tokens"] == 500_000 + 250_000 + 1_500_000
    listed = closed.json("findings", "list")["findings"]
    assert [row["key"] for row in listed if row["kind"] == "model_without_price"] == [f"inhouse {MODEL}"]
