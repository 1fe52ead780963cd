"""The two stores that every path is held to: the demo, and the Stripe sample joined with generated bills."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.one_number.program import Program

TODAY = "2026-11-24"
JOINED_TODAY = "2026-09-20"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A small demo: 40 customers, 6 months. Read only: tests that change something take ``copy_of``."""
    program = Program(tmp_path_factory.mktemp("demo") / "root", TODAY)
    program.call("demo", "--customers", 40, "--months", 6, "--seed", 3, "--no-tui")
    return program


def stripe_customers(shared: Path) -> list[str]:
    """Ids of the sample's customers, sorted."""
    with gzip.open(shared / "stripe" / "objects.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = (json.loads(line) for line in lines)
        return sorted(item["id"] for item in found if item["object"] == "customer")


def cloud_customers(shared: Path) -> list[str]:
    """Tag values of the generated bills, sorted."""
    with gzip.open(shared / "cloud" / "generated" / "expected.json.gz", "rt", encoding="utf-8") as file:
        currencies = json.load(file)["states"]["base"]["currencies"]
    names = {name for parts in currencies.values() for name in parts["by_customer"]}
    return sorted(names - {"(untagged)"})


def pairs(shared: Path) -> dict[str, str]:
    """Stripe customer -> tag value: what a person would say with ``identities add``."""
    return dict(zip(stripe_customers(shared), cloud_customers(shared), strict=False))


RATES = "Date,USD,GBP,JPY,KWD\n" + "".join(
    f"{year}-{month:02d}-{day:02d},1.0{month:02d}{day % 10},0.8{month % 10}5,16{month % 10}.5,0.33\n"
    for year, months in ((2025, range(8, 13)), (2026, range(1, 13)))
    for month in months
    for day in (1, 6, 11, 16, 21, 26)
)
"""a table with a rate at most five days apart, so that no day is without one"""


def join(program: Program, shared: Path, folder: Path, *, reverse: bool = False) -> None:
    """Bring bills, Stripe objects, rates and identities in; in another order when ``reverse``."""
    rates = folder / "rates.csv"
    rates.write_text(RATES, encoding="utf-8")
    generated = shared / "cloud" / "generated" / "base"
    steps = [
        ("import", "stripe-objects", shared / "stripe" / "objects.jsonl.gz"),
        ("import", "rates", rates),
        *(
            ("import", "focus", *sorted((generated / provider).rglob("*.csv.gz")), "--source", provider)
            for provider in ("aws", "gcp", "azure")
        ),
    ]
    for words in reversed(steps) if reverse else steps:
        program.call(*words)
    matched = list(pairs(shared).items())
    for customer, value in matched[:3]:
        program.call("identities", "add", customer, f"tag:customer={value}")
    known = folder / "customers.csv"
    rows = [f"{customer},tag:customer={value}" for customer, value in matched[3:]]
    known.write_text("\n".join(["customer,identity", *rows]) + "\n", encoding="utf-8")
    program.call("import", "customers", known)
    program.call("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    program.call("shared", "add", "--match", "category=Compute", "--method", "revenue")


@pytest.fixture(scope="session")
def joined(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The Stripe sample's revenue and the generated bills, customers matched by identities."""
    folder = tmp_path_factory.mktemp("joined")
    program = Program(folder / "root", JOINED_TODAY)
    join(program, shared_data, folder)
    return program


@pytest.fixture(params=["demo", "joined"])
def program(request: pytest.FixtureRequest) -> Program:
    """Each of the two stores."""
    found: Program = request.getfixturevalue(request.param)
    return found
