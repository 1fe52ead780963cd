"""What the demo's AI bills are made of: models, their dated prices, calls as the application metered them.

OpenAI and Anthropic know projects, models and token classes, never a customer. The application's own meter
knows the customer: one row a day for each customer, feature and model, of the tokens that it saw. A part of
the calls never reaches the meter, so every bill is the sum of all tokens at their price, and the meter rows
explain about nine tenths of it. Prices are integers in nano-dollars (1e-9 USD) a token, so that every amount
is exact in the store's units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from turbofinops_tui.actions.demo.business import Calendar, Draw
from turbofinops_tui.economics.periods import day_text, month_start
from turbofinops_tui.economics.token_units import TOKEN_CLASSES, token_unit
from turbofinops_tui.store.rule_sets import Price

Tokens = tuple[int, int, int, int]
"""by ``TOKEN_CLASSES``"""
NANO_A_MILLION = 1000
"""nano-dollars a token of one dollar per million tokens"""


@dataclass(frozen=True, slots=True)
class Model:
    """A model: nano-dollars a token, and the share of its money by class, per mille."""

    provider: str
    name: str
    prices: Tokens
    shares: Tokens
    later: Tokens | None = None
    """the prices of the contract that begins halfway"""


MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        Model("openai", "gpt-4.1", (2000, 0, 0, 8000), (450, 0, 0, 550), later=(1800, 0, 0, 7200)),
        # Fine-tuned: no list knows its price, the contract does.
        Model("openai", "ft:gpt-4.1-mini:demo", (800, 0, 0, 3200), (480, 0, 0, 520)),
        Model("openai", "text-embedding-3-large", (130, 0, 0, 0), (1000, 0, 0, 0)),
        Model("anthropic", "claude-sonnet-4-5", (3000, 300, 0, 15000), (330, 80, 0, 590)),
    )
}
METERED = {"openai": 957, "anthropic": 900}
"""tokens that the meter saw of all that the projects with a meter used, per mille"""
_WOBBLE = 12


def contract_day(calendar: Calendar) -> int:
    """The day from which the later prices hold."""
    return month_start(calendar.first + calendar.months // 2)


def prices(calendar: Calendar) -> Iterator[Price]:
    """The prices of the demo's contracts, as rules."""
    later = contract_day(calendar)
    for model in MODELS.values():
        for nano_by_class, start in ((model.prices, None), (model.later, later)):
            for name, nano in zip(TOKEN_CLASSES, nano_by_class or (), strict=False):
                if nano:
                    per_million = Decimal(nano) / NANO_A_MILLION
                    yield Price(model.provider, model.name, name, per_million, "USD", start)  # type: ignore[arg-type]


def _tokens(micro: int, model: Model, rates: Tokens) -> Tokens:
    """The tokens that ``micro`` dollars buy, class by class, rounded down to whole ones."""
    a, b, c, d = (
        micro * share // rate if rate else 0 for share, rate in zip(model.shares, rates, strict=True)
    )
    return a, b, c, d


class AiMonth:
    """The calls of one month while its bills are written: the meter's rows, and sums for the bills."""

    def __init__(self, calendar: Calendar) -> None:
        self._later = contract_day(calendar)
        self.meter: list[str] = []
        self.micro: dict[str, int] = {}
        """provider -> micro-dollars of metered calls"""
        self._sums: dict[tuple[str, int], list[int]] = {}

    def add(
        self, customer: str, feature: str, model: Model, account: str, daily: list[tuple[int, int]]
    ) -> None:
        """Meter one stream: ``daily`` are (day, micro-dollars)."""
        head = (
            f'"customer":"{customer}","feature":"{feature}","provider":"{model.provider}",'
            f'"model":"{model.name}","account":"{account}",'
        )
        self.micro[model.provider] = self.micro.get(model.provider, 0) + sum(micro for _, micro in daily)
        for day, micro in daily:
            tokens = _tokens(micro, model, self._rate(model, day))
            held = self._sums.setdefault((model.name, day), [0, 0, 0, 0])
            for place in range(4):
                held[place] += tokens[place]
            date = day_text(day)
            self.meter.append(
                f'{{"id":"{date}:{customer}:{feature}:{model.name}","at":"{date}T12:00:00Z",{head}'
                f'"input_tokens":{tokens[0]},"cache_read_tokens":{tokens[1]},'
                f'"cache_write_tokens":{tokens[2]},"output_tokens":{tokens[3]}}}\n'
            )

    def billed(self, model: Model, seed: int) -> Iterator[tuple[int, str, int, int]]:
        """(day, unit, tokens, nano-dollars) of a model's bill: the metered calls and those that were not."""
        days = sorted(day for name, day in self._sums if name == model.name)
        for day in days:
            seen = METERED[model.provider] + Draw(seed, "meter", model.name, day).between(-_WOBBLE, _WOBBLE)
            rates = self._rate(model, day)
            told = self._sums[model.name, day]
            for name, tokens, rate in zip(TOKEN_CLASSES, told, rates, strict=True):
                if tokens:
                    used = tokens * 1000 // seen
                    yield day, token_unit(name), used, used * rate

    def _rate(self, model: Model, day: int) -> Tokens:
        return model.later if model.later is not None and day >= self._later else model.prices
