"""Revenue files killed with -9 at every statement: a file counts whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.faults.crash import killed_everywhere
from tests.sync.stripe_shapes import session
from turbofinops_tui.actions.revenue_imports import import_revenue
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.check import check_store

ROWS = 8
OLD = [("r0", 10), ("r1", 10)]
NEW = [(f"r{number}", 70) for number in range(ROWS)]
Prepare = Callable[[int], Path]


def revenue_file(path: Path, rows: list[tuple[str, int]]) -> Path:
    lines = [f"{ident},acme{ident},one_time,{amount},USD,2026-01-05" for ident, amount in rows]
    path.write_text("\n".join(["id,customer,kind,amount,currency,occurred_at", *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: kill -9 needs no disk."""
    memory = Path("/dev/shm")  # noqa: S108 (a directory of its own is made inside)
    found = Path(mkdtemp(prefix="turbofinops-test-", dir=memory if os.access(memory, os.W_OK) else tmp_path))
    yield found
    shutil.rmtree(found)


@pytest.fixture
def prepare(place: Path, clock: Clock) -> Prepare:
    seed = session(place / "seed", clock)
    import_revenue(seed, revenue_file(place / "old.csv", OLD), "crm")
    seed.store.close()
    revenue_file(place / "new.csv", NEW)

    def fresh(number: int) -> Path:
        shutil.rmtree(place / str(number - 1), ignore_errors=True)
        return Path(shutil.copytree(place / "seed", place / str(number)))

    return fresh


def work(root: Path, clock: Clock) -> None:
    books = session(root, clock)
    import_revenue(books, root.parent / "new.csv", "crm")
    books.store.close()


def state(books: Session) -> tuple[int, int, int, int]:
    """(recognised revenue, rows received, customers, imports in the audit log)."""
    queries = (
        "SELECT sum(amount) / 1000000000 FROM revenue_event WHERE basis = 'recognised'",
        "SELECT count(*) FROM revenue_received",
        "SELECT count(*) FROM customer",
        "SELECT count(*) FROM audit WHERE action = 'import'",
    )
    with books.store.read() as conn:
        first, second, third, fourth = (int(conn.execute(query).fetchone()[0]) for query in queries)
    return first, second, third, fourth


BEFORE, AFTER = (20, 2, 2, 1), (70 * ROWS, ROWS, ROWS, 2)


def judge(root: Path, clock: Clock) -> list[str]:
    """What is wrong after a killed import, and after the next run."""
    books = session(root, clock)
    found = [f"{line.name}: {line.problems}" for line in check_store(books.store) if not line.ok]
    seen = state(books)
    if seen not in (BEFORE, AFTER):
        found.append(f"half a file: {seen}")
    work(root, clock)
    if state(books)[:3] != AFTER[:3]:
        found.append(f"not finished by the next run: {state(books)}")
    found += [f"{line.name}: {line.problems}" for line in check_store(books.store) if not line.ok]
    books.store.close()
    return found


def test_a_revenue_file_killed_anywhere_counts_whole_or_not_at_all(prepare: Prepare, clock: Clock) -> None:
    places = 0
    for root in killed_everywhere(prepare, lambda root: work(root, clock), step=3):
        places += 1
        assert judge(root, clock) == [], f"killed at place {places}"
    assert places > 20


def test_the_same_test_catches_a_file_written_in_pieces(prepare: Prepare, clock: Clock) -> None:
    """The control: the bug that the promise is about, a transaction per few rows."""

    def in_pieces(root: Path) -> None:
        books = session(root, clock)
        for number in range(0, ROWS, 2):
            piece = revenue_file(root / f"{number}.csv", NEW[number : number + 2])
            import_revenue(books, piece, "crm")
        books.store.close()

    assert any(judge(root, clock) for root in killed_everywhere(prepare, in_pieces, step=40, first=60))
