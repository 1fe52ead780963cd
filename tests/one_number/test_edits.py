"""Random edits over all kinds of rules: draft screens = plan = report after apply, at every grain.

``TURBOFINOPS_EDITS`` runs as many edits as it says (default 200). Seeded: what fails once fails again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program
from tests.one_number.traces import COST_MAP, Use, write_costs, write_spans
from tests.one_number.ways import open_on, slice_of
from turbofinops_tui.actions import rule_form, rules_files
from turbofinops_tui.actions.drafts import Edit, adds, edits
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.evaluate import changes
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import parse_day
from turbofinops_tui.errors import TurboError
from turbofinops_tui.files.rules_yaml import load_rule_set
from turbofinops_tui.store.rule_rows import RouteRule

EDITS = int(os.environ.get("TURBOFINOPS_EDITS", "200"))
AT_ONCE = 5
"""edits of one draft"""
DAYS = ("2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02")
PERIOD = ("--period", "2026-01..2026-02")
MEASURES = ("--measure", "revenue,direct_cost,shared_cost,cost,opex_cost,margin")
GRAINS = (("--by", "customer,day"), ("--by", "customer,feature,week"), ("--by", "customer,link,month"))
WHOLE = ("--by", "customer", "--measure", "cost,opex_cost,tax")
REFS = ("acme", "beta", "cara", "dora")
MATCHES: tuple[dict[str, str], ...] = (
    {"service": "EKS"}, {"service": "S*"}, {"tag:cluster": "*"}, {"tag:cluster": "own", "service": "EKS"},
    {"service": "re:(rds|s3)"}, {"source": "aws"},
)  # fmt: skip
FEATURES = ("", "chat", "search")
SECTIONS = (
    "links", "links", "links", "shared", "classes", "features", "routes", "identities", "evidence", "traces",
    "splits",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Program:
    """Bills, revenue and spans of days that are still open."""
    program, dice = Program(tmp_path / "root", "2026-03-05"), random.Random(7)  # noqa: S311
    (tmp_path / "customers.csv").write_text("customer\n" + "".join(f"{ref}\n" for ref in REFS))
    program.call("import", "customers", tmp_path / "customers.csv")
    lines = [
        (day, str(Decimal(dice.randrange(-(10**10), 10**12)).scaleb(-9)), service, cluster)
        for day in DAYS
        for service, cluster in (
            ("EKS", "shared"),
            ("EKS", "own"),
            ("S3", "acme"),
            ("SQS", "Beta"),
            ("RDS", ""),
        )
    ]
    program.call("import", "costs", write_costs(tmp_path / "c.csv", lines), "--source", "aws", *COST_MAP)
    (tmp_path / "r.csv").write_text(
        "id,customer,kind,amount,currency,occurred_at,product\n"
        + "".join(
            f"{day}{ref},{ref},one_time,{dice.randrange(900)}.37,USD,{day},pro\n"
            for day in DAYS
            for ref in REFS[:3]
        )
    )
    program.call("import", "revenue", tmp_path / "r.csv", "--source", "billing")
    uses = [
        Use(f"{n:x}", "1", dice.choice(DAYS), dice.choice(("api", "web")), dice.randrange(1, 999),
            customer=dice.choice(("acme", "t-1", "newco", "")), feature=dice.choice(FEATURES),
            route=dice.choice(("", "/a", "/b")))
        for n in range(40)
    ]  # fmt: skip
    program.call("import", "otlp", write_spans(tmp_path / "s.jsonl", uses))
    return program


class Dice:
    """Random edits that fit the rules of the moment, mostly."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.pick = self.random.choice
        self.made = 0
        self.seen: set[str] = set()

    def edits(self, reports: Reports) -> list[Edit]:
        """One edit of any kind of rule on the rules that the draft leaves; a split is several."""
        section = self.pick(SECTIONS)
        self.seen.add(section)
        rules = reports.drafts.outcome().rules
        if section == "identities":
            return [self._identity(rules)]
        if section in ("evidence", "traces"):
            return [self._of_spans(section, reports)]
        if section == "splits":
            return self._split(rules.links)
        return [self._of_list(section, reports, rules)]

    def _of_list(self, section: Any, reports: Reports, rules: t.Rules) -> Edit:
        held = reports.drafts.evidence().routes if section == "routes" else getattr(rules, section)
        act = self.pick(("add", "add", "edit", "move", "switch", "remove")) if held else "add"
        if len(held) > 6:
            act = "remove"
        if act in ("add", "edit"):
            self.made += 1
            rule = self.rule(section, f"r{self.made}" if act == "add" else self.pick(held).id)
            return adds(rule) if act == "add" else edits(rule)
        chosen = self.pick(held)
        self.seen.add(f"{act} {section}")
        if act == "switch":
            return Edit("disable" if chosen.enabled else "enable", section, chosen.id)
        if act == "move":
            return Edit("move", section, chosen.id, to=self.random.randrange(1, len(held) + 1))
        return Edit("remove", section, chosen.id)

    def _of_spans(self, section: str, reports: Reports) -> Edit:
        """Keys that name customer and feature, and whose explicit traces are."""
        if section == "evidence":
            name, values = self.pick(
                (
                    (
                        "evidence.customer_keys",
                        ("customer.id,tenant.id", "tenant.id", "tenant.id,customer.id"),
                    ),
                    ("evidence.feature_keys", ("app.feature", "app.part", "")),
                )
            )
            return Edit("set", "evidence", name, value=self.pick(values))
        told = [name for name, _ in reports.drafts.evidence().traces]
        if told and self.random.random() < 0.4:
            return Edit("drop", "traces", self.pick(told))
        trace = f"{self.random.randrange(40):x}".rjust(32, "0")
        return Edit("say", "traces", trace, customer=self.pick(REFS))

    def _split(self, links: tuple[t.Link, ...]) -> list[Edit]:
        """A link divided in the editor: its parts stand where it stood."""
        held = [link for link in links if link.kind in ("tag", "trace")]
        if not held or len(links) > 6:
            return []
        one, two = self.random.sample(REFS, 2)
        base = self.pick(held)
        texts = {**rule_form.texts_of(base), "split": f"{one}={self.pick((10, '33.3', 60))} {two}=39.9"}
        rule, errors = rule_form.read(base, texts)
        return [] if errors else rule_form.edits_of(rule, texts, links)

    def _identity(self, rules: t.Rules) -> Edit:
        told = {f"{i.kind}{'=' if i.kind.startswith('tag:') else ':'}{i.value}": i for i in rules.identities}
        name = self.pick(("tag:cluster=own", "trace:t-1", "trace:acme", "tag:cluster=shared"))
        if name not in told:
            return Edit("say", "identities", name, customer=self.pick(REFS))
        return Edit(self.pick(("reassign", "drop")), "identities", name, customer=self.pick(REFS))

    def rule(self, section: str, name: str) -> Any:
        """A rule of a section."""
        pick, match = self.pick, t.Match(tuple(self.pick(MATCHES).items()))
        dates: dict[str, Any] = {
            "start": pick((None, None, parse_day(DAYS[1]))), "end": pick((None, None, parse_day(DAYS[3]))),
        }  # fmt: skip
        if section == "routes":
            return RouteRule(name, pick(("/a", "/b", "GET /*")), pick(("chat", "routed")))
        if section == "classes":
            return t.ClassRule(
                name, t.Match((("service", pick(("RDS", "SQS"))),)), pick(("opex", "cogs")), "lab", **dates
            )
        if section == "features":
            split = (("chat", Decimal("33.4")), ("search", Decimal("66.6")))
            usage = pick((True, False))
            return t.FeatureRule(name, pick(("pro", "max")), () if usage else split, usage)
        if section == "shared":
            method: t.Method = pick(("keep", "even", "revenue", "direct", "evidence", "fixed"))
            fixed = (("acme", Decimal("0.5")), ("beta", Decimal("99.5"))) if method == "fixed" else ()
            return t.SharedRule(name, match, method, fixed, pick(((), ("tag:cluster",))), **dates)
        return self._link(name, match, dates)

    def _link(self, name: str, match: t.Match, dates: dict[str, Any]) -> t.Link:
        pick = self.pick
        percent = Decimal(pick(("100", "60", "33.333")))
        kind = pick(("tag", "tag", "trace", "trace", "feature", "label", "route", "id"))
        if kind == "trace":
            return t.Link(
                name, "trace", match, "", pick(FEATURES), percent, evidence=pick(((), ("api",))),
                weight=pick(("self_time", "requests", "duration")), rest=pick(("keep", "spread")), **dates,
            )  # fmt: skip
        if kind == "id":
            return t.Link(name, "trace", t.Match((("trace", pick(("*1", "*2"))),)), pick(REFS), **dates)
        if kind in ("label", "route"):
            terms = {"label": pick(("chat", "s*")), "route": pick(("/a", "GET /b"))}[kind]
            return t.Link(name, "feature", t.Match(((kind, terms),)), "", pick(("chat", "talk")), **dates)
        tagged = any(key.startswith("tag:") for key, _ in match.terms)
        customer = "" if kind == "feature" else pick(("{value}" if tagged else "dora", "acme", "cara"))
        feature = pick(("search", "chat")) if kind == "feature" or not customer else pick(FEATURES)
        return t.Link(name, "tag" if kind == "tag" else "feature", match, customer, feature, percent, **dates)


