"""Exact sums from the engine's three parts, in a decimal context that never rounds in silence."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, Overflow

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.values import parse_amount
from turbofinops_tui.sync.rollup.amounts import NEGATED, TIMES

EXACT = Context(prec=2500, traps=[Inexact, Overflow])
"""digits for every amount that ``parse_amount`` lets in; more would raise instead of rounding"""
LO = Decimal("1e-18")


def exact_sum(hi: Decimal | None, lo: Decimal | None, rest: Iterable[str] | None) -> Decimal:
    """``hi + lo x 1e-18 + sum of rest`` (texts, ``~`` marks the other sign, ``3×`` three of them)."""
    total = hi or Decimal(0)
    if lo:
        total = EXACT.add(total, EXACT.multiply(lo, LO))
    for text in rest or ():
        total = EXACT.add(total, rest_amount(text))
    return total


def rest_amount(text: str) -> Decimal:
    """The signed amount of one rest text; DataError when it is none (checked before, so a guard)."""
    negative = text.startswith(NEGATED)
    count, _, number = text.removeprefix(NEGATED).rpartition(TIMES)
    amount = parse_amount(number)
    if amount is None:
        raise DataError(f"{text[:40]!r} is not a number", "write a plain decimal such as -12.34")
    if count:
        amount = EXACT.multiply(amount, Decimal(count))
    return -amount if negative else amount
