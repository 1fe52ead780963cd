"""Trace links: parts of an assignment that the evidence of their day divides (numbers.md 4.3).

An assignment with such parts is expanded for each day: the link's weight by (customer, feature), by
customer alone where the feature is given, by feature alone where the customer is. Then the whole
assignment is one split, so that the atom stays (dimension, UTC day).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from turbofinops_tui.economics.evaluate.parts import (
    DIRECT,
    NOBODY,
    POOL,
    TRACED,
    UNATTRIBUTED,
    Assignment,
    Part,
)
from turbofinops_tui.economics.evaluate.usage import Cells, Usage
from turbofinops_tui.economics.money import Ratio
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.types import Link

Shares = dict[tuple[int, str | None], Fraction]
"""(customer, feature) -> share of the part; a feature of None is what the part says itself"""

Code = Callable[[str], int]


def splits_cost(link: Link) -> bool:
    """Whether a trace link gives away a cost pool, rather than name whose spans some traces are."""
    return link.kind == "trace" and {fold(name) for name, _ in link.match.terms} != {"trace"}


def is_traced(parts: Assignment) -> bool:
    """Whether an assignment waits for the evidence of a day."""
    return any(part.bucket == TRACED for part in parts)


def expanded(parts: Assignment, usage: Usage, day: int, code: Code) -> list[Part]:
    """The parts on one day, merged and in no order; ``code`` gives the codes of features."""
    if len(parts) == 1 and parts[0].bill != NOBODY and parts[0].by is None and parts[0].of is None:
        return _billed(parts[0], usage, day, code)
    sums: dict[Part, Fraction] = {}
    for part in parts:
        for own, share in _divided(part, usage, day, code):
            sums[own] = sums.get(own, Fraction(0)) + part.weight * share
    return _whole_numbers(sums.items())


def _billed(part: Part, usage: Usage, day: int, code: Code) -> list[Part]:
    """A part that nothing but the evidence of its bill divides: hundreds of customers a day, so without
    fractions."""
    sums: dict[tuple[int, int], int] = {}
    for (customer, told), weight in usage.bills.weights(part.bill, day).items():
        owner = customer, code(told) if told and part.told else part.feature
        sums[owner] = sums.get(owner, 0) + weight
    divisor = gcd(*sums.values())
    found, rest = list[Part](), dict[Part, int]()
    for (customer, feature), weight in sums.items():
        if customer != NOBODY:
            found.append(Part(weight // divisor, customer, feature, NOBODY, DIRECT))
        else:
            own = _owned(part, part.customer, feature)
            rest[own] = rest.get(own, 0) + weight // divisor
    return found + [own._replace(weight=weight) for own, weight in rest.items()]


def _divided(part: Part, usage: Usage, day: int, code: Code) -> Iterator[tuple[Part, Fraction]]:
    """What a part becomes on a day, without weights, and the shares; they add up to 1."""
    if part.bill != NOBODY:
        weights = usage.bills.weights(part.bill, day)
        whole = sum(weights.values())
        for (customer, told), weight in weights.items():
            share = Fraction(weight, whole)
            named = code(told) if told and part.told else part.feature
            if customer != NOBODY:
                yield Part(0, customer, named, NOBODY, DIRECT), share
            else:
                rest = part._replace(bill=NOBODY, told=False, feature=named)
                yield from ((own, share * more) for own, more in _divided(rest, usage, day, code))
    elif part.by is not None or part.of is not None:
        for (customer, feature), share in _shares(part, usage, day).items():
            yield _owned(part, customer, part.feature if feature is None else code(feature)), share
    elif part.bucket == TRACED:
        yield _owned(part, part.customer, part.feature), Fraction(1)
    else:
        yield part._replace(weight=0), Fraction(1)


def _whole_numbers(sums: Iterable[tuple[Part, Fraction]]) -> list[Part]:
    held = [(part, amount) for part, amount in sums if amount > 0]
    if len(held) == 1:
        return [held[0][0]._replace(weight=1)]
    scale = lcm(*(amount.denominator for _, amount in held))
    weights = [int(amount * scale) for _, amount in held]
    divisor = gcd(*weights)
    return [part._replace(weight=w // divisor) for (part, _), w in zip(held, weights, strict=True)]


def _owned(part: Part, customer: int, feature: int) -> Part:
    """What a traced part becomes for one owner; the rest goes on to the shared rule, if there is one."""
    if customer != NOBODY:
        return Part(0, customer, feature, part.link, DIRECT)
    if part.pool != NOBODY:
        return Part(0, NOBODY, feature, part.pool, POOL)
    return Part(0, NOBODY, feature, NOBODY, UNATTRIBUTED)


def _shares(part: Part, usage: Usage, day: int) -> Shares:
    """How a traced part divides on a day; adds up to 1. A link with a customer gives that one's share."""
    by, of = part.by, part.of
    features: dict[str | None, Fraction] = {None: Fraction(1)}
    if of is not None and of is not by:
        own = _normal(_merged(_cells(of, usage, day), False, True))
        features = {name: share for (_, name), share in own.items()}
    if by is None:
        return {(part.customer, name): share for name, share in features.items()}
    customers = _normal(_merged(_cells(by, usage, day), True, by is of, only=part.customer))
    return {
        (who, told or name): a * b for (who, told), a in customers.items() for name, b in features.items()
    }


def share_text(link: Link, usage: Usage, customer: int, days: Iterable[int]) -> str:
    """A customer's share of a trace link's weight on some days, lowest to highest, in percent."""
    shares = []
    for day in sorted(set(days)):
        cells = _normal(_merged(_cells(link, usage, day), True, False))
        shares.append(Ratio(*(cells.get((customer, None), Fraction(0)).as_integer_ratio())).text())
    if not shares:
        return ""
    low, high = (pick(shares, key=Decimal) for pick in (min, max))
    span = f"{low} %" if low == high else f"{low} to {high} %"
    return f"{span} of the weight of {len(shares)} {'day' if len(shares) == 1 else 'days'}"


def _merged(cells: Cells, customers: bool, features: bool, only: int = NOBODY) -> Shares:
    """Cells told apart by customer, by feature or by both; with ``only`` all others count as nobody."""
    sums: Shares = {}
    for (who, name), weight in cells.items():
        kept = who if customers and only in (NOBODY, who) else NOBODY
        cell = (kept, name or None if features else None)
        sums[cell] = sums.get(cell, Fraction(0)) + weight
    return sums


def _cells(link: Link, usage: Usage, day: int) -> Cells:
    cells = usage.on_day(link.evidence, link.weight, day)
    if link.rest == "spread" and any(who != NOBODY for who, _ in cells):
        return {cell: weight for cell, weight in cells.items() if cell[0] != NOBODY}
    return cells


def _normal(sums: Shares) -> Shares:
    whole = sum(sums.values(), Fraction(0))
    return {cell: weight / whole for cell, weight in sums.items()} if whole else {(NOBODY, None): Fraction(1)}
