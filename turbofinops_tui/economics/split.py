"""Exact splits by largest remainder, in Python integers and in numpy int64 (numbers.md 1).

Both forms give the same parts: the floor of ``|amount| * weight / total``, and one unit more to the
largest remainders until the parts add up; ties go to the lowest index; the sign of the amount is put
back at the end. The numpy form estimates each quotient in floating point and corrects it with the exact
remainder, which is computed modulo 2**64 and proven to lie inside int64 first; what cannot be proven is
done in Python integers. Nothing here ever wraps or loses a unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.money import INT64_MAX

Ints = npt.NDArray[np.int64]

_SORTED_WIDTH = 48
"""rows up to this wide are sorted all at once; wider ones are partitioned one by one"""
_CHUNK = 60_000
"""shares worked on at a time, so that the intermediate arrays stay near the processor"""
_SAMPLE = 16
"""every so many remainders of a wide row tell about where the last one to get a unit lies"""
_SLACK = 2**-50
"""relative error of the floating quotient, rounded up: five roundings of 2**-53 each"""


def largest_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` in parts proportional to ``weights`` (>= 0, not all 0) that add up exactly.

    Raises ValueError for a negative weight and when all weights are 0.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative and not all be 0")
    size = abs(amount)
    parts, remainders = [], []
    for weight in weights:
        part, remainder = divmod(size * weight, total)
        parts.append(part)
        remainders.append(remainder)
    left = size - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: (-remainders[i], i))[:left]:
        parts[index] += 1
    return parts if amount >= 0 else [-part for part in parts]


def split_rows(amounts: npt.ArrayLike, weights: npt.ArrayLike) -> Ints:
    """Every amount of ``amounts`` [N] split by the same ``weights`` [C]: int64 [N, C], rows add up.

    Raises ValueError like ``largest_remainder``.
    """
    pieces = [parts for _, parts in split_chunks(amounts, weights)]
    if not pieces:
        return np.zeros((0, np.asarray(weights).size), dtype=np.int64)
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def split_chunks(amounts: npt.ArrayLike, weights: npt.ArrayLike) -> Iterator[tuple[int, Ints]]:
    """``split_rows`` some rows at a time: (number of the first row, their parts)."""
    rows = np.asarray(amounts, dtype=np.int64)
    wanted = [int(weight) for weight in np.asarray(weights).tolist()]
    if not wanted or min(wanted) < 0 or sum(wanted) <= 0:
        raise ValueError("weights must not be negative and not all be 0")
    divisor = gcd(*wanted)
    wanted = [weight // divisor for weight in wanted]
    total = sum(wanted)
    if not rows.size:
        return
    lowest, highest = int(rows.min()), int(rows.max())
    if not quotient_is_exact(max(-lowest, highest), total):
        yield 0, np.array([largest_remainder(int(amount), wanted) for amount in rows], dtype=np.int64)
        return
    fixed = np.array(wanted, dtype=np.int64)
    step = max(1, _CHUNK // len(wanted))
    for start in range(0, len(rows), step):
        yield start, _split(rows[start : start + step], fixed, total)


def quotient_is_exact(largest: int, total: int) -> bool:
    """Whether ``largest * weight / total`` can be corrected from its floating estimate inside int64."""
    error = int(largest * _SLACK) + 2
    return largest + error <= INT64_MAX and (error + 1) * total <= INT64_MAX


def _split(rows: Ints, weights: Ints, total: int) -> Ints:
    sizes = np.abs(rows)
    parts, remainders = floors(sizes, weights, total)
    left = sizes - parts.sum(axis=1)
    _hand_out(parts, remainders, left)
    negative = rows < 0
    if negative.any():
        parts[negative] = -parts[negative]
    return parts


def floors(sizes: Ints, weights: Ints, total: int) -> tuple[Ints, Ints]:
    """``sizes * weights`` divided by ``total``, where ``quotient_is_exact``: floors and remainders [N, C]."""
    parts = (sizes[:, None] * (weights / total)).astype(np.int64)  # cut off: none is negative
    # Exact modulo 2**64; the true value lies within (error + 1) * total, so it is the true value.
    remainders = sizes[:, None] * weights
    remainders -= parts * np.int64(total)
    if int(sizes.max()) * _SLACK < 0.5:  # off by one at most, and seldom
        for off, wrong in ((1, remainders >= total), (-1, remainders < 0)):
            if wrong.any():
                parts[wrong] += off
                remainders[wrong] -= off * total
    else:
        error = remainders // np.int64(total)
        parts += error
        remainders -= error * np.int64(total)
    return parts, remainders


def _hand_out(parts: Ints, remainders: Ints, left: Ints) -> None:
    """One unit more to the ``left`` largest remainders of each row, ties to the lowest index."""
    wanted = np.flatnonzero(left)
    width = parts.shape[1]
    if not wanted.size:
        return
    if width <= _SORTED_WIDTH:
        # stable on the negated remainder: equal remainders stay in index order
        order = np.argsort(-remainders[wanted], axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(width)[None, :], axis=1)
        parts[wanted] += ranks < left[wanted][:, None]
        return
    for row in wanted.tolist():
        count = int(left[row])
        of_row = remainders[row]
        limit = _largest(of_row, count)
        above = of_row > limit
        parts[row] += above
        ties = np.flatnonzero(of_row == limit)[: count - int(np.count_nonzero(above))]
        parts[row, ties] += 1


def _largest(values: Ints, count: int) -> int:
    """The ``count``-th largest of ``values``; a sample tells between which two it most likely lies."""
    sample = np.sort(values[::_SAMPLE])
    about = (len(values) - count) // _SAMPLE
    reach = 2 * int(len(sample) ** 0.5) + 1
    low, high = sample[max(0, about - reach)], sample[min(len(sample) - 1, about + reach)]
    between = values[(values >= low) & (values <= high)]
    place = count - int(np.count_nonzero(values > high))
    if not 0 < place <= len(between):  # an unusual sample: look at all
        between, place = values, count
    return int(np.partition(between, len(between) - place)[len(between) - place])


def scaled_half_even(amounts: Ints, numerator: int, denominator: int) -> Ints:
    """``amounts * numerator / denominator``, each rounded once, half-even; both factors positive.

    Raises OverflowError when a result does not fit int64.
    """
    divisor = gcd(numerator, denominator)
    numerator, denominator = numerator // divisor, denominator // divisor
    if not amounts.size or (numerator == 1 and denominator == 1):
        return amounts
    largest = max(-int(amounts.min()), int(amounts.max()))
    result = largest * numerator // denominator + 1
    error = int(result * _SLACK) + 2
    # the floating estimate may lie ``error`` beyond the result: that, too, must be an int64
    fits = result + error <= INT64_MAX and numerator <= INT64_MAX
    if not fits or 2 * (error + 1) * denominator > INT64_MAX:
        exact = [_half_even(amount * numerator, denominator) for amount in amounts.tolist()]
        if max(exact) > INT64_MAX or min(exact) < -INT64_MAX - 1:
            raise OverflowError("a converted amount does not fit 64 bits")
        return np.array(exact, dtype=np.int64)
    whole = np.floor(amounts * (numerator / denominator)).astype(np.int64)
    rest = amounts * np.int64(numerator) - whole * np.int64(denominator)
    off = rest // np.int64(denominator)
    whole += off
    rest -= off * np.int64(denominator)
    twice = 2 * rest
    up = (twice > denominator) | ((twice == denominator) & (whole % 2 != 0))
    whole += up
    return whole  # type: ignore[no-any-return]


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))
