"""Running sums along the time of a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from turbofinops_tui.economics.books.rows import Amounts, Ints, exact
from turbofinops_tui.economics.evaluate.axes import TIME
from turbofinops_tui.economics.evaluate.frame import Frame
from turbofinops_tui.economics.types import Slice


def cumulated(slice_: Slice, frame: Frame) -> Frame:
    """Running sums along the time of the rows (day, week, month, else age), for every other key."""
    names = [axis.name for axis in frame.axes]
    time = [name for name in (*TIME, "age") if name in names]
    if not time or not len(frame):
        return frame
    clock = time[:1] if time[0] == "age" else [name for name in time if name != "age"]
    rest = [codes for name, codes in zip(names, frame.codes, strict=True) if name not in clock]
    times = [frame.codes[names.index(name)] for name in clock]
    order = np.lexsort([*reversed(times), *reversed(rest)])
    change = np.ones(len(order), dtype=bool)
    if rest:
        ordered = np.stack([codes[order] for codes in rest])
        change[1:] = np.any(ordered[:, 1:] != ordered[:, :-1], axis=0)
    else:
        change[1:] = False
    group = np.cumsum(change) - 1
    first = np.flatnonzero(change)
    sums = {name: _running(values, order, group, first) for name, values in frame.sums.items()}
    return replace(frame, sums=sums)


def _running(values: Amounts, order: Ints, group: Ints, first: Ints) -> Amounts:
    ordered = exact(values[order]) if values.dtype != object else values[order]
    running = np.cumsum(ordered)
    before = (running - ordered)[first]
    out = np.zeros(len(values), dtype=running.dtype)
    out[order] = running - before[group]
    return out
