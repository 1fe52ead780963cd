"""What-if: a scenario as changes of the facts. Evaluating is left to ``evaluate``: the books change, not it.

A price replaces the recurring revenue of a customer day by day; a cap and another model add cost rows that
name the customer, negative for what is no longer used. What the facts cannot tell is refused, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from turbofinops_tui.economics.money import (
    decimal_text,
    half_even,
    half_up,
    minor_factor,
    parse_decimal,
    to_units,
)
from turbofinops_tui.economics.periods import month_days, month_of_day, month_start
from turbofinops_tui.economics.split import largest_remainder
from turbofinops_tui.economics.types import Revenue
from turbofinops_tui.errors import DataError, UsageError

SOURCE = "what-if"
"""source of the facts that a scenario adds"""
TOKEN_MEASURES = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
CAPPED = ("ai_cost", "calls", *TOKEN_MEASURES)
PRICED_KINDS = ("subscription", "usage")
"""kinds of revenue that a price in percent moves; a price in money replaces subscriptions"""
_PERCENT = re.compile(r"^\s*([+-]\s*\d+(\.\d+)?)\s*%\s*$")


@dataclass(frozen=True, slots=True)
class Price:
    """A monthly price in the reporting currency, or a change of what is paid in percent."""

    monthly: Decimal | None = None
    percent: Decimal | None = None

    def text(self) -> str:
        """As it is written on the command line."""
        if self.monthly is not None:
            return decimal_text(self.monthly)
        sign = "+" if (self.percent or 0) >= 0 else ""
        return f"{sign}{decimal_text(self.percent or Decimal(0))}%"


@dataclass(frozen=True, slots=True)
class Scenario:
    """The changes of one question; none of them: the books as they are."""

    price: Price | None = None
    models: tuple[tuple[str, str], ...] = ()
    """(model, the model in its place)"""
    caps: tuple[tuple[str, Decimal], ...] = ()
    """(measure, most per month)"""
    plan: str = ""
    """where the price comes from, when it is that of a plan"""

    def words(self) -> list[str]:
        """The options that ask for it."""
        price = ["--plan", self.plan] if self.plan else ["--price", self.price.text()] if self.price else []
        models = [word for pair in self.models for word in ("--model", "=".join(pair))]
        caps = [
            word for name, most in self.caps for word in ("--cap", f"{name}={decimal_text(most)}")
        ]  # fmt: skip
        return [*price, *models, *caps]

    def text(self) -> str:
        """In words: ``price 120, at most 40 ai_cost a month``."""
        found = (
            [f"price {self.price.text()}{f' (plan {self.plan})' if self.plan else ''}"] if self.price else []
        )
        found += [f"{old} → {new}" for old, new in self.models]
        found += [f"at most {decimal_text(most)} {name} a month" for name, most in self.caps]
        return ", ".join(found) or "nothing changed"


@dataclass(frozen=True, slots=True)
class CostChange:
    """Cost that a scenario adds on one day; ``units`` at store scale, negative for what is saved."""

    customer: str
    day: int
    provider: str
    service: str
    model: str
    units: int


def parse_price(text: str) -> Price:
    """``120``, ``+10%`` or ``-10%``."""
    match = _PERCENT.match(text)
    if match:
        percent = Decimal(match[1].replace(" ", ""))
        if percent < -100:
            raise UsageError(f"--price {text!r} is below nothing", "give -100% or more")
        return Price(percent=percent)
    try:
        monthly = parse_decimal(text)
    except DataError as error:
        hint = "give a monthly amount such as 120, or a change such as +10%"
        raise UsageError(f"--price {text!r}: {error.message}", hint) from None
    if monthly < 0:
        raise UsageError(f"--price {text!r} is below 0", "give 0 or more")
    return Price(monthly=monthly)


def parse_model(text: str) -> tuple[str, str]:
    """``A=B``: model A is replaced by model B."""
    old, equals, new = (part.strip() for part in text.partition("="))
    if not (old and equals and new):
        raise UsageError(f"--model {text!r}", "write A=B, such as gpt-4o=gpt-4o-mini")
    return old, new


def parse_cap(text: str) -> tuple[str, Decimal]:
    """``MEASURE=N``: at most N a month."""
    name, equals, number = (part.strip() for part in text.partition("="))
    if not equals:
        raise UsageError(f"--cap {text!r}", "write MEASURE=N, such as ai_cost=200")
    if name not in CAPPED:
        known = ", ".join(CAPPED)
        raise UsageError(f"--cap {name!r}: what is not used there saves no bill", f"cap one of {known}")
    try:
        most = parse_decimal(number)
    except DataError as error:
        raise UsageError(f"--cap {text!r}: {error.message}", "give a number a month") from None
    if most < 0:
        raise UsageError(f"--cap {text!r} is below 0", "give 0 or more")
    return name, most


# --- revenue ----------------------------------------------------------------------------------


def repriced(rows: Sequence[Revenue], percent: Decimal) -> list[Revenue]:
    """The rows with ``percent`` more or less, each rounded to its minor unit."""
    factor = Fraction(100 + percent) / 100

    def scaled(row: Revenue) -> Revenue:
        unit = minor_factor(row.currency)
        units, mrr = (
            half_up(value * factor.numerator, unit * factor.denominator) * unit
            for value in (row.units, row.mrr)
        )
        return replace(row, units=units, mrr=mrr)

    return [scaled(row) for row in rows]


def subscribed(
    rows: Sequence[Revenue], customer: str, monthly: Decimal, currency: str, months: Iterable[int] = ()
) -> list[Revenue]:
    """A subscription at ``monthly`` on every day that the rows of subscriptions cover, month by month.

    A month that is covered in part pays its days. Without any row: on the given whole months.
    """
    units = to_units(monthly, currency)
    runs = _runs((row.start, row.end) for row in rows if row.units > 0 and row.end > row.start)
    paid = rows[-1] if rows else None
    if not rows:
        runs = _runs((month_start(month), month_start(month + 1)) for month in months)
    found = []
    for first, last in runs:
        start = first
        while start < last:
            month = month_of_day(start)
            end = min(last, month_start(month + 1))
            unit = minor_factor(currency)
            part = half_up(units * (end - start), month_days(month) * unit) * unit
            part = units if end - start == month_days(month) else part
            found.append(
                Revenue(
                    SOURCE, customer, "subscription", "recognised", currency, part, start, end,
                    product=paid.product if paid else "", plan=paid.plan if paid else "",
                    feature=paid.feature if paid else "", object_id=SOURCE, mrr=units,
                )
            )  # fmt: skip
            start = end
    return found


def _runs(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The union of half-open spans of days, ascending."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], end))
        else:
            runs.append((start, end))
    return runs


# --- cost -------------------------------------------------------------------------------------

Parts = Mapping[tuple[str, str, str], int]
"""(provider, service, model) -> store units"""


def kept_shares(values: Mapping[int, Fraction], most: Fraction) -> dict[int, Fraction]:
    """Day -> the share of its usage that a cap of ``most`` a month leaves: in full until it is reached."""
    found: dict[int, Fraction] = {}
    used: dict[int, Fraction] = {}
    for day in sorted(values):
        month, value = month_of_day(day), values[day]
        left = max(Fraction(0), most - used.get(month, Fraction(0)))
        found[day] = Fraction(1) if value <= left else left / value
        used[month] = used.get(month, Fraction(0)) + max(value, Fraction(0))
    return found


def saved(customer: str, costs: Mapping[int, Parts], shares: Mapping[int, Fraction]) -> list[CostChange]:
    """What is no longer spent: each day's cost less its kept share, over its parts by largest remainder."""
    found = []
    for day in sorted(costs):
        share, parts = shares.get(day, Fraction(1)), costs[day]
        total = sum(parts.values())
        less = total - half_even(total * share)
        names = sorted(parts)
        if less:
            weights = [max(0, parts[name]) for name in names]
            cut = largest_remainder(less, weights if any(weights) else [1] * len(names))
            found += [
                CostChange(customer, day, *name, -units)
                for name, units in zip(names, cut, strict=True)
                if units
            ]
    return found


def replaced(customer: str, costs: Mapping[int, Parts]) -> list[CostChange]:
    """The cost of a model taken away, part by part."""
    return [
        CostChange(customer, day, *name, -units)
        for day in sorted(costs)
        for name, units in sorted(costs[day].items())
        if units
    ]
