"""One AI call as a meter or a gateway tells it, what it cost, and daily evidence made of many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.usage import COST_CLASSES, EvidenceKey, EvidenceRow

SECONDS_A_DAY = 86_400
FEEDS = ("litellm", "meter")
"""feeds of single calls, the stronger first: gateway > meter (numbers.md 3)"""


@dataclass(frozen=True, slots=True)
class Call:
    """One call; ``tokens`` by ``TOKEN_CLASSES``, disjoint; ``at`` in epoch seconds."""

    feed: str
    key: str
    """the provider's response id, or the feed's own"""
    at: int
    provider: str
    model: str
    tokens: tuple[int, int, int, int]
    customer: str = ""
    feature: str = ""
    account: str = ""
    service: str = ""
    reasoning: int = 0
    batch: bool = False
    failed: bool = False
    cost: Fraction | None = None
    """in major units as the sender told it; None: to be priced"""
    currency: str = ""

    @property
    def day(self) -> int:
        """The UTC day."""
        return self.at // SECONDS_A_DAY


@dataclass(frozen=True, slots=True)
class Priced:
    """What a call cost in one currency, in major units, by ``COST_CLASSES``; ``price`` says which price."""

    costs: tuple[Fraction, Fraction, Fraction, Fraction, Fraction]
    currency: str
    price: str
    basis: str = "priced"

    @property
    def total(self) -> Fraction:
        """All classes."""
        return sum(self.costs, Fraction(0))


def daily_rows(calls: Iterable[tuple[Call, tuple[Priced, ...]]]) -> list[EvidenceRow]:
    """Evidence of calls: figures added up by day and key, exact costs rounded once, half-even.

    A call in two currencies (two price lists) has its figures under the first and costs under both.
    """
    figures: dict[tuple[int, EvidenceKey], list[int]] = {}
    costs: dict[tuple[int, EvidenceKey], list[Fraction]] = {}
    for call, prices in calls:
        told: tuple[Priced | None, ...] = prices or (None,)
        for place_of, priced in enumerate(told):
            place = (call.day, _key(call, priced))
            held = figures.setdefault(place, [0] * 10)
            money = costs.setdefault(place, [Fraction(0)] * len(COST_CLASSES))
            if place_of == 0:
                own = (int(not call.failed), int(call.failed), 0, 0, 0, *call.tokens, call.reasoning)
                held[:] = [one + other for one, other in zip(held, own, strict=True)]
            for number, amount in enumerate(priced.costs if priced is not None else ()):
                if amount:
                    money[number] += amount
    return [
        EvidenceRow(day, key, tuple(held), _units(costs[day, key], key.currency))  # type: ignore[arg-type]
        for (day, key), held in sorted(figures.items(), key=lambda item: (item[0][0], repr(item[0][1])))
    ]


def _units(amounts: list[Fraction], currency: str) -> tuple[int, ...]:
    return tuple(round(amount * scale(currency)) if amount else 0 for amount in amounts)


def _key(call: Call, priced: Priced | None) -> EvidenceKey:
    return EvidenceKey(
        call.feed, call.service, call.account, call.provider, call.model,
        "meter" if call.customer else "", call.customer, "label" if call.feature else "", call.feature, 1, 1,
        priced.currency if priced else "", priced.price if priced else "", priced.basis if priced else "",
    )  # fmt: skip
