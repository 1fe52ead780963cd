"""Sums under ascending keys, with changes under other keys added."""

from __future__ import annotations

import numpy as np

from turbofinops_tui.economics.books.rows import Amounts, Ints


def merged(keys: Ints, new: Ints) -> tuple[Ints, Ints, Ints]:
    """(all keys, places of the old among them, places of the new)."""
    at = np.searchsorted(keys, new)
    known = at < len(keys)
    known[known] = keys[at[known]] == new[known]
    if known.all():
        return keys, np.arange(0), at
    every = np.union1d(keys, new[~known])
    return every, np.searchsorted(every, keys), np.searchsorted(every, new)


def added(column: Amounts, size: int, places: Ints, at: Ints, change: Amounts) -> Amounts:
    """``column`` on ``size`` keys with ``change`` added; ``column`` itself when nothing of it changes."""
    if size == len(column) and not change.any():
        return column
    if len(places) == len(column) and size != len(column):
        out = np.zeros(size, dtype=column.dtype)
        out[places] = column
    else:
        out = column.copy()
    out[at] += change.astype(column.dtype)
    return out
