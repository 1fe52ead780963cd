"""Rules on the command line: every verb and option, what is refused, and the customers that appear."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.small_store import deliver
from turbofinops_tui.cli import main
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.types import Link, Match
from turbofinops_tui.store.books_id import books_id
from turbofinops_tui.store.customers import load_customers, load_identities, save_customer
from turbofinops_tui.store.figures import figures_due, latest_figures
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.rules import load_rules
from turbofinops_tui.store.settings import load_settings


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Store]:
    """A store with customers acme and globex, and two deliveries tagged by customer and environment."""
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
    opened = Store.open(tmp_path / "root" / "data" / "store.db", clock)
    with opened.write("customers") as txn:
        save_customer(txn, "acme")
        save_customer(txn, "globex")
    deliver(opened, "fixes", [{"customer": "Initech", "env": "prod"}, {"customer": "ACME"}])
    deliver(opened, "main", [{"customer": "initech"}, {"customer": "INITECH"}, {"customer": "acme-inc"}])
    yield opened
    opened.close()


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """Run a command; stdout without the last newline, or stderr when it is to fail."""
    assert main.run(list(words)) == code
    out, err = capsys.readouterr()
    return (out if code == 0 else err).rstrip("\n")


def links(store: Store) -> tuple[Link, ...]:
    with store.read() as conn:
        return load_rules(conn).links


def refs(store: Store, confirmed: bool) -> list[str]:
    with store.read() as conn:
        return [c.ref for c in load_customers(conn) if c.confirmed == confirmed]


TEMPLATE = ("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")


def test_a_template_link_makes_unconfirmed_customers(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "identities", "add", "Acme", "tag:customer=acme-inc")
    assert run(capsys, *TEMPLATE) == "tag-customer"
    # the spelling first delivered; ACME and acme-inc are known by reference and identity
    assert refs(store, confirmed=False) == ["Initech"]
    assert refs(store, confirmed=True) == ["acme", "globex"]


def test_removing_an_identity_brings_the_customer_it_hid(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "identities", "add", "acme", "tag:Customer=acme-inc") == "tag:customer=acme-inc"
    run(capsys, *TEMPLATE)
    assert "acme-inc" not in refs(store, confirmed=False)
    run(capsys, "identities", "remove", "tag:customer=ACME-inc")
    assert "acme-inc" in refs(store, confirmed=False)


def test_a_disabled_template_names_nobody_until_it_is_enabled(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run(
        capsys,
        "links",
        "add",
        "--kind",
        "tag",
        "--match",
        "tag:nothing=*",
        "--customer",
        "{value}",
        "--name",
        "t",
    )
    run(capsys, "links", "disable", "t")
    run(capsys, "links", "edit", "t", "--match", "tag:customer=init*")
    assert refs(store, confirmed=False) == []
    run(capsys, "links", "enable", "t")
    assert refs(store, confirmed=False) == ["Initech"]


def test_every_option_of_a_link_is_stored(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(
        "links add --kind trace --match service=AmazonEKS tag:Cluster=shared|common --match provider=aws "
        "--customer ACME --feature chat --percent 12.5 --from 2026-01 --to 2026-02-15 --evidence core-api "
        "--evidence search-svc --weight tokens --rest spread --name api"
    )
    assert run(capsys, *words) == "api"
    terms = (("service", "AmazonEKS"), ("tag:Cluster", "shared|common"), ("provider", "aws"))
    assert links(store) == (
        Link(
            id="api", kind="trace", match=Match(terms), customer="acme", feature="chat",
            percent=Decimal("12.5"), start=20454, end=20499,
            evidence=("core-api", "search-svc"), weight="tokens", rest="spread",
        ),
    )  # fmt: skip
    run(capsys, "links", "edit", "api", "--percent", "50", "--from", "none", "--customer", "globex")
    (link,) = links(store)
    assert (link.percent, link.start, link.end, link.customer) == (Decimal(50), None, 20499, "globex")
    assert link.match == Match(terms)


def test_order_is_kept_and_changed(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abc":
        run(capsys, *_link(name, f"tag:env={name}"))
    run(capsys, *_link("d", "tag:env=d"), "--before", "b")
    assert [link.id for link in links(store)] == ["a", "d", "b", "c"]
    run(capsys, "links", "move", "c", "--to", "1")
    assert [link.id for link in links(store)] == ["c", "a", "d", "b"]
    run(capsys, "links", "move", "c", "--to", "9")
    assert [link.id for link in links(store)] == ["a", "d", "b", "c"]
    run(capsys, "links", "remove", "d")
    assert [link.id for link in links(store)] == ["a", "b", "c"]


def _link(name: str, match: str, *more: str, customer: str = "acme") -> list[str]:
    words = ["links", "add", "--kind", "tag", "--match", match, "--customer", customer, "--name", name]
    return [*words, *more]


def test_over_100_percent_on_identical_matches_is_refused(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, *_link("a", "tag:env=prod", "--percent", "60"))
    run(capsys, *_link("b", "tag:Env=PROD", "--percent", "40", customer="globex"))
    line = run(capsys, *_link("c", "tag:env=prod", "--percent", "0.01"), code=1)
    assert "100.01 percent" in line
    run(capsys, *_link("d", "tag:env=prod*", "--percent", "90"))
    # another walk, other days and a disabled link are free
    run(capsys, "links", "add", "--kind", "tag", "--match", "tag:env=prod", "--feature", "chat")
    run(capsys, "links", "edit", "a", "--to", "2026-02")
    run(capsys, *_link("e", "tag:env=prod", "--percent", "60", "--from", "2026-02"))
    line = run(capsys, "links", "edit", "e", "--from", "2026-01-31", code=1)
    assert "160 percent" in line
    run(capsys, "links", "disable", "a")
    run(capsys, "links", "edit", "e", "--from", "none")
    assert "160 percent" in run(capsys, "links", "enable", "a", code=1)
    assert next((link.id, link.enabled) for link in links(store)) == ("a", False)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (_link("x", "tag:a=1", customer="acmee"), 1, "there is no customer 'acmee': did you mean 'acme'?"),
        (_link("x", "tag:a=1", customer="c-{value}"), 2, "'c-{value}' is no template"),
        (_link("x", "provider=aws", customer="{value}"), 2, "needs a tag"),
        (_link("x", "providr=aws"), 2, "did you mean 'provider'?"),
        (_link("x", "route=/v1"), 2, "no cost has a route"),
        (_link("x", "tag:a="), 2, "the pattern for tag:a is empty"),
        (_link("x", "tag:a"), 2, "has no '='"),
        (_link("x", "tag:a=re:("), 2, "error: "),
        (_link("x", "tag:a=1", "--percent", "0"), 2, "'0' is not a percent"),
        (_link("x", "tag:a=1", "--percent", "100.0001"), 2, "is not a percent"),
        (_link("x", "tag:a=1", "--percent", "nan"), 2, "is not a percent"),
        (_link("x", "tag:a=1", "--from", "2026-02", "--to", "2026-02"), 2, "never apply"),
        (_link("x", "tag:a=1", "--from", "soon"), 2, "'soon' is not a date"),
        (_link("x", "tag:a=1", "--weight", "tokens"), 2, "trace links"),
        (_link("x", "tag:a=1", "--before", "nope"), 1, "there is no link 'nope'"),
        (_link("a b", "tag:a=1"), 2, "is not a rule id"),
        (["links", "add", "--kind", "tag", "--match", "tag:a=1"], 2, "gives nothing"),
        (["links", "add", "--kind", "feature", "--match", "tag:a=1"], 2, "gives no feature"),
        (["links", "remove", "nope"], 1, "there is no link 'nope'"),
        (["links", "move", "nope", "--to", "1"], 1, "there is no link 'nope'"),
        (["links", "edit", "nope", "--percent", "5"], 1, "there is no link 'nope'"),
        (["classes", "add", "--match", "tag:env=dev", "--class", "opex"], 2, "an opex rule needs a name"),
        (["shared", "add", "--match", "account=1", "--method", "fixed"], 2, "--split"),
        (["shared", "add", "--match", "account=1", "--method", "even", "--split", "acme=100"], 2, "--split"),
        (
            ["shared", "add", "--match", "account=1", "--method", "fixed", "--split", "acme=60", "globex=30"],
            2,
            "adds up to 90",
        ),
        (
            ["shared", "add", "--match", "account=1", "--method", "fixed", "--split", "nobody=100"],
            1,
            "there is no customer 'nobody'",
        ),
        (
            ["shared", "add", "--match", "account=1", "--method", "even", "--within", "day"],
            2,
            "no partitions",
        ),
        (["features", "add", "--product", "p", "--split", "chat=60"], 2, "adds up to 60"),
        (["identities", "add", "acmee", "stripe:cus_1"], 1, "did you mean 'acme'?"),
        (["identities", "add", "acme", "cus_1"], 2, "is not an identity"),
        (["identities", "remove", "stripe:cus_9"], 1, "there is no identity"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    words: list[str], code: int, said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    line = run(capsys, *words, code=code)
    assert line.startswith("error: ")
    assert "\n" not in line
    assert said in line
    assert links(store) == ()


def test_one_identity_on_two_customers_is_refused_with_both_names(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "identities", "add", "acme", "stripe:cus_1") == "stripe:cus_1"
    line = run(capsys, "identities", "add", "globex", "stripe:CUS_1", code=1)
    assert "'acme'" in line
    assert "'globex'" in line
    run(capsys, "identities", "edit", "stripe:cus_1", "--customer", "globex")
    with store.read() as conn:
        assert [(i.customer, i.kind, i.value) for i in load_identities(conn)] == [
            ("globex", "stripe", "cus_1")
        ]


def test_classes_shared_features_and_routes(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    classes = ("classes", "add", "--class", "opex", "--name", "staging", "--match")
    assert run(capsys, *classes, "tag:env=staging|dev") == "staging"
    assert run(capsys, *classes, "account=9") == "opex-staging"
    assert (
        run(
            capsys,
            *shlex.split("shared add --match category=Support --method direct --within tag:env --name s"),
        )
        == "s"
    )
    split = shlex.split("shared add --match account=1 --method fixed --split ACME=60.5 globex=39.5 --name f")
    assert run(capsys, *split) == "f"
    assert (
        run(capsys, *shlex.split("features add --product pro --split chat=60 --split search=40 --name pro"))
        == "pro"
    )
    assert run(capsys, *shlex.split("features add --product max --split usage --name max")) == "max"
    assert run(capsys, "routes", "add", "/v1/search/{id}", "search", "--name", "r") == "r"
    listed = {noun: json.loads(run(capsys, noun, "list", "--format", "json"))[noun] for noun in main.NOUNS
              if main.NOUNS[noun][0] == "links" and noun not in ("links", "identities")}  # fmt: skip
    dates = {"from": None, "to": None, "enabled": True}
    assert listed == {
        "classes": [
            {"id": "staging", "match": {"tag:env": "staging|dev"}, "class": "opex", "name": "staging",
             **dates},
            {"id": "opex-staging", "match": {"account": "9"}, "class": "opex", "name": "staging", **dates},
        ],
        "shared": [
            {"id": "s", "match": {"category": "Support"}, "method": "direct", "split": {},
             "within": ["tag:env"], **dates},
            {"id": "f", "match": {"account": "1"}, "method": "fixed",
             "split": {"acme": "60.5", "globex": "39.5"}, "within": [], **dates},
        ],
        "features": [
            {"id": "pro", "product": "pro", "split": {"chat": "60", "search": "40"}, "enabled": True},
            {"id": "max", "product": "max", "split": "usage", "enabled": True},
        ],
        "routes": [{"id": "r", "pattern": "/v1/search/{id}", "feature": "search", "enabled": True}],
    }  # fmt: skip
    run(capsys, "features", "disable", "max")
    run(capsys, "routes", "disable", "r")
    run(capsys, "shared", "edit", "f", "--method", "even")
    run(capsys, "classes", "edit", "staging", "--to", "2026-06")
    with store.read() as conn:
        rules = load_rules(conn)
    assert (rules.shared[1].method, rules.shared[1].split) == ("even", ())
    assert rules.classes[0].end == 20605
    assert [rule.enabled for rule in rules.features] == [True, False]


def test_tables_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "classes", "list") == "no class rules: all cost is cogs"
    run(
        capsys,
        "classes",
        "add",
        "--match",
        "tag:env=a",
        "--class",
        "opex",
        "--name",
        "dev",
        "--from",
        "2026-01",
    )
    assert run(capsys, "classes", "list").splitlines() == [
        "#  id   match      class  name  from        to  enabled",
        "-  ---  ---------  -----  ----  ----------  --  -------",
        "1  dev  tag:env=a  opex   dev   2026-01-01      yes",
    ]


def test_read_only_changes_nothing(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert "read-only" in run(capsys, *TEMPLATE, "--read-only", code=1)
    assert links(store) == ()


def test_figures_follow_every_change(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, *_link("a", "tag:customer=init*"))
    with store.read() as conn:
        first = latest_figures(conn, "USD")
        assert not figures_due(conn, books_id(conn, load_rules(conn).id, load_settings(conn).id).whole)
    assert first == {("acme", 24321): (0, 3 * 10**9), (None, 24321): (0, 2 * 10**9)}
    run(capsys, "links", "edit", "a", "--percent", "50")
    with store.read() as conn:
        assert latest_figures(conn, "USD") == {
            ("acme", 24321): (0, 15 * 10**8),
            (None, 24321): (0, 35 * 10**8),
        }
        assert conn.execute("SELECT count(*), count(DISTINCT books) FROM figures").fetchone() == (4, 2)


def test_rules_on_stdout_are_those_of_the_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(capsys, *TEMPLATE)
    shown = run(capsys, "rules", "export", "-")
    run(capsys, "rules", "export", "rules.yaml")
    assert shown == (tmp_path / "rules.yaml").read_text("utf-8").rstrip("\n")
    assert not (tmp_path / "-").exists()
