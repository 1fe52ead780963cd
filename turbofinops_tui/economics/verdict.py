"""The verdict of a customer: what every way of spreading shared cost makes of its margin (numbers.md 5).

Q is the whole of shared + unattributed cost; each method spreads all of it, and the saved rules stand as
one of the methods. Stdlib only.
"""

from __future__ import annotations

from dataclasses import dataclass

from turbofinops_tui.economics.money import Money

LOSES, DEPENDS, SAFE = "loses anyway", "depends", "safe"
VERDICTS = (LOSES, DEPENDS, SAFE)
SAVED = "saved"
"""the method that is the saved shared rules"""
VERDICT_MEASURES = ("margin_best", "margin_worst", "verdict")


def word(best: int, worst: int) -> str:
    """The verdict between the best and the worst margin, in store units."""
    return LOSES if best < 0 else SAFE if worst >= 0 else DEPENDS


@dataclass(frozen=True, slots=True)
class Verdict:
    """A customer's margin under every method, in the fixed order of methods."""

    customer: str
    margins: tuple[tuple[str, Money], ...]

    @property
    def best(self) -> Money:
        """The largest margin."""
        return max((money for _, money in self.margins), key=lambda money: money.units)

    @property
    def worst(self) -> Money:
        """The smallest margin."""
        return min((money for _, money in self.margins), key=lambda money: money.units)

    @property
    def word(self) -> str:
        """``loses anyway``, ``depends`` or ``safe``."""
        return word(self.best.units, self.worst.units)

    @property
    def losing(self) -> tuple[str, ...]:
        """Methods under which the customer loses."""
        return tuple(method for method, money in self.margins if money.units < 0)

    @property
    def holding(self) -> tuple[str, ...]:
        """Methods under which it does not."""
        return tuple(method for method, money in self.margins if money.units >= 0)
