"""The draft: held apart, undone and done again across restarts, kept whole or refused whole."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from turbofinops_tui.actions.drafts import Drafts, Edit, adds, edits
from turbofinops_tui.actions.links import add_rule, rules_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics import types as t
from turbofinops_tui.errors import ConflictError, NotFoundError, UsageError
from turbofinops_tui.paths import resolve
from turbofinops_tui.store import audit
from turbofinops_tui.store.customers import load_customers, save_customer
from turbofinops_tui.store.rules import RouteRule, load_rules

TAG = t.Match((("tag:customer", "acme"),))
STAGING = t.ClassRule("staging", t.Match((("tag:env", "staging"),)), "opex", "staging")


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    opened = open_session(resolve(root=str(tmp_path), environ={}), clock)
    with opened.store.write("customers") as txn:
        save_customer(txn, "acme")
        save_customer(txn, "beta")
    yield opened
    opened.store.close()


def drafts_of(session: Session) -> Drafts:
    """As after a restart: nothing of an earlier object is left."""
    return Reports(session).drafts


def link(name: str, percent: str = "100", customer: str = "acme") -> t.Link:
    return t.Link(name, "tag", TAG, customer, percent=Decimal(percent))


def saved(session: Session) -> t.Rules:
    with session.store.read() as conn:
        return load_rules(conn)


EVERY = [
    adds(STAGING),
    adds(link("vip", "60")),
    adds(link("", "30", "beta"), before="vip"),
    adds(t.SharedRule("even", t.Match((("service", "Support"),)), "even", within=("tag:env",))),
    adds(t.SharedRule("fix", TAG, "fixed", (("acme", Decimal(60)), ("beta", Decimal(40))))),
    adds(t.FeatureRule("pro", "prod_pro", (("chat", Decimal("12.5")), ("search", Decimal("87.5"))))),
    adds(RouteRule("r", "POST /v1/chat", "chat")),
    Edit("say", "identities", "tag:team=a", customer="acme"),
    Edit("reassign", "identities", "tag:team=a", customer="beta"),
    edits(link("vip", "70")),
    Edit("move", "links", "vip", to=1),
    Edit("disable", "classes", "staging"),
    Edit("enable", "classes", "staging"),
    Edit("remove", "shared", "even"),
    Edit("drop", "identities", "tag:team=a"),
]


def test_every_kind_of_edit_survives_a_restart_and_keeps_what_it_showed(session: Session) -> None:
    for edit in EVERY:
        drafts_of(session).add([edit])
    before = saved(session)
    shown = drafts_of(session).outcome().rules
    assert before.links == ()
    assert [rule.id for rule in shown.links] == ["vip", "tag-customer-acme"]
    assert shown.links[0].percent == 70
    ids = drafts_of(session).keep()
    assert saved(session) == shown
    assert len(ids) == len(EVERY)
    assert drafts_of(session).load() is None
    with session.store.read() as conn:
        actions = [row.action for row in audit.rows(conn)]
        assert actions[-1] == "keep draft"
        assert actions.count("add rule") == 7
        assert audit.verify(conn).problem == ""


def test_undo_and_redo_across_restarts(session: Session) -> None:
    drafts_of(session).add([adds(link("one", "50"))], "first")
    drafts_of(session).add([adds(link("two", "50")), adds(STAGING)], "second")
    both = drafts_of(session).outcome().rules.id
    undone = drafts_of(session).undo()
    assert undone is not None
    assert undone.label == "second"
    assert [rule.id for rule in drafts_of(session).outcome().rules.links] == ["one"]
    assert drafts_of(session).redo() is not None
    assert drafts_of(session).outcome().rules.id == both
    drafts_of(session).undo()
    drafts_of(session).undo()
    assert drafts_of(session).undo() is None
    assert drafts_of(session).outcome().rules == saved(session)
    drafts_of(session).add([adds(STAGING)])
    assert drafts_of(session).redo() is None  # a new edit takes the place of what was undone


def test_a_step_with_one_bad_edit_is_refused_whole(session: Session) -> None:
    drafts = drafts_of(session)
    drafts.add([adds(link("one", "60"))])
    with pytest.raises(ConflictError, match="percent"):
        drafts.add([adds(STAGING), adds(link("two", "50"))])
    with pytest.raises(NotFoundError):
        drafts.add([adds(link("three", "10", "nobody"))])
    with pytest.raises(UsageError):
        drafts.add([adds(link("four", "101"))])
    draft = drafts.load()
    assert draft is not None
    assert [edit.id for edit in draft.edits] == ["one"]


def test_a_draft_is_not_kept_over_rules_that_changed_underneath(session: Session) -> None:
    drafts_of(session).add([adds(link("one", "60"))])
    add_rule(session, STAGING)
    assert drafts_of(session).outcome().stale
    with pytest.raises(ConflictError, match="changed since"):
        drafts_of(session).keep()
    assert rules_of(session, "links") == []
    drafts_of(session).rebase()
    assert drafts_of(session).keep() == ("one",)
    assert [rule.id for rule in rules_of(session, "classes")] == ["staging"]


def test_a_kept_draft_that_is_refused_leaves_nothing(session: Session) -> None:
    drafts_of(session).add([adds(link("one", "60"))])
    add_rule(session, link("one", "20"))
    with pytest.raises(ConflictError):
        drafts_of(session).rebase()
    drafts_of(session).discard()
    assert drafts_of(session).load() is None
    with pytest.raises(NotFoundError):
        drafts_of(session).keep()
    with session.store.read() as conn:
        assert [customer.ref for customer in load_customers(conn)] == ["acme", "beta"]


def test_trying_edits_out_stores_nothing(session: Session) -> None:
    drafts = drafts_of(session)
    assert [rule.id for rule in drafts.outcome([adds(link("one"))]).rules.links] == ["one"]
    assert drafts.load() is None
    assert saved(session).links == ()
    with pytest.raises(UsageError, match="needs a draft"):
        Reports(session).table(t.Slice(view="draft"))
