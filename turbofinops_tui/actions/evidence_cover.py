"""How much of each AI bill the evidence explains, by provider and month: the bill is the total, the evidence
splits it, and the rest is shown (numbers.md 3, "one dollar, one source").
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Ratio, exact_text
from turbofinops_tui.economics.periods import month_of_day, month_text

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports


@dataclass(slots=True)
class Covered:
    """A provider's bill of a month in one currency, in store units."""

    provider: str
    month: int
    currency: str
    bill: int = 0
    priced: Fraction = Fraction(0)
    """what the evidence is worth at its own prices"""
    explained: Fraction = Fraction(0)
    """the part of the bill that evidence divides: by tokens where the provider tells them"""

    @property
    def left(self) -> int:
        """The part of the bill that goes on down the ladder."""
        return self.bill - round(self.explained)

    @property
    def coverage(self) -> Ratio | None:
        """Explained in percent of the bill; None without a bill."""
        return Ratio(round(self.explained), self.bill) if self.bill > 0 else None

    def record(self) -> dict[str, str | None]:
        """For JSON."""
        amounts = {"bill": self.bill, "priced": round(self.priced), "explained": round(self.explained)}
        return {
            "provider": self.provider, "month": month_text(self.month), "currency": self.currency,
            **{name: exact_text(units, self.currency) for name, units in amounts.items()},
            "left": exact_text(self.left, self.currency),
            "coverage": None if self.coverage is None else self.coverage.text(),
        }  # fmt: skip


def covered(reports: Reports) -> list[Covered]:
    """Every month of every provider whose calls some evidence tells, bills without evidence included."""
    from turbofinops_tui.economics.evaluate.usage import usage_of

    books = reports.refresh()
    batches = books.facts.cost.batches
    firsts = [batch.first_day for batch in batches if batch.first_day is not None]
    lasts = [batch.last_day for batch in batches if batch.last_day is not None]
    if not firsts or not lasts:
        return []
    start, end = min(firsts), max(lasts) + 1
    found: dict[tuple[str, int, str], Covered] = {}
    for day, cell, held in usage_of(books.facts, reports.rules()).bills.measured(start, end):
        if cell.model or not held.bill:  # priced evidence is its own bill
            continue
        key = (cell.provider, month_of_day(day), cell.currency)
        own = found.setdefault(key, Covered(*key))
        own.bill += held.bill
        own.priced += sum(held.money_of.values())
        told = sum(held.parts.values())
        if held.whole > 0:
            own.explained += Fraction(held.bill) * min(Fraction(told) / held.whole, Fraction(1))
    return [found[key] for key in sorted(found)]
