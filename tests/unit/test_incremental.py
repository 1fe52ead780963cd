"""After any sequence of edits the incremental answer equals the one from nothing, element by element."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.small_books import ask, books, dimension, revenue, used
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate import shared
from turbofinops_tui.economics.evaluate.derive import DerivedLedger
from turbofinops_tui.economics.evaluate.edits import edited
from turbofinops_tui.economics.evaluate.plan import memory_of
from turbofinops_tui.economics.periods import parse_day

NAMES = ("acme", "beta", "cara", "dora")
MATCHES: tuple[dict[str, str], ...] = (
    {"tag:customer": "*"}, {"tag:customer": "acme|beta"}, {"tag:team": "*"}, {"service": "EC2"},
    {"service": "S*", "tag:env": "prod"}, {"account": "2"}, {"provider": "*"}, {"tag:env": "re:(dev|test)"},
)  # fmt: skip
VIEWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("customer", "revenue cost direct_cost shared_cost margin coverage", {}),
    ("customer month", "cost ai_cost ai_share", {"period": "2026-01..2026-03"}),
    ("cohort age", "revenue cost customers", {}),
    ("provider service", "cost opex_cost tax", {}),
    ("feature", "revenue cost margin", {}),
    ("link class", "cost opex_cost", {}),
    (
        "month",
        "cost margin",
        {"where": (t.Condition("customer", "acme"), t.Condition("service", "S3", True))},
    ),
    ("customer", "cost shared_cost", {"where": (t.Condition("feature", ""),), "tax": "in", "credits": "out"}),
    ("day customer", "cost direct_cost", {"period": "2026-02-01..2026-02-05"}),
    ("customer", "cost", {"period": "2026-02", "currency": "native"}),
    ("customer feature", "revenue direct_cost requests self_time input_tokens", {}),
)
DAYS = ("2026-01-05", "2026-01-31", "2026-02-01", "2026-02-03", "2026-03-17")


def dimensions() -> list[t.CostDimension]:
    found = []
    for number in range(24):
        tags = {"env": ("prod", "dev", "test")[number % 3]}
        if number % 4:
            tags["customer"] = NAMES[number % 3]
        if number % 5 == 0:
            tags["team"] = NAMES[number % 4]
        category = "Tax" if number == 7 else "Credit" if number == 8 else "Usage"
        found.append(
            dimension(
                number,
                tags=tags,
                charge_category=category,
                service=("EC2", "S3", "Bedrock")[number % 3],
                account=str(number % 3),
                names_customer="dora" if number == 11 else "",
                currency="EUR" if number in (5, 12) else "USD",
            )
        )
    return found


def facts(dice: random.Random) -> FactBooks:
    lines = [
        (found, day, str(Decimal(dice.randint(-(10**9), 10**11)).scaleb(-9)))
        for found in dimensions()
        for day in dice.sample(DAYS, 3)
    ]
    sales = [
        revenue(name, f"{10 + 7 * i}.31", f"2026-0{i % 3 + 1}-02", product="pro")
        for i, name in enumerate(NAMES)
    ]
    rates = [("EUR", "USD", "2026-01-04", "1.07"), ("EUR", "USD", "2026-02-01", "1.10")]
    table = [(b, c, parse_day(d), r) for b, c, d, r in rates]
    return books(lines, sales, " ".join(NAMES), table, evidence=evidence(dice))


def evidence(dice: random.Random) -> list[t.EvidenceRow]:
    """Usage of two services by references, by values that only identities know, and by nobody."""
    return [
        used(
            day, who, feature, dice.choice(((1, 1), (16, 11))), service=service,
            self_time=dice.randrange(10**9), requests=dice.randrange(9), input_tokens=dice.randrange(99),
        )
        for day in DAYS
        for who in ("acme", "beta", "t-1", "")
        for service in ("api", "web")
        for feature in ("", "chat", "srch")
        if dice.random() < 0.5
    ]  # fmt: skip


class Walk:
    """Rules that change by one random edit at a time."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.rules = t.Rules()
        self.made = 0

    def step(self) -> t.Rules:
        """The rules after one more edit of a random section."""
        section = self.dice.choice(
            ("links", "links", "links", "shared", "shared", "classes", "features", "identities")
        )
        if section == "identities":
            return self._identities()
        rules = list(getattr(self.rules, section))
        act = self.dice.choice(("add", "add", "remove", "move", "edit", "enable")) if rules else "add"
        if len(rules) > 7:
            act = "remove"
        at = self.dice.randrange(len(rules)) if rules else 0
        if act == "add":
            self.made += 1
            rules.insert(self.dice.randrange(len(rules) + 1), self._rule(section, f"r{self.made}"))
        elif act == "remove":
            rules.pop(at)
        elif act == "move":
            rules.insert(self.dice.randrange(len(rules)), rules.pop(at))
        elif act == "edit":
            rules[at] = self._rule(section, rules[at].id)
        elif section != "features":
            rules[at] = replace(rules[at], enabled=not rules[at].enabled)
        return self._take(**{section: tuple(rules)})

    def _take(self, **change: Any) -> t.Rules:
        self.rules = replace(self.rules, **change)
        return self.rules

    def _identities(self) -> t.Rules:
        kinds = ("tag:customer", "tag:team", "stripe", "trace", "trace")
        values = (*NAMES, "t-1", "t-1")
        found = {
            (kind, value): t.Identity(self.dice.choice(NAMES), kind, value)
            for kind, value in ((self.dice.choice(kinds), self.dice.choice(values)) for _ in range(2))
        }
        return self._take(identities=tuple(found[key] for key in sorted(found)))

    def _rule(self, section: str, name: str) -> Any:
        pick = self.dice.choice
        match = t.Match(tuple(pick(MATCHES).items()))
        dates: dict[str, Any] = {
            "start": pick((None, None, 20_480, 20_486)),
            "end": pick((None, None, 20_500, 20_520)),
        }
        if section == "classes":
            return t.ClassRule(name, match, pick(("cogs", "opex")), "lab", **dates)
        if section == "features":
            weights = pick(((("chat", Decimal(60)), ("search", Decimal(40))), (("chat", Decimal(100)),)))
            usage = pick((False, False, True))
            return t.FeatureRule(name, pick(("pro", "max")), () if usage else weights, usage)
        if section == "shared":
            method: t.Method = pick(("keep", "even", "revenue", "direct", "evidence", "fixed"))
            split = (("acme", Decimal(60)), ("beta", Decimal(40))) if method == "fixed" else ()
            return t.SharedRule(name, match, method, split, pick(((), ("tag:env",))), **dates)
        if section == "links" and pick((True, False, False)):
            return self._evidence_link(name, match, dates)
        template = any(key.startswith("tag:") for key, _ in match.terms)
        customer = pick(("{value}" if template else "cara", "acme", "", "dora"))
        feature = pick(("", "", "chat", "search", "{value}" if template else ""))
        percent = Decimal(pick(("100", "100", "60", "33.3")))
        return t.Link(name, pick(("tag", "tag", "feature")), match, customer, feature, percent, **dates)

    def _evidence_link(self, name: str, match: t.Match, dates: dict[str, Any]) -> t.Link:
        """A trace link over a pool, or a feature link over labels."""
        pick = self.dice.choice
        if pick((True, False, False)):
            label = t.Match((("label", pick(("srch", "ch*"))),))
            return t.Link(name, "feature", label, "", pick(("search", "talk")), **dates)
        return t.Link(
            name, "trace", match, pick(("", "", "acme")), pick(("", "", "search")),
            Decimal(pick(("100", "60"))), evidence=pick(((), ("api",), ("api", "web"))),
            weight=pick(("self_time", "requests", "tokens")), rest=pick(("keep", "spread")), **dates,
        )  # fmt: skip


