"""Evidence by command line against the naive second evaluation, cell by cell; worked examples A4 and A5."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.one_number import oracle
from tests.one_number.oracle_evidence import Cells, EvidenceBook, weight
from tests.one_number.program import Program
from tests.one_number.test_oracle import check, nano
from tests.one_number.traces import COST_MAP, INTERNAL, SERVER, Use, write_costs, write_spans

TODAY = "2026-03-05"
DAYS = ("2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03")
REFS = ("acme", "Beta", "gamma")
NAMES = ("acme", "BETA", "t-9", "newco", "", "")
CELLS = (
    ("customer",), ("customer", "feature"), ("customer", "day"), ("week", "link"),
    ("month", "service", "feature"), ("tag:cluster", "customer"),
)  # fmt: skip
MEASURES = ("requests", "duration", "self_time")


def random_uses(dice: random.Random) -> list[Use]:
    """Traces of one to three spans over several services, some sampled, some of them AI calls."""
    uses = []
    for number in range(28):
        day = dice.choice(DAYS[:4])
        root = Use(
            f"{number:x}f", f"{number:x}a", day, dice.choice(("api", "web")), dice.randrange(1, 90),
            start=dice.randrange(50), customer=dice.choice(NAMES), threshold=dice.choice(("", "", "c", "5")),
            feature=dice.choice(("", "chat", "srch")), route=dice.choice(("", "/a", "/b/{id}")),
        )  # fmt: skip
        uses.append(root)
        parent = root
        for child in range(dice.randrange(3)):
            ai = dice.random() < 0.4
            parent = Use(
                root.trace, f"{number:x}b{child}", day, dice.choice(("api", "db")), dice.randrange(60),
                start=dice.randrange(90), parent=dice.choice((root, parent)).span,
                kind=dice.choice((INTERNAL, SERVER)), customer=dice.choice(NAMES),
                feature=dice.choice(("", "", "chat")), threshold=root.threshold,
                tokens=(dice.randrange(1, 99), dice.randrange(9)) if ai else (0, 0),
            )  # fmt: skip
            uses.append(parent)
    return uses


def random_links(dice: random.Random) -> list[dict[str, Any]]:
    """Links of all kinds; those of one match never give away more than everything."""

    def dated() -> dict[str, str]:
        found = {"from": dice.choice(("", "2026-01-31")), "to": dice.choice(("", "2026-02-02"))}
        return {name: day for name, day in found.items() if day}

    links: list[dict[str, Any]] = [
        {"id": f"pool{number}", "kind": "trace", "match": dice.choice(
            ({"service": "EKS"}, {"service": "E*"}, {"tag:cluster": "shared"})),
         "evidence": dice.choice((["api"], ["api", "web"], [])),
         "weight": dice.choice(("self_time", "requests", "duration", "tokens")),
         "rest": dice.choice(("keep", "spread")), "percent": dice.choice((100, 60, 33.3)),
         **dated(), **dice.choice(({}, {}, {"feature": "base"}))}
        for number in range(2)
    ]  # fmt: skip
    if links[0]["match"] == links[1]["match"]:
        links[1]["match"] = {"service": "EKS|S3"}
    links.append(
        {"id": "part", "kind": "tag", "match": {"tag:cluster": "own"}, "percent": 40, "customer": "acme"}
    )
    links.append({"id": "vip", "kind": "trace", "match": {"trace": "*3f"}, "customer": "gamma", **dated()})
    links.append(
        {"id": "search", "kind": "feature", "match": {"label": "srch"}, "feature": "search", **dated()}
    )
    links.append({"id": "b", "kind": "feature", "match": {"route": "GET /b*"}, "feature": "bee"})
    links.append({"id": "rest", "kind": "feature", "match": {"service": "EKS"}, "feature": "cluster"})
    dice.shuffle(links)
    return links


def book_of(dice: random.Random, uses: list[Use]) -> tuple[EvidenceBook, list[tuple[str, str, str, str]]]:
    """The same facts and rules for the naive evaluation, and the lines of the bill."""
    lines = [
        (day, str(Decimal(dice.randrange(-(10**9), 10**12)).scaleb(-9)), service, cluster)
        for day in DAYS
        for service, cluster in (("EKS", "shared"), ("EKS", "own"), ("S3", "shared"), ("RDS", ""))
    ]
    bills = [
        oracle.Line("aws", "main", day[:7], day, "", "", service, "", "Usage", "", "USD", "",
                    (("cluster", cluster),) if cluster else (), Decimal(cost), Decimal(cost))
        for day, cost, service, cluster in lines
    ]  # fmt: skip
    rules = oracle.Rules(
        links=random_links(dice), customers={ref.casefold(): ref for ref in REFS},
        identities={"trace:t-9": "gamma"},
        shared=[{"id": "rds", "match": {"service": "RDS"}, "method": "evidence"},
                {"id": "all", "match": {"service": "*"},
                 "method": dice.choice(("direct", "evidence", "keep"))}],
    )  # fmt: skip
    routes, traces = {"/a": "alpha"}, {uses[5].trace.rjust(32, "0"): "Beta"}
    return EvidenceBook(bills, rules, uses=uses, routes=routes, traces=traces), lines


def load(program: Program, folder: Path, book: EvidenceBook, lines: list[tuple[str, str, str, str]]) -> None:
    """Everything by command line; rules as a file, spans in two files of any order."""
    (folder / "customers.csv").write_text("customer\n" + "".join(f"{ref}\n" for ref in REFS))
    program.call("import", "customers", folder / "customers.csv")
    program.call("import", "costs", write_costs(folder / "c.csv", lines), "--source", "aws", *COST_MAP)
    shuffled = random.Random(1).sample(book.uses, len(book.uses))  # noqa: S311
    halves = [write_spans(folder / f"{n}.jsonl", shuffled[n::2]) for n in (0, 1)]
    program.call("import", "otlp", halves[0])
    document = {
        "version": 1, "links": book.rules.links, "shared": book.rules.shared,
        "identities": {who: [name] for name, who in book.rules.identities.items()},
        "evidence": {"routes": book.routes, "traces": book.traces},
    }  # fmt: skip
    (folder / "rules.yaml").write_text(json.dumps(document))  # JSON is YAML
    program.call("--yes", "rules", "apply", folder / "rules.yaml")
    program.call("import", "otlp", halves[1])


@pytest.mark.parametrize("seed", range(5))
def test_evidence_agrees_cell_by_cell(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)  # noqa: S311 (a seeded test)
    book, lines = book_of(dice, random_uses(dice))
    program = Program(tmp_path / "root", TODAY)
    load(program, tmp_path, book, lines)
    parts = list(book.parts())
    for by in CELLS:
        expected = _by(parts, by)
        answer = program.json(
            "report", "--by", ",".join(by), "--period", "2026-01..2026-02",
            "--measure", "direct_cost,shared_cost,cost,opex_cost,tax",
        )  # fmt: skip
        got = {tuple(row[name] for name in by): row for row in answer["rows"]}
        check(by, expected, got)
    for who in ("acme", "newco"):
        told = program.json("explain", "--customer", who, "--measure", "cost", "--period", "2026-01..2026-02")
        assert sum(nano(part["amount"]) for part in told["parts"]) == nano(told["value"])
        assert nano(told["value"]) == sum(_by(parts, ("customer",)).get((who,), {}).values())
    assert program.json("reconcile")["ok"] is True
    usage(program, book)


def _by(parts: list[tuple[oracle.Line, oracle.Parts]], by: tuple[str, ...]) -> dict[Any, dict[str, int]]:
    """``oracle.group`` with weeks, without cells of zeros."""
    found: dict[Any, dict[str, int]] = {}
    for line, atom in parts:
        week = date.fromisoformat(line.day).strftime("%G-W%V")
        plain = tuple("day" if name == "week" else name for name in by)
        for key, buckets in oracle.group([(line, atom)], plain).items():
            own = tuple(week if name == "week" else value for name, value in zip(by, key, strict=True))
            cell = found.setdefault(own, {})
            for bucket, amount in buckets.items():
                cell[bucket] = cell.get(bucket, 0) + amount
    return {key: buckets for key, buckets in found.items() if any(buckets.values())}


def usage(program: Program, book: EvidenceBook) -> None:
    """Usage measures by customer and feature: exact fractions, summed, rounded once."""
    words = (
        "report",
        "--by",
        "customer,feature",
        "--measure",
        ",".join(MEASURES),
        "--period",
        "2026-01..2026-02",
    )
    rows = program.json(*words)["rows"]
    expected: dict[str, Cells] = {name: {} for name in MEASURES}
    for use in book.uses:
        cell = (book.customer(use), book.feature(use))
        for name in MEASURES:
            amount = weight(use, book.uses, name) / (1 if name == "requests" else 1000)
            expected[name][cell] = expected[name].get(cell, Fraction(0)) + amount
    for row in rows:
        for name in MEASURES:
            wanted = expected[name].get((row["customer"], row["feature"]), Fraction(0))
            assert Decimal(row[name] or 0) == Decimal(round(wanted * 10**9)).scaleb(-9), (row, name)
    assert len(rows) == len({cell for cells in expected.values() for cell, amount in cells.items() if amount})


def test_the_naive_evaluation_tells_a_wrong_weight(tmp_path: Path) -> None:
    """The control: with another weight than the program was told, the comparison must fail."""
    dice = random.Random(0)  # noqa: S311
    book, lines = book_of(dice, random_uses(dice))
    for link in book.rules.links:
        if link["kind"] == "trace" and "weight" in link:
            link |= {
                "weight": "self_time",
                "match": {"service": f"E{'?S' if link['id'] == 'pool0' else 'KS'}"},
            }
            link.pop("from", None), link.pop("to", None)
    program = Program(tmp_path / "root", TODAY)
    load(program, tmp_path, book, lines)
    book.uses = [replace(use, length=use.length + 1) for use in book.uses]
    answer = program.json("report", "--by", "customer", "--period", "2026-01..2026-02", "--measure",
                          "direct_cost,shared_cost,cost,opex_cost,tax")  # fmt: skip
    got = {(row["customer"],): row for row in answer["rows"]}
    with pytest.raises(AssertionError):
        check(("customer",), _by(list(book.parts()), ("customer",)), got)


A5 = {"2026-01-30": (825, 600), "2026-01-31": (500, 200), "2026-02-01": (723, 456)}


@pytest.mark.parametrize("kind", ["link", "shared rule"])
def test_a5_and_a4_by_command_line(kind: str, tmp_path: Path) -> None:
    """Each day goes by its own evidence; a shared rule by that of the month."""
    program = Program(tmp_path / "root", TODAY)
    uses = [
        Use(f"{day[-2:]}{who}", "1", day, "api", length, customer=name)
        for day, pair in A5.items()
        for who, (name, length) in enumerate(zip(("acme", "beta"), pair, strict=True))
    ]
    uses += [Use("a4a", "1", "2026-02-02", "api", 100045, customer="acme"),
             Use("a4b", "1", "2026-02-02", "api", 1000600, customer="beta")]  # fmt: skip
    program.call("import", "otlp", write_spans(tmp_path / "s.jsonl", uses))
    lines = [(day, "100", "EKS", "shared") for day in (*A5, "2026-02-02")]
    program.call("import", "costs", write_costs(tmp_path / "c.csv", lines), "--source", "aws", *COST_MAP)
    words = ("report", "--by", "day,customer", "--measure", "cost", "--period", "2026-01..2026-02")
    if kind == "shared rule":
        program.call("shared", "add", "--match", "service=EKS", "--method", "evidence")
        weights = {"2026-01": (1325, 800), "2026-02": (100768, 1001056)}
        expected = {day: weights[day[:7]] for day in (*A5, "2026-02-02")}
    else:
        program.call("links", "add", "--kind", "trace", "--match", "service=EKS", "--evidence", "api")
        expected = A5 | {"2026-02-02": (100045, 1000600)}
    found = {(row["day"], row["customer"]): nano(row["cost"]) for row in program.json(*words)["rows"]}
    for day, pair in expected.items():
        shares = oracle.largest_remainder(100 * oracle.NANO, [Fraction(part) for part in pair])
        assert [found[day, "acme"], found[day, "beta"]] == shares
    if kind == "link":
        percents = {day: f"{Decimal(found[day, 'acme']) / oracle.NANO:.4f}" for day in expected}
        assert list(percents.values()) == ["57.8947", "71.4286", "61.3232", "9.0897"]


def test_features_by_usage_split_revenue_by_the_month_s_evidence(tmp_path: Path) -> None:
    """Fixed weights and usage, each month by its own evidence; what names no feature stays unmapped."""
    program = Program(tmp_path / "root", TODAY)
    lengths = {"2026-01-30": {"chat": 300, "search": 100}, "2026-02-01": {"chat": 7, "search": 5, "": 4}}
    uses = [
        Use(f"{day[-2:]}{number}", "1", day, "api", length, customer="acme", feature=name)
        for day, own in lengths.items()
        for number, (name, length) in enumerate(own.items())
    ]
    program.call("import", "otlp", write_spans(tmp_path / "s.jsonl", uses))
    (tmp_path / "r.csv").write_text(
        "id,customer,kind,amount,currency,occurred_at,product\n"
        + "".join(f"{day},acme,one_time,100.01,USD,{day},pro\n" for day in lengths)
        + "other,beta,one_time,10,USD,2026-02-01,pro\n"
    )
    program.call("import", "revenue", tmp_path / "r.csv", "--source", "billing")
    program.call("features", "add", "--product", "pro", "--split", "usage")
    words = (
        "report",
        "--by",
        "month,customer,feature",
        "--measure",
        "revenue",
        "--period",
        "2026-01..2026-02",
    )
    found = {
        (r["month"], r["customer"], r["feature"]): nano(r["revenue"]) for r in program.json(*words)["rows"]
    }
    expected: dict[Any, int] = {("2026-02", "beta", None): 10 * oracle.NANO}
    for day, own in lengths.items():
        shares = oracle.largest_remainder(100_010_000_000, [Fraction(length) for length in own.values()])
        expected |= {(day[:7], "acme", name or None): part for name, part in zip(own, shares, strict=True)}
    assert found == expected
