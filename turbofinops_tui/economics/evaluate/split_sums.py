"""Sums of many exact splits by the same weights, without holding the parts of each (numbers.md 1).

The same parts as ``split.split_rows``, added up by outcome: equal weights in closed form; few distinct
weights once per distinct one, since equal weights have equal remainders; many by their floating quotients,
whose error is bounded: what lies within the bound of a whole number, or of the remainder at which the last
unit is handed out, is decided by the exact remainder. A row that stays undecided is split the plain way.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import gcd

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books.rows import Amounts
from turbofinops_tui.economics.books.rows import total as sum_of
from turbofinops_tui.economics.money import INT64_MAX
from turbofinops_tui.economics.split import Ints, floors, quotient_is_exact, split_chunks

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ALIKE = 10
"""weights are few when each stands for so many on average"""
CHUNK = 120_000
"""quotients worked on at a time, so that the intermediate arrays stay near the processor"""
MOST_ERROR = 1e-5
"""error of a quotient above which floating point would decide too little"""
EXACT_FLOAT = 2**53


def summed_splits(amounts: Ints, weights: Amounts, outcome: Ints, outcomes: int) -> Ints:
    """[outcome, weight]: the sum over ``amounts`` of each one's exact split; ``outcome`` is ascending.

    The caller knows that the sums fit int64; weights are positive.
    """
    reduced = _reduced(weights)
    total = sum_of(reduced)
    distinct = np.unique(reduced)
    if len(distinct) == 1:
        return _even(amounts, len(reduced), outcome, outcomes)
    largest = max(-int(amounts.min()), int(amounts.max())) if len(amounts) else 0
    if reduced.dtype != object and quotient_is_exact(largest, total):
        if len(distinct) * ALIKE <= len(reduced):
            return _alike(amounts, reduced, distinct, total, outcome, outcomes)
        # the weight, the total, their quotient and its product are each rounded once
        error = np.float64(largest * (int(distinct[-1]) / total) * 2**-50)
        if error < MOST_ERROR and largest < EXACT_FLOAT:
            return _Wide(reduced, total, error).sums(amounts, outcome, outcomes)
    return _plain(amounts, reduced, outcome, outcomes)


def _reduced(weights: Amounts) -> Amounts:
    """The same proportions in the smallest whole numbers, as int64 where they fit."""
    if weights.dtype != object:
        found: Amounts = weights // np.gcd.reduce(weights)
        return found
    divisor = gcd(*weights.tolist())
    whole = [weight // divisor for weight in weights.tolist()]
    return np.array(whole, dtype=np.int64 if max(whole) <= INT64_MAX else object)


def _plain(amounts: Ints, weights: Amounts, outcome: Ints, outcomes: int) -> Ints:
    table = np.zeros((outcomes, len(weights)), dtype=np.int64)
    for start, shares in split_chunks(amounts, weights):
        _add_rows(table, outcome[start : start + len(shares)], shares)
    return table


def _add_rows(table: Ints, outcome: Ints, shares: Ints) -> None:
    """Add rows of parts to their outcomes (``np.add.reduceat`` down a column takes six times as long)."""
    edges = [0, *(np.flatnonzero(outcome[1:] != outcome[:-1]) + 1).tolist(), len(outcome)]
    for first, end in pairwise(edges):
        table[outcome[first]] += shares[first:end].sum(axis=0)


# --- equal weights ------------------------------------------------------------------------------


def _even(amounts: Ints, count: int, outcome: Ints, outcomes: int) -> Ints:
    """In closed form: the first ``|amount| mod count`` get one unit more."""
    sign = np.sign(amounts)
    each, left = np.divmod(np.abs(amounts), count)
    base = np.zeros(outcomes, dtype=np.int64)
    np.add.at(base, outcome, each * sign)
    steps = np.zeros((outcomes, count + 1), dtype=np.int64)
    np.add.at(steps, (outcome, np.zeros_like(left)), sign)
    np.add.at(steps, (outcome, left), -sign)
    table: Ints = base[:, None] + np.cumsum(steps, axis=1)[:, :count]
    return table


def _alike(amounts: Ints, weights: Ints, distinct: Ints, total: int, outcome: Ints, outcomes: int) -> Ints:
    """Few distinct weights: a part per distinct one; units left over go to whole groups of equal remainder,
    then to the first members of one. A row with two groups of the remainder at the edge is split plainly.
    """
    group = np.searchsorted(distinct, weights)
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group, minlength=len(distinct))
    starts = np.cumsum(counts) - counts
    base = np.zeros((outcomes, len(distinct)), dtype=np.int64)
    steps = np.zeros((outcomes, len(weights) + 1), dtype=np.int64)
    undecided: list[Ints] = []
    step = max(1, CHUNK // len(distinct))
    for start in range(0, len(amounts), step):
        rows, of = amounts[start : start + step], outcome[start : start + step]
        parts, edge, extra, open_ = _of_groups(rows, distinct, counts, total)
        sign = np.where(open_, 0, np.sign(rows))
        _add_rows(base, of, parts * sign[:, None])
        np.add.at(steps, (of, starts[edge]), sign)
        np.add.at(steps, (of, starts[edge] + extra), -sign)
        undecided.append(np.flatnonzero(open_) + start)
    table = np.empty((outcomes, len(weights)), dtype=np.int64)
    table[:, order] = base[:, group[order]] + np.cumsum(steps, axis=1)[:, :-1]
    rest = np.concatenate(undecided) if undecided else np.zeros(0, dtype=np.int64)
    return table + _plain(amounts[rest], weights, outcome[rest], outcomes) if len(rest) else table


def _of_groups(rows: Ints, distinct: Ints, counts: Ints, total: int) -> tuple[Ints, Ints, Ints, Mask]:
    """(part of each group's members, group at the edge, how many of its members get one more, undecided)."""
    sizes = np.abs(rows)
    parts, remainders = floors(sizes, distinct, total)
    left = sizes - parts @ counts
    order = np.argsort(-remainders, axis=1, kind="stable")
    ranked = np.take_along_axis(remainders, order, axis=1)
    reached = np.cumsum(counts[order], axis=1)
    whole = reached <= left[:, None]
    every = np.arange(len(rows))
    edge = np.minimum(whole.sum(axis=1), len(distinct) - 1)
    extra = left - np.where(edge > 0, reached[every, np.maximum(edge - 1, 0)], 0)
    below = ranked[every, np.minimum(edge + 1, len(distinct) - 1)] == ranked[every, edge]
    below &= (extra > 0) & (edge < len(distinct) - 1)
    above = (edge > 0) & (ranked[every, np.maximum(edge - 1, 0)] == ranked[every, edge])
    gains = np.zeros_like(parts)
    np.put_along_axis(gains, order, whole.astype(np.int64), axis=1)
    return parts + gains, order[every, edge], extra, (left > 0) & (below | above)


# --- many weights -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wide:
    """Weights of which most differ; ``error`` bounds what a floating quotient may be off."""

    weights: Ints
    total: int
    error: np.float64

    def sums(self, amounts: Ints, outcome: Ints, outcomes: int) -> Ints:
        """As ``summed_splits``."""
        table = np.zeros((outcomes, len(self.weights)), dtype=np.int64)
        exact = self.weights
        ratios = self.weights / self.total
        undecided: list[Ints] = []
        step = max(1, CHUNK // len(self.weights))
        desk = _Desk.of(min(step, len(amounts)), len(self.weights))
        for start in range(0, len(amounts), step):
            rows, of = amounts[start : start + step], outcome[start : start + step]
            desk = desk if len(rows) == len(desk.rest) else _Desk.of(len(rows), len(self.weights))
            open_ = self._parts(np.abs(rows), exact, ratios, desk)
            sign = np.where(open_, 0, np.sign(rows))
            if not (sign == 1).all():
                np.multiply(desk.parts, sign[:, None], out=desk.parts)
            _add_rows(table, of, desk.parts)
            undecided.append(np.flatnonzero(open_) + start)
        rest = np.concatenate(undecided) if undecided else np.zeros(0, dtype=np.int64)
        return table + _plain(amounts[rest], self.weights, outcome[rest], outcomes) if len(rest) else table

    def _parts(self, sizes: Ints, exact: Ints, ratios: Floats, desk: _Desk) -> Mask:
        """Puts the parts of every row on the desk; returns the undecided rows."""
        parts, rest, mark, width = desk.parts, desk.rest, desk.mark, len(ratios)
        np.multiply(sizes.astype(np.float64)[:, None], ratios, out=rest)
        np.floor(rest, out=desk.whole)
        np.copyto(parts, desk.whole, casting="unsafe")  # whole, and below 2**53
        rest -= desk.whole
        if rest.min() <= self.error or rest.max() >= 1 - self.error:
            self._settle(sizes, exact, parts, rest)
        left = sizes - parts.sum(axis=1)
        limit, reach = desk.about(left)
        reach = np.maximum(reach, 8 * self.error)
        high, low = limit + reach, limit - reach
        np.greater(rest, high[:, None], out=mark)
        wanted = left - desk.marked()
        parts += mark
        np.greater_equal(rest, low[:, None], out=desk.second)
        # at least low, and not above high: those have their unit already
        np.logical_xor(desk.second, mark, out=desk.second)
        row, at = np.divmod(np.flatnonzero(desk.second.ravel()), width)
        near = rest[row, at]
        remainder = _remainder(sizes[row], exact[at], parts[row, at], self.total)
        gains, open_ = self._handed(row, at, near, remainder, wanted, low, high)
        parts[row[gains], at[gains]] += 1
        return open_

    def _settle(self, sizes: Ints, exact: Ints, parts: Ints, rest: Floats) -> None:
        """Quotients too near a whole number to be cut off as they stand."""
        off_limits = (rest <= self.error) | (rest >= 1 - self.error)
        row, at = np.divmod(np.flatnonzero(off_limits.ravel()), parts.shape[1])
        remainder = _remainder(sizes[row], exact[at], parts[row, at], self.total)
        off = (remainder >= self.total).astype(np.int64) - (remainder < 0)
        parts[row, at] += off
        rest[row, at] = (remainder - off * self.total) / self.total

    def _handed(
        self, row: Ints, at: Ints, near: Floats, remainder: Ints, wanted: Ints, low: Floats, high: Floats
    ) -> tuple[Ints, Mask]:
        """Which candidates get one more: the ``wanted`` largest remainders of each row, ties to the lowest
        index; and the rows in which one that is no candidate could be among them."""
        order = np.lexsort((at, -remainder, row))
        counts = np.bincount(row, minlength=len(wanted))
        starts = np.cumsum(counts) - counts
        rank = np.arange(len(row)) - starts[row[order]]
        open_ = (wanted < 0) | (wanted > counts)
        if len(row):
            ranked = near[order]
            last = np.clip(starts + wanted - 1, 0, len(row) - 1)
            first = np.clip(starts + wanted, 0, len(row) - 1)
            open_ |= (wanted > 0) & (ranked[last] < low + 2 * self.error)
            open_ |= (wanted < counts) & (ranked[first] > high - 2 * self.error)
        return order[rank < wanted[row[order]]], open_


@dataclass(frozen=True, slots=True)
class _Desk:
    """Arrays [row, weight] that every chunk is worked out in: fresh ones would cost more than the sums."""

    rest: Floats
    """quotients, then what they are beyond a whole number"""
    whole: Floats
    parts: Ints
    mark: Mask
    second: Mask

    @staticmethod
    def of(rows: int, width: int) -> _Desk:
        """A desk for so many rows."""
        shape = (rows, width)
        rest, whole, parts = np.empty(shape), np.empty(shape), np.empty(shape, dtype=np.int64)
        return _Desk(rest, whole, parts, np.empty(shape, bool), np.empty(shape, bool))

    def marked(self) -> Ints:
        """How many of each row are marked."""
        found: Ints = np.add.reduce(self.mark.view(np.uint8), axis=1, dtype=np.uint32).astype(np.int64)
        return found

    def about(self, left: Ints) -> tuple[Floats, Floats]:
        """(limit, reach) per row: the ``left``-th largest rest most likely lies within reach of limit."""
        width = self.rest.shape[1]
        limit = 1 - left / width
        off = np.zeros(len(left), dtype=np.int64)
        for _ in range(3):
            limit = limit + off / width
            np.greater(self.rest, limit[:, None], out=self.mark)
            off = self.marked() - left
        size = np.abs(off)
        return limit, (size + 3 * np.sqrt(size + 1) + 6) / width


def _remainder(sizes: Ints, weights: Ints, parts: Ints, total: int) -> Ints:
    """Exact modulo 2**64, and true: it lies within twice the total."""
    found: Ints = sizes * weights - parts * np.int64(total)
    return found
