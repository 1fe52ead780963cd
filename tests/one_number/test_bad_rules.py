"""Bad input of rules, line by line: one line of error by the field, or numbers that still add up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Failed, Program
from tests.one_number.traces import COST_MAP, write_costs
from tests.one_number.ways import open_on
from tests.unit.small_books import ask, books, dimension, nano, revenue, shared_rule, tag_link, used
from turbofinops_tui.actions import rule_form
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range

LAST = t.Slice(measures=("cost",), range=Range("2026-01..2026-02"))
EVIL = "a" * 3000 + "!"
HUGE = "4611686018.427387903"
"""2^62 - 1 store units"""
BOMB = "version: 1\nlinks:\n- &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"- &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
LINK = "- {id: %s, kind: tag, match: {'tag:cluster': x}, customer: %s, percent: %s%s}\n"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("bad")
    program = Program(folder / "root", "2026-03-05")
    (folder / "customers.csv").write_text("customer\nacme\nbeta\n")
    program.call("import", "customers", folder / "customers.csv")
    lines = [("2026-02-01", "3", "EC2", "x"), ("2026-02-01", "4", "S3", EVIL)]
    program.call("import", "costs", write_costs(folder / "c.csv", lines), "--source", "aws", *COST_MAP)
    program.call(
        "links", "add", "--kind", "tag", "--match", "tag:cluster=x", "--customer", "acme", "--name", "x"
    )
    return program


def preview(program: Program, **texts: str) -> rule_form.Preview:
    """What the editor says of a new tag link; errors of fields raise."""
    session = open_on(program)
    filled = rule_form.texts_of(rule_form.blank("tag")) | texts
    rule, errors = rule_form.read(rule_form.blank("tag"), filled)
    assert errors == {}
    found = rule_form.preview(Reports(session), LAST, rule, filled)
    session.store.close()
    return found


@pytest.mark.parametrize(
    ("texts", "field", "words"),
    [
        ({"match": "tag:cluster=x", "customer": "beta"}, "percent", "give away 200 percent"),
        ({"match": "tag:cluster=x", "customer": "acme"}, "percent", "give away 200 percent"),
        ({"match": "tag:cluster=X", "customer": "beta", "percent": "0.001", "start": "2026-02-01"},
         "percent", "give away 100.001 percent"),
        ({"match": "service=*", "customer": "acne"}, "customer", "did you mean 'acme'?"),
        ({"match": "tag:cluster=re:(a)\\1", "customer": "beta"}, "match", "re:"),
    ],
    ids=["equal match", "equal links", "overlapping dates", "unknown customer", "backreference"],
)  # fmt: skip
def test_a_refusal_is_one_line_by_its_field(
    program: Program, texts: dict[str, str], field: str, words: str
) -> None:
    found = preview(program, **texts)
    assert found.field == field
    assert words in found.refused
    assert "\n" not in found.refused


@pytest.mark.parametrize(("name", "text"), [("percent", "100.01"), ("percent", "-1"), ("percent", "0"),
                                            ("end", "2026-02-30"), ("split", "acme=101")])  # fmt: skip
def test_a_field_that_cannot_be_read_says_so(name: str, text: str) -> None:
    texts = rule_form.texts_of(rule_form.blank("tag")) | {"match": "service=x", name: text}
    _, errors = rule_form.read(rule_form.blank("tag"), texts)
    assert [*errors] == [name]
    assert "\n" not in errors[name]


@pytest.mark.parametrize("text", ["re:(a+)+b", "re:(a|a)*b", "re:(a*)*(a*)*b", "re:(.*)*(.*)*b"])
def test_a_catastrophic_pattern_ends(program: Program, text: str) -> None:
    found = preview(program, match=f"tag:cluster={text}", customer="beta")
    assert found.refused == ""
    assert found.matched == 0


@pytest.mark.parametrize("text", ["*", "re:.*", "x|*", "**"])
def test_a_pattern_that_matches_everything_says_so(program: Program, text: str) -> None:
    found = preview(program, match=f"service={text}", customer="beta")
    assert (found.matched, found.dimensions) == (2, 2)
    assert found.placed is not None
    assert found.placed.text() == "4.00"  # what an earlier link gives away stays there


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        (LINK % ("a", "acme", "60", "") + LINK % ("b", "beta", "41", ""), 3, "give away 101 percent"),
        (LINK % ("a", "acme", "100", "") + LINK % ("b", "acme", "100", ""), 3, "give away 200 percent"),
        (LINK % ("a", "acme", "100", ", to: 2026-02-02")
         + LINK % ("b", "beta", "100", ", from: 2026-02-01"), 3, "give away 200 percent"),
        (LINK % ("a", "nobody", "100", ""), 3, "there is no customer"),
        (LINK % ("a", "acme", "101", ""), 3, "101 percent"),
        (LINK % ("a", "acme", "60, percent: 40", ""), 3, "stands there twice"),
        ("- {id: a, kind: tag, match: {'tag:c': 're:(?=a)'}, customer: acme}\n", 3, "re:"),
    ],
    ids=["over 100", "equal", "overlap", "unknown", "percent", "duplicate key", "lookahead"],
)  # fmt: skip
def test_a_file_is_refused_with_its_line(
    program: Program, tmp_path: Path, body: str, line: int, words: str
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("version: 1\nlinks:\n" + body)
    with pytest.raises(Failed) as found:
        program.call("rules", "plan", file)
    told = [text for text in str(found.value).splitlines() if text.startswith("error: ")]
    assert len(told) == 1
    assert f"rules.yaml line {line}" in told[0]
    assert words in told[0]


def test_a_bomb_is_one_line_and_changes_nothing(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "bomb.yaml"
    file.write_text(BOMB)
    before = program.json("links", "list")
    with pytest.raises(Failed, match="aliases grow too large"):
        program.call("--yes", "rules", "apply", file)
    assert program.json("links", "list") == before


# --- numbers that still add up --------------------------------------------------------------------

POOL = dimension(1, service="EKS")
REST = dimension(2, service="RDS")
OWN = dimension(3, tags={"customer": "acme"})
TRACE = t.Link("pool", "trace", t.Match((("service", "EKS"),)), evidence=("api",))


def whole(table: t.Table) -> dict[Any, int]:
    return {row.key[0]: row.values[0].units for row in table.rows if isinstance(row.values[0], Money)}


def test_a_day_without_evidence_stays_unattributed() -> None:
    lines = [(POOL, "2026-01-05", "10"), (POOL, "2026-01-06", "7")]
    uses = [used("2026-01-05", "acme", requests=1), used("2026-01-05", "beta", requests=3)]
    facts = books(lines, (), "acme beta", evidence=uses)
    rules = t.Rules(links=(t.Link("p", "trace", TRACE.match, weight="requests"),))
    assert whole(ask(facts, rules, measures="cost")) == {
        "acme": nano("2.5"), "beta": nano("7.5"), None: nano(7),
    }  # fmt: skip


@pytest.mark.parametrize("method", ["revenue", "direct", "evidence", "even"])
@pytest.mark.parametrize("sales", [[], [("acme", "0")], [("acme", "-5"), ("beta", "-1")]], ids=len)
def test_weights_of_zero_or_less_leave_it_unattributed(
    method: t.Method, sales: list[tuple[str, str]]
) -> None:
    uses = [used("2026-01-05", "acme", self_time=0), used("2026-01-05", "", self_time=0)]
    events = [revenue(who, amount, "2026-01-05", kind="refund") for who, amount in sales]
    facts = books([(POOL, "2026-01-05", "10"), (REST, "2026-01-05", "5")], events, "acme beta", evidence=uses)
    rules = t.Rules(links=(TRACE,), shared=(shared_rule("s", {"service": "RDS"}, method),))
    table = ask(facts, rules, measures="cost margin_pct revenue")
    assert sum(whole(table).values()) == nano(15)
    assert all(row.values[1] is None for row in table.rows)
    if method != "even" or not sales:
        assert whole(table)[None] == nano(15)


@pytest.mark.parametrize("method", ["even", "revenue", "direct", "fixed"])
def test_amounts_at_the_bound_of_int64_are_exact(method: t.Method) -> None:
    days = ("2026-01-05", "2026-01-06", "2026-02-07")
    lines = [(which, day, HUGE) for which in (POOL, REST, OWN) for day in days]
    uses = [used(day, who, self_time=2**62 - n) for day in days for n, who in enumerate(("acme", "beta", ""))]
    sales = [revenue("acme", HUGE, "2026-01-01"), revenue("beta", "0.01", "2026-02-01")]
    split = (("acme", Decimal("33.3")), ("beta", Decimal("66.7"))) if method == "fixed" else ()
    rules = t.Rules(
        links=(tag_link("own", {"tag:customer": "*"}, customer="{value}", percent="33.333"), TRACE),
        shared=(shared_rule("s", {"service": "RDS"}, method, split=split),),
    )
    facts = books(lines, sales, "acme beta", evidence=uses)
    expected = 9 * (2**62 - 1)
    for by in ("customer", "customer month", "customer day", "link"):
        table = ask(facts, rules, by, "cost")
        assert sum(row.values[0].units for row in table.rows if isinstance(row.values[0], Money)) == expected
        assert table.totals[0].values[0] == Money(expected, "USD")


def test_thousands_of_links_are_one_file_and_one_answer() -> None:
    many = 3000
    lines = [(dimension(n, tags={"customer": f"v{n}"}), "2026-01-05", "1") for n in range(200)]
    links = tuple(tag_link(f"l{n}", {"tag:customer": f"v{n}"}, customer="acme") for n in range(many))
    found = whole(ask(books(lines, (), "acme"), t.Rules(links=links), measures="cost"))
    assert found == {"acme": nano(200)}


@pytest.mark.parametrize("pattern", [r"re:\d+\.x", "a b", "it's", 'say "x"', r"C:\x", "#1", ""])
def test_a_match_reads_back_as_it_was_written(pattern: str) -> None:
    rule = tag_link("l", {"tag:cluster": pattern, "service": "EC2"}, customer="acme")
    texts = rule_form.texts_of(rule)
    assert rule_form.read(rule, texts) == (rule, {})