Shown = dict[Any, tuple[t.Value, ...]]


def shown(reports: Reports, program: Program, words: tuple[str, ...], view: str) -> tuple[Shown, Any]:
    """The rows and totals of a slice in a view."""
    table = reports.table(slice_of(program, (*words, *PERIOD, "--view", view)))
    return {row.key: row.values for row in table.rows}, [row.values for row in table.totals]


def held(cells: Shown, total: Any) -> dict[Any, int]:
    """Who holds how much cost, in store units; cost out of the margin under its word."""
    found = {key[0]: values[0].units for key, values in cells.items() if isinstance(values[0], Money)}
    (sums,) = total
    return found | {"(opex)": sums[1].units, "(tax)": sums[2].units}


def rounds(program: Program, session: Session, seed: int) -> Iterator[tuple[Reports, Reports]]:
    """Drafts of some edits, checked and kept, until there were ``EDITS``."""
    live, dice = Reports(session), Dice(seed)
    done = 0
    while done < EDITS:
        for _ in range(AT_ONCE):
            try:
                some = dice.edits(live)
                if some:
                    live.drafts.add(some)
            except TurboError:
                continue
            done += bool(some)
        if live.drafts.load() is not None:
            yield live, check(program, session, live)
    switched = {f"switch {name}" for name in ("links", "shared", "classes", "features", "routes")}
    assert dice.seen >= {*SECTIONS, *switched} or EDITS < 200


