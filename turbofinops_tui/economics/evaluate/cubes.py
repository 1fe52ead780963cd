"""Cubes: exact sums and counts of records per key, made at once or brought up to date by difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from turbofinops_tui.economics.books.rows import Amounts, Ints, exact, sum_by
from turbofinops_tui.economics.evaluate.axes import Axis, Mask
from turbofinops_tui.economics.evaluate.bind import DIRECT, SHARED, UNATTRIBUTED
from turbofinops_tui.economics.evaluate.ledger import Records
from turbofinops_tui.economics.evaluate.merge import added, merged

COST = ("direct", "shared", "unattributed", "opex", "tax", "ai", "ai_unattributed")
REVENUE = ("revenue", "revenue_of_nobody", "estimated")
DENSE = 3_000_000
"""cells of a dense sum; a sparser one sorts its keys"""


@dataclass(frozen=True, slots=True)
class Cube:
    """Sums per key, ascending; a key is (codes of the axes, span) in mixed radix, the span last."""

    keys: Ints
    sums: dict[str, Amounts]
    seen: dict[str, Ints]
    """how many records a key has in that column, be its sum 0 or not"""
    plain: Ints
    """the keys without their span"""
    span: Ints


def mixed_radix(codes: Sequence[Ints], axes: Sequence[Axis], last: Ints, size: int) -> Ints:
    """Keys of (codes..., last); OverflowError when they do not fit 62 bits."""
    limit = size
    for axis in axes:
        limit *= max(1, len(axis.labels))
    if limit >= 2**62:
        raise OverflowError("too many combinations of dimensions")
    keys = np.zeros(len(last), dtype=np.int64)
    for axis, code in zip(axes, codes, strict=True):
        keys = keys * max(1, len(axis.labels)) + code
    return keys * size + last


def sum_columns(
    keys: Ints, column: Ints, values: Amounts, names: Sequence[str], size: int, spans: int
) -> Cube:
    """Exact sums of ``values`` per key and column; every key that occurs is kept, even at 0."""
    width = len(names)
    values = exact(values) if values.dtype != object else values
    if size * width <= DENSE:
        table: Amounts = np.zeros(size * width, dtype=values.dtype)
        cells = keys * width + column
        np.add.at(table, cells, values)
        counts = np.bincount(cells, minlength=size * width).reshape(size, width)
        found = np.flatnonzero(counts.any(axis=1))
        columns: Amounts = table.reshape(size, width)[found].T
        seen: Ints = counts[found].T
    else:
        found, place = np.unique(keys, return_inverse=True)
        columns = np.zeros((width, len(found)), dtype=values.dtype)
        np.add.at(columns, (column, place), values)
        seen = np.zeros((width, len(found)), dtype=np.int64)
        np.add.at(seen, (column, place), 1)
    sums = {name: np.ascontiguousarray(columns[i]) for i, name in enumerate(names)}
    marks_of = {name: np.ascontiguousarray(seen[i]) for i, name in enumerate(names)}
    return Cube(found, sums, marks_of, *np.divmod(found, spans))


# --- brought up to date --------------------------------------------------------------------------


def columns_of(records: Records, is_ai: Mask) -> list[tuple[Ints, Ints]]:
    """(rows, column of ``COST``) for the buckets, and again for those of AI cost."""
    every = np.arange(len(records))
    ai = np.flatnonzero(is_ai[records.dimension] & np.isin(records.bucket, (DIRECT, SHARED, UNATTRIBUTED)))
    nobody = ai[records.bucket[ai] == UNATTRIBUTED]
    return [
        (every, records.bucket.astype(np.int64)),
        (ai, np.full(len(ai), 5)),
        (nobody, np.full(len(nobody), 6)),
    ]


def with_changes(cube: Cube, changes: tuple[Ints, Amounts, Ints], spans: int) -> Cube:
    """``cube`` with sums and counts changed; keys without any record are gone."""
    new, sums, counts = changes
    keys, places, at = merged(cube.keys, new)
    size = len(keys)
    found = {n: added(cube.sums[n], size, places, at, sums[i]) for i, n in enumerate(COST)}
    seen = {n: added(cube.seen[n], size, places, at, counts[i]) for i, n in enumerate(COST[:5])}
    empty = at[np.all([seen[n][at] == 0 for n in COST[:5]], axis=0)]
    if len(empty):
        keys = np.delete(keys, empty)
        found = {n: np.delete(values, empty) for n, values in found.items()}
        seen = {n: np.delete(values, empty) for n, values in seen.items()}
    if len(keys) == len(cube.keys) and not len(empty):
        return Cube(keys, found, seen, cube.plain, cube.span)
    return Cube(keys, found, seen, *np.divmod(keys, spans))


def changes_of(
    keys: Sequence[Ints],
    columns: Sequence[Ints],
    amounts: Sequence[Amounts],
    signs: Sequence[int],
    width: int,
) -> tuple[Ints, Amounts, Ints] | None:
    """(keys, [width, key] sums, [width, key] counts) of signed records; None when int64 cannot hold them."""
    if any(values.dtype == object for values in amounts):
        return None
    joined = np.concatenate([key * width + column for key, column in zip(keys, columns, strict=True)])
    signed = np.concatenate([sign * values for sign, values in zip(signs, amounts, strict=True)])
    ones = np.concatenate([np.full(len(key), sign) for key, sign in zip(keys, signs, strict=True)])
    if exact(signed).dtype == object:
        return None
    cells, sums = sum_by(joined, signed)
    counts = sum_by(joined, ones)[1]
    found = np.unique(cells // width)
    at = np.searchsorted(found, cells // width)
    table = np.zeros((2, width, len(found)), dtype=np.int64)
    table[0, cells % width, at] = sums
    table[1, cells % width, at] = counts
    return found, table[0], table[1]
