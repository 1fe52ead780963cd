"""Who loses whatever the split, and who depends on it: the verdicts of customers over a slice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.types import Slice, Table
from turbofinops_tui.economics.verdict import DEPENDS, LOSES, Verdict

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

__all__ = ["Losers", "losers", "losers_of", "verdicts"]


@dataclass(frozen=True, slots=True)
class Losers:
    """``64 lose: 41 anyway, 23 depend``: customers with a margin below 0 under the saved rules."""

    lose: int
    anyway: int
    depend: int

    def text(self) -> str:
        """The sentence of the overview."""
        return f"{self.lose:,} lose: {self.anyway:,} anyway, {self.depend:,} depend"


def losers(reports: Reports, slice: Slice) -> Losers:  # noqa: A002 - the product's word
    """How many customers lose in a slice's days, and how many of them whatever the split."""
    asked = replace(
        slice, by=("customer",), measures=("margin", "verdict"), having=(), sort=(), top=None,
        compare="", cumulative=False,
    )  # fmt: skip
    return losers_of(reports.table(asked))


def losers_of(table: Table) -> Losers:
    """The same from a table by customer that has the measures ``margin`` and ``verdict``.

    Customers whose usage is not billed yet are not counted: their margin says nothing.
    """
    left_out = {None, *(item.customer for item in table.unbilled)}
    margin, verdict = table.column("margin"), table.column("verdict")
    at = table.slice.by.index("customer")
    words = [
        row.values[verdict]
        for row in table.rows
        if row.key[at] not in left_out and isinstance(value := row.values[margin], Money) and value.units < 0
    ]
    return Losers(len(words), words.count(LOSES), words.count(DEPENDS))


def verdicts(reports: Reports, slice: Slice) -> dict[str, Verdict]:  # noqa: A002 - the product's word
    """The verdict of every customer in a slice's days, saved or draft, with the methods on each side."""
    from turbofinops_tui.economics.evaluate.verdict import verdict_of

    books, rules = reports.refresh(), reports.rules()
    if slice.view == "draft":
        books, rules, _ = reports.drafted()
    return verdict_of(books, rules, slice, today=reports.session.clock.today())
