"""The rules file: round trip, refusals with their line, bounds, comments kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.unit.rule_cases import RULE_SETS
from turbofinops_tui.economics import types as t
from turbofinops_tui.errors import DataError
from turbofinops_tui.files import yaml_nodes
from turbofinops_tui.files.rules_merge import merged_text
from turbofinops_tui.files.rules_text import rules_text
from turbofinops_tui.files.rules_yaml import load_rule_set
from turbofinops_tui.store.rule_sets import RuleSet

EXAMPLE = """\
version: 1
classes:    [{id: staging, match: {"tag:env": "staging|dev"}, class: opex}]
links:
  - {id: tagged, kind: tag, match: {"tag:customer": "*"}, customer: "{value}", percent: 100, from: 2026-01-01, to: null, enabled: true}
  - {id: api, kind: trace, match: {service: AmazonEKS, "tag:cluster": shared}, evidence: [core-api, search-svc], weight: self_time, rest: keep}
  - {id: vip, kind: trace, match: {trace: 4bf92f35*}, customer: acme}
  - {id: chat, kind: feature, match: {route: "POST /v1/chat/*"}, feature: chat}
shared:     [{id: support, match: {category: Support}, method: direct, within: ["tag:env"]}]
features:   [{product: prod_pro, split: {chat: 60, search: 40}}, {product: prod_max, split: usage}]
identities: {acme: ["stripe:cus_1", "tag:customer=acme-inc"]}
evidence:   {customer_keys: [customer.id, tenant.id, app.customer_id], feature_keys: [app.feature], routes: {"/v1/search/{id}": search}, traces: {4bf92f35aa: acme}}
prices:     [{provider: openai, model: "gpt-4o*", class: output, from: 2026-01-01, per_million: "8.00", currency: USD}]
floors:     {watch: 20, unprofitable: 0, min_revenue: "0", min_cost: "10"}
"""  # noqa: E501 (interface.md, to the letter)


def test_the_example_of_the_interface() -> None:
    rules = load_rule_set(EXAMPLE, "rules.yaml")
    assert rules.links is not None
    assert rules.links[0] == t.Link(
        "tagged", "tag", t.Match((("tag:customer", "*"),)), "{value}", start=20454
    )
    assert rules.classes is not None
    assert rules.classes[0].name == "staging"
    assert rules.identities == (("acme", "stripe:cus_1"), ("acme", "tag:customer=acme-inc"))
    assert rules.prices is not None
    assert str(rules.prices[0].per_million) == "8.00"
    assert rules.features is not None
    assert [rule.id for rule in rules.features] == ["product-prod-pro", "product-prod-max"]
    assert load_rule_set(rules_text(rules), "x") == rules


@settings(max_examples=150, deadline=None)
@given(RULE_SETS)
def test_what_is_written_is_read_again(rules: RuleSet) -> None:
    text = rules_text(rules)
    assert load_rule_set(text, "x") == rules
    assert rules_text(load_rule_set(text, "x")) == text


@settings(max_examples=100, deadline=None)
@given(RULE_SETS, RULE_SETS)
def test_any_rules_over_any_file_keep_its_comments(old: RuleSet, new: RuleSet) -> None:
    lines = rules_text(old).splitlines()
    marked = "".join(f"# c{number}x\n{line}\n" for number, line in enumerate(lines))
    merged = merged_text(marked, new, "x")
    assert load_rule_set(merged, "x") == new
    for number in range(len(lines)):
        assert f"# c{number}x\n" in merged
    assert merged_text(merged, new, "x") == merged


def test_comments_go_with_their_rules() -> None:
    text = """\
# rules of the team
version: 1
links:
  # everyone
  - {id: a, kind: tag, match: {"tag:c": "*"}, customer: "{value}"}  # agreed
  # to be removed
  - id: b  # old
    kind: tag
    match: {service: S3}
    customer: acme
# the rest
shared: []
"""
    rules = load_rule_set(text, "x")
    assert rules.links is not None
    a = replace(rules.links[0], percent=rules.links[0].percent / 2)
    new = t.Link("new", "tag", t.Match((("service", "EC2"),)), "acme")
    assert (
        merged_text(text, replace(rules, links=(new, a)), "x")
        == """\
# rules of the team
version: 1
links:
  - {id: new, kind: tag, match: {service: EC2}, customer: acme}
  # everyone
  - {id: a, kind: tag, match: {"tag:c": "*"}, customer: "{value}", percent: 50}  # agreed
  # to be removed
  # old
# the rest
shared: []
"""
    )


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("version: 2\n", 1, "version"),
        ("links: []\n", 1, "'version'"),
        ("version: 1\nlink: []\n", 2, "did you mean 'links'"),
        ("version: 1\nlinks:\n  - {id: a, kind: tag, match: {}, custmer: x}\n", 3, "did you mean 'customer'"),
        ("version: 1\nlinks:\n  - id: a\n    kind: tagg\n    match: {a: b}\n", 4, "did you mean 'tag'"),
        ("version: 1\nlinks:\n  - id: a\n    kind: tag\n    percent: 1e999\n", 5, "percent"),
        ("version: 1\nlinks:\n  - id: a\n    kind: tag\n    from: 2026-02-30\n", 5, "not a date"),
        ("version: 1\nlinks:\n  - id: a\n    id: b\n", 4, "twice"),
        ("version: 1\nversion: 1\n", 2, "twice"),
        ("version: 1\nshared: {a: b}\n", 2, "not a list"),
        ("version: 1\nfloors: {watch: !!python/object:os.system x}\n", 2, "is not read"),
        ("version: 1\n---\nversion: 1\n", 3, "more than one document"),
        ("version: 1\nlinks: [\n", 3, "not YAML"),
        ("version: 1\nlinks: *x\n", 2, "anchor"),
        ("version: 1\nfloors: {watch: yes, <<: {}}\n", 2, "not a number"),
        ("version: 1\nfloors: " + "[" * 5000 + "\n", 2, "too deep"),
        ("version: 1\n? [a]\n: 1\n", 2, "not a plain text"),
        ("", 1, "not a mapping"),
        ("version: 1\nlinks:\n  - {id: a, kind: tag, match: {a: b}, enabled: 1}\n", 3, "true or false"),
    ],
)  # fmt: skip
def test_refused_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(DataError) as found:
        load_rule_set(text, "rules.yaml")
    assert found.value.line_number == line
    assert what in found.value.line()
    assert found.value.line().startswith("rules.yaml line ")


def test_a_bomb_of_aliases_is_refused_and_an_alias_is_not() -> None:
    bomb = "version: 1\nlinks:\n- &a [x, x, x, x, x, x, x, x, x]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"- &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    with pytest.raises(DataError, match="aliases grow"):
        load_rule_set(bomb, "x")
    text = 'version: 1\nlinks:\n  - {id: a, kind: tag, match: &m {"tag:c": x}, customer: y}\n'
    rules = load_rule_set(text + "  - {id: b, kind: tag, match: *m, customer: z}\n", "x")
    assert rules.links is not None
    assert rules.links[0].match == rules.links[1].match


def test_a_file_of_any_size_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "MAX_BYTES", 100)
    with pytest.raises(DataError, match="too large"):
        load_rule_set(EXAMPLE, "x")
