"""What was used: quantities per owner, provider and service, by the same walk as the cost they belong to.

A ledger over the column of quantities: whole ownership takes a dimension's quantity whole, a split
divides each day's quantity by the weights that divide its cost. Quantities are at 1e-9 of their unit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.books.rows import Ints, sum_by
from turbofinops_tui.economics.evaluate.axes import Mask, Space
from turbofinops_tui.economics.evaluate.bind import DIRECT, UNATTRIBUTED
from turbofinops_tui.economics.evaluate.engine import _allowed, conditions_by_dimension
from turbofinops_tui.economics.evaluate.ledger import Ledger, Options, Records
from turbofinops_tui.economics.evaluate.plan import Piece, pieces
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Condition, Rules, Slice

Used = dict[tuple[str | None, ...], dict[str, int]]
"""(a value per dimension of ``by``, provider, service) -> unit -> what was used"""


def quantities(books: FactBooks, rules: Rules, slice_: Slice, days: Days, by: tuple[str, ...]) -> Used:
    """Quantities of direct cost, and of what nobody owns, in a slice on ``days``.

    Cost that waits for a shared rule has no quantity: nobody's share of such a service is left out.
    """
    found: Used = {}
    has_unit = np.array([bool(dimension.unit) for dimension in books.dimensions], dtype=bool)
    for part in pieces(books, rules, slice_, days) if has_unit.any() else ():
        _of_part(found, part, slice_, by, has_unit)
    return found


def _of_part(found: Used, part: Piece, slice_: Slice, by: tuple[str, ...], has_unit: Mask) -> None:
    engine = part.engine
    spans = [span for span, wanted in zip(engine.books.spans, part.inside.tolist(), strict=True) if wanted]
    window = engine.books.window(spans)
    ledger = Ledger(window, engine.binding, Options("quantity", NATIVE, slice_.credits), only=has_unit)
    space = Space(window, engine.binding, spans, engine.whole)
    records = ledger.owned
    pooled = np.unique(ledger.pools.dimension)
    nobody = (records.bucket == UNATTRIBUTED) & ~np.isin(records.dimension, pooled)
    records = _passing(space, records.take((records.bucket == DIRECT) | nobody), slice_.where)
    axes = [space.axis(name) for name in (*by, "provider", "service")]
    codes = [axis.cost(records) for axis in axes if axis.cost is not None]
    units = sorted({dimension.unit for dimension in window.dimensions})
    unit_of = np.array([units.index(dimension.unit) for dimension in window.dimensions], dtype=np.int64)
    key: Ints = unit_of[records.dimension]
    for axis, code in zip(axes, codes, strict=True):
        key = key * max(1, len(axis.labels)) + code
    keys, amounts = sum_by(key, records.amount)
    for number, amount in zip(keys.tolist(), amounts.tolist(), strict=True):
        labels, rest = _labels(number, [axis.labels for axis in axes])
        of = found.setdefault(labels, {})
        of[units[rest]] = of.get(units[rest], 0) + int(amount)


def _labels(number: int, labels: Sequence[Sequence[str | None]]) -> tuple[tuple[str | None, ...], int]:
    found: list[str | None] = []
    for column in reversed(labels):
        number, code = divmod(number, max(1, len(column)))
        found.append(column[code])
    return tuple(reversed(found)), number


def _passing(space: Space, records: Records, where: Sequence[Condition]) -> Records:
    kept = np.ones(len(records), dtype=bool)
    for name, conditions in conditions_by_dimension(where).items():
        axis = space.axis(name)
        if axis.cost is not None:
            kept &= _allowed(axis, conditions)[axis.cost(records)]
    return records.take(kept)
