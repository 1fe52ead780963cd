"""Who carries one stored amount, an atom (dimension, UTC day): the ledger read backwards."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.books.rows import total
from turbofinops_tui.economics.evaluate.bind import BUCKETS, NOBODY
from turbofinops_tui.economics.evaluate.ledger import Records
from turbofinops_tui.economics.evaluate.origins import why_text
from turbofinops_tui.economics.evaluate.plan import Piece, pieces
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Bucket, Rules, Slice


@dataclass(frozen=True, slots=True)
class Carried:
    """A part of the atom; ``customer`` and ``feature`` are None where nobody and nothing was found."""

    amount: int
    """in store units of the slice's currency"""
    bucket: Bucket
    customer: str | None
    feature: str | None
    link: str | None
    why: str


def carriers(books: FactBooks, rules: Rules, slice_: Slice, day: int, dimension: int) -> list[Carried]:
    """The parts of what dimension id ``dimension`` cost on ``day``; they add up to it.

    Empty when it costs nothing or has no rate to the slice's currency.
    """
    days = Days(day, day + 1)
    asked = replace(slice_, by=("day",), where=())
    position = next((at for at, item in enumerate(books.dimensions) if item.id == dimension), None)
    if position is None:
        return []
    found: dict[tuple[int, int, int, int], int] = {}
    for part in pieces(books, rules, asked, days):
        records = _of_atom(part, day, position)
        keys = (records.bucket, records.customer, records.feature, records.link)
        for number, key in enumerate(zip(*(column.tolist() for column in keys), strict=True)):
            found[key] = found.get(key, 0) + total(records.amount[number : number + 1])
        engine = part.engine
        return [
            Carried(
                amount,
                BUCKETS[bucket],  # type: ignore[arg-type]
                None if customer == NOBODY else books.customers[customer].ref,
                None if feature == NOBODY else engine.binding.features.labels[feature] or None,
                None if link == NOBODY else engine.binding.links[link],
                why_text(books, rules, asked, days, (bucket, link), {position}),
            )
            for (bucket, customer, feature, link), amount in sorted(found.items())
            if amount
        ]
    return []


def _of_atom(part: Piece, day: int, position: int) -> Records:
    """The records of one dimension on one day, its shared pool split exactly."""
    engine = part.engine
    owned = engine.ledger.owned
    starts = engine.books.starts[owned.span]
    own = owned.take((owned.dimension == position) & (starts == day) & part.inside[owned.span])
    pools = engine.ledger.pools
    atoms = (pools.dimension == position) & (pools.day == day)
    groups = np.arange(len(engine.books.dimensions), dtype=np.int64)
    return Records.join([own, engine.pools.some(groups, atoms)]) if atoms.any() else own
