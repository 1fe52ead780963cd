"""Margins under every method of spreading shared and unattributed cost, as columns of a frame.

Each method is the same question with ``shared=METHOD``: the same atoms, the same exactness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from turbofinops_tui.economics.books import NATIVE, FactBooks
from turbofinops_tui.economics.books.rows import Amounts, Ints
from turbofinops_tui.economics.evaluate.axes import TIME, Mask, time_text
from turbofinops_tui.economics.evaluate.frame import Frame, frame_in_memory, names_of
from turbofinops_tui.economics.evaluate.plan import pieces
from turbofinops_tui.economics.evaluate.running import cumulated
from turbofinops_tui.economics.evaluate.table import row_key
from turbofinops_tui.economics.evaluate.unbilled import unbilled
from turbofinops_tui.economics.measures import check_names
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Method, Rules, Slice, Unbilled
from turbofinops_tui.economics.verdict import SAVED, VERDICT_MEASURES, Verdict

KEEP = "keep"
"""the method that shares nothing out"""


def methods(books: FactBooks) -> tuple[str, ...]:
    """Every method that a verdict tries, in the order it names them; evidence where there is any."""
    evidence = ("evidence",) if books.facts.evidence else ()
    return (KEEP, SAVED, "even", "revenue", "direct", *evidence)


def judged(
    books: FactBooks,
    rules: Rules,
    slice_: Slice,
    days: Days,
    frame: Frame,
    currency: str,
    open_days: Sequence[Unbilled],
) -> Frame:
    """``frame`` with the best and worst margin of its rows, where a measure asks for them.

    Rows that have a customer are judged; links differ between methods, so rows of links are not, and
    rows with a customer's unbilled days say nothing about a margin (numbers.md 2).
    """
    if not names_of(slice_).intersection(VERDICT_MEASURES):
        return frame
    margins = list(margins_of(books, rules, slice_, days, frame, currency).values())
    best, worst = margins[0], margins[0]
    for margin in margins[1:]:
        best, worst = np.maximum(best, margin), np.minimum(worst, margin)
    known = np.zeros(len(frame), dtype=bool)
    if "customer" in slice_.by and "link" not in slice_.by and frame.has_revenue and frame.has_cost:
        at = slice_.by.index("customer")
        nobody = len(frame.axes[at].labels) - 1  # the last label is that of no customer
        known = frame.codes[at] != nobody
        known &= ~_unbilled_rows(slice_, days, frame, open_days)
    if frame.lost is not None:
        known &= ~frame.lost
    sums = frame.sums | {"margin_best": best, "margin_worst": worst}
    return replace(frame, sums=sums, judged=known)


def _unbilled_rows(slice_: Slice, days: Days, frame: Frame, open_days: Sequence[Unbilled]) -> Mask:
    """Rows of a customer whose time has unbilled days of that customer; running sums have those before."""
    found = np.zeros(len(frame), dtype=bool)
    for item in open_days:
        end = days.end if slice_.cumulative else item.end
        rows = np.ones(len(frame), dtype=bool)
        for axis, codes in zip(frame.axes, frame.codes, strict=True):
            if axis.name == "customer":
                rows &= _labelled(axis.labels, codes, {item.customer})
            elif axis.name in TIME:
                rows &= _labelled(
                    axis.labels, codes, {time_text(axis.name, day) for day in range(item.start, end)}
                )
        found |= rows
    return found


def _labelled(labels: Sequence[str | None], codes: Ints, wanted: set[str]) -> Mask:
    return np.array([*(label in wanted for label in labels), False], dtype=bool)[codes]


def margins_of(
    books: FactBooks, rules: Rules, slice_: Slice, days: Days, frame: Frame, currency: str
) -> dict[str, Amounts]:
    """Method -> margin of every row of ``frame``, in store units.

    ``keep`` shares nothing out, whatever the saved rules do: it is their margin before what is shared.
    """
    found: dict[str, Amounts] = {}
    for method in (name for name in methods(books) if name != KEEP):
        chosen = None if method == SAVED else cast(Method, method)
        asked = replace(slice_, shared=chosen, measures=("margin",), sort=(), having=(), top=None, compare="")
        parts = pieces(books, rules, asked, days)
        other = frame_in_memory(books, rules, asked, days, parts, currency)
        if slice_.cumulative:
            other = cumulated(asked, other)
        place = _places(frame, other)
        before = other.sums["revenue"] - other.sums["direct"]
        if method == SAVED:
            found[KEEP] = _placed(before, place)
        found[method] = _placed(before - other.sums["shared"], place)
    return {method: found[method] for method in methods(books)}


def _placed(values: Amounts, place: Ints) -> Amounts:
    return np.where(place < 0, 0, np.append(values, 0)[place])


def _places(frame: Frame, other: Frame) -> Ints:
    """Position in ``other`` of every row of ``frame``, -1 where it has none."""
    keys = np.zeros(len(frame), dtype=np.int64)
    theirs = np.zeros(len(other), dtype=np.int64)
    known = np.ones(len(other), dtype=bool)
    for axis, codes, twin, own in zip(frame.axes, frame.codes, other.axes, other.codes, strict=True):
        size = max(1, len(axis.labels))
        keys = keys * size + codes
        if axis.labels != twin.labels:
            number = {label: code for code, label in enumerate(axis.labels)}
            own = np.array([*(number.get(label, -1) for label in twin.labels), -1], dtype=np.int64)[own]
            known &= own >= 0
        theirs = theirs * size + own
    rows = np.flatnonzero(known)
    order = rows[np.argsort(theirs[rows], kind="stable")]
    if not len(order):
        return np.full(len(frame), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(theirs[order], keys), len(order) - 1)
    return np.where(theirs[order][at] == keys, order[at], -1)


def verdict_of(books: FactBooks, rules: Rules, slice_: Slice, *, today: int) -> dict[str, Verdict]:
    """The verdict of every customer in the days, filters and options of a slice, by reference.

    Customers with amounts that have no rate, or with unbilled days, are not judged. Raises UsageError
    like ``evaluate``.
    """
    asked = replace(
        slice_, by=("customer",), measures=("margin",), having=(), sort=(), top=None, compare="",
        cumulative=False, currency="" if slice_.currency == NATIVE else slice_.currency, shared=None,
    )  # fmt: skip
    check_names(tuple(dict.fromkeys(c.dimension for c in asked.where)), ())
    days = asked.range.resolve(today)
    parts = pieces(books, rules, asked, days)
    if not parts:
        return {}
    currency = asked.currency or books.settings.currency
    frame = frame_in_memory(books, rules, asked, days, parts, currency)
    margins = margins_of(books, rules, asked, days, frame, currency)
    open_days = {item.customer for item in unbilled(parts, asked, days, today)}
    found = {}
    for position in range(len(frame)):
        customer = row_key(frame, position, 1)[0]
        if customer is None or customer in open_days:
            continue
        if not (frame.lost is not None and frame.lost[position]):
            amounts = ((name, Money(int(units[position]), currency)) for name, units in margins.items())
            found[customer] = Verdict(customer, tuple(amounts))
    return found
