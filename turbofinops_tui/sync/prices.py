"""What a call cost: the user's dated prices first, then the list; each call at the price of its time.

A rule of the section ``prices`` gives one class of models that match its glob, from its day on; of several
the one with the latest day counts, then the first in the file. A batch call looks for ``MODEL:batch`` first.
Regional models are matched by their id (``us.anthropic.*``). A class that neither knows has no price, and a
call with tokens in such a class has no cost at all: half a price would look like a whole one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from turbofinops_tui.economics.calls import Call, Priced
from turbofinops_tui.economics.money import half_even_of, scale
from turbofinops_tui.economics.patterns import pattern
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.token_units import TOKEN_CLASSES, TOKENS_PER_UNIT
from turbofinops_tui.economics.usage import Costs
from turbofinops_tui.store.rule_sets import Price
from turbofinops_tui.sync.pull.list_prices import SLOT

TOLD = "told by the sender"
MOST_REMEMBERED = 50_000
_NONE = (Fraction(0),) * 5


@dataclass(frozen=True, slots=True)
class Rate:
    """Money per million tokens of one class, and where it comes from."""

    per_million: Decimal
    currency: str
    price: str


class Step(NamedTuple):
    """A rate in whole numbers, of calls with more than ``above`` input tokens: ``units / tokens`` each."""

    above: int
    units: int
    tokens: int
    currency: str
    price: str

    @classmethod
    def of(cls, above: int, rate: Rate) -> Step:
        """A rate as store units of its currency."""
        exact = Fraction(rate.per_million) * scale(rate.currency) / TOKENS_PER_UNIT
        return cls(above, exact.numerator, exact.denominator, rate.currency, rate.price)


class PriceBook:
    """Prices of models: rules before the list."""

    def __init__(self, rules: Sequence[Price]) -> None:
        self._rules = tuple(rules)
        self._found: dict[tuple[str, str, str, int], Rate | None] = {}
        self._steps: dict[tuple[str, str, int], tuple[tuple[Step, ...], ...]] = {}

    def priced(self, call: Call) -> tuple[Priced, ...]:
        """What a call cost, by currency; empty when its model, or a class that it used, has no price."""
        if call.cost is not None:
            return (self._told(call, call.cost),)
        costs: dict[str, list[Fraction]] = {}
        ids: dict[str, dict[str, None]] = {}
        every = sum(call.tokens[:3])
        for place, (name, tokens) in enumerate(zip(TOKEN_CLASSES, call.tokens, strict=True)):
            if tokens:
                rate = self.rate(call, name, every)
                if rate is None:
                    return ()
                money = costs.setdefault(rate.currency, list(_NONE))
                money[place] = _cost(rate.per_million, tokens)
                ids.setdefault(rate.currency, {})[rate.price] = None
        return tuple(
            Priced((m[0], m[1], m[2], m[3], m[4]), currency, " + ".join(ids[currency]))
            for currency, m in sorted(costs.items())
        )

    def units(
        self, provider: str, model: str, second: int, tokens: tuple[int, int, int, int]
    ) -> tuple[tuple[str, str, Costs], ...]:
        """As ``priced`` for a call that told no cost: (currency, price, costs in store units, rounded)."""
        key = (provider, model, second // SLOT)
        steps = self._steps.get(key)
        if steps is None:
            if len(self._steps) >= MOST_REMEMBERED:
                self._steps.clear()
            call = Call("", "", second, provider, model, tokens)
            steps = self._steps[key] = tuple(self._steps_of(call, name) for name in TOKEN_CLASSES)
        every = tokens[0] + tokens[1] + tokens[2]
        costs: dict[str, tuple[list[int], dict[str, None]]] = {}
        for place, count in enumerate(tokens):
            if count:
                step = next((step for step in steps[place] if every > step.above), None)
                if step is None:
                    return ()
                held = costs.setdefault(step.currency, ([0, 0, 0, 0, 0], {}))
                held[0][place] = half_even_of(step.units * count, step.tokens)
                held[1][step.price] = None
        return tuple(
            (currency, " + ".join(ids), (m[0], m[1], m[2], m[3], m[4]))
            for currency, (m, ids) in sorted(costs.items())
        )

    def _steps_of(self, call: Call, token_class: str) -> tuple[Step, ...]:
        """The rates of a class by the input that the call has in all, the highest step first."""
        if (own := self._ruled(call, token_class)) is not None:
            return (Step.of(-1, own),)
        from turbofinops_tui.sync.pull.list_prices import CURRENCY, list_price

        listed = list_price(call.provider, call.model, call.at, call.batch)
        steps = listed.steps(token_class) if listed is not None else ()
        ident = listed.id if listed is not None else ""
        return tuple(Step.of(above, Rate(rate, CURRENCY, ident)) for above, rate in steps)

    def rate(self, call: Call, token_class: str, input_tokens: int) -> Rate | None:
        """The rate of one class of a call at its time."""
        if (own := self._ruled(call, token_class)) is not None:
            return own
        from turbofinops_tui.sync.pull.list_prices import CURRENCY, list_price

        listed = list_price(call.provider, call.model, call.at, call.batch)
        found = None if listed is None else listed.per_million(token_class, input_tokens)
        return None if listed is None or found is None else Rate(found, CURRENCY, listed.id)

    def _told(self, call: Call, cost: Fraction) -> Priced:
        """The sender's own figure, divided over the classes as the prices would; whole when none are."""
        weights = [Fraction(0)] * 4
        for place, (name, tokens) in enumerate(zip(TOKEN_CLASSES, call.tokens, strict=True)):
            rate = self.rate(call, name, sum(call.tokens[:3])) if tokens else None
            if tokens and rate is None:
                return Priced((*_NONE[:4], cost), call.currency, TOLD)
            weights[place] = Fraction(rate.per_million) * tokens if rate else Fraction(0)
        if not (whole := sum(weights)):
            return Priced((*_NONE[:4], cost), call.currency, TOLD)
        a, b, c, d = (cost * weight / whole for weight in weights)
        return Priced((a, b, c, d, Fraction(0)), call.currency, TOLD)

    def _ruled(self, call: Call, token_class: str) -> Rate | None:
        names = (f"{call.model}:batch", call.model) if call.batch else (call.model,)
        for name in names:
            key = (call.provider, name, token_class, call.day)
            if key not in self._found:
                self._found[key] = self._rule(*key)
            if (found := self._found[key]) is not None:
                return found
        return None

    def _rule(self, provider: str, model: str, token_class: str, day: int) -> Rate | None:
        best: Price | None = None
        for rule in self._rules:
            if rule.token_class != token_class or not pattern(rule.provider).matches(provider):
                continue
            begun = rule.start is None or rule.start <= day
            if begun and pattern(rule.model).matches(model) and (best is None or _later(rule, best)):
                best = rule
        return None if best is None else Rate(best.per_million, best.currency, price_id(best))


def _cost(per_million: Decimal, tokens: int) -> Fraction:
    numerator, denominator = _a_token(per_million)
    return Fraction(numerator * tokens, denominator)


@lru_cache(1024)
def _a_token(per_million: Decimal) -> tuple[int, int]:
    return (Fraction(per_million) / TOKENS_PER_UNIT).as_integer_ratio()


def _later(rule: Price, than: Price) -> bool:
    return rule.start is not None and (than.start is None or rule.start > than.start)


def price_id(rule: Price) -> str:
    """The name of a price of the user's: ``rule openai gpt-4o* 2026-01-01``."""
    since = "" if rule.start is None else f" {day_text(rule.start)}"
    return f"rule {rule.provider} {rule.model}{since}"
