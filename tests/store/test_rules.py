from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from turbofinops_tui.economics.types import ClassRule, FeatureRule, Link, Match, Rules, SharedRule
from turbofinops_tui.errors import ConflictError, NotFoundError, TurboError, UsageError
from turbofinops_tui.store.books_id import short_hash
from turbofinops_tui.store.customers import add_identity, remove_identity, save_customer
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.reading import load_reading
from turbofinops_tui.store.rules import (
    RouteRule,
    Rule,
    delete_rule,
    enable_rule,
    load_routes,
    load_rules,
    move_rule,
    save_rule,
)

TAG = Match((("tag:customer", "*"),))


def link(name: str = "", match: Match = TAG, customer: str = "{value}", **more: object) -> Link:
    return Link(name, "tag", match, customer, **more)  # type: ignore[arg-type]


def save(store: Store, rule: Rule, **options: object) -> str:
    with store.write("rule") as txn:
        return save_rule(txn, rule, **options)  # type: ignore[arg-type]


def rules(store: Store) -> Rules:
    with store.read() as conn:
        return load_rules(conn)


def customers(store: Store, *refs: str) -> None:
    with store.write("customers") as txn:
        for ref in refs:
            save_customer(txn, ref)


def test_every_kind_of_rule_comes_back_as_it_was_written(store: Store) -> None:
    customers(store, "acme", "beta")
    written: list[Rule] = [
        ClassRule("staging", Match((("tag:env", "staging|dev"),)), "opex", "staging", 100, 200, False),
        Link(
            "all",
            "trace",
            Match((("service", "AmazonEKS"), ("tag:cluster", "shared"))),
            "acme",
            "chat",
            Decimal("33.3"),
            10,
            20,
            True,
            ("core-api", "search"),
            "tokens",
            "spread",
        ),
        SharedRule(
            "s", TAG, "fixed", (("acme", Decimal("60.5")), ("beta", Decimal("39.5"))), ("tag:env",), 1, None
        ),
        FeatureRule("f", "prod_1", (("chat", Decimal(60)), ("search", Decimal(40)))),
        FeatureRule("u", "prod_2", usage=True),
        RouteRule("r", "POST /v1/{id}", "chat"),
    ]
    for rule in written:
        assert save(store, rule) == rule.id
    found = rules(store)
    with store.read() as conn:
        routes = load_routes(conn)
    assert [*found.classes, *found.links, *found.shared, *found.features, *routes] == written
    assert len(found.id) == 8


def test_generated_ids_are_readable_and_unique(store: Store) -> None:
    customers(store, "acme")
    assert save(store, link()) == "tag-customer"
    assert save(store, link(match=Match((("tag:customer", "acme*"),)))) == "tag-customer-2"
    assert save(store, link(match=Match((("tag:Team", "Web Shop"),)), customer="acme")) == "tag-team-web-shop"
    assert save(store, ClassRule("", Match((("account", "111"),)), "opex", "CI")) == "opex-ci"
    assert save(store, SharedRule("", Match((("category", "Support"),)), "direct")) == "direct-support"
    assert save(store, FeatureRule("", "prod_Pro", usage=True)) == "product-prod-pro"


def test_order_is_changed_by_move_and_before(store: Store) -> None:
    for name in ("a", "b", "c"):
        save(store, link(name, Match((("tag:x", name),))))
    save(store, link("first", Match((("tag:y", "*"),))), before="a")
    assert [item.id for item in rules(store).links] == ["first", "a", "b", "c"]
    ids = {rules(store).id}
    with store.write("move") as txn:
        move_rule(txn, "links", "c", 2)
    assert [item.id for item in rules(store).links] == ["first", "c", "a", "b"]
    ids.add(rules(store).id)
    with store.write("move") as txn:
        move_rule(txn, "links", "first", 99)
        delete_rule(txn, "links", "a")
    assert [item.id for item in rules(store).links] == ["c", "b", "first"]
    ids.add(rules(store).id)
    assert len(ids) == 3
    with pytest.raises(UsageError, match="place 0"), store.write("move") as txn:
        move_rule(txn, "links", "c", 0)
    with pytest.raises(NotFoundError, match="no link 'zz'"):
        save(store, link("n"), before="zz")
    assert len(rules(store).links) == 3


