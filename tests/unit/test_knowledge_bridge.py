"""What changed since we knew less: every cause by hand, and sums that are those of two reports."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.one_number.program import Program
from tests.unit.small_books import shared_rule, tag_link
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.rule_steps import steps

HEAD = (
    "BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,ProviderName,Tags"
)
REVENUE = "id,customer,kind,amount,currency,occurred_at,period_start,period_end"
RATES = "Date,USD\n" + "".join(f"2026-10-{day:02d},1.10\n" for day in range(1, 32, 5))


class Told:
    """A store and the files of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = Program(folder / "root", "2026-11-24")

    def cost(self, *rows: tuple[str, str, str, str], source: str = "aws") -> None:
        """Import lines of (cost, day, service, customer)."""
        lines = [
            f'{amount},{amount},USD,Usage,{day},{service},AWS,"{{""customer"":""{who}""}}"'
            for amount, day, service, who in rows
        ]
        self._import(["focus"], [HEAD, *lines], "--source", source, "--yes")

    def revenue(self, *rows: str) -> None:
        self._import(["revenue"], [REVENUE, *rows], "--source", "erp")

    def rates(self) -> None:
        self._import(["rates"], RATES.splitlines())

    def _import(self, kind: list[str], lines: list[str], *words: str) -> None:
        path = self.folder / f"{kind[0]}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.program.call("import", *kind, path, *words)

    def link(self, name: str = "tagged") -> None:
        self.program.call(
            *("links", "add", "--kind", "tag", "--match", "tag:customer=*"),
            *("--customer", "{value}", "--name", name),
        )

    def report(self, by: str = "customer") -> Any:
        return self.program.json("report", "--by", by, "--measure", "revenue,cost,margin")

    def since(self, when: str, *words: str) -> Any:
        return self.program.json("bridge", "--since", when, *words)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def rows_of(bridge: Any, by: str = "customer") -> list[tuple[str | None, str, str]]:
    return [(row[by], row["cause"].partition(", by ")[0], row["amount"]) for row in bridge["rows"]]


def test_each_thing_that_came_since_is_a_cause_of_its_own(told: Told) -> None:
    told.cost(("10", "2026-10-02", "EC2", "acme"), ("8", "2026-10-03", "Support", ""))
    books = told.report()["books"]
    told.link()
    told.revenue("a,acme,subscription,100,USD,2026-10-01,2026-10-01,2026-11-01",
                 "b,beta,subscription,50,EUR,2026-10-01,2026-10-01,2026-11-01")  # fmt: skip
    told.rates()
    told.program.call("shared", "add", "--match", "service=Support", "--method", "even", "--name", "spread")
    told.cost(("12", "2026-10-02", "EC2", "acme"), ("8", "2026-10-03", "Support", ""))
    bridge = told.since(books)
    assert rows_of(bridge) == [
        ("acme", "facts: delivery 2, revenue erp", "100.00"),
        ("acme", "facts: delivery 4, focus aws/main", "-2.00"),
        ("acme", "rules: link tagged", "-10.00"),
        ("acme", "rules: shared rule spread", "-4.00"),
        ("beta", "fx: delivery 3, rates", "55.00"),
        ("beta", "rules: shared rule spread", "-4.00"),
        (None, "rules: link tagged", "10.00"),
        (None, "rules: shared rule spread", "8.00"),
    ]
    assert all(", by " in row["cause"] for row in bridge["rows"] if row["cause"].startswith("rules"))
    assert (bridge["from"], bridge["to"], bridge["total"]) == (books, told.report()["books"], "153.00")


def test_rules_that_a_file_brings_at_once_are_told_apart(told: Told) -> None:
    told.cost(("10", "2026-10-02", "EC2", "acme"), ("8", "2026-10-03", "Support", "acme"))
    books = told.report()["books"]
    path = told.folder / "rules.yaml"
    path.write_text(
        "version: 1\nclasses: [{id: ops, match: {service: Support}, class: opex}]\n"
        'links: [{id: own, kind: tag, match: {"tag:customer": "*"}, customer: "{value}"}]\n',
        encoding="utf-8",
    )
    told.program.call("rules", "apply", path, "--yes")
    assert rows_of(told.since(books)) == [
        ("acme", "rules: link own", "-10.00"),
        (None, "rules: class rule ops", "8.00"),
        (None, "rules: link own", "10.00"),
    ]


