"""A period's rollup with store ids: rows in key order, months, and the digest of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.periods import month_of_day
from turbofinops_tui.sync.rollup.result import PeriodRollup

if TYPE_CHECKING:
    from turbofinops_tui.sync.rollup.result import IntArray

_CHUNK = 20_000
Row = tuple[int, int, int, int, int]


def daily_rows(period: PeriodRollup, ids: Sequence[int]) -> Iterator[Row]:
    """(day, dimension id, effective, billed, quantity) in key order; ``ids`` are store ids by position."""
    import numpy as np

    numbers = np.asarray(ids, dtype=np.int64)[period.dimensions]
    order = np.lexsort((numbers, period.days))
    columns = (period.days, numbers, period.effective, period.billed, period.quantities)
    yield from _rows([column[order] for column in columns])


def monthly_rows(period: PeriodRollup, ids: Sequence[int]) -> Iterator[Row]:
    """The same by the month of the usage day."""
    import numpy as np

    if not len(period.days):
        return
    days, places = np.unique(period.days, return_inverse=True)
    months = np.array([month_of_day(day) for day in days.tolist()], dtype=np.int64)[places]
    numbers = np.asarray(ids, dtype=np.int64)[period.dimensions]
    order = np.lexsort((numbers, months))
    months, numbers = months[order], numbers[order]
    starts = np.flatnonzero(np.r_[True, (months[1:] != months[:-1]) | (numbers[1:] != numbers[:-1])])
    sums = [_sums(column[order], starts) for column in (period.effective, period.billed, period.quantities)]
    yield from zip(months[starts].tolist(), numbers[starts].tolist(), *sums, strict=True)


def _sums(column: IntArray, starts: IntArray) -> list[int]:
    """Sums of the runs that begin at ``starts``: in int64 when no sum can leave it, else in Python."""
    import numpy as np

    if max(abs(int(column.max())), abs(int(column.min()))) * len(column) < 2**63:
        added: list[int] = np.add.reduceat(column, starts).tolist()
        return added
    ends = [*starts[1:].tolist(), len(column)]
    return [sum(column[start:end].tolist()) for start, end in zip(starts.tolist(), ends, strict=True)]


def _rows(columns: Sequence[IntArray]) -> Iterator[Row]:
    for start in range(0, len(columns[0]), _CHUNK):
        part = [column[start : start + _CHUNK].tolist() for column in columns]
        yield from zip(*part, strict=True)


def batch_digest(period: PeriodRollup, dimension_digests: Sequence[str]) -> str:
    """SHA-256 over the content in natural keys: totals, dimensions by digest, rows by (day, digest).

    ``dimension_digests`` by position. No row id enters, so two stores with the same delivery agree.
    """
    import numpy as np

    used = np.unique(period.dimensions)
    names = sorted(dimension_digests[place] for place in used.tolist())
    rank = {name: place for place, name in enumerate(names)}
    ranks = np.zeros(len(dimension_digests), dtype=np.int64)
    ranks[used] = [rank[dimension_digests[place]] for place in used.tolist()]
    ordered = ranks[period.dimensions]
    order = np.lexsort((ordered, period.days))
    totals = [
        [total.currency, total.cost, decimal_text(total.exact), decimal_text(total.stored), total.lines]
        for total in period.totals
    ]
    digest = hashlib.sha256(json.dumps([period.period, period.lines, totals, names]).encode())
    for column in (period.days, ordered, period.effective, period.billed, period.quantities):
        digest.update(np.ascontiguousarray(column[order], dtype="<i8").tobytes())
    return digest.hexdigest()