def test_an_edit_keeps_the_place_and_is_audited_with_both_sides(store: Store) -> None:
    save(store, link("a"))
    save(store, link("b", Match((("tag:b", "*"),))))
    changed = replace(rules(store).links[0], feature="chat")
    save(store, changed, edit=True)
    assert rules(store).links[0] == changed
    with store.read() as conn:
        row = conn.execute(
            "SELECT action, entity, entity_id, before, after FROM audit ORDER BY id DESC"
        ).fetchone()
    assert row[:3] == ("edit rule", "links", "a")
    assert "chat" not in row[3]
    assert "chat" in row[4]
    with pytest.raises(NotFoundError):
        save(store, link("new"), edit=True)
    with pytest.raises(ConflictError, match="already"):
        save(store, link("a"))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (link(customer="ghost"), "no customer 'ghost'"),
        (link(customer="", feature=""), "gives nothing"),
        (link(percent=Decimal(0)), "0 percent"),
        (link(percent=Decimal("100.1")), "percent"),
        (link(match=Match(())), "something to match"),
        (link(match=Match((("colour", "red"),))), "cannot be matched"),
        (link(match=Match((("tag:", "red"),))), "cannot be matched"),
        (link(match=Match((("tag:a", " "),))), "empty"),
        (link(match=Match((("tag:a", "re:("),))), "re:"),
        (link(match=Match((("account", "1"),))), "needs a tag"),
        (link(start=5, end=5), "never apply"),
        (link("bad id!"), "not a rule id"),
        (link("x" * 65), "not a rule id"),
        (link(weight="guess"), "weight"),
        (Link("", "feature", TAG), "no feature"),
        (ClassRule("", TAG, "capex"), "pattern"),  # type: ignore[arg-type]
        (SharedRule("", TAG, "fixed"), "--split"),
        (SharedRule("", TAG, "even", (("acme", Decimal(100)),)), "--split"),
        (SharedRule("", TAG, "fixed", (("acme", Decimal(60)),)), "adds up to 60"),
        (SharedRule("", TAG, "fixed", (("acme", Decimal(60)), ("ACME", Decimal(40)))), "twice"),
        (SharedRule("", TAG, "even", within=("colour",)), "no partitions"),
        (FeatureRule("", "p"), "fixed weights or by usage"),
        (FeatureRule("", "p", (("a", Decimal(50)),)), "adds up to 50"),
    ],
)
def test_refusals_say_why_and_write_nothing(store: Store, rule: Rule, reason: str) -> None:
    customers(store, "acme")
    before = rules(store).id
    with pytest.raises(TurboError) as caught:
        save(store, rule)
    assert reason in caught.value.line()
    assert rules(store).id == before


def test_over_100_percent_on_identical_matches_is_refused(store: Store) -> None:
    customers(store, "acme", "beta")
    split = Match((("tag:Team", "Web|API"), ("service", "EC2")))
    same = Match((("service", "ec2"), ("tag:team", "api|web")))
    save(store, link("one", split, "acme", percent=Decimal(60)))
    save(store, link("two", same, "beta", percent=Decimal(40)))
    with pytest.raises(ConflictError, match=r"100\.5 percent .*one 60"):
        save(store, link("three", same, "beta", percent=Decimal("0.5")))
    save(store, link("other", Match((("tag:team", "api"),)), "beta"))
    save(store, link("f", same, "", feature="chat"))
    with pytest.raises(ConflictError):
        save(store, link("g", same, "", feature="search", percent=Decimal(1)))


def test_percents_count_only_where_dates_overlap_and_while_enabled(store: Store) -> None:
    customers(store, "acme", "beta")
    save(store, link("old", TAG, "acme", end=100))
    save(store, link("new", TAG, "beta", start=100))
    with pytest.raises(ConflictError):
        save(store, link("between", TAG, "beta", start=99, end=101))
    save(store, link("off", TAG, "acme", enabled=False))
    with pytest.raises(ConflictError), store.write("enable") as txn:
        enable_rule(txn, "links", "off", True)
    with store.write("switch") as txn:
        assert enable_rule(txn, "links", "old", False)
        assert enable_rule(txn, "links", "new", False)
        assert not enable_rule(txn, "links", "new", False)
        assert enable_rule(txn, "links", "off", True)


