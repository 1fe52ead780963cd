"""The rule editor: its consequences are the draft's difference, refusals stand by the field, saves draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import Opener
from tests.tui.driving import press, running, settle, shown
from turbofinops_tui.actions import completing, rule_form
from turbofinops_tui.actions.drafts import Edit, adds
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.shown import money_text, percent_text
from turbofinops_tui.economics.types import FeatureRule, Link, Match, Slice
from turbofinops_tui.screens.rule_editor import RuleEditor
from turbofinops_tui.store.rule_rows import RouteRule
from turbofinops_tui.widgets.choice import Choice

LAST = Slice(range=Range("last-month"))
TEAM = Link("", "tag", Match((("tag:team", "*"),)), customer="{value}")


def _editor(app: TurboApp) -> RuleEditor:
    assert isinstance(app.screen, RuleEditor)
    return app.screen


def _choose(choice: Choice, word: str) -> None:
    while choice.value != word:
        choice.action_choose(1)


async def _fill(pilot: Pilot[int], editor: RuleEditor, **texts: str) -> None:
    for name, text in texts.items():
        editor.inputs[name].value = text
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_consequences_are_the_difference_and_saving_drafts(
    opener: Opener, size: tuple[int, int]
) -> None:
    reports = Reports(opener.open())
    expected = reports.difference(LAST, [adds(TEAM)])
    assert expected.moved
    saved = rules_of(opener.open(), "links")
    async with running(opener, size, "links") as (app, pilot):
        await press(pilot, "n")
        editor = _editor(app)
        await _fill(pilot, editor, match="tag:team=*")
        assert editor.found is not None
        assert editor.found.difference == expected
        text = "\n".join(shown(app))
        assert money_text(expected.amount, 0) in text
        assert f"{percent_text(expected.before.ratio)} → {percent_text(expected.after.ratio)}" in text
        assert f"▼{len(expected.to_loss)}" in text
        for flip in expected.to_loss[:3]:
            assert any(flip.key[:8] in line and "▼" in line and "to loss" in line for line in shown(app))
        await press(pilot, "enter")
        draft = reports.drafts.load()
        assert draft is not None
        assert len(draft.edits) == 1
        assert rules_of(opener.open(), "links") == saved
        assert app.desk.scope.view == "draft"
        assert reports.difference(LAST) == expected
        assert any(" DRAFT " in line for line in shown(app))


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("match", "tag:customer", "has no '='"),
        ("match", "nonsense=1", "cannot be matched"),
        ("match", "tag:customer=re:(", "re:"),
        ("customer", "nobody-at-all", "there is no customer"),
        ("percent", "101", "is not a percent"),
        ("start", "2026-13-40", "2026-13-40"),
        ("end", "2020-01-01", "would never apply"),
    ],
)
async def test_a_refusal_stands_by_its_field(opener: Opener, field: str, text: str, words: str) -> None:
    async with running(opener, screen="links") as (app, pilot):
        await press(pilot, "n")
        editor = _editor(app)
        await _fill(pilot, editor, **({"match": "tag:customer=*", "start": "2026-01-01"} | {field: text}))
        lines = shown(app)
        own = next(at for at, line in enumerate(lines) if text in line)
        assert words in lines[own + 1]
        await press(pilot, "enter")
        assert app.screen is editor
        assert Reports(opener.open()).drafts.load() is None


async def test_edit_opens_the_rule_as_it_is(opener: Opener) -> None:
    async with running(opener, screen="links") as (app, pilot):
        screen: Any = app.screen
        for _ in range(len(screen.list.model.rows)):
            rule = screen.list.current.rule
            await press(pilot, "e")
            editor = _editor(app)
            assert rule_form.read(rule, editor.texts())[1] == {}
            assert rule_form.texts_of(rule).items() <= editor.texts().items()
            assert editor.found is not None
            assert editor.found.difference is not None
            assert editor.found.difference.empty
            await press(pilot, "escape", "down")


async def test_each_kind_has_its_fields_and_can_be_saved(opener: Opener) -> None:
    async with running(opener, screen="links") as (app, pilot):
        for kind, section in (("class", "classes"), ("shared", "shared")):
            await press(pilot, "n")
            editor = _editor(app)
            editor.kind.focus()
            while editor.kind.value != kind:
                await press(pilot, "right")
            await _fill(pilot, editor, match="provider=datadog", name="tools")
            assert {name for name in editor.errors if editor.rows[name].display} == set(
                rule_form.fields_of(kind)
            )
            await press(pilot, "enter")
            draft = Reports(opener.open()).drafts.load()
            assert draft is not None
            assert draft.edits[-1].section == section


async def test_completion_knows_real_keys_values_and_customers(opener: Opener) -> None:
    known = completing.completions(Reports(opener.open()))
    assert completing.complete_match("provider=aws tag:cust", known) == "provider=aws tag:customer="
    assert completing.complete_match("provider=AW", known) == "provider=AWs"
    customer = known.customers[-1]
    assert completing.complete(customer[:6], known.customers) is not None
    assert completing.complete("", known.customers) is None
    assert completing.complete_match("nonsense=", known) is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_evidence_products_and_routes_are_edited_and_removed(
    opener: Opener, size: tuple[int, int]
) -> None:
    async with running(opener, size, "links") as (app, pilot):
        for kind, texts in (
            ("trace", {"match": "service=*", "evidence": "api web"}),
            ("product", {"product": "pro_2026", "split": "usage"}),
            ("route", {"pattern": "GET /v1/chat", "feature": "chat"}),
        ):
            await press(pilot, "n")
            editor = _editor(app)
            _choose(editor.kind, kind)
            if kind == "trace":
                _choose(editor.choices["weight"], "requests")
                _choose(editor.choices["rest"], "spread")
            await _fill(pilot, editor, **texts)
            assert editor.found is not None, kind
            assert not editor.found.refused, editor.found
            assert all(editor.rows[name].display for name in rule_form.fields_of(kind))
            await press(pilot, "enter")
        drafts = Reports(opener.open()).drafts
        draft = drafts.load()
        assert draft is not None
        made = [edit.rule for edit in draft.edits]
        link = Link("", "trace", Match((("service", "*"),)), evidence=("api", "web"), weight="requests")
        assert [replace(rule, id="") for rule in made if rule] == [
            replace(link, rest="spread"),
            FeatureRule("", "pro_2026", (), True),
            RouteRule("", "GET /v1/chat", "chat"),
        ]
        await press(pilot, "G", "up")  # the keys are listed last, routes and products before them
        text = "\n".join(shown(app))
        assert "GET /v1/chat" in text
        assert "pro_2026" in text
        await press(pilot, "delete")
        await settle(pilot)
        last = drafts.load()
        assert last is not None
        assert last.edits[-1] == Edit("remove", "routes", draft.edits[-1].id)
