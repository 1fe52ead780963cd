"""``evidence discover``: keys that name customers in worlds that name them in other ways."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program
from tests.sync.otlp_cases import message
from tests.sync.otlp_world import World

GONE = ("customer.id", "tenant.id", "app.customer_id")


def renamed(seed: int, path: Path) -> Path:
    """A world whose web spans name the customer by slug and number, and its people."""
    dice = random.Random(seed)  # noqa: S311 (a seeded test)
    items = World(seed).items
    for service, resource, span in items:
        span["attributes"] = [item for item in span["attributes"] if item["key"] not in GONE]
        if service == "web":
            told: dict[str, Any] = {
                "acct.slug": dice.choice(["ACME", "globex", "someone"]),
                "enduser.id": f"u{dice.randrange(99)}",
            }  # fmt: skip
            span["attributes"] += [{"key": key, "value": {"stringValue": text}} for key, text in told.items()]
            span["attributes"].append({"key": "org.number", "value": {"intValue": str(dice.choice([3, 4]))}})
        if service == "llm":
            resource["deployment.customer"] = "initech"
    path.write_text("".join(json.dumps(message([item])) + "\n" for item in items), encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", [7, 8])
def test_the_keys_of_customers_are_found_and_counts_are_not(tmp_path: Path, seed: int) -> None:
    program = Program(tmp_path / "root", "2026-10-02")
    traces = renamed(seed, tmp_path / "t.jsonl")
    assert program.json("evidence", "discover", traces)["rows"] == []  # nobody is known yet
    people = tmp_path / "c.csv"
    people.write_text("customer,identity\nacme,trace:3\nglobex,trace:4\ninitech,\n", encoding="utf-8")
    program.call("import", "customers", people)
    rows = program.json("evidence", "discover", traces)["rows"]
    assert {row["key"]: row["place"] for row in rows} == {
        "acct.slug": "span", "org.number": "span", "deployment.customer": "resource",
    }  # fmt: skip
    by_key = {row["key"]: row for row in rows}
    assert (by_key["org.number"]["matched"], by_key["org.number"]["traces"]) == ("100.0000", "100.0000")
    assert by_key["acct.slug"]["customers"] == 2
    assert not any(row["used"] for row in rows)
    program.call("import", "otlp", traces)
    assert program.json("evidence", "discover")["rows"] == rows
    program.call("settings", "set", "evidence.customer_keys", "org.number")
    assert [row["key"] for row in program.json("evidence", "discover")["rows"] if row["used"]] == [
        "org.number"
    ]
    words = ("report", "--by", "customer", "--measure", "requests", "--period", "2026-09..2026-10")
    assert {row["customer"] for row in program.json(*words)["rows"] if row["requests"]} <= {"acme", "globex"}
