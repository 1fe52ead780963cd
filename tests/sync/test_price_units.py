"""Costs of calls in whole store units are the exact costs, rounded once."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from turbofinops_tui.economics.calls import Call
from turbofinops_tui.economics.money import half_even_of, scale
from turbofinops_tui.store.rule_sets import Price
from turbofinops_tui.sync.prices import PriceBook

RULES = (
    Price("openai", "gpt-4o*", "input", Decimal("2.3333333"), "EUR", None),
    Price("openai", "gpt-4o*", "input", Decimal("1.7"), "USD", 20_000),
    Price("openai", "gpt-4o*", "output", Decimal("9.99"), "JPY", None),
    Price("*", "own-*", "cache_read", Decimal("0.000001"), "USD", None),
)
MODELS = (
    ("openai", "gpt-4o"), ("openai", "gpt-4o-2024-08-06"), ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-pro"), ("own", "own-1"), ("", "nobody-knows"),
)  # fmt: skip


def exact(book: PriceBook, call: Call) -> list[tuple[str, str, tuple[int, ...]]]:
    return [
        (item.currency, item.price, tuple(round(cost * scale(item.currency)) for cost in item.costs))
        for item in book.priced(call)
    ]


def test_units_are_the_exact_costs_rounded() -> None:
    rng = random.Random(4)  # noqa: S311 - seeded calls
    book, priced = PriceBook(RULES), 0
    for _ in range(1_500):
        provider, model = rng.choice(MODELS)
        second = rng.choice((1_500_000_000, 1_728_000_000, 1_790_812_800)) + rng.randrange(2 * 86_400)
        tokens = tuple(rng.choice((0, 1, 7, rng.randrange(10**6))) for _ in range(4))
        call = Call("otlp", "", second, provider, model, tokens)  # type: ignore[arg-type]
        found = [tuple(item) for item in book.units(provider, model, second, tokens)]  # type: ignore[arg-type]
        assert found == exact(book, call)
        priced += bool(found)
    assert priced > 500


@pytest.mark.parametrize("denominator", [1, 2, 4, 7, 10**6])
def test_halves_go_to_the_even(denominator: int) -> None:
    for numerator in range(-30, 30):
        assert half_even_of(numerator, denominator) == round(Fraction(numerator, denominator))
