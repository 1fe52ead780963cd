"""The product against the naive second evaluation: random rules over a real-shaped bill, cell by cell."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number import oracle

Run = Callable[..., Any]
FILES = (
    ("aws", "main", "base/aws/2026-07/part-00001.csv.gz"),
    ("gcp", "main", "base/gcp/2026-07/part-00001.csv.gz"),
    ("gcp", "fixes", "corrections/gcp/2026-08/part-09001.csv.gz"),
)
CELLS = (
    ("customer",),
    ("customer", "month"),
    ("service", "customer"),
    ("link", "feature"),
    ("tag:env", "source"),
)


def nano(text: str | None) -> int:
    return int(Decimal(text or 0) * oracle.NANO)


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> list[oracle.Line]:
    top = shared_data / "cloud" / "generated"
    return [line for source, export, path in FILES for line in oracle.read_focus(top / path, source, export)]


def values_of(lines: list[oracle.Line], key: str) -> list[str]:
    return sorted({value for line in lines if (value := dict(line.tags).get(key))})


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line on a store of its own; JSON answers come back decoded."""
    from turbofinops_tui.cli.main import run as main

    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-09-15")

    def call(*words: object, expect: int = 0) -> Any:
        code = main(["--root", str(tmp_path / "root"), *(str(word) for word in words)])
        out, err = capsys.readouterr()
        assert code == expect, f"{words}: {code} {err}"
        return json.loads(out) if "json" in words else out.strip()

    return call


def random_rules(seed: int, lines: list[oracle.Line]) -> oracle.Rules:
    """Classes, overlapping links with percents and dates, templates, identities and shared rules."""
    chance = random.Random(seed)  # noqa: S311  (a seeded test, not a secret)
    refs = sorted({value.casefold() for value in values_of(lines, "customer")})
    teams = values_of(lines, "team")
    rules = oracle.Rules(customers={ref: ref for ref in refs})
    rules.classes = [
        {"id": "dev", "match": {"tag:env": chance.choice(["dev", "dev|staging", "re:st.*"])}, "class": "opex"}
    ]
    for index in range(4):
        team = chance.choice(teams)
        rules.links.append(
            {
                "id": f"team-{index}",
                "kind": "tag",
                "match": {"tag:team": chance.choice([team, team[:2] + "*", team.upper()])},
                "customer": chance.choice(refs) if chance.random() < 0.8 else None,
                "feature": chance.choice([None, "search", "export"]),
                "percent": chance.choice(["100", "60", "33.3333", "12.5"]),
                "from": chance.choice([None, "2026-07-10"]),
                "to": chance.choice([None, "2026-07-20"]),
            }
        )
        if not rules.links[-1]["customer"] and not rules.links[-1]["feature"]:
            rules.links[-1]["feature"] = "search"
    template = {"id": "named", "kind": "tag", "match": {"tag:customer": "*"}, "customer": "{value}"}
    rules.links.insert(chance.randrange(5), template)
    moved = chance.sample(refs, 3)
    rules.identities = {f"tag:customer={moved[0]}": moved[1]}
    rules.shared = [
        {"id": "gpu", "match": {"service": chance.choice(["*Elastic*", "BigQuery"])}, "method": "fixed",
         "split": {moved[0]: "60", moved[1]: "30", moved[2]: "10"}},
        {"id": "storage", "match": {"category": "Storage"}, "method": chance.choice(["even", "direct"])},
        {"id": "rest", "match": {"source": "gcp"}, "method": chance.choice(["revenue", "direct"])},
    ]  # fmt: skip
    return rules


def apply_rules(run: Run, rules: oracle.Rules) -> None:
    def common(rule: dict[str, Any]) -> list[str]:
        words = [word for name, value in rule["match"].items() for word in ("--match", f"{name}={value}")]
        for name in ("from", "to"):
            words += [f"--{name}", rule[name]] if rule.get(name) else []
        return [*words, "--name", rule["id"]]

    for rule in rules.classes:
        run("classes", "add", *common(rule), "--class", rule["class"])
    for link in rules.links:
        words = ["--kind", link["kind"], *common(link)]
        for name in ("customer", "feature", "percent"):
            words += [f"--{name}", link[name]] if link.get(name) else []
        run("links", "add", *words)
    for rule in rules.shared:
        words = [word for who, part in rule.get("split", {}).items() for word in ("--split", f"{who}={part}")]
        run("shared", "add", *common(rule), "--method", rule["method"], *words)
    for identity, customer in rules.identities.items():
        run("identities", "add", customer, identity)


def load(run: Run, tmp_path: Path, shared_data: Path, rules: oracle.Rules) -> dict[tuple[str, str], int]:
    """Customers, revenue of July and the bills; returns the revenue as weights."""
    customers = tmp_path / "customers.csv"
    customers.write_text("customer\n" + "".join(f"{ref}\n" for ref in rules.customers))
    revenue = tmp_path / "revenue.csv"
    amounts = {ref: 100 + 37 * index for index, ref in enumerate(list(rules.customers)[:20])}
    revenue.write_text(
        "id,customer,kind,amount,currency,occurred_at\n"
        + "".join(f"r-{ref},{ref},one_time,{amount}.25,USD,2026-07-04\n" for ref, amount in amounts.items())
    )
    run("import", "customers", customers)
    run("import", "revenue", revenue, "--source", "billing")
    for source, export, path in FILES:
        run("import", "focus", shared_data / "cloud" / "generated" / path, "--source", source,
            "--export", export)  # fmt: skip
    return {(ref, "2026-07"): amount * oracle.NANO + oracle.NANO // 4 for ref, amount in amounts.items()}


@pytest.mark.parametrize("seed", range(6))
def test_random_rules_agree_cell_by_cell(
    seed: int, run: Run, tmp_path: Path, shared_data: Path, lines: list[oracle.Line]
) -> None:
    rules = random_rules(seed, lines)
    revenue = load(run, tmp_path, shared_data, rules)
    apply_rules(run, rules)
    tax, cost = ("in", "effective") if seed % 2 else ("out", "billed")
    parts = list(oracle.Book(lines, rules, cost=cost, tax=tax, revenue=revenue).parts())
    for by in CELLS:
        expected = {
            key: buckets
            for key, buckets in oracle.group(parts, by).items()
            if any(amount for bucket, amount in buckets.items())
        }
        answer = run(
            "report", "--by", ",".join(by), "--period", "2026-07..2026-08", "--tax", tax, "--cost", cost,
            "--measure", "direct_cost,shared_cost,cost,opex_cost,tax", "--format", "json",
        )  # fmt: skip
        got = {tuple(row[name] for name in by): row for row in answer["rows"]}
        check(by, expected, got)
        assert nano(answer["totals"]["cost"]) == sum(
            amount
            for buckets in expected.values()
            for bucket, amount in buckets.items()
            if bucket in ("direct", "shared", "unattributed")
        )


def check(by: tuple[str, ...], expected: dict[tuple[Any, ...], Any], got: dict[tuple[Any, ...], Any]) -> None:
    """Every bucket of every cell is equal, and no cell stands on one side alone."""
    for key in expected.keys() | got.keys():
        want, have = expected.get(key, {}), got.get(key, {})
        for bucket, measure in (("direct", "direct_cost"), ("shared", "shared_cost"),
                                ("opex", "opex_cost"), ("tax", "tax")):  # fmt: skip
            assert nano(have.get(measure)) == want.get(bucket, 0), (by, key, bucket)
        total = sum(want.get(bucket, 0) for bucket in ("direct", "shared", "unattributed"))
        assert nano(have.get("cost")) == total, (by, key, "cost")
