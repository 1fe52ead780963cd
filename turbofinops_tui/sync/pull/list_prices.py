"""List prices of models from the data of genai-prices, dated, offline (the only place that knows it).

Nothing is fetched: its hourly update stays off. Prices are USD per million tokens; a context tier applies to
the whole call, so prices are asked per call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import Any

CURRENCY = "USD"
SLOT = 1800
"""seconds within which a price is looked up once: some change by the hour of the day"""
_NAMES = {
    "input": ("input_mtok",),
    "cache_read": ("cache_read_mtok", "input_mtok"),
    "cache_write": ("cache_write_mtok", "input_mtok"),
    "output": ("output_mtok",),
}
"""our class -> its price, else the one that stands in for it"""
_IDS = {"aws": "aws", "gcp": "google", "gemini": "google", "google": "google", "vertex_ai": "google"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ListPrice:
    """Rates of one model at one time."""

    model: str
    """``provider/model`` as the list names it"""
    rates: Any

    @cached_property
    def id(self) -> str:
        """What is kept on priced rows: the list with its version, and the model."""
        return f"genai-prices {version('genai-prices')} {self.model}"

    def per_million(self, token_class: str, input_tokens: int) -> Decimal | None:
        """The rate of a class for a call with so much input in all (cached included); None without one."""
        return next((rate for above, rate in self.steps(token_class) if input_tokens > above), None)

    def steps(self, token_class: str) -> list[tuple[int, Decimal]]:
        """(more than so much input, rate), the step that counts first; empty without a rate."""
        found = next(
            (r for name in _NAMES[token_class] if (r := getattr(self.rates, name)) is not None), None
        )
        if found is None or isinstance(found, Decimal):
            return [] if found is None else [(-1, found)]
        return [*((tier.start, tier.price) for tier in reversed(found.tiers)), (-1, found.base)]


def list_price(provider: str, model: str, at: int, batch: bool) -> ListPrice | None:
    """The list price valid at ``at`` (epoch seconds); None for a model that the list does not know."""
    return _looked_up(provider, model, at // SLOT, batch)


@lru_cache(maxsize=20_000)
def _looked_up(provider: str, model: str, slot: int, batch: bool) -> ListPrice | None:
    from genai_prices import Usage, calc_price

    when = _EPOCH + timedelta(seconds=slot * SLOT)
    context: Any = {"processing": "batch"} if batch else None
    for name in dict.fromkeys((_IDS.get(provider, provider), None)):
        try:
            found = calc_price(
                Usage(input_tokens=1, output_tokens=1), model, provider_id=name,
                genai_request_timestamp=when, price_context=context,
            )  # fmt: skip
        except (LookupError, ValueError):
            continue
        return ListPrice(
            f"{found.provider.id}/{found.model.id}{':batch' if batch else ''}", found.model_price
        )
    return None
