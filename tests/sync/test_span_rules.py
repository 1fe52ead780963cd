"""Rules of reading spans: the override of cache styles, and edits that read open days anew at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.one_number.program import Failed, Program
from tests.one_number.ways import open_on
from turbofinops_tui.actions import links, settings
from turbofinops_tui.actions.session import Session
from turbofinops_tui.economics.types import Link, Match
from turbofinops_tui.store.evidence import load_evidence
from turbofinops_tui.store.rule_rows import RouteRule

TODAY = "2026-11-24"
NANO = 1_795_428_000 * 10**9  # 2026-11-23T10:00:00Z


def call(number: int, scope: str, **tokens: int) -> str:
    """One chat call of an instrumentation scope as a line of the file exporter."""
    name, _, version = scope.partition("@")
    words = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "http.route": "/chat"}
    attributes = [{"key": key, "value": {"stringValue": text}} for key, text in words.items()]
    for key, count in tokens.items():
        told = f"gen_ai.usage.{key.replace('__', '.')}"
        attributes.append({"key": told, "value": {"intValue": str(count)}})
    span = {
        "traceId": f"{number:032x}", "spanId": f"{number:016x}", "kind": 2, "attributes": attributes,
        "startTimeUnixNano": str(NANO), "endTimeUnixNano": str(NANO + 10**9),
    }  # fmt: skip
    scopes = [{"scope": {"name": name, "version": version}, "spans": [span]}]
    return json.dumps({"resourceSpans": [{"scopeSpans": scopes}]}) + "\n"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Two calls of two scopes, each with 100 input and 40 cached tokens."""
    found = Program(tmp_path / "root", TODAY)
    usage = {"input_tokens": 100, "cache_read__input_tokens": 40, "output_tokens": 5}
    path = tmp_path / "t.jsonl"
    path.write_text(call(1, "bedrock@1.2", **usage) + call(2, "openai@3", **usage), encoding="utf-8")
    found.call("import", "otlp", path)
    return found


def tokens(program: Program) -> tuple[str, str]:
    """(uncached, cached) input of all calls."""
    words = ("--by", "model", "--measure", "input_tokens,cache_read_tokens", "--period", "2026-11")
    (row,) = [row for row in program.json("report", *words)["rows"] if row["model"] == "m"]
    return row["input_tokens"].partition(".")[0], row["cache_read_tokens"].partition(".")[0]


@pytest.mark.parametrize("scope", ["bedrock", "bedrock@1.2"])
def test_a_scope_is_said_to_leave_cached_tokens_out(program: Program, tmp_path: Path, scope: str) -> None:
    assert tokens(program) == ("120", "80")
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"version: 1\nevidence: {{exclusive_scopes: ['{scope}']}}\n", encoding="utf-8")
    plan = program.json("rules", "plan", rules, code=3)
    assert [change["id"] for change in plan["changes"]] == ["evidence.exclusive_scopes"]
    assert tokens(program) == ("120", "80")
    program.call("--yes", "rules", "apply", rules)
    assert tokens(program) == ("160", "80")
    out = tmp_path / "out.yaml"
    program.call("rules", "export", out)
    assert "exclusive_scopes: [" in out.read_text(encoding="utf-8")
    program.call("rules", "plan", out)
    program.call("settings", "set", "evidence.exclusive_scopes", "")
    assert tokens(program) == ("120", "80")
    program.call("rules", "export", out)
    assert "exclusive_scopes" not in out.read_text(encoding="utf-8")


def test_another_version_and_an_unknown_field_change_nothing(program: Program, tmp_path: Path) -> None:
    program.call("settings", "set", "evidence.exclusive_scopes", "bedrock@9,openai@30")
    assert tokens(program) == ("120", "80")
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nevidence: {inclusive_scopes: [x]}\n", encoding="utf-8")
    with pytest.raises(Failed, match="exclusive_scopes"):
        program.call("rules", "plan", rules)


def features(session: Session) -> set[str]:
    """Every feature that stored evidence names."""
    with session.store.read() as conn:
        return {row.key.feature for row in load_evidence(conn)} - {""}


def customers(session: Session) -> set[str]:
    """Every customer that stored evidence names."""
    with session.store.read() as conn:
        return {row.key.customer for row in load_evidence(conn)} - {""}


EDITS: dict[str, tuple[Callable[[Session], object], Callable[[Session], object]]] = {
    "route": (
        lambda session: links.add_rule(session, RouteRule("r", "/chat", "chat")),
        lambda session: links.remove_rule(session, "routes", "r"),
    ),
    "route link": (
        lambda session: links.add_rule(
            session, Link("r", "feature", Match((("route", "/chat"),)), feature="chat")
        ),
        lambda session: links.enable_rule(session, "links", "r", False),
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_reads_open_days_anew_at_once(program: Program, name: str) -> None:
    """Without the command's own last step, as in the running app."""
    session = open_on(program)
    do, undo = EDITS[name]
    assert features(session) == set()
    do(session)
    assert features(session) == {"chat"}
    undo(session)
    assert features(session) == set()
    session.store.close()


def test_a_trace_link_and_a_key_name_customers_at_once(program: Program, tmp_path: Path) -> None:
    people = tmp_path / "c.csv"
    people.write_text("customer\nacme\n", encoding="utf-8")
    program.call("import", "customers", people)
    session = open_on(program)
    links.add_rule(session, Link("vip", "trace", Match((("trace", "*2"),)), customer="acme"))
    assert customers(session) == {"acme"}
    links.remove_rule(session, "links", "vip")
    assert customers(session) == set()
    settings.set_setting(session, "evidence.customer_keys", "gen_ai.request.model")
    assert customers(session) == {"m"}
    session.store.close()
