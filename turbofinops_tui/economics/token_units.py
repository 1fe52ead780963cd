"""Tokens of an AI bill as quantities of cost dimensions: how a bill says how much of which class it is for.

A cost line of one token class carries the class in its unit (``Mtokens:input``); the provider's usage report
is kept as rows of cost 0 with the tokens as quantity in that unit. Where account, model, service and tags
agree both fall into one dimension; cost and quantity each come from one side alone, so neither doubles. The
cell of numbers.md 3 "one dollar, one source" is then (account, UTC day, model, class of the unit); a cost
line of a model without such a unit stands for all classes of its model. The unit is a million tokens, since
quantities are stored at 1e-9 of their unit in 64 bits: single tokens would end at 9e9 a day.
"""

from __future__ import annotations

from decimal import Decimal

TOKENS_PER_UNIT = 1_000_000
TOKEN_CLASSES = ("input", "cache_read", "cache_write", "output")
"""four disjoint classes; ``input`` is the uncached one"""
_PREFIX = "Mtokens:"


def token_unit(token_class: str) -> str:
    """The unit of a class: ``Mtokens:input``; ValueError for an unknown class."""
    if token_class not in TOKEN_CLASSES:
        raise ValueError(f"{token_class!r} is not a token class")
    return _PREFIX + token_class


def token_class(unit: str) -> str:
    """The class that a unit names; empty for any other unit."""
    name = unit.removeprefix(_PREFIX)
    return name if unit.startswith(_PREFIX) and name in TOKEN_CLASSES else ""


def token_quantity(tokens: int) -> Decimal:
    """A count of tokens as a quantity of its unit, exactly."""
    return Decimal(tokens).scaleb(-6)
