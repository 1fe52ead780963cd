"""``explain`` forwards and backwards meet: a line behind a customer's cost says that customer carries it."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

from tests.one_number.program import Program


def test_a_row_of_a_part_is_carried_by_its_customer(demo: Program) -> None:
    chance = random.Random(7)  # noqa: S311 (no secret)
    rows = demo.json("report", "customers", "--measure", "cost", "--period", "last-month")["rows"]
    some = [row["customer"] for row in rows if row["customer"] is not None][:2]
    for customer in some:
        found = demo.json("explain", "--customer", customer, "--measure", "cost", "--period", "last-month")
        for part in found["parts"][:3]:
            lines = [row for row in part["rows"] if "line" in row]
            for row in chance.sample(lines, min(1, len(lines))):
                name = chance.choice((row["file"], Path(row["file"]).name))
                back = demo.json("explain", "--row", f"{row['source']}:{name}:{row['line']}")
                mine = [one for one in back["parts"] if one["customer"] == customer]
                assert part["bucket"] in {one["bucket"] for one in mine}
                assert part["link"] in {one["link"] for one in mine}
                assert sum(Decimal(one["amount"]) for one in back["parts"]) == Decimal(back["value"])
                assert row in back["parts"][0]["rows"]
                if len(back["parts"][0]["rows"]) == 1:
                    assert abs(Decimal(back["value"]) - Decimal(back["row"]["effective"])) < Decimal("1e-9")
        text = demo.call("explain", "--row", f"{row['source']}:{row['file']}:{row['line']}")
        assert customer in text


def test_rows_that_are_not_there(demo: Program) -> None:
    demo.call("explain", "--row", "aws:nothing.csv:2", code=1)
    demo.call("explain", "--row", "aws", code=2)
    demo.call("explain", code=2)
    demo.call("explain", "--row", "aws:a:1", "--customer", "x", code=2)
