"""The rule editor on what stands beside the lists (identities, trace ids, keys), and on splits of links."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from textual.pilot import Pilot

from tests.tui.conftest import Opener
from tests.tui.driving import press, running, settle, shown
from turbofinops_tui.actions import completing, rule_form, said
from turbofinops_tui.actions.drafts import Edit
from turbofinops_tui.actions.links import identities_of, rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.app import TurboApp
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Link, Slice
from turbofinops_tui.screens.links import LinksScreen
from turbofinops_tui.screens.rule_editor import RuleEditor

LAST = Slice(range=Range("last-month"))


async def _new(app: TurboApp, pilot: Pilot[int], kind: str) -> RuleEditor:
    await press(pilot, "n")
    assert isinstance(app.screen, RuleEditor)
    editor = app.screen
    while editor.kind.value != kind:
        editor.kind.action_choose(1)
    await settle(pilot)
    return editor


async def _fill(pilot: Pilot[int], editor: RuleEditor, **texts: str) -> None:
    for name, text in texts.items():
        editor.inputs[name].value = text
    await settle(pilot)


def _edits(opener: Opener) -> list[Edit]:
    draft = Reports(opener.open()).drafts.load()
    return [] if draft is None else list(draft.edits)


async def test_an_identity_is_said_taken_over_and_dropped(opener: Opener) -> None:
    session = opener.open()
    known = next(item for item in identities_of(session) if item.kind == "stripe")
    other = next(c.ref for c in Reports(session).books().customers if c.ref != known.customer)
    name = f"stripe:{known.value}"
    async with running(opener, screen="links") as (app, pilot):
        editor = await _new(app, pilot, "identity")
        await _fill(pilot, editor, identity=name, customer="nobody-at-all")
        assert any("there is no customer" in line for line in shown(app))
        await _fill(pilot, editor, customer=other)
        lines = shown(app)
        own = next(at for at, line in enumerate(lines) if name in line)
        assert repr(known.customer) in lines[own + 1]  # both names, by the field
        editor.choices["take"].action_choose(1)
        await settle(pilot)
        assert editor.found is not None
        expected = Reports(opener.open()).difference(
            LAST, [Edit("reassign", "identities", name, customer=other)]
        )
        assert editor.found.difference == expected
        assert not expected.empty
        await press(pilot, "enter")
        assert _edits(opener) == [Edit("reassign", "identities", name, customer=other)]
        screen = app.screen
        assert isinstance(screen, LinksScreen)
        place = next(at for at, line in enumerate(screen.list.model.rows) if line.id == name)
        screen.list.cursor = place
        await press(pilot, "o")
        assert len(_edits(opener)) == 1
        await press(pilot, "delete")
        assert _edits(opener)[-1] == Edit("drop", "identities", name)


async def test_keys_and_trace_ids_are_edited_in_the_draft(opener: Opener) -> None:
    ref = Reports(opener.open()).books().customers[0].ref
    async with running(opener, screen="links") as (app, pilot):
        editor = await _new(app, pilot, "trace id")
        await _fill(pilot, editor, trace="4bf9 2f35", customer=ref)
        assert any("is not a trace id" in line for line in shown(app))
        await _fill(pilot, editor, trace="4bf92f35*")
        await press(pilot, "enter")
        assert _edits(opener) == [Edit("say", "traces", "4bf92f35*", customer=ref)]
        screen: Any = app.screen
        place = next(at for at, line in enumerate(screen.list.model.rows) if line.kind == "keys")
        screen.list.cursor = place
        await press(pilot, "e")
        assert isinstance(app.screen, RuleEditor)
        await _fill(pilot, app.screen, customer_keys="")
        assert any("no customer key is left" in line for line in shown(app))
        await _fill(pilot, app.screen, customer_keys="app.customer_id, customer.id", feature_keys="app.part")
        await press(pilot, "enter")
        assert _edits(opener)[1:] == [
            Edit("set", "evidence", "evidence.customer_keys", value="app.customer_id,customer.id"),
            Edit("set", "evidence", "evidence.feature_keys", value="app.part"),
        ]
        await press(pilot, "delete")
        assert len(_edits(opener)) == 3
    reports = Reports(opener.open())
    reports.drafts.keep()
    with reports.session.store.read() as conn:
        from turbofinops_tui.store.reading import load_reading

        reading = load_reading(conn)
    assert reading.customer_keys == ("app.customer_id", "customer.id")
    assert reading.customer_of_trace("4bf92f3500", 20_000) == ref


async def test_a_split_makes_links_side_by_side(opener: Opener) -> None:
    reports = Reports(opener.open())
    one, two = (customer.ref for customer in reports.books().customers[:2])
    async with running(opener, screen="links") as (app, pilot):
        editor = await _new(app, pilot, "tag")
        await _fill(pilot, editor, match="provider=datadog", customer="", split=f"{one}=60 {two}=50")
        lines = shown(app)
        own = next(at for at, line in enumerate(lines) if f"{one}=60" in line)
        assert "give away 110 percent" in lines[own + 1]
        await _fill(pilot, editor, split=f"{one}=60 nobody-at-all=40")
        own = next(at for at, line in enumerate(shown(app)) if f"{one}=60" in line)
        assert "there is no customer" in shown(app)[own + 1]
        await _fill(pilot, editor, split=f"{one}=60 {two}=40")
        assert editor.found is not None
        assert editor.found.placed is not None
        assert editor.found.placed.units > 0
        await press(pilot, "enter")
    links = reports.drafts.outcome().rules.links[-2:]
    assert [(link.customer, link.percent) for link in links] == [(one, Decimal(60)), (two, Decimal(40))]
    assert len({link.match for link in links}) == 1


def test_the_parts_of_an_old_link_stand_behind_it(opener: Opener) -> None:
    reports = Reports(opener.open())
    first = next(rule for rule in rules_of(reports.session, "links") if isinstance(rule, Link))
    one, two = (customer.ref for customer in reports.books().customers[:2])
    texts = {**rule_form.texts_of(first), "split": f"{one}=50 {two}=25"}
    rule, errors = rule_form.read(first, texts)
    assert errors == {}
    before = reports.drafts.outcome().rules.links
    after = reports.drafts.outcome(rule_form.edits_of(rule, texts, before)).rules.links
    assert [link.customer for link in after[:2]] == [one, two]
    assert after[2:] == before[1:]


def test_completion_of_identities_splits_and_keys() -> None:
    known = completing.Completions(
        {"tag:customer": ["acme inc"], "service": ["EC2"]}, attributes=["tenant.id"]
    )
    assert completing.complete_identity("ta", known) == "tag:"
    assert completing.complete_identity("tag:cus", known) == "tag:customer="
    assert completing.complete_identity("tag:customer=ac", known) == "tag:customer=acme inc"
    assert completing.complete_identity("str", known) == "stripe:"
    assert completing.complete_split("acme=60 be", ["beta"]) == "acme=60 beta="
    assert completing.complete_split("acme=6", ["acme"]) is None
    assert completing.complete_last("customer.id ten", known.attributes) == "customer.id tenant.id"


def test_what_is_said_already_makes_no_edit() -> None:
    rule = said.Named("identity", "stripe:cus_1", "acme")
    assert said.edits_of(rule, said.texts_of(rule)) == []
    renamed = said.texts_of(rule) | {"identity": "stripe:cus_2"}
    assert [edit.operation for edit in said.edits_of(rule, renamed)] == ["drop", "say"]
    moved = said.texts_of(rule) | {"customer": "beta"}
    assert [edit.operation for edit in said.edits_of(rule, moved)] == ["reassign"]
