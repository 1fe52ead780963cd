"""References that one side alone knows: who pays and costs nothing, whose cost nobody is seen to pay for.

Revenue and cost meet in the customer's reference. While there is no revenue at all nobody loses money: what
people pay is not known. Once there is some, a name that only one side has is most often one customer under
two names, so both lists belong beside each other. Amounts are those of ``evaluate``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.types import Slice, Table, Value

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

NAMED = 3
"""references that a sentence names"""


@dataclass(frozen=True, slots=True)
class Reference:
    """A customer's reference with the amount of the side that knows it."""

    ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class OneSided:
    """Both lists of one period, the dearest first; ``both``: customers that have revenue and cost."""

    pays: tuple[Reference, ...]
    """revenue and no cost"""
    costs: tuple[Reference, ...]
    """cost under a name that only tags or evidence gave, and no revenue"""
    both: int
    currency: str

    def total(self, references: tuple[Reference, ...]) -> Money:
        """What ``references``, one of the lists, add up to."""
        return Money(sum(one.amount.units for one in references), self.currency)


def no_revenue(reports: Reports) -> bool:
    """Whether the books hold no revenue of any time: then cost is all there is to say."""
    return not len(reports.books().revenue)


def one_sided(reports: Reports, asked: Slice) -> OneSided:
    """The references of a slice's days that only revenue, or only tags, know."""
    table = reports.table(
        replace(
            asked, by=("customer",), measures=("revenue", "cost"), having=(), sort=(), top=None, compare=""
        )
    )
    confirmed = {customer.ref: customer.confirmed for customer in reports.books().customers}
    pays, costs, both = [], [], 0
    for row in table.rows:
        ref = row.key[0]
        revenue, cost = (_units(row.values[table.column(name)]) for name in ("revenue", "cost"))
        if ref is None:
            continue
        if revenue > 0 and not cost:
            pays.append(Reference(ref, Money(revenue, table.currency)))
        elif cost > 0 and not revenue and not confirmed.get(ref, False):
            costs.append(Reference(ref, Money(cost, table.currency)))
        else:
            both += bool(revenue and cost)
    return OneSided(_dearest(pays), _dearest(costs), both, table.currency)


def named(references: tuple[Reference, ...]) -> str:
    """``globex, initech, umbrella and 4 more``."""
    more = f" and {len(references) - NAMED:,} more" if len(references) > NAMED else ""
    return ", ".join(one.ref for one in references[:NAMED]) + more


def customers_cost(table: Table) -> Money:
    """Cost that has a customer, from a table with direct and shared cost and one total."""
    values = [table.totals[0].values[table.column(name)] for name in ("direct_cost", "shared_cost")]
    return Money(sum(_units(value) for value in values), table.currency)


def _dearest(found: list[Reference]) -> tuple[Reference, ...]:
    return tuple(sorted(found, key=lambda one: (-one.amount.units, one.ref.encode())))


def _units(value: Value) -> int:
    return value.units if isinstance(value, Money) else 0
