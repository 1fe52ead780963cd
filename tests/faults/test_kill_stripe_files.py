"""Stripe files killed with -9 at every statement: a file counts whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.faults.crash import killed_everywhere
from tests.faults.test_kill_revenue import Prepare
from tests.sync.stripe_shapes import Json, at, charge, invoice, line, movement, payment, price, session, write
from turbofinops_tui.actions import stripe_imports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.open import Store

NEW = 4
BEFORE, AFTER = (1000, 1, 10, 1, 1), (1000 * (NEW + 1), NEW + 1, 10 * (NEW + 1), NEW + 1, 2)


def paid(number: int) -> list[Json]:
    """An invoice of 10.00 with its payment, charge and fee."""
    ident, when = f"{number}", "2026-02-01"
    owner = {"customer": f"cus_{number}"}
    return [
        invoice(f"in_{ident}", [line(f"il_{ident}", 1000, "2026-01-01", "2026-02-01")], when, **owner),
        payment(f"inpay_{ident}", f"in_{ident}", 1000, when, f"pi_{ident}"),
        charge(f"ch_{ident}", 1000, when, f"pi_{ident}", **owner),
        movement(f"txn_{ident}", 1000, when, f"ch_{ident}", fee=10),
        {"id": f"cus_{ident}", "object": "customer", "created": at("2025-12-01"), "name": f"Number {ident}"},
    ]


@pytest.fixture
def prepare(tmp_path: Path, clock: Clock) -> Iterator[Prepare]:
    memory = Path("/dev/shm")  # noqa: S108 (a directory of its own is made inside)
    place = Path(mkdtemp(prefix="turbofinops-test-", dir=memory if os.access(memory, os.W_OK) else tmp_path))
    seed = session(place / "seed", clock)
    old = write(place / "old.jsonl", [price("price_m"), *paid(0)])
    stripe_imports.import_stripe(seed, "stripe-objects", [old])
    seed.store.close()
    write(place / "new.jsonl", [item for number in range(NEW) for item in paid(number + 1)])

    def fresh(number: int) -> Path:
        shutil.rmtree(place / str(number - 1), ignore_errors=True)
        return Path(shutil.copytree(place / "seed", place / str(number)))

    yield fresh
    shutil.rmtree(place)


def work(root: Path, clock: Clock) -> None:
    books = session(root, clock)
    stripe_imports.import_stripe(books, "stripe-objects", [root.parent / "new.jsonl"])
    books.store.close()


def state(books: Session) -> tuple[int, ...]:
    """(recognised revenue, invoices received, fees, customers, deliveries)."""
    queries = (
        "SELECT sum(amount) / 10000000 FROM revenue_event WHERE basis = 'recognised'",
        "SELECT count(*) FROM stripe_object WHERE object = 'invoice'",
        "SELECT sum(effective) / 10000000 FROM cost_daily",
        "SELECT count(*) FROM customer",
        "SELECT count(*) FROM delivery WHERE kind = 'stripe-objects'",
    )
    with books.store.read() as conn:
        return tuple(int(conn.execute(query).fetchone()[0]) for query in queries)


def judge(root: Path, clock: Clock) -> list[str]:
    """What is wrong after a killed import, and after the next run."""
    books = session(root, clock)
    found = [f"{item.name}: {item.problems}" for item in check_store(books.store) if not item.ok]
    if (seen := state(books)) not in (BEFORE, AFTER):
        found.append(f"half a file: {seen}")
    work(root, clock)
    if state(books)[:-1] != AFTER[:-1]:
        found.append(f"not finished by the next run: {state(books)}")
    found += [f"{item.name}: {item.problems}" for item in check_store(books.store) if not item.ok]
    books.store.close()
    return found


def test_a_file_killed_anywhere_counts_whole_or_not_at_all(prepare: Prepare, clock: Clock) -> None:
    places = 0
    for root in killed_everywhere(prepare, lambda root: work(root, clock), step=11):
        places += 1
        assert judge(root, clock) == [], f"killed at place {places}"
    assert places > 20


def test_the_same_test_catches_several_transactions(
    prepare: Prepare, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: objects, rows and the delivery each in a transaction of their own."""

    @contextmanager
    def apart(store: Store, _: str) -> Iterator[Store]:
        yield store

    monkeypatch.setattr(stripe_imports, "joined", apart)
    assert any(judge(root, clock) for root in killed_everywhere(prepare, lambda r: work(r, clock), step=25))


def test_trouble_while_deriving_leaves_the_store_as_it_was(
    prepare: Prepare, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = prepare(1)
    books = session(root, clock)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("while deriving")

    monkeypatch.setattr(stripe_imports, "derive_dirty", fails)
    with pytest.raises(RuntimeError):
        stripe_imports.import_stripe(books, "stripe-objects", [root.parent / "new.jsonl"])
    assert state(books) == BEFORE