def test_products_and_routes_are_switched_and_the_id_is_of_old_while_they_are_on(store: Store) -> None:
    save(store, FeatureRule("pro", "prod_pro", (("chat", Decimal(100)),)))
    save(store, RouteRule("r", "/v1/*", "chat"))
    with store.read() as conn:
        rows: dict[str, list[object]] = {"classes": [], "links": [], "shared": [],
                "features": [["pro", "prod_pro", '[["chat","100"]]', 0]],
                "routes": [["r", "/v1/*", "chat"]]}  # fmt: skip
        assert load_rules(conn).id == short_hash([rows, "0"])
        assert [rule.target for rule in load_reading(conn).routes] == ["chat"]
    with store.write("switch") as txn:
        assert enable_rule(txn, "features", "pro", False)
        assert enable_rule(txn, "routes", "r", False)
    with store.read() as conn:
        assert load_rules(conn).id != short_hash([rows, "0"])
        assert [rule.enabled for rule in load_rules(conn).features] == [False]
        assert [rule.enabled for rule in load_routes(conn)] == [False]
        assert load_reading(conn).routes == ()


def test_a_fixed_target_takes_the_stored_spelling(store: Store) -> None:
    customers(store, "Acme Inc")
    with store.write("identity") as txn:
        add_identity(txn, "acme inc", "stripe", "cus_1")
    save(store, link("a", TAG, " ACME INC "))
    save(store, SharedRule("s", TAG, "fixed", (("cus_1", Decimal(100)),)))
    assert rules(store).links[0].customer == "Acme Inc"
    assert rules(store).shared[0].split == (("Acme Inc", Decimal(100)),)


def test_identities_are_part_of_the_rules_id(store: Store) -> None:
    customers(store, "acme", "beta")
    start = rules(store).id
    with store.write("identity") as txn:
        assert add_identity(txn, "acme", "tag:customer", "acme-inc")
        assert not add_identity(txn, "ACME", "tag:customer", " Acme-Inc ")
    once = rules(store)
    assert once.id != start
    assert [(item.customer, item.kind, item.value) for item in once.identities] == [
        ("acme", "tag:customer", "acme-inc")
    ]
    with pytest.raises(ConflictError, match=r"'acme'.*'beta'"), store.write("identity") as txn:
        add_identity(txn, "beta", "tag:customer", "ACME-INC")
    with pytest.raises(NotFoundError), store.write("identity") as txn:
        add_identity(txn, "ghost", "stripe", "x")
    with store.write("identity") as txn:
        assert remove_identity(txn, "tag:customer", "ACME-inc") == "acme"
        assert add_identity(txn, "beta", "tag:customer", "acme-inc")
    assert rules(store).id not in (start, once.id)


def test_what_a_source_tells_never_overrides_a_person(store: Store) -> None:
    customers(store, "acme", "beta", "gamma")
    with store.write("identity") as txn:
        add_identity(txn, "acme", "stripe", "cus_1")
        assert not add_identity(txn, "beta", "stripe", "cus_1", "stripe")
        assert add_identity(txn, "beta", "stripe", "cus_2", "stripe")
        assert add_identity(txn, "gamma", "stripe", "cus_2", "stripe")
    found = {item.value: item.customer for item in rules(store).identities}
    assert found == {"cus_1": "acme", "cus_2": "gamma"}


def test_reading_rules_imports_no_sqlmodel() -> None:
    import subprocess

    code = (
        "import sys; import turbofinops_tui.store.rules, turbofinops_tui.store.batches;"
        "import turbofinops_tui.store.revenue, turbofinops_tui.store.books_id;"
        "import turbofinops_tui.actions.session;"
        "heavy = ('sqlmodel', 'sqlalchemy', 'pydantic', 'sqlite_utils', 'numpy', 'duckdb');"
        "bad = [m for m in heavy if m in sys.modules];"
        "sys.exit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
