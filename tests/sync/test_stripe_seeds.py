"""Other seeds of Stripe data against a second, naive reading of them."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest

from tests.sync.stripe_reading import expected, product_cells
from tests.sync.stripe_seeds import World, generate
from tests.sync.stripe_shapes import Json, finding_kinds, session, write
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import minor_factor

SEEDS = range(1, 9)


def load(books: Session, objects: list[Json], name: str = "objects") -> None:
    path = write(books.paths.store.parent / f"{name}.jsonl", objects)
    import_stripe(books, "stripe-objects", [path])


def compare(books: Session, world: World) -> int:
    """Every customer, month and kind on both bases; returns how many cells there were."""
    count = 0
    for basis in ("recognised", "cash"):
        with books.store.read() as conn:
            stored = conn.execute(
                "SELECT identity, kind, amount, currency, period_start, period_end FROM revenue_event"
                " WHERE basis = ?",
                (basis,),
            ).fetchall()
        rows = [(row[0], row[1], row[2] // minor_factor(row[3]), *row[4:]) for row in stored]
        found, wanted = product_cells(rows), expected(world, basis)
        wrong = {key: (found.get(key), wanted.get(key)) for key in found.keys() | wanted.keys()}
        assert {key: pair for key, pair in wrong.items() if pair[0] != pair[1]} == {}, basis
        count += len(wanted)
    return count


def fees(books: Session) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    with books.store.read() as conn:
        for named, period, currency, effective in conn.execute(
            "SELECT d.names_customer, b.period, d.currency, c.effective FROM cost_monthly c"
            " JOIN ingest_batch b ON b.id = c.batch AND b.state = 'active'"
            " JOIN cost_dimension d ON d.id = c.dimension"
        ):
            found[named.removeprefix("stripe:"), period, currency] += effective // minor_factor(currency)
    return dict(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_product_reads_what_the_second_reading_reads(tmp_path: Path, clock: Clock, seed: int) -> None:
    world = generate(seed)
    books = session(tmp_path, clock)
    load(books, world.objects)
    assert finding_kinds(books) == []
    assert compare(books, world) > 100
    assert fees(books) == {key: value for key, value in world.fees.items() if value}


def test_in_pieces_and_twice(tmp_path: Path, clock: Clock) -> None:
    world = generate(99)
    books = session(tmp_path, clock)
    pieces = [world.objects[start : start + 40] for start in range(0, len(world.objects), 40)]
    for number, piece in enumerate(pieces + pieces[:3]):
        load(books, piece, f"piece{number}")
    compare(books, world)
    assert fees(books) == {key: value for key, value in world.fees.items() if value}


def test_a_wrong_reading_is_seen(tmp_path: Path, clock: Clock) -> None:
    """The control: one amount of the data changed by one minor unit shows up as a difference."""
    world = generate(3)
    draw = random.Random(3)  # noqa: S311 (test data)
    story = draw.choice([item for item in world.stories if item.payments])
    day, amount = story.payments[0]
    story.payments[0] = (day, amount - 100)
    books = session(tmp_path, clock)
    load(books, world.objects)
    with pytest.raises(AssertionError):
        compare(books, world)