def answers(known: FactBooks, rules: t.Rules) -> Iterator[tuple[object, ...]]:
    for by, measures, options in VIEWS:
        table = ask(known, rules, by, measures, **options)
        yield list(table.rows), table.totals, table.unattributed, table.unconverted, table.warnings


def fresh(known: FactBooks) -> FactBooks:
    """The same facts with nothing remembered."""
    return known.with_customers(known.customers)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_incremental_equals_full(seed: int, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if large:
        monkeypatch.setattr(shared, "MOST_KEPT", 0)
    dice = random.Random(seed * 2 + large)  # noqa: S311
    known, walk = facts(dice), Walk(dice)
    list(answers(known, walk.rules))
    for step in range(100):
        rules = walk.step()
        found = list(answers(known, rules)) if step % 4 == 0 else [next(answers(known, rules))]
        if step % 4 == 0:
            for one, two, view in zip(found, answers(fresh(known), rules), VIEWS, strict=True):
                assert one == two, (step, view)
        else:
            assert found == [next(answers(fresh(known), rules))], step
    ledgers = memory_of(known, "ledgers").values()
    assert any(isinstance(ledger, DerivedLedger) for ledger in ledgers)


def test_what_an_edit_touches() -> None:
    assert edited("abcd", "abcd") == []
    assert edited("abcd", "abXcd") == ["X"]
    assert edited("abcd", "acd") == ["b"]
    assert edited("abcd", "bcda") == ["a"]
    assert edited("abcd", "dabc") == ["d"]
    assert sorted(edited("abcd", "aXcd")) == ["X", "b"]
    assert set(edited("abcd", "acbd")) <= {"b", "c"}
    assert set(edited("abcde", "edcba")) == set("abcde")