def test_an_import_and_an_edit_that_nobody_looked_between_are_told_apart(
    told: Told, monkeypatch: Any
) -> None:
    told.cost(("10", "2026-10-02", "EC2", "acme"))
    books = told.report()["books"]
    from turbofinops_tui.actions import figures

    with monkeypatch.context() as patched:
        patched.setattr(figures, "follow_up", lambda session: 0)
        told.cost(("12", "2026-10-02", "EC2", "acme"))
        told.link()
    assert rows_of(told.since(books)) == [
        ("acme", "rules: link tagged", "-12.00"),
        (None, "facts: delivery 2, focus aws/main", "-2.00"),
        (None, "rules: link tagged", "12.00"),
    ]


def test_settings_and_deliveries_of_other_months(told: Told) -> None:
    told.cost(("10", "2026-10-02", "EC2", "acme"))
    told.program.call("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    books = told.report()["books"]
    told.program.call("settings", "set", "tag_prefixes", "cust")
    moved = told.since(books)
    assert {row["cause"].partition(", by ")[0] for row in moved["rows"]} <= {"settings: tag_prefixes"}
    told.program.call("settings", "set", "tag_prefixes", "user:,user_")
    told.cost(("10", "2026-10-02", "EC2", "acme"), ("5", "2026-09-02", "EC2", "acme"))
    told.cost(("1", "2026-10-05", "EC2", "acme"), source="other")
    assert rows_of(told.since(books, "--period", "2026-10")) == [
        ("acme", "facts: delivery 3, focus other/main", "-1.00")
    ]
    assert rows_of(told.since(books, "--period", "2026-09")) == [
        ("acme", "facts: delivery 2, focus aws/main", "-5.00")
    ]


def test_an_undone_import_is_told(told: Told) -> None:
    told.cost(("10", "2026-10-02", "EC2", "acme"))
    books = told.report()["books"]
    told.program.call("imports", "remove", "1", "--yes")
    assert rows_of(told.since(books)) == [(None, "facts: delivery 1 removed, import", "10.00")]


def test_a_date_means_what_was_known_before_that_day(told: Told) -> None:
    told.program.today = "2026-11-20"
    told.cost(("10", "2026-10-02", "EC2", "acme"))
    told.program.today = "2026-11-24"
    told.cost(("12", "2026-10-02", "EC2", "acme"))
    assert told.since("2026-11-24")["total"] == "-2.00"
    assert told.since("2026-11-20")["total"] == "-12.00"
    assert told.since("2026-11-25")["total"] == "0.00"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--since", "ffffffff"), 1), (("--since", "yesterday"), 1),
        (("--since", "2026-11-01", "--period", "-7d"), 2), (("--since", "2026-11-01", "--by", "feature"), 2),
        (("--since", "2026-11-01", "--basis", "cash"), 2), (("--from", "2026-09"), 2), ((), 2),
        (("--from", "2026-09", "--to", "2026-13"), 2), (("--since", "2026-11-01", "--from", "2026-09"), 2),
        (("--from", "2026-09", "--to", "2026-10", "--currency", "native"), 2),
    ],
)  # fmt: skip
def test_words_that_mean_no_bridge(told: Told, words: tuple[str, ...], code: int) -> None:
    told.program.call("bridge", *words, code=code)


def test_a_reader_sees_what_no_state_tells_yet(told: Told, monkeypatch: Any) -> None:
    told.cost(("10", "2026-10-02", "EC2", "acme"))
    books = told.report()["books"]
    from turbofinops_tui.actions import figures

    with monkeypatch.context() as patched:
        patched.setattr(figures, "follow_up", lambda session: 0)
        told.cost(("12", "2026-10-02", "EC2", "acme"))
    told.program.globals.append("--read-only")
    assert rows_of(told.since(books)) == [(None, "facts: delivery 2, focus aws/main", "-2.00")]


LINKS = [tag_link(name, {"service": name}, customer="acme") for name in "abcd"]
SHARED = [shared_rule(name, {"service": name}, "even") for name in "xy"]


@settings(max_examples=60, deadline=None)
@given(*[st.permutations(LINKS), st.integers(0, 4)] * 2, st.booleans())
def test_steps_lead_from_one_set_of_rules_to_the_other(
    first: list[t.Link], size: int, second: list[t.Link], length: int, edited: bool
) -> None:
    if edited and length:
        second = [t.Link(second[0].id, "tag", second[0].match, "beta", percent=Decimal(5)), *second[1:]]
    old = t.Rules(links=tuple(first[:size]), shared=tuple(SHARED), id="old")
    new = t.Rules(links=tuple(second[:length]), shared=tuple(SHARED[:1]), id="new")
    found = steps(old, new)
    assert found[-1][2] == new
    names = [name for section, name, _ in found if section == "links"]
    assert len(names) == len(set(names))
    assert steps(new, new) == []
