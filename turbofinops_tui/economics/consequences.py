"""What changing the rules does: dollars moved, customers and cohorts that change sign, coverage.

One value object behind ``rules plan``, the bar of a draft and the rule editor. Stdlib only.
"""

from __future__ import annotations

from dataclasses import dataclass

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Days

OPEX = "(opex)"
TAX = "(tax)"
"""who holds cost that left the margin; None holds what is unattributed"""
Holder = str | None
"""a customer's reference, None (unattributed), ``OPEX`` or ``TAX``"""


@dataclass(frozen=True, slots=True)
class Moved:
    """Cost that one holder had before and another has after; negative for credits."""

    source: Holder
    target: Holder
    cost: Money


@dataclass(frozen=True, slots=True)
class Flip:
    """A customer (or cohort) whose margin changes sign; 0 counts as not losing."""

    key: str
    was: Money
    now: Money


@dataclass(frozen=True, slots=True)
class Coverage:
    """The three parts of cost; ``ratio`` is direct / cost, None when cost is 0."""

    direct: Money
    shared: Money
    unattributed: Money

    @property
    def cost(self) -> Money:
        """direct + shared + unattributed."""
        return self.direct + self.shared + self.unattributed

    @property
    def ratio(self) -> Ratio | None:
        """Coverage as numbers.md 5 defines it."""
        return Ratio(self.direct.units, self.cost.units) if self.cost.units else None


@dataclass(frozen=True, slots=True)
class Difference:
    """Rules before and after, on the same facts and the same days.

    ``moved`` is exact: for every holder, what it gains less what it loses is the change of its cost.
    Within one (dimension, span) the cost of those who lose goes to those who gain, in split order.
    """

    days: Days
    currency: str
    moved: tuple[Moved, ...]
    """largest first, then by names"""
    flips: tuple[Flip, ...]
    """by size of the change, largest first"""
    cohorts: tuple[Flip, ...]
    before: Coverage
    after: Coverage
    notes: tuple[str, ...] = ()
    """what the numbers cannot show before the rules are kept, and why"""

    @property
    def amount(self) -> Money:
        """All cost that changes hands, each amount once, credits as amounts too."""
        return Money(sum(abs(item.cost.units) for item in self.moved), self.currency)

    @property
    def to_loss(self) -> tuple[Flip, ...]:
        """Customers that begin to lose."""
        return tuple(flip for flip in self.flips if flip.now.units < 0)

    @property
    def to_profit(self) -> tuple[Flip, ...]:
        """Customers that stop losing."""
        return tuple(flip for flip in self.flips if flip.now.units >= 0)

    @property
    def empty(self) -> bool:
        """Whether no number changes hands."""
        return not self.moved and not self.flips and not self.cohorts and self.before == self.after
