"""The two walks of a dimension laid over each other: the parts are where they overlap (numbers.md 4)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from turbofinops_tui.economics.evaluate.parts import DIRECT, NOBODY, POOL, TRACED, UNATTRIBUTED, Part
from turbofinops_tui.economics.types import Link

WHOLE = Fraction(100)
Piece = tuple[Fraction, int, int, Link | None, int]
"""(percent, customer or feature, link position, trace link whose evidence splits it, cell of the bill
whose evidence comes before all that)"""


def before(cell: int, link: Link) -> int:
    """The bill's cell where its evidence comes before ``link``: tag links go before it."""
    return NOBODY if link.kind == "tag" else cell


def overlaid(customers: Sequence[Piece], features: Sequence[Piece], pool: int | None) -> list[Part]:
    """Parts with whole-number weights; both walks cover all of the row, ``pool`` takes what has nobody."""
    merged: dict[Part, Fraction] = {}
    at, customer_end, feature_end = Fraction(0), Fraction(0), Fraction(0)
    ci = fi = -1
    while at < WHOLE:
        if at == customer_end:
            ci += 1
            customer_end += customers[ci][0]
        if at == feature_end:
            fi += 1
            feature_end += features[fi][0]
        until = min(customer_end, feature_end)
        part = _part(customers[ci], features[fi], pool)
        merged[part] = merged.get(part, Fraction(0)) + until - at
        at = until
    scale = lcm(*(share.denominator for share in merged.values()))
    return [
        part._replace(weight=int(share * scale) if len(merged) > 1 else 1) for part, share in merged.items()
    ]


def _part(customer: Piece, feature: Piece, pool: int | None) -> Part:
    by, of = customer[3], feature[3]
    rule = NOBODY if pool is None else pool
    if customer[4] != NOBODY:
        told = feature[4] != NOBODY
        return Part(0, customer[1], feature[1], customer[2], TRACED, False, rule, by, of, customer[4], told)
    if by is not None or of is not None:
        return Part(0, customer[1], feature[1], customer[2], TRACED, False, rule, by, of)
    if customer[1] != NOBODY:
        return Part(0, customer[1], feature[1], customer[2], DIRECT)
    if pool is not None:
        return Part(0, NOBODY, feature[1], pool, POOL)
    return Part(0, NOBODY, feature[1], NOBODY, UNATTRIBUTED)
