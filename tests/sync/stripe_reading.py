"""A second, naive reading of generated Stripe stories, in the words of the definitions, day by day.

Nothing of the product is used: one dictionary of days per line, no closed forms.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from typing import Any

from tests.sync.stripe_seeds import Story, World, day_text

Cells = dict[tuple[str, str, str], int]
"""(Stripe customer, month, kind) -> minor units"""


def rounded(value: Fraction) -> int:
    """Half away from zero."""
    sign = -1 if value < 0 else 1
    return sign * floor(abs(value) + Fraction(1, 2))


def days_of(start: str, end: str) -> list[str]:
    """The days of ``[start, end)``; an empty period is its first day."""
    count = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).days
    return [day_text(start, number) for number in range(count)] or [start]


def evenly(amount: int, days: list[str]) -> dict[str, int]:
    """``amount`` over ``days``: what is booked up to a day is the rounded part of it."""
    found, before = {}, 0
    for number, day in enumerate(days, start=1):
        until = rounded(Fraction(amount * number, len(days)))
        found[day] = until - before
        before = until
    return found


def taken_back(share: int, start: str, end: str, day: str) -> dict[str, int]:
    """A take-back of one line: what was earned on its day, the rest over the days that are left."""
    days = days_of(start, end)
    if start == end or day >= end:
        return {day: share}
    earned = rounded(Fraction(share * sum(one < day for one in days), len(days)))
    found: dict[str, int] = defaultdict(int, {day: earned})
    for one, part in evenly(share - earned, [one for one in days if one >= day]).items():
        found[one] += part
    return found


def over_lines(amount: int, nets: list[int], whole: int) -> list[int]:
    """``amount`` over lines in their order, by what they add up to so far."""
    found, net, before = [], 0, 0
    for line_net in nets:
        net += line_net
        until = rounded(Fraction(amount * net, whole)) if whole else 0
        found.append(until - before)
        before = until
    return found


def expected(world: World, basis: str) -> Cells:
    """(customer, month, kind) -> minor units of ``recognised`` or ``cash``; zeros are left out."""
    cells: Cells = defaultdict(int)
    for story in world.stories:
        booked = _recognised(story) if basis == "recognised" else _cash(story)
        for kind, day, amount in booked:
            cells[story.customer, day[:7], kind] += amount
    for customer, day, amount, kind in world.loose:
        cells[customer, day[:7], kind] += amount
    return {key: value for key, value in cells.items() if value}


Booked = list[tuple[str, str, int]]


def _ex_tax(story: Story) -> list[int]:
    """Ex-tax share of every refund: cumulative over those of the invoice."""
    found, gross, before = [], 0, 0
    for _, amount, _ in story.refunds:
        gross += amount
        until = rounded(Fraction(gross * story.net, story.total))
        found.append(until - before)
        before = until
    return found


def _recognised(story: Story) -> Booked:
    booked: Booked = []
    nets = [net for _, net, _, _ in story.lines]
    for kind, net, start, end in story.lines:
        booked += [(kind, day, part) for day, part in evenly(net, days_of(start, end)).items()]
    takes: list[tuple[str, str, list[int]]] = []
    for (day, _, covered), share in zip(story.refunds, _ex_tax(story), strict=True):
        if not covered:
            takes.append(("refund", day, over_lines(-share, nets, story.net)))
    for day, gross, sign in story.disputes:
        share = rounded(Fraction(gross * story.net, story.total))
        takes.append(("dispute", day, over_lines(sign * share, nets, story.net)))
    left = list(nets)
    for day, index, net, gone in story.notes:
        only = [net if place == index else 0 for place in range(len(nets))]
        left[index] -= net
        takes.append(("credit_note", day, [-one for one in only]))
        if gone:
            takes.append(("credit_note", gone, only))
    takes += _written_off(story, nets)
    if story.voided:
        takes.append(("void", story.voided, [-one for one in left]))
    for kind, day, shares in takes:
        for share, (_, _, start, end) in zip(shares, story.lines, strict=True):
            booked += [(kind, one, part) for one, part in taken_back(share, start, end, day).items()]
    return booked


def _written_off(story: Story, nets: list[int]) -> list[tuple[str, str, list[int]]]:
    if story.written_off is None:
        return []
    day, amount = story.written_off
    shares = over_lines(-rounded(Fraction(amount * story.net, story.total)), nets, story.net)
    takes = [("write_off", day, shares)]
    paid, before = 0, [0] * len(nets)
    for when, part in story.later:
        paid += part
        until = [rounded(Fraction(-share * paid, amount)) for share in shares]
        takes.append(("write_off", when, [new - old for new, old in zip(until, before, strict=True)]))
        before = until
    return takes


def _cash(story: Story) -> Booked:
    booked: Booked = []
    nets = [net for _, net, _, _ in story.lines]
    kinds = [kind for kind, _, _, _ in story.lines]
    paid, before = 0, [0] * len(nets)
    for day, amount in [*story.payments, *story.later]:
        paid = min(paid + amount, story.total)  # what is paid too much becomes balance, not revenue
        until = over_lines(paid, nets, story.total)
        booked += [(kind, day, new - old) for kind, new, old in zip(kinds, until, before, strict=True)]
        before = until
    for (day, _, _), share in zip(story.refunds, _ex_tax(story), strict=True):
        booked.append(("refund", day, -share))
    for day, gross, sign in story.disputes:
        booked.append(("dispute", day, sign * rounded(Fraction(gross * story.net, story.total))))
    return booked


def product_cells(rows: list[tuple[Any, ...]]) -> Cells:
    """Stored (identity, kind, minor, first day, day after the last) as cells, spread day by day."""
    cells: Cells = defaultdict(int)
    for identity, kind, minor, start, end in rows:
        first, after = (datetime.fromtimestamp(day * 86400, UTC).date().isoformat() for day in (start, end))
        for day, part in evenly(minor, days_of(first, after)).items():
            cells[identity.removeprefix("stripe:"), day[:7], kind] += part
    return {key: value for key, value in cells.items() if value}
