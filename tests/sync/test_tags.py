"""The tolerant tag parser: whatever is written, no cost is lost and the first key wins."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.sync.read.tags import canonical, fold, fold_key, raw_pairs
from turbofinops_tui.sync.rollup.guard import KeyUse, crowded, left_out


@pytest.mark.parametrize("text", [None, "", "  ", "NULL", "null", "{}", " {} "])
def test_nothing(text: str | None) -> None:
    assert raw_pairs(text) == []


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('{"customer": "acme"}', {"customer": "acme"}),
        ('"customer": "acme","env": "prod"', {"customer": "acme", "env": "prod"}),
        ('{"env": "prod", " org": "trey", "org": "other"}', {"env": "prod", "org": "trey"}),
        ('{"user:Customer": "A", "customer": "B"}', {"customer": "A"}),
        ('{"user_team": "x"}', {"team": "x"}),
        ('{"user:": "x"}', {"user:": "x"}),
        (
            '{"a": true, "b": false, "c": null, "d": "", "e": 1, "f": 1.50, "g": 1e3}',
            {"e": "1", "f": "1.50", "g": "1e3"},
        ),
        ('{"a": null, "A": "late"}', {}),
        ('{"a": {"b": [1, "x"]}}', {"a": '{"b":["1","x"]}'}),
        ('[{"key": "a", "value": "1"}, {"key": "b", "value": null}]', {"a": "1"}),
        ('{"a": "\\ud800"}', {"a": "?"}),
        ('{"a": "tab\tand\nline"}', {"a": "tab\tand\nline"}),
        ('{"STRASSE": "x", "straße": "y"}', {"strasse": "x"}),
    ],
)
def test_readable(text: str, tags: dict[str, str]) -> None:
    pairs = raw_pairs(text)
    assert pairs is not None
    assert fold(pairs) == tags


@pytest.mark.parametrize(
    "text", ['{"customer": "ac', "customer=acme", '["a"]', '"alone"', "7", "[" * 100_000, '{"a":']
)
def test_unreadable(text: str) -> None:
    assert raw_pairs(text) is None


def test_prefixes_are_a_setting() -> None:
    assert fold_key("user:Team", ()) == "user:team"
    assert fold_key("aws:Team", ("aws:",)) == "team"


@given(st.dictionaries(st.text(), st.text(), max_size=5))
def test_an_object_and_its_fragment_are_the_same(tags: dict[str, str]) -> None:
    whole = json.dumps(tags)
    fragment = whole[1:-1]
    if fragment:
        assert raw_pairs(whole) == raw_pairs(fragment)
    pairs = raw_pairs(whole) or []
    folded = fold(pairs)
    assert json.loads(canonical(folded.items())) == folded


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    pairs = raw_pairs(text)
    if pairs:
        canonical(fold(pairs).items()).encode("utf-8")


def test_guard_leaves_out_what_never_comes_back() -> None:
    uses = {
        "request_id": KeyUse(10_000, 10_000),
        "customer": KeyUse(9_000, 40_000),
        "few": KeyUse(2_000, 2_000),
        "session": KeyUse(4_000, 15_000),
        "lots": KeyUse(150_000, 10_000_000),
    }
    days = {"request_id": 10_000, "customer": 30_000, "session": 4_100, "lots": 900_000}
    assert crowded(uses, 2000) == ["customer", "lots", "request_id", "session"]
    out = left_out(uses, 2000, {"session"}, lambda keys: {key: days[key] for key in keys})
    # customers come back day after day; lots do too, but would make the rollup as long as the bill
    assert out == ["lots", "request_id"]
