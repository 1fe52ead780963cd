"""Rules files and the store: apply loses nothing, refuses whole, and a plan is what applying gives."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.unit.rule_cases import CUSTOMERS, RULE_SETS
from tests.unit.small_store import deliver
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.rules_files import apply_file, export_file, plan_file, read_file
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.cli import main
from turbofinops_tui.clock import Clock, from_environment
from turbofinops_tui.errors import DataError
from turbofinops_tui.files.rules_text import rules_text
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.audit import verify
from turbofinops_tui.store.customers import load_customers, save_customer
from turbofinops_tui.store.rule_rows import load_rules
from turbofinops_tui.store.rule_set_rows import load_rule_set
from turbofinops_tui.store.rule_sets import RuleSet


@pytest.fixture(autouse=True, scope="module")
def a_day() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
        yield


@contextmanager
def stored(*customers: str) -> Iterator[tuple[Session, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        clock: Clock = from_environment()
        session = open_session(resolve(folder, None, None), clock)
        with session.store.write("test") as txn:
            for ref in customers:
                save_customer(txn, ref)
        yield session, Path(folder)
        session.store.close()


def rules_id(session: Session) -> str:
    with session.store.read() as conn:
        return load_rules(conn).id


def references(session: Session) -> dict[str, bool]:
    with session.store.read() as conn:
        return {customer.ref: customer.confirmed for customer in load_customers(conn)}


def write(folder: Path, text: str) -> str:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@settings(max_examples=12, deadline=None)
@given(RULE_SETS, RULE_SETS)
def test_export_apply_export(one: RuleSet, two: RuleSet) -> None:
    with stored(*CUSTOMERS) as (session, folder):
        ids = []
        for rules in (one, two, one):
            apply_file(session, read_file(write(folder, rules_text(rules))))
            first, second = folder / "1.yaml", folder / "2.yaml"
            first.unlink(missing_ok=True)
            export_file(session, str(first))
            with session.store.read() as conn:
                assert load_rule_set(conn) == rules
            before = rules_id(session)
            assert apply_file(session, read_file(str(first))) == ()
            assert rules_id(session) == before
            second.unlink(missing_ok=True)
            export_file(session, str(second))
            assert first.read_bytes() == second.read_bytes()
            ids.append(before)
        assert ids[0] == ids[2]


TEMPLATE = 'version: 1\nlinks:\n  - {id: t, kind: tag, match: {"tag:customer": "*"}, customer: "{value}"}\n'


def test_customers_of_templates_come_before_the_rules_that_name_them() -> None:
    with stored() as (session, folder):
        deliver(session.store, "main", [{"customer": "acme"}, {"customer": "acme-inc"}, {"x": "1"}])
        text = TEMPLATE + '  - {id: x, kind: tag, match: {"tag:x": "1"}, customer: acme}\n'
        path = write(folder, text + 'identities: {acme: ["tag:customer=acme-inc"]}\n')
        plan = plan_file(Reports(session), read_file(path))
        assert {(m.source, m.target): m.cost.text() for m in plan.difference.moved} == {
            (None, "acme"): "3.00"
        }
        assert references(session) == {}
        apply_file(session, read_file(path))
        assert references(session) == {"acme": False}
        assert plan_file(Reports(session), read_file(path)).changes == ()


def test_sections_that_a_file_leaves_out_stay() -> None:
    with stored("acme") as (session, folder):
        deliver(session.store, "main", [{"customer": "acme"}])
        apply_file(session, read_file(write(folder, TEMPLATE + "floors: {watch: 33.5}\n")))
        text = "version: 1\nclasses: [{id: c, match: {provider: aws}, class: opex}]\n"
        changes = apply_file(session, read_file(write(folder, text)))
        assert [(change.kind, change.section, change.id) for change in changes] == [("add", "classes", "c")]
        with session.store.read() as conn:
            found = load_rule_set(conn)
            assert verify(conn).problem == ""
        assert found.links is not None
        assert len(found.links) == 1
        assert found.floors is not None
        assert str(found.floors.watch) == "33.5"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("links:\n- {id: a, kind: tag, match: {x: y}, customer: acme}\n", 3, "cannot be matched"),
        ('links:\n- {id: a, kind: tag, match: {"tag:a": y}, customer: acne}\n', 3, "did you mean 'acme'"),
        ('links:\n- {id: a, kind: tag, match: {"tag:a": "re:("}, customer: acme}\n', 3, ""),
        ("shared:\n- {id: a, match: {provider: x}, method: fixed, split: {acme: 60}}\n", 3, "adds up to 60"),
        ("shared:\n- {id: a, match: {source: x}, method: even}\n- {id: a, match: {source: y}, method: even}",
         4, "already"),
        ('links:\n- {id: a, kind: tag, match: {"tag:a": y}, customer: acme, percent: 60}\n'
         '- {id: b, kind: tag, match: {"tag:A": Y}, customer: beta, percent: 50}\n', 3, "110 percent"),
        ('identities: {acme: ["stripe:c"], beta: ["stripe:C"]}\n', 2, "'acme' and on 'beta'"),
        ("identities: {nobody: ['stripe:c']}\n", 2, "no customer"),
        ("features:\n- {product: p, split: usage}\n- {product: p, split: usage}\n", 4, "already"),
        ("evidence: {traces: {ab: nobody}}\n", 2, "no customer"),
        ('links:\n- {id: a, kind: tag, match: {"tag:a": y}, customer: acme, percent: 101}\n', 3, "percent"),
        ('links:\n- {id: a, kind: tag, match: {"tag:a": y}, from: 2026-02-02, to: 2026-02}\n',
         3, "never apply"),
    ],
)  # fmt: skip
def test_refused_whole_with_its_line(text: str, line: int, what: str) -> None:
    with stored("acme", "beta") as (session, folder):
        apply_file(session, read_file(write(folder, TEMPLATE)))
        before = rules_id(session)
        rules = read_file(write(folder, "version: 1\n" + text))
        for attempt in (lambda: plan_file(Reports(session), rules), lambda: apply_file(session, rules)):
            with pytest.raises(DataError) as found:
                attempt()
            assert found.value.line_number == line
            assert what in found.value.line()
        assert rules_id(session) == before


def test_products_change_places_and_one_rule_moves() -> None:
    with stored("acme") as (session, folder):
        rule = "- {{id: {}, product: {}, split: usage}}\n"
        head = "version: 1\nfeatures:\n"
        apply_file(session, read_file(write(folder, head + rule.format("a", "p") + rule.format("b", "q"))))
        swapped = head + rule.format("a", "q") + rule.format("b", "p")
        changes = apply_file(session, read_file(write(folder, swapped)))
        assert [(c.kind, c.id) for c in changes] == [("edit", "a"), ("edit", "b")]
        many = [f"- {{id: s{n}, match: {{account: a{n}}}, method: even}}\n" for n in range(6)]
        apply_file(session, read_file(write(folder, "version: 1\nshared:\n" + "".join(many))))
        many.insert(1, many.pop(4))
        changes = apply_file(session, read_file(write(folder, "version: 1\nshared:\n" + "".join(many))))
        assert [(c.kind, c.id) for c in changes] == [("move", "s4")]


def test_what_is_no_text_is_refused() -> None:
    with stored() as (_, folder):
        path = folder / "bad.yaml"
        path.write_bytes(b"version: 1\nlinks: \xff\n")
        with pytest.raises(DataError, match="not UTF-8") as found:
            read_file(str(path))
        assert found.value.line_number == 2


def run(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, str, str]:
    code = main.run(["--root", str(folder), *words])
    return code, *capsys.readouterr()


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with stored() as (session, folder):
        deliver(session.store, "main", [{"customer": "a|b *c*"}, {"customer": "x\x1b[31m"}])
        path = write(folder, "# ours\n" + TEMPLATE)
        assert run(capsys, folder, "rules", "apply", path)[0] == 2  # nobody to ask
        code, out, _ = run(capsys, folder, "rules", "plan", path, "--format", "json")
        assert code == 3
        assert json.loads(out)["changes"] == [
            {
                "change": "add", "section": "links", "id": "t", "before": None,
                "after": {
                    "id": "t", "kind": "tag", "match": '{"tag:customer": "*"}', "customer": '"{value}"',
                },
            }
        ]  # fmt: skip
        code, out, _ = run(capsys, folder, "rules", "plan", path, "--format", "md")
        assert code == 3
        assert "| (unattributed) |" in out
        assert r"a\|b \*c\*" in out
        assert "\x1b" not in out
        assert run(capsys, folder, "rules", "plan", path)[0] == 3
        assert run(capsys, folder, "--yes", "rules", "apply", path)[0] == 0
        assert run(capsys, folder, "rules", "plan", path)[:2] == (0, "no change\n")
        assert run(capsys, folder, "--yes", "rules", "apply", path)[::2] == (0, "nothing to change\n")
        assert run(capsys, folder, "rules", "export", path)[0] == 0
        assert Path(path).read_text().startswith("# ours\nversion: 1\nlinks:\n")
        code, _, err = run(capsys, folder, "rules", "plan", str(folder / "none.yaml"))
        assert code == 1
        assert err.startswith("error: ")
