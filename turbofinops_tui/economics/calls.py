"""One AI call as a meter or a gateway tells it, what it cost, and daily evidence made of many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from turbofinops_tui.economics.money import half_even_of, scale
from turbofinops_tui.economics.usage import COST_CLASSES, USAGE_MEASURES, EvidenceKey, EvidenceRow

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


class CallSums:
    """Figures of calls added up by UTC day and key; exact costs are rounded once, half-even.

    A call in two currencies (two price lists) has its figures under the first and costs under both.
    """

    def __init__(self) -> None:
        self._days: dict[int, dict[EvidenceKey, list[int | Fraction]]] = {}
        self._keys: dict[tuple[object, ...], EvidenceKey] = {}
        self.calls: dict[int, int] = {}
        """day -> calls that were added"""
        self.size = 0
        """rows of all days"""

    def add(self, call: Call, prices: Sequence[Priced]) -> None:
        """Count a call with what it cost."""
        day = call.day
        self.calls[day] = self.calls.get(day, 0) + 1
        sums = self._days.setdefault(day, {})
        first = True
        for priced in prices or (None,):
            held = self._held(sums, self._key(call, priced))
            if first:
                own = (int(not call.failed), int(call.failed), 0, 0, 0, *call.tokens, call.reasoning)
                for place, figure in enumerate(own):
                    held[place] += figure
                first = False
            if priced is not None:
                for place, amount in enumerate(priced.costs, start=len(own)):
                    if amount:
                        held[place] = held[place] + amount if held[place] else amount

    def _held(self, sums: dict[EvidenceKey, list[int | Fraction]], key: EvidenceKey) -> list[int | Fraction]:
        held = sums.get(key)
        if held is None:
            held = sums[key] = [0] * (len(USAGE_MEASURES) + len(COST_CLASSES))
            self.size += 1
        return held

    def _key(self, call: Call, priced: Priced | None) -> EvidenceKey:
        money = ("", "", "") if priced is None else (priced.currency, priced.price, priced.basis)
        told = (
            call.feed, call.service, call.account, call.provider, call.model, call.customer, call.feature,
            *money,
        )  # fmt: skip
        found = self._keys.get(told)
        if found is None:
            found = self._keys[told] = _key(call, *money)
        return found

    def rows(self, day: int) -> list[EvidenceRow]:
        """The evidence of a day."""
        count = len(USAGE_MEASURES)
        return [
            EvidenceRow(day, key, tuple(held[:count]), _units(held[count:], key.currency))  # type: ignore[arg-type]
            for key, held in self._days.get(day, {}).items()
        ]


def daily_rows(calls: Iterable[tuple[Call, tuple[Priced, ...]]]) -> list[EvidenceRow]:
    """Evidence of calls by day and key."""
    sums = CallSums()
    for call, prices in calls:
        sums.add(call, prices)
    return [row for day in sorted(sums.calls) for row in sums.rows(day)]


def _units(amounts: Sequence[int | Fraction], currency: str) -> tuple[int, ...]:
    units = scale(currency) if currency else 1
    return tuple(
        half_even_of(amount.numerator * units, amount.denominator) if amount else 0 for amount in amounts
    )


def _key(call: Call, currency: str, price: str, basis: str) -> EvidenceKey:
    return EvidenceKey(
        call.feed, call.service, call.account, call.provider, call.model,
        "meter" if call.customer else "", call.customer, "label" if call.feature else "", call.feature, 1, 1,
        currency, price, basis,
    )  # fmt: skip