def check(program: Program, session: Session, live: Reports) -> Reports:
    """What the draft shows is what its file plans and what the report says once it is kept."""
    grains = [(*by, *MEASURES) for by in GRAINS]
    before = held(*shown(live, program, WHOLE, "saved"))
    drafted = [shown(live, program, words, "draft") for words in grains]
    file = load_rule_set(rules_files.export_text(session, draft=True), "draft.yaml")
    plan = rules_files.plan_file(live, file)
    asked = slice_of(program, WHOLE)
    assert plan.difference == live.difference(asked)
    live.drafts.keep()
    anew = Reports(session)
    for words, was in zip(grains, drafted, strict=True):
        assert shown(anew, program, words, "saved") == was == shown(live, program, words, "saved"), words
    after = held(*shown(anew, program, WHOLE, "saved"))
    moved: dict[Any, int] = {}
    for item in plan.difference.moved:
        moved[item.source] = moved.get(item.source, 0) - item.cost.units
        moved[item.target] = moved.get(item.target, 0) + item.cost.units
    for who in {*before, *after, *moved}:
        assert moved.get(who, 0) == after.get(who, 0) - before.get(who, 0), who
    return anew


def invariant(program: Program, reports: Reports, whole: int) -> None:
    """Every stored unit is in one bucket, at any grain and under any filter."""
    for by in GRAINS:
        for parts in ((("service=EKS",), ("service!=EKS",)), (("feature=chat",), ("feature!=chat",))):
            found = 0
            for (condition,) in parts:
                words = (*by, "--measure", "cost,opex_cost,tax", "--where", condition)
                _, ((cost, opex, tax),) = shown(reports, program, words, "saved")
                found += cost.units + opex.units + tax.units
            assert found == whole, (by, parts)


def test_draft_plan_and_report_agree_after_every_edit(store: Program) -> None:
    session = open_on(store)
    _, ((whole, _, _),) = shown(Reports(session), store, WHOLE, "saved")
    for number, (_, anew) in enumerate(rounds(store, session, 1)):
        if number % 5 == 0:
            invariant(store, anew, whole.units)
    session.store.close()
    proof = store.json("reconcile")
    assert proof["ok"] is True
    assert proof["rows"]


def test_a_pool_that_keeps_its_old_split_is_found(store: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: identities and labels that do not reach the pools of evidence."""
    monkeypatch.setattr(changes, "_traced", lambda *_: False)
    session = open_on(store)
    with pytest.raises(AssertionError):
        for _ in rounds(store, session, 1):
            pass
    session.store.close()
