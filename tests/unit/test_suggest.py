"""Proposals: what is found, in which order, and what accepting writes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.small_store import deliver
from turbofinops_tui.actions.suggesting import likeness
from turbofinops_tui.cli import main
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.audit import rows
from turbofinops_tui.store.customers import load_customers, save_customer
from turbofinops_tui.store.open import Store

TAGS = [
    *({"customer": name} for name in ("acme", "ACME", "globex", "globex corp", "umbrella")),
    {"project": "initech-prod", "customer": ""},
    {"project": "initech-prod"},
    {"project": "data", "team": "core"},
]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Store]:
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
    opened = Store.open(tmp_path / "root" / "data" / "store.db", clock)
    with opened.write("customers") as txn:
        for ref in ("acme", "globex", "initech"):
            save_customer(txn, ref)
    deliver(opened, "main", TAGS)
    yield opened
    opened.close()


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main.run(list(words)) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def found(capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[object, ...]]:
    document = json.loads(run(capsys, "links", "suggest", "--format", "json", *words))
    return [
        tuple(item[name] for name in ("number", "kind", "cost", "confidence", "customer", "writes"))
        for item in document["suggestions"]
    ]


EXPECTED = [
    (
        1,
        "template",
        "5.00",
        50,
        "{value}",
        "links add --kind tag --match 'tag:customer=*' --customer '{value}'",
    ),
    (2, "identity", "1.00", 90, "globex", "identities add globex 'tag:customer=globex corp'"),
    (
        3,
        "link",
        "2.00",
        90,
        "initech",
        "links add --kind tag --match tag:project=initech-prod --customer initech",
    ),
]


def test_general_ones_first(capsys: pytest.CaptureFixture[str], store: Store) -> None:
    assert found(capsys) == EXPECTED
    assert found(capsys) == EXPECTED
    assert found(capsys, "--top", "1") == EXPECTED[:1]
    text = run(capsys, "links", "suggest")
    assert "tag customer covers 62 %, 2 of 4 values are customers" in text
    assert "8.00 USD without a customer" in text
    with store.read() as conn:  # nothing is applied without a person
        assert [customer.ref for customer in load_customers(conn)] == ["acme", "globex", "initech"]


def test_accepting_by_number(capsys: pytest.CaptureFixture[str], store: Store) -> None:
    assert run(capsys, "links", "suggest", "--accept", "1,3, 2") == (
        "tag:customer=globex corp\ntag-customer\ntag-project-initech-prod\n"
    )
    with store.read() as conn:
        people = {customer.ref: customer.confirmed for customer in load_customers(conn)}
        accepted = [row for row in rows(conn) if row.action == "accept suggestion"]
    # the identity came first: nobody is made of its value
    assert people == {"acme": True, "globex": True, "initech": True, "umbrella": False}
    assert len(accepted) == 3
    report = json.loads(run(capsys, "report", "customers", "--period", "2026-10", "--format", "json"))
    costs = {row["customer"]: row["cost"] for row in report["rows"]}
    assert costs == {"acme": "2.00", "globex": "2.00", "initech": "2.00", "umbrella": "1.00", None: "1.00"}
    assert found(capsys) == []
    run(capsys, "links", "remove", "tag-project-initech-prod")
    run(capsys, "identities", "remove", "tag:customer=globex corp")
    again = found(capsys)
    assert [item[1:3] for item in again] == [("identity", "1.00"), ("link", "2.00")]


def test_all_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no suggestion 9" in run(capsys, "links", "suggest", "--accept", "1,9", code=1)
    for bad in ("x", "1,", "-1", "²"):
        run(capsys, "links", "suggest", f"--accept={bad}", code=2)
    run(capsys, "links", "suggest", "--top", "0", code=2)
    assert found(capsys) == EXPECTED
    run(capsys, "--read-only", "links", "suggest", "--accept", "1", code=1)


def test_without_any_customer_a_key_that_sounds_like_one_is_proposed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, clock: Clock
) -> None:
    other = Store.open(tmp_path / "other.db", clock)
    deliver(other, "main", [{"tenant_id": "a*b"}, {"team": "x"}])
    other.close()
    text = run(capsys, "--store", str(tmp_path / "other.db"), "links", "suggest", "--format", "json")
    assert [(item["key"], item["confidence"]) for item in json.loads(text)["suggestions"]] == [
        ("tenant_id", 0)
    ]


def test_alike() -> None:
    names = ["acme", "globex corporation", "initech"]
    assert likeness("acme_prod", names) == (0, 90)
    assert likeness("corporation globex", names) == (1, 100)
    assert likeness("globx corporation", names) is not None
    assert likeness("ac", names) is None
    assert likeness("shared", names) is None


def test_alike_is_the_better_of_letters_and_words_over_all_names() -> None:
    from rapidfuzz import fuzz, process

    dice = random.Random(3)  # noqa: S311 (the same names in every run)
    words = ["acme", "globex", "globx", "corp", "inc", "initech", "a", "b", "blue", "x1", "x2"]
    texts = [" ".join(dice.choices(words, k=dice.randint(1, 4))) for _ in range(120)]
    for asked in texts[:60]:
        names, best = texts[60:90], None
        for scorer, weight in ((fuzz.token_sort_ratio, 10), (fuzz.token_set_ratio, 9)):
            near = process.extractOne(asked, names, scorer=scorer, score_cutoff=80)
            if near is not None and (best is None or int(near[1]) * weight // 10 > best[1]):
                best = (int(near[2]), int(near[1]) * weight // 10)
        assert likeness(asked, names) == (best if len(asked) > 2 else None)
