"""Daily revenue recognition and contra, in closed form (numbers.md 2).

An amount spreads over the UTC days ``[start, end)`` by *cumulative half-up rounding* on its absolute
value: what has fallen before day d is half_up(|x| * days before d / days), and any window is a
difference of two such values, so windows of any partition add up to the amount. An empty period books
on ``start``. Amounts are integers in one unit that the caller chooses: minor units for Stripe; for
stored units see ``spread_units``.
"""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.economics.money import half_up

Piece = tuple[int, int, int]
"""(amount, start, end): an amount and the days that it spreads over."""


def before_day(amount: int, start: int, end: int, day: int) -> int:
    """What of ``amount`` falls on days before ``day`` when it spreads over ``[start, end)``."""
    if day <= start:
        return 0
    days = end - start
    if day >= end or days <= 0:
        return amount
    if amount >= 0:
        return (2 * amount * (day - start) + days) // (2 * days)
    return -((-2 * amount * (day - start) + days) // (2 * days))


def spread(minor: int, start: int, end: int, from_day: int, to_day: int) -> int:
    """What of ``minor``, spread over ``[start, end)``, falls in ``[from_day, to_day)``."""
    if to_day <= from_day:
        return 0
    return before_day(minor, start, end, to_day) - before_day(minor, start, end, from_day)


def spread_units(units: int, factor: int, start: int, end: int, from_day: int, to_day: int) -> int:
    """``spread`` of stored units: in minor units (``factor`` store units each), rows with a finer
    amount (imported revenue only) in store units."""
    whole, rest = divmod(units, factor)
    if rest:
        return spread(units, start, end, from_day, to_day)
    return spread(whole, start, end, from_day, to_day) * factor


def contra(share: int, start: int, end: int, day: int) -> list[Piece]:
    """A take-back (or, with the other sign, its reversal) of a line's ``share`` on ``day``.

    The part earned before ``day`` books on ``day``; what is left spreads by a new cumulative half-up
    over ``[max(day, start), end)``; from the end on, or with an empty period, all on ``day``. ``share``
    carries the sign of the result. Pieces of 0 are left out.
    """
    days = end - start
    elapsed = max(0, day - start)
    if days <= 0 or elapsed >= days:
        return [(share, day, day)] if share else []
    earned = half_up(share * elapsed, days)
    pieces = [(earned, day, day), (share - earned, max(day, start), end)]
    return [piece for piece in pieces if piece[0]]


def share_by_net(amount: int, nets: Sequence[int], total: int) -> list[int]:
    """``amount`` over lines in list order: half_up(amount * cumulative net / total), differenced.

    ``total`` is the net of the invoice for ex-tax amounts, its total with tax for gross ones. With a
    total of 0 nothing can be shared: every line gets 0.
    """
    if total == 0:
        return [0] * len(nets)
    shares, net, taken = [], 0, 0
    for line in nets:
        net += line
        now = half_up(amount * net, total)
        shares.append(now - taken)
        taken = now
    return shares


def cumulative_shares(amounts: Sequence[int], part: int, whole: int) -> list[int]:
    """Each amount's ``part / whole``: half_up over the running sum, differenced, in the order given.

    The ex-tax share of several refunds (or disputes) of one invoice, so that together they take back
    exactly ``part`` once the whole has been refunded.
    """
    return share_by_net(part, amounts, whole)


def shared_payments(payments: Sequence[int], nets: Sequence[int], total: int) -> list[list[int]]:
    """Per payment, its ex-tax share of each line: cumulative over payments and over lines.

    Cell (j, i) is the mixed difference of half_up(paid up to j * net up to i / total): rows add up to
    the payment's ex-tax share, and a fully paid invoice's columns to each line's net.
    """
    rows: list[list[int]] = []
    paid, before = 0, [0] * len(nets)
    for payment in payments:
        paid += payment
        now = share_by_net(paid, nets, total)
        rows.append([new - old for new, old in zip(now, before, strict=True)])
        before = now
    return rows
