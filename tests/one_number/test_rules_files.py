"""What ``rules plan`` prints is what ``report`` prints after ``rules apply``, for every holder and grain."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program
from turbofinops_tui.economics import types as t
from turbofinops_tui.files.rules_text import rules_text
from turbofinops_tui.files.rules_yaml import load_rule_set
from turbofinops_tui.store.rule_sets import RuleSet

GRAINS = ("day", "week", "month")
SEEDS = 6
CHANGES = 4


@pytest.fixture
def edited(demo: Program, tmp_path: Path) -> Program:
    root = tmp_path / "root"
    (root / "data").mkdir(parents=True, mode=0o700)
    demo.call("db", "backup", root / "data" / "store.db")
    return Program(root, demo.today)


def changed(rules: RuleSet, chance: random.Random, customers: list[str]) -> RuleSet:
    """A random edit of any kind: a class, a link in part and dated, a method, an order, an identity."""
    assert rules.classes is not None
    assert rules.links is not None
    assert rules.shared is not None
    assert rules.identities is not None
    classes, links, shared = list(rules.classes), list(rules.links), list(rules.shared)
    identities = list(rules.identities)
    kind = chance.choice(("class", "link", "template", "method", "order", "identity", "drop"))
    name = f"r{chance.randrange(10**9)}"
    provider = t.Match((("provider", chance.choice(("aws", "gcp", "azure", "datadog"))),))
    start = chance.choice((None, 20_500, 20_560))
    if kind == "class":
        classes.append(t.ClassRule(name, provider, "opex", "x", start, None))
    elif kind == "link":
        percent = Decimal(chance.randrange(1, 400)) / 10
        end = None if start is None else start + chance.randrange(1, 90)
        match = t.Match((*provider.terms, ("tag:env", "*")))
        links.append(
            t.Link(name, "tag", match, chance.choice(customers), "", min(percent, Decimal(30)), start, end)
        )
    elif kind == "template":
        links.insert(0, t.Link(name, "tag", t.Match((("tag:team", "*"),)), "{value}", start=start))
    elif kind == "method" and shared:
        at = chance.randrange(len(shared))
        old = shared[at]
        method = chance.choice(("even", "revenue", "direct", "keep"))
        shared[at] = t.SharedRule(old.id, old.match, method, within=chance.choice(((), ("account",))))  # type: ignore[arg-type]
    elif kind == "order":
        chance.shuffle(links)
        chance.shuffle(shared)
    elif kind == "identity" and identities:
        at = chance.randrange(len(identities))
        identities[at] = (chance.choice(customers), identities[at][1])
    elif links:
        links.pop(chance.randrange(len(links)))
    return RuleSet(tuple(classes), tuple(links), tuple(shared), rules.features, tuple(identities))


def cells(program: Program, grain: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    words = ("--by", f"customer,{grain}", "--measure", "direct_cost,shared_cost,margin")
    found = program.json("report", *words)
    return {
        (row["customer"], row[grain]): tuple(row[name] for name in ("direct_cost", "shared_cost", "margin"))
        for row in found["rows"]
    }


def holdings(program: Program) -> dict[Any, Decimal]:
    found = program.json("report", "--by", "customer", "--measure", "cost,margin,opex_cost,tax")
    held = {row["customer"]: Decimal(row["cost"]) for row in found["rows"]}
    return held | {"(opex)": Decimal(found["totals"]["opex_cost"]), "(tax)": Decimal(found["totals"]["tax"])}


def margins(program: Program, by: str = "customer") -> dict[str, Decimal]:
    found = program.json("report", "--by", by, "--measure", "margin")
    return {row[by]: Decimal(row["margin"]) for row in found["rows"] if row[by] is not None}


def turned(was: dict[str, Decimal], now: dict[str, Decimal]) -> dict[str, tuple[Decimal, Decimal]]:
    """Whose margin changes sign; who has no row has 0."""
    pairs = {name: (was.get(name, Decimal(0)), now.get(name, Decimal(0))) for name in {*was, *now}}
    return {name: pair for name, pair in pairs.items() if (pair[0] < 0) != (pair[1] < 0)}


def flips_of(plan: Any, by: str) -> dict[str, tuple[Decimal, Decimal]]:
    rows = plan["flips" if by == "customer" else "cohorts"]
    return {item[by]: (Decimal(item["was"]), Decimal(item["now"])) for item in rows}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_plan_is_what_apply_gives(edited: Program, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    file, again = tmp_path / "rules.yaml", tmp_path / "again.yaml"
    edited.call("rules", "export", file)
    rules = load_rule_set(file.read_text(), "x")
    customers = sorted({who for who, _ in rules.identities or ()})
    for _ in range(CHANGES):
        rules = changed(rules, chance, customers)
    file.write_text(rules_text(rules))
    keys = ("customer", "cohort")
    before, was = holdings(edited), [margins(edited, by) for by in keys]
    plan = edited.json("rules", "plan", file, code=3 if _differs(edited, file) else 0)
    if plan["changes"]:
        edited.call("--yes", "rules", "apply", file)
    after, now = holdings(edited), [margins(edited, by) for by in keys]
    moved: dict[Any, Decimal] = {}
    for item in plan["moved"]:
        moved[item["from"]] = moved.get(item["from"], Decimal(0)) - Decimal(item["cost"])
        moved[item["to"]] = moved.get(item["to"], Decimal(0)) + Decimal(item["cost"])
    for holder in {*before, *after, *moved}:
        assert moved.get(holder, 0) == after.get(holder, Decimal(0)) - before.get(holder, Decimal(0)), holder
    for by, old, new in zip(keys, was, now, strict=True):
        assert flips_of(plan, by) == turned(old, new), by
    totals = edited.json("report", "customers", "--measure", "coverage")["totals"]
    assert plan["coverage"]["after"] == totals["coverage"]
    edited.call("rules", "export", again)
    assert edited.json("rules", "plan", again)["changes"] == []


def _differs(program: Program, file: Path) -> bool:
    held = file.with_name("held.yaml")
    program.call("rules", "export", held)
    before, after = (load_rule_set(path.read_text(), "x") for path in (held, file))
    return any(
        getattr(before, name) != getattr(after, name)
        for name in ("classes", "links", "shared", "features", "identities")
        if getattr(after, name) is not None
    )


def test_a_draft_and_a_file_with_the_same_edits_give_the_same_cells(edited: Program, tmp_path: Path) -> None:
    from tests.one_number.ways import open_on, slice_of
    from turbofinops_tui.actions.drafts import adds
    from turbofinops_tui.actions.reports import Reports

    link = t.Link("part", "tag", t.Match((("tag:env", "*"),)), "", "", Decimal("33.3"), 20_500, 20_600)
    file = tmp_path / "rules.yaml"
    edited.call("rules", "export", file)
    rules = load_rule_set(file.read_text(), "x")
    assert rules.links is not None
    customer = (rules.identities or ())[0][0]
    link = t.Link("part", "tag", link.match, customer, "", link.percent, link.start, link.end)
    session = open_on(edited)
    reports = Reports(session)
    reports.drafts.add([adds(link)])
    drafted = {}
    for grain in GRAINS:
        words = ("--by", f"customer,{grain}", "--measure", "direct_cost,shared_cost,margin")
        table = reports.table(slice_of(edited, (*words, "--view", "draft")))
        drafted[grain] = {row.key: tuple(v and v.text() for v in row.values) for row in table.rows}  # type: ignore[union-attr]
    reports.drafts.discard()
    session.store.close()
    file.write_text(rules_text(RuleSet(links=(*rules.links, link))))
    edited.call("--yes", "rules", "apply", file)
    for grain in GRAINS:
        assert {tuple(map(_text, key)): values for key, values in cells(edited, grain).items()} == {
            tuple(map(_text, key)): values for key, values in drafted[grain].items()
        }, grain


def _text(key: object) -> str | None:
    return None if key is None else str(key)
